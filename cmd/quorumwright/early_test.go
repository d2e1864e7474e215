package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const earlyHelp = "../../internal/early/help/help.txt"

// TestEarlyHelp compares what the program answers before it is set up with what
// the commands say. UPDATE_GOLDEN=1 writes it anew.
func TestEarlyHelp(t *testing.T) {
	var said bytes.Buffer
	if code := run(t.Context(), nil, streams{strings.NewReader(""), &said, &said}); code != exitClean {
		t.Fatalf("exit code %d", code)
	}
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(earlyHelp, said.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(earlyHelp)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), said.String()); d != "" {
		t.Errorf("%s is not the help of the program (make golden writes it):\n%s", earlyHelp, d)
	}
}

// TestEarlyAnswers starts the program: what it answers early is what it answers
// late, and CUE is not set up for it.
func TestEarlyAnswers(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "quorumwright")
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	start := func(args ...string) (out, trace string) {
		cmd := exec.Command(program, args...)
		cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("quorumwright %s: %v\n%s", args, err, &stderr)
		}
		return stdout.String(), stderr.String()
	}
	for _, c := range []struct{ early, late []string }{
		{[]string{"version"}, []string{"version", "--no-cache"}},
		{[]string{"--help"}, []string{"--help", "--no-cache"}},
		{[]string{"-h"}, []string{"-h", "--no-cache"}},
		{[]string{"help"}, []string{"help", "--no-cache"}},
	} {
		early, trace := start(c.early...)
		late, all := start(c.late...)
		if early != late || early == "" {
			t.Errorf("quorumwright %s prints %q, %s prints %q", c.early, early, c.late, late)
		}
		// The bulk of CUE and kustomize.
		const dear = "init cuelang.org/go/cue "
		if strings.Contains(trace, dear) || !strings.Contains(all, dear) {
			t.Errorf("quorumwright %s: what was set up:\n%s", c.early, trace)
		}
	}
}
