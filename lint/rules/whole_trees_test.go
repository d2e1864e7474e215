package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/rules"
	"golang.org/x/tools/txtar"
)

// TestWholeTrees lints whole trees with every rule. testdata/trees/family/name.txtar
// holds a small repository of a form that people write, named after what was
// once judged wrongly, and in want every error: nothing for a repository that
// is right. The file name may end in .crlf for CRLF line ends. UPDATE_GOLDEN=1
// rewrites want.
func TestWholeTrees(t *testing.T) {
	archives, err := filepath.Glob("testdata/trees/*/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(name), "testdata/trees/"), ".txtar"), func(t *testing.T) {
			t.Parallel()
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			dir, want, at := t.TempDir(), "", -1
			for i, f := range ar.Files {
				if f.Name == "want" {
					want, at = string(f.Data), i
					continue
				}
				data := f.Data
				base, crlf := strings.CutSuffix(f.Name, ".crlf")
				if crlf {
					data = []byte(strings.ReplaceAll(string(data), "\n", "\r\n"))
				}
				p := filepath.Join(dir, filepath.FromSlash(base))
				if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(p, data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got := treeErrors(t, dir)
			if got == want && at >= 0 {
				return
			}
			if os.Getenv("UPDATE_GOLDEN") == "" {
				t.Fatalf("errors (-want +got):\n%s", cmp.Diff(want, got))
			}
			if at < 0 {
				ar.Files = append(ar.Files, txtar.File{Name: "want"})
				at = len(ar.Files) - 1
			}
			ar.Files[at].Data = []byte(got)
			if err := os.WriteFile(name, txtar.Format(ar), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// treeErrors returns what all rules find wrong in a folder.
func treeErrors(t *testing.T, dir string) string {
	t.Helper()
	r, err := repo.Open(repo.DirFS(dir), repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range lint.Run(r, lint.Options{Rules: rules.All(), Known: rules.All(), Today: today}) {
		if f.Severity != lint.Error {
			continue
		}
		fmt.Fprintf(&b, "%s: %s [%s]\n", f.Primary().Span, f.Message, f.Rule.ID)
		for i, p := range f.Places {
			if i > 0 || p.Label != "" {
				fmt.Fprintf(&b, "\t%s: %s\n", p.Span, p.Label)
			}
		}
	}
	return b.String()
}
