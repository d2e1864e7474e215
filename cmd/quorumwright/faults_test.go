//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// deployed is a folder with a spec and the tree that it gives.
func deployed(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../golden/environments")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func contentsOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		files[strings.TrimPrefix(name, dir+"/")] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestFullOutput writes to a disk that is full: what was not said is an error.
func TestFullOutput(t *testing.T) {
	dir := deployed(t)
	for _, args := range []string{
		"version", "--help", "rules", "rules --output json", "schema", "explain redis.nodes", "completion bash",
		"lint --output json --select yaml --verbose", "generate --diff -o other", "generate --check -o other", "build prod", "diff dev prod",
	} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		cmd := command(t, dir, strings.Fields(args)...)
		cmd.Stdout = full
		r := finish(t, cmd)
		full.Close()
		if r.code != exitFailed || !strings.HasSuffix(r.stderr, "quorumwright: standard output: no space left on device\n") {
			t.Errorf("%s: exit %d: %s", args, r.code, r.stderr)
		}
	}
}

// TestFullDisk generates with a bound on the size of files that the new ones pass,
// as on a disk that is full: each file is the old one or the new one, nothing is
// left beside them, and the next run ends what this one began.
func TestFullDisk(t *testing.T) {
	dir := deployed(t)
	old := contentsOf(t, dir)
	spec := strings.NewReplacer("7.2.5", "7.2.6", "mymaster", "other").Replace(old["quorumwright.yaml"])
	writeFiles(t, dir, map[string]string{"quorumwright.yaml": spec})
	r := bounded(t, dir, "generate", "--force")
	if r.code != exitFailed || !strings.Contains(r.stderr, ": cannot write: file too large\n") {
		t.Fatalf("exit %d: %s", r.code, r.stderr)
	}
	r.orderly(t)
	after := contentsOf(t, dir)
	if r := execute(t, dir, "generate", "--check"); r.code != exitFindings {
		t.Errorf("a tree that is not whole is not told: exit %d", r.code)
	}
	if r := execute(t, dir, "generate"); r.code != exitClean {
		t.Fatalf("the next run: exit %d: %s", r.code, r.stderr)
	}
	whole := contentsOf(t, dir)
	for name, text := range after {
		if text != old[name] && text != whole[name] {
			t.Errorf("%s is neither the old file nor the new one", name)
		}
	}
	if r := execute(t, dir, "generate", "--check"); r.code != exitClean {
		t.Errorf("after the next run: exit %d: %s", r.code, r.stdout)
	}
}

// bounded executes the program where a file takes no more than its first bytes:
// the write that passes them fails, not the one that opens the file.
func bounded(t *testing.T, dir string, args ...string) result {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "quorumwright")
	if err := os.Symlink(exe, program); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", append([]string{"-c", `ulimit -f 1 && exec "$0" "$@"`, program}, args...)...)
	cmd.Dir = dir
	return finish(t, cmd)
}

// TestFullDiskOfLint lets every file that lint writes fail in its middle: what was
// there before is there unchanged, or nothing, and nothing is left beside it.
func TestFullDiskOfLint(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/script/lint_fix.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for i := range 5 {
		files[fmt.Sprintf("%d/redis.yaml", i)] = strings.Repeat("# long\n", 200) + string(archive.Files[0].Data)
	}
	for _, kept := range []string{"", "kept\n"} {
		for _, args := range []string{
			"--output text=out", "--output concise=out", "--output json=out", "--output sarif=out", "--output github=out", "--output gitlab=out", "--output junit=out",
			"--baseline out --write-baseline", "--fix",
		} {
			dir := t.TempDir()
			writeFiles(t, dir, files)
			if kept != "" {
				writeFiles(t, dir, map[string]string{"out": kept})
			}
			before := contentsOf(t, dir)
			r := bounded(t, dir, append(strings.Fields("lint --no-cache --profile strict"), strings.Fields(args)...)...)
			r.orderly(t)
			name := "out"
			if args == "--fix" {
				name = "redis.yaml"
			}
			if r.code != exitFailed || !strings.Contains(r.stderr, "file too large") || !strings.Contains(r.stderr, name) {
				t.Errorf("%s: exit %d: %s", args, r.code, clipped(r.all()))
			}
			if diff := cmp.Diff(before, contentsOf(t, dir)); diff != "" {
				t.Errorf("%s: something else is there than before: %s", args, clipped(diff))
			}
		}
	}
}

