package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/quorumwright/quorumwright/internal/git"
	"github.com/quorumwright/quorumwright/internal/regular"
)

// A spec is the spec on the disk, and in the commit that it is a change of.
type spec struct {
	name    string // as the person calls it
	path    string // in the repository
	disk    []byte // with LF
	head    []byte // in HEAD; nil if it is not there
	tracked bool   // it belongs into the commit
}

// readSpec reads the spec from the disk: what the person sees is what counts.
func (c *committer) readSpec(ctx context.Context) error {
	name, err := c.specFile()
	if err != nil {
		return err
	}
	info, err := os.Lstat(name)
	switch {
	case err != nil:
		return failedf("%s: %s", name, reason(err))
	case info.Mode()&fs.ModeSymlink != 0:
		return usagef("%s is a symbolic link: name the file that it leads to with -f", name)
	case !info.Mode().IsRegular():
		return usagef("%s is not a file", name)
	}
	s := spec{name: filepath.ToSlash(name)}
	if s.path, err = inRepository(c.repo, filepath.Dir(name), filepath.Base(name)); err != nil {
		return err
	}
	if s.disk, err = regular.ReadFile(name, maxSpec); err != nil {
		return failedf("%s: %s", name, reason(err))
	}
	d, err := parseSpec(s.name, s.disk)
	if err != nil {
		return err // whatever becomes of it, this must be right
	}
	if err := knowsEnvironments(d, c.flags.environments); err != nil {
		return err
	}
	head, err := c.repo.Tree(ctx, c.head)
	if err != nil {
		return err
	}
	if s.head, err = readBlob(head, s.path); err != nil {
		return err
	}
	if s.head == nil || !bytes.Contains(s.head, []byte("\r\n")) {
		s.disk = unixLines(s.disk)
	}
	s.tracked = true
	if s.head == nil {
		ignored, err := c.repo.Ignored(ctx, []string{s.path})
		if err != nil {
			return err
		}
		s.tracked = !slices.Contains(ignored, s.path)
	}
	c.spec = s
	return nil
}

// noteSpec says that the spec is not the one of HEAD.
func (c *committer) noteSpec() {
	switch s := c.spec; {
	case s.head == nil && s.tracked:
		c.note("%s is not in HEAD: the commit holds it as it is on the disk", s.name)
	case s.head != nil && !bytes.Equal(s.head, s.disk):
		c.note("%s differs from HEAD: the commit holds it as it is on the disk", s.name)
	}
}

func unixLines(data []byte) []byte { return bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")) }

// readBlob returns the content of a file, nil if there is none.
func readBlob(files *git.FS, name string) ([]byte, error) {
	info, err := files.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, usagef("%s is not a plain file in the repository", name)
	}
	return fs.ReadFile(files, name)
}

// specOn returns the spec to generate from on a base. If only one side changed
// it since they parted, that side's; if both did, both changes together, and
// merged is true.
func (c *committer) specOn(ctx context.Context, base *git.FS) (text []byte, merged bool, err error) {
	s := c.spec
	if !s.tracked {
		return s.disk, false, nil
	}
	there, err := readBlob(base, s.path)
	if err != nil {
		return nil, false, err
	}
	before := s.head
	if c.target.since != c.head {
		files, err := c.repo.Tree(ctx, c.target.since)
		if err != nil {
			return nil, false, err
		}
		if before, err = readBlob(files, s.path); err != nil {
			return nil, false, err
		}
	}
	switch {
	case bytes.Equal(there, before), bytes.Equal(there, s.disk):
		return s.disk, false, nil
	case there == nil:
		return nil, false, usagef("%s was removed on %s: restore it there, or choose another --branch", s.name, c.target.name)
	case bytes.Equal(s.disk, before):
		return there, false, nil
	}
	text, err = c.repo.Merge(ctx, s.disk, before, there)
	if errors.Is(err, git.ErrConflict) {
		return nil, false, usagef("%s changed on %s too, in the same lines: bring that change here first (git pull, or git merge %s), then run again", s.name, c.target.name, c.target.base[:12])
	}
	if err == nil {
		c.note("%s changed on %s too: the commit holds both changes", s.name, c.target.name)
	}
	return text, true, err
}
