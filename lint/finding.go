package lint

import (
	"cmp"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// A Finding is one cause that breaks a rule, with every place that disagrees.
type Finding struct {
	Rule     *Rule
	Severity Severity
	// Message says what is wrong: one sentence, lower case, no final period,
	// never the value of a secret.
	Message string
	// Places are where it is written; the first is the primary one, the place
	// that a person would edit.
	Places []Place
	// Help says what to write instead; "" if the message says it all.
	Help string
	// Fixes are edits that mend the finding, best first.
	Fixes []Fix
	// Environments are the names of those in which the cause shows, sorted;
	// empty if the repository has one unnamed environment.
	Environments []string
	// Cause tells findings of one rule apart from those that have another cause, ""
	// if the primary place does: where environments show one cause in different
	// places, it is one finding.
	Cause string
	// Suppressed is the reason given in a suppression; "" if it counts.
	Suppressed string
	// SuppressedBy are the comments that suppress it; none if the configuration or
	// the baseline does.
	SuppressedBy []repo.Comment
	// SuppressedAnew says that it is the change which is judged that suppresses the
	// finding: nobody has agreed to that yet, and reports show it in any case.
	SuppressedAnew bool
}

// A Place is one of the places that take part in a finding.
type Place struct {
	repo.Span
	// Label says what is there: "the gateway sends secret #2".
	Label string
	// Object is the Kubernetes object, as in repo.Object.ID; "" in Helm values.
	// Path is the way to the value within its document. Places of facts are far
	// more than those of findings: only [Place.Resolved] and [Pass.Report] fill both
	// in.
	Object, Path string

	of  *repo.Object
	way repo.Way
	// absent says that what is meant is not written: here stands the key below
	// which it would be. No fix replaces that key.
	absent bool
}

// WhereAbsent returns the place as that of something that is not written, below
// which it would be.
func (p Place) WhereAbsent() Place {
	p.absent = true
	return p
}

// IsAbsent tells whether the place is that of something that is not written.
func (p Place) IsAbsent() bool { return p.absent }

// Resolved returns the place with its Object and Path.
func (p Place) Resolved() Place {
	if p.of != nil {
		p.Object, p.of = p.of.ID(), nil
	}
	if p.way.IsKnown() {
		p.Path, p.way = p.way.String(), repo.Way{}
	}
	return p
}

// Primary returns the first place.
func (f *Finding) Primary() Place {
	if len(f.Places) == 0 {
		return Place{}
	}
	return f.Places[0]
}

// A Fix is a set of edits that mend a finding.
type Fix struct {
	// Title says what the fix does: "set quorum to 2".
	Title string
	// Safe fixes cannot change what works.
	Safe  bool
	Edits []Edit
}

// An Edit replaces the text of a span.
type Edit struct {
	repo.Span
	New string
	// Whole deletes with the span what only stands there for its sake: the
	// line, or the blanks in front of a comment.
	Whole bool
}

// Compare orders findings by primary place and rule.
func (f *Finding) Compare(g *Finding) int {
	return cmp.Or(
		f.Primary().Compare(g.Primary().Span),
		cmp.Compare(f.Rule.ID, g.Rule.ID),
		cmp.Compare(f.Message, g.Message),
		slices.Compare(f.Environments, g.Environments),
	)
}

// Key tells the finding from others of its rule without line numbers and
// without values, so that it survives edits elsewhere: rule, and object and
// path of each place. It is what baselines and fingerprints are made from.
func (f *Finding) Key() string {
	var b strings.Builder
	b.WriteString(f.Rule.ID)
	for _, p := range f.Places {
		b.WriteString("\x00" + p.Object + "\x00" + p.Path)
		if p.Object == "" {
			b.WriteString("\x00" + p.File)
		}
	}
	return b.String()
}
