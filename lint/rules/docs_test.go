package rules_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quorumwright/quorumwright/lint/report"
	"github.com/quorumwright/quorumwright/lint/rules"
)

// TestDocs keeps docs/rules equal to what explain prints: a page for each rule,
// made from its Doc and its examples, and the list of them all. UPDATE_GOLDEN=1
// writes the pages anew and removes those of rules that are gone.
func TestDocs(t *testing.T) {
	const dir = "../../docs/rules"
	want := map[string][]byte{}
	var list bytes.Buffer
	if err := report.RulesMarkdown(&list, rules.All()); err != nil {
		t.Fatal(err)
	}
	want["README.md"] = list.Bytes()
	for _, r := range rules.All() {
		bad, good := rules.Examples(r.ID)
		want[filepath.FromSlash(report.RulePage(r))] = report.RuleMarkdown(r, bad, good)
	}
	have := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		have[name], err = os.ReadFile(path)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE_GOLDEN") == "" {
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("docs/rules is not up to date; make golden writes it (-want +have):\n%s", diff)
		}
		return
	}
	for name := range have {
		if want[name] == nil {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, text := range want {
		if bytes.Equal(have[name], text) {
			continue
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
