package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/internal/git"
	"github.com/quorumwright/quorumwright/internal/regular"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/schema"
)

// A plan is a commit that is not written yet.
type plan struct {
	changes []git.Change
	shown   []generate.Change // the same, to be shown
	files   *git.FS           // the tree of the commit
	message commitMessage
}

// plan generates on the base and judges what comes out.
func (c *committer) plan(ctx context.Context) (*plan, error) {
	base, err := c.repo.Tree(ctx, c.target.base)
	if err != nil {
		return nil, err
	}
	text, merged, err := c.specOn(ctx, base)
	if err != nil {
		return nil, err
	}
	d, err := parseSpec(c.spec.name, text)
	if err != nil {
		return nil, err
	}
	tree, err := generateTree(d, c.flags.environments)
	if err != nil {
		return nil, err
	}
	dir, err := inRepository(c.repo, c.flags.out, "")
	if err != nil {
		return nil, err
	}
	before, err := fs.Sub(base, dir)
	if err != nil {
		return nil, err
	}
	changes, err := tree.Diff(before)
	if err != nil {
		return nil, &exitError{exitFailed, err}
	}
	if err := c.refuse(changes); err != nil {
		return nil, err
	}
	p := &plan{}
	old, err := readBlob(base, c.spec.path)
	if err != nil {
		return nil, err
	}
	if c.spec.tracked && !bytes.Equal(old, text) {
		p.add(c.spec.path, old, text)
	}
	for _, change := range changes {
		p.add(path.Join(dir, change.Path), change.Have, change.Want)
	}
	if err := c.addEncrypted(p, d, dir, before); err != nil {
		return nil, err
	}
	for _, change := range p.changes {
		if why := base.Obstacle(change.Path); why != "" {
			return nil, usagef("%s cannot be written: %s", change.Path, why)
		}
	}
	p.files = base.With(p.changes)
	if len(p.changes) == 0 {
		return p, nil
	}
	after, err := fs.Sub(p.files, dir)
	if err != nil {
		return nil, err
	}
	if p.message, err = c.describe(oldSpec(c.spec.name, old), d, before, after, changes); err != nil {
		return nil, err
	}
	p.message.input = text
	if merged {
		p.message.merged = c.spec.path
	}
	encrypted, err := encryptedProblems(generate.EncryptedFiles(d, c.flags.environments...), after, c.flags.out)
	if err != nil {
		return nil, err
	}
	return p, c.lint(p.files, dir, encrypted)
}

// addEncrypted puts in the encrypted Secrets that the tree refers to, as they lie
// on the disk: only a person can write them, and without them the commit would
// not build. Whether they are encrypted is judged with the rest.
func (c *committer) addEncrypted(p *plan, d *schema.Deployment, dir string, before fs.FS) error {
	for _, f := range generate.EncryptedFiles(d, c.flags.environments...) {
		name := filepath.Join(c.flags.out, filepath.FromSlash(f.Path))
		info, err := os.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
			continue
		}
		if err == nil && info.Size() > maxGenerated {
			return failedf("%s is larger than %d MiB", filepath.ToSlash(name), maxGenerated>>20)
		}
		var data []byte
		if err == nil {
			data, err = regular.ReadFile(name, maxGenerated)
		}
		if err != nil {
			return failedf("%s: %s", filepath.ToSlash(name), reason(err))
		}
		have, err := fs.ReadFile(before, f.Path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return failedf("%s: %s", filepath.ToSlash(name), reason(err))
		}
		if data = unixLines(data); !bytes.Equal(have, data) {
			p.add(path.Join(dir, f.Path), have, data)
		}
	}
	return nil
}

// add notes a file of the commit.
func (p *plan) add(name string, have, want []byte) {
	p.changes = append(p.changes, git.Change{Path: name, Data: want})
	kind := generate.Stale
	switch {
	case want == nil:
		kind = generate.Orphaned
	case have == nil:
		kind = generate.Missing
	}
	p.shown = append(p.shown, generate.Change{Path: name, Kind: kind, Have: have, Want: want})
}

