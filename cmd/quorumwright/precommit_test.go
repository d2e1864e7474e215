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
		cmd := exec.Command("git", "commit", "-m", "change")
		cmd.Dir, cmd.Env = user, env
		out, err := cmd.CombinedOutput()
		return string(out), err
	}

	refused := func(what string, sentences ...string) {
		t.Helper()
		out, err := commit()
		if err == nil {
			t.Fatalf("%s was committed:\n%s", what, out)
		}
		text := strings.Join(strings.Fields(out), " ") // the report wraps its lines
		for _, want := range sentences {
			if !strings.Contains(text, want) {
				t.Errorf("%s: pre-commit did not print %q:\n%s", what, want, out)
			}
		}
	}
	edit := func(name, old, new string) {
		t.Helper()
		path := filepath.Join(user, name)
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), old) {
			t.Fatalf("%s does not hold %q: %v", name, old, err)
		}
		write(t, path, strings.Replace(string(text), old, new, 1))
	}

	git(user, "add", "-A")
	refused("a spec without its tree", "deploy/base/kustomization.yaml is missing: the spec asks for it")
	runIn(t, user, env, bin, "generate", "-q")
	git(user, "add", "-A")
	if out, err := commit(); err != nil {
		t.Fatalf("a tree in sync was refused:\n%s", out)
	}

	// A new environment, generated, and only what git knew before is added.
	// pre-commit puts unstaged changes away, but leaves what git does not know.
	edit("quorumwright.yaml", "  dev: {preset: dev}\n", "  dev: {preset: dev}\n  qa: {preset: dev}\n")
	runIn(t, user, env, bin, "generate", "-q")
	git(user, "add", "-u")
	refused("a tree that was not added", "deploy/overlays/qa/values.yaml is generated and right on the disk, but not added",
		"help: run git add deploy/overlays/qa/values.yaml")
	git(user, "add", "-A")

	edit("deploy/overlays/prod/values.yaml", "master: mymaster", "master: other")
	git(user, "add", "-A")
	refused("a hand edit", "deploy/overlays/prod/values.yaml was changed by hand", "sentinel/master-name-mismatch")
	runIn(t, user, env, bin, "generate", "-q", "--force")

	edit("quorumwright.yaml", "size: 8Gi", "size: 9Gi")
	git(user, "add", "-A")
	refused("a stale overlay", "deploy/overlays/prod/statefulset.patch.yaml is stale: it was generated before the spec changed")
	runIn(t, user, env, bin, "generate", "-q")

	write(t, filepath.Join(user, "redis-auth.yaml"), "apiVersion: v1\nkind: Secret\nmetadata: {name: redis-auth, namespace: gravitee-apim}\nstringData: {password: hunter2hunter2}\n")
	git(user, "add", "-A")
	refused("a password", "error[secret/plaintext]: ", "redis-auth.yaml:4:")
	git(user, "rm", "-q", "-f", "redis-auth.yaml")

	git(user, "add", "-A")
	if out, err := commit(); err != nil {
		t.Fatalf("after all is mended the commit was refused:\n%s", out)
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
