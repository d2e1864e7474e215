package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/internal/regular"
	"github.com/quorumwright/quorumwright/internal/spelling"
	"github.com/quorumwright/quorumwright/internal/supervisor"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/schema"
	"github.com/spf13/cobra"
)

const generateDoc = `Write the kustomize tree and the Helm values that a spec describes.

For every environment the output folder gets overlays/ENV with a kustomization
and the values of the gateway, over one base with Redis and Sentinel. The same
spec gives the same bytes. Only what changed is written; what a person changed
by hand is never overwritten without --force; what the spec no longer asks for
is removed. Nothing is written unless everything is.

Exit code 0: done or in sync; 1: --check or --diff found a difference, or a
file changed by hand is in the way; 2: the spec is wrong; 3: could not write.`

const generateExample = `  quorumwright generate                    # deploy/ from quorumwright.yaml
  quorumwright generate -e prod            # the base and one environment
  quorumwright generate --check            # for CI: is deploy/ in sync?
  quorumwright generate --diff             # what would change`

func newGenerate(g *globals) *cobra.Command {
	var (
		out   string
		envs  []string
		check bool
		diff  bool
		force bool
	)
	cmd := &cobra.Command{
		Use:     "generate",
		Aliases: []string{"gen"},
		Short:   "Write the kustomize tree and the Helm values that a spec describes",
		Long:    generateDoc,
		Example: generateExample,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			settled := g.settlement(out, envs)
			if settled.holds {
				return nil
			}
			d, err := g.load()
			if err != nil {
				return err
			}
			tree, err := generateTree(d, envs)
			if err != nil {
				return err
			}
			settled.keep(d, tree)
			encrypted := generate.EncryptedFiles(d, envs...) // all that is still needed of d
			if check || diff {
				err = g.compare(tree, out, diff)
			} else {
				err = g.write(tree, out, force)
			}
			return g.tellEncrypted(err, encrypted, out, check)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&out, "output", "o", "deploy", "the `DIR` to write to")
	flags.VarP(many(&envs), "environment", "e", "only this `ENV` and the base; may be repeated")
	flags.BoolVar(&check, "check", false, "write nothing; tell what is stale, missing, changed by hand or orphaned")
	flags.BoolVar(&diff, "diff", false, "write nothing; print what would change as a unified diff")
	flags.BoolVar(&force, "force", false, "overwrite files that were changed by hand")
	cmd.MarkFlagsMutuallyExclusive("check", "force")
	cmd.MarkFlagsMutuallyExclusive("diff", "force")
	return cmd
}

// specNames are where the spec is looked for, in this order.
var specNames = []string{"quorumwright.yaml", "quorumwright.yml", "quorumwright.cue"}

// specFile returns the name of the spec.
func (g *globals) specFile() (string, error) {
	if g.spec != "" {
		return g.spec, nil
	}
	for _, name := range specNames {
		if _, err := os.Stat(name); err == nil {
			return name, nil
		}
	}
	return "", usagef("no quorumwright.yaml here: quorumwright init writes one, -f FILE names another")
}

// maxSpec bounds a spec in bytes. The schema has a narrower bound, which it tells
// with a place.
const maxSpec = 16 << 20

// load reads the spec.
func (g *globals) load() (*schema.Deployment, error) {
	name, err := g.specFile()
	if err != nil {
		return nil, err
	}
	data, err := regular.ReadFile(name, maxSpec)
	if err != nil {
		return nil, failedf("%s: %s", name, reason(err))
	}
	if err := g.superviseSpec(name, int64(len(data))); err != nil {
		return nil, err
	}
	return parseSpec(name, data)
}

// parseSpec reads a spec from its text.
func parseSpec(name string, data []byte) (*schema.Deployment, error) {
	defer supervisor.Begin("evaluating " + name)()
	d, err := schema.Parse(name, data)
	var errs schema.Errors
	if errors.As(err, &errs) {
		return nil, &exitError{exitUsage, placedError(specErrors(errs))}
	}
	return d, err
}

