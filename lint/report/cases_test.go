package report

import (
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

var (
	passwordMismatch = &lint.Rule{
		ID:       "auth/password-mismatch",
		Severity: lint.Error,
		Doc: lint.Doc{
			Title: "the passwords of one Redis group differ",
			Why: `Redis refuses the command of a client whose password is wrong with
"WRONGPASS", and a replica whose masterauth is wrong never syncs.

    -WRONGPASS invalid username-password pair

The gateway then limits nothing, as it lets calls pass if it cannot reach
its <ratelimit> repository.`,
			Fix:  "Use one Secret for all of them, so that they cannot differ.",
			Refs: []string{"https://redis.io/docs/latest/operate/oss_and_stack/management/security/"},
		},
	}
	noReplica = &lint.Rule{
		ID:       "sentinel/no-replica",
		Severity: lint.Error,
		Doc:      lint.Doc{Title: "the monitored master has no replica", Why: "There is nothing to promote.", Fix: "Add a replica."},
	}
	plaintext = &lint.Rule{
		ID:       "secret/plaintext",
		Severity: lint.Warning, Strict: lint.Error,
		Doc: lint.Doc{Title: "a password is readable in git", Why: "Whoever reads the repository can connect.", Fix: "Refer to a Secret."},
	}
	redundant = &lint.Rule{
		ID:       "plugin/redundant",
		Severity: lint.Info,
		Doc:      lint.Doc{Title: "a plugin is given in the version that is bundled", Why: "It is downloaded for nothing.", Fix: "Leave it out."},
	}
	allRules = []*lint.Rule{passwordMismatch, noReplica, plaintext, redundant}
)

// A sample is a report by hand.
type sample struct {
	name   string
	report *Report
}

func samples() []sample {
	return []sample{
		{"clean", &Report{Rules: allRules, Files: 4, Roots: 2, Version: "1.2.3"}},
		{"mismatch", mismatch()},
		{"shapes", shapes()},
		{"environments", inEnvironments()},
		{"suppressed-hidden", suppressed(false)},
		{"suppressed-shown", suppressed(true)},
		{"suppressed-anew", suppressedAnew()},
		{"hostile", hostile("a\n::error::b\x1b[31m\u202e##[error].yaml")},
	}
}

// mismatch has a finding over several files and parts of files, one in a
// single place, and a warning.
func mismatch() *Report {
	values := strings.Repeat("#\n", 90) + `gateway:
    ratelimit:
        redis:
            # the password of Redis
            password: "hunter2"
            sentinel:
                master: "mymaster"
`
	redis := `kind: ConfigMap
metadata: {name: redis, namespace: gravitee}
data:
  redis.conf: |
    port 6379
    requirepass swordfish
    dir /data
    masterauth swordfish
` + strings.Repeat("    # nothing\n", 20) + `  sentinel.conf: |
    sentinel monitor mymaster redis-0.redis 6379 2
    sentinel auth-pass mymaster swordfish
`
	t := tree{map[string]string{"values.yaml": values, "base/redis.yaml": redis}, []string{`"hunter2"`, "swordfish"}}
	const conf = "ConfigMap/gravitee/redis"
	return &Report{
		Source: t, Rules: allRules, Files: 2, Version: "1.2.3",
		Findings: []*lint.Finding{
			{
				Rule: noReplica, Severity: lint.Error,
				Message: `Sentinel monitors "mymaster", which has no replica`,
				Places:  []lint.Place{t.place("base/redis.yaml", 30, "redis-0.redis", "", conf, `data["sentinel.conf"]`)},
				Help:    "run a StatefulSet of 3 pods, each with a Redis and a Sentinel: 1 master and 2 replicas at the first start; scaling the master alone gives 3 masters that know nothing of each other",
			},
			{
				Rule: passwordMismatch, Severity: lint.Error,
				Message: "the gateway and Redis use different passwords",
				Places: []lint.Place{
					t.place("values.yaml", 95, `"hunter2"`, "the gateway sends secret #2", "", "gateway.ratelimit.redis.password"),
					t.place("base/redis.yaml", 6, "swordfish", "Redis wants secret #1", conf, `data["redis.conf"]`),
					t.place("base/redis.yaml", 8, "swordfish", "replicas send secret #1", conf, `data["redis.conf"]`),
					t.place("base/redis.yaml", 31, "swordfish", "Sentinel sends secret #1", conf, `data["sentinel.conf"]`),
				},
				Help: "use one Secret for all four",
			},
			{
				Rule: plaintext, Severity: lint.Warning,
				Message: "a password is readable in git",
				Places:  []lint.Place{t.place("values.yaml", 95, `"hunter2"`, "", "", "gateway.ratelimit.redis.password")},
			},
		},
	}
}

// shapes has every kind of line and span.
func shapes() *Report {
	t := tree{files: map[string]string{
		"wide.yaml":  "名前: \"マスター\" # 説明\ncafe\u0301: 'é' \U0001f680 x\n",
		"crlf.yaml":  "a: 1\r\nb: two words\r\n",
		"tabs.conf":  "\trequirepass\tx y\n",
		"block.yaml": "data:\n  redis.conf: |\n    port 6379\n    dir /data\n  other: x\n",
		"long.yaml":  "args: [" + strings.Repeat("\"--some-long-argument\", ", 20) + "\"--port\", \"6380\", " + strings.Repeat("\"--more\", ", 30) + "]\n",
	}}
	at := func(rule *lint.Rule, message string, places ...lint.Place) *lint.Finding {
		return &lint.Finding{Rule: rule, Severity: rule.Severity, Message: message, Places: places}
	}
	label := func(s repo.Span, label string) lint.Place {
		return lint.Place{Span: s, Label: label, Object: "ConfigMap/redis", Path: "data"}
	}
	return &Report{
		Source: t, Rules: allRules, Files: 6,
		Findings: []*lint.Finding{
			at(noReplica, "a span over several lines",
				label(repo.Span{File: "block.yaml", Line: 2, Column: 3, EndLine: 5, EndColumn: 1}, "the whole file"),
				label(t.span("block.yaml", 5, "x"), "a line further down")),
			at(redundant, "a line that ends in CRLF", label(t.span("crlf.yaml", 2, "two words"), "two words")),
			at(redundant, "a span without an end, and one behind the line",
				label(repo.Span{File: "crlf.yaml", Line: 2, Column: 4}, ""),
				label(repo.Span{File: "crlf.yaml", Line: 1, Column: 40, EndLine: 1, EndColumn: 50}, "behind the end")),
			at(plaintext, "an approximate span",
				lint.Place{Span: repo.Span{File: "crlf.yaml", Line: 2, Column: 1, Approximate: true}, Label: "the patch that sets it"},
				lint.Place{Span: repo.Span{File: "block.yaml", Line: 3, Column: 1, Approximate: true}}),
			at(noReplica, "a long line",
				label(t.span("long.yaml", 1, `"6380"`), "the port of this process, which is not the one that the Service and all the others use"),
				label(t.span("long.yaml", 1, "args"), "the arguments")),
			at(noReplica, "a file without text", label(repo.Span{File: "missing.yaml", Line: 3, Column: 2, EndLine: 3, EndColumn: 5}, "not to be seen")),
			at(noReplica, "a file without a place", lint.Place{Span: repo.Span{File: "nowhere.yaml"}}),
			at(plaintext, "a line with tabs", label(t.span("tabs.conf", 1, "x y"), "after two tabs")),
			at(plaintext, "wide characters",
				label(t.span("wide.yaml", 1, `"マスター"`), "十 columns"),
				label(t.span("wide.yaml", 2, "x"), "behind an accent and a rocket")),
		},
	}
}

func inEnvironments() *Report {
	t := tree{files: map[string]string{"deploy/base/redis.yaml": "kind: StatefulSet\nspec:\n  replicas: 1\n"}}
	place := t.place("deploy/base/redis.yaml", 3, "1", "one pod", "StatefulSet/redis", "spec.replicas")
	var many []string
	for c := 'a'; c < 'a'+12; c++ {
		many = append(many, "env-"+string(c))
	}
	return &Report{
		Source: t, Rules: allRules, Files: 9, Roots: 3, Version: "1.2.3",
		Findings: []*lint.Finding{
			{
				Rule: noReplica, Severity: lint.Error, Message: "the master has no replica", Environments: []string{"dev", "prod"},
				Places: []lint.Place{place},
				Fixes: []lint.Fix{
					{Title: "set replicas to 3", Safe: true, Edits: []lint.Edit{{Span: place.Span, New: "3"}}},
					{Title: "name the kind anew", Edits: []lint.Edit{
						{Span: t.span("deploy/base/redis.yaml", 1, "StatefulSet"), New: "Deployment"},
						{Span: repo.Span{File: "deploy/base/other file.yaml", Line: 1, Column: 1, EndLine: 1, EndColumn: 1}, New: "# moved\n"},
					}},
				},
			},
			{
				Rule: noReplica, Severity: lint.Error, Message: "the same key twice", Environments: many,
				Places: []lint.Place{place},
				Help:   "write\nspec:\n  replicas: 3\n",
				Fixes:  []lint.Fix{{Title: "needs a look", Edits: []lint.Edit{{Span: place.Span, New: "3"}}}},
			},
		},
	}
}

func suppressed(show bool) *Report {
	r := mismatch()
	r.Findings[1].Suppressed = "accepted until the move, see the runbook"
	r.Suppressed = 2
	r.ShowSuppressed = show
	return r
}

func suppressedAnew() *Report {
	r := suppressed(false)
	r.Findings[1].SuppressedAnew = true
	return r
}

// hostile has everything that a repository may choose made of one text.
func hostile(text string) *Report {
	t := tree{files: map[string]string{text: "a: " + text + "\n" + text}}
	at := func(line int) lint.Place {
		return lint.Place{
			Span:  repo.Span{File: text, Line: line, Column: 1, EndLine: line, EndColumn: 4},
			Label: text, Object: text, Path: text,
		}
	}
	return &Report{
		Source: t, Rules: allRules, Files: 1, Version: text,
		Findings: []*lint.Finding{
			{
				Rule: redundant, Severity: lint.Info, Message: "a" + text, Help: text,
				Places: []lint.Place{at(1), at(2)}, Environments: []string{text},
				Fixes: []lint.Fix{{Title: text, Safe: true, Edits: []lint.Edit{{Span: at(1).Span, New: text}}}},
			},
			{Rule: passwordMismatch, Severity: lint.Error, Message: "x " + text, Places: []lint.Place{at(2)}},
		},
	}
}
