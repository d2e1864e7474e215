// Package spans is a set of chart releases written the way a person reviews
// it: "4.6.25+,4.7.19+,4.10-4.12".
package spans

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Release is major.minor.patch.
type Release struct{ Major, Minor, Patch int }

// Compare orders releases.
func (r Release) Compare(o Release) int {
	return cmp.Or(cmp.Compare(r.Major, o.Major), cmp.Compare(r.Minor, o.Minor), cmp.Compare(r.Patch, o.Patch))
}

// lastPatch stands for "to the end of the minor line".
const lastPatch = 1 << 20

// Span is a run of releases, both ends included.
type Span struct{ From, To Release }

// Set is a list of spans in ascending order. The zero Set holds every release.
type Set []Span

// Parse reads a comma-separated list of
//
//	4.9            every patch of 4.9
//	4.10-4.12      every patch of these minor lines
//	4.9.5+         from this patch to the last one of its minor line
//	4.9.5..4.9.7   these patches only
//	4.9.5          this patch only
func Parse(text string) (Set, error) {
	if text == "" {
		return nil, nil
	}
	var set Set
	for item := range strings.SplitSeq(text, ",") {
		span, err := parseSpan(item)
		if err != nil {
			return nil, err
		}
		set = append(set, span)
	}
	return set, nil
}

func parseSpan(item string) (Span, error) {
	if from, to, ok := strings.Cut(item, ".."); ok {
		a, errA := parseRelease(from, 3)
		b, errB := parseRelease(to, 3)
		if errA != nil || errB != nil {
			return Span{}, fmt.Errorf("bad span %q", item)
		}
		return Span{a, b}, nil
	}
	if from, ok := strings.CutSuffix(item, "+"); ok {
		a, err := parseRelease(from, 3)
		if err != nil {
			return Span{}, fmt.Errorf("bad span %q", item)
		}
		return Span{a, Release{a.Major, a.Minor, lastPatch}}, nil
	}
	if one, err := parseRelease(item, 3); err == nil {
		return Span{one, one}, nil
	}
	from, to, ok := strings.Cut(item, "-")
	if !ok {
		to = from
	}
	a, errA := parseRelease(from, 2)
	b, errB := parseRelease(to, 2)
	if errA != nil || errB != nil {
		return Span{}, fmt.Errorf("bad span %q", item)
	}
	b.Patch = lastPatch
	return Span{a, b}, nil
}

// ParseRelease reads major.minor.patch.
func ParseRelease(text string) (Release, error) { return parseRelease(text, 3) }

func parseRelease(text string, parts int) (Release, error) {
	var n [3]int
	fields := strings.Split(text, ".")
	if len(fields) != parts {
		return Release{}, fmt.Errorf("bad release %q", text)
	}
	for i, field := range fields {
		number, err := strconv.Atoi(field)
		if err != nil {
			return Release{}, fmt.Errorf("bad release %q", text)
		}
		n[i] = number
	}
	return Release{n[0], n[1], n[2]}, nil
}

// Has says whether the set holds the release.
func (s Set) Has(r Release) bool {
	if len(s) == 0 {
		return true
	}
	return slices.ContainsFunc(s, func(span Span) bool {
		return span.From.Compare(r) <= 0 && r.Compare(span.To) <= 0
	})
}

// String writes the set the way [Parse] reads it.
func (s Set) String() string {
	items := make([]string, len(s))
	for i, span := range s {
		items[i] = span.String()
	}
	return strings.Join(items, ",")
}

// String writes one span.
func (s Span) String() string {
	minor := func(r Release) string { return strconv.Itoa(r.Major) + "." + strconv.Itoa(r.Minor) }
	patch := func(r Release) string { return minor(r) + "." + strconv.Itoa(r.Patch) }
	whole := s.From.Patch == 0 && s.To.Patch == lastPatch
	switch {
	case whole && minor(s.From) == minor(s.To):
		return minor(s.From)
	case whole:
		return minor(s.From) + "-" + minor(s.To)
	case s.From == s.To:
		return patch(s.From)
	case s.To.Patch == lastPatch:
		return patch(s.From) + "+"
	default:
		return patch(s.From) + ".." + patch(s.To)
	}
}

