package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/rules"
	"golang.org/x/tools/txtar"
)

// TestCharts lints small repositories in which the chart's version or the
// values come from different places, and compares all findings about charts,
// plugins and images with the archive's file want. The archive's comment may
// give options, one a line: "values: a.yaml b.yaml" lays these files over each
// other, "chart: 4.9" is the version that the person gives. UPDATE_GOLDEN=1
// rewrites want.
func TestCharts(t *testing.T) {
	archives, err := filepath.Glob("testdata/charts/*/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(name), "testdata/charts/"), ".txtar"), func(t *testing.T) {
			t.Parallel()
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(ar.Files, func(f txtar.File) bool { return f.Name == "want" })
			want := ""
			if i >= 0 {
				want = string(ar.Files[i].Data)
				ar.Files = slices.Delete(ar.Files, i, i+1)
			}
			got := chartFindings(t, ar)
			switch {
			case got == want && i >= 0:
			case os.Getenv("UPDATE_GOLDEN") == "":
				t.Errorf("findings (-want +got):\n%s", cmp.Diff(want, got))
			default:
				ar.Files = append(ar.Files, txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(name, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func chartFindings(t *testing.T, ar *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range ar.Files {
		p := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var opts repo.Options
	for line := range strings.Lines(string(ar.Comment)) {
		if files, ok := strings.CutPrefix(line, "values: "); ok {
			opts.Values = strings.Fields(files)
			opts.Paths = opts.Values
		}
		if version, ok := strings.CutPrefix(line, "chart: "); ok {
			opts.ChartVersion = strings.TrimSpace(version)
		}
	}
	r, err := repo.Open(repo.DirFS(dir), opts)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range lint.Run(r, lint.Options{Rules: rules.All(), Known: rules.All(), Today: today}) {
		switch f.Rule.Family() {
		case "chart", "plugin", "image", "yaml":
		default:
			continue
		}
		fmt.Fprintf(&b, "%s: %s: %s [%s]\n", f.Primary().Span, f.Severity, f.Message, f.Rule.ID)
		for i, p := range f.Places {
			if i > 0 || p.Label != "" {
				fmt.Fprintf(&b, "\t%s: %s\n", p.Span, p.Label)
			}
		}
		if f.Help != "" {
			fmt.Fprintf(&b, "\thelp: %s\n", f.Help)
		}
		if len(f.Environments) > 0 {
			fmt.Fprintf(&b, "\tin %s\n", strings.Join(f.Environments, ", "))
		}
	}
	return b.String()
}
