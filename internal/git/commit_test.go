package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// commitFiles makes a commit on HEAD and lets a branch lead to it.
func commitFiles(ctx context.Context, r *Repo, ref string, changes ...Change) (string, error) {
	old, err := r.Tip(ctx, ref)
	if err != nil {
		return "", err
	}
	_, base, err := r.Head(ctx)
	if err != nil {
		return "", err
	}
	if old != "" {
		base = old
	}
	tree, err := r.WriteTree(ctx, base, changes)
	if err != nil {
		return "", err
	}
	commit, err := r.Commit(ctx, NewCommit{Tree: tree, Parent: base, Message: "chore: test\n"})
	if err != nil {
		return "", err
	}
	return commit, r.UpdateRef(ctx, ref, commit, old, "test")
}

// TestCommitTouchesNothingOfTheUser commits beside staged, changed and untracked
// files and a hook that fails.
func TestCommitTouchesNothingOfTheUser(t *testing.T) {
	s := newSandbox(t)
	s.file("kept", "1\n")
	s.file("gone", "1\n")
	s.file("sub/x", "1\n")
	s.commit("first")
	s.file("kept", "2\n")
	s.git("add", "kept")
	s.file("kept", "3\n")
	s.file("untracked", "x\n")
	for _, hook := range []string{"pre-commit", "post-commit", "reference-transaction", "post-index-change"} {
		s.file(".git/hooks/"+hook, "#!/bin/sh\ntouch \"$HOME/ran\"\nexit 1\n")
		if err := os.Chmod(filepath.Join(s.dir, ".git/hooks", hook), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	before := s.state()
	_ = os.Remove(filepath.Join(s.dir, "../ran"))
	commit := must[string](t)(commitFiles(t.Context(), s.open(), "refs/heads/new",
		Change{Path: "deploy/a.yaml", Data: []byte("a\n")}, Change{Path: "sub/x", Data: []byte("2\r\n")}, Change{Path: "gone"}))
	if _, err := os.Stat(filepath.Join(s.dir, "../ran")); err == nil {
		t.Error("a hook ran")
	}
	s.git("config", "core.hooksPath", "/dev/null")
	if after := s.state(); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	if got, want := s.git("ls-tree", "-r", "--name-only", commit), "deploy/a.yaml\nkept\nsub/x"; got != want {
		t.Errorf("the commit holds\n%s\nwant\n%s", got, want)
	}
	if got := s.git("show", commit+":kept"); got != "1" {
		t.Errorf("kept is %q: what the user changed went in", got)
	}
	if out := must[[]byte](t)(s.command("cat-file", "blob", commit+":sub/x").Output()); string(out) != "2\r\n" {
		t.Errorf("sub/x is %q: its line ends were converted", out)
	}
	if got := s.git("log", "-1", "--format=%an <%ae>|%s", commit); got != "A <a@example.com>|chore: test" {
		t.Errorf("commit %q", got)
	}
}

// TestOneOfManyWins lets several runs commit at once.
func TestOneOfManyWins(t *testing.T) {
	s := newSandbox(t)
	s.file("a", "1\n")
	s.commit("first")
	const runs = 6
	var commits [runs]string
	ctx := t.Context()
	for i := range runs {
		r := s.open()
		_, base, err := r.Head(ctx)
		if err != nil {
			t.Fatal(err)
		}
		tree := must[string](t)(r.WriteTree(ctx, base, []Change{{Path: "a", Data: fmt.Appendf(nil, "run %d\n", i)}}))
		commits[i] = must[string](t)(r.Commit(ctx, NewCommit{Tree: tree, Parent: base, Message: "run\n"}))
	}
	var errs [runs]error
	var wg sync.WaitGroup
	for i := range runs {
		r := s.open()
		wg.Go(func() { errs[i] = r.UpdateRef(ctx, "refs/heads/x", commits[i], "", "run") })
	}
	wg.Wait()
	won := ""
	for i, err := range errs {
		var moved *MovedError
		switch {
		case err == nil && won == "":
			won = commits[i]
		case err == nil:
			t.Error("two runs won")
		case errors.As(err, &moved):
			if !strings.Contains(err.Error(), "x moved meanwhile") {
				t.Errorf("error %q", err)
			}
		case strings.Contains(err.Error(), "another git holds the lock"):
		default:
			t.Errorf("error %v", err)
		}
	}
	if won == "" {
		t.Fatal("no run won")
	}
	if tip := s.git("rev-parse", "x"); tip != won {
		t.Errorf("the branch is at %s, not at the commit of the run that won", tip)
	}
}

// What git leaves out of a tree without an error is no commit.
func TestPathThatGitRefuses(t *testing.T) {
	s := newSandbox(t)
	s.file("a", "1\n")
	head := s.commit("first")
	r := s.open()
	for _, name := range []string{".git/x", "a.d/.GIT/x", "git~1/x"} {
		tree, err := r.WriteTree(t.Context(), head, []Change{{Path: name, Data: []byte("x\n")}, {Path: "b", Data: []byte("x\n")}})
		if err == nil || !strings.Contains(err.Error(), "git did not take "+name) {
			t.Errorf("%s: tree %q, error %v", name, tree, err)
		}
	}
	if why := must[*FS](t)(r.Tree(t.Context(), head)).Obstacle("deploy/.Git/x"); why == "" {
		t.Error("a folder .Git is no obstacle")
	}
}

// A folder may be called what it likes.
func TestFolderWithNewline(t *testing.T) {
	s := newSandbox(t)
	s.dir = filepath.Join(filepath.Dir(s.dir), "a\nb \"c\\")
	s.file("x", "1\n")
	s.git("init", "-q", ".")
	s.commit("first")
	must[string](t)(commitFiles(t.Context(), s.open(), "refs/heads/new", Change{Path: "y", Data: []byte("2\n")}))
	if got := s.git("show", "new:y"); got != "2" {
		t.Errorf("y is %q", got)
	}
}

// commitOnce is the run that is killed.
func commitOnce() int {
	ctx := context.Background()
	r, err := Open(ctx, Options{Env: os.Environ()})
	if err == nil {
		var changes []Change
		for i := range 20 {
			changes = append(changes, Change{Path: fmt.Sprintf("deploy/%d.yaml", i), Data: fmt.Appendf(nil, "%s %d\n", os.Args[1], i)})
		}
		_, err = commitFiles(ctx, r, "refs/heads/deploy", changes...)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// TestKilled kills runs at moments that go from their start to their end. The
// branch always holds the whole tree of one run, and the next run works.
func TestKilled(t *testing.T) {
	s := newSandbox(t)
	s.file("a", "1\n")
	s.commit("first")
	self := must[string](t)(os.Executable())
	run := func(label string, kill time.Duration) (finished bool) {
		cmd := exec.Command(self, label)
		cmd.Dir, cmd.Env = s.dir, append(s.env, "STAND_IN=commit")
		ownGroup(cmd)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if kill > 0 {
			timer := time.AfterFunc(kill, func() { killGroup(cmd) })
			defer timer.Stop()
		}
		err := cmd.Wait()
		if err != nil && kill == 0 {
			t.Fatalf("run %s: %v\n%s", label, err, stderr.String())
		}
		return err == nil
	}
	start := time.Now()
	run("whole", 0)
	whole := time.Since(start)
	const runs = 40
	killed := 0
	for i := range runs {
		if !run(fmt.Sprintf("run%d", i), whole*time.Duration(i+1)/(runs-5)) {
			killed++
		}
		blobs := s.git("grep", "-h", "", "deploy", "--", "deploy/")
		labels := map[string]int{}
		for line := range strings.Lines(blobs) {
			labels[strings.Fields(line)[0]]++
		}
		if len(labels) != 1 {
			t.Fatalf("after the kill of run %d the branch holds parts of %d runs: %v", i, len(labels), labels)
		}
		if n := strings.Count(blobs, "\n") + 1; n != 20 {
			t.Fatalf("after the kill of run %d the branch holds %d files", i, n)
		}
	}
	if killed < runs/4 {
		t.Errorf("only %d of %d runs were killed before their end", killed, runs)
	}
	// What the killed runs left is removed, once no run can be at work in it.
	left := func() []string { return must[[]string](t)(filepath.Glob(filepath.Join(s.dir, ".git", scratch+"*"))) }
	long := time.Now().Add(-2 * abandoned)
	for _, dir := range left() {
		if err := os.Chtimes(dir, long, long); err != nil {
			t.Fatal(err)
		}
	}
	s.file(".git/"+scratch+"young/index", "")
	run("last", 0)
	if dirs := left(); len(dirs) != 1 || filepath.Base(dirs[0]) != scratch+"young" {
		t.Errorf("after a whole run there are %q", dirs)
	}
	s.git("fsck", "--no-dangling", "--strict")
	if got := s.git("show", "deploy:deploy/0.yaml"); got != "last 0" {
		t.Errorf("the run after the kills wrote %q", got)
	}
}

func TestFiltersAreNotRun(t *testing.T) {
	s := newSandbox(t)
	s.file(".gitattributes", "*.sec filter=crypt\n")
	s.commit("first")
	r := s.open()
	_, head, err := r.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.WriteTree(t.Context(), head, []Change{{Path: "a.yaml", Data: []byte("x\n")}, {Path: "deploy/key.sec", Data: []byte("plain\n")}})
	var filter *FilterError
	if !errors.As(err, &filter) || filter.Path != "deploy/key.sec" || filter.Filter != "crypt" {
		t.Errorf("error %v", err)
	}
}

func TestIdentityIsNotMadeUp(t *testing.T) {
	s := newSandbox(t)
	s.file("a", "1\n")
	s.commit("first")
	s.file("../gitconfig", "")
	if _, err := s.open().Committer(t.Context()); !errors.Is(err, ErrIdentity) {
		t.Errorf("error %v", err)
	}
	ident := must[string](t)(s.open("GIT_AUTHOR_NAME=B", "GIT_AUTHOR_EMAIL=b@example.com", "GIT_COMMITTER_NAME=C", "GIT_COMMITTER_EMAIL=c@example.com").Committer(t.Context()))
	if ident != "C <c@example.com>" {
		t.Errorf("committer %q", ident)
	}
}

func TestMerge(t *testing.T) {
	s := newSandbox(t)
	r := s.open()
	base := []byte("1\n2\n3\n4\n5\n6\n7\n")
	merged := must[[]byte](t)(r.Merge(t.Context(), []byte("one\n2\n3\n4\n5\n6\n7\n"), base, []byte("1\n2\n3\n4\n5\n6\nseven\n")))
	if string(merged) != "one\n2\n3\n4\n5\n6\nseven\n" {
		t.Errorf("merged %q", merged)
	}
	if _, err := r.Merge(t.Context(), []byte("one\n2\n3\n4\n5\n6\n7\n"), base, []byte("eins\n2\n3\n4\n5\n6\n7\n")); !errors.Is(err, ErrConflict) {
		t.Errorf("error %v", err)
	}
}
