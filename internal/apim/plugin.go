package apim

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed data/plugins.txt
var pluginsText string

// Bundling says how a plugin reaches a gateway of one release.
type Bundling uint8

// The ways (gravitee-apim-distribution/pom.xml and the gateway assembly's
// excludes at each release tag).
const (
	NotKnown       Bundling = iota // the release has no such plugin
	Bundled                        // in the released image
	Download                       // not in the image: has to be downloaded
	ManagementOnly                 // in the distribution, but left out of the gateway
)

// String says the bundling in words.
func (b Bundling) String() string {
	return [...]string{"not known", "bundled", "to be downloaded", "for the Management API only"}[b]
}

// Plugin is a plugin as one APIM release pins it.
type Plugin struct {
	Artifact string // gravitee-policy-jwt
	Group    string // io.gravitee.policy
	// Pinned is the version that the release was built with, zero if it knows
	// none.
	Pinned   Version
	Bundling Bundling
	// Matrix is the compatibility that the plugin's README publishes.
	Matrix Matrix
}

// pluginLine returns the line of a plugin without its name: the group, and what
// the plugin is from a release on. The lines are sorted by name.
func pluginLine(artifact string) (line string, ok bool) {
	text := pluginsText
	for text != "" {
		start := 1 + strings.LastIndexByte(text[:len(text)/2], '\n')
		line, _, _ := strings.Cut(text[start:], "\n")
		name, rest, _ := strings.Cut(line, "\t")
		switch order := strings.Compare(artifact, name); {
		case order == 0:
			return rest, true
		case order < 0:
			text = text[:start]
		default:
			text = text[min(start+len(line)+1, len(text)):]
		}
	}
	return "", false
}

// PluginInfo returns what an APIM release knows about a plugin; ok is false
// when no known release has it. The pinned versions are known for every release
// tag, a later patch is judged by the last known one of its line.
func PluginInfo(apim Version, artifact string) (plugin Plugin, ok bool) {
	line, ok := pluginLine(artifact)
	if !ok {
		return Plugin{}, false
	}
	release, _ := nearest(apim)
	group, line, _ := strings.Cut(line, "\t")
	plugin = Plugin{Artifact: artifact, Group: group, Matrix: matrices[artifact]}
	state := "-"
	for item := range strings.SplitSeq(line, " ") {
		first, now, _ := strings.Cut(item, "=")
		// A test reads every line.
		if from, _ := ParseVersion(first); from.Compare(release) > 0 {
			break
		}
		state = now
	}
	plugin.Bundling = bundlingOf(state[0])
	switch {
	case plugin.Bundling == NotKnown:
	case len(state) == 1: // a module that carries the APIM version
		plugin.Pinned = release
	default:
		plugin.Pinned, _ = ParseVersion(state[1:])
	}
	return plugin, true
}

// bundlingOf reads the letter of the data.
func bundlingOf(letter byte) Bundling {
	switch letter {
	case 'B':
		return Bundled
	case 'D':
		return Download
	case 'M':
		return ManagementOnly
	default:
		return NotKnown
	}
}

// PluginProblem is what can be wrong with a plugin version.
type PluginProblem uint8

// The problems.
const (
	PluginUnknown       PluginProblem = iota // no release has such a plugin
	PluginDowngrade                          // older than the bundled one, and wins over it
	PluginRedundant                          // the bundled version again
	PluginIncompatible                       // outside the published compatibility matrix
	PluginNotForGateway                      // only the Management API loads it
)

// PluginJudgement is one problem of a plugin version in an APIM release.
type PluginJudgement struct {
	Problem PluginProblem
	// Why is one sentence for a person, without a period.
	Why string
	// Use is the version to use instead, zero if there is none to name.
	Use Version
}

