package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// driftWords say how files differ from what the spec asks for.
type driftWords struct {
	out, spec string // the output folder and the spec, as the person names them
}

// problems words each change. reword, if any, may say it better.
func (w driftWords) problems(changes []generate.Change, reword func(generate.Change, *repo.Problem)) []repo.Problem {
	changed := map[string]bool{} // folders with a change besides their ownership file
	for _, c := range changes {
		if path.Base(c.Path) != generate.OwnershipFile {
			changed[ownerFolder(c.Path)] = true
		}
	}
	var problems []repo.Problem
	for _, c := range changes {
		// The ownership file of a folder differs whenever another file does.
		if path.Base(c.Path) == generate.OwnershipFile && changed[path.Dir(c.Path)] {
			continue
		}
		p := w.problem(c)
		if reword != nil {
			reword(c, &p)
		}
		problems = append(problems, p)
	}
	return problems
}

// ownerFolder is the folder whose ownership file lists a file: base or
// overlays/ENV.
func ownerFolder(name string) string {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if dir == "base" || path.Dir(dir) == "overlays" {
			return dir
		}
	}
	return "."
}

// name is a file as the person names it.
func (w driftWords) name(file string) string { return path.Join(filepath.ToSlash(w.out), file) }

// problem says how a file differs, and what to do.
func (w driftWords) problem(c generate.Change) repo.Problem {
	name := w.name(c.Path)
	p := driftProblem(name)
	p.Help = "run quorumwright generate and commit what it changes"
	switch c.Kind {
	case generate.Missing:
		p.Span.File = w.spec
		p.Message = fmt.Sprintf("%s is missing: the spec asks for it", name)
	case generate.Stale:
		p.Message = fmt.Sprintf("%s is stale: it was generated before the spec changed", name)
	case generate.Orphaned:
		p.Message = fmt.Sprintf("%s is orphaned: no environment of the spec needs it any more", name)
	case generate.Edited:
		p.Message = fmt.Sprintf("%s was changed by hand: the next generate would refuse to overwrite it", name)
		p.Help = fmt.Sprintf("make the change in %s, then run quorumwright generate --force", w.spec)
	case generate.Foreign:
		p.Message = fmt.Sprintf("%s is in the way: %s", name, c.Why)
		p.Help = "move it away, then run quorumwright generate"
	}
	return p
}

// lineEnds says that a file is right but for the ends of its lines.
func (w driftWords) lineEnds(file string) repo.Problem {
	name := w.name(file)
	p := driftProblem(name)
	p.Message = fmt.Sprintf("%s has CRLF at the ends of its lines, and git would keep it: what is read in the cluster, such as a script, breaks", name)
	p.Help = fmt.Sprintf("write %s/** text eol=lf to .gitattributes, then git add --renormalize %[1]s", path.Clean(filepath.ToSlash(w.out)))
	return p
}

func driftProblem(file string) repo.Problem {
	return repo.Problem{
		Rule: "gitops/drift",
		Span: repo.Span{File: file, Line: 1, Column: 1, EndLine: 1, EndColumn: 1, Approximate: true},
	}
}

// withCRLF returns the generated files that are right but for CRLF at the ends
// of their lines.
func withCRLF(tree *generate.Tree, have fs.FS, changes []generate.Change) []string {
	var names []string
	for _, f := range tree.Files() {
		if slices.ContainsFunc(changes, func(c generate.Change) bool { return c.Path == f.Path }) {
			continue
		}
		// Diff has read it a moment ago; should that fail now, it says nothing
		// about line ends.
		if data, err := fs.ReadFile(have, f.Path); err == nil && bytes.Contains(data, []byte("\r\n")) {
			names = append(names, f.Path)
		}
	}
	return names
}