// specErrors prints the mistakes of a spec, each with the id that explain knows
// and with what to write instead.
func specErrors(errs schema.Errors) string {
	var b strings.Builder
	for _, e := range errs {
		fmt.Fprintf(&b, "%s:%d:%d: %s [%s]\n", e.File, e.Line, e.Column, e.Message, e.Kind)
		for _, r := range e.Related {
			fmt.Fprintf(&b, "  %s:%d:%d: %s\n", r.File, r.Line, r.Column, r.Message)
		}
		if e.Help != "" {
			fmt.Fprintf(&b, "  help: %s\n", e.Help)
		}
	}
	return b.String()
}

// unknownEnvironment says that a spec has no such environment, and which is
// meant.
func unknownEnvironment(d *schema.Deployment, name string) error {
	var names []string
	for _, e := range d.Environments {
		names = append(names, e.Name)
	}
	if near := spelling.Nearest(name, names, spelling.Slips(name)); near != "" {
		return usagef("no environment %q in %s: did you mean %s?", name, d.Source, near)
	}
	return usagef("no environment %q in %s: it has %s", name, d.Source, environmentNames(d))
}

// knowsEnvironments refuses names that a spec does not have.
func knowsEnvironments(d *schema.Deployment, names []string) error {
	known := func(name string) bool {
		return slices.ContainsFunc(d.Environments, func(e schema.Environment) bool { return e.Name == name })
	}
	for _, name := range names {
		if !known(name) {
			return unknownEnvironment(d, name)
		}
	}
	return nil
}

// generateTree makes the tree of all environments, or of those named.
func generateTree(d *schema.Deployment, names []string) (*generate.Tree, error) {
	if err := knowsEnvironments(d, names); err != nil {
		return nil, err
	}
	tree, err := generate.Generate(d, names...)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return tree, nil
}

func environmentNames(d *schema.Deployment) string {
	var names []string
	for _, e := range d.Environments {
		names = append(names, e.Name)
	}
	return strings.Join(names, ", ")
}

// compare tells how the folder differs from the tree.
func (g *globals) compare(tree *generate.Tree, out string, diff bool) error {
	changes, err := tree.Diff(os.DirFS(out))
	if err != nil {
		return &exitError{exitFailed, err}
	}
	if len(changes) == 0 {
		return nil
	}
	for _, c := range changes {
		if diff {
			fmt.Fprint(g.out, unified(c))
		} else {
			fmt.Fprintln(g.out, c)
		}
	}
	return errFindings
}

// unified is a change as a diff, without the secrets that somebody may have
// written into files that are to hold none.
func unified(c generate.Change) string {
	c.Shown = repo.Mask(c.Path, c.Have)
	return c.Unified()
}

func (g *globals) write(tree *generate.Tree, out string, force bool) error {
	changes, err := tree.Write(out, generate.WriteOptions{Force: force})
	if err != nil {
		var conflict *generate.ConflictError
		if errors.As(err, &conflict) {
			return &exitError{exitFindings, err}
		}
		return &exitError{exitFailed, err}
	}
	for _, c := range changes {
		g.note("%s %s", done(c.Kind), path.Join(filepath.ToSlash(out), c.Path))
	}
	return nil
}

// tellEncrypted says which of the encrypted Secrets that the tree refers to are
// still to be made, and how. For --check that is a finding. err is what the run
// has come to so far.
func (g *globals) tellEncrypted(err error, encrypted []generate.EncryptedFile, out string, check bool) error {
	if err != nil && !errors.Is(err, errFindings) {
		return err
	}
	problems, failed := encryptedProblems(encrypted, os.DirFS(out), out)
	if failed != nil {
		return failed
	}
	for _, p := range problems {
		if !check {
			g.note("%s", problemText(p))
			continue
		}
		fmt.Fprintln(g.out, problemText(p))
		err = errFindings
	}
	return err
}

// done says what became of a file that differed.
func done(k generate.Kind) string {
	switch k {
	case generate.Missing:
		return "created"
	case generate.Orphaned:
		return "removed"
	}
	return "updated"
}
