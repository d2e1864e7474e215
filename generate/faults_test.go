//go:build unix

package generate

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quorumwright/quorumwright/schema"
)

// TestMain lets the test program be one that writes a tree and may die of it:
// "write-tree TREE DIR" writes when it reads a line.
func TestMain(m *testing.M) {
	if len(os.Args) != 4 || os.Args[1] != "write-tree" {
		os.Exit(m.Run())
	}
	data, err := os.ReadFile(os.Args[2])
	if err != nil {
		panic(err)
	}
	var files []File
	if err := json.Unmarshal(data, &files); err != nil {
		panic(err)
	}
	tree := treeOf(files)
	os.Stdout.WriteString("ready\n")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	if _, err := tree.Write(os.Args[3], WriteOptions{}); err != nil {
		os.Stdout.WriteString(err.Error() + "\n")
		os.Exit(3)
	}
	os.Stdout.WriteString("done\n")
}

// treeOf is a tree of files that were generated elsewhere.
func treeOf(files []File) *Tree {
	tree := &Tree{}
	owners := map[string]*owner{} // of files, by path
	for _, f := range files {
		if dir, ok := strings.CutSuffix(f.Path, "/"+OwnershipFile); ok {
			o := &owner{dir: dir}
			tree.owners = append(tree.owners, o)
			owners[f.Path] = o
			for _, owned := range readRecord(f.Data).Files {
				owners[owned.Path] = o
			}
		}
	}
	for _, f := range files {
		tree.files = append(tree.files, &file{f.Path, sha256.Sum256(f.Data), owners[f.Path], &form{written: f.Data}})
	}
	return tree
}

// A victim is a process that writes a tree when it is told to.
type victim struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startVictim(t *testing.T, tree, dir string) *victim {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	v := &victim{cmd: exec.Command(exe, "write-tree", tree, dir)}
	if v.in, err = v.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := v.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	v.out = bufio.NewReader(out)
	if err := v.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := v.out.ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q %v", line, err)
	}
	return v
}

// begin tells it to write, and end waits for it and returns what it says.
func (v *victim) begin() { _, _ = v.in.Write([]byte("\n")) }

func (v *victim) end() string {
	line, _ := v.out.ReadString('\n')
	_ = v.cmd.Wait()
	return line
}

// save writes the files of a tree for victims.
func save(t *testing.T, tree *Tree) string {
	t.Helper()
	data, err := json.Marshal(tree.Files())
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "tree.json")
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// variants are two trees of which each has files that the other has not.
func variants(t *testing.T) [2]*Tree {
	t.Helper()
	change := func(s *schema.Spec) {
		s.Redis.Image.Tag, s.Redis.MasterName, s.Redis.TLS.Enabled = "7.2.6", "other", true
		s.Gateway.Image.Tag = "4.9.31"
	}
	return [2]*Tree{
		mustGenerate(t, deployment(map[string]func(*schema.Spec){"dev": nothing, "prod": nothing})),
		mustGenerate(t, deployment(map[string]func(*schema.Spec){"dev": change, "staging": change})),
	}
}

