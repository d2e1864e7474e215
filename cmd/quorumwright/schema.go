package main

import (
	"github.com/quorumwright/quorumwright/lint/report"
	"github.com/quorumwright/quorumwright/schema"
	"github.com/spf13/cobra"
)

func newSchema(g *globals) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the schema of the spec or of the JSON report, for editors and scripts",
		Example: `  quorumwright schema > quorumwright.schema.json
  quorumwright schema --output report`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			var text []byte
			var err error
			switch format {
			case "jsonschema":
				text, err = schema.JSONSchema()
			case "cue":
				text, err = schema.CUE()
			case "report":
				text = report.Schema()
			default:
				return usagef("--output %s: use jsonschema, cue or report", format)
			}
			if err != nil {
				return &exitError{exitFailed, err}
			}
			_, err = g.out.Write(text)
			return err
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "jsonschema", "`FORMAT`: jsonschema, cue or report")
	return cmd
}
