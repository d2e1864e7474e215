package rules

import (
	"fmt"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

var chartRatelimitNotRedis = &lint.Rule{
	ID:       "chart/ratelimit-not-redis",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "Redis is configured for rate limiting, but never used",
		Why: `The chart has one switch for the store of rate limits: ratelimit.type at the root of the values. Its default is mongodb. The key of the same name below gateway, which the published Sentinel guide uses, is read by no template.

Without the switch the gateway gets a MongoDB address that a hybrid gateway does not have, and everything below gateway.ratelimit.redis, the password and the Sentinels included, is dropped. helm succeeds, the gateway starts, and limits are not shared.

A variable gravitee_ratelimit_type=redis does not help by itself: it changes the store, but the chart still leaves out the connection.`,
		Fix:  "Write ratelimit: {type: redis} at the root of the values, beside gateway.",
		Refs: []string{refChart},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			redis := u.root.Get("gateway", "ratelimit", "redis")
			if !u.usesRedis() || u.tree.Value("gateway", "ratelimit", "redis").Len == 0 || u.readsRedis() || setOutside(u) {
				continue
			}
			own, wrong := u.root.Get("ratelimit", "type"), u.root.Get("gateway", "ratelimit", "type")
			f := lint.Finding{
				Help:    "set ratelimit.type: redis at the root of the values, beside gateway",
				Message: "rate limiting does not use Redis: ratelimit.type at the root is mongodb by default, so the chart drops everything below gateway.ratelimit.redis",
			}
			switch {
			case own.Exists():
				f.Message = "rate limiting does not use Redis: ratelimit.type is " + own.Text() + ", so the chart drops everything below gateway.ratelimit.redis"
				if own.IsNull() {
					f.Message = "rate limiting does not use Redis: ratelimit.type is null, so the chart drops everything below gateway.ratelimit.redis"
				}
				f.Places = append(f.Places, u.at(own, ""))
				f.Fixes = setValue(own, "redis", "use Redis", false)
			case wrong.Exists():
				f.Message = "rate limiting does not use Redis: no template reads gateway.ratelimit.type, and ratelimit.type at the root is mongodb by default"
				f.Places = append(f.Places, u.atKey(wrong, ""))
			}
			if block := u.root.Get("ratelimit"); !block.Exists() {
				f.Fixes = writtenFirst(u.root, "ratelimit: {type: redis}", "use Redis", false)
			} else if !own.Exists() {
				f.Fixes = writtenFirst(block, "type: redis", "use Redis", false)
			}
			if at := wrong.KeySpan(); len(f.Fixes) > 0 && wrong.Text() == "redis" && !wrong.Span().Approximate && at.Line == wrong.Span().EndLine {
				at.EndLine, at.EndColumn = wrong.Span().EndLine, wrong.Span().EndColumn
				f.Fixes[0].Edits = append(f.Fixes[0].Edits, lint.Edit{Span: at, Whole: true}) // it would do nothing
			}
			if e := u.variable("ratelimit.type"); e.Exists() {
				f.Places = append(f.Places, u.at(e, "this changes the store, but the chart still leaves out the connection"))
			}
			f.Places = append(f.Places, u.atKey(redis, "dropped"))
			if len(f.Places) == 1 {
				f.Places[0].Label = ""
			}
			p.Report(f)
		}
	},
}

// setOutside tells whether ratelimit.type comes from neither the values nor the
// container's variables: a parameter of an Argo CD Application or a targetPath
// of a HelmRelease, which the chart sees.
func setOutside(u *chartUse) bool {
	given := u.client.RateLimit
	if !given.Exists() {
		return false
	}
	path := given.Place.Resolved().Path
	return !u.root.Get("ratelimit", "type").Exists() && !strings.Contains(path, "gateway.")
}

