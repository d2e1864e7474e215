package main

import (
	"fmt"
	"slices"

	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/spf13/cobra"
)

func newBuild(g *globals) *cobra.Command {
	var part, out string
	cmd := &cobra.Command{
		Use:   "build ENV",
		Short: "Print the manifests and the Helm values of an environment",
		Long: `Print the manifests of an environment as kustomize renders them, and the Helm
values of its gateway, straight from the spec: nothing is written, and nothing
but the encrypted Secrets, which only a person can write, is read from the output
folder. No secret is in them; references are printed as they are.`,
		Example: `  quorumwright build prod
  quorumwright build prod --part manifests | kubectl apply --dry-run=server -f -
  helm template gravitee graviteeio/apim -f <(quorumwright build prod --part values)`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if !slices.Contains([]string{"all", "manifests", "values"}, part) {
				return usagef("--part %s: use all, manifests or values", part)
			}
			d, err := g.load()
			if err != nil {
				return err
			}
			tree, err := generateTree(d, args)
			if err != nil {
				return err
			}
			overlay := "overlays/" + args[0]
			if part != "values" {
				own, err := encryptedFiles(d, args[0], out)
				if err != nil {
					return err
				}
				if len(own) > 0 {
					// Somebody else wrote these, and kustomize follows what they say.
					if err := g.supervise(); err != nil {
						return err
					}
				}
				manifests, err := repo.Build(tree.FS(own...), overlay)
				if err != nil {
					return &exitError{exitFailed, err}
				}
				if _, err := g.out.Write(manifests); err != nil {
					return failedf("standard output: %s", reason(err))
				}
			}
			if part == "manifests" {
				return nil
			}
			values, _ := tree.File(overlay + "/values.yaml")
			if part == "all" {
				fmt.Fprintln(g.out, "---")
			}
			_, err = g.out.Write(values)
			return err
		},
	}
	cmd.Flags().StringVar(&part, "part", "all", "`PART` to print: all, manifests or values")
	cmd.Flags().StringVar(&out, "tree", "deploy", "the `DIR` that generate writes to, with the encrypted Secrets")
	return cmd
}
