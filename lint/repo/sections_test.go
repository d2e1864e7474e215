package repo_test

import (
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/rules"
)

// said is all that a run over a repository tells.
type said struct {
	Findings                []string
	Files, Specs            []string
	Templates               int
	Environments, Comments  []string
	Snippets, Bytes, Places []string
}

// sayAll reads and judges a tree: all at once, or, if so many folders beside each
// other are not none, environments by themselves.
func sayAll(t *testing.T, tree fs.FS, crowded int) (said, bool) {
	t.Helper()
	opts := repo.Options{}
	how := lint.Options{Rules: rules.All(), Known: rules.All()}
	if crowded > 0 {
		how.Excerpts = crowded%2 == 0
		opts.Look = lint.Look(how)
		defer repo.ReadInSections(crowded)()
	}
	r, err := repo.Open(tree, opts)
	if err != nil {
		t.Fatal(err)
	}
	s := said{Files: r.Files, Specs: r.Specs, Templates: r.Templates}
	for _, f := range lint.Run(r, how) {
		text := fmt.Sprintf("%s %s %s %q %q %v\n", f.Rule.ID, f.Severity, f.Message, f.Help, f.Environments, f.Fixes)
		for _, p := range f.Places {
			text += fmt.Sprintf("  %v %q %q %q\n", p.Span, p.Label, p.Object, p.Path)
			s.Snippets = append(s.Snippets, fmt.Sprint(r.Snippet(p.Span, p.Span.Column)))
			start, end, ok := r.Offsets(p.Span)
			s.Places = append(s.Places, fmt.Sprint(start, end, ok, r.Masks(p.Span)))
		}
		s.Findings = append(s.Findings, text)
	}
	for _, e := range r.Environments {
		s.Environments = append(s.Environments, fmt.Sprint(e.Name, " ", e.Root, " ", e.Rendered, e.Partial, e.Files))
	}
	for _, name := range r.Files {
		s.Comments = append(s.Comments, fmt.Sprint(r.Comments(name)))
		text, ok := r.Blanked(name)
		s.Bytes = append(s.Bytes, fmt.Sprint(ok, string(text)))
	}
	return s, r.WasPassed()
}

// TestSectionsTellTheSame reads repositories that are put together from the
// archives of the rules, folder by folder and as a whole.
func TestSectionsTellTheSame(t *testing.T) {
	names, err := filepath.Glob("../rules/testdata/*/*.txtar")
	if err != nil || len(names) < 100 {
		t.Fatalf("%d archives: %v", len(names), err)
	}
	var archives []*txtar.Archive
	for _, name := range names {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		archives = append(archives, a)
	}
	layouts := [][]string{
		{"envs/a", "envs/b", "envs/c", "envs/d"},
		{"dev", "prod", "prod/eu", "prod/us"},
		{"tenants/1/redis", "tenants/2/redis", "tenants/3", "tenants/4/x/y"},
		{"clusters/a/prod", "clusters/b/prod", "clusters/b/dev", "clusters/common"},
		{"overlays/base", "overlays/x", ".", "overlays/y"},
		{"apps/a", "apps/b", "teams/test/one", "teams/test/two"},
	}
	random := rand.New(rand.NewSource(7))
	passed := 0
	for n := range 400 {
		tree := fstest.MapFS{}
		layout := layouts[n%len(layouts)]
		same := archives[random.Intn(len(archives))]
		for _, dir := range layout[:2+random.Intn(len(layout)-1)] {
			a := same
			if random.Intn(3) == 0 {
				a = archives[random.Intn(len(archives))]
			}
			side := "bad/"
			if random.Intn(3) == 0 {
				side = "good/"
			}
			for _, f := range a.Files {
				if base, ok := strings.CutPrefix(f.Name, side); ok {
					tree[strings.TrimPrefix(dir+"/"+base, "./")] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
				}
			}
		}
		whole, _ := sayAll(t, tree, 0)
		alone, was := sayAll(t, tree, 2)
		if was {
			passed++
		}
		if diff := cmp.Diff(whole, alone); diff != "" {
			var files []string
			for name := range tree {
				files = append(files, name)
			}
			t.Fatalf("read as a whole (-) and in sections (+), files %q:\n%s", files, diff)
		}
	}
	if passed < 100 {
		t.Errorf("only %d repositories were read in sections", passed)
	}
}

// TestSectionsAreReadAgain asks for more text of folders that were let go than is
// read before there are limits.
func TestSectionsAreReadAgain(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range []string{"redis.yaml", "values.yaml"} {
		data, err := os.ReadFile("../../golden/broken/" + name)
		if err != nil {
			t.Fatal(err)
		}
		data = append(data, strings.Repeat("# nothing but a long remark\n", 1500)...)
		for _, dir := range []string{"dev", "qa", "staging", "prod"} {
			files[dir+"/"+name] = &fstest.MapFile{Data: data, Mode: 0o644}
		}
	}
	whole, _ := sayAll(t, files, 0)
	alone, was := sayAll(t, files, 3)
	if !was {
		t.Error("the folders were not let go")
	}
	if diff := cmp.Diff(whole, alone); diff != "" {
		t.Errorf("read as a whole (-) and in sections (+):\n%.2000s", diff)
	}
}
