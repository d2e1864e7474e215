package main

import (
	"context"
	"path"
	"path/filepath"
	"slices"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/schema"
	"github.com/spf13/cobra"
)

const diffDoc = `Say how two environments differ, or what changed since a revision of git: first
in words, with the containers that start anew, then as a unified diff.

Between two environments the diff is that of what a cluster gets: the manifests
as kustomize renders them, object by object, and the Helm values. The restarts
are those of the first one, if it became like the second.

Against a revision the spec there is compared with the spec on the disk, and the
diff is that of the generated files. Both trees are made by this program, so what
differs is what the spec changes; nothing is checked out or written.

Exit code 0: no difference; 1: they differ; 2: wrong usage, spec or revision; 3:
git could not do it.`

const diffExample = `  quorumwright diff staging prod
  quorumwright diff --against HEAD                 # what is not committed yet
  quorumwright diff --against origin/main -e prod --summary
  quorumwright diff --against v1.4.0 --output json`

// diffFlags are what diff is told.
type diffFlags struct {
	against      string
	environments []string
	summary      bool
	format       string
}

func newDiff(g *globals) *cobra.Command {
	var f diffFlags
	cmd := &cobra.Command{
		Use:     "diff (ENV ENV | --against REF)",
		Short:   "Say how two environments differ, or what changed since a revision",
		Long:    diffDoc,
		Example: diffExample,
		Args:    cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.format != "text" && f.format != "json" {
				return usagef("--output %s: use text or json", f.format)
			}
			d, err := g.difference(cmd.Context(), f, args)
			if err != nil {
				return err
			}
			return g.printDifference(d, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.against, "against", "", "compare with the spec at `REF`: a branch, a tag or a commit")
	flags.VarP(many(&f.environments), "environment", "e", "with --against: only this `ENV`; may be repeated")
	flags.BoolVar(&f.summary, "summary", false, "print the words, not the unified diff")
	flags.StringVarP(&f.format, "output", "o", "text", "`FORMAT`: text or json")
	return cmd
}

func (g *globals) difference(ctx context.Context, f diffFlags, args []string) (*difference, error) {
	switch {
	case f.against == "" && len(args) != 2:
		return nil, usagef("name two environments, or a revision of git with --against REF")
	case f.against != "" && len(args) > 0:
		return nil, usagef("--against compares a revision with the files on the disk; -e ENV chooses environments")
	case f.against == "" && len(f.environments) > 0:
		return nil, usagef("-e goes with --against; name the two environments to compare without it")
	}
	d, err := g.load()
	if err != nil {
		return nil, err
	}
	if f.against != "" {
		return g.since(ctx, d, f)
	}
	return between(d, args[0], args[1])
}

// between compares two environments of a spec.
func between(d *schema.Deployment, from, to string) (*difference, error) {
	if from == to {
		if err := knowsEnvironments(d, []string{from}); err != nil {
			return nil, err
		}
		return &difference{From: from, To: to}, nil
	}
	tree, err := generateTree(d, []string{from, to})
	if err != nil {
		return nil, err
	}
	files, err := buildable(d, tree)
	if err != nil {
		return nil, err
	}
	runs, err := outcomes(files, []string{from, to})
	if err != nil {
		return nil, &exitError{exitFailed, err}
	}
	a, b := environmentOf(d, from), environmentOf(d, to)
	e := environmentDifference{Environment: to, Status: statusChanged}
	if e.Changes, err = fieldChanges(a.Spec, b.Spec); err != nil {
		return nil, err
	}
	e.effects(&a.Spec, &b.Spec, runs[from], runs[to])
	diff := &difference{From: from, To: to}
	if len(e.Changes) > 0 {
		diff.Environments = append(diff.Environments, e)
	}
	diff.Files, err = renderedFiles(files, from, to)
	return diff, err
}

// since compares the spec at a revision with that on the disk.
func (g *globals) since(ctx context.Context, next *schema.Deployment, f diffFlags) (*difference, error) {
	old, err := g.specAt(ctx, f.against, next.Source)
	if err != nil {
		return nil, err
	}
	for _, name := range f.environments {
		if environmentOf(old, name) == nil && environmentOf(next, name) == nil {
			return nil, knowsEnvironments(next, []string{name})
		}
	}
	chosen := func(name string) bool { return len(f.environments) == 0 || slices.Contains(f.environments, name) }
	before, err := treeOf(old)
	if err != nil {
		return nil, err
	}
	after, err := treeOf(next)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, name := range environmentsOf(old, next) {
		if chosen(name) {
			names = append(names, name)
		}
	}
	was, err := outcomesOf(old, before, names)
	if err != nil {
		return nil, err
	}
	is, err := outcomesOf(next, after, names)
	if err != nil {
		return nil, err
	}
	d := &difference{Against: f.against}
	for _, name := range names {
		from, to := environmentOf(old, name), environmentOf(next, name)
		e := environmentDifference{Environment: name, Status: statusChanged}
		switch {
		case from == nil:
			e.Status = statusAdded
		case to == nil:
			e.Status = statusRemoved
		default:
			if e.Changes, err = fieldChanges(from.Spec, to.Spec); err != nil {
				return nil, err
			}
			if len(e.Changes) == 0 && was[name].same(is[name]) {
				continue
			}
			e.effects(&from.Spec, &to.Spec, was[name], is[name])
		}
		d.Environments = append(d.Environments, e)
	}
	d.Files = treeFiles(before, after, names)
	return d, nil
}

// specAt reads the spec at a revision; nil if there was none.
func (g *globals) specAt(ctx context.Context, rev, name string) (*schema.Deployment, error) {
	r, err := g.openGit(ctx)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	commit, err := r.Resolve(ctx, rev)
	if err != nil {
		return nil, gitError(err)
	}
	if commit == "" {
		return nil, usagef("--against %s: git knows no such revision%s", rev, shallowHint(r.Shallow))
	}
	files, err := r.Tree(ctx, commit)
	if err != nil {
		return nil, gitError(err)
	}
	where, err := inRepository(r, filepath.Dir(name), filepath.Base(name))
	if err != nil {
		return nil, err
	}
	data, err := readBlob(files, where)
	if err != nil {
		return nil, gitError(err)
	}
	if data == nil {
		g.note("%s: there was no spec at %s", name, rev)
		return nil, nil
	}
	d, err := parseSpec(rev+":"+filepath.ToSlash(name), data)
	if err != nil {
		return nil, err
	}
	d.Source = name // the files name it
	return d, nil
}

func shallowHint(shallow bool) string {
	if shallow {
		return ": this clone is shallow, git fetch --unshallow or fetch-depth: 0 brings the rest"
	}
	return ""
}

func treeOf(d *schema.Deployment) (*generate.Tree, error) {
	if d == nil {
		return new(generate.Tree), nil
	}
	return generateTree(d, nil)
}

// outcomesOf renders environments of the tree of a deployment.
func outcomesOf(d *schema.Deployment, tree *generate.Tree, names []string) (map[string]outcome, error) {
	files, err := buildable(d, tree)
	if err != nil {
		return nil, err
	}
	found, err := outcomes(files, names)
	if err != nil {
		return nil, &exitError{exitFailed, err}
	}
	return found, nil
}

// treeFiles compares the files of the base and of some environments.
func treeFiles(before, after *generate.Tree, names []string) []fileDifference {
	var paths []string
	for _, t := range []*generate.Tree{before, after} {
		for _, f := range t.Files() {
			paths = append(paths, f.Path)
		}
	}
	slices.Sort(paths)
	var all []fileDifference
	for _, p := range slices.Compact(paths) {
		if path.Base(p) == generate.OwnershipFile || !concerns(p, names) {
			continue // checksums of the others
		}
		have, was := before.File(p)
		want, is := after.File(p)
		if was == is && string(have) == string(want) {
			continue
		}
		c := generate.Change{Path: p, Kind: generate.Stale, Have: have, Want: want}
		all = append(all, fileDifference{Path: p, Change: status(was, is), Diff: c.Unified()})
	}
	return all
}

// concerns tells whether a file belongs to one of the environments, or to all.
func concerns(file string, names []string) bool {
	for _, part := range []string{"overlays", "argocd", "flux"} {
		if ok, _ := path.Match(part+"/*", file); ok {
			return slices.Contains(names, path.Base(file[:len(file)-len(path.Ext(file))]))
		}
		for dir := file; dir != "."; dir = path.Dir(dir) {
			if path.Dir(dir) == part {
				return slices.Contains(names, path.Base(dir))
			}
		}
	}
	return true
}

func status(was, is bool) string {
	switch {
	case !was:
		return statusAdded
	case !is:
		return statusRemoved
	}
	return statusChanged
}
