package main

import (
	"context"
	"path/filepath"

	"github.com/quorumwright/quorumwright/internal/git"
	"github.com/quorumwright/quorumwright/lint"
)

// changeSince returns the files that differ from what this branch and REV have
// in common, by their names as lint tells them, and what was there before.
func (g *globals) changeSince(ctx context.Context, since string) (*before, *lint.Change, error) {
	r, err := g.openGit(ctx)
	if err != nil {
		return nil, nil, err
	}
	then, change, err := changeIn(ctx, r, since)
	if err != nil {
		r.Close()
		return nil, nil, gitError(err)
	}
	return then, change, nil
}

func changeIn(ctx context.Context, r *git.Repo, since string) (*before, *lint.Change, error) {
	common, err := commonCommit(ctx, r, since)
	if err != nil {
		return nil, nil, err
	}
	paths, err := r.Changed(ctx, common.commit)
	if err != nil {
		return nil, nil, err
	}
	var files []string
	for _, p := range paths {
		name, err := filepath.Rel(filepath.FromSlash(r.Prefix), filepath.FromSlash(p))
		if err != nil {
			return nil, nil, failedf("%s: %s", p, reason(err))
		}
		files = append(files, filepath.ToSlash(name))
	}
	return newBefore(ctx, r, since, common), lint.NewChange(files), nil
}
