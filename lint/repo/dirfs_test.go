package repo_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quorumwright/quorumwright/lint/repo"
)

const service = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, data := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func problems(r *repo.Repo) []string {
	var all []string
	for _, p := range r.Problems {
		all = append(all, p.Span.String()+" "+p.Rule+": "+p.Message)
	}
	return all
}

// TestDirFSRefuses builds a folder with what a stranger may put into one: it
// must neither hang nor lead outside, and what was refused must be said.
func TestDirFSRefuses(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "in")
	write(t, top, map[string]string{
		"in/a.yaml":               service,
		"in/big.yaml":             "a: " + strings.Repeat("x", 1<<20),
		"in/folder.yaml/b.yaml":   strings.Replace(service, "name: a", "name: b", 1),
		"in/k/kustomization.yaml": "resources: [link.yaml, pipe.yaml, inner.yaml, ../../out]\n",
		"in/k/real.txt":           strings.Replace(service, "name: a", "name: c", 1),
		"in/.hidden/c.yaml":       "a: [",
		"in/node_modules/c.yaml":  "a: [",
		"out/kustomization.yaml":  "namePrefix: CANARY\n",
		"out/secret.yaml":         strings.Replace(service, "name: a", "name: CANARY", 1),
	})
	for _, name := range []string{"in/pipe.yaml", "in/k/pipe.yaml"} {
		if err := syscall.Mkfifo(filepath.Join(top, filepath.FromSlash(name)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for from, to := range map[string]string{
		"in/link.yaml": "../out/secret.yaml", "in/k/link.yaml": "../../out/secret.yaml", "in/loop": ".", "in/outdir": "../out", "in/k/inner.yaml": "real.txt",
	} {
		if err := os.Symlink(to, filepath.Join(top, filepath.FromSlash(from))); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan *repo.Repo)
	go func() {
		r, err := repo.Open(repo.DirFS(dir), repo.Options{})
		if err != nil {
			t.Error(err)
		}
		done <- r
	}()
	select {
	case r := <-done:
		want := []string{
			"big.yaml:1:1 yaml/limits: the file is larger than 1 MiB, the limit for one file, and was not read",
			"k/kustomization.yaml:1:13 kustomize/build-failed: this leads out of the repository and was not read",
			"k/kustomization.yaml:1:24 kustomize/build-failed: this is a pipe, a device or a socket, and was not read",
			"k/kustomization.yaml:1:47 kustomize/build-failed: this leads out of the repository and was not read",
			"k/link.yaml:1:1 yaml/limits: this leads out of the repository and was not read",
			"k/pipe.yaml:1:1 yaml/limits: this is a pipe, a device or a socket, and was not read",
			"link.yaml:1:1 yaml/limits: this leads out of the repository and was not read",
			"pipe.yaml:1:1 yaml/limits: this is a pipe, a device or a socket, and was not read",
		}
		if diff := cmp.Diff(want, problems(r)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"a.yaml", "folder.yaml/b.yaml", "k/inner.yaml", "k/kustomization.yaml"}, r.Files); diff != "" {
			t.Error(diff)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("Open hangs")
	}
}

// TestPathsOutside opens what the person names outside of the working
// directory, and shows it as he named it.
func TestPathsOutside(t *testing.T) {
	top := t.TempDir()
	write(t, top, map[string]string{
		"wd/a.yaml":                              service,
		"other/b.yaml":                           service,
		"git/.git/HEAD":                          "",
		"git/base/kustomization.yaml":            "resources: [s.yaml]\n",
		"git/base/s.yaml":                        service,
		"git/overlays/prod/kustomization.yaml":   "resources: [../../base]\nnamespace: prod\n",
		"git/overlays/prod/values.yaml":          "gateway: {ratelimit: {redis: {password: x}}, image: {tag: 1}}\n",
		"nogit/overlays/prod/kustomization.yaml": "resources: [../../base]\n",
		"nogit/base/kustomization.yaml":          "resources: [s.yaml]\n",
		"nogit/base/s.yaml":                      service,
	})
	abs := filepath.ToSlash(top)
	tests := []struct {
		name, wd string
		paths    []string
		files    []string
		problems []string
	}{
		{"relative", "wd", []string{"../other/b.yaml", "a.yaml"}, []string{"../other/b.yaml", "a.yaml"}, nil},
		{"absolute", "wd", []string{abs + "/other"}, []string{abs + "/other/b.yaml"}, nil},
		{"absolute inside", "wd", []string{abs + "/wd/a.yaml"}, []string{abs + "/wd/a.yaml"}, nil},
		{"working directory below the root of the repository", "git/overlays/prod", nil,
			[]string{"../../base/kustomization.yaml", "../../base/s.yaml", "kustomization.yaml", "values.yaml"}, nil},
		{"overlay of another repository", "wd", []string{"../git/overlays/prod"},
			[]string{"../git/base/kustomization.yaml", "../git/base/s.yaml", "../git/overlays/prod/kustomization.yaml", "../git/overlays/prod/values.yaml"}, nil},
		{"without a repository nothing above", "nogit/overlays/prod", nil, []string{"kustomization.yaml"},
			[]string{"kustomization.yaml:1:13 kustomize/build-failed: this leads out of the repository and was not read"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := repo.Open(repo.DirFS(filepath.Join(top, filepath.FromSlash(tt.wd))), repo.Options{Paths: tt.paths})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.files, r.Files); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.problems, problems(r)); diff != "" {
				t.Error(diff)
			}
			for _, f := range r.Files {
				if _, ok := r.Bytes(f); !ok {
					t.Errorf("%s has no bytes", f)
				}
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.yaml": service})
	tests := []struct {
		opts repo.Options
		want string
	}{
		{repo.Options{Paths: []string{"nope.yaml"}}, "nope.yaml: no such file or folder"},
		{repo.Options{Paths: []string{"../../nowhere/at/all"}}, "../../nowhere/at/all: no such file or folder"},
		{repo.Options{Values: []string{"nope.yaml"}}, "nope.yaml: no such file or folder"},
	}
	for _, tt := range tests {
		_, err := repo.Open(repo.DirFS(dir), tt.opts)
		if !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %s", tt.opts, err, tt.want)
		}
	}
	if _, err := repo.Open(repo.DirFS(filepath.Join(dir, "nope")), repo.Options{}); err == nil {
		t.Error("a folder that is not there opens")
	}
}

func TestStdin(t *testing.T) {
	r, err := repo.Open(repo.DirFS(t.TempDir()), repo.Options{Paths: []string{"-"}, Stdin: []byte(service)})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Environments) != 1 || r.Environments[0].Objects[0].Value.Get("metadata", "name").Span().String() != "<stdin>:3:18" {
		t.Errorf("%+v", r.Environments)
	}
}

// TestMaxFileSize checks that the bound that is told is the one that holds.
func TestMaxFileSize(t *testing.T) {
	files := map[string]string{"a.yaml": service + "# of redis " + strings.Repeat("x", 2000) + "\n"}
	dir := t.TempDir()
	write(t, dir, files)
	for _, tt := range []struct {
		max  int64
		want []string
	}{
		{0, nil},
		{3000, nil},
		{1024, []string{"a.yaml:1:1 yaml/limits: the file is larger than 1 KiB, the limit for one file, and was not read"}},
	} {
		r, err := repo.Open(repo.DirFS(dir), repo.Options{MaxFileSize: tt.max})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, problems(r)); diff != "" {
			t.Error(diff)
		}
	}
}
