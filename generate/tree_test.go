package generate

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quorumwright/quorumwright/schema"
)

func mustGenerate(t *testing.T, d *schema.Deployment, environments ...string) *Tree {
	t.Helper()
	tree, err := Generate(d, environments...)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func nothing(*schema.Spec) {}

// two is a deployment with the environments dev and prod.
func two() *schema.Deployment {
	return deployment(map[string]func(*schema.Spec){
		"dev":  nothing,
		"prod": func(s *schema.Spec) { s.Namespace, s.Gateway.Namespace = "prod", "prod" },
	})
}

// written returns a folder with the files of a tree.
func written(t *testing.T, tree *Tree) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := tree.Write(dir, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// put writes one file of a folder.
func put(t *testing.T, dir, name, content string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// told lists changes as a person is told them.
func told(changes []Change) []string {
	lines := []string{}
	for _, c := range changes {
		lines = append(lines, c.String())
	}
	return lines
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	files := []string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestDiff(t *testing.T) {
	const values = "overlays/prod/values.yaml"
	tests := []struct {
		name   string
		change func(t *testing.T, dir string)
		want   []string
	}{
		{"in sync", func(*testing.T, string) {}, []string{}},
		{"deleted", func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, values)); err != nil {
				t.Fatal(err)
			}
		}, []string{values + ": missing"}},
		{"edited", func(t *testing.T, dir string) { put(t, dir, values, "x: 1\n") }, []string{values + ": changed by hand"}},
		{"CRLF", func(t *testing.T, dir string) {
			data, err := os.ReadFile(filepath.Join(dir, values))
			if err != nil {
				t.Fatal(err)
			}
			put(t, dir, values, strings.ReplaceAll(string(data), "\n", "\r\n"))
		}, []string{}},
		{"a folder in the way", func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, values)); err != nil {
				t.Fatal(err)
			}
			put(t, dir, values+"/x", "")
		}, []string{values + ": in the way: a folder"}},
		{"a symbolic link", func(t *testing.T, dir string) {
			if err := os.Rename(filepath.Join(dir, values), filepath.Join(dir, "elsewhere")); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("../../elsewhere", filepath.Join(dir, values)); err != nil {
				t.Fatal(err)
			}
		}, []string{values + ": in the way: a symbolic link"}},
		{"a linked folder", func(t *testing.T, dir string) {
			if err := os.Rename(filepath.Join(dir, "base"), filepath.Join(dir, "elsewhere")); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("elsewhere", filepath.Join(dir, "base")); err != nil {
				t.Fatal(err)
			}
		}, func() []string {
			var want []string
			for _, f := range mustGenerate(t, two()).Files() {
				if strings.HasPrefix(f.Path, "base/") {
					want = append(want, f.Path+": in the way: the folder base is a symbolic link")
				}
			}
			return want
		}()},
		{"files of others", func(t *testing.T, dir string) {
			put(t, dir, "README.md", "x")
			put(t, dir, "overlays/prod/notes.txt", "x")
			put(t, dir, "overlays/ours/kustomization.yaml", "x")
		}, []string{}},
		{"an unreadable ownership file", func(t *testing.T, dir string) {
			put(t, dir, "overlays/prod/.quorumwright.json", "<<<<<<< HEAD\n")
			put(t, dir, values, "x: 1\n")
		}, []string{
			"overlays/prod/.quorumwright.json: stale",
			values + ": in the way: a file that quorumwright did not write",
		}},
	}
	tree := mustGenerate(t, two())
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := written(t, tree)
			test.change(t, dir)
			changes, err := tree.Diff(os.DirFS(dir))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, told(changes)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestDiffOfNothing(t *testing.T) {
	tree := mustGenerate(t, two())
	changes, err := tree.Diff(fstest.MapFS{})
	if err != nil {
		t.Fatal(err)
	}
	if len(changes) != len(tree.Files()) {
		t.Fatalf("%d of %d files are missing", len(changes), len(tree.Files()))
	}
	for _, c := range changes {
		if c.Kind != Missing {
			t.Errorf("%s", c)
		}
	}
}

