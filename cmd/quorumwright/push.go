package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/quorumwright/quorumwright/internal/forge"
	"github.com/quorumwright/quorumwright/internal/git"
)

// push pushes the commit to the branch. A branch of ours may be replaced, as
// long as it is what was looked at; on any other nothing is ever lost.
func (c *committer) push(ctx context.Context, commit string, p *plan) error {
	push := git.Push{Commit: commit, Ref: c.target.ref, Replace: c.target.own, Old: c.target.remote}
	if c.flags.pr {
		place, request, err := c.request(ctx, p)
		if err != nil {
			return err
		}
		if place.Installed() == "" {
			push.Options = place.PushOptions(request)
		}
	}
	if err := c.repo.Push(ctx, c.remote, push); err != nil {
		return err
	}
	c.note("pushed %s to %s", c.target.name, c.remote.Name)
	return nil
}

// request is the pull request for the branch, and where it belongs.
func (c *committer) request(ctx context.Context, p *plan) (forge.Place, forge.Request, error) {
	place := forge.Locate(c.remote.Written)
	if place.Kind == forge.Unknown {
		place = forge.Locate(c.remote.URL)
	}
	base := c.current
	if base == "" || base == c.target.name {
		var err error
		if base, err = c.repo.RemoteHead(ctx, c.remote); err != nil {
			return place, forge.Request{}, err
		}
	}
	if base == "" || base == c.target.name {
		return place, forge.Request{}, usagef("--pr: %s is where a request would go to; commit to another --branch", c.target.name)
	}
	return place, forge.Request{Branch: c.target.name, Base: base, Title: p.message.subject, Body: p.message.requestBody()}, nil
}

// pullRequest opens the pull request, or says where.
func (c *committer) pullRequest(ctx context.Context, p *plan) error {
	place, request, err := c.request(ctx, p)
	if err != nil {
		return err
	}
	where := place.URL(request)
	switch {
	case place.Installed() != "":
		opened, err := place.Open(ctx, c.repo.ChildEnv(), request)
		var failed *forge.ProgramError
		if errors.As(err, &failed) {
			return failedf("the branch is pushed, but %s did not open the request: %s\nopen it at %s", failed.Program, lastLine(failed.Text), where)
		}
		if err != nil {
			return failedf("the branch is pushed, but the request is not open: %s\nopen it at %s", git.Clean(err.Error()), where)
		}
		if opened != "" {
			fmt.Fprintln(c.out, git.Clean(opened))
		}
	case place.Kind == forge.GitLab:
		c.note("GitLab was asked to open the merge request with the push")
	case where == "":
		c.note("open a pull request from %s to %s", request.Branch, request.Base)
	default:
		c.note("open the pull request here:")
		fmt.Fprintln(c.out, where)
	}
	return nil
}

// lastLine is the last line of a program's complaint, where the reason is.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return git.Clean(lines[len(lines)-1])
}
