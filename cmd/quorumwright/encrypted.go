package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/internal/regular"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/schema"
)

// encryptedProblems looks at encrypted Secrets that a tree refers to: generate
// cannot write them, so a person forgets them, or leaves them in plain text. have
// is the output folder, out its name.
func encryptedProblems(encrypted []generate.EncryptedFile, have fs.FS, out string) ([]repo.Problem, error) {
	var problems []repo.Problem
	for _, f := range encrypted {
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
	encrypted := generate.EncryptedFiles(d, environment)
	for _, f := range encrypted {
		data, err := regular.ReadFile(filepath.Join(out, filepath.FromSlash(f.Path)), maxGenerated)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, failedf("%s: %s", path.Join(filepath.ToSlash(out), f.Path), reason(err))
		}
		read[f.Path] = &fstest.MapFile{Data: data}
		files = append(files, generate.File{Path: f.Path, Data: data})
	}
	problems, err := encryptedProblems(encrypted, read, out)
	if err != nil || len(problems) == 0 {
		return files, err
	}
	var told []string
	for _, p := range problems {
		told = append(told, problemText(p))
	}
	return nil, &exitError{exitFindings, placedError(strings.Join(told, "\n") + "\n")}
}

// buildable is the tree of a deployment as kustomize builds it: with something of
// the right name in the place of the encrypted Secrets, which are no part of what
// is generated. d is nil if there is no deployment.
func buildable(d *schema.Deployment, tree *generate.Tree) (fs.FS, error) {
	var encrypted []generate.EncryptedFile
	if d != nil {
		encrypted = generate.EncryptedFiles(d)
	}
	if len(encrypted) == 0 {
		return tree.FS(), nil
	}
	files := fstest.MapFS{}
	for _, f := range tree.Files() {
		files[f.Path] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
	}
	for _, f := range encrypted {
		version, kind := "v1", "Secret"
		if f.Provider == "sealed-secrets" {
			version, kind = "bitnami.com/v1alpha1", "SealedSecret"
		}
		data, err := json.Marshal(map[string]any{
			"apiVersion": version, "kind": kind, "metadata": map[string]string{"name": f.Name, "namespace": f.Namespace},
		})
		if err != nil {
			return nil, err
		}
		files[f.Path] = &fstest.MapFile{Data: data, Mode: 0o644}
	}
	return files, nil
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

// withoutEchoes drops what lint finds in an encrypted file besides what is told
// of it already, with the command that mends it: one cause is one finding.
func withoutEchoes(findings []*lint.Finding, told []repo.Problem) []*lint.Finding {
	return slices.DeleteFunc(findings, func(f *lint.Finding) bool {
		echo := false
		for _, t := range told {
			switch {
			case len(f.Places) == 0 || f.Places[0].File != t.Span.File:
			case f.Rule.ID == t.Rule && f.Message == t.Message:
				return false
			case t.Rule == "secret/not-encrypted" && f.Rule.ID == "secret/plaintext",
				t.Rule == f.Rule.ID && (t.Rule == "secret/not-encrypted" || t.Rule == "secret/dangling-ref"):
				echo = true
			}
		}
		return echo
	})
}

// problemText is a problem as generate tells it.
func problemText(p repo.Problem) string {
	return fmt.Sprintf("%s:%d:%d: %s [%s]\n  help: %s", p.Span.File, p.Span.Line, p.Span.Column, p.Message, p.Rule, p.Help)
}
