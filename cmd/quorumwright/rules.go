package main

import (
	"github.com/quorumwright/quorumwright/lint/report"
	"github.com/quorumwright/quorumwright/lint/rules"
	"github.com/spf13/cobra"
)

func newRules(g *globals) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List every rule",
		Long:  "List every rule with its severity and what it finds. explain RULE prints the page of one.",
		Example: `  quorumwright rules
  quorumwright rules --output json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			switch format {
			case "text":
				return report.RulesText(g.out, rules.All())
			case "json":
				return report.RulesJSON(g.out, rules.All())
			case "md":
				return report.RulesMarkdown(g.out, rules.All())
			}
			return usagef("--output %s: use text, json or md", format)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "text", "`FORMAT`: text, json or md")
	return cmd
}
