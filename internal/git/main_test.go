package git

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain lets the test program stand in for one that uses this package: as a
// hook of git, and as a run that is killed.
func TestMain(m *testing.M) {
	switch os.Getenv("STAND_IN") {
	case "list":
		os.Exit(listIndex())
	case "commit":
		os.Exit(commitOnce())
	}
	os.Exit(m.Run())
}

// listIndex prints the repository and the files of the index of the folder that
// the first argument names.
func listIndex() int {
	from, err := os.Getwd()
	if err == nil {
		err = os.Chdir(os.Args[1])
	}
	ctx := context.Background()
	var r *Repo
	if err == nil {
		r, err = Open(ctx, Options{Env: os.Environ(), From: from})
	}
	var files *FS
	if err == nil {
		files, err = r.Index(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for _, name := range files.Paths() {
		data, err := files.ReadFile(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Printf("%s=%s\n", name, strings.TrimSpace(string(data)))
	}
	return 0
}

// A sandbox is a repository of a test, with git as a person uses it.
type sandbox struct {
	t   *testing.T
	dir string
	env []string
}

// cleanEnv is an environment in which nothing of this machine's git counts.
func cleanEnv(home string) []string {
	env := []string{"HOME=" + home, "TMPDIR=" + home, "XDG_CONFIG_HOME=" + home, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + filepath.Join(home, "gitconfig"), "LC_ALL=C"}
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); !strings.HasPrefix(name, "GIT_") && name != "HOME" && name != "TMPDIR" && name != "XDG_CONFIG_HOME" && name != "LC_ALL" {
			env = append(env, e)
		}
	}
	return env
}

func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	home := resolved(t.TempDir())
	s := &sandbox{t: t, dir: filepath.Join(home, "repo"), env: cleanEnv(home)}
	if err := os.Mkdir(s.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s.file("../gitconfig", "[user]\n\tname = A\n\temail = a@example.com\n[init]\n\tdefaultBranch = main\n[protocol \"file\"]\n\tallow = always\n")
	s.git("init", "-q", ".")
	return s
}

// at is the same person in another folder.
func (s *sandbox) at(dir string) *sandbox {
	other := *s
	other.dir = filepath.Join(s.dir, dir)
	return &other
}

func (s *sandbox) file(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sandbox) read(name string) string {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(data)
}

func (s *sandbox) command(args ...string) *exec.Cmd {
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = s.dir, s.env
	return cmd
}

func (s *sandbox) git(args ...string) string {
	s.t.Helper()
	out, err := s.command(args...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit commits everything and returns the commit.
func (s *sandbox) commit(message string) string {
	s.t.Helper()
	s.git("add", "-A")
	s.git("commit", "-q", "--allow-empty", "-m", message)
	return s.git("rev-parse", "HEAD")
}

// state is all that a person sees of a repository: files, index, status.
func (s *sandbox) state() string {
	return s.git("status", "--porcelain=v2", "--branch", "--untracked-files=all") + "\n" + s.read(".git/index")
}

func (s *sandbox) open(env ...string) *Repo {
	s.t.Helper()
	r, err := Open(s.t.Context(), Options{Dir: s.dir, Env: append(s.env, env...)})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(r.Close)
	return r
}

// must returns a value, or ends the test.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
