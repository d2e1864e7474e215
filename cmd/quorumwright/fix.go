package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/internal/regular"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/report"
)

// fixFlags say what becomes of the fixes that findings carry.
type fixFlags struct{ apply, unsafe, diff bool }

// maxFixRounds bounds how often a repository is judged again after fixes: one
// fix may lay another open.
const maxFixRounds = 3

// check refuses flags that say nothing together.
func (f fixFlags) check(paths []string) error {
	switch {
	case f.unsafe && !f.apply && !f.diff:
		return usagef("--unsafe-fixes: say --fix or --diff as well")
	case f.apply && slices.Contains(paths, "-"):
		return usagef("--fix: standard input cannot be written; --diff prints the fixes")
	}
	return nil
}

// fixDiff prints what --fix would change, with secrets masked.
func (g *globals) fixDiff(r *repo.Repo, findings []*lint.Finding, f fixFlags) error {
	g.noteGenerated(r, findings, f)
	files := lint.Fixes(r, findings, f.unsafe)
	for _, file := range files {
		c := generate.Change{Path: report.FileName(file.Name), Kind: generate.Stale, Have: file.ShownOld, Want: file.ShownNew, Masked: true}
		fmt.Fprint(g.out, c.Unified())
	}
	if len(files) > 0 {
		return errFindings
	}
	return nil
}

// noteGenerated tells which files have findings that a fix would mend, but are
// made by a program.
func (g *globals) noteGenerated(r *repo.Repo, findings []*lint.Finding, f fixFlags) {
	var told []string
	for _, finding := range findings {
		for _, x := range finding.Fixes {
			for _, e := range x.Edits {
				text, ok := r.Bytes(e.File)
				if !ok || finding.Suppressed != "" || !x.Safe && !f.unsafe || !lint.IsGenerated(text) || slices.Contains(told, e.File) {
					continue
				}
				told = append(told, e.File)
				g.note("%s: generated, left as it is: change what it is made from", report.FileName(e.File))
			}
		}
	}
}

// fix writes the fixes and judges again, until there are none or they stop to
// help. It returns what is left.
func (g *globals) fix(r *repo.Repo, findings []*lint.Finding, f fixFlags, look func() (*repo.Repo, []*lint.Finding, error)) (*repo.Repo, []*lint.Finding, error) {
	g.noteGenerated(r, findings, f)
	for range maxFixRounds {
		files := lint.Fixes(r, findings, f.unsafe)
		if len(files) == 0 {
			break
		}
		for _, file := range files {
			if err := rewrite(file); err != nil {
				return nil, nil, err
			}
			for _, title := range file.Fixed {
				g.note("%s: %s", report.FileName(file.Name), title)
			}
		}
		before := len(findings)
		var err error
		if r, findings, err = look(); err != nil {
			return nil, nil, err
		}
		if len(findings) >= before {
			break
		}
	}
	return r, findings, nil
}

// rewrite replaces a file that is still what was judged, keeping its mode.
func rewrite(file lint.FixedFile) error {
	info, err := os.Lstat(file.Name)
	if err != nil {
		return failedf("%s: %s", report.FileName(file.Name), reason(err))
	}
	if !info.Mode().IsRegular() {
		return failedf("%s: not a regular file, left as it is", report.FileName(file.Name))
	}
	now, err := regular.ReadFile(file.Name, info.Size())
	if err != nil {
		return failedf("%s: %s", report.FileName(file.Name), reason(err))
	}
	if !bytes.Equal(now, file.Old) {
		return failedf("%s: changed meanwhile, left as it is; run again", report.FileName(file.Name))
	}
	if err := replaceFile(file.Name, file.New, info.Mode().Perm()); err != nil {
		return failedf("%s: %s", report.FileName(file.Name), reason(err))
	}
	return nil
}

// replaceFile writes a file as a whole or not at all: who reads it meanwhile, and
// who looks after the disk was full, sees the old one.
func replaceFile(name string, data []byte, mode fs.FileMode) error {
	return writeBeside(name, data, mode, func(beside string) error { return os.Rename(beside, name) })
}

// writeBeside writes a file in the folder of another one, has it put in its place,
// and leaves nothing behind.
func writeBeside(name string, data []byte, mode fs.FileMode, put func(beside string) error) error {
	temp, err := os.CreateTemp(filepath.Dir(name), ".quorumwright-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Chmod(mode)
	}
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = put(temp.Name())
	}
	return err
}
