package apim

import (
	"cmp"
	"slices"

	"github.com/quorumwright/quorumwright/internal/apim/internal/spans"
)

// Match says how the chart of a catalogue relates to the version asked for.
type Match uint8

// How near the catalogue is.
const (
	Exact      Match = iota // the catalogue covers this release
	NewerPatch              // a later patch of a known minor line: judged by the last known patch
	NewerMinor              // a later minor line: judged by the last known release
	Older                   // before the first known release: judged by it
)

// String says the match in words.
func (m Match) String() string {
	return [...]string{"exact", "newer patch", "newer minor", "older"}[m]
}

// Chart is the catalogue seen from one release of the chart.
type Chart struct {
	// Version is the release that answers.
	Version Version
	// Asked is the version that was asked for.
	Asked Version
	// Match says how the two relate.
	Match Match

	data    *catalogue
	release spans.Release
}

// Catalogue returns the chart of a version, or the nearest one that is known. A
// version without a patch ("4.9") means the last known patch of that line. A
// pre-release is judged as its release.
func Catalogue(v Version) *Chart {
	data := load()
	chart := &Chart{Asked: v, data: data}
	chart.Version, chart.Match = data.nearest(v)
	chart.release = spans.Release{Major: chart.Version.Major, Minor: chart.Version.Minor, Patch: chart.Version.Patch}
	return chart
}

// Latest returns the newest chart that is known.
func Latest() *Chart {
	minors := Minors()
	return Catalogue(minors[len(minors)-1])
}

func (c *catalogue) nearest(v Version) (Version, Match) {
	first, last := c.lines[0], c.lines[len(c.lines)-1]
	for _, l := range c.lines {
		if l.major != v.Major || l.minor != v.Minor {
			continue
		}
		switch {
		case v.Partial:
			return l.newest(), Exact
		case v.Patch > l.last:
			return l.newest(), NewerPatch
		default:
			return Version{Major: l.major, Minor: l.minor, Patch: v.Patch}, Exact
		}
	}
	if v.Major < first.major || v.Major == first.major && v.Minor < first.minor {
		return Version{Major: first.major, Minor: first.minor}, Older
	}
	return last.newest(), NewerMinor
}

// known are the last releases of all minor lines.
func (c *catalogue) known() []spans.Release {
	known := make([]spans.Release, len(c.lines))
	for i, l := range c.lines {
		known[i] = spans.Release{Major: l.major, Minor: l.minor, Patch: l.last}
	}
	return known
}

func (l line) newest() Version {
	return Version{Major: l.major, Minor: l.minor, Patch: l.last}
}

// Minors returns the last known release of each minor line, oldest first.
func Minors() []Version {
	lines := load().lines
	minors := make([]Version, len(lines))
	for i, l := range lines {
		minors[i] = l.newest()
	}
	slices.SortFunc(minors, func(a, b Version) int {
		return cmp.Or(cmp.Compare(a.Major, b.Major), cmp.Compare(a.Minor, b.Minor))
	})
	return minors
}

// debianFrom is the first release whose default image is the Debian variant
// (helper of the gateway image in templates/_helpers.tpl).
var debianFrom = Version{Major: 4, Minor: 8}

// ImageTag is the tag the chart uses when gateway.image.tag is unset: the plain
// release (the Alpine image) in 4.6 and 4.7, <release>-debian from 4.8.0 on.
func ImageTag(chart Version) string {
	plain := Version{Major: chart.Major, Minor: chart.Minor, Patch: chart.Patch, Partial: chart.Partial}
	if plain.Compare(debianFrom) < 0 {
		return plain.String()
	}
	return plain.String() + "-debian"
}

// ImageRepository is the image the chart uses when gateway.image.repository is
// unset.
const ImageRepository = "graviteeio/apim-gateway"
