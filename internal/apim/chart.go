package apim

import (
	"cmp"
	"slices"
	"sync"

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

	release spans.Release
	known   *known
}

// known is what was asked for about a release of the chart.
type known struct {
	keys   sync.Map // *keyfile.Record to *Key
	values func() map[string]any
	judged sketched

	homesOnce sync.Once
	homes     map[string]string
}

// home returns homesOf the release.
func (k *known) home(release spans.Release) map[string]string {
	k.homesOnce.Do(func() { k.homes = homesOf(release) })
	return k.homes
}

// knownOf holds the known of each spans.Release.
var knownOf sync.Map

// Catalogue returns the chart of a version, or the nearest one that is known. A
// version without a patch ("4.9") means the last known patch of that line. A
// pre-release is judged as its release.
func Catalogue(v Version) *Chart {
	chart := &Chart{Asked: v}
	chart.Version, chart.Match = nearest(v)
	chart.release = spans.Release{Major: chart.Version.Major, Minor: chart.Version.Minor, Patch: chart.Version.Patch}
	k, ok := knownOf.Load(chart.release)
	if !ok {
		k, _ = knownOf.LoadOrStore(chart.release, &known{values: sync.OnceValue(func() map[string]any { return defaults(chart.release) })})
	}
	chart.known = k.(*known)
	return chart
}

// Latest returns the newest chart that is known.
func Latest() *Chart {
	minors := Minors()
	return Catalogue(minors[len(minors)-1])
}

func nearest(v Version) (Version, Match) {
	first, last := lines[0], lines[len(lines)-1]
	for _, l := range lines {
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

// A line is a minor line and its last patch that was read.
type line struct{ major, minor, last int }

// lastReleases are the last releases of all minor lines.
func lastReleases() []spans.Release {
	last := make([]spans.Release, len(lines))
	for i, l := range lines {
		last[i] = spans.Release{Major: l.major, Minor: l.minor, Patch: l.last}
	}
	return last
}

func (l line) newest() Version {
	return Version{Major: l.major, Minor: l.minor, Patch: l.last}
}

// Minors returns the last known release of each minor line, oldest first.
func Minors() []Version {
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
