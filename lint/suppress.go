package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// A suppression is a comment of the form
//
//	# quorumwright:ignore family/name[,family/name] [until=2027-01-31] -- reason
//
// behind a line or on a line of its own above it.
type suppression struct {
	comment repo.Comment
	ids     []string
	until   time.Time // zero: for good
	reason  string
	used    map[string]bool
}

const suppressionForm = "quorumwright:ignore family/name [until=YYYY-MM-DD] -- reason"

var datePattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{4}-\d\d-\d\d$`) })

// parseSuppression reads what follows quorumwright:ignore. The error says what
// is wrong with it.
func parseSuppression(c repo.Comment) (suppression, error) {
	s := suppression{comment: c, used: map[string]bool{}}
	head, reason, ok := strings.Cut(c.Text, "--")
	s.reason = strings.TrimSpace(reason)
	if !ok || s.reason == "" {
		return s, fmt.Errorf("a suppression needs a reason")
	}
	for _, word := range strings.FieldsFunc(head, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
		date, isUntil := strings.CutPrefix(word, "until=")
		if !isUntil {
			if !strings.Contains(word, "/") {
				return s, fmt.Errorf("%q is not the id of a rule", word)
			}
			s.ids = append(s.ids, word)
			continue
		}
		until, err := time.Parse(time.DateOnly, date)
		if err != nil || !datePattern().MatchString(date) {
			return s, fmt.Errorf("%q is not a date", date)
		}
		s.until = until
	}
	if len(s.ids) == 0 {
		return s, fmt.Errorf("a suppression names the rules that it is for")
	}
	return s, nil
}

// coverable are the findings that comments of one file may suppress, by their rules
// and the lines of their places.
type coverable map[coveredLine][]*Finding

type coveredLine struct {
	id   string
	line int
}

// manyLines is from how many lines on a place is looked at for each suppression,
// under line 0, rather than put under each of its lines.
const manyLines = 100

// sortCoverable puts findings under the files of their places.
func sortCoverable(all map[string]coverable, findings []*Finding) {
	for _, f := range findings {
		if f.Rule.Family() == "yaml" {
			continue
		}
		for _, p := range f.Places {
			in := all[p.File]
			if in == nil {
				continue
			}
			first, last := p.Line, max(p.EndLine, p.Line)
			if last-first > manyLines {
				first, last = 0, 0
			}
			for n := first; n <= last; n++ {
				at := coveredLine{f.Rule.ID, n}
				if there := in[at]; len(there) == 0 || there[len(there)-1] != f {
					in[at] = append(there, f)
				}
			}
		}
	}
}

// by returns the findings that a suppression speaks of.
func (c coverable) by(s suppression) []*Finding {
	var all []*Finding
	for _, id := range s.ids {
		all = append(all, c[coveredLine{id, s.comment.Target}]...)
		for _, f := range c[coveredLine{id, 0}] {
			if slices.ContainsFunc(f.Places, func(p Place) bool {
				return p.File == s.comment.Span.File && p.Line <= s.comment.Target && s.comment.Target <= max(p.EndLine, p.Line)
			}) {
				all = append(all, f)
			}
		}
	}
	return all
}

// suppress marks the findings that a comment suppresses, and adds what is wrong
// with the comments themselves. What could not be read cannot be suppressed.
func suppress(r *repo.Repo, files []string, opts Options, findings []*Finding) []*Finding {
	known := map[string]bool{}
	for _, rule := range opts.Known {
		known[rule.ID] = true
	}
	ran := map[string]bool{}
	for _, rule := range opts.Rules {
		ran[rule.ID] = true
	}
	var housekeeping []repo.Problem
	tell := func(rule string, c repo.Comment, help, format string, args ...any) {
		housekeeping = append(housekeeping, repo.Problem{Rule: rule, Span: c.Span, Message: fmt.Sprintf(format, args...), Help: help})
	}
	idle := map[repo.Span]bool{} // comments that suppress nothing at all
	comments, covered := map[string][]repo.Comment{}, map[string]coverable{}
	for _, file := range files {
		if all := r.Comments(file); len(all) > 0 {
			comments[file], covered[file] = all, coverable{}
		}
	}
	if len(covered) > 0 {
		sortCoverable(covered, findings)
	}
	for _, file := range files {
		for _, c := range comments[file] {
			if c.Foreign {
				tell("lint/bad-suppression", c, "write # "+suppressionForm, "this suppresses nothing: it is written as for another linter")
				continue
			}
			s, err := parseSuppression(c)
			if err != nil {
				tell("lint/bad-suppression", c, "write "+suppressionForm, "%s", err)
				continue
			}
			expired := !s.until.IsZero() && !opts.Today.IsZero() && opts.Today.After(s.until.AddDate(0, 0, 1))
			for _, f := range covered[c.Span.File].by(s) {
				s.used[f.Rule.ID] = true
				if !expired {
					f.Suppressed = s.reason
					f.SuppressedBy = append(f.SuppressedBy, c)
				}
			}
			idle[c.Span] = !slices.ContainsFunc(s.ids, func(id string) bool { return s.used[id] || !ran[id] })
			for _, id := range s.ids {
				switch {
				case len(known) > 0 && !known[id]:
					tell("lint/bad-suppression", c, didYouMean(id, opts.Known), "there is no rule %q", id)
				case s.used[id] && expired:
					tell("lint/expired-suppression", c, "mend the finding, or set a new date with a reason that still holds",
						"this suppression of %s ended on %s", id, s.until.Format(time.DateOnly))
				case !s.used[id] && ran[id]:
					tell("lint/unused-suppression", c, "remove it", "%s finds nothing here", id)
				}
			}
		}
	}
	told := problems(opts.Rules, housekeeping)
	for _, f := range told {
		if at := f.Primary().Span; f.Rule.ID == "lint/unused-suppression" && idle[at] {
			f.Fixes = []Fix{{Title: "remove the suppression", Safe: true, Edits: []Edit{{Span: at, Whole: true}}}}
		}
	}
	return append(findings, told...)
}

func didYouMean(id string, rules []*Rule) string {
	var ids []string
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	if near := Nearest(id, ids); near != "" {
		return "did you mean " + near + "?"
	}
	return "quorumwright rules lists them"
}
