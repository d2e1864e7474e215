package importer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// TestImport imports the files of each archive in testdata: want.yaml is the
// spec, want.txt what is told. UPDATE_GOLDEN=1 rewrites both.
func TestImport(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("%q, %v", archives, err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files := fstest.MapFS{}
			want := map[string]*txtar.File{}
			for i, f := range ar.Files {
				if strings.HasPrefix(f.Name, "want.") {
					want[f.Name] = &ar.Files[i]
					continue
				}
				files[f.Name] = &fstest.MapFile{Data: f.Data}
			}
			result, _ := imported(t, files)
			var told strings.Builder
			for _, part := range []struct {
				title string
				notes []Note
			}{{"secrets", result.Secrets}, {"dropped", result.Dropped}, {"decided", result.Decided}} {
				told.WriteString(part.title + "\n")
				for _, n := range part.notes {
					told.WriteString("  " + n.String() + "\n")
				}
			}
			for file, got := range map[string]string{"want.yaml": string(result.Spec), "want.txt": told.String()} {
				if os.Getenv("UPDATE_GOLDEN") != "" {
					want[file].Data = []byte(got)
					continue
				}
				if diff := cmp.Diff(string(want[file].Data), got); diff != "" {
					t.Errorf("%s: -want +got\n%s", file, diff)
				}
			}
			for _, text := range []string{string(result.Spec), told.String()} {
				for _, secret := range []string{"n0t-to-be-seen", "also-not-to-be-seen", "and-this-neither"} {
					if strings.Contains(text, secret) {
						t.Errorf("a secret is told:\n%s", text)
					}
				}
			}
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(name, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