// TestReadOnly generates into folders that cannot be written.
func TestReadOnly(t *testing.T) {
	dir := deployed(t)
	writeFiles(t, dir, map[string]string{"file": "x"})
	for _, out := range []string{"/proc/here", "/sys/here", "file", "file/below", "/dev/null"} {
		r := execute(t, dir, "generate", "-o", out)
		r.orderly(t)
		if r.code != exitFailed || !strings.HasPrefix(r.stderr, "quorumwright: "+out+": cannot make the output folder: ") {
			t.Errorf("%s: exit %d: %s", out, r.code, r.stderr)
		}
	}
}

// TestOddInput gives each command that reads a file one that is none: nothing
// waits, and each says what is wrong.
func TestOddInput(t *testing.T) {
	dir := deployed(t)
	makePipe(t, filepath.Join(dir, "pipe.yaml"))
	socket, err := net.Listen("unix", filepath.Join(dir, "socket.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	sparse, err := os.Create(filepath.Join(dir, "sparse.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := sparse.Truncate(10 << 30); err != nil {
		t.Fatal(err)
	}
	sparse.Close()
	if err := os.Symlink("/dev/zero", filepath.Join(dir, "zero.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	const manifest = "deploy/base/statefulset.yaml"
	// What reads from a device fails with an input/output error.
	for _, file := range []string{"pipe.yaml", "socket.yaml", "zero.yaml", "sparse.yaml", "folder.yaml", "/proc/self/mem"} {
		for _, args := range []string{
			"generate --check -f FILE", "build prod -f FILE", "diff dev prod -f FILE", "set image redis=7.2.6 -e prod -f FILE", "promote dev prod -f FILE",
			"lint --values FILE " + manifest, "lint " + manifest + " --baseline FILE", "explain --values FILE", "lint FILE", "import FILE -o -", "prove --manifests FILE",
		} {
			if file == "folder.yaml" && strings.HasSuffix(args, "FILE") && (strings.HasPrefix(args, "lint FILE") || strings.HasPrefix(args, "prove")) {
				continue // these take folders
			}
			r := inside(t, dir, strings.Fields(strings.ReplaceAll(args, "FILE", file))...)
			r.orderly(t)
			if want := exitFailed; r.code != want && (file != "folder.yaml" || !strings.HasPrefix(args, "import")) {
				t.Errorf("%s: %s: exit %d: %s", file, args, r.code, r.all())
			}
			if !strings.Contains(r.all(), file) {
				t.Errorf("%s: %s: it does not say which file: %s", file, args, r.all())
			}
		}
	}
	for _, name := range []string{"pipe.yaml", "zero.yaml", "folder.yaml", "sparse.yaml"} {
		place := filepath.Join(dir, ".quorumwright.yaml")
		if err := os.Rename(filepath.Join(dir, name), place); err != nil {
			t.Fatal(err)
		}
		r := inside(t, dir, "lint", manifest)
		if r.orderly(t); r.code != exitFailed || !strings.HasPrefix(r.stderr, "quorumwright: .quorumwright.yaml: ") {
			t.Errorf("%s as configuration: exit %d: %s", name, r.code, r.stderr)
		}
		if err := os.Remove(place); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSurroundings generates under other locales, zones and masks, and without a
// home: the bytes are the same.
func TestSurroundings(t *testing.T) {
	dir := deployed(t)
	want := contentsOf(t, filepath.Join(dir, "deploy"))
	for i, env := range [][]string{
		{"TZ=Pacific/Kiritimati", "LC_ALL=tr_TR.UTF-8", "LANG=tr_TR.UTF-8"},
		{"TZ=America/St_Johns", "LC_ALL=C", "GOMAXPROCS=1"},
		{"HOME=", "XDG_CACHE_HOME=", "XDG_CONFIG_HOME=", "PATH=", "TMPDIR=/nowhere"},
		{"HOME=/nowhere", "TERM=dumb", "COLUMNS=1", "GOMAXPROCS=8"},
	} {
		out := "out" + strconv.Itoa(i)
		cmd := command(t, dir, "generate", "-o", out, "-q")
		cmd.Env = append(cmd.Env, env...)
		if r := finish(t, cmd); r.code != exitClean || r.all() != "" {
			t.Errorf("%v: exit %d: %s", env, r.code, r.all())
		}
		if diff := cmp.Diff(want, contentsOf(t, filepath.Join(dir, out))); diff != "" {
			t.Errorf("%v: %s", env, diff)
		}
		cmd = command(t, dir, "lint", out)
		cmd.Env = append(cmd.Env, env...)
		if r := finish(t, cmd); r.code != exitClean || r.all() != "" {
			t.Errorf("%v: lint: exit %d: %s", env, r.code, r.all())
		}
	}
}

// TestKilledWorker gives each command that builds what strangers wrote something
// that takes long, and kills the child that does it: one line says so.
func TestKilledWorker(t *testing.T) {
	dir := deployed(t)
	writeFiles(t, filepath.Join(dir, "long"), hungryRoots()["many patches of many"])
	sops := t.TempDir()
	if err := os.CopyFS(sops, os.DirFS("../../golden/sops")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(sops, "deploy/overlays/prod/redis/secrets/redis-auth.yaml")
	secret, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var more strings.Builder
	for i := range 9_000 {
		fmt.Fprintf(&more, "data:\n    k%d: ENC[AES256_GCM,data:a,iv:a,tag:a,type:str]\n", i)
	}
	write(t, file, strings.Replace(string(secret), "data:\n", strings.ReplaceAll(more.String(), "]\ndata:", "]"), 1))
	for _, c := range []struct{ in, args string }{
		{dir, "lint long"}, {dir, "prove --manifests long"}, {dir, "import long -o -"}, {dir, "check"}, {sops, "build prod"},
	} {
		cmd := command(t, c.in, strings.Fields(c.args)...)
		var errs strings.Builder
		cmd.Stderr = &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		killed := killChild(t, cmd.Process.Pid)
		_ = cmd.Wait()
		if !killed {
			t.Errorf("%s: there is no child", c.args)
		} else if code := cmd.ProcessState.ExitCode(); code != exitFailed || strings.Count(errs.String(), "\n") != 1 || !strings.HasPrefix(errs.String(), "quorumwright: killed from outside") {
			t.Errorf("%s: exit %d: %s", c.args, code, errs.String())
		}
	}
}

// killChild kills the first child of a process that stays: Go tries out first
// whether it can start one. It is false if there is none until the process ends.
func killChild(t *testing.T, pid int) bool {
	t.Helper()
	seen := map[int]int{}
	for {
		time.Sleep(time.Millisecond)
		for _, task := range tasks(t, pid) {
			text, err := os.ReadFile(filepath.Join(task, "children"))
			if err != nil {
				continue // the thread has ended
			}
			for _, child := range strings.Fields(string(text)) {
				n, err := strconv.Atoi(child)
				if err != nil {
					t.Fatal(err)
				}
				if seen[n]++; seen[n] > 20 {
					return syscall.Kill(n, syscall.SIGKILL) == nil
				}
			}
		}
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return false
		}
	}
}

// tasks are the folders of the threads of a process.
func tasks(t *testing.T, pid int) []string {
	t.Helper()
	names, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestInterrupted sends the signal of Ctrl-C to a program that waits for its input
// and to one that is at work.
func TestInterrupted(t *testing.T) {
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		cmd := command(t, t.TempDir(), "lint", "-")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// It reads: from here on it must heed the signal.
		if _, err := in.Write(make([]byte, 128<<10)); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || said.Len() > 0 {
			t.Errorf("%v: exit %d: %s", sig, code, said.String())
		}
	}
}

// TestChildSaysTheSame lints a repository that is just large enough for a child,
// and the same within this process.
func TestChildSaysTheSame(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{}
	for i := range 60 {
		files[fmt.Sprintf("r%02d/kustomization.yaml", i)] = "resources: [s.yaml]\nnamespace: x\n"
		files[fmt.Sprintf("r%02d/s.yaml", i)] = strings.Replace(service, "6379", "port", 1)
	}
	files["r07/kustomization.yaml"] = "resources: [missing.yaml]\n"
	writeFiles(t, dir, files)
	for _, args := range [][]string{{"lint"}, {"lint", "r07"}, {"lint", "--output", "json"}, {"lint", "-C", "r07"}, {"lint", "--select", "nothing"}} {
		child, here := execute(t, dir, args...), inside(t, dir, args...)
		if diff := cmp.Diff(here, child, cmp.AllowUnexported(result{})); diff != "" {
			t.Errorf("%v: %s", args, diff)
		}
	}
}
