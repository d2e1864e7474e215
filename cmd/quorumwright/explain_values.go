package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/report"
	"github.com/spf13/cobra"
)

// valuesFlags are what explain is told about the values of a gateway.
type valuesFlags struct {
	files        []string
	chartVersion string
	output       string
}

func (f *valuesFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Var(many(&f.files), "values", "Helm values `FILE` of a gateway; may be repeated, a later file wins")
	flags.StringVar(&f.chartVersion, "chart-version", "", "with --values: the `VERSION` of the gateway's chart, if the file does not tell")
	flags.StringVarP(&f.output, "output", "o", "text", "with --values: `FORMAT`: text or json")
}

// alone refuses flags that mean nothing without --values.
func (f *valuesFlags) alone(cmd *cobra.Command) error {
	for _, name := range []string{"chart-version", "output"} {
		if cmd.Flags().Changed(name) {
			return usagef("--%s goes with --values", name)
		}
	}
	return nil
}

// explainValues prints what the gateways of some values files work with.
func (g *globals) explainValues(f valuesFlags) error {
	if f.output != "text" && f.output != "json" {
		return usagef("--output %s: use text or json", f.output)
	}
	if f.chartVersion != "" {
		if _, err := apim.ParseConstraint(f.chartVersion); err != nil {
			return usagef("--chart-version: %s", err)
		}
	}
	c, err := configFlags{}.load(repo.DirFS("."), "", nil)
	if err != nil {
		return err
	}
	all, err := g.configurations(f.files, cmp.Or(f.chartVersion, c.chartVersion))
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return failedf("%s: no values of a Gravitee gateway: a mapping with gateway is expected, or a HelmRelease or Application that has one", strings.Join(f.files, ", "))
	}
	if f.output == "json" {
		err = report.WriteConfigurationsJSON(g.out, all)
	} else {
		err = report.WriteConfigurations(g.out, all, report.ConfigurationOptions{Color: g.useColor(g.out), All: g.verbose})
	}
	if err != nil {
		return &exitError{exitFailed, err}
	}
	return nil
}

// configurations reads what the files hold: releases with values in them, or
// else one set of values with the files laid over each other.
func (g *globals) configurations(files []string, chartVersion string) ([]*lint.Configuration, error) {
	opts := repo.Options{Paths: files, ChartVersion: chartVersion, Supervise: func() error { return g.superviseLint(nil) }}
	r, err := openValues(opts)
	if err != nil {
		return nil, err
	}
	released := func(v *repo.Values) bool { return v.Object != nil || v.Release != "" }
	if !slices.ContainsFunc(r.Environments, func(e *repo.Environment) bool { return slices.ContainsFunc(e.Values, released) }) {
		opts.Values = files
		if r, err = openValues(opts); err != nil {
			return nil, err
		}
	}
	var all []*lint.Configuration
	for _, env := range r.Environments {
		all = append(all, lint.Configurations(r, env)...)
	}
	return all, nil
}

// openValues reads files. One that is no YAML ends the program.
func openValues(opts repo.Options) (*repo.Repo, error) {
	r, err := repo.Open(repo.DirFS("."), opts)
	if err != nil {
		return nil, openError(err)
	}
	return r, unread(r)
}

// unread tells what of a repository could not be read, as an error; nil if all was.
func unread(r *repo.Repo) error {
	var broken []string
	for _, p := range r.Problems {
		if p.Rule == "yaml/syntax" || p.Rule == "yaml/limits" {
			broken = append(broken, p.Span.String()+": "+p.Message)
		}
	}
	if len(broken) == 0 {
		return nil
	}
	return &exitError{exitFailed, placedError(strings.Join(broken, "\n"))}
}
