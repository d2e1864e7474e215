package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/quorumwright/quorumwright/internal/git"
	"github.com/quorumwright/quorumwright/schema"
	"github.com/spf13/cobra"
)

const affectedDoc = `Print the environments that a change touches, for a CI matrix.

The change is from REV to the files on the disk: what this branch has changed
since it left REV, committed or not. An environment is touched if its spec says
something else than at REV, if a file of its overlay changed, or if a change of
the base changes what it deploys. An environment that is gone is told on standard
error, and not printed: there is nothing to build.

Exit code 0, also if none is touched; 2: REV or the spec is wrong.`

const affectedExample = `  quorumwright affected --since origin/main
  quorumwright affected --since origin/main --output json
  {"environments":["dev","prod"]}`

func newAffected(g *globals) *cobra.Command {
	var since, out, format string
	cmd := &cobra.Command{
		Use:     "affected --since REV",
		Short:   "Print the environments that a change touches",
		Long:    affectedDoc,
		Example: affectedExample,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "text" && format != "json" {
				return usagef("--output %s: use text or json", format)
			}
			names, err := g.affected(cmd.Context(), since, out)
			if err != nil {
				return gitError(err)
			}
			return g.printNames(names, format)
		},
	}
	cmd.Flags().StringVar(&since, "since", "", "the `REV` to compare with: a branch, a tag or a commit")
	cmd.Flags().StringVarP(&format, "output", "o", "text", "`FORMAT`: text, one name a line, or json")
	cmd.Flags().StringVar(&out, "tree", "deploy", "the `DIR` that generate writes to")
	if err := cmd.MarkFlagRequired("since"); err != nil {
		panic(err) // the flag is defined above
	}
	return cmd
}

func (g *globals) printNames(names []string, format string) error {
	if format == "text" {
		for _, name := range names {
			fmt.Fprintln(g.out, name)
		}
		return nil
	}
	if names == nil {
		names = []string{} // a matrix needs a list
	}
	return json.NewEncoder(g.out).Encode(struct {
		Environments []string `json:"environments"`
	}{names})
}

func (g *globals) affected(ctx context.Context, since, out string) ([]string, error) {
	r, err := g.openGit(ctx)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	d, err := g.load()
	if err != nil {
		return nil, err
	}
	then, err := commonCommit(ctx, r, since)
	if err != nil {
		return nil, err
	}
	if then.none {
		g.note("%s", then.warning(since))
	}
	files, err := r.Tree(ctx, then.commit)
	if err != nil {
		return nil, err
	}
	name, err := inRepository(r, filepath.Dir(d.Source), filepath.Base(d.Source))
	if err != nil {
		return nil, err
	}
	text, err := readBlob(files, name)
	if err != nil {
		return nil, err
	}
	old := oldSpec(d.Source, text)
	if old == nil {
		g.note("%s is not there, or not valid, at %s: all environments count as touched", d.Source, git.Clean(since))
		return environmentsOf(d), nil
	}
	dir, err := inRepository(r, out, "")
	if err != nil {
		return nil, err
	}
	before, err := fs.Sub(files, dir)
	if err != nil {
		return nil, err
	}
	names, err := touched(old, d, before, os.DirFS(out))
	for _, e := range environmentsOf(old) {
		if environmentOf(d, e) == nil {
			g.note("environment %s is gone since %s", e, git.Clean(since))
		}
	}
	return names, err
}

// A commonHistory is what the working tree and a revision have in common.
type commonHistory struct {
	tip    string // the commit of the revision
	commit string // the last one of both
	none   bool   // there is none: commit is tip
}

// warning says that there is no common commit.
func (c commonHistory) warning(since string) string {
	return fmt.Sprintf("%s and HEAD have no common commit here: compared with %[1]s itself, so that too much may count as touched", git.Clean(since))
}

// commonCommit finds the commit that the working tree and REV have in common.
func commonCommit(ctx context.Context, r *git.Repo, since string) (commonHistory, error) {
	rev, err := r.Resolve(ctx, since)
	c := commonHistory{tip: rev, commit: rev}
	if err != nil {
		return c, err
	}
	if rev == "" {
		hint := "git fetch brings what a remote has"
		if r.Shallow {
			hint = "this clone is shallow; git fetch origin BRANCH:refs/remotes/origin/BRANCH brings a branch"
		}
		return c, usagef("--since %q: this repository knows no such commit; %s", since, hint)
	}
	_, head, err := r.Head(ctx)
	if err != nil || head == "" {
		return c, err
	}
	base, err := r.MergeBase(ctx, rev, head)
	if err != nil {
		return c, err
	}
	if c.none = base == ""; !c.none {
		c.commit = base
	}
	return c, nil
}

// touched returns the environments that differ between two states.
func touched(old, next *schema.Deployment, before, after fs.FS) ([]string, error) {
	from, err := generatedFiles(before)
	if err != nil {
		return nil, err
	}
	to, err := generatedFiles(after)
	if err != nil {
		return nil, err
	}
	all := environmentsOf(next)
	var names, byBase []string
	for _, e := range next.Environments {
		was := environmentOf(old, e.Name)
		if was == nil || old.Name != next.Name || !reflect.DeepEqual(was.Spec, e.Spec) {
			names = append(names, e.Name)
		}
	}
	paths := maps.Clone(from)
	maps.Copy(paths, to)
	for name := range paths {
		one, two := from[name], to[name]
		if one != nil && two != nil && bytes.Equal(one.Data, two.Data) {
			continue
		}
		if strings.HasPrefix(name, "base/") {
			byBase = append(byBase, environmentOfFile(name, all)...)
			continue
		}
		names = append(names, environmentOfFile(name, all)...)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	slices.Sort(byBase)
	byBase = slices.DeleteFunc(slices.Compact(byBase), func(e string) bool { return slices.Contains(names, e) })
	changed, err := deployOther(from, to, byBase)
	if err != nil {
		return nil, err
	}
	names = append(names, changed...)
	slices.Sort(names)
	return names, nil
}

// deployOther returns those of the environments that deploy something else.
func deployOther(from, to fs.FS, names []string) ([]string, error) {
	before, err := outcomes(from, names)
	if err != nil {
		return nil, err
	}
	after, err := outcomes(to, names)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(names, func(e string) bool { return before[e].same(after[e]) }), nil
}

// generatedFiles reads the output folder into memory, with LF at the ends of
// lines, whatever a checkout made of that.
func generatedFiles(tree fs.FS) (fstest.MapFS, error) {
	files := fstest.MapFS{}
	err := fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == "." {
			return fs.SkipAll
		}
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if info.Size() > maxGenerated {
			return failedf("%s is larger than %d MiB: quorumwright wrote no such file", name, maxGenerated>>20)
		}
		data, err := fs.ReadFile(tree, name)
		files[name] = &fstest.MapFile{Data: unixLines(data), Mode: 0o644}
		return err
	})
	if err != nil {
		var exit *exitError
		if errors.As(err, &exit) {
			return nil, err
		}
		return nil, failedf("the generated tree cannot be read: %s", reason(err))
	}
	return files, nil
}

const maxGenerated = 16 << 20
