package rules

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

var chartDeadKey = &lint.Rule{
	ID:       "chart/dead-key",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "a value that no template of this chart version reads",
		Why: `The APIM chart has no schema, so Helm accepts any key and says nothing about one that no template reads: the setting never reaches the gateway. Some of these keys stand in published guides, in the chart's own values.yaml or in gravitee.yml under the same name; others were read by older charts, or are read by newer ones; others are read only under a condition that the values do not meet, such as gateway.replicaCount, which the chart ignores while gateway.autoscaling.enabled is true, its default.

Keys that a person relies on, such as those for Redis, secrets, the licence and environment variables, are errors.

The catalogue behind the rule was read from the templates of every release from 4.6.0 on, and confirmed by rendering the chart with each key switched.`,
		Fix:  "Move the value to the key that is named, or delete it.",
		Refs: []string{refChart},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			for _, j := range u.judge() {
				switch j.State {
				case apim.Dead, apim.OtherVersion, apim.Misleading, apim.Asleep:
					reportDead(p, u, j)
				}
			}
		}
	},
}

var chartUnknownKey = &lint.Rule{
	ID:       "chart/unknown-key",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "a value that the chart does not know",
		Why: `The APIM chart has no schema, so a misspelled or misplaced key is accepted and has no effect. No template of the chart version in use reads this one.

Top-level keys that begin with x-, with a dot or with an underscore are left alone: people keep YAML anchors there.`,
		Fix:  "Write the key as the chart spells it, or delete it.",
		Refs: []string{refChart},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			for _, j := range u.judge() {
				if j.State == apim.Unknown && !strings.HasPrefix(j.At[0], "x-") && !strings.ContainsAny(j.At[0][:1], "._") {
					reportDead(p, u, j)
				}
			}
		}
	},
}

var chartStringExpected = &lint.Rule{
	ID:       "chart/string-expected",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a value of a kind that the chart cannot use",
		Why: `gateway.extraVolumes, extraVolumeMounts, extraInitContainers and extraContainers are strings: the chart renders them as templates and pastes the result. Written as YAML lists they make helm fail ("wrong type for value; expected string; got []interface {}"). gateway.lifecycle.preStop and postStart are strings as well, which hold a JSON array; a map there is pasted as map[exec:...].

The same goes for a map where the chart wants a plain value or a list, and the other way round: rendering fails, or the text of a Go value lands in the manifest.`,
		Fix:  "Write a block scalar (extraVolumes: |), or the kind of value that is named.",
		Refs: []string{refChart},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			for _, j := range u.judge() {
				if j.State != apim.Misshaped {
					continue
				}
				help := ""
				if j.Key != nil && j.Key.Kind == apim.Template {
					help = fmt.Sprintf("write %s: | and the YAML below it", j.At[len(j.At)-1])
				} else if j.Key != nil && strings.HasPrefix(j.Key.Path, "gateway.lifecycle.") {
					help = "write a string that holds a JSON array: '[\"sh\", \"-c\", \"sleep 10\"]'"
				}
				p.ReportAt(u.atKey(u.get(j.At...), ""), help, "the chart cannot use %s: %s%s", pathOf(j), j.Why, j.only)
			}
		}
	},
}

// A chartJudgement is a judgement with the charts that make it, where not all
// that may be meant do.
type chartJudgement struct {
	apim.Judgement
	only string
}

// judgements are what the charts say about the values. Where the version is not
// told, only what all charts say.
func (u *chartUse) judgements() []chartJudgement {
	type entry struct {
		chartJudgement
		charts []string
	}
	var all []*entry
	known := map[string]*entry{}
	for _, chart := range slices.Backward(u.charts) { // the newest words it
		for _, j := range chart.Judge(u.tree) {
			var at []byte
			for _, key := range j.At {
				at = append(binary.AppendUvarint(at, uint64(len(key))), key...)
			}
			e := known[string(at)]
			if e == nil {
				e = &entry{chartJudgement: chartJudgement{Judgement: j}}
				known[string(at)] = e
				all = append(all, e)
			}
			e.charts = append(e.charts, chart.Version.MinorString())
		}
	}
	var told []chartJudgement
	for _, e := range all {
		if len(e.charts) < len(u.charts) {
			if !u.told {
				continue
			}
			slices.Reverse(e.charts)
			e.only = " (so in chart " + joined(e.charts) + ", of those that match)"
		}
		told = append(told, e.chartJudgement)
	}
	return told
}

func pathOf(j chartJudgement) string {
	var shown []string
	for _, key := range j.At {
		shown = append(shown, repo.ShownKey(key))
	}
	return apim.JoinPath(shown)
}