// refuse ends the run if a committed file was changed by hand, as generate does.
func (c *committer) refuse(changes []generate.Change) error {
	var lines []string
	for _, change := range changes {
		hand := change.Kind == generate.Edited || change.Kind == generate.Foreign
		if hand && (!c.flags.force || change.Kind == generate.Foreign && change.Have == nil) {
			change.Path = path.Join(c.flags.out, change.Path)
			lines = append(lines, git.Clean(change.String()))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return &exitError{exitFindings, placedError(strings.Join(lines, "\n") +
		fmt.Sprintf("\nquorumwright: nothing was committed: make these changes in %s, or overwrite them with --force", c.spec.name))}
}

// lint judges the generated tree as it would be committed, with the problems
// that are known already. It tells only what ends the run.
func (c *committer) lint(files *git.FS, dir string, problems []repo.Problem) error {
	var report bytes.Buffer
	g := *c.globals
	g.out = &report
	root, err := fs.Stat(files, dir)
	if err != nil || !root.IsDir() {
		return nil // every generated file is removed
	}
	name, err := filepath.Rel(filepath.FromSlash(c.repo.Prefix), filepath.FromSlash(dir))
	if err != nil {
		return err
	}
	err = g.judge(lintFlags{outputs: []string{"text"}}, files, repo.Options{Dir: c.repo.Prefix, Paths: []string{filepath.ToSlash(name)}}, problems)
	if err != nil {
		_, _ = c.err.Write(report.Bytes()) // the exit code says it too
		c.note("nothing was committed")
	}
	return err
}

// oldSpec reads the spec that the commit replaces; nil if there is none, or one
// that this version cannot read.
func oldSpec(name string, text []byte) *schema.Deployment {
	if text == nil {
		return nil
	}
	d, err := schema.Parse(name, text)
	if err != nil {
		return nil
	}
	return d
}

// describe says what a commit does, for its message.
func (c *committer) describe(old, next *schema.Deployment, before, after fs.FS, changes []generate.Change) (commitMessage, error) {
	chosen := c.flags.environments
	if len(chosen) == 0 {
		chosen = environmentsOf(old, next)
	}
	list, err := effects(old, next, before, after, chosen, touchedBy(changes, environmentsOf(old, next)))
	if err != nil {
		return commitMessage{}, &exitError{exitFailed, err}
	}
	var told []effect
	var left []string
	for _, e := range list {
		// What is not generated changes through the base only.
		if !slices.Contains(chosen, e.environment) {
			left = append(left, e.environment)
		} else {
			told = append(told, e)
		}
	}
	if len(left) > 0 {
		c.note("the base changes too, and %s with it: commit without -e to generate all", strings.Join(left, ", "))
	}
	m := commitMessage{subject: subject(told), lines: effectLines(told), environments: chosen}
	if len(left) > 0 {
		m.lines = append(m.lines, "the base changes too, for "+strings.Join(left, ", "))
	}
	if waiting := leftOut(old, next, chosen); len(waiting) > 0 {
		names := strings.Join(waiting, ", ")
		c.note("the spec changes %s too, which -e leaves out: check calls that stale until it is committed; commit without -e to generate all", names)
		m.lines = append(m.lines, "not generated yet: "+names)
	}
	if c.flags.message != "" {
		m.subject = strings.Join(strings.Fields(c.flags.message), " ")
	}
	if c.flags.signoff {
		m.signoff = c.ident
	}
	if len(told) > 0 {
		m.environments = nil
		for _, e := range told {
			m.environments = append(m.environments, e.environment)
		}
	}
	return m, nil
}

// leftOut returns the environments that the spec changes, and that are not among
// the chosen ones.
func leftOut(old, next *schema.Deployment, chosen []string) []string {
	var names []string
	for _, e := range next.Environments {
		if was := environmentOf(old, e.Name); !slices.Contains(chosen, e.Name) && (was == nil || !reflect.DeepEqual(was.Spec, e.Spec)) {
			names = append(names, e.Name)
		}
	}
	slices.Sort(names)
	return names
}

// touchedBy returns the environments that changed files belong to.
func touchedBy(changes []generate.Change, all []string) []string {
	var names []string
	for _, change := range changes {
		names = append(names, environmentOfFile(change.Path, all)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// environmentOfFile returns the environments that a file of the generated tree
// belongs to: the one that it is called after or that its folder is called
// after, else all. Ownership files belong to none: nothing of them is deployed.
func environmentOfFile(name string, all []string) []string {
	if path.Base(name) == generate.OwnershipFile {
		return nil
	}
	first, rest, _ := strings.Cut(name, "/")
	if first == "base" {
		return all
	}
	for part := range strings.SplitSeq(rest, "/") {
		stem := strings.TrimSuffix(part, path.Ext(part))
		for _, env := range all {
			if env == part || env == stem {
				return []string{env}
			}
		}
	}
	return all
}
