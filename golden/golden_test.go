// Package golden holds specs and the exact files they become. The specs are also
// the examples of the documentation. UPDATE_GOLDEN=1 go test rewrites the files.
package golden

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/schema"
)

// specFile is what makes a folder a case.
const specFile = "quorumwright.yaml"

// cases are the folders with a spec.
func cases(t *testing.T) []string {
	t.Helper()
	specs, err := filepath.Glob("*/" + specFile)
	if err != nil {
		t.Fatal(err)
	}
	if len(specs) < 5 {
		t.Fatalf("found only %d specs: %q", len(specs), specs)
	}
	names := make([]string, len(specs))
	for i, spec := range specs {
		names[i] = filepath.Dir(spec)
	}
	return names
}

// generated returns the tree of a case.
func generated(t *testing.T, name string) (*schema.Deployment, *generate.Tree) {
	t.Helper()
	d, err := schema.Load(os.DirFS(name), specFile)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := generate.Generate(d)
	if err != nil {
		t.Fatal(err)
	}
	return d, tree
}

// A files is what a person keeps below the output folder, by path.
type files map[string][]byte

// encrypted returns the encrypted Secrets of a case, which no run writes.
func encrypted(t *testing.T, name string, d *schema.Deployment) files {
	t.Helper()
	own := files{}
	for _, f := range generate.EncryptedFiles(d) {
		data, err := os.ReadFile(filepath.Join(name, "deploy", filepath.FromSlash(f.Path)))
		if err != nil {
			t.Fatal(err)
		}
		own[f.Path] = data
	}
	return own
}

func (f files) write(t *testing.T, dir string) {
	t.Helper()
	for file, data := range f {
		target := filepath.Join(dir, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// read returns the files below a folder.
func read(t *testing.T, fsys fs.FS) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(fsys, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, path)
		files[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestGolden(t *testing.T) {
	update := os.Getenv("UPDATE_GOLDEN") == "1"
	for _, name := range cases(t) {
		t.Run(name, func(t *testing.T) {
			d, tree := generated(t, name)
			deploy := filepath.Join(name, "deploy")
			own := encrypted(t, name, d)
			if update {
				if err := os.RemoveAll(deploy); err != nil {
					t.Fatal(err)
				}
				if _, err := tree.Write(deploy, generate.WriteOptions{}); err != nil {
					t.Fatal(err)
				}
				own.write(t, deploy)
			}
			want := read(t, os.DirFS(deploy))
			for file := range own {
				delete(want, file)
			}
			if diff := cmp.Diff(want, read(t, tree.FS())); diff != "" {
				t.Errorf("-golden +generated:\n%s", diff)
			}
		})
	}
}

// Equal specs give equal bytes, and a second run has nothing to do.
func TestTwice(t *testing.T) {
	for _, name := range cases(t) {
		t.Run(name, func(t *testing.T) {
			_, first := generated(t, name)
			_, second := generated(t, name)
			if diff := cmp.Diff(first.Files(), second.Files()); diff != "" {
				t.Fatalf("two runs differ:\n%s", diff)
			}
			dir := filepath.Join(t.TempDir(), "deploy")
			if _, err := first.Write(dir, generate.WriteOptions{}); err != nil {
				t.Fatal(err)
			}
			changes, err := second.Write(dir, generate.WriteOptions{})
			if err != nil || len(changes) != 0 {
				t.Fatalf("the second run changed %v, error %v", changes, err)
			}
		})
	}
}
