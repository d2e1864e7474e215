// Package renew brings the catalogue of keys up to date with a chart: it
// compares what package chartread finds in the templates with the reviewed
// records, and changes the records where the chart says otherwise.
//
// It renews which keys live in the release, their defaults and the fallbacks
// of the templates, and proposes whole records for new keys. A reviewed
// condition, kind, type or note is never changed: where the templates disagree
// with a reviewed condition, the report says so and a person decides.
package renew

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim/internal/chartread"
	"github.com/quorumwright/quorumwright/internal/apim/internal/keyfile"
	"github.com/quorumwright/quorumwright/internal/apim/internal/spans"
)

// Catalogue is what is renewed.
type Catalogue struct {
	Records []keyfile.Record
	// Roots are top-level keys whose children are not catalogued.
	Roots []string
	// Known is the last release of each minor line, ascending.
	Known []spans.Release
}

// Report says what a chart changed, or would change.
type Report struct {
	// New keys are read by the chart and were not in the catalogue for it.
	New []string
	// Gone keys were in the catalogue and no template reads them.
	Gone []string
	// Defaults and Fallbacks differ.
	Defaults, Fallbacks []string
	// Conditions differ: reviewed and derived. They are not changed.
	Conditions []string
}

// Empty says whether catalogue and chart agree on all that is renewed.
func (r Report) Empty() bool {
	return len(r.New)+len(r.Gone)+len(r.Defaults)+len(r.Fallbacks) == 0
}

// Renew compares the catalogue with a chart of a release and changes it.
func (c *Catalogue) Renew(release spans.Release, chart *chartread.Chart) Report {
	release = c.learn(release)
	found := index(chart.Keys)
	var report Report
	for i := range c.Records {
		c.renewRecord(&c.Records[i], release, chart, found, &report)
	}
	for _, key := range found.proposals(chart.Defaults) {
		if c.skips(key.Path, release) {
			continue
		}
		report.New = append(report.New, key.Path)
		c.add(key, release)
	}
	slices.SortFunc(c.Records, func(a, b keyfile.Record) int { return strings.Compare(a.Path, b.Path) })
	return report
}

// learn extends the known releases and returns the release for which the chart
// speaks: itself or, for the first one that is read of a minor line, the start
// of the line.
func (c *Catalogue) learn(release spans.Release) spans.Release {
	for i, known := range c.Known {
		if known.Major == release.Major && known.Minor == release.Minor {
			c.Known[i].Patch = max(known.Patch, release.Patch)
			return release
		}
	}
	start := spans.Release{Major: release.Major, Minor: release.Minor}
	c.Known = append(c.Known, release)
	slices.SortFunc(c.Known, spans.Release.Compare)
	// A line that follows the last one inherits its keys until the templates
	// say otherwise.
	if last := len(c.Known) - 1; last > 0 && c.Known[last] == release {
		before := c.Known[last-1]
		for i := range c.Records {
			inherit(&c.Records[i], before, start, c.Known)
		}
	}
	return start
}

// inherit carries what holds in one release over to a later one.
func inherit(r *keyfile.Record, before, release spans.Release, known []spans.Release) {
	carry := func(set spans.Set) spans.Set {
		if len(set) == 0 || !set.Has(before) {
			return set
		}
		return set.With(release, known)
	}
	r.Live = carry(r.Live)
	for _, ranged := range [][]keyfile.Ranged{r.When, r.Default, r.Setting} {
		for i := range ranged {
			ranged[i].In = carry(ranged[i].In)
		}
	}
}

func (c *Catalogue) renewRecord(r *keyfile.Record, release spans.Release, chart *chartread.Chart, found found, report *Report) {
	key, reads := found.reads(r.Path)
	// A block that only exists to close a free-form one is no key of a template.
	if r.Kind == "object" && !reads {
		reads = r.Live.Has(release)
	}
	switch lives := r.Live.Has(release); {
	case lives && !reads:
		report.Gone = append(report.Gone, r.Path)
		r.Live = r.Live.Without(release, c.Known)
		return
	case !lives && !reads:
		return
	case !lives:
		// A child of a free-form block is a key of its own only when reviewed so.
		if c.belowFree(r.Path, release) && !key.own {
			return
		}
		report.New = append(report.New, r.Path)
		r.Live = r.Live.With(release, c.Known)
	}
	c.renewDefault(r, release, chart.Defaults, report)
	if key.Fallback != "" && r.Fallback != key.Fallback {
		report.Fallbacks = append(report.Fallbacks, fmt.Sprintf("%s: %q, the template has %q", r.Path, r.Fallback, key.Fallback))
		r.Fallback = key.Fallback
	}
	reviewed, _ := keyfile.At(r.When, release)
	if !agree(reviewed, key.When, key.Opaque) {
		report.Conditions = append(report.Conditions, fmt.Sprintf("%s: reviewed %q, derived %q", r.Path, reviewed, key.When))
	}
}

