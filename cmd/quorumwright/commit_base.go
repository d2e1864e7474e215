package main

import (
	"context"
	"fmt"
	"strings"
)

// A target is the branch to commit to, and what is there.
type target struct {
	name, ref string
	own       bool   // it belongs to this command
	local     string // its commit here, "" if there is no such branch
	remote    string // its commit on the remote, "" if there is none or no --push
	tip       string // the one of both that counts
	base      string // the commit to build on
	since     string // the commit that the spec on the disk is a change of
	replace   bool   // base is not tip: what the branch holds is built anew
}

// maxForeign bounds how many commits of a branch are looked at.
const maxForeign = 100

// chooseBase finds out where the branch is, here and on the remote, and what to
// build on.
func (c *committer) chooseBase(ctx context.Context) error {
	t := &c.target
	var err error
	if t.local, err = c.repo.Tip(ctx, t.ref); err != nil {
		return err
	}
	t.tip, t.base, t.since, t.replace = t.local, c.head, c.head, false
	if c.remote != nil {
		if err := c.chooseTip(ctx); err != nil {
			return err
		}
	}
	switch {
	case t.tip == "":
		return nil
	case !t.own:
		t.base = t.tip
		t.since, err = c.madeHere(ctx)
		return err
	}
	// A branch of ours that is merged, or that holds nothing but commits of
	// ours, is built anew.
	ours, err := c.onlyOurs(ctx, t.tip, c.head)
	if err != nil {
		return err
	}
	if !ours {
		t.base = t.tip
		t.since, err = c.newestOfOurs(ctx)
		return err
	}
	t.replace = true
	return nil
}

// reflogEntry is how the reason begins that git notes for a branch when this
// command moves it.
const reflogEntry = "quorumwright commit: "

// madeHere returns the newest commit of the branch that this command made in
// this clone, else HEAD. The spec on the disk goes on from there.
func (c *committer) madeHere(ctx context.Context) (string, error) {
	if c.target.local == "" {
		return c.head, nil
	}
	moves, err := c.repo.Reflog(ctx, c.target.ref, maxForeign)
	if err != nil {
		return "", err
	}
	for _, move := range moves {
		if strings.HasPrefix(move.Reason, reflogEntry) {
			in, err := c.repo.Contains(ctx, c.target.base, move.Commit)
			if err != nil {
				return "", err
			}
			if in {
				return c.unlessMerged(move.Commit)
			}
		}
	}
	return c.head, nil
}

// newestOfOurs returns the newest commit of a branch of ours that this program
// made, else HEAD.
func (c *committer) newestOfOurs(ctx context.Context) (string, error) {
	commits, err := c.repo.Commits(ctx, c.target.tip, c.head, maxForeign)
	if err != nil {
		return "", err
	}
	for _, commit := range commits {
		message, err := c.repo.Message(commit)
		if err != nil {
			return "", err
		}
		if isOurs(message) {
			return c.unlessMerged(commit)
		}
	}
	return c.head, nil
}

// unlessMerged returns a commit if its spec is one that lay on the disk, else
// HEAD: a spec that was put together on the branch holds changes that the disk
// never had, and they would look as if they had been undone.
func (c *committer) unlessMerged(commit string) (string, error) {
	message, err := c.repo.Message(commit)
	if err != nil || !hasTrailer(message, trailerMerged) {
		return commit, err
	}
	return c.head, nil
}

// chooseTip asks the remote where the branch is. What the person did not push is
// not pushed for him.
func (c *committer) chooseTip(ctx context.Context) error {
	t := &c.target
	var err error
	if t.remote, err = c.repo.RemoteTip(ctx, c.remote, t.ref); err != nil {
		return err
	}
	if t.remote == "" || t.remote == t.local {
		return nil
	}
	has, err := c.repo.Has(ctx, t.remote)
	if err != nil {
		return err
	}
	if !has {
		if err := c.repo.Fetch(ctx, c.remote, t.ref); err != nil {
			return err
		}
	}
	t.tip = t.remote
	if t.local == "" {
		return nil
	}
	ours, err := c.onlyOurs(ctx, t.local, t.remote)
	if err != nil || ours {
		return err
	}
	return usagef("%s has commits here that %s does not have, and they would be pushed too: push them first with git push %[2]s %[1]s, or choose another --branch", t.name, c.remote.Name)
}

// onlyOurs tells whether this program made all commits that tip has and base has
// not.
func (c *committer) onlyOurs(ctx context.Context, tip, base string) (bool, error) {
	commits, err := c.repo.Commits(ctx, tip, base, maxForeign)
	if err != nil || len(commits) == maxForeign {
		return false, err
	}
	for _, commit := range commits {
		message, err := c.repo.Message(commit)
		if err != nil {
			return false, err
		}
		if !isOurs(message) {
			return false, nil
		}
	}
	return true, nil
}

// baseName is the base as a person would call it.
func (c *committer) baseName() string {
	switch {
	case c.target.base != c.head || c.target.own && c.target.base == c.target.tip:
		return fmt.Sprintf("%s (%s)", c.target.name, c.target.base[:12])
	case c.current != "":
		return fmt.Sprintf("%s (%s)", c.current, c.head[:12])
	}
	return c.head[:12]
}
