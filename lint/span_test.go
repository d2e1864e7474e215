package lint_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// TestSpans reads the primary span of every finding from its file. It is on one
// line and holds the value or the key that the finding talks about, which
// testdata/spans.txt shows for the bad example of every rule: judge it by reading.
// UPDATE_GOLDEN=1 writes it.
func TestSpans(t *testing.T) {
	cases := fixCases(t)
	broken := fixCase{rule: &lint.Rule{ID: "golden/broken"}, bad: map[string]string{}}
	for _, name := range []string{"redis.yaml", "values.yaml"} {
		text, err := os.ReadFile("../golden/broken/" + name)
		if err != nil {
			t.Fatal(err)
		}
		broken.bad[name] = string(text)
	}
	var list strings.Builder
	checked := 0
	for _, c := range append(cases, broken) {
		r, own, others := c.judge(t, c.bad)
		for i, f := range append(own, others...) {
			checked++
			at := f.Primary()
			text, ok := spanText(r, at.Span)
			if !ok || text == "" || text != strings.TrimSpace(text) || at.Line != at.EndLine {
				t.Errorf("%s: %s: %s: not the text of a value or key: %q", c.rule.ID, at.Span, f.Rule.ID, text)
			}
			if i < len(own) || c.rule == broken.rule {
				fmt.Fprintf(&list, "%s: %s\n\t%s\n", f.Rule.ID, text, f.Message)
			}
		}
	}
	if checked < 300 {
		t.Errorf("only %d findings", checked)
	}
	goldenFile(t, "testdata/spans.txt", list.String())
}

func spanText(r *repo.Repo, s repo.Span) (string, bool) {
	start, end, ok := r.Offsets(s)
	if !ok {
		return "", false
	}
	text, _ := r.Bytes(s.File)
	return string(text[start:end]), true
}
