package report

import (
	_ "embed"
	"io"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

//go:embed report.schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of the json format.
func Schema() []byte { return append([]byte(nil), schema...) }

// jsonVersion is the version of the json format. It changes only when a reader
// of the old one would misread the new one.
const jsonVersion = "1"

type jsonReport struct {
	Version  string        `json:"version"`
	Findings []jsonFinding `json:"findings"`
	Summary  jsonSummary   `json:"summary"`
}

type jsonFinding struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	// Environment is the only environment; "" if there are none or several.
	Environment  string     `json:"environment"`
	Environments []string   `json:"environments"`
	Spans        []jsonSpan `json:"spans"`
	Help         string     `json:"help"`
	Fixable      string     `json:"fixable"`
	Fixes        []jsonFix  `json:"fixes"`
	Fingerprint  string     `json:"fingerprint"`
	// Suppressed is the reason.
	Suppressed string `json:"suppressed,omitempty"`
	// SuppressedAnew: by the change that is judged.
	SuppressedAnew bool `json:"suppressedAnew,omitempty"`
}

type jsonRange struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
}

type jsonSpan struct {
	jsonRange
	Label       string `json:"label"`
	Object      string `json:"object"`
	Path        string `json:"path"`
	Role        string `json:"role"`
	Approximate bool   `json:"approximate"`
}

type jsonFix struct {
	Title string     `json:"title"`
	Safe  bool       `json:"safe"`
	Edits []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	jsonRange
	New string `json:"new"`
}

type jsonSummary struct {
	Files      int `json:"files"`
	Roots      int `json:"roots"`
	Errors     int `json:"errors"`
	Warnings   int `json:"warnings"`
	Infos      int `json:"infos"`
	Suppressed int `json:"suppressed"`
}

// writeJSON shows everything that is known, for programs. Every key is always
// there but those of suppressions.
func writeJSON(w io.Writer, r *Report) error {
	t := r.tally()
	out := jsonReport{
		Version:  jsonVersion,
		Findings: []jsonFinding{},
		Summary:  jsonSummary{r.Files, r.Roots, t.errors, t.warnings, t.infos, t.suppressed},
	}
	return encodeJSONList(w, out, `"findings": `, 1, each(r.numbered(), newJSONFinding))
}

func newJSONFinding(f numbered) jsonFinding {
	out := jsonFinding{
		Rule:         f.Rule.ID,
		Severity:     f.Severity.String(),
		Message:      utf8Text(f.Message),
		Environments: []string{},
		Spans:        []jsonSpan{},
		Help:         utf8Text(f.Help),
		Fixable:      fixable(f.Finding),
		Fixes:        []jsonFix{},
		Fingerprint:  f.fingerprint,
		Suppressed:   utf8Text(f.Suppressed),

		SuppressedAnew: f.SuppressedAnew,
	}
	for _, name := range f.Environments {
		out.Environments = append(out.Environments, utf8Text(name))
	}
	if len(out.Environments) == 1 {
		out.Environment = out.Environments[0]
	}
	for i, at := range f.Places {
		out.Spans = append(out.Spans, newJSONSpan(at, i == 0))
	}
	for _, x := range f.Fixes {
		fix := jsonFix{utf8Text(x.Title), x.Safe, []jsonEdit{}}
		for _, e := range x.Edits {
			fix.Edits = append(fix.Edits, jsonEdit{newJSONRange(e.Span), utf8Text(e.New)})
		}
		out.Fixes = append(out.Fixes, fix)
	}
	return out
}

func newJSONSpan(at lint.Place, primary bool) jsonSpan {
	role := "related"
	if primary {
		role = "primary"
	}
	return jsonSpan{
		jsonRange:   newJSONRange(at.Span),
		Label:       utf8Text(at.Label),
		Object:      utf8Text(at.Object),
		Path:        utf8Text(at.Path),
		Role:        role,
		Approximate: at.Approximate,
	}
}

func newJSONRange(s repo.Span) jsonRange {
	return jsonRange{utf8Text(s.File), s.Line, s.Column, s.EndLine, s.EndColumn}
}
