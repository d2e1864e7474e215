package main

import (
	"errors"
	"fmt"
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

// maxBaseline bounds a baseline in bytes: 100,000 findings. maxStale is how many of
// its entries are told that nothing matches: more would be read by nobody.
const (
	maxBaseline = 32 << 20
	maxStale    = 1_000
)

// baseline writes the baseline, or suppresses what it holds and adds a finding
// of lint/stale-baseline for every entry that nothing matches.
func (g *globals) baseline(f baselineFlags, then *before, chosen []*lint.Rule, findings []*lint.Finding) ([]*lint.Finding, error) {
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
	data, err := f.read(then)
	if err != nil {
		return nil, err
	}
	b := &lint.Baseline{}
	if data != nil {
		if b, err = lint.ParseBaseline(data); err != nil {
			return nil, usagef("%s: %s", f.file, err)
		}
	}
	at := slices.IndexFunc(chosen, func(r *lint.Rule) bool { return r.ID == "lint/stale-baseline" })
	stale := b.Apply(findings)
	if at < 0 {
		stale = nil
	}
	tell := func(message string, span repo.Span) {
		findings = append(findings, &lint.Finding{
			Rule: chosen[at], Severity: chosen[at].Severity, Message: message,
			Help: "write the baseline anew with --write-baseline", Places: []lint.Place{{Span: span}},
		})
	}
	if more := len(stale) - maxStale; more > 0 {
		stale = stale[:maxStale]
		tell(fmt.Sprintf("nothing matches %d more entries of the baseline", more), startOf(f.file))
	}
	spans := entrySpans(f.file, data, stale)
	for _, e := range stale {
		tell("nothing matches this entry of the baseline any more: "+e.Rule+" in "+e.File, spans[e.Fingerprint])
	}
	slices.SortStableFunc(findings, (*lint.Finding).Compare)
	return findings, nil
}

// read reads the baseline that is in force; nil if a change only adds it.
func (f baselineFlags) read(then *before) ([]byte, error) {
	here := setting{name: f.file}
	var err error
	here.data, err = regular.ReadFile(f.file, maxBaseline)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, failedf("%s: %s", f.file, reason(err))
	}
	here.there = err == nil
	s, err := then.inForce(here, maxBaseline)
	if err == nil && !s.there && !here.there {
		return nil, usagef("--baseline %s: no such file; --write-baseline makes it", f.file)
	}
	return s.data, err
}

// startOf is where no better place is known.
func startOf(file string) repo.Span {
	return repo.Span{File: file, Line: 1, Column: 1, EndLine: 1, EndColumn: 1, Approximate: true}
}

// entrySpans finds the lines of entries by their fingerprints.
func entrySpans(file string, data []byte, entries []lint.BaselineEntry) map[string]repo.Span {
	spans := make(map[string]repo.Span, len(entries))
	for _, e := range entries {
		spans[e.Fingerprint] = startOf(file)
	}
	line, start := 1, 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '\n':
			line, start = line+1, i+1
		case '"':
			first := i + 1
			for i++; i < len(data) && data[i] != '"'; i++ {
				if data[i] == '\\' {
					i++
				}
			}
			text := string(data[first:min(i, len(data))])
			if s, ok := spans[text]; ok && s.Approximate {
				column := first - start + 1
				spans[text] = repo.Span{File: file, Line: line, Column: column, EndLine: line, EndColumn: column + len(text)}
			}
		}
	}
	return spans
}
