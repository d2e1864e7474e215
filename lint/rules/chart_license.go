package rules

import (
	"encoding/base64"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

const refLicense = "https://documentation.gravitee.io/apim/hybrid-installation-and-configuration-guides"

var chartLicenseNotBase64 = &lint.Rule{
	ID:       "chart/license-not-base64",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a licence that is not base64",
		Why:   `The chart pastes license.key as it is into the data of a Secret, which must be base64. helm template succeeds with any text; the API server then refuses the Secret ("illegal base64 data"), and the release fails.`,
		Fix:   "Write the licence in base64, as Gravitee delivers it; better, keep it in a Secret of your own and give it to the gateway as gravitee_license_key.",
		Refs:  []string{refChart, refLicense},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			key := u.root.Get("license", "key")
			text := strings.Join(strings.Fields(key.Text()), "")
			if text == "" || lint.IsReference(key.Text()) {
				continue
			}
			if _, err := base64.StdEncoding.DecodeString(text); err != nil {
				p.ReportAt(u.at(key, ""), "write the licence in base64, or give it by a Secret as gravitee_license_key in gateway.env",
					"license.key is not base64, but the chart pastes it into the data of a Secret: the API server refuses it")
			}
		}
	},
}

var chartLicenseNameOnly = &lint.Rule{
	ID:       "chart/license-name-only",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a licence Secret that is named but never mounted",
		Why:   `license.name only names the Secret that the chart makes from license.key. Without license.key no template mounts anything, so a Secret that exists already is not used, and the gateway starts without a licence: enterprise features are missing. A guide of Gravitee's tells people to set license.name alone.`,
		Fix:   "Give the licence as the variable gravitee_license_key from the Secret, or mount the Secret through gateway.extraVolumes and extraVolumeMounts at /opt/graviteeio-gateway/license.",
		Refs:  []string{refChart, refLicense},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			name := u.root.Get("license", "name")
			if name.Text() == "" || u.is("license.key").Truthy() || u.variable("license.key").Exists() ||
				strings.Contains(u.root.Get("gateway", "extraVolumeMounts").Text(), "/license") {
				continue
			}
			p.ReportAt(u.atKey(name, ""),
				"add gravitee_license_key to gateway.env, with valueFrom.secretKeyRef",
				"license.name does nothing without license.key: the Secret %s is not mounted", name.Text())
		}
	},
}
