package main

import (
	"io"

	_ "github.com/quorumwright/quorumwright/internal/early/help" // answers --help before all this is set up
	"github.com/quorumwright/quorumwright/internal/early/release"
	"github.com/spf13/cobra"
)

func newVersion(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(g.out, release.Line())
			return err
		},
	}
}

func version() string { return release.Version() }