// TestKilledRuns ends runs at random points. No file is ever half of one, a tree
// that is not whole is told as such, and the next run makes it whole, with nothing
// left over. QUORUMWRIGHT_KILLS is the number of runs.
func TestKilledRuns(t *testing.T) {
	kills := 12
	if n, err := strconv.Atoi(os.Getenv("QUORUMWRIGHT_KILLS")); err == nil {
		kills = n
	}
	trees := variants(t)
	saved := [2]string{save(t, trees[0]), save(t, trees[1])}
	dir := t.TempDir()
	if _, err := trees[1].Write(dir, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	// How long a run writes is learnt from one that nobody ends.
	begin := time.Now()
	if _, err := trees[0].Write(t.TempDir(), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	span := 3 * time.Since(begin)
	interrupted, mixed, leftovers := 0, 0, 0
	for i := range kills {
		next := trees[i%2]
		v := startVictim(t, saved[i%2], dir)
		v.begin()
		time.Sleep(rand.N(span))
		sig := []os.Signal{syscall.SIGKILL, syscall.SIGINT, syscall.SIGTERM}[i%3]
		_ = v.cmd.Process.Signal(sig)
		done := v.end() == "done\n"
		have := snapshot(t, dir)
		for name, text := range have {
			if strings.Contains(name, temporaryPrefix) {
				leftovers++
				continue
			}
			a, inA := trees[0].File(name)
			b, inB := trees[1].File(name)
			if !(inA && text == string(a) || inB && text == string(b)) {
				t.Fatalf("run %d: %s is torn", i, name)
			}
		}
		changes, err := next.Diff(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		whole := cmp.Equal(withoutTemporary(have), contents(next))
		if whole != (len(changes) == 0) {
			t.Fatalf("run %d: whole is %v, and these changes are told: %v", i, whole, told(changes))
		}
		if !done {
			interrupted++
		}
		if !whole {
			mixed++
		}
		next = trees[rand.N(2)] // the spec may be another one by now
		if _, err := next.Write(dir, WriteOptions{}); err != nil {
			t.Fatalf("run %d: the next run does not repair: %v", i, err)
		}
		if diff := cmp.Diff(contents(next), snapshot(t, dir)); diff != "" {
			t.Fatalf("run %d: after the next run: %s", i, diff)
		}
	}
	t.Logf("%d kills: %d runs interrupted, %d trees left mixed, %d files left over; all repaired", kills, interrupted, mixed, leftovers)
}

func contents(tree *Tree) map[string]string {
	files := map[string]string{}
	for _, f := range tree.Files() {
		files[f.Path] = string(f.Data)
	}
	return files
}

func withoutTemporary(files map[string]string) map[string]string {
	kept := map[string]string{}
	for name, text := range files {
		if !strings.Contains(name, temporaryPrefix) {
			kept[name] = text
		}
	}
	return kept
}

// TestRunsAtOnce starts runs with different trees together. Each either writes all
// of its tree or says that another one is at work, and the folder is one of them.
func TestRunsAtOnce(t *testing.T) {
	trees := variants(t)
	saved := [2]string{save(t, trees[0]), save(t, trees[1])}
	for range 3 {
		dir := t.TempDir()
		var victims []*victim
		for i := range 8 {
			victims = append(victims, startVictim(t, saved[i%2], dir))
		}
		var wg sync.WaitGroup
		said := make([]string, len(victims))
		for i, v := range victims {
			wg.Go(func() {
				v.begin()
				said[i] = v.end()
			})
		}
		wg.Wait()
		done := 0
		for _, s := range said {
			switch {
			case s == "done\n":
				done++
			case !strings.Contains(s, "another run is writing this folder"):
				t.Errorf("a run ends with %q", s)
			}
		}
		if done == 0 {
			t.Error("no run has written")
		}
		have := snapshot(t, dir)
		if !cmp.Equal(have, contents(trees[0])) && !cmp.Equal(have, contents(trees[1])) {
			t.Errorf("the folder is none of the trees: %v", list(t, dir))
		}
	}
}

// TestFolderLock holds the lock that a run holds while it writes.
func TestFolderLock(t *testing.T) {
	trees := variants(t)
	dir := written(t, trees[0])
	unlock, ok := lockFolder(dir)
	if !ok {
		t.Fatal("nobody holds the lock")
	}
	if _, err := trees[1].Write(dir, WriteOptions{}); err == nil || !strings.HasPrefix(err.Error(), dir+": another run is writing this folder") {
		t.Errorf("error %v", err)
	}
	if changes, err := trees[0].Write(dir, WriteOptions{}); err != nil || len(changes) > 0 {
		t.Errorf("a run with nothing to write: %v, %v", changes, err)
	}
	unlock()
	if _, err := trees[1].Write(dir, WriteOptions{}); err != nil {
		t.Error(err)
	}
}

// TestModes writes under several masks, of which none shows.
func TestModes(t *testing.T) {
	tree := variants(t)[0]
	for _, mask := range []int{0, 0o022, 0o027, 0o077} {
		dir := t.TempDir()
		old := syscall.Umask(mask)
		_, err := tree.Write(dir, WriteOptions{})
		syscall.Umask(old)
		if err != nil {
			t.Fatal(err)
		}
		err = fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || name == "." {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			want := fs.FileMode(0o644)
			if d.IsDir() {
				want = 0o755
			}
			if info.Mode().Perm() != want {
				t.Errorf("umask %03o: %s is %s", mask, name, info.Mode())
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestSweepLeavesOthersAlone puts files beside the generated ones whose names are
// like those of files that are not written to their end.
func TestSweepLeavesOthersAlone(t *testing.T) {
	trees := variants(t)
	dir := written(t, trees[0])
	kept := []string{"base/.quorumwright-notes", "base/.quorumwright-" + strings.Repeat("a", 26), "base/x.quorumwright-" + strings.Repeat("A", 26)}
	for _, name := range append(kept, "base/.quorumwright-"+strings.Repeat("A", 26)) {
		put(t, dir, name, "x")
	}
	if _, err := trees[1].Write(dir, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	have := snapshot(t, dir)
	for _, name := range kept {
		if have[name] != "x" {
			t.Errorf("%s is gone", name)
		}
		delete(have, name)
	}
	if diff := cmp.Diff(contents(trees[1]), have); diff != "" {
		t.Error(diff)
	}
}

// TestLargeFile puts a file in the place of a generated one that no memory holds.
func TestLargeFile(t *testing.T) {
	tree := variants(t)[0]
	dir := written(t, tree)
	if err := os.Truncate(filepath.Join(dir, "base", "redis.conf"), 10<<30); err != nil {
		t.Fatal(err)
	}
	_, err := tree.Diff(os.DirFS(dir))
	if want := "base/redis.conf: cannot read: larger than 16 MiB, and not read"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