// JudgePlugin judges a plugin version that is downloaded into a gateway of an
// APIM release. Downloaded plugins always win over bundled ones: the gateway
// takes the newest file, not the newest version.
func JudgePlugin(apim Version, artifact string, version Version) []PluginJudgement {
	plugin, ok := PluginInfo(apim, artifact)
	if !ok || plugin.Bundling == NotKnown {
		return []PluginJudgement{{
			Problem: PluginUnknown,
			Why:     fmt.Sprintf("APIM %s has no plugin %s", apim.MinorString(), artifact),
		}}
	}
	if plugin.Bundling == ManagementOnly {
		return []PluginJudgement{{
			Problem: PluginNotForGateway,
			Why:     artifact + " is a plugin of the Management API, the gateway is built without it",
		}}
	}
	order := version.Compare(plugin.Pinned)
	var all []PluginJudgement
	if plugin.Bundling == Bundled && order < 0 {
		all = append(all, PluginJudgement{
			Problem: PluginDowngrade, Use: plugin.Pinned,
			Why: fmt.Sprintf("the image already bundles %s %s, and the downloaded %s wins because its file is newer",
				artifact, plugin.Pinned, version),
		})
	}
	if plugin.Bundling == Bundled && order == 0 {
		all = append(all, PluginJudgement{
			Problem: PluginRedundant, Use: plugin.Pinned,
			Why: fmt.Sprintf("the image already bundles %s %s", artifact, version),
		})
	}
	// The major line that the release itself ships runs there, whatever the
	// README says.
	if version.Major != plugin.Pinned.Major && !plugin.Matrix.Allows(apim, version) {
		all = append(all, PluginJudgement{
			Problem: PluginIncompatible, Use: plugin.Pinned,
			Why: fmt.Sprintf("%s %d.x is for APIM %s, not for %s",
				artifact, version.Major, plugin.Matrix.String(version.Major), apim.MinorString()),
		})
	}
	return all
}

// A Matrix is the compatibility table of a plugin's README: which major line of
// the plugin runs in which minor lines of APIM.
type Matrix []MatrixRow

// MatrixRow is one major line. A zero From or To is an open end.
type MatrixRow struct {
	Plugin   int // major
	From, To Version
}

// Allows says whether the matrix lets a plugin version run in a release. A
// version that the matrix does not list is allowed.
func (m Matrix) Allows(apim, version Version) bool {
	listed := false
	for _, row := range m {
		if row.Plugin != version.Major {
			continue
		}
		listed = true
		minor := Version{Major: apim.Major, Minor: apim.Minor}
		if row.From.Compare(minor) <= 0 && (row.To.IsZero() || minor.Compare(row.To) <= 0) {
			return true
		}
	}
	return !listed
}

// String is the range of a major line: "4.6 to 4.8", "4.12 and later".
func (m Matrix) String(major int) string {
	i := slices.IndexFunc(m, func(row MatrixRow) bool { return row.Plugin == major })
	if i < 0 {
		return "unknown releases"
	}
	row := m[i]
	switch {
	case row.From.IsZero():
		return "up to " + row.To.MinorString()
	case row.To.IsZero():
		return row.From.MinorString() + " and later"
	default:
		return row.From.MinorString() + " to " + row.To.MinorString()
	}
}

func minor(m int) Version { return Version{Major: 4, Minor: m} }

var (
	rateLimitMatrix = Matrix{{3, minor(6), minor(8)}, {4, minor(9), minor(11)}, {5, minor(12), Version{}}}

	// matrices are the tables of the plugins' READMEs. connector-http is left
	// out: its table is stale ("3.x to latest" while 4.6 bundles 5.0).
	matrices = map[string]Matrix{
		"gravitee-policy-apikey":           {{5, minor(6), minor(10)}, {6, minor(11), Version{}}},
		"gravitee-policy-jwt":              {{6, minor(6), minor(8)}, {7, minor(9), minor(11)}, {8, minor(12), Version{}}},
		"gravitee-policy-oauth2":           {{4, minor(6), minor(9)}, {5, minor(10), Version{}}},
		"gravitee-policy-ratelimit":        rateLimitMatrix,
		"gravitee-policy-quota":            rateLimitMatrix,
		"gravitee-policy-spikearrest":      rateLimitMatrix,
		"gravitee-policy-transformheaders": {{4, minor(6), minor(8)}, {5, minor(9), Version{}}},
		"gravitee-policy-aws-lambda":       {{2, minor(7), minor(7)}, {3, minor(8), Version{}}},
		"gravitee-resource-cache-redis":    {{4, minor(6), minor(11)}, {5, minor(12), Version{}}},
		"gravitee-policy-circuit-breaker":  {{1, Version{}, minor(5)}, {2, minor(6), Version{}}},
	}
)
