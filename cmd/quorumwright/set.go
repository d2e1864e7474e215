package main

import (
	"errors"
	"fmt"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/internal/regular"
	"github.com/quorumwright/quorumwright/internal/specedit"
	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/schema"
	"github.com/spf13/cobra"
)

const setDoc = `Set fields of the spec, in one environment or for all.

PATH is a field as explain names it, VALUE is a word, a number, or a list or a
mapping in YAML. With -e the field is set in what the environment lays over the
base; --base sets it for every environment that does not say otherwise.

Only the value is replaced, or one field is added: comments, order, quotes, line
ends and the markers of bots stay as they are. The whole spec is checked before
anything is written. Run generate afterwards.`

const setExample = `  quorumwright set redis.nodes=5 sentinel.quorum=3 -e prod
  quorumwright set redis.config.maxmemory=512mb --base
  quorumwright set 'gateway.plugins=["https://plugins.example.com/a-1.0.0.zip"]' -e dev
  quorumwright set image redis=7.2.5 -e prod --dry-run`

// editFlags are those of the commands that edit the spec.
type editFlags struct {
	env    string
	base   bool
	dryRun bool
}

func (f *editFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&f.env, "environment", "e", "", "the `ENV` to set it in")
	flags.BoolVar(&f.base, "base", false, "set it for all environments that do not say otherwise")
	flags.BoolVar(&f.dryRun, "dry-run", false, "write nothing; print the change as a unified diff")
	cmd.PreRunE = func(*cobra.Command, []string) error {
		switch {
		case f.env == "" && !f.base:
			return usagef("say where: -e ENV, or --base for all environments that do not say otherwise")
		case f.env != "" && f.base:
			return usagef("-e and --base exclude each other: set the base first, then the environment")
		}
		return nil
	}
}

func newSet(g *globals) *cobra.Command {
	var f editFlags
	cmd := &cobra.Command{
		Use:     "set PATH=VALUE… (-e ENV | --base)",
		Short:   "Set fields of the spec and keep the rest of the file byte for byte",
		Long:    setDoc,
		Example: setExample,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return g.edit(f.dryRun, func(s *specedit.Spec) error { return s.Set(f.env, args...) })
		},
	}
	f.add(cmd)
	cmd.AddCommand(newSetImage(g))
	return cmd
}

const setImageDoc = `Set the image of a component, in one environment or for all.

NAME is redis, gateway or metrics, or the name of the image that is there. A tag
alone keeps the repository. A digest that pinned the image before is removed,
since it would win over the new tag; write REPOSITORY:TAG@sha256:… to pin the
new one.`

const setImageExample = `  quorumwright set image redis=7.2.5 -e prod
  quorumwright set image redis=valkey/valkey:8.0.1 gateway=4.9.32 -e dev
  quorumwright set image redis=redis:7.2.5@sha256:… -e prod`

func newSetImage(g *globals) *cobra.Command {
	var f editFlags
	cmd := &cobra.Command{
		Use:     "image NAME=TAG… (-e ENV | --base)",
		Short:   "Set the image of a component",
		Long:    setImageDoc,
		Example: setImageExample,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return g.edit(f.dryRun, func(s *specedit.Spec) error { return s.SetImage(f.env, args...) })
		},
	}
	f.add(cmd)
	return cmd
}

// edit changes the spec, tells what changed and writes it.
func (g *globals) edit(dryRun bool, change func(*specedit.Spec) error) error {
	edit, name, err := g.edited(change)
	if err != nil {
		return err
	}
	if dryRun {
		g.printNotes(name, edit)
		return g.printEdit(name, edit)
	}
	for _, c := range edit.Changes {
		g.note("%s: %s", name, changed(c))
	}
	g.printNotes(name, edit)
	return g.writeSpec(name, edit)
}

// edited returns what the spec becomes, checked.
func (g *globals) edited(change func(*specedit.Spec) error) (*specedit.Edit, string, error) {
	name, err := g.specFile()
	if err != nil {
		return nil, "", err
	}
	data, err := regular.ReadFile(name, maxSpec)
	if err != nil {
		return nil, "", failedf("%s: %s", name, reason(err))
	}
	s, err := specedit.Open(name, data)
	if err != nil {
		return nil, "", editError(err)
	}
	if err := change(s); err != nil {
		return nil, "", editError(err)
	}
	edit, err := s.Finish()
	if err != nil {
		err = editError(err)
		if _, before := schema.Parse(name, data); before == nil {
			// The places are those of the file as it would be.
			g.note("%s would break the spec, and is left as it is:", name)
		}
		return nil, "", err
	}
	return edit, name, nil
}

// editError words why the spec cannot be changed.
func editError(err error) error {
	var errs schema.Errors
	if errors.As(err, &errs) {
		return &exitError{exitUsage, placedError(specErrors(errs))}
	}
	var at *yamledit.Error
	if errors.As(err, &at) {
		text := at.Error() + "\n"
		if at.Help != "" {
			text += "  help: " + at.Help + "\n"
		}
		return &exitError{exitUsage, placedError(text)}
	}
	return usagef("%s", err)
}

func changed(c specedit.Change) string {
	switch {
	case c.Old == "":
		return fmt.Sprintf("%s: %s", c.Path, c.New)
	case c.New == "":
		return fmt.Sprintf("%s: removed", c.Path)
	}
	return fmt.Sprintf("%s: %s → %s", c.Path, c.Old, c.New)
}

func (g *globals) printNotes(name string, edit *specedit.Edit) {
	for _, n := range edit.Notes {
		g.note("%s: %s", name, n)
	}
}

func (g *globals) printEdit(name string, edit *specedit.Edit) error {
	if string(edit.Before) == string(edit.After) {
		return nil
	}
	c := generate.Change{Path: name, Kind: generate.Stale, Have: edit.Before, Want: edit.After}
	if _, err := fmt.Fprint(g.out, unified(c)); err != nil {
		return failedf("standard output: %s", reason(err))
	}
	return nil
}

// writeSpec replaces the spec in one step.
func (g *globals) writeSpec(name string, edit *specedit.Edit) error {
	if string(edit.Before) == string(edit.After) {
		return nil
	}
	return rewrite(lint.FixedFile{Name: name, Old: edit.Before, New: edit.After})
}