var chartTLSTrustAll = &lint.Rule{
	ID:       "chart/tls-trust-all",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "TLS to Redis that trusts any certificate",
		Why:   `With gateway.ratelimit.redis.ssl: true the chart writes trustAll: true unless it is set, and hostnameVerificationAlgorithm NONE. The connection is encrypted, but anyone between gateway and Redis can answer in Redis's place and read the password. A truststore is used only when trustAll is false.`,
		Fix:   "Set gateway.ratelimit.redis.trustAll: false and give a truststore with its password (required even for pem).",
		Refs:  []string{refChart, refTLS},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			redis := u.root.Get("gateway", "ratelimit", "redis")
			ssl, trust := redis.Get("ssl"), redis.Get("trustAll")
			if !u.readsRedis() || !ssl.IsTrue() || trust.Exists() && !trust.IsTrue() || u.variable("ratelimit.redis.trustAll").Exists() {
				continue
			}
			help := "set trustAll: false and a truststore"
			if trust.Exists() {
				p.ReportAt(u.at(trust, ""), help, "the gateway accepts any certificate from Redis")
				continue
			}
			p.ReportAt(u.at(ssl, ""), help, "the gateway accepts any certificate from Redis: trustAll is true by default")
		}
	},
}

var chartUnquotedScalar = &lint.Rule{
	ID:       "chart/unquoted-scalar",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a value that the chart pastes unquoted and YAML reads differently",
		Why: `The chart pastes many values into gravitee.yml and the manifests without quotes, whatever quotes the values file has. YAML then reads them again: 0123 becomes 83, 1e5 becomes 100000.0, no becomes false, "x #y" loses everything behind the blank, and a text that begins with @, *, &, ! or %, or holds ": ", makes the file invalid, so that the gateway does not start.

The password of Redis is judged by auth/unsafe-password.`,
		Fix:  "Give the value through an environment variable of the gateway, which nobody parses, or add a second pair of quotes inside the first: '\"0123\"'.",
		Refs: []string{refChart, "https://yaml.org/spec/1.1/"},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			u.eachPasted(func(v repo.Value, path []string, harm string) {
				key := u.chart().Lookup(path)
				if key.State != apim.Live || key.Key == nil || !key.Key.Unquoted || pastedByDesign(key.Key.Path) || len(u.effective.Unmet(path...)) > 0 {
					return
				}
				help := "write '\"…\"': the inner quotes reach the file that the chart writes"
				if key.Key.Setting != "" {
					help += "; or set " + apim.EnvName(strings.TrimPrefix(key.Key.Setting, "repositories.")) + " in gateway.env"
				}
				p.Report(lint.Finding{
					Message: fmt.Sprintf("the chart pastes %s without quotes: %s", apim.JoinPath(path), harm), Help: help,
					Places: []lint.Place{u.at(v, "")}, Fixes: quotedTwice(v),
				})
			})
		}
	},
}

// quotedTwice returns the fix that puts a value in a second pair of quotes, of
// the other kind than its own.
func quotedTwice(v repo.Value) []lint.Fix {
	before, after := `'"`, `"'`
	switch v.Quote() {
	case '"':
		before, after = `'`, `'`
	case '\'':
		before, after = `"`, `"`
	}
	if strings.ContainsAny(v.Text(), "\"'\\\n") || v.IsQuoted() && v.Quote() == 0 {
		return nil // what is within the quotes would have to change
	}
	return wrapped(v, before, after, "put it in a second pair of quotes", true)
}

// pastedByDesign tells whether a text is meant to be pasted: XML, JSON, and the
// password that has a rule of its own.
func pastedByDesign(key string) bool {
	return strings.HasPrefix(key, "gateway.lifecycle.") || strings.HasPrefix(key, "gateway.logging.") ||
		strings.HasPrefix(key, "gateway.logback.") || key == "gateway.ratelimit.redis.password"
}

// eachPasted visits the texts of the values that YAML would read differently if
// they were pasted without quotes, and says how.
func (u *chartUse) eachPasted(visit func(v repo.Value, path []string, harm string)) {
	var walk func(at repo.Value, path []string)
	walk = func(at repo.Value, path []string) {
		for name, v := range at.Fields() {
			if !strings.HasPrefix(name, "[") { // no path leads to such a key
				walk(v, append(path, name))
			}
		}
		for i, v := range at.Items() {
			walk(v, append(path, repo.IndexName(i)))
		}
		if !at.IsScalar() {
			return
		}
		text := lint.ChartValueOf(at)
		if text.Kind != apim.String || lint.IsReference(text.Text) {
			return
		}
		if harm := pasted(text.Text); harm != "" {
			visit(at, path, harm)
		}
	}
	walk(u.root, make([]string, 0, 16))
}
