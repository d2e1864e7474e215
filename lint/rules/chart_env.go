package rules

import (
	"fmt"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/lint"
)

const refEnv = "https://documentation.gravitee.io/apim/prepare-a-production-environment"

var chartEnvDropped = &lint.Rule{
	ID:       "chart/env-dropped",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "variables that the chart drops because gateway.env is set",
		Why:   `The chart writes gateway.env into the container or, only when that is empty, gateway.deployment.extraEnvs. With both set, the second list is dropped without a word: the variables in it, often the cloud token or a password, never reach the gateway.`,
		Fix:   "Move all variables to gateway.env.",
		Refs:  []string{refChart},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			env, extra := u.root.Get("gateway", "env"), u.root.Get("gateway", "deployment", "extraEnvs")
			if len(env.Items()) == 0 || len(extra.Items()) == 0 {
				continue
			}
			p.Report(lint.Finding{
				Message: fmt.Sprintf("the chart drops gateway.deployment.extraEnvs (%s), because gateway.env is set", count(len(extra.Items()), "variable")),
				Help:    "move them to gateway.env",
				Places:  []lint.Place{u.atKey(extra, ""), u.atKey(env, "this list wins")},
			})
		}
	},
}

var chartEnvNameCase = &lint.Rule{
	ID:       "chart/env-name-case",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a gravitee_ variable whose name the gateway does not match",
		Why: `The gateway looks a setting up under its own spelling with underscores for dots, and then under the same all in upper case. Nothing in between matches: gravitee_ratelimit_redis_trustAll and GRAVITEE_RATELIMIT_REDIS_TRUSTALL set ratelimit.redis.trustAll, gravitee_ratelimit_redis_trustall sets nothing. The prefix is gravitee_ or GRAVITEE_.

Some names are matched, but do not do what they promise: gravitee_redis_host (the store is ratelimit.redis), gravitee_repositories_ratelimit_redis_password on images that read the connection only under ratelimit, and the admin password of the technical API, which the chart's probes do not know and then fail with 401.

Names of settings that are not known, such as those of a plugin, are left alone.`,
		Fix:  "Write the name that is given.",
		Refs: []string{refChart, refEnv},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			for _, entry := range u.variables() {
				name := entry.Get("name")
				got := apim.EnvSetting(u.image, name.Text())
				if strings.HasSuffix(got.Setting, "sentinel.password") { // auth/sentinel-password-unreachable
					continue
				}
				var help string
				switch {
				case got.Instead != "":
					help = "write " + got.Instead
				case got.Key != "":
					help = "set " + got.Key + " instead"
				}
				switch {
				case got.State == apim.EnvNotGravitee && got.Why != "", got.State == apim.EnvMisspelled:
					p.Report(lint.Finding{
						Message: fmt.Sprintf("the gateway does not read %s: %s", name.Text(), got.Why), Help: help,
						Places: []lint.Place{u.at(name, "")},
						Fixes:  renamedVariable(u.at(name, ""), got.Instead),
					})
				case got.State == apim.EnvWrong:
					p.Report(lint.Finding{
						Message: fmt.Sprintf("%s does not do what it says: %s", name.Text(), got.Why), Help: help,
						Places: []lint.Place{u.at(name, "")},
						Fixes:  renamedVariable(u.at(name, ""), got.Instead),
					})
				}
			}
		}
	},
}

func renamedVariable(at lint.Place, name string) []lint.Fix {
	if name == "" || !at.IsValid() || at.Approximate || at.Line != at.EndLine {
		return nil
	}
	return []lint.Fix{{Title: "rename the variable to " + name, Edits: []lint.Edit{{Span: at.Span, New: name}}}}
}

// mountPathPattern finds the paths in the text of gateway.extraVolumeMounts.
var mountPathPattern = pattern.New(`mountPath:\s*["']?([^\s"',}]+)`).Where(pattern.Has("mountPath:"))

var chartPluginsPathUnset = &lint.Rule{
	ID:       "chart/plugins-path-unset",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "plugins mounted where the gateway does not look",
		Why:   `The gateway reads plugins from its folder plugins, and from the folders that plugins.path names. The chart sets GRAVITEE_PLUGINS_PATH_0 and _1 (plugins and plugins-ext) only when gateway.additionalPlugins is set, contrary to the documentation. Plugins that a volume or an own init container puts into plugins-ext are then never loaded.`,
		Fix:   "Add GRAVITEE_PLUGINS_PATH_0: /opt/graviteeio-gateway/plugins and GRAVITEE_PLUGINS_PATH_1 with the mounted folder to gateway.env.",
		Refs:  []string{refChart, refPlugins},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			mounts := u.root.Get("gateway", "extraVolumeMounts")
			if u.is("gateway.additionalPlugins").Truthy() || u.setsPluginsPath() || !u.client.Complete {
				continue
			}
			for _, m := range mountPathPattern.FindAllStringSubmatchIndex(mounts.Text(), -1) {
				folder := mounts.Text()[m[2]:m[3]]
				if !strings.Contains(folder, "plugins") || folder == pluginsFolder || strings.HasPrefix(folder, pluginsFolder+"/") {
					continue
				}
				at := u.at(mounts, "")
				at.Span = mounts.TextSpan(m[2], m[3])
				p.ReportAt(at, "add GRAVITEE_PLUGINS_PATH_0: "+pluginsFolder+" and GRAVITEE_PLUGINS_PATH_1: "+folder+" to gateway.env",
					"the gateway does not look for plugins in %s: the chart sets plugins.path only with gateway.additionalPlugins", folder)
				break
			}
		}
	},
}

const pluginsFolder = "/opt/graviteeio-gateway/plugins"

func (u *chartUse) setsPluginsPath() bool {
	for _, entry := range u.variables() {
		if strings.HasPrefix(u.setting(entry).Setting, "plugins.path") {
			return true
		}
	}
	return false
}