// A changed spec makes files stale, and those that somebody edited are told apart.
func TestStale(t *testing.T) {
	dir := written(t, mustGenerate(t, two()))
	put(t, dir, "overlays/prod/kustomization.yaml", "mine\n")
	d := two()
	d.Environments[1].Spec.Redis.Image.Tag = "7.2.6"
	d.Environments[1].Spec.Redis.MasterName = "other"
	changes, err := mustGenerate(t, d).Diff(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"overlays/prod/.quorumwright.json: stale",
		"overlays/prod/kustomization.yaml: changed by hand",
		"overlays/prod/sentinel.conf: stale",
		"overlays/prod/values.yaml: stale",
	}
	if diff := cmp.Diff(want, told(changes)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// An environment that is gone takes its files along, but for those that somebody
// changed or added.
func TestRemovedEnvironment(t *testing.T) {
	dir := written(t, mustGenerate(t, two()))
	d := two()
	d.Environments = d.Environments[:1]
	tree := mustGenerate(t, d)

	put(t, dir, "overlays/prod/values.yaml", "mine\n")
	_, err := tree.Write(dir, WriteOptions{})
	var conflict *ConflictError
	if !errors.As(err, &conflict) {
		t.Fatalf("error %v", err)
	}
	if want := "overlays/prod/values.yaml: changed by hand, and no longer generated"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}

	put(t, dir, "overlays/prod/notes.txt", "mine\n")
	changes, err := tree.Write(dir, WriteOptions{Force: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"overlays/prod/.quorumwright.json: orphaned",
		"overlays/prod/kustomization.yaml: orphaned",
		"overlays/prod/sentinel.conf: orphaned",
		"overlays/prod/values.yaml: changed by hand, and no longer generated",
	}
	if diff := cmp.Diff(want, told(changes)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	rest := []string{"overlays/prod/notes.txt"}
	for _, f := range tree.Files() {
		rest = append(rest, f.Path)
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(rest)), list(t, dir)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if err := os.Remove(filepath.Join(dir, "overlays/prod/notes.txt")); err != nil {
		t.Fatal(err)
	}
	if changes, err := tree.Write(dir, WriteOptions{}); err != nil || len(changes) > 0 {
		t.Errorf("changes %v, error %v", changes, err)
	}
}

func TestRemovedEnvironmentLeavesNoFolder(t *testing.T) {
	dir := written(t, mustGenerate(t, two()))
	d := two()
	d.Environments = d.Environments[:1]
	if _, err := mustGenerate(t, d).Write(dir, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "overlays/prod")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("overlays/prod is still there: %v", err)
	}
}

// A file that an environment does not need any more goes.
func TestRemovedFile(t *testing.T) {
	dir := written(t, mustGenerate(t, two()))
	d := two()
	d.Environments[1].Spec = baseSpec()
	changes, err := mustGenerate(t, d).Write(dir, WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"overlays/prod/.quorumwright.json: stale",
		"overlays/prod/kustomization.yaml: stale",
		"overlays/prod/sentinel.conf: orphaned",
		"overlays/prod/values.yaml: stale",
	}
	if diff := cmp.Diff(want, told(changes)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// A tree of one environment leaves the others alone, whatever they are like.
func TestPartial(t *testing.T) {
	d := two()
	dir := written(t, mustGenerate(t, d))
	put(t, dir, "overlays/prod/values.yaml", "mine\n")
	d.Environments[0].Spec.Gateway.Replicas = 7
	d.Environments[1].Spec.Gateway.Replicas = 7
	changes, err := mustGenerate(t, d, "dev").Write(dir, WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"overlays/dev/.quorumwright.json: stale", "overlays/dev/values.yaml: stale"}
	if diff := cmp.Diff(want, told(changes)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if _, err := Generate(d, "nowhere"); err == nil || err.Error() != "quorumwright.yaml: there is no environment nowhere" {
		t.Errorf("error %v", err)
	}
}

// What is as it should be is not touched, and what is written has mode 0644.
func TestWriteTouchesOnlyChanges(t *testing.T) {
	d := two()
	dir := written(t, mustGenerate(t, d))
	old := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	for _, name := range list(t, dir) {
		if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	d.Environments[1].Spec.Gateway.Replicas = 7
	changes, err := mustGenerate(t, d).Write(dir, WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	changed := map[string]bool{}
	for _, c := range changes {
		changed[c.Path] = true
	}
	if len(changed) != 2 {
		t.Errorf("changes %v", changes)
	}
	for _, name := range list(t, dir) {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != 0o644 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
		if touched := !info.ModTime().Equal(old); touched != changed[name] {
			t.Errorf("%s: touched %v, changed %v", name, touched, changed[name])
		}
	}
}

// Conflicts are told all at once, and nothing is written.
func TestConflict(t *testing.T) {
	d := two()
	dir := written(t, mustGenerate(t, d))
	put(t, dir, "overlays/dev/values.yaml", "mine\n")
	put(t, dir, "base/redis.conf", "mine\n")
	before := snapshot(t, dir)
	d.Environments[1].Spec.Gateway.Replicas = 7
	tree := mustGenerate(t, d)
	_, err := tree.Write(dir, WriteOptions{})
	if want := "base/redis.conf: changed by hand\noverlays/dev/values.yaml: changed by hand"; err == nil || err.Error() != want {
		t.Fatalf("got %v, want %s", err, want)
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("something was written: %s", diff)
	}
	if _, err := tree.Write(dir, WriteOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	if changes, err := tree.Diff(os.DirFS(dir)); err != nil || len(changes) > 0 {
		t.Errorf("changes %v, error %v", changes, err)
	}
}

// Nothing is written or removed through a link, not even by force.
func TestWriteStaysInside(t *testing.T) {
	for _, link := range []string{"base", "overlays", "overlays/prod", "overlays/prod/values.yaml"} {
		t.Run(link, func(t *testing.T) {
			tree := mustGenerate(t, two())
			outside, dir := t.TempDir(), t.TempDir()
			put(t, outside, "values.yaml", "secret\n")
			target := outside
			if strings.HasSuffix(link, ".yaml") {
				target = filepath.Join(outside, "values.yaml")
			}
			if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(link)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
				t.Fatal(err)
			}
			_, err := tree.Write(dir, WriteOptions{Force: true})
			if err == nil || !strings.Contains(err.Error(), "a symbolic link") {
				t.Errorf("error %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows what is outside: %v", err)
			}
			if diff := cmp.Diff(map[string]string{"values.yaml": "secret\n"}, snapshot(t, outside)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An ownership file cannot make us remove what is outside, or what it is wrong
// about.
func TestForgedOwnership(t *testing.T) {
	tree := mustGenerate(t, two())
	dir := written(t, tree)
	put(t, dir, "../victim", "x\n")
	put(t, dir, "keep.txt", "x\n")
	put(t, dir, "overlays/evil/.quorumwright.json", `{"files": [
		{"path": "../victim", "sha256": "`+sum([]byte("x\n"))+`"},
		{"path": "/etc/passwd", "sha256": ""}]}`)
	changes, err := tree.Write(dir, WriteOptions{Force: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"overlays/evil/.quorumwright.json: orphaned"}, told(changes)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(dir, "..", "victim")); err != nil {
		t.Error(err)
	}
}

func TestWriteErrors(t *testing.T) {
	tree := mustGenerate(t, two())
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := tree.Write(file, WriteOptions{})
	if want := file + ": cannot make the output folder: not a directory"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestNames(t *testing.T) {
	tests := []struct{ name, files, want string }{
		{"fine", "a b/c b/.quorumwright.json com.yaml", ""},
		{"case", "overlays/Prod/x overlays/prod/x", "overlays/Prod/x and overlays/prod/x are one file where case does not count: rename one of them"},
		{"device", "overlays/con/x", "overlays/con/x: the name con cannot be a file everywhere: choose another one"},
		{"device with extension", "overlays/Aux.d/x", "overlays/Aux.d/x: the name aux.d cannot be a file everywhere: choose another one"},
		{"port", "com1", "com1: the name com1 cannot be a file everywhere: choose another one"},
		{"git", "a/.git/config", "a/.git/config: the name .git cannot be a file everywhere: choose another one"},
		{"outside", "../x", "../x: not a path inside the output folder"},
		{"absolute", "/x", "/x: not a path inside the output folder"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if err := checkNames(strings.Fields(test.files)); err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range list(t, dir) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(data)
	}
	return files
}

// A component is there as long as some environment lists it, also in a tree of
// the others.
func TestComponents(t *testing.T) {
	d := two()
	d.Environments[1].Spec.Redis.TLS.Enabled = true
	dir := written(t, mustGenerate(t, d))
	if changes, err := mustGenerate(t, d, "dev").Diff(os.DirFS(dir)); err != nil || len(changes) > 0 {
		t.Errorf("a tree of dev: changes %v, error %v", changes, err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "overlays/prod/kustomization.yaml"))
	if err != nil || !strings.Contains(string(data), "- ../../components/tls\n") {
		t.Errorf("%v\n%s", err, data)
	}
	d.Environments[1].Spec.Redis.TLS.Enabled = false
	if _, err := mustGenerate(t, d).Write(dir, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "components")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("components is still there: %v", err)
	}
}
