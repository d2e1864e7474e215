package lint_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/rules"
)

// A fixCase is the bad example of a rule.
type fixCase struct {
	rule  *lint.Rule
	paths []string
	bad   map[string]string
	good  map[string]string
}

// fixCases returns the bad examples of all rules that lint alone finds.
func fixCases(t *testing.T) []fixCase {
	t.Helper()
	var all []fixCase
	for _, rule := range rules.All() {
		ar, err := txtar.ParseFile(filepath.Join("rules", "testdata", filepath.FromSlash(rule.ID)+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		c := fixCase{rule: rule, bad: map[string]string{}, good: map[string]string{}}
		for _, f := range ar.Files {
			if name, ok := strings.CutPrefix(f.Name, "bad/"); ok {
				c.bad[name] = string(f.Data)
			}
			if name, ok := strings.CutPrefix(f.Name, "good/"); ok {
				c.good[name] = string(f.Data)
			}
		}
		for line := range strings.Lines(string(ar.Comment)) {
			if only, ok := strings.CutPrefix(line, "only:"); ok {
				c.paths = strings.Fields(only)
			}
		}
		if !strings.Contains(string(ar.Comment), "exec quorumwright ") {
			all = append(all, c)
		}
	}
	if len(all) < 80 {
		t.Fatalf("only %d examples", len(all))
	}
	return all
}

// judge lints files and returns the findings of a rule, and those of others.
func (c fixCase) judge(t *testing.T, files map[string]string) (r *repo.Repo, own, others []*lint.Finding) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	r, err := repo.Open(fs.FS(fsys), repo.Options{Paths: c.paths})
	if err != nil {
		t.Fatal(err)
	}
	today := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, f := range lint.Run(r, lint.Options{Rules: rules.All(), Known: rules.All(), Today: today}) {
		if f.Rule.ID == c.rule.ID {
			own = append(own, f)
		} else {
			others = append(others, f)
		}
	}
	return r, own, others
}

// fix applies the fixes of the rule until there are none.
func (c fixCase) fix(t *testing.T, files map[string]string, unsafe bool) map[string]string {
	t.Helper()
	fixed := map[string]string{}
	for name, text := range files {
		fixed[name] = text
	}
	for range 10 {
		r, own, _ := c.judge(t, fixed)
		changed := lint.Fixes(r, own, unsafe)
		if len(changed) == 0 {
			return fixed
		}
		for _, f := range changed {
			fixed[f.Name] = string(f.New)
		}
	}
	t.Fatal("the fixes never end")
	return nil
}

// fixable returns the findings that a fix mends.
func fixable(findings []*lint.Finding, unsafe bool) (some []*lint.Finding) {
	for _, f := range findings {
		if slices.ContainsFunc(f.Fixes, func(x lint.Fix) bool { return x.Safe || unsafe }) {
			some = append(some, f)
		}
	}
	return some
}

// TestFixes applies the fixes to the bad example of every rule: what they mend
// is no longer found, nothing else is found instead, and testdata/fixes shows
// each as a diff, which says whether it is safe. UPDATE_GOLDEN=1 writes them.
func TestFixes(t *testing.T) {
	written := map[string]bool{}
	for _, c := range fixCases(t) {
		t.Run(c.rule.ID, func(t *testing.T) {
			_, own, others := c.judge(t, c.bad)
			var out strings.Builder
			for _, unsafe := range []bool{false, true} {
				some := fixable(own, unsafe)
				if len(some) == 0 || unsafe && len(some) == len(fixable(own, false)) {
					continue
				}
				fixed := c.fix(t, c.bad, unsafe)
				_, left, after := c.judge(t, fixed)
				if len(left) > len(own)-len(some) {
					t.Errorf("%d findings, %d with a fix, %d left after it:\n%s", len(own), len(some), len(left), told(left))
				}
				if bad, now := severe(others), severe(after); len(now) > len(bad) {
					t.Errorf("the fix brings other errors:\n%s", told(now))
				}
				out.WriteString(map[bool]string{false: "safe\n", true: "with --unsafe-fixes\n"}[unsafe])
				for _, name := range sortedNames(fixed) {
					out.WriteString(lineDiff(name, c.bad[name], fixed[name]))
				}
				c.sameInOtherForm(t, fixed, unsafe)
			}
			file := filepath.Join("testdata", "fixes", filepath.FromSlash(c.rule.ID)+".diff")
			if out.Len() > 0 {
				written[file] = true
				goldenFile(t, file, out.String())
			}
		})
	}
	have, err := filepath.Glob("testdata/fixes/*/*.diff")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range have {
		if !written[file] {
			t.Errorf("%s: its rule has no fix", file)
		}
	}
	t.Logf("%d rules have a fix", len(written))
}

// sameInOtherForm makes sure that a file in another form gets the same fix and
// keeps its form: with line ends of Windows, with a byte order mark, without a
// last line end, and with comments everywhere.
func (c fixCase) sameInOtherForm(t *testing.T, want map[string]string, unsafe bool) {
	t.Helper()
	for _, form := range []struct {
		name  string
		write func(string) string
	}{
		{"CRLF", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }},
		{"a byte order mark", func(s string) string { return "\ufeff" + s }},
		{"no last line end", func(s string) string { return strings.TrimSuffix(s, "\n") }},
		{"a comment at the top", func(s string) string { return "# kept\n\n" + s }},
	} {
		other := map[string]string{}
		for name, text := range c.bad {
			other[name] = form.write(text)
		}
		for name, got := range c.fix(t, other, unsafe) {
			if strings.TrimSuffix(got, "\n") == strings.TrimSuffix(form.write(want[name]), "\n") {
				continue // at the end, what is left of deleted lines may have a line end
			}
			t.Errorf("%s with %s:\n%s", name, form.name, cmp.Diff(form.write(want[name]), got))
		}
	}
}

func severe(all []*lint.Finding) (errs []*lint.Finding) {
	for _, f := range all {
		if f.Severity == lint.Error {
			errs = append(errs, f)
		}
	}
	return errs
}

func told(all []*lint.Finding) string {
	var b strings.Builder
	for _, f := range all {
		b.WriteString(f.Primary().Span.String() + ": " + f.Message + " [" + f.Rule.ID + "]\n")
	}
	return b.String()
}

func sortedNames(files map[string]string) []string {
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// lineDiff tells which lines of a file differ.
func lineDiff(name, from, to string) string {
	if from == to {
		return ""
	}
	a, b := strings.SplitAfter(from, "\n"), strings.SplitAfter(to, "\n")
	// common[i][j] is the most lines that a[i:] and b[j:] have in common.
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	out := "--- " + name + "\n"
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || common[i+1][j] >= common[i][j+1]):
			out += "-" + a[i]
			i++
		default:
			out += "+" + b[j]
			j++
		}
	}
	return out
}

func goldenFile(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (UPDATE_GOLDEN=1 writes it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
