package lint

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// TestPackedFindingsAreWhatTheyWere packs findings with every field set and with
// none, in two environments, and with more texts than are kept once for all.
func TestPackedFindingsAreWhatTheyWere(t *testing.T) {
	rules := []*Rule{{ID: "a/b"}, {ID: "c/d"}}
	span := func(file string, n int) repo.Span {
		return repo.Span{File: file, Line: n, Column: 2 * n, EndLine: n + 3, EndColumn: 1, Approximate: n%2 == 0}
	}
	p := newPacker(rules)
	for n := range maxWords + 10 {
		env := &repo.Environment{Name: "dev", Files: []string{"envs/dev/a.yaml", "envs/dev/b.yaml"}}
		if n%2 == 0 {
			env = &repo.Environment{}
		}
		long := string(make([]byte, 300)) + string(rune('a'+n))
		findings := []*Finding{
			{Rule: rules[1], Severity: Error, Message: "in dev", Places: []Place{{Span: span("envs/dev/b.yaml", n)}}},
			{
				Rule: rules[0], Severity: Warning, Message: long, Help: "help\nof two lines",
				Places: []Place{
					{Span: span("elsewhere.yaml", n), Label: "here", Object: "ConfigMap/redis", Path: "data[\"redis.conf\"]"},
					{Span: span("envs/dev/a.yaml", 1), Label: long, absent: true},
				},
				Fixes: []Fix{
					{Title: "set it", Safe: true, Edits: []Edit{{Span: span("envs/dev/a.yaml", n), New: "x: é\n"}, {Whole: true}}},
					{Title: "or not"},
				},
				Environments: []string{"dev", "prod"}, Cause: "the same", Suppressed: "known",
			},
			{Rule: rules[0]},
		}
		got := p.unpack(env, p.pack(env, findings))
		for _, f := range findings {
			if f.Places == nil {
				f.Places = []Place{}
			}
		}
		if diff := cmp.Diff(findings, got, cmp.AllowUnexported(Place{}, repo.Way{})); diff != "" {
			t.Fatalf("finding %d, as it was (-) and unpacked (+):\n%s", n, diff)
		}
	}
	if got := p.unpack(&repo.Environment{}, p.pack(&repo.Environment{}, nil)); len(got) != 0 {
		t.Errorf("of no findings %d are unpacked", len(got))
	}
}
