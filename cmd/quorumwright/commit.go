package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/git"
	"github.com/spf13/cobra"
)

const commitDoc = `Generate, check, and write one commit with the spec and what is generated from
it, straight into git.

Your working tree, your index and your hooks are left alone: the commit is built
beside them and appears on a branch. What goes in is the spec as it lies on the
disk, also if you have not committed it, the tree that it gives, and the
encrypted Secrets that the tree refers to; files that are no longer generated are
removed. Nothing else that you changed goes in. If the commit would change
nothing, none is made.

The branch is quorumwright/ENV with one -e, quorumwright/all without, or the one
that --branch names. A branch quorumwright/… belongs to this command: each run
rebuilds it on HEAD, so that one pull request stays up to date, unless somebody
else committed there; then the commit comes on top. On any other branch the
commit comes on top of what is there; if the spec changed there too, both changes
are put together. When HEAD is detached, name the branch.

Author, committer and signing are those of git's configuration. Before anything
is written, the new tree is linted as check does; findings end the run.

Exit code 0: done, or nothing to commit; 1: findings, or a generated file was
changed by hand; 2: the spec or the usage is wrong; 3: git could not do it.`

const commitExample = `  quorumwright commit --dry-run                # the message and the diff
  quorumwright commit -e prod                  # on branch quorumwright/prod
  quorumwright commit -e prod --push --pr      # and open a pull request
  quorumwright commit --branch main --push     # a bot that works on main`

// commitFlags are what commit is told.
type commitFlags struct {
	out          string
	environments []string
	branch       string
	remote       string
	message      string
	push, pr     bool
	signoff      bool
	sign, noSign bool
	dryRun       bool
	force        bool
}

