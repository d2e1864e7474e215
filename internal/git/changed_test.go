package git

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestChangedRunsNoFilter compares files that go through a filter of the repository:
// git itself would run it.
func TestChangedRunsNoFilter(t *testing.T) {
	s := newSandbox(t)
	s.file("a.yaml", "a\n")
	s.file("secret/same", "x\n")
	s.file("secret/other", "x\n")
	s.commit("first")
	ran := filepath.Join(s.dir, "../ran")
	s.file("../filter", "#!/bin/sh\ntouch '"+ran+"'\nexit 1\n")
	if err := os.Chmod(filepath.Join(s.dir, "../filter"), 0o755); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(s.dir, "../filter")
	s.file(".git/info/attributes", "secret/** filter=Evil.one\n")
	for _, setting := range []string{"clean", "smudge", "process"} {
		s.git("config", "filter.Evil.one."+setting, program)
	}
	s.git("config", "filter.Evil.one.required", "true")
	s.file("secret/other", "y\n")
	s.file("secret/same", "x\n") // with another time
	s.file("secret/new", "x\n")
	_ = s.command("diff", "--name-only", "HEAD").Run()
	if _, err := os.Stat(ran); err != nil {
		t.Fatal("the trap does not work")
	}
	if err := os.Remove(ran); err != nil {
		t.Fatal(err)
	}

	r := s.open()
	_, head, err := r.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if paths := must[[]string](t)(r.Changed(t.Context(), head)); !slices.Equal(paths, []string{"secret/new", "secret/other"}) {
		t.Errorf("changed: %q", paths)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a program of the repository ran")
	}
	s.git("config", "filter.a=b.clean", program)
	if paths, err := r.Changed(t.Context(), head); err == nil {
		t.Errorf("changed: %q, with a filter that cannot be turned off", paths)
	}
}

func TestTreeOfPaths(t *testing.T) {
	s := newSandbox(t)
	for _, name := range []string{"--output=pwn", "-x", ":(exclude)*", "*", "dir/a", "dir/b"} {
		s.file(name, "x\n")
	}
	s.commit("first")
	r := s.open()
	_, head, err := r.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"--output=pwn", "-x", ":(exclude)*", "*", "dir/a"} {
		if paths := must[*FS](t)(r.Tree(t.Context(), head, name)).Paths(); !slices.Equal(paths, []string{name}) {
			t.Errorf("the tree of %q holds %q", name, paths)
		}
	}
	if paths := must[*FS](t)(r.Tree(t.Context(), head, "dir", "none")).Paths(); !slices.Equal(paths, []string{"dir/a", "dir/b"}) {
		t.Errorf("the tree of a folder holds %q", paths)
	}
}
