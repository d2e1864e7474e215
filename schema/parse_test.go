package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestParse reads the spec of every testdata/*.txtar and compares what comes out
// with its files want (the mistakes, or "ok") and, if there is one, values (the
// fields that it lists, in every environment). UPDATE_GOLDEN=1 rewrites them.
func TestParse(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	loader := NewLoader()
	for _, archive := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(archive), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(archive)
			if err != nil {
				t.Fatal(err)
			}
			spec := ar.Files[0]
			d, err := loader.Parse(spec.Name, spec.Data)
			got := map[string]string{"want": describeErrors(t, spec.Data, err)}
			for i, f := range ar.Files[1:] {
				if f.Name == "values" {
					got["values"] = listValues(t, d, string(f.Data))
				}
				if os.Getenv("UPDATE_GOLDEN") != "" {
					ar.Files[1+i].Data = []byte(got[f.Name])
					continue
				}
				if diff := cmp.Diff(string(f.Data), got[f.Name]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", f.Name, diff)
				}
			}
			if len(ar.Files) == 1 {
				t.Error("the archive has no file want")
			}
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(archive, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// describeErrors writes mistakes with the text that each position covers, and
// fails on any that a person should not see.
func describeErrors(t *testing.T, src []byte, err error) string {
	t.Helper()
	if err == nil {
		return "ok\n"
	}
	var all Errors
	if !errors.As(err, &all) {
		t.Fatalf("error of type %T: %v", err, err)
	}
	lines := lineBreak().Split(string(src), -1)
	covers := func(line, col, endLine, endCol int) string {
		if line < 1 || line > len(lines) || col < 1 || endLine < line || endLine == line && endCol <= col {
			t.Fatalf("%d:%d-%d:%d is no place in the file", line, col, endLine, endCol)
		}
		text := []rune(lines[line-1] + "\n")
		if col > len(text) || endLine == line && endCol > len(text)+1 {
			t.Fatalf("%d:%d-%d:%d is no place in the file", line, col, endLine, endCol)
		}
		if endLine > line {
			return string(text[col-1:len(text)-1]) + " …"
		}
		return strings.TrimSuffix(string(text[col-1:min(endCol-1, len(text))]), "\n")
	}
	var out strings.Builder
	for _, e := range all {
		fmt.Fprintf(&out, "%d:%d %s %s\n", e.Line, e.Column, e.Kind, e.Path)
		fmt.Fprintf(&out, "\tat: %s\n", covers(e.Line, e.Column, e.EndLine, e.EndColumn))
		fmt.Fprintf(&out, "\t%s\n", e.Message)
		if e.Help != "" {
			fmt.Fprintf(&out, "\thelp: %s\n", e.Help)
		}
		for _, r := range e.Related {
			fmt.Fprintf(&out, "\t%d:%d %s: %s\n", r.Line, r.Column, r.Message, covers(r.Line, r.Column, r.EndLine, r.EndColumn))
		}
		checkWords(t, e)
	}
	return out.String()
}

// checkWords holds a message to the rules of voice: lower case, no final
// period, no words of the machinery, and never a secret. The archives write
// canary wherever a secret may stand.
func checkWords(t *testing.T, e *Error) {
	t.Helper()
	texts := []string{e.Message, e.Help}
	for _, r := range e.Related {
		texts = append(texts, r.Message)
	}
	for _, text := range texts {
		if strings.HasSuffix(text, ".") || strings.Contains(text, "\n") {
			t.Errorf("ends with a period or has several lines: %q", text)
		}
		for _, word := range []string{"canary", "#", "out of bound", "=~", "disjunction", "_|_", "yaml:", "cue:", "%!", "<nil>"} {
			if strings.Contains(text, word) {
				t.Errorf("%q contains %q", text, word)
			}
		}
	}
	if first := e.Message[:1]; first != strings.ToLower(first) {
		t.Errorf("begins in upper case: %q", e.Message)
	}
	if e.File == "" || e.Kind == "" {
		t.Errorf("file or kind is missing: %+v", e)
	}
}

// listValues prints the fields of the base and of every environment that the
// lines of like begin with.
func listValues(t *testing.T, d *Deployment, like string) string {
	t.Helper()
	if d == nil {
		return ""
	}
	var out strings.Builder
	type part struct {
		name string
		spec Spec
	}
	parts := []part{{"spec", d.Spec}}
	for _, env := range d.Environments {
		parts = append(parts, part{env.Name, env.Spec})
	}
	for _, line := range strings.Split(strings.TrimSpace(like), "\n") {
		path, _, _ := strings.Cut(line, " ")
		if path == "" || strings.HasPrefix(line, "\t") {
			continue
		}
		fmt.Fprintf(&out, "%s\n", path)
		for _, p := range parts {
			data, err := json.Marshal(p.spec)
			if err != nil {
				t.Fatal(err)
			}
			var value any
			if err := json.Unmarshal(data, &value); err != nil {
				t.Fatal(err)
			}
			for _, name := range strings.Split(path, ".") {
				m, _ := value.(map[string]any)
				value = m[name]
			}
			text, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "\t%s: %s\n", p.name, text)
		}
	}
	return out.String()
}
