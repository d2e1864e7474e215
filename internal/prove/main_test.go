package prove

import (
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// TestMain lets the test binary be what the program is in a proof: the process
// that holds all pods, and the first process of each container.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "prove" && slices.Contains(HelperNames(), os.Args[2]) {
		os.Exit(Helper(os.Args[2]))
	}
	flag.Parse()
	// Proofs mostly wait: for a down-after, for an election, for a probe.
	flag.Set("test.parallel", "8")
	os.Exit(m.Run())
}

// needRedis fails the test where there is nothing to prove with: a test that
// skips itself would prove nothing.
func needRedis(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Fatal("redis-server is not installed: apt-get install redis-server, or make parts")
	}
}

// An edit changes a text of a file that must be there.
type edit struct{ file, old, new string }

// faster makes Sentinel wait less for a master, so that tests wait less too.
func faster(dir string) edit {
	return edit{dir + "/base/sentinel.conf", "down-after-milliseconds mymaster 5000", "down-after-milliseconds mymaster 2000"}
}

// planOf plans an environment of an example, after some edits.
func planOf(t *testing.T, example, env string, edits ...edit) *Plan {
	t.Helper()
	fsys := copyOf(t, "../../golden/"+example)
	for _, e := range edits {
		f, ok := fsys[e.file]
		if !ok || !strings.Contains(string(f.Data), e.old) {
			t.Fatalf("%s of %s has no %q", e.file, example, e.old)
		}
		f.Data = []byte(strings.ReplaceAll(string(f.Data), e.old, e.new))
	}
	return planFrom(t, fsys, env)
}

func copyOf(t *testing.T, dir string) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(root, name)
		fsys[name] = &fstest.MapFile{Data: b, Mode: 0o644}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return fsys
}

func planFrom(t *testing.T, fsys fs.FS, env string) *Plan {
	t.Helper()
	return planOne(t, fsys, env, false)
}

func planOne(t *testing.T, fsys fs.FS, env string, onePassword bool) *Plan {
	t.Helper()
	var opts repo.Options
	if _, err := fs.Stat(fsys, "deploy"); err == nil {
		opts.Paths = []string{"deploy"}
	}
	r, err := repo.Open(fsys, opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Problems {
		t.Logf("%s: %s", p.Span, p.Message)
	}
	for _, e := range r.Environments {
		if e.Name == env || strings.HasSuffix(e.Root, "/"+env) || len(r.Environments) == 1 && env == "" {
			plan, err := NewPlan(e, env, onePassword)
			if err != nil {
				t.Fatal(err)
			}
			return plan
		}
	}
	t.Fatalf("no environment %q", env)
	return nil
}