// relied are keys whose loss a person would not notice until it hurts.
var relied = []string{
	"gateway.ratelimit", "gateway.redis", "ratelimit.redis", "repositories", "gateway.repositories", "redis.host",
	"gateway.secrets", "gateway.license", "license.secretName", "gateway.cloud", "cloud.token",
	"gateway.extraEnv", "gateway.extraEnvs", "gateway.extraEnvVars", "gateway.deployment.env", "gateway.envFrom", "env",
	"gateway.plugins", "gateway.extraPlugins", "gateway.distributedSync", "gateway.distributed-sync",
	"gateway.management", "gateway.imagePullSecrets", "imagePullSecrets", "gateway.image.digest",
	"gateway.volumes", "gateway.volumeMounts", "gateway.deployment.extraVolumes", "gateway.deployment.extraVolumeMounts",
}

func isRelied(path string) bool {
	return slices.ContainsFunc(relied, func(key string) bool {
		rest, ok := strings.CutPrefix(path, key)
		return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

func reportDead(p *lint.Pass, u *chartUse, j chartJudgement) {
	v := u.get(j.At...)
	if v.Deletes() || j.State == apim.Asleep && u.harmless(j, v) || toldElsewhere(u, j) {
		return
	}
	path := pathOf(j)
	f := lint.Finding{Help: j.Help(), Fixes: renamedKey(u, j, v)}
	f.Message = fmt.Sprintf("%s does nothing: %s%s", path, j.Why, j.only)
	if j.State == apim.OtherVersion && u.byImage && f.Help == "" {
		f.Help = "the chart's version is taken from the image tag, as nothing tells it; give --chart-version if it is another"
	}
	if j.State == apim.Misleading {
		f.Message = fmt.Sprintf("%s does not do what it says: %s%s", path, j.Why, j.only)
	}
	if j.State != apim.Unknown && isRelied(path) && !v.IsNull() && u.tree.Value(j.At...).Truthy() {
		f.Severity = lint.Error
	}
	f.Places = append(f.Places, u.atKey(v, ""))
	for _, below := range j.Below {
		at := u.get(apim.ParsePath(below.Path)...)
		f.Places = append(f.Places, u.atKey(at, below.Help()))
	}
	p.Report(f)
}

// harmless tells whether a sleeping key would change nothing if it were read,
// or sleeps because the user wants it to.
func (u *chartUse) harmless(j chartJudgement, v repo.Value) bool {
	if j.Deliberate || j.At[0] == "initContainers" { // the template of a container that nothing needs
		return true
	}
	var idle func(path []string) bool
	idle = func(path []string) bool {
		if names := u.tree.Children(path...); len(names) > 0 {
			return !slices.ContainsFunc(names, func(name string) bool {
				return !idle(append(path[:len(path):len(path)], name))
			})
		}
		return !u.tree.Value(path...).Truthy() || u.effective.Redundant(path...)
	}
	return idle(j.At)
}

// toldElsewhere tells whether a rule of its own reports the judgement.
func toldElsewhere(u *chartUse, j chartJudgement) bool {
	switch path := pathOf(j); {
	case path == "gateway.deployment.extraEnvs":
		return true // chart/env-dropped
	case path == "license.name":
		return !u.variable("license.key").Exists() // chart/license-name-only
	case path == "gateway.ratelimit.redis.sentinel.password":
		return true // auth/sentinel-password-unreachable
	case path == "gateway.ratelimit.type", path == "gateway.ratelimit",
		strings.HasPrefix(path, "gateway.ratelimit.redis") && j.State == apim.Asleep:
		return u.usesRedis() && !u.readsRedis() // chart/ratelimit-not-redis
	}
	return false
}

// renamedKey is the fix that gives a key its right name, where the right key
// stands under the same parent and is not there yet.
func renamedKey(u *chartUse, j chartJudgement, v repo.Value) []lint.Fix {
	right := apim.ParsePath(j.Instead)
	if j.Instead == "" {
		right = apim.ParsePath(j.Nearest)
	}
	n := len(j.At) - 1
	if j.Also != "" || j.Env != "" || len(right) != n+1 || strings.Contains(j.Instead, " ") ||
		!slices.Equal(right[:n], j.At[:n]) || u.get(right...).Exists() {
		return nil
	}
	at := v.KeySpan()
	if !at.IsValid() || at.Approximate || at.Line != at.EndLine {
		return nil
	}
	return []lint.Fix{{Title: "rename the key to " + right[n], Edits: []lint.Edit{{Span: at, New: right[n]}}}}
}
