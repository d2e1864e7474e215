package main

import (
	"bytes"
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
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/schema"
)

// encryptedProblems looks at the encrypted Secrets that the tree of the
// environments refers to, or of all if none is named: generate cannot write
// them, so a person forgets them, or leaves them in plain text. have is the
// output folder, out its name.
func encryptedProblems(d *schema.Deployment, environments []string, have fs.FS, out string) ([]repo.Problem, error) {
	var problems []repo.Problem
	for _, f := range generate.EncryptedFiles(d, environments...) {
		found, err := f.Check(have, path.Clean(filepath.ToSlash(out)))
		if err != nil {
			return nil, &exitError{exitFailed, err}
		}
		for _, p := range found {
			problems = append(problems, encryptedProblem(p, have, out))
		}
	}
	return problems, nil
}

// encryptedFiles reads the encrypted Secrets of an environment. One that is
// missing, or that is not encrypted, is an error: what it holds is to be printed.
func encryptedFiles(d *schema.Deployment, environment, out string) ([]generate.File, error) {
	read := fstest.MapFS{}
	var files []generate.File
	for _, f := range generate.EncryptedFiles(d, environment) {
		data, err := os.ReadFile(filepath.Join(out, filepath.FromSlash(f.Path)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, failedf("%s: %s", path.Join(filepath.ToSlash(out), f.Path), reason(err))
		}
		read[f.Path] = &fstest.MapFile{Data: data}
		files = append(files, generate.File{Path: f.Path, Data: data})
	}
	problems, err := encryptedProblems(d, []string{environment}, read, out)
	if err != nil || len(problems) == 0 {
		return files, err
	}
	var told []string
	for _, p := range problems {
		told = append(told, problemText(p))
	}
	return nil, &exitError{exitFindings, placedError(strings.Join(told, "\n") + "\n")}
}

// encryptedProblem words what is wrong with an encrypted file. One that is not
// there is told where it is listed.
func encryptedProblem(p generate.EncryptedProblem, have fs.FS, out string) repo.Problem {
	file := path.Join(filepath.ToSlash(out), p.File.Path)
	problem := repo.Problem{
		Rule:    "secret/dangling-ref",
		Span:    repo.Span{File: file, Line: p.Line, Column: p.Column, EndLine: p.Line, EndColumn: p.Column, Approximate: true},
		Message: p.Message,
		Help:    p.Help,
	}
	switch p.Fault {
	case generate.Absent:
		problem.Rule = "gitops/drift"
		problem.Span.File = path.Join(filepath.ToSlash(out), p.File.Listed)
		problem.Span.Line = listedAt(have, p.File)
		problem.Span.EndLine = problem.Span.Line
		problem.Message = fmt.Sprintf("%s is missing: %s", file, p.Message)
	case generate.Plain:
		problem.Rule = "secret/not-encrypted"
	}
	return problem
}

// listedAt is the line of the kustomization that lists a file; 1 if there is none.
func listedAt(have fs.FS, f generate.EncryptedFile) int {
	data, err := fs.ReadFile(have, f.Listed)
	if err != nil {
		return 1
	}
	entry := "- " + strings.TrimPrefix(f.Path, path.Dir(f.Listed)+"/")
	for i, line := range bytes.Split(data, []byte("\n")) {
		if strings.TrimSpace(string(line)) == entry {
			return i + 1
		}
	}
	return 1
}

// withoutMissing drops what lint says of a kustomization that does not build, if
// it is told already which of its files is missing, and how to make it.
func withoutMissing(found, told []repo.Problem) []repo.Problem {
	return slices.DeleteFunc(found, func(p repo.Problem) bool {
		return p.Rule == "kustomize/build-failed" && slices.ContainsFunc(told, func(t repo.Problem) bool {
			return t.Rule == "gitops/drift" && t.Span.File == p.Span.File
		})
	})
}

// problemText is a problem as generate tells it.
func problemText(p repo.Problem) string {
	return fmt.Sprintf("%s:%d:%d: %s [%s]\n  help: %s", p.Span.File, p.Span.Line, p.Span.Column, p.Message, p.Rule, p.Help)
}
