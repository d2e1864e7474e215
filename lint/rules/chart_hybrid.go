package rules

import (
	"fmt"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/lint"
)

var chartHybridComponent = &lint.Rule{
	ID:       "chart/hybrid-component",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "a component that a hybrid gateway does not need is left on",
		Why: `The chart installs the whole platform by default. A hybrid gateway takes its APIs from the control plane, so the Management API, the portal and the console only start, find no database, and restart for ever. The default ingress publishes the gateway under apim.example.com.

The elasticsearch reporter is on as well: the gateway sends every request's metrics to http://graviteeio-apim-elasticsearch-ingest-hl:9200, which does not exist, and fills its log with errors. es.enabled: false does not switch it off: no template reads it.

Gateways are taken for hybrid when they get a cloud token or reach the control plane over HTTP, or when one of the components is switched off. A reporter or an ingress with settings of its own is left alone.`,
		Fix:  "Set enabled: false for api, portal, ui, gateway.ingress and gateway.reporters.elasticsearch, whichever is named.",
		Refs: []string{refChart, refLicense},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			if !u.isHybrid() {
				continue
			}
			for _, c := range []struct{ key, what string }{
				{"api", "the Management API"}, {"portal", "the portal"}, {"ui", "the console"},
			} {
				if u.is(c.key + ".enabled").Truthy() {
					p.ReportAt(u.near(c.key+".enabled", ""), "set "+c.key+".enabled: false",
						"%s is on by default, but a hybrid gateway does not need it", c.what)
				}
			}
			if u.is("gateway.ingress.enabled").Truthy() && !u.root.Get("gateway", "ingress", "hosts").Exists() {
				p.ReportAt(u.near("gateway.ingress.enabled", ""), "set gateway.ingress.enabled: false, or its hosts",
					"the gateway's ingress is on by default, for the host apim.example.com")
			}
			u.checkReporter(p)
		}
	},
}

// isHybrid tells whether the values are those of a gateway whose control plane
// is elsewhere.
func (u *chartUse) isHybrid() bool {
	if u.variable("cloud.token").Exists() || u.is("management.type").Text == "http" {
		return true
	}
	for _, component := range []string{"api", "portal", "ui"} {
		if enabled := u.root.Get(component, "enabled"); enabled.Exists() && !enabled.IsTrue() {
			return true
		}
	}
	return false
}

func (u *chartUse) checkReporter(p *lint.Pass) {
	enabled := u.root.Get("gateway", "reporters", "elasticsearch", "enabled")
	if enabled.Exists() && !enabled.IsTrue() || u.variable("reporters.elasticsearch.enabled").Exists() {
		return
	}
	if v := u.variable("reporters.elasticsearch.endpoints[0]"); v.Exists() {
		return
	}
	es := u.root.Get("es")
	for name := range es.Fields() {
		if name != "enabled" {
			return // the person has an Elasticsearch
		}
	}
	at := u.near("gateway.reporters", "")
	if es.Exists() {
		at = u.atKey(written(es.Get("enabled"), es), "")
	}
	p.ReportAt(at, "set gateway.reporters.elasticsearch.enabled: false",
		"the elasticsearch reporter is on by default: the gateway sends its metrics to a host that does not exist")
}

var chartMetricsUnauthorized = &lint.Rule{
	ID:       "chart/metrics-unauthorized",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "Prometheus is sent to an endpoint that asks for a password",
		Why:   `The annotations prometheus.io/scrape, port and path make Prometheus ask the gateway's technical API for metrics. That API asks for basic authentication (gateway.services.core.http.authentication, basic by default), which annotations cannot give: every scrape ends with 401.`,
		Fix:   "Scrape with a ServiceMonitor or PodMonitor that has basicAuth, or set authentication.type: none and guard port 18082 with a NetworkPolicy.",
		Refs:  []string{refChart},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			annotations := u.root.Get("gateway", "podAnnotations")
			scrape := annotations.Get("prometheus.io/scrape")
			port, path := annotations.Get("prometheus.io/port").Text(), annotations.Get("prometheus.io/path").Text()
			technical := port == u.is("gateway.services.core.http.port").Text || strings.HasPrefix(path, "/_node")
			if !scrape.IsTrue() && scrape.Text() != "true" || !technical || u.authentication() != "basic" {
				continue
			}
			p.ReportAt(u.at(scrape, ""), "use a ServiceMonitor with basicAuth, or set gateway.services.core.http.authentication.type: none and guard the port with a NetworkPolicy",
				"Prometheus gets 401: %s asks for basic authentication, which annotations cannot give", orPath(path))
		}
	},
}

func orPath(path string) string {
	if path == "" {
		return "port 18082"
	}
	return path
}

// authentication is that of the technical API.
func (u *chartUse) authentication() string {
	if e := u.variable("services.core.http.authentication.type"); e.Exists() {
		return e.Get("value").Text()
	}
	return u.is("gateway.services.core.http.authentication.type").Text
}

var chartDefaultPassword = &lint.Rule{
	ID:       "chart/default-password",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "the technical API keeps its published password",
		Why:   `The gateway's technical API listens on 0.0.0.0:18082. Its user is admin, and the chart's default password stands in the documentation. Whoever reaches a pod reads its configuration, threads and metrics with it. A password given by environment variable would break the chart's probes, which carry the chart's value.`,
		Fix:   "Set gateway.services.core.http.authentication.password, or type: none with a NetworkPolicy that lets only the kubelet and Prometheus in.",
		Refs:  []string{refChart},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			value, from := u.effective.Value(apim.ParsePath("gateway.services.core.http.authentication.password")...)
			on := u.is("gateway.services.core.http.enabled").Truthy()
			byEnv := false
			for _, e := range u.variables() {
				got := u.setting(e)
				byEnv = byEnv || got.Setting == "services.core.http.authentication.users.admin"
			}
			if !on || byEnv || value.Text != defaultAdminPassword || u.authentication() != "basic" {
				continue
			}
			by := ""
			if from != apim.FromUser {
				by = ", the chart's default"
			}
			p.ReportAt(u.near("gateway.services.core.http.authentication.password", ""),
				"set gateway.services.core.http.authentication.password",
				"%s", fmt.Sprintf("the technical API on port 18082 has the published admin password%s", by))
		}
	},
}

// defaultAdminPassword stands in values.yaml and in the documentation: it is no
// secret.
const defaultAdminPassword = "adminadmin"
