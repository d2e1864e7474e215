package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// A Change is what becomes of one file in a commit.
type Change struct {
	Path string // relative to Top, with /
	Data []byte // nil: the file is removed
}

// WriteTree writes the tree that a commit has after the changes, and returns its
// name. It works in an index of its own. Files are written as they are: no
// filter and no conversion of line ends; a file that is new or changed is a
// plain one, not executable.
//
// Nothing refers to what is written until a ref does, so that a run that is
// killed leaves objects which git removes in time, and a folder in the git folder
// which a later run removes.
func (r *Repo) WriteTree(ctx context.Context, commit string, changes []Change) (string, error) {
	r.sweep()
	dir, err := os.MkdirTemp(r.GitDir, scratch)
	if err != nil {
		return "", scratchError(err)
	}
	defer os.RemoveAll(dir)
	index := []string{"GIT_INDEX_FILE=" + filepath.Join(dir, "index")}
	if _, err := r.run(ctx, call{args: []string{"read-tree", commit}, env: index}); err != nil {
		return "", err
	}
	if err := r.refuseFilters(ctx, index, changes); err != nil {
		return "", err
	}
	ids, err := r.writeBlobs(ctx, dir, changes)
	if err != nil {
		return "", err
	}
	zero := strings.Repeat("0", len(commit))
	var lines bytes.Buffer
	for i, c := range changes {
		if c.Data == nil {
			fmt.Fprintf(&lines, "0 %s\t%s\x00", zero, c.Path)
		} else {
			fmt.Fprintf(&lines, "100644 %s\t%s\x00", ids[i], c.Path)
		}
	}
	if _, err := r.run(ctx, call{args: []string{"update-index", "-z", "--index-info"}, stdin: lines.Bytes(), env: index}); err != nil {
		return "", err
	}
	// What the commit before held need not be here: in a partial clone it is not.
	out, err := r.run(ctx, call{args: []string{"write-tree", "--missing-ok"}, env: index})
	if err != nil {
		return "", err
	}
	tree := strings.TrimSpace(string(out))
	return tree, r.took(ctx, tree, changes)
}

// took tells whether a tree holds the changes: git leaves out what it takes for
// an attack, such as a file in a folder .git, and says so on the side only.
func (r *Repo) took(ctx context.Context, tree string, changes []Change) error {
	files, err := r.Tree(ctx, tree)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if _, is := files.entries[c.Path]; is != (c.Data != nil) {
			return fmt.Errorf("git did not take %s into the commit: nothing was written", Clean(c.Path))
		}
	}
	return nil
}

// scratch is how folders in the git folder begin that WriteTree works in.
const scratch = "quorumwright-"

// abandoned is how old such a folder is when no run can be at work in it any more.
const abandoned = time.Hour

// sweep removes what runs left that were killed. What cannot be removed is in
// nobody's way.
func (r *Repo) sweep() {
	entries, err := os.ReadDir(r.GitDir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && e.IsDir() && strings.HasPrefix(e.Name(), scratch) && time.Since(info.ModTime()) > abandoned {
			_ = os.RemoveAll(filepath.Join(r.GitDir, e.Name()))
		}
	}
}

// A FilterError names a file that a filter of .gitattributes should go through.
type FilterError struct{ Path, Filter string }

func (e *FilterError) Error() string {
	return fmt.Sprintf("%s: .gitattributes sends it through the filter %q, which quorumwright does not run: take the file out of the filter, or use git add and git commit", e.Path, Clean(e.Filter))
}

// refuseFilters refuses to write a file as it is that should be encrypted, or
// kept elsewhere, on its way into the repository.
func (r *Repo) refuseFilters(ctx context.Context, index []string, changes []Change) error {
	var paths []string
	for _, c := range changes {
		if c.Data != nil {
			paths = append(paths, c.Path)
		}
	}
	out, err := r.run(ctx, call{args: []string{"check-attr", "--cached", "-z", "--stdin", "filter"}, stdin: joinZ(paths), env: index})
	if err != nil {
		return err
	}
	var fields []string
	for field := range splitZ(out) {
		if fields = append(fields, field); len(fields) == 3 {
			if value := fields[2]; value != "unspecified" && value != "unset" {
				return &FilterError{Path: fields[0], Filter: value}
			}
			fields = fields[:0]
		}
	}
	return nil
}

