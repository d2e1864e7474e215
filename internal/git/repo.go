package git

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// Options say which repository to open.
type Options struct {
	// Dir is the working directory; "" is that of the process.
	Dir string
	// Env is the environment to take git's variables from, as os.Environ.
	Env []string
	// From is the folder that relative paths in Env are relative to, absolute;
	// "" is Dir.
	From string
}

// A Repo is the git repository around a working directory.
type Repo struct {
	// Top is the absolute path of the working tree; "" in a bare repository.
	Top string
	// Prefix is the working directory within Top, with slashes; "." is Top.
	Prefix string
	// GitDir is the absolute path of the git folder: that of the worktree or of
	// the submodule, if the working directory is in one.
	GitDir string
	// Shallow says that the history is cut off somewhere.
	Shallow bool

	environ environ
	dir     string // where git runs
	ctx     context.Context
	mu      sync.Mutex
	// patience is how long a remote may take, attention how long git itself.
	patience, attention time.Duration
	// most bounds what is read of one answer in bytes.
	most int

	blobs *batch // git cat-file --batch, from the first use on
	sizes *batch // git cat-file --batch-check
}

// ErrNotRepository says that the working directory is in no git repository.
var ErrNotRepository = errors.New("this is not in a git repository")

// ErrBare says that the repository has no working tree.
var ErrBare = errors.New("this is a bare repository: go to a clone or a worktree of it")

// Open finds the repository around a working directory. The context bounds the
// life of the processes that read objects; Close ends them.
//
// Variables such as GIT_DIR, which git sets for hooks, are honoured if they name
// the repository that the working directory lies in. The error is ErrNoGit,
// ErrNotRepository, ErrBare, or what git says against the repository.
func Open(ctx context.Context, opts Options) (*Repo, error) {
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, err
	}
	dir = resolved(dir)
	from := opts.From
	if from == "" {
		from = dir
	}
	r := &Repo{dir: dir, ctx: ctx, patience: patience, attention: attention, most: maxOutput, environ: sortEnviron(opts.Env, from)}
	if named := r.environ.repository; len(named) > 0 || r.environ.index != "" {
		// What the environment says counts if it is about this repository.
		r.environ.repository = map[string]string{}
		found, err := r.line(ctx, "rev-parse", "--absolute-git-dir")
		if err != nil {
			if errors.Is(err, ErrNoGit) || ctx.Err() != nil {
				return nil, err
			}
			if named["GIT_DIR"] == "" {
				return nil, discoveryError(err)
			}
			found = ""
		}
		r.environ.repository = named
		r.environ.chooseRepository(found, dir)
	}
	if err := r.locate(ctx); err != nil {
		return nil, discoveryError(err)
	}
	return r, nil
}

// locate asks git about the repository.
func (r *Repo) locate(ctx context.Context) error {
	out, err := r.line(ctx, "rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--is-shallow-repository", "--absolute-git-dir", "--show-cdup")
	if err != nil {
		return err
	}
	answers := strings.SplitN(out, "\n", 4)
	if len(answers) != 4 {
		return fmt.Errorf("git rev-parse: unexpected answer")
	}
	r.Shallow = answers[2] == "true"
	if answers[1] != "true" {
		if answers[0] == "true" || len(r.environ.repository) == 0 {
			return ErrBare
		}
		return ErrNotRepository
	}
	// The git folder may have any name; the way up to the top has no newline.
	last := strings.LastIndexByte(answers[3], '\n')
	if last < 0 {
		return fmt.Errorf("git rev-parse: unexpected answer")
	}
	r.GitDir = answers[3][:last]
	up := answers[3][last+1:]
	r.Top = filepath.Join(r.dir, filepath.FromSlash(up))
	prefix, err := filepath.Rel(r.Top, r.dir)
	if err != nil {
		return err
	}
	r.Prefix = filepath.ToSlash(prefix)
	r.dir = r.Top
	return nil
}

func discoveryError(err error) error {
	var f *failure
	if errors.As(err, &f) && strings.Contains(f.stderr, "not a git repository") {
		return ErrNotRepository
	}
	if errors.As(err, &f) && strings.Contains(f.stderr, "cannot use bare repository") {
		return ErrBare
	}
	return err
}

// line returns the only line that git prints.
func (r *Repo) line(ctx context.Context, args ...string) (string, error) {
	out, err := r.git(ctx, args...)
	return strings.TrimSuffix(string(out), "\n"), err
}

// Close ends the processes that read objects.
func (r *Repo) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range []*batch{r.blobs, r.sizes} {
		if b != nil {
			b.close()
		}
	}
	r.blobs, r.sizes = nil, nil
}

