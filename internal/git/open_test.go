package git

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	s := newSandbox(t)
	s.file("sub/dir/a", "1\n")
	first := s.commit("first")

	t.Run("subfolder", func(t *testing.T) {
		r := s.at("sub/dir").open()
		if r.Top != s.dir || r.Prefix != "sub/dir" {
			t.Errorf("top %s, prefix %s", r.Top, r.Prefix)
		}
		if got := must[*FS](t)(r.Index(t.Context())).Paths(); len(got) != 1 || got[0] != "sub/dir/a" {
			t.Errorf("index %v", got)
		}
	})
	t.Run("worktree", func(t *testing.T) {
		s.git("worktree", "add", "-q", "../tree", "-b", "tree")
		w := s.at("../tree")
		w.file("sub/new", "x\n")
		w.git("add", "-A")
		r := w.open()
		if branch, commit, err := r.Head(t.Context()); branch != "tree" || commit != first || err != nil {
			t.Errorf("branch %q, commit %s, %v", branch, commit, err)
		}
		if got := must[*FS](t)(r.Index(t.Context())).Paths(); len(got) != 2 {
			t.Errorf("index %v", got)
		}
		if at := must[string](t)(s.open().CheckedOutAt(t.Context(), "refs/heads/tree")); at != w.dir {
			t.Errorf("tree is checked out at %q", at)
		}
		must[string](t)(commitFiles(t.Context(), r, "refs/heads/from-worktree", Change{Path: "n", Data: []byte("x\n")}))
		s.git("rev-parse", "--verify", "from-worktree")
	})
	t.Run("submodule", func(t *testing.T) {
		outer := newSandbox(t)
		outer.git("submodule", "--quiet", "add", s.dir, "inner")
		outer.commit("outer")
		inner := outer.at("inner")
		r := inner.open()
		if r.Top != inner.dir || !strings.HasSuffix(r.GitDir, "/.git/modules/inner") {
			t.Errorf("top %s, git folder %s", r.Top, r.GitDir)
		}
		must[string](t)(commitFiles(t.Context(), r, "refs/heads/x", Change{Path: "n", Data: []byte("x\n")}))
		inner.git("rev-parse", "--verify", "x")
		if why := must[*FS](t)(outer.open().Index(t.Context())).Obstacle("inner/deploy/a"); !strings.Contains(why, "inner is a submodule") {
			t.Errorf("obstacle %q", why)
		}
	})
	t.Run("shallow", func(t *testing.T) {
		s.file("sub/dir/a", "2\n")
		s.commit("second")
		s.git("clone", "-q", "--depth=1", "file://"+s.dir, "../shallow")
		c := s.at("../shallow")
		r := c.open()
		if !r.Shallow {
			t.Error("the clone does not look shallow")
		}
		must[string](t)(commitFiles(t.Context(), r, "refs/heads/x", Change{Path: "n", Data: []byte("x\n")}))
		if got := c.git("show", "--stat", "--format=", "x"); !strings.Contains(got, "1 file changed") {
			t.Errorf("the commit changes %s", got)
		}
		if id := must[string](t)(r.Resolve(t.Context(), first)); id != "" {
			t.Errorf("a commit that is not here is %s", id)
		}
	})
	t.Run("detached", func(t *testing.T) {
		c := s.at("../tree")
		c.git("checkout", "-q", "--detach")
		if branch, commit, err := c.open().Head(t.Context()); branch != "" || commit == "" || err != nil {
			t.Errorf("branch %q, commit %q, %v", branch, commit, err)
		}
	})
	t.Run("no repository", func(t *testing.T) {
		if _, err := Open(t.Context(), Options{Dir: t.TempDir(), Env: s.env}); !errors.Is(err, ErrNotRepository) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("bare", func(t *testing.T) {
		s.git("clone", "-q", "--bare", s.dir, "../bare.git")
		if _, err := Open(t.Context(), Options{Dir: s.at("../bare.git").dir, Env: s.env}); err == nil || !strings.Contains(err.Error(), "bare repository") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("no git", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if _, err := Open(t.Context(), Options{Dir: s.dir, Env: s.env}); !errors.Is(err, ErrNoGit) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("no commit yet", func(t *testing.T) {
		if branch, commit, err := newSandbox(t).open().Head(t.Context()); branch != "main" || commit != "" || err != nil {
			t.Errorf("branch %q, commit %q, %v", branch, commit, err)
		}
	})
}

// TestInsideHook reads indexes from a hook of git: git commit -a and git commit
// FILE use an index of their own, and a hook may work in another repository.
func TestInsideHook(t *testing.T) {
	s := newSandbox(t)
	s.file("a", "old")
	s.file("b", "old")
	s.file("sub/c", "old")
	s.commit("first")
	other := s.at("../other")
	if err := os.Mkdir(other.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	other.git("init", "-q", ".")
	other.file("z", "other")
	other.git("add", "z")
	self := must[string](t)(os.Executable())
	hook := "#!/bin/sh\nexport STAND_IN=list\n{ " + self + " . && " + self + " sub && " + self + " ../other; } >../seen 2>&1 || { cat ../seen; exit 1; }\nexit 0\n"
	s.file(".git/hooks/pre-commit", hook)
	if err := os.Chmod(filepath.Join(s.dir, ".git/hooks/pre-commit"), 0o755); err != nil {
		t.Fatal(err)
	}
	otherIndex := other.read(".git/index")

	s.file("a", "new")
	s.file("b", "new")
	s.git("commit", "-q", "-m", "only a", "a")
	ours := "a=new\nb=old\nsub/c=old\n"
	if got, want := s.read("../seen"), ours+ours+"z=other\n"; got != want {
		t.Errorf("git commit FILE: the hook saw\n%s\nwant\n%s", got, want)
	}
	s.git("commit", "-q", "-a", "-m", "all")
	ours = "a=new\nb=new\nsub/c=old\n"
	if got, want := s.read("../seen"), ours+ours+"z=other\n"; got != want {
		t.Errorf("git commit -a: the hook saw\n%s\nwant\n%s", got, want)
	}
	s.git("worktree", "add", "-q", "../tree", "-b", "tree")
	tree := s.at("../tree")
	tree.file("a", "tree")
	tree.git("commit", "-q", "-a", "-m", "in a worktree")
	ours = "a=tree\nb=new\nsub/c=old\n"
	if got, want := s.read("../seen"), ours+ours+"z=other\n"; got != want {
		t.Errorf("in a worktree the hook saw\n%s\nwant\n%s", got, want)
	}
	if other.read(".git/index") != otherIndex {
		t.Error("the index of the other repository was written")
	}
}

// TestNamedRepository honours GIT_DIR where no repository is found otherwise.
func TestNamedRepository(t *testing.T) {
	s := newSandbox(t)
	s.file("a", "1\n")
	s.commit("first")
	away := resolved(t.TempDir())
	if err := os.WriteFile(filepath.Join(away, "a"), []byte("2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := Open(t.Context(), Options{Dir: away, Env: append(s.env, "GIT_DIR="+filepath.Join(s.dir, ".git"), "GIT_WORK_TREE="+away)})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Top != away || r.GitDir != filepath.Join(s.dir, ".git") {
		t.Errorf("top %s, git folder %s", r.Top, r.GitDir)
	}
	if got := must[*FS](t)(r.Index(t.Context())).Paths(); len(got) != 1 {
		t.Errorf("index %v", got)
	}
}
