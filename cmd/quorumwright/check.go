package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/spf13/cobra"
)

const checkDoc = `Say whether the repository can be committed: the spec is valid, the generated
tree is in sync with it, and lint finds nothing.

This is what the pre-commit hook runs. It writes nothing. Without a spec it
lints only. Exit code 0: good; 1: drift or findings; 2: the spec is wrong.`

func newCheck(g *globals) *cobra.Command {
	var (
		f   lintFlags
		out string
	)
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say whether the repository can be committed",
		Long:  checkDoc,
		Example: `  quorumwright check
  quorumwright check --output concise --fail-on warning`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			problems, err := g.drift(out)
			if err != nil {
				return err
			}
			return g.judge(f, repo.DirFS("."), repo.Options{}, problems)
		},
	}
	cmd.Flags().StringVar(&out, "tree", "deploy", "the `DIR` that generate writes to")
	f.report(cmd)
	return cmd
}

// drift tells how the generated tree differs from the spec, as problems of
// rule gitops/drift. Without a spec there is none.
func (g *globals) drift(out string) ([]repo.Problem, error) {
	if _, err := g.specFile(); err != nil && g.spec == "" {
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
	changes, err := tree.Diff(os.DirFS(out))
	if err != nil {
		return nil, &exitError{exitFailed, err}
	}
	var problems []repo.Problem
	for _, c := range changes {
		// The ownership file of a folder differs whenever another file does.
		if path.Base(c.Path) == generate.OwnershipFile && len(changes) > 1 {
			continue
		}
		problems = append(problems, driftProblem(c, out, d.Source))
	}
	return problems, nil
}

// driftProblem words how a file differs, and what to do.
func driftProblem(c generate.Change, out, spec string) repo.Problem {
	name := path.Join(filepath.ToSlash(out), c.Path)
	p := repo.Problem{
		Rule: "gitops/drift",
		Span: repo.Span{File: name, Line: 1, Column: 1, EndLine: 1, EndColumn: 1, Approximate: true},
		Help: "run quorumwright generate and commit what it changes",
	}
	switch c.Kind {
	case generate.Missing:
		p.Span.File = spec
		p.Message = fmt.Sprintf("%s is missing: the spec asks for it", name)
	case generate.Stale:
		p.Message = fmt.Sprintf("%s is stale: it was generated before the spec changed", name)
	case generate.Orphaned:
		p.Message = fmt.Sprintf("%s is orphaned: no environment of the spec needs it any more", name)
	case generate.Edited:
		p.Message = fmt.Sprintf("%s was changed by hand: the next generate would refuse to overwrite it", name)
		p.Help = fmt.Sprintf("make the change in %s, then run quorumwright generate --force", spec)
	case generate.Foreign:
		p.Message = fmt.Sprintf("%s is in the way: %s", name, c.Why)
		p.Help = "move it away, then run quorumwright generate"
	}
	return p
}
