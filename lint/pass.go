package lint

import (
	"fmt"
	"strings"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// A Pass is one rule looking at one environment.
type Pass struct {
	Rule  *Rule
	Facts *Facts
	// Strict says that the strict profile is in force.
	Strict bool

	report func(*Finding)
}

// Env returns the environment under judgement.
func (p *Pass) Env() *repo.Environment { return p.Facts.Env }

// MaxPlaces is how many places of one finding are told.
const MaxPlaces = 100

// Report records a finding of the rule. Rule, Severity (unless set above Info)
// and Environments are filled in. Places without a position are dropped; a
// finding that has no other is told at the root of the environment.
func (p *Pass) Report(f Finding) {
	f.Rule = p.Rule
	if f.Severity == Info {
		f.Severity = p.severity()
	}
	places := make([]Place, 0, max(min(len(f.Places), MaxPlaces), 1))
	more := 0
	for _, at := range f.Places {
		switch {
		case !at.IsValid():
		case len(places) == MaxPlaces:
			more++
		default:
			places = append(places, at.Resolved())
		}
	}
	if more > 0 {
		f.Help = strings.TrimPrefix(fmt.Sprintf("%s; %d more places are like these", f.Help, more), "; ")
	}
	if len(places) == 0 {
		places = append(places, Place{Span: repo.Span{File: p.Facts.Env.Root, Line: 1, Column: 1, EndLine: 1, EndColumn: 1, Approximate: true}})
	}
	f.Places = places
	f.hideHashes(hashedNames.Of(p.Facts))
	if name := p.Facts.Env.Name; name != "" {
		f.Environments = []string{name}
	}
	p.report(&f)
}

// ReportAt records a finding at one place.
func (p *Pass) ReportAt(at Place, help, format string, args ...any) {
	p.Report(Finding{Places: []Place{at}, Help: help, Message: fmt.Sprintf(format, args...)})
}

func (p *Pass) severity() Severity {
	if p.Strict {
		return max(p.Rule.Severity, p.Rule.Strict)
	}
	return p.Rule.Severity
}

// At returns the place of a value of an object; o is nil for Helm values.
func At(o *repo.Object, v repo.Value, label string) Place {
	return place(o, v, v.Span(), label)
}

// AtKey returns the place of the key of a value.
func AtKey(o *repo.Object, v repo.Value, label string) Place {
	return place(o, v, v.KeySpan(), label)
}

func place(o *repo.Object, v repo.Value, s repo.Span, label string) Place {
	p := Place{Span: s, Label: label, of: o, way: v.Way()}
	if !p.way.IsKnown() {
		p.Path = v.Path().String()
	}
	return p
}