// oneLine writes an absolute path as one line, which git reads as it is unless
// it begins with a quote.
func oneLine(name string) string {
	if !strings.Contains(name, "\n") {
		return name
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(name) + `"`
}

// writeBlobs writes the files as objects, with one run of git for all.
func (r *Repo) writeBlobs(ctx context.Context, dir string, changes []Change) ([]string, error) {
	var names bytes.Buffer
	for i, c := range changes {
		if c.Data == nil {
			continue
		}
		name := filepath.Join(dir, fmt.Sprintf("blob-%d", i))
		if err := os.WriteFile(name, c.Data, 0o600); err != nil {
			return nil, fmt.Errorf("%s: %w", Clean(c.Path), scratchError(err))
		}
		fmt.Fprintln(&names, oneLine(name))
	}
	if names.Len() == 0 {
		return make([]string, len(changes)), nil
	}
	out, err := r.run(ctx, call{args: []string{"hash-object", "-w", "--no-filters", "--stdin-paths"}, stdin: names.Bytes()})
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(changes))
	rest := strings.Fields(string(out))
	for i, c := range changes {
		if c.Data == nil {
			continue
		}
		if len(rest) == 0 || !objectName.MatchString(rest[0]) {
			return nil, errors.New("git hash-object: unexpected answer")
		}
		ids[i], rest = rest[0], rest[1:]
	}
	return ids, nil
}

// scratchError is the error of a file that nobody has named.
func scratchError(err error) error {
	var named *fs.PathError
	if errors.As(err, &named) {
		err = named.Err
	}
	return fmt.Errorf("the git folder cannot be written: %w", err)
}

// Obstacle tells why a path cannot be a file of a tree: something on the way to
// it is a file, a symbolic link or a submodule, or the folder of git itself. It
// returns "" if nothing is.
func (f *FS) Obstacle(name string) string {
	for part := range strings.SplitSeq(name, "/") {
		if strings.EqualFold(part, ".git") {
			return "git takes no file in a folder of that name"
		}
	}
	for at := path.Dir(name); at != "."; at = path.Dir(at) {
		e, ok := f.entries[at]
		switch {
		case !ok:
		case e.mode.IsDir():
			return at + " is a submodule: run in it, or write somewhere else"
		case e.mode&os.ModeSymlink != 0:
			return at + " is a symbolic link"
		default:
			return at + " is a file"
		}
	}
	return ""
}

// A NewCommit is what Commit writes.
type NewCommit struct {
	Tree    string
	Parent  string
	Message string
	// Sign signs, whatever the configuration says; NoSign does not. Without
	// either, commit.gpgSign decides.
	Sign, NoSign bool
}

// Commit writes a commit, which no ref refers to yet, and returns its name.
// Author and committer are those of git's configuration and environment.
func (r *Repo) Commit(ctx context.Context, c NewCommit) (string, error) {
	sign := c.Sign
	if !sign && !c.NoSign {
		var err error
		if sign, err = r.flag(ctx, "commit.gpgSign"); err != nil {
			return "", err
		}
	}
	args := []string{"commit-tree", c.Tree, "-p", c.Parent, "-F", "-"}
	if sign {
		if err := r.refusePrograms(ctx, signingPrograms); err != nil {
			return "", err
		}
		args = append(args, "-S")
	}
	out, err := r.run(ctx, call{args: args, stdin: []byte(c.Message), identity: true})
	if err != nil {
		return "", err
	}
	id := strings.TrimSpace(string(out))
	if !objectName.MatchString(id) {
		return "", errors.New("git commit-tree: unexpected answer")
	}
	return id, nil
}

// A MovedError says that a branch is no longer where it was when the work
// began: somebody else was faster.
type MovedError struct{ Ref string }

func (e *MovedError) Error() string {
	return strings.TrimPrefix(e.Ref, "refs/heads/") + " moved meanwhile: another run or a person was faster; nothing was written, run again"
}

// UpdateRef lets a ref lead to a commit, if it still leads to old; "" means
// that it must not exist. The error is a *MovedError if it does not.
func (r *Repo) UpdateRef(ctx context.Context, ref, commit, old, reason string) error {
	if old == "" {
		old = strings.Repeat("0", len(commit))
	}
	_, err := r.run(ctx, call{
		args: []string{"update-ref", "--no-deref", "-m", reason, ref, commit, old}, identity: true, lasting: true,
	})
	var f *failure
	if errors.As(err, &f) {
		for _, text := range []string{"but expected", "reference already exists", "unable to resolve reference"} {
			if strings.Contains(f.stderr, text) {
				return &MovedError{ref}
			}
		}
		if strings.Contains(f.stderr, "cannot lock ref") && strings.Contains(f.stderr, "exists; cannot create") {
			return fmt.Errorf("the branch %s cannot be there beside one that is called like a folder of it: choose another name with --branch", strings.TrimPrefix(ref, "refs/heads/"))
		}
	}
	return err
}