// With is the set with a release more: with the first or the last one of a minor
// line, all that follow in it too. known are the last releases of all lines.
func (s Set) With(r Release, known []Release) Set {
	if len(s) > 0 && s.Has(r) {
		return s
	}
	to := Release{r.Major, r.Minor, lastPatch}
	if r.Patch > 0 && !isLast(r, known) {
		to = r
	}
	return append(slices.Clone(s), Span{r, to}).normal(known)
}

// Without is the set without a release; without the first or the last one of a
// minor line, without all that follow in it too. An empty set stands for all
// known releases.
func (s Set) Without(r Release, known []Release) Set {
	if len(s) == 0 {
		for _, k := range known {
			s = append(s, Span{Release{k.Major, k.Minor, 0}, Release{k.Major, k.Minor, lastPatch}})
		}
	}
	var cut Set
	for _, line := range s.lines(known) {
		if line.From.Compare(r) > 0 || r.Compare(line.To) > 0 {
			cut = append(cut, line)
			continue
		}
		if line.From.Patch < r.Patch {
			cut = append(cut, Span{line.From, Release{r.Major, r.Minor, r.Patch - 1}})
		}
		if r.Patch > 0 && r.Patch < line.To.Patch && !isLast(r, known) {
			cut = append(cut, Span{Release{r.Major, r.Minor, r.Patch + 1}, line.To})
		}
	}
	return cut.normal(known)
}

// Joined is the set with spans that overlap or follow each other as one. known
// are the last releases of all lines.
func (s Set) Joined(known []Release) Set { return s.normal(known) }

func isLast(r Release, known []Release) bool {
	return !slices.ContainsFunc(known, func(k Release) bool {
		return k.Major == r.Major && k.Minor == r.Minor && k.Patch > r.Patch
	})
}

// lines splits spans over several minor lines into one for each.
func (s Set) lines(known []Release) Set {
	var split Set
	for _, span := range s {
		for _, k := range known {
			first, last := Release{k.Major, k.Minor, 0}, Release{k.Major, k.Minor, lastPatch}
			if span.To.Compare(first) < 0 || last.Compare(span.From) < 0 {
				continue
			}
			piece := Span{first, last}
			if first.Compare(span.From) < 0 {
				piece.From = span.From
			}
			if span.To.Compare(last) < 0 {
				piece.To = span.To
			}
			split = append(split, piece)
		}
	}
	return split
}

// normal joins what belongs together: adjacent patches, and whole minor lines
// that follow each other.
func (s Set) normal(known []Release) Set {
	split := s.lines(known)
	slices.SortFunc(split, func(a, b Span) int { return a.From.Compare(b.From) })
	var joined Set
	for _, span := range split {
		if n := len(joined) - 1; n >= 0 {
			last := &joined[n]
			sameLine := last.To.Major == span.From.Major && last.To.Minor == span.From.Minor
			if sameLine && span.From.Patch <= last.To.Patch+1 {
				last.To.Patch = max(last.To.Patch, span.To.Patch)
				continue
			}
			whole := last.From.Patch == 0 && last.To.Patch == lastPatch && span.From.Patch == 0 && span.To.Patch == lastPatch
			if whole && follows(last.To, span.From, known) {
				last.To = span.To
				continue
			}
		}
		joined = append(joined, span)
	}
	return joined
}

// follows says whether no known minor line lies between two.
func follows(a, b Release, known []Release) bool {
	return !slices.ContainsFunc(known, func(k Release) bool {
		line := Release{k.Major, k.Minor, 0}
		return Release{a.Major, a.Minor, 0}.Compare(line) < 0 && line.Compare(Release{b.Major, b.Minor, 0}) < 0
	})
}
