package repo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestQuickRead holds that the quick way reads what the ordinary way reads, and
// leaves to it everything else.
func TestQuickRead(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "repo")
	if err := os.MkdirAll(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"outside": "o", "repo/a": "abc", "repo/empty": "", "repo/sub/b": "b", "repo/large": strings.Repeat("x", 100)} {
		if err := os.WriteFile(filepath.Join(top, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{
		"inside": "sub/b", "up": "../outside", "absolute": filepath.Join(dir, "a"), "loop": "loop", "folder": "sub", "gone": "nothing", "sub/back": "../a",
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	d := &dirFS{dir: dir}
	if err := d.prepare(); err != nil {
		t.Fatal(err)
	}
	const limit = 50
	for name, quick := range map[string]bool{
		"a": true, "empty": true, "sub/b": true, "inside": true, "folder/b": true, "sub/back": true,
		"large": false, "up": false, "absolute": false, "loop": false, "folder": false, "sub": false, "gone": false, "pipe": false,
		"nothing": false, "../outside": false, "sub/../a": false, "/a": false, "": false, ".": false, "a/": false,
	} {
		data, ok := d.readQuick(name, limit)
		if noQuick.Load() {
			quick = false // by this kernel
		}
		if ok != quick {
			t.Errorf("%q: read %v", name, ok)
		}
		if !ok {
			continue
		}
		if want, err := fs.ReadFile(struct{ fs.FS }{d}, name); err != nil || string(want) != string(data) {
			t.Errorf("%q: %q, and in the ordinary way %q, %v", name, data, want, err)
		}
	}
	for name, missing := range map[string]bool{
		"nothing": true, "gone": true, "sub/nothing": true, "nothing/b": true,
		"a": false, "sub": false, "inside": false, "loop": false, "up": false, "a/b": false, "../outside": false, "pipe": false,
	} {
		if _, err := (fs.Stat(struct{ fs.FS }{d}, name)); missing && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", name, err)
		}
		if got := d.missing(name); got != missing && !noQuick.Load() {
			t.Errorf("%q: missing %v", name, got)
		}
	}
	for _, name := range []string{".", "sub", "folder", "up", "a", "nothing", "..", "pipe"} {
		got, err := d.ReadDir(name)
		want, wantErr := readDir(d, name)
		if len(got) != len(want) || (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %d entries, %v, and in the ordinary way %d, %v", name, len(got), err, len(want), wantErr)
		}
		for i := range got {
			if got[i].Name() != want[i].Name() || got[i].Type() != want[i].Type() {
				t.Errorf("%q: %v, and in the ordinary way %v", name, got[i], want[i])
			}
		}
	}
}
