package rules_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/rules"
	"golang.org/x/tools/txtar"
)

// TestCases lints the bad and the good example of every rule. The archive
// testdata/family/name.txtar holds the files below bad/ and good/, and in want
// what rule family/name finds in bad/, each finding as a line with its message
// and an indented line for each further place. The good example must be free of
// the rule's findings. The archive's comment may give options, one a line:
// "only: redis.yaml values.yaml" lints these files together, as if named on
// the command line. UPDATE_GOLDEN=1 rewrites want.
//
// What lint alone does not find (mistakes of a spec, drift of the tree made from
// it) has a comment that is a script of commands; the tests of cmd/quorumwright
// run it with the archive's files.
func TestCases(t *testing.T) {
	for _, rule := range rules.All() {
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join("testdata", filepath.FromSlash(rule.ID)+".txtar")
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatalf("every rule needs its examples: %v", err)
			}
			var want string
			for _, f := range ar.Files {
				if f.Name == "want" {
					want = string(f.Data)
				}
			}
			if isScript(ar) {
				if bad, good := rules.Examples(rule.ID); rule.Check != nil || bad == "" || good == "" || want == "" {
					t.Error("a script is for a rule without a check, with a bad and a good example and what is printed")
				}
				return
			}
			got := lintCase(t, ar, "bad/", rule)
			if got == "" {
				t.Errorf("the bad example has no finding of %s", rule.ID)
			}
			if good := lintCase(t, ar, "good/", rule); good != "" {
				t.Errorf("the good example has findings:\n%s", good)
			}
			if got == want {
				return
			}
			if os.Getenv("UPDATE_GOLDEN") == "" {
				t.Errorf("findings of the bad example (-want +got):\n%s", cmp.Diff(want, got))
				return
			}
			ar.Files = slices.DeleteFunc(ar.Files, func(f txtar.File) bool { return f.Name == "want" })
			ar.Files = append(ar.Files, txtar.File{Name: "want", Data: []byte(got)})
			if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// isScript tells whether the archive's comment is a script of commands.
func isScript(ar *txtar.Archive) bool {
	return strings.Contains(string(ar.Comment), "exec quorumwright ")
}

// today is the day on which the examples are linted.
var today = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func lintCase(t *testing.T, ar *txtar.Archive, prefix string, rule *lint.Rule) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range ar.Files {
		name, ok := strings.CutPrefix(f.Name, prefix)
		if !ok {
			continue
		}
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	opts := repo.Options{}
	for _, line := range strings.Split(string(ar.Comment), "\n") {
		if only, ok := strings.CutPrefix(line, "only:"); ok {
			opts.Paths = strings.Fields(only)
		}
	}
	r, err := repo.Open(repo.DirFS(dir), opts)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range lint.Run(r, lint.Options{Rules: rules.All(), Known: rules.All(), Today: today}) {
		if f.Rule != rules.ByID(rule.ID) && f.Rule.ID != rule.ID {
			continue
		}
		fmt.Fprintf(&b, "%s: %s: %s\n", f.Primary().Span, f.Severity, f.Message)
		for i, p := range f.Places {
			if i > 0 || p.Label != "" {
				fmt.Fprintf(&b, "\t%s: %s\n", p.Span, p.Label)
			}
		}
		if f.Help != "" {
			fmt.Fprintf(&b, "\thelp: %s\n", f.Help)
		}
	}
	return b.String()
}

var idPattern = regexp.MustCompile(`^[a-z]+/[a-z]+(-[a-z0-9]+)*$`)

// TestCatalogue holds the list of rules to its form.
func TestCatalogue(t *testing.T) {
	all := rules.All()
	var ids []string
	for _, r := range all {
		ids = append(ids, r.ID)
		switch {
		case !idPattern.MatchString(r.ID):
			t.Errorf("%s: an id is family/name in lower case", r.ID)
		case r.Doc.Title == "" || len(r.Doc.Title) > 72 || strings.HasSuffix(r.Doc.Title, "."):
			t.Errorf("%s: a title has 1 to 72 characters and no final period: %q", r.ID, r.Doc.Title)
		case r.Doc.Why == "" || r.Doc.Fix == "":
			t.Errorf("%s: a rule says why and how to fix", r.ID)
		}
	}
	if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Errorf("ids are not sorted and unique: %v", ids)
	}
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		id := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(f), "testdata/"), ".txtar")
		if !slices.Contains(ids, id) {
			t.Errorf("%s: no rule has the id %s", path.Base(f), id)
		}
	}
}