var objectName = pattern.New(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// object returns a line that must be the name of an object, or "" if git ended
// with exit code 1, which is how it says that there is none.
func (r *Repo) object(ctx context.Context, args ...string) (string, error) {
	out, err := r.line(ctx, args...)
	if exitCode(err) == 1 {
		return "", nil
	}
	if err == nil && !objectName.MatchString(out) {
		err = fmt.Errorf("git %s: unexpected answer", args[0])
	}
	return out, err
}

// Head returns the branch that is checked out, "" if HEAD is detached, and the
// commit that HEAD is at, "" if there is none yet.
func (r *Repo) Head(ctx context.Context) (branch, commit string, err error) {
	ref, err := r.line(ctx, "symbolic-ref", "--quiet", "HEAD")
	if err != nil && exitCode(err) != 1 {
		return "", "", err
	}
	branch, _ = strings.CutPrefix(ref, "refs/heads/")
	commit, err = r.object(ctx, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
	return branch, commit, err
}

// Tip returns the commit that a full name such as refs/heads/main leads to, ""
// if there is no such name.
func (r *Repo) Tip(ctx context.Context, ref string) (string, error) {
	if !strings.HasPrefix(ref, "refs/") {
		return "", fmt.Errorf("%q is not the full name of a ref", ref)
	}
	return r.object(ctx, "rev-parse", "--verify", "--quiet", ref+"^{commit}")
}

// Resolve returns the commit that a person's REV means; "" if this repository
// does not know it.
func (r *Repo) Resolve(ctx context.Context, rev string) (string, error) {
	if rev == "" || strings.HasPrefix(rev, "-") {
		return "", nil
	}
	id, err := r.object(ctx, "rev-parse", "--verify", "--quiet", rev+"^{commit}")
	if exitCode(err) == 128 {
		return "", nil // a REV that cannot be read, such as a..b
	}
	return id, err
}

// MergeBase returns a best common ancestor of two commits; "" if there is none,
// which in a shallow clone may mean that it is not here.
func (r *Repo) MergeBase(ctx context.Context, a, b string) (string, error) {
	return r.object(ctx, "merge-base", a, b)
}

// Contains tells whether commit a is in the history of commit b.
func (r *Repo) Contains(ctx context.Context, b, a string) (bool, error) {
	_, err := r.git(ctx, "merge-base", "--is-ancestor", a, b)
	if exitCode(err) == 1 {
		return false, nil
	}
	return err == nil, err
}

// Commits returns up to limit commits that are in the history of tip and not in
// that of base, newest first. No base means all.
func (r *Repo) Commits(ctx context.Context, tip, base string, limit int) ([]string, error) {
	args := []string{"rev-list", fmt.Sprintf("--max-count=%d", limit), tip}
	if base != "" {
		args = append(args, "^"+base)
	}
	out, err := r.line(ctx, args...)
	return strings.Fields(out), err
}

// A Move is an entry of a ref's reflog: where the ref led to, and why.
type Move struct{ Commit, Reason string }

// Reflog returns up to limit moves of a ref in this clone, newest first; none if
// git keeps no reflog.
func (r *Repo) Reflog(ctx context.Context, ref string, limit int) ([]Move, error) {
	out, err := r.git(ctx, "log", "--walk-reflogs", "--no-show-signature", "--no-notes", "--no-patch", "--no-ext-diff", "--no-textconv",
		fmt.Sprintf("--max-count=%d", limit), "-z", "--format=%H %gs", ref, "--")
	if err != nil {
		return nil, err
	}
	var moves []Move
	for entry := range splitZ(out) {
		id, reason, _ := strings.Cut(entry, " ")
		if !objectName.MatchString(id) {
			return nil, errors.New("git log: unexpected answer")
		}
		moves = append(moves, Move{Commit: id, Reason: reason})
	}
	return moves, nil
}

// Message returns the message of a commit.
func (r *Repo) Message(commit string) (string, error) {
	kind, data, err := r.read(commit)
	if err != nil {
		return "", err
	}
	if kind != "commit" {
		return "", fmt.Errorf("%s is not a commit", commit)
	}
	_, message, _ := strings.Cut(string(data), "\n\n")
	return message, nil
}

// CheckedOutAt returns the folder in which a branch is checked out, "" if in
// none.
func (r *Repo) CheckedOutAt(ctx context.Context, ref string) (string, error) {
	out, err := r.git(ctx, "for-each-ref", "--format=%(refname)%00%(worktreepath)", "--", ref)
	for line := range strings.Lines(string(out)) {
		name, path, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\x00")
		if name == ref {
			return path, err
		}
	}
	return "", err
}

// ValidBranch tells whether a name can be that of a branch.
func (r *Repo) ValidBranch(ctx context.Context, name string) (bool, error) {
	if strings.HasPrefix(name, "-") || name == "HEAD" {
		return false, nil
	}
	_, err := r.git(ctx, "check-ref-format", "refs/heads/"+name)
	if exitCode(err) == 1 {
		return false, nil
	}
	return err == nil, err
}
