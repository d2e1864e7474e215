package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/rules"
	"golang.org/x/tools/txtar"
)

// TestPlants breaks trees that are right, one thing at a time. The archives
// testdata/plants/kind/name.txtar hold a tree without a single error, and in
// plants one mistake a line:
//
//	FILE | OLD | NEW | RULE
//
// OLD stands once in the file (OLD#2 is its second place), \n is a line break,
// \e nothing. With NEW in its place lint must report one error, of the rule,
// which points at a line that was changed, or into the file if lines were
// removed; "RULE, RULE" allows either. A line that begins with # is a heading.
func TestPlants(t *testing.T) {
	archives, err := filepath.Glob("testdata/plants/*/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(name), "testdata/plants/"), ".txtar"), func(t *testing.T) {
			t.Parallel()
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			tree, plants := map[string]string{}, ""
			for _, f := range ar.Files {
				data := string(f.Data)
				if f.Name == "plants" {
					plants = data
					continue
				}
				base, crlf := strings.CutSuffix(f.Name, ".crlf")
				if crlf {
					data = strings.ReplaceAll(data, "\n", "\r\n")
				}
				tree[base] = data
			}
			for _, f := range lintTree(t, tree) {
				t.Errorf("the tree is not right: %s", describe(f))
			}
			for line := range strings.Lines(plants) {
				if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
					t.Run(strings.ReplaceAll(line, "/", "∕"), func(t *testing.T) { checkPlant(t, tree, line) })
				}
			}
		})
	}
}

func checkPlant(t *testing.T, tree map[string]string, line string) {
	part := strings.Split(line, " | ")
	if len(part) != 4 {
		t.Fatalf("want FILE | OLD | NEW | RULE")
	}
	unescape := strings.NewReplacer(`\n`, "\n", `\e`, "")
	file, old, with := part[0], unescape.Replace(part[1]), unescape.Replace(part[2])
	broken := map[string]string{}
	for name, text := range tree {
		broken[name] = text
	}
	text := tree[file]
	if strings.Contains(text, "\r\n") {
		old, with = strings.ReplaceAll(old, "\n", "\r\n"), strings.ReplaceAll(with, "\n", "\r\n")
	}
	nth := 1
	if i := strings.LastIndexByte(old, '#'); i > 0 && i == len(old)-2 {
		nth, old = int(old[i+1]-'0'), old[:i]
	}
	if n := strings.Count(text, old); n < nth || n > 1 && nth == 1 && !strings.Contains(part[1], "#") {
		t.Fatalf("%q stands in %s %d times", old, file, n)
	}
	at := 0
	for range nth - 1 {
		at += strings.Index(text[at:], old) + len(old)
	}
	at += strings.Index(text[at:], old)
	broken[file] = text[:at] + with + text[at+len(old):]
	first := strings.Count(text[:at], "\n") + 1
	last := first + max(strings.Count(old, "\n"), strings.Count(with, "\n"))
	found := lintTree(t, broken)
	for _, f := range found {
		hits := slices.ContainsFunc(f.Places, func(p lint.Place) bool {
			return p.File == file && (with == "" || p.Line <= last && p.EndLine >= first)
		})
		wanted := slices.ContainsFunc(strings.Split(part[3], ", "), func(id string) bool { return id == f.Rule.ID })
		switch {
		case !wanted:
			t.Errorf("not what was planted: %s", describe(f))
		case !hits:
			t.Errorf("points elsewhere, not at %s:%d: %s", file, first, describe(f))
		}
	}
	if len(found) != 1 {
		t.Errorf("%d errors", len(found))
	}
}

// lintTree returns the errors of all rules.
func lintTree(t *testing.T, tree map[string]string) []*lint.Finding {
	t.Helper()
	dir := t.TempDir()
	for name, data := range tree {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := repo.Open(repo.DirFS(dir), repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(lint.Run(r, lint.Options{Rules: rules.All(), Known: rules.All(), Today: today}), func(f *lint.Finding) bool {
		return f.Severity < lint.Error
	})
}

func describe(f *lint.Finding) string {
	return fmt.Sprintf("%s: %s [%s]", f.Primary().Span, f.Message, f.Rule.ID)
}
