package main

import (
	"errors"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/lint/report"
	"github.com/quorumwright/quorumwright/schema"
	"github.com/spf13/cobra"
)

func newSchema(g *globals) *cobra.Command {
	var format, chartVersion string
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the schema of the spec, of chart values or of the JSON report, for editors and scripts",
		Long: `Print the schema of the spec, of the JSON report, or of the values of the
gateway's chart.

The chart has no schema of its own. The one that values-jsonschema prints holds
every value that the templates of a chart version read, with its type, default
and condition, and refuses all others. Editors with yaml-language-server take it
by a first line in the values file:

  # yaml-language-server: $schema=apim-4.9.32.schema.json`,
		Example: `  quorumwright schema > quorumwright.schema.json
  quorumwright schema --output report
  quorumwright schema --output values-jsonschema --chart-version 4.9.32 > apim-4.9.32.schema.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var text []byte
			var err error
			if format != "values-jsonschema" && cmd.Flags().Changed("chart-version") {
				return usagef("--chart-version goes with --output values-jsonschema")
			}
			switch format {
			case "jsonschema":
				text, err = schema.JSONSchema()
			case "cue":
				text, err = schema.CUE()
			case "report":
				text = report.Schema()
			case "values-jsonschema":
				text, err = g.valuesSchema(chartVersion)
			default:
				return usagef("--output %s: use jsonschema, cue, report or values-jsonschema", format)
			}
			var exit *exitError
			if errors.As(err, &exit) {
				return err
			}
			if err != nil {
				return &exitError{exitFailed, err}
			}
			_, err = g.out.Write(text)
			return err
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "jsonschema", "`FORMAT`: jsonschema, cue, report or values-jsonschema")
	cmd.Flags().StringVar(&chartVersion, "chart-version", "", "with values-jsonschema: the `VERSION` of the chart (default the newest known)")
	return cmd
}

// valuesSchema returns the schema of the values of a chart version. One that is
// not in the catalogue gets the nearest, and a note that says so.
func (g *globals) valuesSchema(text string) ([]byte, error) {
	if text == "" {
		return apim.ValuesSchema(apim.Latest().Version), nil
	}
	version, err := apim.ParseVersion(text)
	if err != nil {
		return nil, usagef("--chart-version: %s", err)
	}
	if chart := apim.Catalogue(version); chart.Match != apim.Exact {
		g.note("chart %s is not in the catalogue: this is the schema of %s", version, chart.Version)
	}
	return apim.ValuesSchema(version), nil
}
