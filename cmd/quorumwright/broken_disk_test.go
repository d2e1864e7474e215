//go:build linux && (amd64 || arm64)

package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// faulty runs the program on a disk that is broken; false if this machine lets no
// program filter its system calls, as in some sandboxes.
func faulty(t *testing.T, dir, fault string, args ...string) (result, bool) {
	t.Helper()
	cmd := command(t, dir)
	cmd.Args = append([]string{"faulty", fault}, args...)
	r := finish(t, cmd)
	if r.code == noFilter {
		t.Logf("what a broken disk does is not tried out: the kernel refuses a filter of system calls: %s", r.stderr)
		return r, false
	}
	return r, true
}

// TestBrokenDisk has the kernel answer EIO, or that there is no space left, to each
// kind of call by which a command writes. Each ends with exit code 3 and an error that names the file of the person,
// each file is the old one or the new one, nothing lies beside them, and the same
// command, once the disk is whole, does what is left.
func TestBrokenDisk(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/script/lint_fix.txtar")
	if err != nil {
		t.Fatal(err)
	}
	broken := string(archive.Files[0].Data)
	old := contentsOf(t, deployed(t))
	next := maps.Clone(old)
	next["quorumwright.yaml"] = strings.NewReplacer("7.2.5", "7.2.6", "mymaster", "other").Replace(old["quorumwright.yaml"])
	one := t.TempDir()
	writeFiles(t, one, old)
	if r := execute(t, one, "set", "image", "redis=7.2.6", "-e", "dev"); r.code != exitClean {
		t.Fatal(r.all())
	}
	newer := contentsOf(t, one)
	manifests := map[string]string{}
	for name, text := range old {
		if strings.HasPrefix(name, "deploy/") {
			manifests[name] = text
		}
	}
	defects := map[string]string{"a/redis.yaml": broken, "b/redis.yaml": broken}
	reported := maps.Clone(defects)
	reported["out"] = "kept\n"
	for _, c := range []struct {
		args   string
		files  map[string]string
		faults string
		names  []string // of files, one of which an error names
	}{
		{"generate", next, "write full some-write close rename create", []string{"deploy/"}},
		{"generate -o other/tree", old, "write some-write close rename create mkdir", []string{"other/tree", "other"}},
		{"init", nil, "write full close rename create", []string{"quorumwright.yaml", ".pre-commit-config.yaml", ".gitignore"}},
		{"init new/folder", nil, "mkdir", []string{"new/folder"}},
		{"set image redis=7.2.6 -e prod", old, "write close rename create chmod", []string{"quorumwright.yaml"}},
		{"promote dev prod", newer, "write close rename create chmod", []string{"quorumwright.yaml"}},
		{"import deploy -o new.yaml", manifests, "write close rename create", []string{"new.yaml"}},
		{"lint --no-cache --fix", defects, "write full close rename create chmod", []string{"a/redis.yaml"}},
		{"lint --no-cache --baseline base.json --write-baseline", defects, "write close rename create chmod", []string{"base.json"}},
		{"lint --no-cache --output text=out", reported, "write close rename create", []string{"out:"}},
		{"lint --no-cache --output sarif=out", reported, "write close rename create", []string{"out:"}},
		{"lint --no-cache --output junit=out", defects, "write close rename create", []string{"out:"}},
	} {
		args := strings.Fields(c.args)
		whole := t.TempDir()
		writeFiles(t, whole, c.files)
		want := execute(t, whole, args...)
		after := contentsOf(t, whole)
		if want.code >= exitUsage || len(after) == len(c.files) && maps.Equal(after, c.files) {
			t.Fatalf("%s: exit %d, with nothing written: %s", c.args, want.code, clipped(want.all()))
		}
		for fault := range strings.FieldsSeq(c.faults) {
			dir := t.TempDir()
			writeFiles(t, dir, c.files)
			r, can := faulty(t, dir, fault, args...)
			if !can {
				return
			}
			r.orderly(t)
			told := slices.ContainsFunc(c.names, func(name string) bool { return strings.Contains(r.stderr, name) })
			reason := "input/output error"
			if fault == "full" {
				reason = "no space left on device"
			}
			if r.code != exitFailed || !strings.Contains(r.stderr, reason) || !told || strings.Contains(r.stderr, dir) {
				t.Errorf("%s: %s: exit %d: %s", c.args, fault, r.code, clipped(r.all()))
			}
			written := 0
			for name, text := range contentsOf(t, dir) {
				was, before := c.files[name]
				is, later := after[name]
				if later && text == is && text != was {
					written++
				}
				if !(before && text == was) && !(later && text == is) && !strings.HasPrefix(filepath.Base(name), ".quorumwright-journal") {
					t.Errorf("%s: %s: %s is neither the old file nor the new one: %.100q", c.args, fault, name, text)
				}
			}
			if args[0] == "generate" {
				if fault == "some-write" && written == 0 {
					t.Errorf("%s: %s: nothing is written: the test does not see a tree of which a part is new", c.args, fault)
				}
				if r := execute(t, dir, append(args, "--check")...); r.code != exitFindings {
					t.Errorf("%s: %s: a tree that is not whole is not told: exit %d", c.args, fault, r.code)
				}
			}
			again := execute(t, dir, args...)
			if again.code != want.code {
				t.Errorf("%s: after %s: exit %d, want %d: %s", c.args, fault, again.code, want.code, clipped(again.all()))
			}
			if diff := cmp.Diff(after, contentsOf(t, dir)); diff != "" {
				t.Errorf("%s: after %s the next run leaves something else: %s", c.args, fault, clipped(diff))
			}
		}
	}
}

