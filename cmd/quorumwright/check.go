package main

import (
	"context"
	"os"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/spf13/cobra"
)

const checkDoc = `Say whether the repository can be committed: the spec is valid, the generated
tree is in sync with it, and lint finds nothing.

With --staged everything is read from git's index, which is what the next commit
will hold: a generated file that was not added is told, whatever lies on the
disk. The pre-commit hook runs this, with --profile strict. Without --staged the
working tree is read; files that git checked out with CRLF are no difference.

It writes nothing. Without a spec it lints only. Exit code 0: good; 1: drift or
findings; 2: the spec is wrong; 3: something could not be read.`

func newCheck(g *globals) *cobra.Command {
	var (
		f      lintFlags
		out    string
		staged bool
	)
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say whether the repository can be committed",
		Long:  checkDoc,
		Example: `  quorumwright check
  quorumwright check --staged              # in a pre-commit hook
  quorumwright check --output concise --fail-on warning`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if staged {
				return g.checkStaged(cmd.Context(), f, out)
			}
			problems, err := g.drift(cmd.Context(), out)
			if err != nil {
				return err
			}
			return g.judge(f, repo.DirFS("."), repo.Options{}, problems)
		},
	}
	cmd.Flags().BoolVar(&staged, "staged", false, "judge what is staged in git, not what is on the disk")
	cmd.Flags().StringVar(&out, "tree", "deploy", "the `DIR` that generate writes to")
	f.report(cmd)
	return cmd
}

// drift tells how the generated tree differs from the spec, as problems of
// rule gitops/drift. Without a spec there is none.
func (g *globals) drift(ctx context.Context, out string) ([]repo.Problem, error) {
	if _, err := g.specFile(); err != nil && g.spec == "" {
		return nil, nil
	}
	settled := g.settlement(out, nil)
	if settled.holds {
		return nil, nil
	}
	d, err := g.load()
	if err != nil {
		return nil, err
	}
	tree, err := generateTree(d, nil)
	if err != nil {
		return nil, err
	}
	settled.keep(d, tree)
	have := os.DirFS(out)
	changes, err := tree.Diff(have)
	if err != nil {
		return nil, &exitError{exitFailed, err}
	}
	w := driftWords{out: out, spec: d.Source}
	problems := w.problems(changes, nil)
	crlf := withCRLF(tree, have, changes)
	if len(crlf) > 0 {
		crlf = g.keptByGit(ctx, out, crlf)
	}
	for _, name := range crlf {
		problems = append(problems, w.lineEnds(name))
	}
	encrypted, err := encryptedProblems(generate.EncryptedFiles(d), have, out)
	return append(problems, encrypted...), err
}

// keptByGit returns those of the files with CRLF that git would take as they
// are. Where it turns CRLF into LF, it also made the CRLF, at the checkout.
func (g *globals) keptByGit(ctx context.Context, out string, names []string) []string {
	r, err := g.openGit(ctx)
	if err != nil {
		return names
	}
	defer r.Close()
	var paths, kept []string
	for _, name := range names {
		p, err := inRepository(r, out, name)
		if err != nil {
			return names
		}
		paths = append(paths, p)
	}
	converts, err := r.ConvertsLineEnds(ctx, paths)
	if err != nil {
		return names
	}
	for i, name := range names {
		if !converts[paths[i]] {
			kept = append(kept, name)
		}
	}
	return kept
}
