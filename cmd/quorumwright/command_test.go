package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// service is a manifest of which nothing can be said.
const service = "apiVersion: v1\nkind: Service\nmetadata: {name: redis}\nspec: {ports: [{port: 6379}]}\n"

// A result is how the program ended.
type result struct {
	code           int
	stdout, stderr string
}

func (r result) all() string { return r.stdout + r.stderr }

// command is the program itself, as a process: the test program is it by the name
// that it is started by.
func command(t testing.TB, dir string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &exec.Cmd{Path: exe, Args: append([]string{"quorumwright"}, args...), Dir: dir, Env: append(os.Environ(), "GITHUB_ACTIONS=")}
}

// finish runs a command to its end.
func finish(t testing.TB, cmd *exec.Cmd) result {
	t.Helper()
	var out, errs bytes.Buffer
	if cmd.Stdout == nil {
		cmd.Stdout = &out
	}
	cmd.Stderr = &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// execute runs the program in a folder.
func execute(t testing.TB, dir string, args ...string) result {
	t.Helper()
	return finish(t, command(t, dir, args...))
}

// inside runs the program within this process, in a folder.
func inside(t *testing.T, dir string, args ...string) result {
	t.Helper()
	t.Chdir(dir)
	var out, errs bytes.Buffer
	code := run(t.Context(), args, streams{strings.NewReader(""), &out, &errs})
	return result{code, out.String(), errs.String()}
}

// orderly asserts that the program ended as it promises, whatever it was given:
// with one of its exit codes, without a word of the Go runtime or of a library.
func (r result) orderly(t testing.TB) {
	t.Helper()
	if r.code < exitClean || r.code > exitFailed {
		t.Errorf("exit %d", r.code)
	}
	for _, raw := range []string{"goroutine ", "panic", "fatal error", "runtime:", "internal error", ".go:", "resource limit", "yaml: line", "yaml: unmarshal", "cannot unmarshal"} {
		if strings.Contains(r.all(), raw) {
			t.Errorf("it prints %q:\n%s", raw, clipped(r.all()))
		}
	}
	if r.code >= exitUsage && r.all() == "" {
		t.Errorf("exit %d without a word", r.code)
	}
}

func clipped(s string) string { return s[:min(len(s), 2000)] }

// writeFiles puts files into a folder.
func writeFiles(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
