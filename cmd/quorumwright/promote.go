package main

import (
	"cmp"
	"fmt"
	"text/tabwriter"

	"github.com/quorumwright/quorumwright/internal/specedit"
	"github.com/spf13/cobra"
)

const promoteDoc = `Give one environment what another one has.

Without --only that is what runs: images, the version of the chart, plugins. An
image that both take from different registries stays in its registry. --only
names fields instead; one that holds others, such as redis.config, stands for
what one of the two environments sets in its own spec.

Only what the environment TO lays over the base is edited, as set does. The
table shows what changes. Run generate afterwards.`

const promoteExample = `  quorumwright promote staging prod --dry-run
  quorumwright promote staging prod
  quorumwright promote staging prod --only redis.image,redis.config`

func newPromote(g *globals) *cobra.Command {
	var (
		only   []string
		dryRun bool
	)
	cmd := &cobra.Command{
		Use:     "promote FROM TO",
		Short:   "Give one environment the images and versions of another one",
		Long:    promoteDoc,
		Example: promoteExample,
		Args:    cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			edit, name, err := g.edited(func(s *specedit.Spec) error { return s.Promote(args[0], args[1], only...) })
			if err != nil {
				return err
			}
			g.printNotes(name, edit)
			if len(edit.Changes) == 0 {
				g.note("%s has what %s has: nothing to promote", args[1], args[0])
				return nil
			}
			if err := g.printChanges(args[1], edit); err != nil {
				return err
			}
			if dryRun {
				fmt.Fprintln(g.out)
				return g.printEdit(name, edit)
			}
			return g.writeSpec(name, edit)
		},
	}
	flags := cmd.Flags()
	flags.Var(list(&only), "only", "only these fields (`PATHS`); may be repeated")
	flags.BoolVar(&dryRun, "dry-run", false, "write nothing; print the change as a unified diff too")
	return cmd
}

// printChanges prints what becomes of an environment's own spec as a table.
func (g *globals) printChanges(env string, edit *specedit.Edit) error {
	w := tabwriter.NewWriter(g.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "FIELD OF %s\tNOW\tTHEN\n", env)
	for _, c := range edit.Changes {
		now := cmp.Or(c.Old, "(none)")
		if c.Inherited != "" && c.Old == "" {
			now = c.Inherited + " (inherited)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", c.Field, now, cmp.Or(c.New, "(removed)"))
	}
	if err := w.Flush(); err != nil {
		return failedf("standard output: %s", reason(err))
	}
	return nil
}
