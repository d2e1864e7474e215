package repo_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// TestOpen reads the tree of every archive and compares what it says, and
// where, with the archive's file want. The comment of an archive may give
// options, one a line: path:, values:, chart:, exclude:, dir:. A file whose
// name ends in .crlf is read with CRLF line ends, under the name without it.
func TestOpen(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			tree, want := fstest.MapFS{}, -1
			for i, f := range a.Files {
				if f.Name == "want" {
					want = i
					continue
				}
				data := f.Data
				base, crlf := strings.CutSuffix(f.Name, ".crlf")
				if crlf {
					data = []byte(strings.ReplaceAll(string(data), "\n", "\r\n"))
				}
				tree[base] = &fstest.MapFile{Data: data, Mode: 0o644}
			}
			r, err := repo.Open(tree, archiveOptions(string(a.Comment)))
			if err != nil {
				t.Fatal(err)
			}
			checkPositions(t, r)
			got := listing(r)
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if want < 0 {
					a.Files = append(a.Files, txtar.File{Name: "want"})
					want = len(a.Files) - 1
				}
				a.Files[want].Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want < 0 {
				t.Fatal("the archive has no file want")
			}
			if diff := cmp.Diff(string(a.Files[want].Data), got); diff != "" {
				t.Errorf("want - got +\n%s", diff)
			}
		})
	}
}

func archiveOptions(comment string) repo.Options {
	var o repo.Options
	for line := range strings.Lines(comment) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		switch key {
		case "path":
			o.Paths = append(o.Paths, value)
		case "values":
			o.Values = append(o.Values, value)
		case "chart":
			o.ChartVersion = value
		case "exclude":
			o.Exclude = append(o.Exclude, value)
		case "dir":
			o.Dir = value
		}
	}
	return o
}

// listing prints what a repository says: every scalar with its place.
func listing(r *repo.Repo) string {
	var b strings.Builder
	for _, e := range r.Environments {
		fmt.Fprintf(&b, "environment %q in %s", e.Name, e.Root)
		if e.Rendered {
			b.WriteString(" rendered")
		}
		if e.Partial {
			b.WriteString(" partial")
		}
		b.WriteString("\n")
		for _, o := range e.Objects {
			fmt.Fprintf(&b, "\t%s\n", o.ID())
			list(&b, o.Value)
		}
		for _, v := range e.Values {
			fmt.Fprintf(&b, "\tvalues of %s %q", v.Chart.Name, v.Chart.Version)
			if v.Chart.At.Exists() {
				fmt.Fprintf(&b, " at %s", span(v.Chart.At.Span()))
			}
			if v.Release != "" {
				fmt.Fprintf(&b, " release %s", v.Release)
			}
			if v.Namespace != "" {
				fmt.Fprintf(&b, " namespace %s", v.Namespace)
			}
			if v.Object != nil {
				fmt.Fprintf(&b, " by %s", v.Object.ID())
			}
			if v.Partial {
				b.WriteString(" partial")
			}
			b.WriteString("\n")
			list(&b, v.Value)
		}
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "%s: %s: %s\n", span(p.Span), p.Rule, p.Message)
		if p.Help != "" {
			fmt.Fprintf(&b, "\thelp: %s\n", p.Help)
		}
		for _, rel := range p.Related {
			fmt.Fprintf(&b, "\t%s: %s\n", span(rel.Span), rel.Message)
		}
	}
	fmt.Fprintf(&b, "files %s\n", strings.Join(r.Files, " "))
	if len(r.Specs) > 0 {
		fmt.Fprintf(&b, "specs %s\n", strings.Join(r.Specs, " "))
	}
	if r.Roots > 0 || r.Templates > 0 {
		fmt.Fprintf(&b, "%d roots, %d templates\n", r.Roots, r.Templates)
	}
	return b.String()
}

func list(b *strings.Builder, v repo.Value) {
	each(v, func(v repo.Value) {
		if v.IsScalar() || v.IsNull() {
			fmt.Fprintf(b, "\t\t%s = %q %s\n", v.Path(), v.Text(), span(v.Span()))
		}
	})
}

func each(v repo.Value, visit func(repo.Value)) {
	visit(v)
	for _, f := range v.Fields() {
		each(f, visit)
	}
	for _, f := range v.Items() {
		each(f, visit)
	}
}

func span(s repo.Span) string {
	end := fmt.Sprintf("-%d", s.EndColumn)
	if s.EndLine != s.Line {
		end = fmt.Sprintf("-%d:%d", s.EndLine, s.EndColumn)
	}
	if s.Approximate {
		end += "~"
	}
	return s.String() + end
}

// checkPositions asserts the promise of the package: at every position that
// is not marked approximate stands the value itself, for keys the key, and for
// parts of a text that part.
func checkPositions(t *testing.T, r *repo.Repo) {
	t.Helper()
	for _, e := range r.Environments {
		for _, o := range e.Objects {
			each(o.Value, func(v repo.Value) { checkPosition(t, r, v) })
		}
		for _, vs := range e.Values {
			each(vs.Value, func(v repo.Value) { checkPosition(t, r, v) })
		}
	}
}

func checkPosition(t *testing.T, r *repo.Repo, v repo.Value) {
	t.Helper()
	if s := v.Span(); !s.IsValid() {
		t.Errorf("%s has no position", v.Path())
	} else if got := text(t, r, s); !s.Approximate && v.IsScalar() && !repo.Spells(got, v) {
		t.Errorf("%s: %s: the file has %q, the value is %q", s, v.Path(), got, v.Text())
	}
	if p := v.Path(); len(p) > 0 && !strings.HasPrefix(p[len(p)-1], "[") {
		s := v.KeySpan()
		if got := strings.Trim(text(t, r, s), `"'`); !s.Approximate && got != p[len(p)-1] {
			t.Errorf("%s: the key of %s is written %q", s, p, got)
		}
	}
	if !v.IsScalar() {
		return
	}
	txt := v.Text()
	for at, word := 0, ""; at < len(txt); at += len(word) + 1 {
		if word = txt[at:]; strings.ContainsAny(word, " \r\n") {
			word = word[:strings.IndexAny(word, " \r\n")]
		}
		if word == "" {
			continue
		}
		s := v.TextSpan(at, at+len(word))
		if got := text(t, r, s); !s.Approximate && !repo.SpellsPart(got, word) {
			t.Errorf("%s: the file has %q, the text of %s there is %q", s, got, v.Path(), word)
		}
	}
}

// text returns what stands at a span.
func text(t *testing.T, r *repo.Repo, s repo.Span) string {
	t.Helper()
	data, ok := r.Bytes(s.File)
	if !ok {
		t.Errorf("%s: there is no such file", s)
		return ""
	}
	start, end, ok := r.Offsets(s)
	if !ok {
		t.Errorf("%s-%d:%d: there is no such place", s, s.EndLine, s.EndColumn)
		return ""
	}
	return string(data[start:end])
}
