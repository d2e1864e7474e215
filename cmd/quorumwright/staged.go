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
	"slices"
	"strings"
	"testing/fstest"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/internal/git"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/schema"
)

// checkStaged judges what the next commit will hold.
func (g *globals) checkStaged(ctx context.Context, f lintFlags, out string) error {
	r, err := g.openGit(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	index, err := r.Index(ctx)
	if err != nil {
		return gitError(err)
	}
	problems, err := g.stagedDrift(ctx, r, index, out)
	if err != nil {
		return err
	}
	var files fs.FS = index
	opts := repo.Options{Dir: r.Prefix}
	if _, err := fs.Stat(index, r.Prefix); errors.Is(err, fs.ErrNotExist) {
		files, opts.Dir = fstest.MapFS{}, "" // nothing of this folder is staged
	}
	return g.judge(f, files, opts, problems)
}

// stagedDrift tells how the staged tree differs from the staged spec.
func (g *globals) stagedDrift(ctx context.Context, r *git.Repo, index *git.FS, out string) ([]repo.Problem, error) {
	dir, err := inRepository(r, out, "")
	if err != nil {
		return nil, err
	}
	name, data, err := g.stagedSpec(r, index)
	if err != nil {
		return nil, err
	}
	if data == nil {
		return g.specNotAdded(index, dir, out), nil
	}
	if err := g.superviseSpec(name, int64(len(data))); err != nil {
		return nil, err
	}
	d, err := parseSpec(name, data)
	if err != nil {
		return nil, err
	}
	tree, err := generateTree(d, nil)
	if err != nil {
		return nil, err
	}
	have, err := fs.Sub(index, dir)
	if err != nil {
		return nil, &exitError{exitFailed, err}
	}
	changes, err := tree.Diff(have)
	if err != nil {
		return nil, &exitError{exitFailed, err}
	}
	s := stagedWords{driftWords: driftWords{out: out, spec: name}, disk: os.DirFS(out)}
	if err := s.findIgnored(ctx, r, dir, changes); err != nil {
		return nil, err
	}
	problems := s.problems(changes, s.notAdded)
	for _, file := range withCRLF(tree, have, changes) {
		problems = append(problems, s.lineEnds(file))
	}
	encrypted, err := encryptedProblems(generate.EncryptedFiles(d), have, out)
	s.encryptedNotAdded(d, encrypted)
	return append(problems, encrypted...), err
}

// stagedSpec reads the spec from the index: its name as the person would call it
// and its text, nil if there is none.
func (g *globals) stagedSpec(r *git.Repo, index *git.FS) (string, []byte, error) {
	names := specNames
	if g.spec != "" {
		names = []string{g.spec}
	}
	for _, name := range names {
		at, err := inRepository(r, filepath.Dir(name), filepath.Base(name))
		if err != nil {
			return "", nil, err
		}
		data, err := fs.ReadFile(index, at)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", nil, failedf("%s: %s", name, reason(err))
		}
		return name, data, nil
	}
	return "", nil, nil
}

// specNotAdded tells a spec that is on the disk only, if what was generated from
// it is staged.
func (g *globals) specNotAdded(index *git.FS, dir, out string) []repo.Problem {
	name, err := g.specFile()
	if err != nil {
		return nil
	}
	if _, err := os.Stat(name); err != nil {
		return nil
	}
	generated := slices.ContainsFunc(index.Paths(), func(p string) bool {
		return path.Base(p) == generate.OwnershipFile && strings.HasPrefix(p, dir+"/")
	})
	if !generated {
		return nil
	}
	p := driftProblem(filepath.ToSlash(name))
	p.Message = fmt.Sprintf("%s is not added: %s was generated from it", name, path.Clean(filepath.ToSlash(out)))
	p.Help = "run git add " + name
	return []repo.Problem{p}
}

// stagedWords say how staged files differ from what the staged spec asks for,
// and whether git add is all that is missing.
type stagedWords struct {
	driftWords
	disk    fs.FS    // the output folder
	ignored []string // files that git add refuses
}

// findIgnored asks git which of the files that are not in the index it ignores.
func (s *stagedWords) findIgnored(ctx context.Context, r *git.Repo, dir string, changes []generate.Change) error {
	var files, paths []string
	for _, c := range changes {
		if c.Kind == generate.Missing {
			files, paths = append(files, c.Path), append(paths, path.Join(dir, c.Path))
		}
	}
	if len(paths) == 0 {
		return nil
	}
	ignored, err := r.Ignored(ctx, paths)
	if err != nil {
		return gitError(err)
	}
	for i, p := range paths {
		if slices.Contains(ignored, p) {
			s.ignored = append(s.ignored, files[i])
		}
	}
	return nil
}

// notAdded rewords a change that is right on the disk already.
func (s *stagedWords) notAdded(c generate.Change, p *repo.Problem) {
	name := s.name(c.Path)
	data, err := fs.ReadFile(s.disk, c.Path)
	if c.Want == nil {
		if errors.Is(err, fs.ErrNotExist) {
			p.Message = fmt.Sprintf("%s is orphaned, and deleted on the disk, but the deletion is not added", name)
			p.Help = "run git add " + name
		}
		return
	}
	if err != nil || !bytes.Equal(unixLines(data), c.Want) {
		return
	}
	p.Span.File = name
	p.Help = "run git add " + name
	switch c.Kind {
	case generate.Missing:
		p.Message = fmt.Sprintf("%s is generated and right on the disk, but not added", name)
		if slices.Contains(s.ignored, c.Path) {
			p.Message += ": git ignores it"
			p.Help = fmt.Sprintf("take it out of .gitignore, then run git add %s", name)
		}
	default:
		p.Message = fmt.Sprintf("%s is generated and right on the disk, but what is staged is %s", name, stagedState(c.Kind))
	}
}

// encryptedNotAdded rewords encrypted Secrets that are on the disk, but not
// staged.
func (s *stagedWords) encryptedNotAdded(d *schema.Deployment, problems []repo.Problem) {
	for _, f := range generate.EncryptedFiles(d) {
		name := s.name(f.Path)
		if _, err := fs.Stat(s.disk, f.Path); err != nil {
			continue
		}
		for i, p := range problems {
			if strings.HasPrefix(p.Message, name+" is missing: ") {
				problems[i].Message = fmt.Sprintf("%s is on the disk, but not added", name)
				problems[i].Help = "run git add " + name
			}
		}
	}
}

func stagedState(k generate.Kind) string {
	if k == generate.Edited {
		return "a version that was changed by hand"
	}
	return "an older version"
}
