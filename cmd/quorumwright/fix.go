package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// fixFlags say what becomes of the fixes that findings carry.
type fixFlags struct{ apply, unsafe, diff bool }

// maxFixRounds bounds how often a repository is judged again after fixes: one
// fix may lay another open.
const maxFixRounds = 3

// fixDiff prints what --fix would change.
func (g *globals) fixDiff(r *repo.Repo, findings []*lint.Finding, f fixFlags) error {
	files := lint.Fixes(r, findings, f.unsafe)
	for _, file := range files {
		c := generate.Change{Path: file.Name, Kind: generate.Stale, Have: file.Old, Want: file.New}
		fmt.Fprint(g.out, c.Unified())
	}
	if len(files) > 0 {
		return errFindings
	}
	return nil
}

// fix writes the fixes and judges again, until there are none or they stop to
// help. It returns what is left.
func (g *globals) fix(r *repo.Repo, findings []*lint.Finding, f fixFlags, look func() (*repo.Repo, []*lint.Finding, error)) (*repo.Repo, []*lint.Finding, error) {
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
				g.note("%s: %s", file.Name, title)
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
		return failedf("%s: %s", file.Name, reason(err))
	}
	if !info.Mode().IsRegular() {
		return failedf("%s: not a regular file, left as it is", file.Name)
	}
	now, err := os.ReadFile(file.Name)
	if err != nil {
		return failedf("%s: %s", file.Name, reason(err))
	}
	if !bytes.Equal(now, file.Old) {
		return failedf("%s: changed meanwhile, left as it is; run again", file.Name)
	}
	temp, err := os.CreateTemp(filepath.Dir(file.Name), ".quorumwright-*")
	if err != nil {
		return failedf("%s: %s", file.Name, reason(err))
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(file.New)
	if err == nil {
		err = temp.Chmod(info.Mode().Perm())
	}
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temp.Name(), file.Name)
	}
	if err != nil {
		return failedf("%s: %s", file.Name, reason(err))
	}
	return nil
}