func (c *Catalogue) renewDefault(r *keyfile.Record, release spans.Release, defaults map[string]any, report *Report) {
	text, ok := lookup(defaults, r.Path)
	reviewed, known := keyfile.At(r.Default, release)
	if ok == known && text == reviewed {
		return
	}
	report.Defaults = append(report.Defaults, fmt.Sprintf("%s: %s, values.yaml has %s", r.Path, cmp.Or(reviewed, "none"), cmp.Or(text, "none")))
	var others []keyfile.Ranged
	for _, ranged := range r.Default {
		in := ranged.In
		if len(in) == 0 || in.Has(release) {
			in = in.Without(release, c.Known)
		}
		if len(in) > 0 {
			others = append(others, keyfile.Ranged{In: in, Text: ranged.Text})
		}
	}
	if !ok {
		r.Default = others
		return
	}
	for i := range others {
		if others[i].Text == text {
			others[i].In = others[i].In.With(release, c.Known)
			r.Default = others
			return
		}
	}
	r.Default = append(others, keyfile.Ranged{In: spans.Set{}.With(release, c.Known), Text: text})
}

// belowFree says whether a path lies below a free-form key of the release.
func (c *Catalogue) belowFree(path string, release spans.Release) bool {
	return slices.ContainsFunc(c.Records, func(r keyfile.Record) bool {
		open := r.Kind == "free" || r.Kind == "map" || r.Kind == "list"
		return open && r.Live.Has(release) && (strings.HasPrefix(path, r.Path+".") || strings.HasPrefix(path, r.Path+"["))
	})
}

// skips says whether a key is not to be proposed: it is catalogued, lies below
// a free-form key, or belongs to another component.
func (c *Catalogue) skips(path string, release spans.Release) bool {
	if slices.ContainsFunc(c.Records, func(r keyfile.Record) bool { return r.Path == path }) || c.belowFree(path, release) {
		return true
	}
	root, _, _ := strings.Cut(path, ".")
	root, _, _ = strings.Cut(root, "[")
	return slices.Contains(c.Roots, root)
}

// add appends a proposed record.
func (c *Catalogue) add(key proposal, release spans.Release) {
	r := keyfile.Record{
		Path: key.Path, Type: key.typ, Kind: key.kind, Fallback: key.Fallback, Lands: key.lands(),
		Required: key.Mode&chartread.Required != 0, Templated: key.Mode&chartread.Rendered != 0,
		Unquoted: key.typ == "str" && key.kind == "" && key.Mode&chartread.Unquoted != 0,
		Live:     spans.Set{}.With(release, c.Known),
		Note:     "new in " + fmt.Sprintf("%d.%d.%d", release.Major, release.Minor, release.Patch) + ", to be reviewed",
	}
	if key.when() != "" {
		r.When = []keyfile.Ranged{{Text: key.when()}}
	}
	if key.def != "" {
		r.Default = []keyfile.Ranged{{Text: key.def}}
	}
	c.Records = append(c.Records, r)
}

// lookup is a default of values.yaml in the form of the catalogue: JSON, a
// string beyond 60 characters cut and ended with ….
func lookup(defaults map[string]any, path string) (string, bool) {
	var at any = defaults
	for name := range strings.SplitSeq(path, ".") {
		block, ok := at.(map[string]any)
		if !ok {
			return "", false
		}
		if at, ok = block[name]; !ok {
			return "", false
		}
	}
	if text, ok := at.(string); ok && len([]rune(text)) > 60 {
		at = string([]rune(text)[:60]) + "…"
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(at); err != nil {
		return "", false
	}
	return strings.TrimSuffix(b.String(), "\n"), true
}
