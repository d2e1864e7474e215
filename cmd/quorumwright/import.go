package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/importer"
	"github.com/quorumwright/quorumwright/internal/regular"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/report"
	"github.com/quorumwright/quorumwright/lint/rules"
	"github.com/quorumwright/quorumwright/schema"
	"github.com/spf13/cobra"
)

const importDoc = `Read existing manifests and Helm values, report what is wrong with them, and
write a spec that keeps what it can.

PATH is a file, a folder, or - for standard input, as for lint: manifests,
kustomizations, values of the Gravitee chart, values of bitnami/redis,
bitnami/valkey and redis-ha. The spec keeps the master's name, namespaces,
versions, references to Secrets, sizes, timers, directives of redis.conf, plugins
and further values of the chart, the store or the vault that Secrets come from,
and what an Application of Argo CD says of its repository and cluster. What it
cannot keep is told with its reason, and so is what was decided where the files
say nothing. A tree that generate wrote becomes the spec that it came from.

A secret in plain text is never copied: the spec refers to a key of a Kubernetes
Secret instead, and the place is told.

The defects go to standard error, one line each. An existing spec is not
overwritten without --force; -o - prints the spec.

Exit code 0: the spec is written, whatever was wrong with the files; 2: there is
nothing to import, or the spec exists; 3: something could not be read or written.`

const importExample = `  quorumwright import redis.yaml values.yaml
  quorumwright import . --values gateway/values.yaml -o quorumwright.yaml
  quorumwright import redis.yaml values.yaml -o - | less
  quorumwright import clusters/ && quorumwright generate && quorumwright lint deploy`

type importFlags struct {
	output       string
	environment  string
	values       []string
	chartVersion string
	exclude      []string
	force        bool
}

func newImport(g *globals) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:     "import PATH…",
		Short:   "Write a spec from existing manifests and values",
		Long:    importDoc,
		Example: importExample,
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(_ *cobra.Command, paths []string) error { return g.importSpec(f, paths) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "quorumwright.yaml", "the spec `FILE` to write, - for standard output")
	flags.StringVarP(&f.environment, "environment", "e", "prod", "the `NAME` of the environment, if the files name none")
	flags.Var(many(&f.values), "values", "Helm values `FILE` of the gateway; may be repeated, a later file wins")
	flags.StringVar(&f.chartVersion, "chart-version", "", "`VERSION` of the gateway's chart, if the files do not tell")
	flags.Var(many(&f.exclude), "exclude", "leave out files that match the `GLOB`; may be repeated")
	flags.BoolVar(&f.force, "force", false, "overwrite the spec if it exists")
	return cmd
}

func (g *globals) importSpec(f importFlags, paths []string) error {
	if _, err := os.Lstat(f.output); err == nil && f.output != "-" && !f.force {
		return usagef("%s exists already: -o FILE names another, --force overwrites it", f.output)
	}
	opts := repo.Options{Paths: paths, Values: f.values, ChartVersion: f.chartVersion, Exclude: f.exclude}
	opts.Supervise = func() error { return g.superviseLint(opts.Stdin) }
	if slices.Contains(paths, "-") {
		b, err := io.ReadAll(io.LimitReader(g.in, maxStdin+1))
		if err != nil {
			return failedf("standard input: %s", reason(err))
		}
		if len(b) > maxStdin {
			return failedf("standard input is larger than %d MiB", maxStdin>>20)
		}
		opts.Stdin = b
	}
	r, err := repo.Open(repo.DirFS("."), opts)
	if err != nil {
		return openError(err)
	}
	findings := lint.Run(r, lint.Options{Rules: rules.All(), Known: rules.All()})
	result, err := importer.Import(r, importer.Options{
		Name:        specName(f.output),
		Environment: f.environment,
		Generate: func(d *schema.Deployment) (fs.FS, error) {
			tree, err := generateTree(d, nil)
			if err != nil {
				return nil, err
			}
			return tree.FS(), nil
		},
		Judge: judgeTree,
	})
	if errors.Is(err, importer.ErrNothing) {
		if err := unread(r); err != nil {
			return err
		}
		return usagef("nothing to import in %s: %s", strings.Join(paths, ", "), err)
	}
	if err != nil {
		return err
	}
	if err := g.tellImport(r, findings, result); err != nil {
		return err
	}
	if err := g.writeImport(f, result.Spec); err != nil {
		return err
	}
	g.tellNext(f, result)
	return nil
}

