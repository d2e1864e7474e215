package rules

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// configVolumePattern finds a volume whose name begins with config and goes on.
var configVolumePattern = pattern.New(`- name: (config[^\s"']+)`).Where(pattern.Has("- name: config"))

var chartVolumeNameConfig = &lint.Rule{
	ID:       "chart/volume-name-config",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "an extra volume whose name switches the configuration off",
		Why: `The chart looks for the text "- name: config" in gateway.extraVolumes to learn whether the person brings a gravitee.yml of his own. A volume named config-tls matches as well: the chart then writes no ConfigMap and no volume named config, but the container still mounts one. The pods are refused ("volumeMounts[0].name: Not found: config"), and everything else that the values configure is gone.

A volume named exactly config is that own gravitee.yml, and is left alone.`,
		Fix:  "Give the volume a name that does not begin with config.",
		Refs: []string{refChart},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			volumes := u.root.Get("gateway", "extraVolumes")
			m := configVolumePattern.FindStringSubmatchIndex(volumes.Text())
			if m == nil {
				continue
			}
			at, name := u.at(volumes, ""), volumes.Text()[m[2]:m[3]]
			at.Span = volumes.TextSpan(m[2], m[3])
			p.ReportAt(at, "rename the volume, for example to "+strings.TrimLeft(strings.TrimPrefix(name, "config"), "-_.")+"-config",
				"the volume %s makes the chart leave out gravitee.yml: it takes any name that begins with config for a configuration of your own", name)
		}
	},
}

var chartProbePort = &lint.Rule{
	ID:       "chart/probe-port",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "the technical API moved away from the chart's probes",
		Why:   `The chart's startup, readiness and liveness probes ask port 18082 over plain HTTP, whatever gateway.services.core.http says. With another port, with secured: true or with enabled: false they fail, and the kubelet kills the pod again and again.`,
		Fix:   "Leave port 18082 without TLS, or switch the three probes off (gateway.deployment.*Probe.enabled: false) and write custom ones.",
		Refs:  []string{refChart},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			probes := 0
			for _, name := range []string{"startupProbe", "readinessProbe", "livenessProbe"} {
				if u.is("gateway.deployment." + name + ".enabled").Truthy() {
					probes++
				}
			}
			if probes == 0 {
				continue
			}
			for _, setting := range []struct{ key, wants string }{{"port", "18082"}, {"secured", "false"}, {"enabled", "true"}} {
				at, is := u.core(setting.key)
				if !at.IsValid() || is == "" || is == setting.wants {
					continue
				}
				p.Report(lint.Finding{
					Message: fmt.Sprintf("services.core.http.%s is %s, but the chart's probes ask port 18082 over plain HTTP: the pod is killed again and again", setting.key, is),
					Help:    "set it back to " + setting.wants + ", or switch the three probes off and write custom ones",
					Places:  []lint.Place{at},
					Fixes:   replace(lint.Arg{Place: at}, setting.wants, "set it back to "+setting.wants, false),
				})
			}
		}
	},
}

// core returns a setting of services.core.http as the gateway gets it, and
// where the user writes it.
func (u *chartUse) core(key string) (at lint.Place, text string) {
	if e := u.variable("services.core.http." + key); e.Exists() {
		return u.at(e.Get("value"), ""), e.Get("value").Text()
	}
	v := u.root.Get("gateway", "services", "core", "http", key)
	if !v.IsScalar() {
		return lint.Place{}, ""
	}
	return u.at(v, ""), u.is("gateway.services.core.http." + key).Text
}

var chartPDBConflict = &lint.Rule{
	ID:       "chart/pdb-conflict",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a disruption budget with both minAvailable and maxUnavailable",
		Why:   `The chart writes what gateway.pdb holds, and maxUnavailable is 50% by default. With minAvailable set, both are rendered, which the API server refuses ("minAvailable and maxUnavailable cannot be both set"): the release fails.`,
		Fix:   `Set maxUnavailable: "" beside minAvailable.`,
		Refs:  []string{refChart},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			least := u.root.Get("gateway", "pdb", "minAvailable")
			if !u.is("gateway.pdb.enabled").Truthy() || !u.is("gateway.pdb.minAvailable").Truthy() || !u.is("gateway.pdb.maxUnavailable").Truthy() {
				continue
			}
			f := lint.Finding{
				Message: "the disruption budget gets both minAvailable and maxUnavailable, which is " + u.is("gateway.pdb.maxUnavailable").Text + " by default: the API server refuses it",
				Help:    `set maxUnavailable: "" beside it`,
				Places:  []lint.Place{u.atKey(least, "")},
				Fixes:   writtenFirst(u.root.Get("gateway", "pdb"), `maxUnavailable: ""`, "leave maxUnavailable out", true),
			}
			if most := u.root.Get("gateway", "pdb", "maxUnavailable"); most.Exists() {
				f.Message = "the disruption budget gets both minAvailable and maxUnavailable: the API server refuses it"
				f.Help, f.Fixes = `set one of them to ""`, nil
				f.Places = append(f.Places, u.atKey(most, "the other one"))
			}
			p.Report(f)
		}
	},
}

var chartShutdownOrder = &lint.Rule{
	ID:       "chart/shutdown-order",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "the pod is killed before its graceful shutdown is over",
		Why:   `On SIGTERM the gateway goes on serving for gracefulShutdown.delay, so that load balancers can let go of it. Kubernetes kills the pod after gateway.terminationGracePeriod seconds, 30 by default. When that is not longer, requests are cut off at every rollout.`,
		Fix:   "Make gateway.terminationGracePeriod some seconds longer than gracefulShutdown.delay.",
		Refs:  []string{refChart},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			delay, unit := u.root.Get("gateway", "gracefulShutdown", "delay"), u.is("gateway.gracefulShutdown.unit").Text
			wait, ok := duration(u.is("gateway.gracefulShutdown.delay").Text, unit)
			grace, known := duration(u.is("gateway.terminationGracePeriod").Text, "SECONDS")
			if !ok || !known || wait == 0 || grace > wait || !delay.Exists() {
				continue
			}
			f := lint.Finding{
				Message: fmt.Sprintf("the gateway drains for %s on shutdown, but the pod is killed after %s", wait, grace),
				Help:    fmt.Sprintf("set gateway.terminationGracePeriod to %d or more", int(wait/time.Second)+10),
				Places:  []lint.Place{u.at(delay, "")},
			}
			if period := u.root.Get("gateway", "terminationGracePeriod"); period.Exists() {
				f.Places = append(f.Places, u.at(period, "killed after this time"))
				f.Fixes = setValue(period, strconv.Itoa(int(wait/time.Second)+10), "kill the pod later", false)
			} else {
				f.Message += ", the chart's default"
			}
			p.Report(f)
		}
	},
}

// duration reads a number with a unit of java.util.concurrent.TimeUnit.
func duration(number, unit string) (time.Duration, bool) {
	n, err := strconv.ParseInt(number, 10, 32)
	units := map[string]time.Duration{
		"NANOSECONDS": time.Nanosecond, "MICROSECONDS": time.Microsecond, "MILLISECONDS": time.Millisecond,
		"SECONDS": time.Second, "MINUTES": time.Minute, "HOURS": time.Hour, "DAYS": 24 * time.Hour,
	}
	size, ok := units[strings.ToUpper(unit)]
	return time.Duration(n) * size, ok && err == nil && n >= 0
}

// written returns the first of some values that exists.
func written(values ...repo.Value) repo.Value {
	for _, v := range values {
		if v.Exists() {
			return v
		}
	}
	return repo.Value{}
}
