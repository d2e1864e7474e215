package report

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quorumwright/quorumwright/lint"
)

// golden compares got with a file below testdata, or with UPDATE_GOLDEN=1
// writes it.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	file = filepath.Join("testdata", filepath.FromSlash(file))
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (UPDATE_GOLDEN=1 writes it)", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// write returns a report in a format.
func write(t testing.TB, f Format, r *Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFormats(t *testing.T) {
	for _, s := range samples() {
		for _, f := range Formats {
			t.Run(s.name+"/"+f.Name, func(t *testing.T) {
				got := write(t, f, s.report)
				golden(t, s.name+"/"+f.Name+".golden", got)
				for range 5 {
					if again := write(t, f, s.report); !bytes.Equal(got, again) {
						t.Fatal("the second run gives other bytes")
					}
				}
			})
		}
	}
}

func TestTextOptions(t *testing.T) {
	colored := mismatch()
	colored.Color = true
	golden(t, "mismatch/color.golden", write(t, byName("text"), colored))
	narrow := shapes()
	narrow.Width = 60
	golden(t, "shapes/narrow.golden", write(t, byName("text"), narrow))
}

// TestNoSource makes sure that a report without lines still tells all places.
func TestNoSource(t *testing.T) {
	r := mismatch()
	r.Source = nil
	got := string(write(t, byName("text"), r))
	for _, f := range r.Findings {
		for _, at := range f.Places {
			if !strings.Contains(got, at.Label) {
				t.Errorf("no label %q in\n%s", at.Label, got)
			}
		}
	}
}

func TestRules(t *testing.T) {
	bad := "-- values.yaml --\ngateway:\n  password: a\n-- redis.conf --\nrequirepass b\n# ```\n"
	good := "gateway:\n  password: b\n"
	var page bytes.Buffer
	if err := WriteRule(&page, passwordMismatch, bad, good); err != nil {
		t.Fatal(err)
	}
	golden(t, "rules/page.txt", page.Bytes())
	golden(t, "rules/page.md", RuleMarkdown(passwordMismatch, bad, good))
	for _, c := range []struct {
		name  string
		write func(*bytes.Buffer, []*lint.Rule) error
	}{
		{"rules/rules.txt", func(b *bytes.Buffer, r []*lint.Rule) error { return RulesText(b, r) }},
		{"rules/rules.json", func(b *bytes.Buffer, r []*lint.Rule) error { return RulesJSON(b, r) }},
		{"rules/rules.md", func(b *bytes.Buffer, r []*lint.Rule) error { return RulesMarkdown(b, r) }},
	} {
		var b bytes.Buffer
		if err := c.write(&b, allRules); err != nil {
			t.Fatal(err)
		}
		golden(t, c.name, b.Bytes())
	}
}
