package repo_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// onDisk writes an environment of plain files and an overlay of a base.
func onDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"overlays/prod/kustomization.yaml": "resources: [../../base]\nnamespace: prod\n",
		"base/kustomization.yaml":          "resources: [redis.yaml]\n",
		"base/redis.yaml":                  guideLike("x")["redis.yaml"],
		"notes.txt":                        "no manifest\n",
	}
	for name, data := range guideLike("dev") {
		files["envs/dev/"+name] = data
	}
	for name, data := range files {
		put(t, dir, name, data)
	}
	return dir
}

func put(t *testing.T, dir, name, data string) {
	t.Helper()
	at := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func record(t *testing.T, dir string) ([]byte, bool) {
	t.Helper()
	var reads repo.Reads
	if _, err := repo.Open(repo.DirFS(dir), repo.Options{Reads: &reads}); err != nil {
		t.Fatal(err)
	}
	return reads.Bytes()
}

func TestReadsTellEveryChange(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, dir string) error{
		"a file has another text": func(_ *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(dir, "base/redis.yaml"), []byte("a: b\n"), 0o644)
		},
		"a file is gone": func(_ *testing.T, dir string) error { return os.Remove(filepath.Join(dir, "envs/dev/values.yaml")) },
		"a file is new": func(t *testing.T, dir string) error {
			put(t, dir, "envs/dev/more.yaml", "a: b\n")
			return nil
		},
		"a folder is new": func(t *testing.T, dir string) error {
			put(t, dir, "envs/test/redis.yaml", "a: b\n")
			return nil
		},
		"a second kustomization": func(t *testing.T, dir string) error {
			put(t, dir, "base/kustomization.yml", "resources: []\n")
			return nil
		},
		"a file is a folder": func(_ *testing.T, dir string) error {
			at := filepath.Join(dir, "base/redis.yaml")
			if err := os.Remove(at); err != nil {
				return err
			}
			return os.Mkdir(at, 0o755)
		},
		"a repository begins above": func(_ *testing.T, dir string) error { return os.Mkdir(filepath.Join(dir, ".git"), 0o755) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := onDisk(t)
			put(t, dir, "wd/readme.yaml", "a: b\n")
			recorded, ok := record(t, dir)
			if !ok {
				t.Fatal("what was read cannot be asked for again")
			}
			if !repo.Same(repo.DirFS(dir), "", recorded) {
				t.Error("nothing has changed, and it is not the same")
			}
			if err := os.WriteFile(filepath.Join(dir, "base/redis.yaml"), []byte(guideLike("x")["redis.yaml"]), 0o600); err != nil {
				t.Fatal(err)
			}
			if !repo.Same(repo.DirFS(dir), "", recorded) {
				t.Error("written again with the same text, and it is not the same")
			}
			if name == "a repository begins above" {
				dir = filepath.Join(dir, "wd")
				if recorded, ok = record(t, dir); !ok {
					t.Fatal("what was read cannot be asked for again")
				}
				if err := change(t, filepath.Dir(dir)); err != nil {
					t.Fatal(err)
				}
			} else if err := change(t, dir); err != nil {
				t.Fatal(err)
			}
			if repo.Same(repo.DirFS(dir), "", recorded) {
				t.Error("it is told to be the same")
			}
		})
	}
}

func TestReadsOfElsewhereAreNotKept(t *testing.T) {
	dir := onDisk(t)
	other := onDisk(t)
	recorded, _ := record(t, dir)
	if repo.Same(repo.DirFS(other), "", recorded) {
		t.Error("another folder is told to be the same")
	}
	for _, damaged := range [][]byte{nil, recorded[:len(recorded)-1], recorded[:len(recorded)-40]} {
		if repo.Same(repo.DirFS(dir), "", append(damaged, 'f')) {
			t.Error("damaged records are told to be the same")
		}
	}
	if err := os.Symlink("missing.yaml", filepath.Join(dir, "base/link.yaml")); err != nil {
		t.Fatal(err)
	}
	var reads repo.Reads
	opts := repo.Options{Reads: &reads, Paths: []string{filepath.Join(other, "envs")}}
	if _, err := repo.Open(repo.DirFS(dir), opts); err != nil {
		t.Fatal(err)
	}
	if _, ok := reads.Bytes(); ok {
		t.Error("files of another mount were kept")
	}
	reads = repo.Reads{}
	if _, err := repo.Open(tree(guideLike("dev")), repo.Options{Reads: &reads}); err != nil {
		t.Fatal(err)
	}
	if _, ok := reads.Bytes(); ok {
		t.Error("files that are not on a disk were kept")
	}
	reads = repo.Reads{}
	if _, err := repo.Open(repo.DirFS(dir), repo.Options{Reads: &reads, MaxFileSize: 100}); err != nil {
		t.Fatal(err)
	}
	if _, ok := reads.Bytes(); ok {
		t.Error("files that are too large to be read were kept")
	}
}