// TestBrokenCache keeps nothing on a disk that is broken: what lint says is the same,
// and what was kept of it is not taken for whole.
func TestBrokenCache(t *testing.T) {
	dir := deployed(t)
	writeFiles(t, dir, map[string]string{"more/values.yaml": "gateway:\n  image: {repository: graviteeio/apim-gateway, tag: latest}\n"})
	want := execute(t, dir, "lint", "--no-cache")
	for _, fault := range []string{"write", "close", "rename", "create", "mkdir"} {
		t.Setenv("XDG_CACHE_HOME", t.TempDir())
		r, can := faulty(t, dir, fault, "lint")
		if !can {
			return
		}
		if diff := cmp.Diff(want, r, cmp.AllowUnexported(result{})); diff != "" {
			t.Errorf("%s: %s", fault, diff)
		}
		for name := range contentsOf(t, os.Getenv("XDG_CACHE_HOME")) {
			if fault != "close" {
				t.Errorf("%s: %s is left", fault, name)
			}
		}
		for range 2 {
			if diff := cmp.Diff(want, execute(t, dir, "lint"), cmp.AllowUnexported(result{})); diff != "" {
				t.Errorf("after %s: %s", fault, diff)
			}
		}
	}
}

// TestBrokenRepository commits on a disk that is broken: the branch, the index and
// the files stay what they are, no lock is left, and the next run commits.
func TestBrokenRepository(t *testing.T) {
	config := filepath.Join(t.TempDir(), "gitconfig")
	write(t, config, "[user]\n\tname = x\n\temail = x@example.com\n[init]\n\tdefaultBranch = main\n")
	t.Setenv("GIT_CONFIG_GLOBAL", config)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	for _, fault := range []string{"packed-write", "rename", "create", "mkdir"} {
		dir := deployed(t)
		git := func(args ...string) string {
			t.Helper()
			cmd := exec.Command("git", args...)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("git %v: %s", args, out)
			}
			return string(out)
		}
		git("init", "-q")
		git("add", "-A")
		git("commit", "-q", "-m", "first")
		spec := filepath.Join(dir, "quorumwright.yaml")
		text, err := os.ReadFile(spec)
		if err != nil {
			t.Fatal(err)
		}
		write(t, spec, strings.Replace(string(text), "7.2.5", "7.2.6", 1))
		state := func() string { return git("for-each-ref") + git("status", "--porcelain=v2", "--branch") }
		before := state()
		r, can := faulty(t, dir, fault, "commit", "-e", "prod")
		if !can {
			return
		}
		r.orderly(t)
		if r.code != exitFailed || fault == "mkdir" && !strings.HasSuffix(r.stderr, "\nquorumwright: the git folder cannot be written: input/output error\n") {
			t.Errorf("%s: exit %d: %s", fault, r.code, clipped(r.all()))
		}
		if now := state(); now != before {
			t.Errorf("%s: the repository is another:\n%s\nand was\n%s", fault, now, before)
		}
		for name := range contentsOf(t, dir) {
			if strings.HasSuffix(name, ".lock") || strings.Contains(name, "quorumwright-") {
				t.Errorf("%s: %s is left", fault, name)
			}
		}
		git("fsck", "--strict")
		if r := execute(t, dir, "commit", "-e", "prod"); r.code != exitClean {
			t.Errorf("after %s: exit %d: %s", fault, r.code, clipped(r.all()))
		}
		if now := state(); now == before {
			t.Errorf("after %s nothing was committed", fault)
		}
		git("fsck", "--strict")
	}
}