func newCommit(g *globals) *cobra.Command {
	var f commitFlags
	cmd := &cobra.Command{
		Use:     "commit",
		Short:   "Generate, check, and write one commit beside your working tree",
		Long:    commitDoc,
		Example: commitExample,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return g.commit(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.out, "output", "o", "deploy", "the `DIR` to write to")
	flags.VarP(many(&f.environments), "environment", "e", "only this `ENV` and the base; may be repeated")
	flags.StringVarP(&f.branch, "branch", "b", "", "the `BRANCH` to commit to (default quorumwright/ENV or quorumwright/all)")
	flags.StringVarP(&f.message, "message", "m", "", "the first line of the message (`TEXT`), instead of the summary")
	flags.BoolVar(&f.push, "push", false, "push the branch; if the remote moved, generate anew on what is there")
	flags.StringVar(&f.remote, "remote", "", "the `NAME` of the remote (default the one that git push uses)")
	flags.BoolVar(&f.pr, "pr", false, "push, and open a pull request with gh or glab, or print where to")
	flags.BoolVar(&f.signoff, "signoff", false, "add Signed-off-by with your name")
	flags.BoolVar(&f.sign, "sign", false, "sign the commit, also if commit.gpgSign is off")
	flags.BoolVar(&f.noSign, "no-sign", false, "do not sign the commit, also if commit.gpgSign is on")
	flags.BoolVar(&f.dryRun, "dry-run", false, "write nothing; print the message and the diff")
	flags.BoolVar(&f.force, "force", false, "overwrite committed files that were changed by hand")
	cmd.MarkFlagsMutuallyExclusive("sign", "no-sign")
	cmd.MarkFlagsMutuallyExclusive("dry-run", "push")
	cmd.MarkFlagsMutuallyExclusive("dry-run", "pr")
	return cmd
}

// maxTries bounds how often a commit is made anew because the remote moved.
const maxTries = 5

func (g *globals) commit(ctx context.Context, f commitFlags) error {
	f.push = f.push || f.pr
	r, err := g.openGit(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	c := &committer{globals: g, repo: r, flags: f}
	if err := c.prepare(ctx); err != nil {
		return gitError(err)
	}
	c.noteSpec()
	if f.dryRun {
		return gitError(c.show(ctx))
	}
	for try := 1; ; try++ {
		err := c.run(ctx)
		var rejected *git.RejectedError
		if !errors.As(err, &rejected) {
			return gitError(err)
		}
		if try == maxTries {
			return failedf("%s moved on the remote %d times while the commit was made; nothing was pushed, run again later", c.target.name, try)
		}
		g.note("%s; generating anew on what is there", err)
	}
}

// A committer makes one commit.
type committer struct {
	*globals
	repo   *git.Repo
	flags  commitFlags
	remote *git.Remote // nil without --push

	current string // the branch that is checked out, "" if none is
	head    string // the commit that HEAD is at
	ident   string // "Name <address>" of the committer
	spec    spec
	target  target
}

// prepare finds out all that does not change from try to try.
func (c *committer) prepare(ctx context.Context) error {
	var err error
	if c.current, c.head, err = c.repo.Head(ctx); err != nil {
		return err
	}
	if c.head == "" {
		return usagef("this repository has no commit yet: make the first one with git commit")
	}
	if err := c.readSpec(ctx); err != nil {
		return err
	}
	if err := c.chooseBranch(ctx); err != nil {
		return err
	}
	if !c.flags.dryRun || c.flags.signoff {
		if c.ident, err = c.repo.Committer(ctx); err != nil {
			return &exitError{exitUsage, err}
		}
	}
	if c.flags.push {
		if c.remote, err = c.repo.FindRemote(ctx, c.flags.remote, c.current); err != nil {
			return &exitError{exitUsage, err}
		}
	}
	return nil
}

// ownBranches is how the names of the branches begin that belong to this
// command.
const ownBranches = "quorumwright/"

// chooseBranch names the branch to commit to.
func (c *committer) chooseBranch(ctx context.Context) error {
	name := c.flags.branch
	if name == "" {
		if c.current == "" {
			return usagef("HEAD is detached, so it is not known which branch this is for: name the one to commit to, such as --branch %s", c.ownBranch())
		}
		name = c.ownBranch()
	}
	name = strings.TrimPrefix(name, "refs/heads/")
	valid, err := c.repo.ValidBranch(ctx, name)
	if err != nil {
		return err
	}
	if !valid {
		return usagef("--branch %q: this cannot be the name of a branch", name)
	}
	c.target = target{name: name, ref: "refs/heads/" + name, own: strings.HasPrefix(name, ownBranches)}
	return nil
}

func (c *committer) ownBranch() string {
	if len(c.flags.environments) == 0 {
		return ownBranches + "all"
	}
	return ownBranches + strings.Join(slices.Compact(slices.Sorted(slices.Values(c.flags.environments))), "+")
}

// run makes the commit and lets the branch lead to it, here and on the remote.
func (c *committer) run(ctx context.Context) error {
	if err := c.chooseBase(ctx); err != nil {
		return err
	}
	p, err := c.plan(ctx)
	if err != nil {
		return err
	}
	if len(p.changes) == 0 {
		c.note("nothing to commit: %s has it already", c.baseName())
		return nil
	}
	commit := c.target.tip
	made := false
	if same, err := c.alreadyThere(ctx, p); err != nil {
		return err
	} else if !same {
		if commit, err = c.write(ctx, p); err != nil {
			return err
		}
		made = true
	}
	if c.remote != nil && commit != c.target.remote {
		if err := c.push(ctx, commit, p); err != nil {
			return err
		}
	}
	if err := c.moveBranch(ctx, commit, p); err != nil {
		return err
	}
	switch {
	case !made && (c.remote == nil || commit == c.target.remote):
		c.note("nothing to commit: %s has it already", c.target.name)
	case !c.quiet:
		fmt.Fprintf(c.out, "[%s %s] %s\n", c.target.name, commit[:12], p.message.subject)
	}
	if c.flags.pr {
		return c.pullRequest(ctx, p)
	}
	return nil
}

// alreadyThere tells whether the tip of our own branch is what this run would
// make.
func (c *committer) alreadyThere(ctx context.Context, p *plan) (bool, error) {
	if c.target.tip == "" || c.target.tip == c.target.base {
		return false, nil
	}
	tip, err := c.repo.Tree(ctx, c.target.tip)
	if err != nil {
		return false, err
	}
	return p.files.Equal(tip)
}

// write writes the commit, which no branch leads to yet.
func (c *committer) write(ctx context.Context, p *plan) (string, error) {
	tree, err := c.repo.WriteTree(ctx, c.target.base, p.changes)
	var filter *git.FilterError
	if errors.As(err, &filter) {
		return "", &exitError{exitUsage, err}
	}
	if err != nil {
		return "", err
	}
	return c.repo.Commit(ctx, git.NewCommit{
		Tree: tree, Parent: c.target.base, Message: p.message.String(), Sign: c.flags.sign, NoSign: c.flags.noSign,
	})
}

// moveBranch lets the branch here lead to the commit. After a push, a branch
// that somebody has checked out is left alone: git pull brings it there.
func (c *committer) moveBranch(ctx context.Context, commit string, p *plan) error {
	if commit == c.target.local {
		return nil
	}
	at, err := c.repo.CheckedOutAt(ctx, c.target.ref)
	if err != nil {
		return err
	}
	if at != "" && c.remote != nil {
		c.note("%s is checked out in %s and was left there: git pull brings the commit", c.target.name, git.Clean(at))
		return nil
	}
	err = c.repo.UpdateRef(ctx, c.target.ref, commit, c.target.local, reflogEntry+p.message.subject)
	var moved *git.MovedError
	if errors.As(err, &moved) && c.remote != nil {
		c.note("the commit is pushed; %s moved here meanwhile and was left alone", c.target.name)
		return nil
	}
	if err != nil {
		return err
	}
	if at != "" {
		c.note("%s is checked out in %s, and its files and index were left as they were: git status compares them with the new commit; git reset -q there brings the index up to it", c.target.name, git.Clean(at))
	}
	return nil
}

// show prints what a run would commit.
func (c *committer) show(ctx context.Context) error {
	if err := c.chooseBase(ctx); err != nil {
		return err
	}
	p, err := c.plan(ctx)
	if err != nil {
		return err
	}
	if len(p.changes) == 0 {
		c.note("nothing to commit: %s has it already", c.baseName())
		return nil
	}
	if same, err := c.alreadyThere(ctx, p); err != nil {
		return err
	} else if same {
		c.note("nothing to commit: %s has it already", c.target.name)
		return nil
	}
	c.note("on branch %s, on top of %s", c.target.name, c.baseName())
	fmt.Fprint(c.out, p.message.String())
	fmt.Fprintln(c.out)
	for _, change := range p.shown {
		fmt.Fprint(c.out, unified(change))
	}
	return nil
}
