package importer

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/rules"
)

func TestZZ(t *testing.T) {
	archives, _ := filepath.Glob("../../lint/rules/testdata/*/*.txtar")
	more, _ := filepath.Glob("../../lint/rules/testdata/*/*/*.txtar")
	n, nothing := 0, 0
	for _, name := range append(archives, more...) {
		ar, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		trees := map[string]fstest.MapFS{}
		for _, f := range ar.Files {
			top, rest, ok := strings.Cut(f.Name, "/")
			if !ok {
				top, rest = "", f.Name
			}
			if trees[top] == nil {
				trees[top] = fstest.MapFS{}
			}
			trees[top][rest] = &fstest.MapFile{Data: f.Data}
		}
		for top, fsys := range trees {
			r, err := repo.Open(fsys, repo.Options{})
			if err != nil {
				continue
			}
			res, err := Import(r, Options{Name: "q.yaml", Environment: "prod", Generate: files, Judge: judge})
			if errors.Is(err, ErrNothing) {
				nothing++
				continue
			}
			if err != nil {
				t.Errorf("%s %s: %v", name, top, err)
				continue
			}
			n++
			tree, err := files(res.Deployment)
			if err != nil {
				t.Errorf("%s %s: %v", name, top, err)
				continue
			}
			judged, err := repo.Open(tree, repo.Options{})
			if err != nil {
				t.Error(err)
				continue
			}
			for _, f := range lint.Run(judged, lint.Options{Rules: rules.All(), Known: rules.All()}) {
				if f.Severity >= lint.Warning && f.Rule.ID!="image/known-defect" {
					t.Errorf("%s %s: %s: %s [%s]", name, top, f.Primary().Span, f.Message, f.Rule.ID)
				}
			}
		}
	}
	t.Logf("%d imported, %d nothing", n, nothing)
}
