package git

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// ErrIdentity says that git does not know who commits.
var ErrIdentity = errors.New(`git does not know who you are, and no name is made up; tell it once:
  git config --global user.name "Your Name"
  git config --global user.email you@example.com`)

// Committer returns the name and address of who commits, "Name <address>". The
// error is ErrIdentity if git knows no author or no committer.
func (r *Repo) Committer(ctx context.Context) (string, error) {
	for _, name := range []string{"GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"} {
		out, err := r.run(ctx, call{args: []string{"var", name}, identity: true})
		if exitCode(err) >= 0 {
			return "", ErrIdentity
		}
		if err != nil {
			return "", err
		}
		if name == "GIT_COMMITTER_IDENT" {
			ident, _, ok := strings.Cut(string(out), ">")
			if !ok {
				return "", ErrIdentity
			}
			return ident + ">", nil
		}
	}
	return "", ErrIdentity
}

// flag returns a setting that is true or false.
func (r *Repo) flag(ctx context.Context, name string) (bool, error) {
	out, err := r.line(ctx, "config", "--type=bool", "--get", name)
	if exitCode(err) == 1 {
		return false, nil
	}
	return out == "true", err
}

// Setting returns the value of a setting, "" if there is none.
func (r *Repo) Setting(ctx context.Context, name string) (string, error) {
	out, err := r.git(ctx, "config", "--null", "--get", name)
	if exitCode(err) == 1 {
		return "", nil
	}
	return strings.TrimSuffix(string(out), "\x00"), err
}

// Patterns of settings that name a program.
const (
	signingPrograms = `^gpg\.(.*\.)?program$|^gpg\.ssh\.defaultkeycommand$`
	networkPrograms = `^core\.(sshcommand|gitproxy|askpass|alternaterefscommand)$|^credential\.(.*\.)?helper$|^remote\..*\.vcs$`
)

// A ProgramError says that the repository's own configuration names a program.
type ProgramError struct{ Setting string }

func (e *ProgramError) Error() string {
	hint := "git config --global " + e.Setting + " …"
	if e.Setting == "core.sshcommand" {
		hint = `export GIT_SSH_COMMAND="$(git config core.sshCommand)"`
	}
	return fmt.Sprintf("the configuration inside of this repository sets %s, and no program is run that a repository names; if you trust it: %s", e.Setting, hint)
}

// refusePrograms refuses settings that name a program to run, if the
// configuration inside of the repository has them: who prepared the repository
// would have it run. The person's own configuration may name what it likes.
func (r *Repo) refusePrograms(ctx context.Context, pattern string) error {
	out, err := r.git(ctx, "config", "--null", "--show-scope", "--name-only", "--get-regexp", pattern)
	if exitCode(err) == 1 {
		return nil
	}
	if err != nil {
		return err
	}
	scope := ""
	for field := range splitZ(out) {
		if scope == "" {
			scope = field
			continue
		}
		if (scope == "local" || scope == "worktree") && !r.overridden(field) {
			return &ProgramError{Clean(field)}
		}
		scope = ""
	}
	return nil
}

// overridden tells whether the environment says what is used instead.
func (r *Repo) overridden(setting string) bool {
	variable := map[string]string{"core.sshcommand": "GIT_SSH_COMMAND", "core.askpass": "GIT_ASKPASS"}[setting]
	for _, entry := range r.environ.network {
		if name, value, _ := strings.Cut(entry, "="); name == variable && value != "" {
			return true
		}
	}
	return false
}

// ConvertsLineEnds tells for each path, relative to Top, whether git add would
// turn CRLF into LF: because of .gitattributes, or of core.autocrlf.
func (r *Repo) ConvertsLineEnds(ctx context.Context, paths []string) (map[string]bool, error) {
	auto, err := r.Setting(ctx, "core.autocrlf")
	if err != nil {
		return nil, err
	}
	out, err := r.run(ctx, call{args: []string{"check-attr", "-z", "--stdin", "text", "eol"}, stdin: joinZ(paths)})
	if err != nil {
		return nil, err
	}
	converts := make(map[string]bool, len(paths))
	for _, p := range paths {
		converts[p] = auto == "true" || auto == "input"
	}
	var fields []string
	for field := range splitZ(out) {
		if fields = append(fields, field); len(fields) < 3 {
			continue
		}
		name, attribute, value := fields[0], fields[1], fields[2]
		fields = fields[:0]
		switch {
		case attribute == "text" && value == "unset":
			converts[name] = false
		case attribute == "text" && (value == "set" || value == "auto"), attribute == "eol" && (value == "lf" || value == "crlf"):
			converts[name] = true
		}
	}
	return converts, nil
}
