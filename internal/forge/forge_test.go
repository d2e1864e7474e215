package forge

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLocate(t *testing.T) {
	for remote, want := range map[string]Place{
		"https://github.com/acme/gitops.git":          {GitHub, "github.com", "acme/gitops"},
		"https://github.example.com:8443/acme/gitops": {GitHub, "github.example.com:8443", "acme/gitops"},
		"git@github.com:acme/gitops.git":              {GitHub, "github.com", "acme/gitops"},
		"github.com:acme/gitops":                      {GitHub, "github.com", "acme/gitops"},
		"ssh://git@gitlab.example.com:2222/a/b/c.git": {GitLab, "gitlab.example.com", "a/b/c"},
		"https://gitlab.com/a/b/c/":                   {GitLab, "gitlab.com", "a/b/c"},
		"https://bitbucket.org/a/b.git":               {Bitbucket, "bitbucket.org", "a/b"},
		"https://git.example.com/a/b.git":             {Unknown, "git.example.com", "a/b"},
		"file:///srv/git/b.git":                       {},
		"/srv/git/b.git":                              {},
		"../b.git":                                    {},
		`C:\git\b`:                                    {},
		"ext::sh -c x":                                {},
		"":                                            {},
	} {
		if got := Locate(remote); got != want {
			t.Errorf("Locate(%q) = %+v, want %+v", remote, got, want)
		}
	}
}

func TestURL(t *testing.T) {
	r := Request{Branch: "quorumwright/dev+prod", Base: "main", Title: "chore: a\nb"}
	for remote, want := range map[string]string{
		"https://github.com/a/b":      "https://github.com/a/b/compare/main...quorumwright/dev+prod?expand=1",
		"https://gitlab.com/a/b":      "https://gitlab.com/a/b/-/merge_requests/new?merge_request%5Bsource_branch%5D=quorumwright%2Fdev%2Bprod&merge_request%5Btarget_branch%5D=main",
		"https://bitbucket.org/a/b":   "https://bitbucket.org/a/b/pull-requests/new?dest=main&source=quorumwright%2Fdev%2Bprod",
		"https://git.example.com/a/b": "https://git.example.com/a/b",
		"/srv/b":                      "",
	} {
		if got := Locate(remote).URL(r); got != want {
			t.Errorf("%s: %s, want %s", remote, got, want)
		}
	}
	if diff := cmp.Diff([]string{"merge_request.create", "merge_request.target=main", "merge_request.title=chore: a b"}, Locate("https://gitlab.com/a/b").PushOptions(r)); diff != "" {
		t.Error(diff)
	}
	if got := Locate("https://github.com/a/b").PushOptions(r); got != nil {
		t.Errorf("push options %v", got)
	}
}

// fake puts a program on PATH that notes how it was called.
func fake(t *testing.T, name, script string) (called func() string, env []string) {
	t.Helper()
	dir := t.TempDir()
	log := filepath.Join(dir, "called")
	text := "#!/bin/sh\n{ echo \"$*\"; case \"$*\" in *body-file*) cat ;; esac; } >>" + log + "\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return func() string {
		data, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}, os.Environ()
}

var request = Request{Branch: "b", Base: "main", Title: "-t", Body: "body\n"}

func TestGitLab(t *testing.T) {
	place := Locate("https://gitlab.com/a/b")
	called, env := fake(t, "glab", "echo 'created'; echo https://gitlab.com/a/b/-/merge_requests/3")
	url, err := place.Open(context.Background(), env, request)
	if err != nil || url != "https://gitlab.com/a/b/-/merge_requests/3" {
		t.Errorf("%s, %v", url, err)
	}
	want := "mr create --repo https://gitlab.com/a/b --source-branch b --target-branch main --title -t --description body\n --yes\n"
	if got := called(); got != want {
		t.Errorf("glab was called with\n%s\nwant\n%s", got, want)
	}
	_, env = fake(t, "glab", "echo 'Another open merge request already exists' >&2; exit 1")
	url, err = place.Open(context.Background(), env, request)
	if err != nil || url != "https://gitlab.com/a/b/-/merge_requests?state=opened&source_branch=b" {
		t.Errorf("%s, %v", url, err)
	}
}

func TestProgramFails(t *testing.T) {
	_, env := fake(t, "gh", "echo 'HTTP 401: Bad credentials' >&2; exit 4")
	_, err := Locate("https://github.com/a/b").Open(context.Background(), env, request)
	var failed *ProgramError
	if !errors.As(err, &failed) || failed.Program != "gh" || !strings.Contains(failed.Text, "HTTP 401") || strings.Contains(err.Error(), "HTTP") {
		t.Errorf("error %v", err)
	}
	if path := Locate("https://git.example.com/a/b").Installed(); path != "" {
		t.Errorf("program %s", path)
	}
}
