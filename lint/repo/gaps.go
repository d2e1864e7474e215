package repo

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

// Overlays of one base often differ in nothing but some words: the namespace, a
// label, a tag, an amount in a patch. kustomize does nothing with such a word
// but copy it, and compare it with others. So where a word equals no other text
// of the build, any other such word in its place gives the same objects with
// that one in its place. These are the gaps of an overlay.
//
// A gap is filled with a mark while kustomize builds. The marks are words as
// well, which YAML reads as text in all its versions.
type gaps struct {
	values []string // what fills the gap in this overlay, by its number
	marks  map[*yaml.Node]string
	cuts   map[*file][]cut // by position
}

// A cut is a gap in the text of a file.
type cut struct {
	textRange
	mark string
}

const (
	markStem   = "qzgap"
	markDigits = 4
	markEnd    = "q"
	markLength = len(markStem) + markDigits + len(markEnd)
	maxGaps    = 1000
)

func markOf(gap int) string { return fmt.Sprintf("%s%0*d%s", markStem, markDigits, gap, markEnd) }

// value returns the text of a scalar, or the mark of its gap.
func (g *gaps) value(n *yaml.Node) string {
	if g != nil {
		if m, ok := g.marks[n]; ok {
			return m
		}
	}
	return n.Value
}

// open returns the bytes from from to to of a file, with marks in its gaps.
func (g *gaps) open(f *file, from, to int) []byte {
	if g == nil || len(g.cuts[f]) == 0 {
		return f.data[from:to]
	}
	var b []byte
	at := from
	for _, c := range g.cuts[f] {
		if c.start >= from && c.end <= to {
			b = append(append(b, f.data[at:c.start]...), c.mark...)
			at = c.end
		}
	}
	return append(b, f.data[at:to]...)
}

// A candidate is a scalar that may become a gap.
type candidate struct {
	node *yaml.Node
	file *file // whose text it is cut out of; nil for fields of a kustomization
	at   textRange
}

// A gapFinder looks for the gaps of a root.
type gapFinder struct {
	candidates []candidate
	fixed      wordSet    // what is said elsewhere in the root's own files
	all        []*wording // of all kustomizations of the build
	affixed    bool       // one of them adds something to names
	named      bool       // names may be gaps
}

// gapsOf returns the gaps of a root; nil if kustomize may look into its words.
func (ks *kustomizations) gapsOf(root *kust) *gaps {
	g := gapFinder{fixed: wordSet{}, named: true}
	seen := map[*kust]bool{}
	var visit func(k *kust) bool
	visit = func(k *kust) bool {
		if seen[k] {
			return true
		}
		seen[k] = true
		w := ks.wordingOf(k, k == root)
		if w == nil {
			return false
		}
		g.all = append(g.all, w)
		g.affixed = g.affixed || w.affixed
		g.named = g.named && !w.affixed && !w.picky
		for _, r := range k.resources {
			if r.kust != nil && !visit(r.kust) {
				return false
			}
		}
		return !slices.ContainsFunc(k.components, func(r reference) bool { return !visit(r.kust) })
	}
	if !visit(root) || !g.root(root) {
		return nil
	}
	found := &gaps{marks: map[*yaml.Node]string{}, cuts: map[*file][]cut{}}
	marks := map[string]string{}
	for _, c := range g.candidates {
		mark, ok := marks[c.node.Value]
		if !ok {
			if g.isGap(c.node.Value) && len(found.values) < maxGaps {
				mark = markOf(len(found.values))
				found.values = append(found.values, c.node.Value)
			}
			marks[c.node.Value] = mark
		}
		switch {
		case mark == "":
		case c.file != nil:
			found.cuts[c.file] = append(found.cuts[c.file], cut{c.at, mark})
		default:
			found.marks[c.node] = mark
		}
	}
	for _, cuts := range found.cuts {
		slices.SortFunc(cuts, func(a, b cut) int { return a.start - b.start })
	}
	return found
}

// isGap tells whether a word equals nothing else that kustomize compares it
// with. While it builds, names are put together that stand nowhere.
func (g *gapFinder) isGap(word string) bool {
	if !isWord(word) || g.fixed.has(word) {
		return false
	}
	for _, w := range g.all {
		if w.words.has(word) || g.affixed && slices.ContainsFunc(w.names, func(n string) bool { return strings.Contains(word, n) }) {
			return false
		}
	}
	return true
}

// isWord tells texts that kustomize and every YAML reader treat alike: letters
// and digits with dots and dashes, nothing that is read as a number, a date or a
// truth value, and no text that kustomize knows.
func isWord(s string) bool {
	if len(s) == 0 || len(s) > 63 || strings.Contains(s, markStem) {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
		case (c >= 'A' && c <= 'Z' || c == '-' || c == '.' || c == '_') && i > 0:
		default:
			return false
		}
	}
	switch s {
	case "default", "delete", "replace", "merge", "null":
		return false
	}
	plain := yaml.Node{Kind: yaml.ScalarNode, Value: s}
	return plain.ShortTag() == "!!str" && !isOldBool(s) && !kyaml.IsValueNonString(s)
}
