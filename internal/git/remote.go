package git

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// A Remote is another repository that this one knows by name.
type Remote struct {
	Name string
	// URL is where it is, after the rewriting that git's configuration asks for,
	// without user name and password.
	URL string
	// Written is the URL as the configuration has it, without user name and
	// password.
	Written string
}

// ErrNoRemote says that there is nothing to push to.
var ErrNoRemote = errors.New("this repository has no remote to push to: git remote add origin URL")

// FindRemote returns the remote of a name; without one, the remote that git push
// would use for the branch, else the only one, else origin.
func (r *Repo) FindRemote(ctx context.Context, name, branch string) (*Remote, error) {
	out, err := r.line(ctx, "remote")
	if err != nil {
		return nil, err
	}
	names := strings.Fields(out)
	if name == "" {
		for _, setting := range []string{"branch." + branch + ".pushRemote", "remote.pushDefault", "branch." + branch + ".remote"} {
			value, err := r.Setting(ctx, setting)
			if err != nil {
				return nil, err
			}
			if slices.Contains(names, value) {
				name = value
				break
			}
		}
	}
	switch {
	case name != "":
	case len(names) == 0:
		return nil, ErrNoRemote
	case len(names) == 1:
		name = names[0]
	default:
		name = "origin"
	}
	if !slices.Contains(names, name) {
		return nil, fmt.Errorf("there is no remote %q: this repository knows %s", name, strings.Join(names, ", "))
	}
	if strings.HasPrefix(name, "-") {
		return nil, fmt.Errorf("the remote %q is called like an option and is not used", name)
	}
	remote := &Remote{Name: name}
	if remote.URL, err = r.line(ctx, "remote", "get-url", "--push", "--", name); err != nil {
		return nil, err
	}
	if remote.Written, err = r.Setting(ctx, "remote."+name+".url"); err != nil {
		return nil, err
	}
	remote.URL, remote.Written = Clean(remote.URL), Clean(remote.Written)
	return remote, nil
}

// over prepares a call that reaches a remote. What it may use is what the person
// allows with GIT_ALLOW_PROTOCOL, else https, http and ssh: a URL in the
// repository's configuration can name any program as a transport, and a folder
// of this machine can have hooks.
func (r *Repo) over(ctx context.Context, args ...string) (call, error) {
	if err := r.refusePrograms(ctx, networkPrograms); err != nil {
		return call{}, err
	}
	c := call{args: args, network: true}
	if !slices.ContainsFunc(r.environ.network, func(e string) bool { return strings.HasPrefix(e, "GIT_ALLOW_PROTOCOL=") }) {
		c.env = []string{"GIT_ALLOW_PROTOCOL=https:http:ssh"}
	}
	return c, nil
}

// RemoteTip returns the commit that a ref of a remote leads to, "" if there is
// no such ref.
func (r *Repo) RemoteTip(ctx context.Context, remote *Remote, ref string) (string, error) {
	c, err := r.over(ctx, "ls-remote", "--refs", "--upload-pack=git-upload-pack", "--", remote.Name, ref)
	if err != nil {
		return "", err
	}
	out, err := r.run(ctx, c)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(out)) {
		id, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if name == ref && objectName.MatchString(id) {
			return id, nil
		}
	}
	return "", nil
}

var symref = pattern.New(`^ref: refs/heads/(\S+)\tHEAD$`)

// RemoteHead returns the default branch of a remote, "" if it does not tell.
func (r *Repo) RemoteHead(ctx context.Context, remote *Remote) (string, error) {
	c, err := r.over(ctx, "ls-remote", "--symref", "--upload-pack=git-upload-pack", "--", remote.Name, "HEAD")
	if err != nil {
		return "", err
	}
	out, err := r.run(ctx, c)
	for line := range strings.Lines(string(out)) {
		if m := symref.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil {
			return m[1], err
		}
	}
	return "", err
}

// Fetch brings what a ref of a remote leads to, and changes no ref here.
func (r *Repo) Fetch(ctx context.Context, remote *Remote, ref string) error {
	c, err := r.over(ctx, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head",
		"--refmap=", "--upload-pack=git-upload-pack", "--", remote.Name, ref)
	if err == nil {
		_, err = r.run(ctx, c)
	}
	return err
}

// Has tells whether a commit is here.
func (r *Repo) Has(ctx context.Context, commit string) (bool, error) {
	_, err := r.git(ctx, "cat-file", "-e", commit+"^{commit}")
	if code := exitCode(err); code == 1 || code == 128 {
		return false, nil
	}
	return err == nil, err
}

// A Push is one ref to push.
type Push struct {
	Commit string
	Ref    string // full name
	// Replace pushes even if the remote's commit is lost by it, provided that
	// it is still Old ("": the ref must not exist). Without Replace nothing is
	// ever lost.
	Replace bool
	Old     string
	// Options are push options, for the remote to read.
	Options []string
}

// A RejectedError says that the remote has something else by now.
type RejectedError struct{ Ref, Why string }

func (e *RejectedError) Error() string {
	return fmt.Sprintf("the remote did not take %s: %s", strings.TrimPrefix(e.Ref, "refs/heads/"), e.Why)
}

// Push pushes, without hooks and without anything but the one ref. The error is
// a *RejectedError if the remote has moved meanwhile.
func (r *Repo) Push(ctx context.Context, remote *Remote, p Push) error {
	args := []string{"push", "--porcelain", "--no-verify", "--no-follow-tags", "--no-signed", "--recurse-submodules=no", "--receive-pack=git-receive-pack"}
	if p.Replace {
		args = append(args, "--force-with-lease="+p.Ref+":"+p.Old)
	}
	for _, o := range p.Options {
		args = append(args, "--push-option="+o)
	}
	c, err := r.over(ctx, append(args, "--", remote.Name, p.Commit+":"+p.Ref)...)
	if err != nil {
		return err
	}
	out, err := r.run(ctx, c)
	if err == nil {
		return nil
	}
	for line := range strings.Lines(string(out)) {
		// !<tab>FROM:TO<tab>[rejected] (WHY)
		fields := strings.SplitN(strings.TrimSpace(line), "\t", 3)
		if len(fields) != 3 || fields[0] != "!" {
			continue
		}
		return rejection(p.Ref, fields[2], err)
	}
	return err
}

// rejection tells a race from a refusal.
func rejection(ref, text string, err error) error {
	why, _ := strings.CutSuffix(text, ")")
	_, why, _ = strings.Cut(why, "(")
	for _, race := range []string{"stale info", "fetch first", "non-fast-forward", "failed to update ref", "cannot lock ref", "failed to lock", "incorrect old value"} {
		if strings.Contains(why, race) {
			return &RejectedError{ref, "it has commits that are not here"}
		}
	}
	words := fmt.Sprintf("the remote refused %s: %s", strings.TrimPrefix(ref, "refs/heads/"), Clean(why))
	if said := remoteWords(err); said != "" {
		words += "\n" + said
	}
	return errors.New(words)
}

// remoteWords is what the remote says about a refusal, cleaned.
func remoteWords(err error) string {
	var f *failure
	if !errors.As(err, &f) {
		return ""
	}
	var lines []string
	for line := range strings.Lines(f.stderr) {
		if text, ok := strings.CutPrefix(line, "remote:"); ok && strings.TrimSpace(text) != "" && len(lines) < 6 {
			lines = append(lines, "  remote: "+Clean(text))
		}
	}
	return strings.Join(lines, "\n")
}
