package lint_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/rules"
)

// namedElsewhere are the rules whose primary place is, by design, not what the
// message quotes, with what stands there.
var namedElsewhere = map[string]string{
	"auth/password-mismatch": "a password, which no message shows",
	"secret/plaintext":       "a value of the Secret that the message names",
	"chart/blank-port":       "null, where the message quotes what helm says of it",
}

// TestPrimaryHoldsWhatIsNamed lints every tree of the test data, as it is and
// with CRLF line ends: the text at the primary place of every finding, read from
// the file, is one value or key on one line, and what the message quotes is in it
// or holds it. A place that names another value would send a person to the wrong
// line.
func TestPrimaryHoldsWhatIsNamed(t *testing.T) {
	checked, quoting := 0, 0
	used := map[string]bool{}
	for name, tree := range allTrees(t) {
		for _, crlf := range []bool{false, true} {
			fsys := fstest.MapFS{}
			for file, text := range tree {
				if crlf {
					text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
				}
				fsys[file] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
			}
			r, err := repo.Open(fs.FS(fsys), repo.Options{})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			today := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			for _, f := range lint.Run(r, lint.Options{Rules: rules.All(), Known: rules.All(), Today: today}) {
				checked++
				at := f.Primary()
				text, ok := spanText(r, at.Span)
				if at.Approximate {
					continue // it says so itself
				}
				if f.Rule.ID == "yaml/syntax" && text == "\t" {
					continue // the tab is what is wrong
				}
				if !ok || text == "" || text != strings.TrimSpace(text) {
					t.Errorf("%s (CRLF %v): %s: %s: not the text of a value or key: %q", name, crlf, at.Span, f.Rule.ID, text)
					continue
				}
				quotes := quoted.FindAllStringSubmatch(f.Message, -1)
				if len(quotes) == 0 {
					continue
				}
				quoting++
				if holdsOne(text, quotes) || strings.Contains(f.Message, unquoted(text)) {
					continue
				}
				if namedElsewhere[f.Rule.ID] == "" {
					t.Errorf("%s (CRLF %v): %s: %s: the file has %q here, and the message says: %s", name, crlf, at.Span, f.Rule.ID, text, f.Message)
				}
				used[f.Rule.ID] = true
			}
		}
	}
	if checked < 2000 || quoting < 500 {
		t.Errorf("only %d findings, of which %d quote something", checked, quoting)
	}
	for _, id := range slices.Sorted(maps.Keys(namedElsewhere)) {
		if !used[id] {
			t.Errorf("%s names what is at its place now: remove it from the list", id)
		}
	}
}

// nthMark says which of several places is meant.
var nthMark = regexp.MustCompile(`#[0-9]$`)

var quoted = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)

func unquoted(text string) string {
	if n := len(text); n >= 2 && text[0] == text[n-1] && (text[0] == '"' || text[0] == '\'') {
		return text[1 : n-1]
	}
	return text
}

func holdsOne(text string, quotes [][]string) bool {
	text = unquoted(text)
	return slices.ContainsFunc(quotes, func(q []string) bool {
		return q[1] != "" && (strings.Contains(text, q[1]) || strings.Contains(q[1], text))
	})
}

// allTrees returns the trees of all archives and of the golden trees, by name.
func allTrees(t *testing.T) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	for _, dir := range []string{"rules/testdata", "repo/testdata"} {
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(name) != ".txtar" {
				return err
			}
			ar, err := txtar.ParseFile(name)
			if err != nil {
				return err
			}
			for tree, files := range treesOf(ar) {
				all[filepath.ToSlash(name)+tree] = files
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	roots, err := filepath.Glob("../golden/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, root := range roots {
		files := map[string]string{}
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(name)
			rel, _ := filepath.Rel(root, name)
			files[filepath.ToSlash(rel)] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.ToSlash(root)] = files
	}
	if len(all) < 300 {
		t.Fatalf("only %d trees", len(all))
	}
	return all
}

// treesOf returns the trees of an archive: bad and good, or the one that it is,
// and that one with each of its planted mistakes.
func treesOf(ar *txtar.Archive) map[string]map[string]string {
	all := map[string]map[string]string{}
	add := func(tree, file, text string) {
		if all[tree] == nil {
			all[tree] = map[string]string{}
		}
		all[tree][file] = text
	}
	plants := ""
	for _, f := range ar.Files {
		name := strings.TrimSuffix(f.Name, ".crlf")
		switch {
		case name == "want":
		case name == "plants":
			plants = string(f.Data)
		case strings.HasPrefix(name, "bad/"), strings.HasPrefix(name, "good/"):
			tree, file, _ := strings.Cut(name, "/")
			add(" "+tree, file, string(f.Data))
		default:
			add("", name, string(f.Data))
		}
	}
	unescape := strings.NewReplacer(`\n`, "\n", `\e`, "")
	for line := range strings.Lines(plants) {
		part := strings.Split(strings.TrimSpace(line), " | ")
		if len(part) != 4 || strings.HasPrefix(line, "#") {
			continue
		}
		broken := maps.Clone(all[""])
		old := nthMark.ReplaceAllString(unescape.Replace(part[1]), "")
		broken[part[0]] = strings.Replace(broken[part[0]], old, unescape.Replace(part[2]), 1)
		all[" with "+strings.TrimSpace(line)] = broken
	}
	return all
}
