package repo_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// TestWhatIsSupervised holds that a caller is warned once before anything is done
// with much text, however it is read, and that his error is the last word.
func TestWhatIsSupervised(t *testing.T) {
	folders := func(n, padding int) fstest.MapFS {
		fsys := fstest.MapFS{}
		for i := range n {
			text := fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: b%d}\n%s", i, strings.Repeat("# a comment\n", padding/12))
			fsys[fmt.Sprintf("envs/e%03d/a.yaml", i)] = &fstest.MapFile{Data: []byte(text)}
		}
		return fsys
	}
	one := folders(300, 1<<10)
	one["envs/e299/b.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: v1\nkind: Secret\nmetadata: {name: b}\n" + strings.Repeat("# a comment\n", 15_000))}
	several := fstest.MapFS{}
	for name, f := range folders(20, 10<<10) {
		several["envs/dev/"+name[len("envs/"):len("envs/e000")]+".yaml"] = f
	}
	whole := maps.Clone(one)
	whole["envs/e000/b.yaml"] = one["envs/e299/b.yaml"]
	whole["envs/e298/app.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n")}
	errStop := errors.New("stop")
	for name, c := range map[string]struct {
		fsys  fstest.MapFS
		calls int
		whole bool // it cannot be read in sections
	}{
		"a small folder":                {folders(1, 1<<10), 0, true},
		"a large file":                  {folders(1, 200<<10), 1, true},
		"several files":                 {several, 1, true},
		"many small folders":            {folders(300, 1<<10), 0, false},
		"one large one among all":       {one, 1, false},
		"and one that speaks of others": {whole, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			defer repo.ReadInSections(64)()
			calls, looks := 0, 0
			opts := repo.Options{
				Look:      func(*repo.Environment) (any, []string) { return nil, nil },
				Supervise: func() error { calls++; return nil },
			}
			r, err := repo.Open(c.fsys, opts)
			if err != nil || calls != c.calls || len(r.Files) != len(c.fsys) {
				t.Errorf("%v, %d calls, %d files", err, calls, len(r.Files))
			}
			if r.WasPassed() == c.whole {
				t.Errorf("read in sections: %t", r.WasPassed())
			}
			if c.calls == 0 {
				return
			}
			opts.Look = func(env *repo.Environment) (any, []string) {
				if env.Bytes > 128<<10 {
					looks++
				}
				return nil, nil
			}
			opts.Supervise = func() error { return errStop }
			if _, err := repo.Open(c.fsys, opts); err != errStop || looks > 0 {
				t.Errorf("%v after %d looks", err, looks)
			}
		})
	}
}
