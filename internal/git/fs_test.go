package git

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestIndexAndTreeAreFileSystems(t *testing.T) {
	s := newSandbox(t)
	s.file("a.txt", "one\n")
	s.file("deep/er/b.txt", "two\n")
	s.file("deep/empty", "")
	s.file("odd\nname", "three\n")
	if err := os.Symlink("er/b.txt", filepath.Join(s.dir, "deep/link")); err != nil {
		t.Fatal(err)
	}
	commit := s.commit("first")
	r := s.open()
	for name, files := range map[string]*FS{
		"index": must[*FS](t)(r.Index(t.Context())),
		"tree":  must[*FS](t)(r.Tree(t.Context(), commit)),
	} {
		if err := fstest.TestFS(files, "a.txt", "deep/er/b.txt", "deep/empty", "deep/link", "odd\nname"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if data := must[[]byte](t)(fs.ReadFile(files, "deep/link")); string(data) != "two\n" {
			t.Errorf("%s: through the symbolic link: %q", name, data)
		}
	}
}

// TestIndexIsNotTheDisk stages one text, writes another, and adds a file that
// is not staged.
func TestIndexIsNotTheDisk(t *testing.T) {
	s := newSandbox(t)
	s.file("a.txt", "staged\n")
	s.file("gone.txt", "x\n")
	s.commit("first")
	s.file("a.txt", "new\n")
	s.git("add", "a.txt")
	s.git("rm", "-q", "--cached", "gone.txt")
	s.file("a.txt", "newer\n")
	s.file("untracked.txt", "x\n")
	s.file("announced.txt", "x\n")
	s.git("add", "-N", "announced.txt")
	odd := "  size: 0\tflags: 20000000"
	for _, name := range []string{".gitkeep", odd, "  size: 0"} {
		s.file(name, "")
		s.git("add", name)
	}
	files := must[*FS](t)(s.open().Index(t.Context()))
	if got := strings.Join(files.Paths(), "|"); got != "  size: 0|"+odd+"|.gitkeep|a.txt" && got != odd+"|  size: 0|.gitkeep|a.txt" {
		t.Errorf("the index holds %s", got)
	}
	if data := must[[]byte](t)(files.ReadFile("a.txt")); string(data) != "new\n" {
		t.Errorf("a.txt is %q", data)
	}
}

func TestConflictIsTold(t *testing.T) {
	s := newSandbox(t)
	s.file("a", "1\n")
	s.commit("first")
	s.git("checkout", "-q", "-b", "other")
	s.file("a", "2\n")
	s.commit("second")
	s.git("checkout", "-q", "main")
	s.file("a", "3\n")
	s.commit("third")
	if err := s.command("merge", "other").Run(); err == nil {
		t.Fatal("there is no conflict")
	}
	if _, err := s.open().Index(t.Context()); err == nil || !strings.Contains(err.Error(), "a is in conflict") {
		t.Errorf("error %v", err)
	}
}

func TestSymbolicLinksStayInside(t *testing.T) {
	s := newSandbox(t)
	s.file("../outside", "secret\n")
	s.file("in", "x\n")
	for name, target := range map[string]string{"out": "../outside", "abs": "/etc/hostname", "loop": "loop", "dir/up": "../in"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(s.dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, filepath.Join(s.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	s.commit("links")
	files := must[*FS](t)(s.open().Index(t.Context()))
	for _, name := range []string{"out", "abs", "loop"} {
		if data, err := files.ReadFile(name); err == nil {
			t.Errorf("%s was read: %q", name, data)
		}
		if info, err := files.Lstat(name); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if data := must[[]byte](t)(files.ReadFile("dir/up")); string(data) != "x\n" {
		t.Errorf("dir/up is %q", data)
	}
	if _, err := files.Open("../outside"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("error %v", err)
	}
}

func TestWithAndEqual(t *testing.T) {
	s := newSandbox(t)
	s.file("a", "1\n")
	s.file("b/c", "2\n")
	commit := s.commit("first")
	r := s.open()
	files := must[*FS](t)(r.Tree(t.Context(), commit))
	next := files.With([]Change{{Path: "b/c"}, {Path: "d/e", Data: []byte("3\n")}, {Path: "a", Data: []byte("1\n")}})
	if got := strings.Join(next.Paths(), " "); got != "a d/e" {
		t.Errorf("paths %s", got)
	}
	if _, err := fs.Stat(next, "b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the empty folder is there: %v", err)
	}
	if must[bool](t)(next.Equal(files)) {
		t.Error("different trees are equal")
	}
	if !must[bool](t)(next.With([]Change{{Path: "b/c", Data: []byte("2\n")}, {Path: "d/e"}}).Equal(files)) {
		t.Error("equal trees are not equal")
	}
}
