package main

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"

	"github.com/quorumwright/quorumwright/internal/regular"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// baselineFlags say which findings a repository lives with for now.
type baselineFlags struct {
	file  string
	write bool
}

// maxBaseline bounds a baseline in bytes: 100,000 findings.
const maxBaseline = 32 << 20

// baseline writes the baseline, or suppresses what it holds and adds a finding
// of lint/stale-baseline for every entry that nothing matches.
func (g *globals) baseline(f baselineFlags, chosen []*lint.Rule, findings []*lint.Finding) ([]*lint.Finding, error) {
	switch {
	case f.file == "" && f.write:
		return nil, usagef("--write-baseline: name the file with --baseline FILE")
	case f.file == "":
		return findings, nil
	case f.write:
		b := lint.NewBaseline(findings)
		if err := replaceFile(f.file, b.Encode(), 0o644); err != nil {
			return nil, failedf("%s: %s", f.file, reason(err))
		}
		g.note("%s: %d findings", f.file, len(b.Entries))
		b.Apply(findings)
		return findings, nil
	}
	data, err := regular.ReadFile(f.file, maxBaseline)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("--baseline %s: no such file; --write-baseline makes it", f.file)
	}
	if err != nil {
		return nil, failedf("%s: %s", f.file, reason(err))
	}
	b, err := lint.ParseBaseline(data)
	if err != nil {
		return nil, usagef("%s: %s", f.file, err)
	}
	at := slices.IndexFunc(chosen, func(r *lint.Rule) bool { return r.ID == "lint/stale-baseline" })
	for _, e := range b.Apply(findings) {
		if at < 0 {
			break
		}
		findings = append(findings, &lint.Finding{
			Rule: chosen[at], Severity: chosen[at].Severity,
			Message: "nothing matches this entry of the baseline any more: " + e.Rule + " in " + e.File,
			Help:    "write the baseline anew with --write-baseline",
			Places:  []lint.Place{{Span: entrySpan(f.file, data, e.Fingerprint)}},
		})
	}
	slices.SortStableFunc(findings, (*lint.Finding).Compare)
	return findings, nil
}

// entrySpan finds the line of an entry by its fingerprint.
func entrySpan(file string, data []byte, fingerprint string) repo.Span {
	s := repo.Span{File: file, Line: 1, Column: 1, EndLine: 1, EndColumn: 1, Approximate: true}
	if i := bytes.Index(data, []byte(`"`+fingerprint+`"`)); i >= 0 {
		start := bytes.LastIndexByte(data[:i], '\n') + 1
		s.Line = 1 + bytes.Count(data[:i], []byte("\n"))
		s.Column = 2 + i - start
		s.EndLine, s.EndColumn, s.Approximate = s.Line, s.Column+len(fingerprint), false
	}
	return s
}
