//go:build unix

package git

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A pipe where git expects a file keeps git waiting for ever; it is given up.
func TestPipeInsteadOfFile(t *testing.T) {
	s := newSandbox(t)
	s.file("a", "1\n")
	s.commit("first")
	r := s.open()
	_, head, err := r.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	index := must[*FS](t)(r.Index(t.Context()))
	info := filepath.Join(s.dir, ".git/objects/info")
	if err := os.MkdirAll(info, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(info, "alternates"), 0o644); err != nil {
		t.Fatal(err)
	}
	r.attention = 100 * time.Millisecond
	if _, err := r.Tree(t.Context(), head); !errors.Is(err, errSlow) {
		t.Errorf("the tree: %v", err)
	}
	if _, err := index.ReadFile("a"); !errors.Is(err, errGone) {
		t.Errorf("a file of the index: %v", err)
	}
}

func TestOutputIsBounded(t *testing.T) {
	o := output{most: 5}
	for _, text := range []string{"abc", "de", ""} {
		if _, err := o.Write([]byte(text)); err != nil {
			t.Error(err)
		}
	}
	if _, err := o.Write([]byte("f")); !errors.Is(err, errTooMany) || !o.over || string(o.text) != "abcde" {
		t.Errorf("%v %v %q", err, o.over, o.text)
	}
	s := newSandbox(t)
	s.file("a", "1\n")
	s.commit("first")
	r := s.open()
	r.most = 10
	if _, err := r.Index(t.Context()); !errors.Is(err, errTooMany) {
		t.Errorf("the index: %v", err)
	}
}
