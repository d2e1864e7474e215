package regular

import (
	"bytes"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	for _, size := range []int{0, 1, 511, 512, 513, 5000} {
		name := filepath.Join(dir, "a")
		want := bytes.Repeat([]byte{'x'}, size)
		if err := os.WriteFile(name, want, 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := ReadFile(name, 5000)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %d, %v", size, len(got), err)
		}
		if got, err := ReadFS(os.DirFS(dir), "a", 5000); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %d, %v", size, len(got), err)
		}
		var large *SizeError
		if _, err := ReadFile(name, int64(size)-1); !errors.As(err, &large) || large.Limit != int64(size)-1 {
			t.Errorf("%d bytes: error %v", size, err)
		}
	}
	if _, err := ReadFile(filepath.Join(dir, "none"), 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

// TestReadFileRefuses opens what would never end or never begin.
func TestReadFileRefuses(t *testing.T) {
	dir := t.TempDir()
	pipe, socket, zero, sparse := filepath.Join(dir, "pipe"), filepath.Join(dir, "s"), filepath.Join(dir, "zero"), filepath.Join(dir, "sparse")
	makePipe(t, pipe)
	if runtime.GOOS != "windows" {
		l, err := net.Listen("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if err := os.Symlink("/dev/zero", zero); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{dir, pipe, zero, socket} {
			if _, err := ReadFile(name, 1<<20); !errors.Is(err, ErrKind) {
				t.Errorf("%s: error %v", name, err)
			}
		}
	}
	f, err := os.Create(sparse)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(f.Truncate(10<<30), f.Close())
	var large *SizeError
	if _, read := ReadFile(sparse, 1<<20); err != nil || !errors.As(read, &large) || large.Error() != "larger than 1 MiB, and not read" {
		t.Errorf("%v, %v", err, read)
	}
	// The kernel says of its files that they are empty.
	if _, err := os.Stat("/proc/self/maps"); err == nil {
		if _, err := ReadFile("/proc/self/maps", 16); !errors.As(err, &large) {
			t.Errorf("error %v", err)
		}
	}
}
