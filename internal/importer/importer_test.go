package importer

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/rules"
	"github.com/quorumwright/quorumwright/schema"
)

func files(d *schema.Deployment) (fs.FS, error) {
	tree, err := generate.Generate(d)
	if err != nil {
		return nil, err
	}
	return tree.FS(), nil
}

func judge(tree fs.FS) ([]*lint.Finding, error) {
	r, err := repo.Open(tree, repo.Options{})
	if err != nil {
		return nil, err
	}
	return lint.Run(r, lint.Options{Rules: rules.All(), Known: rules.All()}), nil
}

// imported reads a file system and holds what comes out to what is always so:
// the generated tree has no error that lint knows.
func imported(t *testing.T, fsys fs.FS, paths ...string) (*Result, *repo.Repo) {
	t.Helper()
	r, err := repo.Open(fsys, repo.Options{Paths: paths})
	if err != nil {
		t.Fatal(err)
	}
	lint.Run(r, lint.Options{Rules: rules.All(), Known: rules.All()})
	result, err := Import(r, Options{Name: "quorumwright.yaml", Environment: "prod", Generate: files, Judge: judge})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range result.Left {
		if f.Severity == lint.Error {
			t.Errorf("%s: %s [%s]\n%s", f.Primary().Span, f.Message, f.Rule.ID, result.Spec)
		}
	}
	return result, r
}

// What a spec becomes is read back as a spec that says the same.
func TestOwnTrees(t *testing.T) {
	specs, err := filepath.Glob("../../golden/*/quorumwright.yaml")
	if err != nil || len(specs) < 5 {
		t.Fatalf("%q, %v", specs, err)
	}
	for _, name := range specs {
		t.Run(filepath.Base(filepath.Dir(name)), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want, err := schema.Parse("quorumwright.yaml", data)
			if err != nil {
				t.Fatal(err)
			}
			tree, err := files(want)
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.ToSlash(filepath.Dir(name))
			result, _ := imported(t, repo.DirFS(dir), "deploy")
			got := result.Deployment
			if got.Name != want.Name {
				t.Errorf("name %s, want %s", got.Name, want.Name)
			}
			if diff := cmp.Diff(visible(want), visible(got)); diff != "" {
				t.Errorf("-spec +imported\n%s\n%s", diff, result.Spec)
			}
			again, err := files(got)
			if err != nil {
				t.Fatal(err)
			}
			for _, env := range want.Environments {
				have, err := repo.Build(withEncrypted(t, tree, want, dir), "overlays/"+env.Name)
				if err != nil {
					t.Fatal(err)
				}
				rebuilt, err := repo.Build(withEncrypted(t, again, got, dir), "overlays/"+env.Name)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(have), string(rebuilt)); diff != "" {
					t.Errorf("%s: -built +built of the import\n%s", env.Name, diff)
				}
			}
			for _, notes := range [][]Note{result.Secrets, result.Dropped} {
				for _, n := range notes {
					t.Errorf("told of its own tree: %s", n)
				}
			}
		})
	}
}

// withEncrypted is a generated tree with the encrypted Secrets of an example.
func withEncrypted(t *testing.T, tree fs.FS, d *schema.Deployment, dir string) fs.FS {
	t.Helper()
	all := fstest.MapFS{}
	add := func(from fs.FS, name string) {
		data, err := fs.ReadFile(from, name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = &fstest.MapFile{Data: data}
	}
	err := fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			add(tree, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range generate.EncryptedFiles(d) {
		add(os.DirFS(filepath.Join(dir, "deploy")), f.Path)
	}
	return all
}

// visible are the environments of a deployment without what no generated file
// shows.
func visible(d *schema.Deployment) []schema.Environment {
	var all []schema.Environment
	for _, e := range d.Environments {
		e.Preset = ""
		if !e.Spec.Redis.Persistence.Enabled {
			e.Spec.Redis.Persistence = schema.Persistence{}
		}
		if e.Spec.Gateway.Autoscaling.Enabled {
			e.Spec.Gateway.Replicas = 0
		} else {
			e.Spec.Gateway.Autoscaling = schema.Autoscaling{}
		}
		if !e.Spec.Redis.TLS.Enabled {
			e.Spec.Redis.TLS.SecretName = ""
		}
		if !e.Spec.Redis.Metrics.Enabled {
			e.Spec.Redis.Metrics.Image = schema.Image{}
		}
		for _, t := range []*schema.Duration{&e.Spec.Sentinel.DownAfter, &e.Spec.Sentinel.FailoverTimeout} {
			*t = schema.Duration(strconv.FormatInt(t.Milliseconds(), 10)) // 1m30s is 90s
		}
		all = append(all, e)
	}
	return all
}

// No secret of the files gets into the spec or into a note.
func TestNoSecret(t *testing.T) {
	result, r := imported(t, repo.DirFS("../.."), "golden/broken")
	texts := []string{string(result.Spec)}
	for _, notes := range [][]Note{result.Secrets, result.Dropped, result.Decided} {
		for _, n := range notes {
			texts = append(texts, n.String())
		}
	}
	data, ok := r.Bytes("golden/broken/redis.yaml")
	const password = "Tr0ub4dor-and-3"
	if !ok || !strings.Contains(string(data), password) {
		t.Fatal("the example has no password any more")
	}
	for _, text := range texts {
		if strings.Contains(text, password) {
			t.Errorf("the password is in: %s", text)
		}
	}
	if len(result.Secrets) != 1 {
		t.Errorf("got %v, want one note about the password", result.Secrets)
	}
}

// What lint calls an error in the values of the chart is left out and told.
func TestRuleExamples(t *testing.T) {
	for _, id := range []string{"chart/env-name-case", "chart/probe-port", "chart/volume-name-config"} {
		t.Run(strings.ReplaceAll(id, "/", "-"), func(t *testing.T) {
			ar, err := txtar.ParseFile("../../lint/rules/testdata/" + id + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			fsys := fstest.MapFS{}
			for _, f := range ar.Files {
				if name, ok := strings.CutPrefix(f.Name, "bad/"); ok {
					fsys[name] = &fstest.MapFile{Data: f.Data}
				}
			}
			result, _ := imported(t, fsys)
			if len(result.Dropped) == 0 {
				t.Errorf("nothing is left out\n%s", result.Spec)
			}
		})
	}
}

// Files without a Redis and a gateway are no spec.
func TestNothing(t *testing.T) {
	r, err := repo.Open(fstest.MapFS{"a.yaml": &fstest.MapFile{Data: []byte("apiVersion: v1\nkind: Service\nmetadata: {name: a}\n")}}, repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Import(r, Options{Name: "q.yaml", Generate: files, Judge: judge}); !errors.Is(err, ErrNothing) {
		t.Errorf("got %v", err)
	}
}
