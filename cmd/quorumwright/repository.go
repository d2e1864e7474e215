package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/quorumwright/quorumwright/internal/git"
)

// openGit opens the git repository around the working directory.
func (g *globals) openGit(ctx context.Context) (*git.Repo, error) {
	r, err := git.Open(ctx, git.Options{Env: os.Environ(), From: g.started})
	switch {
	case errors.Is(err, git.ErrNotRepository), errors.Is(err, git.ErrBare):
		return nil, usagef("%w", err)
	case err != nil:
		return nil, gitError(err)
	}
	return r, nil
}

// gitError is what git could not do.
func gitError(err error) error {
	var exit *exitError
	if err == nil || errors.As(err, &exit) {
		return err
	}
	return &exitError{exitFailed, err}
}

// inRepository returns the path within the repository of a file in a folder that
// the person named. Symbolic links on the way are followed, as git does not.
func inRepository(r *git.Repo, dir, file string) (string, error) {
	outside := usagef("%s: outside of the repository", path.Join(filepath.ToSlash(dir), file))
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", failedf("the working folder cannot be read: %s", reason(err))
	}
	rel, err := filepath.Rel(r.Top, realPath(abs))
	if err != nil {
		return "", outside
	}
	name := path.Join(filepath.ToSlash(rel), file)
	if !fs.ValidPath(name) {
		return "", outside
	}
	return name, nil
}

// realPath follows symbolic links as far as there are files.
func realPath(name string) string {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		return real
	}
	return filepath.Join(realPath(filepath.Dir(name)), filepath.Base(name))
}
