package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/report"
	"github.com/quorumwright/quorumwright/lint/rules"
	"github.com/quorumwright/quorumwright/schema"
	"github.com/spf13/cobra"
)

func newExplain(g *globals) *cobra.Command {
	var values valuesFlags
	cmd := &cobra.Command{
		Use:   "explain RULE|FIELD | explain --values FILE…",
		Short: "Explain a rule, a field of the spec, or what a gateway makes of its values",
		Long: `Explain a rule: what happens when it is broken, how to fix it, with an example.
Or explain a field of the spec: its type, what may stand there, its default and
where it lands.

With --values, explain what a gateway works with: each setting of rate limiting,
sync, services, secrets and reporters with its effective value, where it comes
from (a file, the chart's defaults, a gravitee_ variable), and what was ignored
and why. Secrets are masked. Files are laid over each other as Helm does. A FILE
may also hold a HelmRelease or an Argo CD Application.`,
		Example: `  quorumwright explain sentinel/no-replica
  quorumwright explain spec.redis.nodes
  quorumwright explain spec
  quorumwright explain --values values.yaml --values values-prod.yaml --chart-version 4.9.32`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(values.files) > 0 {
				// --values a.yaml b.yaml, as a shell expands it.
				return nil
			}
			if err := values.alone(cmd); err != nil {
				return err
			}
			return cobra.ExactArgs(1)(cmd, args)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return explainable(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(values.files) > 0 {
				values.files = append(values.files, args...)
				return g.explainValues(values)
			}
			name := args[0]
			if r := rules.ByID(name); r != nil {
				bad, good := rules.Examples(name)
				return report.WriteRule(g.out, r, bad, good)
			}
			if field, ok := schema.Explain(name); ok {
				return writeField(g.out, field)
			}
			near := schema.Suggest(name)
			if near == "" || strings.Contains(name, "/") {
				near = lint.Nearest(name, explainable())
			}
			if near != "" {
				return usagef("%q is neither a rule nor a field of the spec: did you mean %s?", name, near)
			}
			if strings.Contains(name, "/") {
				return usagef("no rule %q: quorumwright rules lists them", name)
			}
			return usagef("no field %q: quorumwright explain spec lists them", name)
		},
	}
	values.add(cmd)
	return cmd
}

// writeField prints the page of a field of the spec, with the fields below it.
func writeField(w io.Writer, f schema.Field) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  (%s)\n\n", f.Path, f.Type)
	if f.Doc != "" {
		fmt.Fprintf(&b, "%s\n\n", f.Doc)
	}
	if f.Constraint != "" {
		fmt.Fprintf(&b, "  allowed   %s\n", f.Constraint)
	}
	switch {
	case f.Required:
		b.WriteString("  default   none: it must be there\n")
	case f.Default != "":
		fmt.Fprintf(&b, "  default   %s\n", f.Default)
	}
	if f.Lands != "" {
		fmt.Fprintf(&b, "  lands in  %s\n", f.Lands)
	}
	for i, name := range f.Fields {
		if i == 0 {
			b.WriteString("fields:\n")
		}
		below, _ := schema.Explain(f.Path + "." + name)
		fmt.Fprintf(&b, "  %-18s %s\n", name, firstSentence(below.Doc))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func firstSentence(text string) string {
	text = strings.ReplaceAll(text, "\n", " ")
	if i := strings.Index(text, ". "); i >= 0 {
		text = text[:i+1]
	}
	return text
}

// explainable returns everything that has an explanation.
func explainable() []string {
	var names []string
	for _, r := range rules.All() {
		names = append(names, r.ID)
	}
	fields, err := schema.Fields()
	if err != nil {
		return names
	}
	for _, f := range fields {
		names = append(names, f.Path)
	}
	return names
}
