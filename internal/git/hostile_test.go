package git

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hostile makes a repository whose configuration, attributes, hooks and names
// are made to have something run: each would leave a file in the folder ran.
func hostile(t *testing.T) *sandbox {
	s := newSandbox(t)
	if err := os.MkdirAll(filepath.Join(s.dir, "../ran"), 0o755); err != nil {
		t.Fatal(err)
	}
	script := func(name string) string {
		path := filepath.Join(s.dir, "../bin", name)
		s.file("../bin/"+name, "#!/bin/sh\ntouch '"+filepath.Join(s.dir, "../ran", name)+"'\nexit 1\n")
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	s.file(".gitattributes", "*.yaml diff=evil\nsecret/** filter=evil\n")
	s.file("deploy/a.yaml", "a\n")
	s.file("--output=pwn", "x\n")
	s.file("-x", "x\n")
	s.file(":(exclude)*", "x\n")
	s.commit("first")
	s.git("branch", "other")

	hooks := filepath.Join(s.dir, "../hooks")
	for _, hook := range []string{"pre-commit", "post-commit", "commit-msg", "prepare-commit-msg", "pre-push", "reference-transaction", "post-index-change", "post-checkout", "fsmonitor-watchman", "push-to-checkout"} {
		path := script(hook)
		s.file("../hooks/"+hook, "#!/bin/sh\nexec "+path+"\n")
		if err := os.Chmod(filepath.Join(hooks, hook), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for setting, value := range map[string]string{
		"core.hooksPath":             hooks,
		"core.fsmonitor":             script("fsmonitor"),
		"core.pager":                 script("pager"),
		"core.editor":                script("editor"),
		"core.sshCommand":            script("ssh"),
		"core.askPass":               script("askpass"),
		"core.gitProxy":              script("proxy"),
		"core.alternateRefsCommand":  script("alternate"),
		"diff.external":              script("diff"),
		"log.showSignature":          "true",
		"diff.evil.textconv":         script("textconv"),
		"diff.evil.command":          script("diffcommand"),
		"filter.evil.clean":          script("clean"),
		"filter.evil.smudge":         script("smudge"),
		"filter.evil.required":       "true",
		"merge.evil.driver":          script("merge"),
		"gpg.program":                script("gpg"),
		"gpg.ssh.program":            script("gpgssh"),
		"gpg.ssh.defaultKeyCommand":  script("key"),
		"commit.gpgSign":             "true",
		"push.gpgSign":               "true",
		"credential.helper":          script("credential"),
		"alias.ls-files":             "!" + script("alias"),
		"alias.cat-file":             "!" + script("alias"),
		"alias.push":                 "!" + script("alias"),
		"trailer.x.command":          script("trailer"),
		"uploadpack.packObjectsHook": script("pack"),
		"remote.ext.url":             "ext::" + script("ext"),
		"remote.ssh.url":             "ssh://example.invalid/x.git",
		"remote.vcs.vcs":             "evil",
		"remote.vcs.url":             "x",
		"protocol.allow":             "always",
		"protocol.ext.allow":         "always",
	} {
		s.git("config", setting, value)
	}
	inner := filepath.Join(s.dir, "bare")
	s.at("..").git("init", "-q", "--bare", inner)
	for setting, value := range map[string]string{"core.fsmonitor": script("inner"), "core.worktree": "..", "core.bare": "false"} {
		s.at("bare").git("config", "-f", "config", setting, value)
	}
	s.clear()
	return s
}

func (s *sandbox) clear() {
	for _, name := range s.ran() {
		if err := os.Remove(filepath.Join(s.dir, "../ran", name)); err != nil {
			s.t.Fatal(err)
		}
	}
}

// ran lists the programs that were run.
func (s *sandbox) ran() []string {
	entries, err := os.ReadDir(filepath.Join(s.dir, "../ran"))
	if err != nil {
		s.t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestHostileRepository(t *testing.T) {
	s := hostile(t)
	ctx := t.Context()
	r := s.open()
	index := must[*FS](t)(r.Index(ctx))
	err := fs.WalkDir(index, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		_, err = index.ReadFile(name)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	s.git("symbolic-ref", "HEAD", "refs/heads/-x")
	s.clear()
	branch, _, err := r.Head(ctx)
	if branch != "-x" || err != nil {
		t.Errorf("branch %q, %v", branch, err)
	}
	s.git("symbolic-ref", "HEAD", "refs/heads/main")
	s.clear()
	_, head, err := r.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	must[*FS](t)(r.Tree(ctx, head))
	must[bool](t)(r.Contains(ctx, head, head))
	must[[]string](t)(r.Ignored(ctx, []string{"--output=pwn", ":(exclude)*", "x"}))
	must[map[string]bool](t)(r.ConvertsLineEnds(ctx, []string{"deploy/a.yaml", "--output=pwn"}))
	must[[]byte](t)(r.Merge(ctx, []byte("a\n"), []byte("a\n"), []byte("b\n")))
	must[string](t)(r.CheckedOutAt(ctx, "refs/heads/other"))
	if moves := must[[]Move](t)(r.Reflog(ctx, "refs/heads/other", 9)); len(moves) != 1 || moves[0].Commit != head || !strings.HasPrefix(moves[0].Reason, "branch: ") {
		t.Errorf("reflog %v", moves)
	}
	for _, name := range []string{"-x", "--output=pwn", "a..b", "HEAD", "", "x.lock"} {
		if must[bool](t)(r.ValidBranch(ctx, name)) {
			t.Errorf("%q can be the name of a branch", name)
		}
	}
	for _, rev := range []string{"--output=pwn", "-x", ""} {
		if id := must[string](t)(r.Resolve(ctx, rev)); id != "" {
			t.Errorf("REV %q is %s", rev, id)
		}
	}
	tree := must[string](t)(r.WriteTree(ctx, head, []Change{{Path: "--output=pwn", Data: []byte("y\n")}, {Path: "deploy/a.yaml", Data: []byte("b\n")}, {Path: "-x"}}))
	if _, err := r.WriteTree(ctx, head, []Change{{Path: "secret/x", Data: []byte("y\n")}}); err == nil {
		t.Error("a file was written past its filter")
	}
	var program *ProgramError
	if _, err := r.Commit(ctx, NewCommit{Tree: tree, Parent: head, Message: "x\n"}); !errors.As(err, &program) || !strings.HasPrefix(program.Setting, "gpg.") {
		t.Errorf("signing with the repository's program: %v", err)
	}
	commit := must[string](t)(r.Commit(ctx, NewCommit{Tree: tree, Parent: head, Message: "x\n", NoSign: true}))
	if err := r.UpdateRef(ctx, "refs/heads/other", commit, head, "x"); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"ext", "ssh", "vcs"} {
		remote, err := r.FindRemote(ctx, name, "main")
		if err != nil {
			t.Errorf("remote %s: %v", name, err)
			continue
		}
		if _, err := r.RemoteTip(ctx, remote, "refs/heads/main"); !errors.As(err, &program) {
			t.Errorf("remote %s: %v", name, err)
		}
	}
	if _, err := Open(ctx, Options{Dir: s.at("bare").dir, Env: s.env}); err == nil {
		t.Error("the repository inside of the repository was opened")
	}
	if ran := s.ran(); len(ran) > 0 {
		t.Errorf("programs of the repository ran: %v", ran)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "pwn")); err == nil {
		t.Error("a file name was taken for an option")
	}
}

// TestTransports keeps a URL from naming a program where no setting does, also
// one that the configuration allows.
func TestTransports(t *testing.T) {
	s := newSandbox(t)
	s.file("a", "1\n")
	s.commit("first")
	marker := filepath.Join(s.dir, "../ran")
	s.git("remote", "add", "origin", "ext::touch "+marker)
	s.git("config", "protocol.ext.allow", "always")
	r := s.open()
	remote := must[*Remote](t)(r.FindRemote(t.Context(), "", "main"))
	if _, err := r.RemoteTip(t.Context(), remote, "refs/heads/main"); err == nil || !strings.Contains(err.Error(), `the transport "ext"`) {
		t.Errorf("error %v", err)
	}
	s.git("remote", "set-url", "origin", s.dir)
	if _, err := r.RemoteTip(t.Context(), remote, "refs/heads/main"); err == nil || !strings.Contains(err.Error(), "export GIT_ALLOW_PROTOCOL=file") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(marker); err == nil {
		t.Error("the URL's program ran")
	}
	// What the person sets in his environment is used.
	r = s.open("GIT_ALLOW_PROTOCOL=file")
	if tip := must[string](t)(r.RemoteTip(t.Context(), remote, "refs/heads/main")); tip == "" {
		t.Error("GIT_ALLOW_PROTOCOL=file was not honoured")
	}
}

// TestHostileRepositoryIsHostile sees that the traps work: git as a person uses
// it falls into them.
func TestHostileRepositoryIsHostile(t *testing.T) {
	s := hostile(t)
	for _, args := range [][]string{{"status"}, {"diff", "HEAD~0", "--", "deploy"}, {"commit", "--allow-empty", "-m", "x"}, {"ls-remote", "ext"}, {"ls-remote", "ssh"}} {
		s.file("deploy/a.yaml", strings.Join(args, " "))
		_ = s.command(args...).Run() // the traps make it fail, too
	}
	_ = s.at("bare").command("status").Run()
	s.file("secret/x", "x")
	_ = s.command("add", "secret").Run()
	ran := strings.Join(s.ran(), " ")
	for _, trap := range []string{"fsmonitor", "pre-commit", "diffcommand", "ext", "ssh", "clean", "inner"} {
		if !strings.Contains(" "+ran+" ", " "+trap+" ") {
			t.Errorf("the trap %s does not work; those that do: %s", trap, ran)
		}
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"fatal: unable to access 'https://user:pass@example.com/x.git/'": "fatal: unable to access 'https://example.com/x.git/'",
		"https://ghp_0123456789abcdef0123@github.com/x":                  "https://github.com/x",
		"token glpat-0123456789abcdef is wrong":                          "token [redacted] is wrong",
		"Authorization: Basic dXNlcjpwYXNz":                              "Authorization: [redacted]",
		"a\x1b[31mb\x07\u202e":                                           `a\u001b[31mb\u0007\u202e`,
		"bad \xff byte":                                                  "bad ? byte",
	} {
		if got := Clean(text); got != want {
			t.Errorf("Clean(%q) = %q, want %q", text, got, want)
		}
	}
	if got := Clean(strings.Repeat("x", 10_000)); len(got) > maxWords+8 {
		t.Errorf("%d bytes are left", len(got))
	}
}

// TestErrorsHoldNoSecret makes git fail with a password in a URL and in a
// setting.
func TestErrorsHoldNoSecret(t *testing.T) {
	s := newSandbox(t)
	s.file("a", "1\n")
	s.commit("first")
	s.git("remote", "add", "origin", "https://me:CANARY@127.0.0.1:1/x.git")
	r := s.open()
	remote := must[*Remote](t)(r.FindRemote(t.Context(), "", "main"))
	if strings.Contains(remote.URL+remote.Written, "CANARY") {
		t.Errorf("remote %+v", remote)
	}
	_, err := r.RemoteTip(t.Context(), remote, "refs/heads/main")
	if err == nil || strings.Contains(err.Error(), "CANARY") {
		t.Errorf("error %v", err)
	}
	s.git("config", "core.compression", "CANARY")
	if _, err := r.Index(t.Context()); err == nil || strings.Contains(err.Error(), "CANARY") {
		t.Errorf("error %v", err)
	}
}
