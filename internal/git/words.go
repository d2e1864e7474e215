package git

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// known are failures that a person can do something about, by a part of git's
// text.
var known = []struct{ text, words string }{
	{"dubious ownership", "this repository belongs to another user, and git refuses to use it; if you trust it: git config --global --add safe.directory \"$PWD\""},
	{"not a git repository", "this is not in a git repository"},
	{"No space left on device", "the disk is full"},
	{"Read-only file system", "the repository is on a read-only file system"},
	{"insufficient permission for adding an object", "no permission to write to the repository"},
	{"Permission denied (publickey", "the remote does not accept your SSH key"},
	{"Permission denied", "permission denied"},
	{"index file corrupt", "the index of the repository is damaged; git status says more"},
	{"bad signature", "the index of the repository is damaged; git status says more"},
	{"could not read Username", "the remote asks for a user name and a password: set up a credential helper or a token"},
	{"could not read Password", "the remote asks for a password: set up a credential helper or a token"},
	{"Authentication failed", "the remote does not accept the user name and the password or token"},
	{"Could not resolve host", "the host of the remote cannot be resolved"},
	{"Host key verification failed", "the SSH host key of the remote is not known: connect to it once with ssh"},
	{"does not appear to be a git repository", "the remote is not a git repository, or you may not read it"},
	{"does not support push options", "the remote does not support push options"},
	{"gpg failed to sign", "the commit could not be signed: the signing program failed; git commit -S says more"},
	{"failed to write commit object", "the commit could not be signed: the signing program failed; git commit -S says more"},
	{"user.signingkey", "no key to sign with: git config --global user.signingkey KEY"},
}

// wording says what went wrong. Git's own text may hold a secret in a URL or in
// the value of a setting, and control characters from the other side: only one
// line of it is passed on, cleaned.
func (f *failure) wording() string {
	if strings.Contains(f.stderr, "transport '") && strings.Contains(f.stderr, "not allowed") {
		return protocolWords(f.stderr)
	}
	for _, k := range known {
		if strings.Contains(f.stderr, k.text) {
			return k.words
		}
	}
	if path, ok := lockFile(f.stderr); ok {
		return fmt.Sprintf("another git holds the lock %s; if none is running, remove that file", path)
	}
	words := fmt.Sprintf("git %s failed with exit code %d", f.command, f.code)
	if line := firstLine(f.stderr); line != "" && !strings.Contains(line, "config") {
		words += ": " + Clean(line)
	}
	return words
}

// lockFile finds the name of a lock that was taken.
func lockFile(stderr string) (string, bool) {
	_, rest, ok := strings.Cut(stderr, "Unable to create '")
	if !ok {
		return "", false
	}
	path, rest, ok := strings.Cut(rest, "'")
	return Clean(path), ok && strings.HasPrefix(rest, ": File exists")
}

// protocolWords explains a transport that is off.
func protocolWords(stderr string) string {
	_, rest, _ := strings.Cut(stderr, "transport '")
	name, _, _ := strings.Cut(rest, "'")
	if name == "file" {
		return "the remote is a folder of this machine, and a push runs the hooks that lie there; if you trust it: export GIT_ALLOW_PROTOCOL=file"
	}
	return fmt.Sprintf("the remote uses the transport %q, which is not used without export GIT_ALLOW_PROTOCOL=%[1]s", Clean(name))
}

func firstLine(text string) string {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		for _, prefix := range []string{"fatal: ", "error: "} {
			line = strings.TrimPrefix(line, prefix)
		}
		if line != "" && !strings.HasPrefix(line, "hint:") && !strings.HasPrefix(line, "warning:") {
			return line
		}
	}
	return ""
}

var (
	userinfo = pattern.New(`([A-Za-z][A-Za-z0-9+.-]*://)[^/@\s'"]*@`)
	tokens   = pattern.New(`\b(gh[a-z]_|github_pat_|glpat-|glptt-|gldt-|ATBB|xox[a-z]-)[A-Za-z0-9_-]{8,}|(?i)\b(bearer|basic)\s+[A-Za-z0-9+/=._-]{8,}`)
)

// maxWords bounds what is passed on of somebody else's text.
const maxWords = 400

// Clean makes one line of another program's output fit to be printed: without
// the credentials of a URL, without tokens, without control characters.
func Clean(text string) string {
	text = userinfo.ReplaceAllString(text, "$1")
	text = tokens.ReplaceAllString(text, "[redacted]")
	var b strings.Builder
	for _, c := range strings.ToValidUTF8(text, "?") {
		switch {
		case c == '\t':
			b.WriteByte(' ')
		case unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == '\u2028' || c == '\u2029':
			fmt.Fprintf(&b, "\\u%04x", c)
		default:
			b.WriteRune(c)
		}
		if b.Len() > maxWords {
			b.WriteString("…")
			break
		}
	}
	return strings.TrimSpace(b.String())
}
