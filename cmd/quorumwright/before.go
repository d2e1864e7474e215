package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"sync"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/internal/git"
	"github.com/quorumwright/quorumwright/internal/regular"
	"github.com/quorumwright/quorumwright/lint"
)

// A before is the repository as it was when a change began. Whoever proposes a
// change must not choose what it is judged by: configuration and baseline hold as
// they are where the change is going to, and what its comments suppress is told.
type before struct {
	repo *git.Repo
	rev  string // as the person named it
	// tip returns the tree of the revision, all of it or what is at paths, and base
	// that of the commit which it has in common with this branch.
	tip   func(paths ...string) (*git.FS, error)
	base  func() (*git.FS, error)
	notes []string // for the end of the run
}

// close ends the reading of the repository.
func (b *before) close() {
	if b != nil {
		b.repo.Close()
	}
}

// note keeps a line for the person until the report is written: a run may begin
// anew in a child.
func (b *before) note(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
}

// tell prints the notes.
func (b *before) tell(g *globals) {
	if b == nil {
		return
	}
	for _, n := range b.notes {
		g.note("%s", n)
	}
}

// newBefore returns the repository at a revision.
func newBefore(ctx context.Context, r *git.Repo, rev string, common commonHistory) *before {
	read := func(commit string, paths ...string) (*git.FS, error) {
		tree, err := r.Tree(ctx, commit, paths...)
		return tree, gitError(err)
	}
	b := &before{
		repo: r, rev: rev,
		tip:  func(paths ...string) (*git.FS, error) { return read(common.tip, paths...) },
		base: sync.OnceValues(func() (*git.FS, error) { return read(common.commit) }),
	}
	if common.none {
		b.note("%s", common.warning(rev))
	}
	return b
}

// treeWith returns a tree of the revision that holds a file, if there is one. All of
// a large tree is read only if links may lead to it.
func (b *before) treeWith(name string) (*git.FS, error) {
	tree, err := b.tip(name)
	if err != nil {
		return nil, err
	}
	info, err := tree.Lstat(name)
	if err == nil && info.Mode().IsRegular() || errors.Is(err, fs.ErrNotExist) && path.Dir(name) == "." {
		return tree, nil
	}
	return b.tip()
}

// within returns the path in the repository of a file that the person named; false
// if it lies elsewhere. A folder on the way that is a symbolic link, which a change
// may have made of it, leads nowhere else.
func (b *before) within(name string) (string, bool) {
	if filepath.IsAbs(name) {
		if rel, err := filepath.Rel(b.repo.Top, name); err == nil && fs.ValidPath(filepath.ToSlash(rel)) {
			return filepath.ToSlash(rel), true
		}
	} else if p := path.Join(b.repo.Prefix, filepath.ToSlash(name)); fs.ValidPath(p) {
		return p, true
	}
	p, err := inRepository(b.repo, filepath.Dir(name), filepath.Base(name))
	return p, err == nil
}

// A setting is a file that decides what is judged, or what of it counts.
type setting struct {
	name  string // as the person calls it
	data  []byte
	there bool
}

// inForce returns what holds of a file with settings, of which here is what the
// disk has: what it was at the revision, if it belongs to the repository.
func (b *before) inForce(here setting, limit int64) (setting, error) {
	if b == nil {
		return here, nil
	}
	at, ok := b.within(here.name)
	if !ok {
		return here, nil
	}
	tree, err := b.treeWith(at)
	if err != nil {
		return here, err
	}
	data, err := regular.ReadFS(tree, at, limit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if here.there {
			b.note("%s is not there at %s: nothing of it holds before the change is merged", here.name, git.Clean(b.rev))
		}
		return setting{name: here.name}, nil
	case err != nil:
		return here, failedf("%s at %s: %s", here.name, git.Clean(b.rev), reason(err))
	case !here.there:
		b.note("%s is gone, but holds as it is at %s until the change is merged", here.name, git.Clean(b.rev))
	case !bytes.Equal(unixLines(data), unixLines(here.data)):
		b.note("%s differs from the one at %s, which holds until the change is merged", here.name, git.Clean(b.rev))
	}
	return setting{here.name, data, true}, nil
}

// discloseSuppressed marks the findings that are suppressed by nothing but comments
// that the change wrote, or under which it wrote something else. text gives the
// files as they are.
func (b *before) discloseSuppressed(findings []*lint.Finding, text func(file string) ([]byte, bool)) error {
	if b == nil {
		return nil
	}
	wrote := map[string]func(line int) bool{} // by file
	for _, f := range findings {
		if f.Suppressed == "" || len(f.SuppressedBy) == 0 {
			continue
		}
		f.SuppressedAnew = true
		for _, c := range f.SuppressedBy {
			file := c.Span.File
			if wrote[file] == nil {
				var err error
				if wrote[file], err = b.wrote(file, text); err != nil {
					return err
				}
			}
			if !wrote[file](c.Line) && !wrote[file](c.Target) {
				f.SuppressedAnew = false
			}
		}
	}
	return nil
}

// wrote returns a function that tells which lines of a file the change wrote: all,
// if it cannot be compared with what it was.
func (b *before) wrote(file string, text func(file string) ([]byte, bool)) (func(line int) bool, error) {
	at, ok := b.within(file)
	if !ok {
		return func(int) bool { return false }, nil // no part of the repository
	}
	tree, err := b.base()
	if err != nil {
		return nil, err
	}
	was, err := regular.ReadFS(tree, at, maxCompared)
	now, ok := text(file)
	if err != nil || !ok {
		return func(int) bool { return true }, nil
	}
	lines := generate.AddedLines(unixLines(was), unixLines(now))
	return func(line int) bool { return lines[line] }, nil
}

// maxCompared bounds the files in which lines are compared, in bytes.
const maxCompared = 32 << 20