func specName(output string) string {
	if output == "-" {
		return specNames[0]
	}
	return output
}

func (g *globals) writeImport(f importFlags, text []byte) error {
	if f.output == "-" {
		if _, err := g.out.Write(text); err != nil {
			return failedf("standard output: %s", reason(err))
		}
		return nil
	}
	err := writeNew(f.output, text)
	if errors.Is(err, fs.ErrExist) && f.force {
		old, err := regular.ReadFile(f.output, maxSpec)
		if err != nil {
			return failedf("%s: %s", f.output, reason(err))
		}
		return rewrite(lint.FixedFile{Name: f.output, Old: old, New: text})
	}
	if err != nil {
		return failedf("%s: %s", f.output, reason(err))
	}
	return nil
}

// tellImport prints the defects and what became of everything.
func (g *globals) tellImport(r *repo.Repo, findings []*lint.Finding, result *importer.Result) error {
	if g.quiet {
		return nil
	}
	if len(findings) > 0 {
		g.note("what is wrong with the files (%s):", counted(findings))
		rep := &report.Report{Findings: findings, Rules: rules.All(), Source: r, Files: len(r.Files), Roots: r.Roots, Version: version()}
		concise, err := report.ParseOutputs([]string{"concise"}, os.Getenv)
		if err == nil {
			err = report.Write(g.err, rep, concise)
		}
		if err != nil {
			return &exitError{exitFailed, err}
		}
	}
	for _, part := range []struct {
		title string
		notes []importer.Note
	}{
		{"secrets in plain text, not copied:", result.Secrets},
		{"not carried over:", result.Dropped},
		{"decided:", result.Decided},
	} {
		if len(part.notes) == 0 {
			continue
		}
		g.note("\n%s", part.title)
		for _, n := range part.notes {
			g.note("%s", r.MaskText(n.String()))
		}
	}
	return nil
}

// counted is the number of findings by severity, and of rules.
func counted(findings []*lint.Finding) string {
	var n [3]int
	ids := map[string]bool{}
	for _, f := range findings {
		n[f.Severity]++
		ids[f.Rule.ID] = true
	}
	var parts []string
	for _, severity := range []lint.Severity{lint.Error, lint.Warning, lint.Info} {
		if n := n[severity]; n == 1 {
			parts = append(parts, "1 "+severity.String())
		} else if n > 1 {
			parts = append(parts, fmt.Sprintf("%d %ss", n, severity))
		}
	}
	if len(ids) == 1 {
		return strings.Join(parts, ", ") + ", of 1 rule"
	}
	return fmt.Sprintf("%s, of %d rules", strings.Join(parts, ", "), len(ids))
}

// tellNext says what lint will say of what the spec becomes, and what to do.
func (g *globals) tellNext(f importFlags, result *importer.Result) {
	if left := result.Left; len(left) > 0 {
		g.note("\nlint will say of the generated files (%s):", counted(left))
		for _, finding := range left {
			g.note("  %s: %s [%s]", finding.Severity, finding.Message, finding.Rule.ID)
		}
	}
	if g.quiet || f.output == "-" {
		return
	}
	g.note("\n%s is written. Next:", f.output)
	g.note("  quorumwright generate")
	for _, s := range result.Needed {
		g.note("  these keys have to be in Secret %s of namespace %s: %s", s.Name, s.Namespace, strings.Join(s.Keys, ", "))
	}
}

// judgeTree lints the tree that a deployment becomes.
func judgeTree(tree fs.FS) ([]*lint.Finding, error) {
	r, err := repo.Open(tree, repo.Options{})
	if err != nil {
		return nil, &exitError{exitFailed, err}
	}
	return lint.Run(r, lint.Options{Rules: rules.All(), Known: rules.All()}), nil
}
