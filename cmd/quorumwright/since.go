package main

import (
	"context"
	"path/filepath"

	"github.com/quorumwright/quorumwright/lint"
)

// changeSince returns the files that differ from what this branch and REV have
// in common, by their names as lint tells them.
func (g *globals) changeSince(ctx context.Context, since string) (*lint.Change, error) {
	r, err := g.openGit(ctx)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	then, err := g.commonCommit(ctx, r, since)
	if err != nil {
		return nil, gitError(err)
	}
	paths, err := r.Changed(ctx, then)
	if err != nil {
		return nil, gitError(err)
	}
	var files []string
	for _, p := range paths {
		name, err := filepath.Rel(filepath.FromSlash(r.Prefix), filepath.FromSlash(p))
		if err != nil {
			return nil, failedf("%s: %s", p, reason(err))
		}
		files = append(files, filepath.ToSlash(name))
	}
	return lint.NewChange(files), nil
}
