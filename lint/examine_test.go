//go:build linux || darwin

package lint

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/quorumwright/quorumwright/internal/supervisor"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// TestMain lets the test program judge in a child, as the command does.
func TestMain(m *testing.M) {
	if len(os.Args) < 2 || os.Args[1] != "judge" {
		os.Exit(m.Run())
	}
	g := supervisor.Enter()
	if !g.IsParent() {
		g.Exit(judgeHoarders())
	}
	var deaths []*supervisor.Death
	for {
		code, err := g.Run("", os.Stdin, deaths...)
		var death *supervisor.Death
		if !errors.As(err, &death) || !IsJudging(death.Work) {
			fmt.Fprint(os.Stderr, err)
			os.Exit(code)
		}
		deaths = append(deaths, death)
	}
}

// judgeHoarders judges two small folders and two large ones with a rule that takes
// all memory over one of them.
func judgeHoarders() int {
	text := func(name string) *fstest.MapFile {
		return &fstest.MapFile{Data: fmt.Appendf(nil, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: %s\n", name)}
	}
	large := func(name string) *fstest.MapFile {
		f := text(name)
		f.Data = append(f.Data, strings.Repeat("# a comment\n", manyBytes/12+1)...)
		return f
	}
	fsys := fstest.MapFS{
		"envs/dev/a.yaml": text("a"), "envs/prod/a.yaml": large("a"), "envs/prod/b.yaml": text("hoard"),
		"envs/stage/a.yaml": large("a"), "envs/test/a.yaml": text("a"),
	}
	greedy := &Rule{ID: "test/greedy", Severity: Warning, Check: func(p *Pass) {
		var hoard [][]byte
		for _, o := range p.Env().Objects {
			for n := 1 << 20; o.Name == "hoard"; n *= 2 {
				hoard = append(hoard, make([]byte, n))
			}
			p.ReportAt(At(o, o.Value.Get("kind"), ""), "", "judged with %d", len(hoard))
		}
	}}
	r, err := repo.Open(fsys, repo.Options{})
	if err != nil {
		fmt.Print(err)
		return 1
	}
	for _, f := range Run(r, Options{Rules: []*Rule{greedy, {ID: "yaml/limits", Severity: Error}}}) {
		fmt.Printf("%s: %s [%s]\n", f.Primary().Span, f.Message, f.Rule.ID)
	}
	return 0
}

// TestALimitIsAFinding judges what takes all memory: the others are judged, and
// what is not is told.
func TestALimitIsAFinding(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "judge")
	var told strings.Builder
	cmd.Stderr = &told
	out, err := cmd.Output()
	if err != nil {
		t.Error(err, told.String())
	}
	want := strings.Join([]string{
		"envs/dev/a.yaml:2:7: judged with 0 [test/greedy]",
		"envs/prod/a.yaml:1:1: judging this file and those beside it takes more than 1 GiB of memory, the limit for one environment; they were not judged [yaml/limits]",
		"envs/stage/a.yaml:2:7: judged with 0 [test/greedy]",
		"envs/test/a.yaml:2:7: judged with 0 [test/greedy]",
		"",
	}, "\n")
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWhyNotJudged(t *testing.T) {
	env := &repo.Environment{Largest: "a/b.yaml"}
	for limit, want := range map[supervisor.Limit]string{
		supervisor.Time:  "judging this file and those beside it takes more than 10 s of processor time, the limit for one environment; they were not judged",
		supervisor.Total: "what came before this file took more than 60 s of processor time, the limit for all environments together; it and those beside it were not judged",
		supervisor.Crash: "the program broke down over this file and those beside it, and they were not judged",
	} {
		p := unjudged(env, &supervisor.Death{Limit: limit})
		if p.Message != want || p.Span.String() != "a/b.yaml:1:1" || p.Help == "" {
			t.Errorf("%s: %+v", limit, p)
		}
	}
}
