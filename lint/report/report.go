package report

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A Report is what a run of the linter found.
type Report struct {
	// Findings are all findings, sorted by [lint.Finding.Compare]. Those with
	// a reason in Suppressed are shown only if ShowSuppressed is set, or if the
	// change that is judged suppresses them.
	Findings []*lint.Finding
	// Rules are the rules that looked, whether they found something or not,
	// in the order of the catalogue.
	Rules []*lint.Rule
	// Source gives the lines for excerpts; nil shows none.
	Source Source
	// Files and Roots count what was read: files, and kustomize roots among
	// them.
	Files, Roots int
	// Suppressed counts the findings that a suppression or the baseline took
	// away and that are not in Findings.
	Suppressed int
	// Version is the version of the program; "" if it is not known.
	Version string
	// Color asks for colours in text.
	Color bool
	// Width is how many columns text may take; 0 means 100.
	Width int
	// ShowSuppressed shows suppressed findings too, marked as such.
	ShowSuppressed bool
}

// A Source gives the lines of the linted files for excerpts; [repo.Repo] is
// one. It is the only way by which text of a repository gets into a report.
type Source interface {
	// Snippet returns the lines of a span with every secret masked, of a long one
	// what is around a column; none if the place is not known.
	Snippet(s repo.Span, column int) []repo.Line
}

var _ Source = (*repo.Repo)(nil)

// shows tells whether a finding is shown.
func (r *Report) shows(f *lint.Finding) bool {
	return f.Suppressed == "" || f.SuppressedAnew || r.ShowSuppressed
}

// suppression names what suppresses a finding.
func suppression(f *lint.Finding) string {
	if f.SuppressedAnew {
		return "suppressed by this change"
	}
	return "suppressed"
}

// shown returns the findings to show.
func (r *Report) shown() []*lint.Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f *lint.Finding) bool { return !r.shows(f) })
}

// numbered returns the findings to show with their fingerprints. Fingerprints
// are made over all findings, so that they do not depend on what is shown.
func (r *Report) numbered() []numbered {
	prints := lint.Fingerprints(r.Findings)
	var shown []numbered
	for i, f := range r.Findings {
		if r.shows(f) {
			shown = append(shown, numbered{f, prints[i]})
		}
	}
	return shown
}

// A numbered finding is one with its fingerprint.
type numbered struct {
	*lint.Finding
	fingerprint string
}

// bySeverity returns findings, errors first, otherwise in their order: for
// readers that stop after the first few.
func bySeverity(found []numbered) []numbered {
	found = slices.Clone(found)
	slices.SortStableFunc(found, func(a, b numbered) int { return int(b.Severity) - int(a.Severity) })
	return found
}

// each yields what is made of each of a list.
func each[F, T any](list []F, of func(F) T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, f := range list {
			if !yield(of(f)) {
				return
			}
		}
	}
}

// rules returns the rules that looked and those of findings that are not among
// them, each once.
func (r *Report) rules() []*lint.Rule {
	rules := slices.Clone(r.Rules)
	for _, f := range r.Findings {
		if ruleIndex(rules, f.Rule.ID) < 0 {
			rules = append(rules, f.Rule)
		}
	}
	return rules
}

func ruleIndex(rules []*lint.Rule, id string) int {
	return slices.IndexFunc(rules, func(r *lint.Rule) bool { return r.ID == id })
}

// A tally counts findings.
type tally struct{ errors, warnings, infos, suppressed, anew, fixable int }

func (r *Report) tally() tally {
	t := tally{suppressed: r.Suppressed}
	for _, f := range r.Findings {
		switch {
		case f.Suppressed != "":
			t.suppressed++
			if f.SuppressedAnew {
				t.anew++
			}
			continue
		case f.Severity == lint.Error:
			t.errors++
		case f.Severity == lint.Warning:
			t.warnings++
		default:
			t.infos++
		}
		if slices.ContainsFunc(f.Fixes, func(x lint.Fix) bool { return x.Safe }) {
			t.fixable++
		}
	}
	return t
}

// count returns "1 error", "2 errors".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// fixable returns how a finding can be mended: "safe", "unsafe" or "".
func fixable(f *lint.Finding) string {
	kind := ""
	for _, x := range f.Fixes {
		if x.Safe {
			return "safe"
		}
		kind = "unsafe"
	}
	return kind
}

// related returns the places of a finding behind the primary one.
func related(f *lint.Finding) []lint.Place {
	if len(f.Places) < 2 {
		return nil
	}
	return f.Places[1:]
}

// environments returns the names for people, long lists cut.
func environments(f *lint.Finding) string {
	const most = 8
	names := f.Environments
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
