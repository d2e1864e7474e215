package repo

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Spells tells whether source text is a way to write a value: read on its own
// it gives the same text.
func Spells(source string, v Value) bool {
	if source == v.Text() || v.Text() == "" && source == "" {
		return true
	}
	if strings.HasPrefix(source, "|") || strings.HasPrefix(source, ">") {
		// A block keeps its indentation; only its first line lost it. What is
		// left behind its last line depends on what follows.
		source, text := breaks.Replace(source), breaks.Replace(v.Text())
		return strings.TrimRight(dedent(source), "\n") == strings.TrimRight(text, "\n") || folds(source, text)
	}
	return slices.Contains(readings(source), v.Text())
}

// SpellsPart tells whether source text is a way to write a part of a text.
func SpellsPart(source, part string) bool {
	return source == part || slices.Contains(readings(source), part)
}

// readings returns what source text can stand for: as a scalar, as a part of a
// double-quoted one, as a part of a single-quoted one.
func readings(source string) []string {
	all := []string{strings.ReplaceAll(source, "''", "'")}
	for _, in := range []string{source, `"` + source + `"`} {
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(in), &n); err == nil && len(n.Content) == 1 && n.Content[0].Kind == yaml.ScalarNode {
			all = append(all, n.Content[0].Value)
		}
	}
	return all
}

// breaks writes all line breaks of YAML in one way.
var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

func dedent(block string) string {
	lines := strings.Split(block, "\n")[1:]
	indent := -1
	for _, l := range lines {
		if t := strings.TrimLeft(l, " "); t != "" && (indent < 0 || len(l)-len(t) < indent) {
			indent = len(l) - len(t)
		}
	}
	for i, l := range lines {
		lines[i] = l[min(max(indent, 0), len(l)):]
	}
	return strings.Join(lines, "\n")
}

// folds compares without regard to white space.
func folds(source, text string) bool {
	_, body, _ := strings.Cut(source, "\n")
	return strings.Join(strings.Fields(body), " ") == strings.Join(strings.Fields(text), " ")
}

// Shared returns the number of roots that were rendered without a build of
// their own.
func Shared(r *Repo) int { return r.shared }

// ReadInSections makes Open read small repositories in sections too, and takes
// so many folders beside each other for a crowd, until restore is called.
func ReadInSections(crowded int) (restore func()) {
	from, many := sectionsFrom, crowd
	sectionsFrom, crowd = 1, crowded
	return func() { sectionsFrom, crowd = from, many }
}

// WasPassed tells whether files were let go when they had been looked at.
func (r *Repo) WasPassed() bool { return r.passed != nil }
