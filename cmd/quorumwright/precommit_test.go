package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPreCommit drives the hooks through the real pre-commit in a fresh git
// repository, installed from this checkout the way pre-commit installs a Go
// hook: clone, go install ./...
func TestPreCommit(t *testing.T) {
	if _, err := exec.LookPath("pre-commit"); err != nil {
		t.Fatal("pre-commit is not on PATH: apt-get install pre-commit, or run make test, which does")
	}
	dir := t.TempDir()
	hooks := filepath.Join(dir, "hooks")
	user := filepath.Join(dir, "user")
	copyCheckout(t, hooks)
	modcache := strings.TrimSpace(runIn(t, ".", nil, "go", "env", "GOMODCACHE"))
	env := append(gitless(os.Environ()),
		"PRE_COMMIT_HOME="+filepath.Join(dir, "cache"), "GOMODCACHE="+modcache, "GOFLAGS=-mod=mod -modcacherw", "NO_COLOR=1", "GITHUB_ACTIONS=",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.com")
	git := func(dir string, args ...string) string {
		t.Helper()
		return runIn(t, dir, env, "git", args...)
	}
	git(hooks, "init", "-q")
	git(hooks, "add", "-A")
	git(hooks, "commit", "-qm", "hooks")
	git(hooks, "tag", "v0.0.1")

	if err := os.Mkdir(user, 0o755); err != nil {
		t.Fatal(err)
	}
	git(user, "init", "-q")
	bin := filepath.Join(dir, "quorumwright")
	runIn(t, ".", env, "go", "build", "-o", bin, ".")
	runIn(t, user, env, bin, "init")
	config := "repos:\n  - repo: " + hooks + "\n    rev: v0.0.1\n    hooks:\n      - id: quorumwright-check\n      - id: quorumwright-lint\n"
	write(t, filepath.Join(user, ".pre-commit-config.yaml"), config)
	runIn(t, user, env, "pre-commit", "install")
	commit := func() (string, error) {
		git(user, "add", "-A")
		cmd := exec.Command("git", "commit", "-m", "change")
		cmd.Dir, cmd.Env = user, env
		out, err := cmd.CombinedOutput()
		return string(out), err
	}

	if out, err := commit(); err == nil || !strings.Contains(out, "missing") {
		t.Errorf("a spec without its tree was committed (%v):\n%s", err, out)
	}
	runIn(t, user, env, bin, "generate", "-q")
	if out, err := commit(); err != nil {
		t.Fatalf("a tree in sync was refused:\n%s", out)
	}
	values := filepath.Join(user, "deploy/overlays/prod/values.yaml")
	text, err := os.ReadFile(values)
	if err != nil {
		t.Fatal(err)
	}
	write(t, values, strings.Replace(string(text), "master: mymaster", "master: other", 1))
	out, err := commit()
	if err == nil {
		t.Fatal("a hand edit was committed")
	}
	for _, want := range []string{"gitops/drift", "overlays/prod/values.yaml: changed by hand", "sentinel/master-name-mismatch"} {
		if !strings.Contains(out, want) {
			t.Errorf("pre-commit did not print %q:\n%s", want, out)
		}
	}
}

// copyCheckout copies what a clone of this checkout would hold, with what is
// not committed yet.
func copyCheckout(t *testing.T, to string) {
	t.Helper()
	const root = "../.."
	for name := range strings.SplitSeq(strings.TrimRight(runIn(t, root, nil, "git", "ls-files", "-co", "--exclude-standard", "-z"), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // deleted, not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(to, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func runIn(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, env
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, stderr.String())
	}
	return string(out)
}

// gitless is the environment without what a git hook or CI puts there.
func gitless(env []string) []string {
	var out []string
	for _, e := range env {
		if !strings.HasPrefix(e, "GIT_") {
			out = append(out, e)
		}
	}
	return out
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
