package git

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// withRemote is a repository with a bare one to push to.
func withRemote(t *testing.T) (s *sandbox, r *Repo, remote *Remote) {
	s = newSandbox(t)
	s.file("a", "1\n")
	s.commit("first")
	s.git("clone", "-q", "--bare", s.dir, "../remote.git")
	s.git("remote", "add", "origin", "file://"+s.at("../remote.git").dir)
	s.git("fetch", "-q", "origin")
	r = s.open("GIT_ALLOW_PROTOCOL=file")
	return s, r, must[*Remote](t)(r.FindRemote(t.Context(), "", "main"))
}

func TestPush(t *testing.T) {
	s, r, remote := withRemote(t)
	ctx := t.Context()
	commit := must[string](t)(commitFiles(ctx, r, "refs/heads/deploy", Change{Path: "d", Data: []byte("1\n")}))
	ref := "refs/heads/deploy"
	if err := r.Push(ctx, remote, Push{Commit: commit, Ref: ref, Replace: true, Old: ""}); err != nil {
		t.Fatal(err)
	}
	if tip := must[string](t)(r.RemoteTip(ctx, remote, ref)); tip != commit {
		t.Errorf("the remote is at %s", tip)
	}
	if head := must[string](t)(r.RemoteHead(ctx, remote)); head != "main" {
		t.Errorf("the default branch is %q", head)
	}
	var rejected *RejectedError
	// Somebody else pushed meanwhile.
	s.git("clone", "-q", "-b", "deploy", "file://"+s.at("../remote.git").dir, "../other")
	o := s.at("../other")
	o.file("o", "1\n")
	theirs := o.commit("theirs")
	o.git("push", "-q", "origin", "deploy")
	next := must[string](t)(commitFiles(ctx, r, ref, Change{Path: "d", Data: []byte("2\n")}))
	if err := r.Push(ctx, remote, Push{Commit: next, Ref: ref}); !errors.As(err, &rejected) {
		t.Errorf("a plain push: %v", err)
	}
	if err := r.Push(ctx, remote, Push{Commit: next, Ref: ref, Replace: true, Old: commit}); !errors.As(err, &rejected) {
		t.Errorf("with a lease: %v", err)
	}
	if tip := must[string](t)(r.RemoteTip(ctx, remote, ref)); tip != theirs {
		t.Errorf("the remote is at %s", tip)
	}
	before := s.git("for-each-ref")
	if must[bool](t)(r.Has(ctx, theirs)) {
		t.Fatal("the other commit is here already")
	}
	if err := r.Fetch(ctx, remote, ref); err != nil {
		t.Fatal(err)
	}
	if !must[bool](t)(r.Has(ctx, theirs)) {
		t.Error("the other commit is not here")
	}
	if after := s.git("for-each-ref"); after != before {
		t.Errorf("the fetch moved refs:\n%s\n%s", before, after)
	}
	if _, err := os.Stat(filepath.Join(s.dir, ".git/FETCH_HEAD")); err == nil && s.read(".git/FETCH_HEAD") != "" && strings.Contains(s.read(".git/FETCH_HEAD"), "deploy") {
		t.Error("the fetch wrote FETCH_HEAD")
	}
	if err := r.Push(ctx, remote, Push{Commit: next, Ref: ref, Replace: true, Old: theirs}); err != nil {
		t.Errorf("with the right lease: %v", err)
	}
}

// TestRefusedPush passes on what the remote says, cleaned.
func TestRefusedPush(t *testing.T) {
	s, r, remote := withRemote(t)
	s.file("../remote.git/hooks/pre-receive", "#!/bin/sh\nprintf 'not on a Friday \\033[31m https://u:CANARY@host/\\n'\nexit 1\n")
	if err := os.Chmod(filepath.Join(s.dir, "../remote.git/hooks/pre-receive"), 0o755); err != nil {
		t.Fatal(err)
	}
	commit := must[string](t)(commitFiles(t.Context(), r, "refs/heads/x", Change{Path: "d", Data: []byte("1\n")}))
	err := r.Push(t.Context(), remote, Push{Commit: commit, Ref: "refs/heads/x"})
	var rejected *RejectedError
	if err == nil || errors.As(err, &rejected) {
		t.Fatalf("error %v", err)
	}
	if text := err.Error(); !strings.Contains(text, "not on a Friday") || strings.Contains(text, "CANARY") || strings.Contains(text, "\x1b") {
		t.Errorf("error %q", text)
	}
}

func TestFindRemote(t *testing.T) {
	s := newSandbox(t)
	r := s.open()
	if _, err := r.FindRemote(t.Context(), "", "main"); !errors.Is(err, ErrNoRemote) {
		t.Errorf("error %v", err)
	}
	s.git("remote", "add", "one", "https://me:secret@example.com/a/b.git")
	if got := must[*Remote](t)(r.FindRemote(t.Context(), "", "main")); *got != (Remote{"one", "https://example.com/a/b.git", "https://example.com/a/b.git"}) {
		t.Errorf("remote %+v", got)
	}
	s.git("remote", "add", "origin", "x:y")
	s.git("config", "url.https://example.org/.insteadOf", "x:")
	if got := must[*Remote](t)(r.FindRemote(t.Context(), "", "main")); *got != (Remote{"origin", "https://example.org/y", "x:y"}) {
		t.Errorf("remote %+v", got)
	}
	s.git("config", "branch.main.remote", "one")
	if got := must[*Remote](t)(r.FindRemote(t.Context(), "", "main")); got.Name != "one" {
		t.Errorf("remote %+v", got)
	}
	if _, err := r.FindRemote(t.Context(), "two", "main"); err == nil || !strings.Contains(err.Error(), "it") && !strings.Contains(err.Error(), "knows one, origin") {
		t.Errorf("error %v", err)
	}
}

// A remote that never answers is given up.
func TestSilentRemote(t *testing.T) {
	s := newSandbox(t)
	s.file("a", "1\n")
	s.commit("first")
	s.git("remote", "add", "origin", "ssh://silent.example.com/repo")
	s.file("../silent", "#!/bin/sh\nexec cat\n")
	silent := filepath.Join(filepath.Dir(s.dir), "silent")
	if err := os.Chmod(silent, 0o755); err != nil {
		t.Fatal(err)
	}
	r := s.open("GIT_SSH=" + silent)
	r.patience = 50 * time.Millisecond
	remote := must[*Remote](t)(r.FindRemote(t.Context(), "", "main"))
	if _, err := r.RemoteTip(t.Context(), remote, "refs/heads/main"); !errors.Is(err, ErrSilent) {
		t.Errorf("got %v", err)
	}
}
