package repo

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

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
//
// What a generator puts into a ConfigMap or Secret as a whole may be any text:
// kustomize does not look into it either, except for the hash at the end of the
// object's name (see hashes).
type gaps struct {
	values []string // what fills the gap in this overlay, by its number
	// scalars are the texts of scalars with marks in them, contents the marks of
	// files that are the value of a key.
	scalars  map[*yaml.Node]string
	contents map[*file]string
	cuts     map[*file][]cut // by position
}

// A cut is a gap in the text of a file.
type cut struct {
	textRange
	mark string
}

// A markKind is a form of marks: the same text in all, with the number of the gap
// behind it.
type markKind struct{ stem, end string }

var (
	wordMark   = markKind{"qzgap", "q"}
	numberMark = markKind{"8362947", "9"} // for numbers, and what is quoted because it looks like one
)

const (
	markDigits = 4
	maxGaps    = 1000
)

func (k markKind) of(gap int) string { return fmt.Sprintf("%s%0*d%s", k.stem, markDigits, gap, k.end) }

func (k markKind) length() int { return len(k.stem) + markDigits + len(k.end) }

// hasMark tells whether there seems to be a mark in a text.
func hasMark(s string) bool {
	return strings.Contains(s, wordMark.stem) || strings.Contains(s, numberMark.stem)
}

// markFor returns what kustomize sees in place of a text. What it makes of a text
// may depend on whether it has lines, or looks like a number.
func markFor(gap int, text string) string {
	switch {
	case isNumber(text):
		return numberMark.of(gap)
	case strings.Contains(text, "\n"):
		return wordMark.of(gap) + "\n"
	}
	return wordMark.of(gap)
}

// value returns the text of a scalar, with the mark of its gap.
func (g *gaps) value(n *yaml.Node) string {
	if g != nil {
		if m, ok := g.scalars[n]; ok {
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

// content returns the text that a generator puts into an object.
func (g *gaps) content(f *file) []byte {
	if g != nil {
		if m, ok := g.contents[f]; ok {
			return []byte(m)
		}
	}
	if f.bom > 0 {
		return append([]byte(byteOrderMark), f.data...)
	}
	return g.open(f, 0, len(f.data))
}

// A candidate is a text that may become a gap.
type candidate struct {
	text string
	// node is a scalar of the kustomization, which is written anew, and before
	// what stands in it before the text; nil if the text is in a file.
	node   *yaml.Node
	before string
	file   *file
	at     textRange
	// data says that a generator makes it a value of an object of this kind: if
	// it is in a file, that is the file as a whole, or what a line of it says.
	data string
	line bool
	// whole says that it is all of a scalar: a number, or what stands in quotes
	// without escapes.
	whole bool
	// affix says where it is added to names; 0 for nowhere.
	affix affix
}

// An affix is a side of names.
type affix int

const (
	startOfNames affix = iota + 1
	endOfNames
)

// A gapFinder looks for the gaps of a root.
type gapFinder struct {
	candidates []candidate
	fixed      wordSet    // what is said elsewhere in the root's own files
	all        []*wording // of all kustomizations of the build
	affixed    bool       // one of them adds something to names
	picky      bool       // one of them chooses objects by a pattern of their names
	named      bool       // names may be gaps
}

// gapsOf returns the gaps of a root; nil if kustomize may look into its words.
func (ks *kustomizations) gapsOf(root *kust) *gaps {
	g := gapFinder{fixed: wordSet{}}
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
		g.picky = g.picky || w.picky
		g.named = !g.affixed && !g.picky
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
	g.candidates = slices.DeleteFunc(g.candidates, func(c candidate) bool {
		if c.affix == 0 || !g.mayBeNames(c) {
			return false
		}
		g.fixed[c.text] = struct{}{}
		return true
	})
	found := &gaps{scalars: map[*yaml.Node]string{}, contents: map[*file]string{}, cuts: map[*file][]cut{}}
	known := map[string]string{}
	for _, c := range g.candidates {
		if !c.isCopied() {
			continue
		}
		mark, ok := known[c.text]
		if !ok {
			if !g.isCompared(c.text) && len(found.values) < maxGaps {
				mark = markFor(len(found.values), c.text)
				found.values = append(found.values, c.text)
			}
			known[c.text] = mark
		}
		switch {
		case mark == "":
		case c.node != nil:
			found.scalars[c.node] = c.before + mark
		case c.data != "" && !c.line:
			found.contents[c.file] = mark
		default:
			found.cuts[c.file] = append(found.cuts[c.file], cut{c.at, mark})
		}
	}
	for _, cuts := range found.cuts {
		slices.SortFunc(cuts, func(a, b cut) int { return a.start - b.start })
	}
	return found
}

// mayBeNames tells whether there are texts that could be names with the affix, which
// kustomize would take for them, or patterns that could hit one.
func (g *gapFinder) mayBeNames(c candidate) bool {
	added := strings.HasPrefix
	if c.affix == endOfNames {
		added = strings.HasSuffix
	}
	text := c.before + c.text
	if g.picky || slices.ContainsFunc(g.candidates, func(o candidate) bool { return o.affix == 0 && added(o.text, text) }) {
		return true
	}
	for w := range g.fixed {
		if added(w, text) {
			return true
		}
	}
	return slices.ContainsFunc(g.all, func(w *wording) bool {
		for word := range w.words {
			if added(word, text) {
				return true
			}
		}
		return false
	})
}

// isCompared tells whether a text equals something else that kustomize compares
// it with. While it builds, names are put together that stand nowhere.
func (g *gapFinder) isCompared(text string) bool {
	word := isWord(text)
	return g.fixed.has(text) || slices.ContainsFunc(g.all, func(w *wording) bool {
		return w.words.has(text) || word && g.affixed && slices.ContainsFunc(w.names, func(n string) bool { return strings.Contains(text, n) })
	})
}

// isCopied tells whether kustomize and every YAML reader treat the text like its
// mark.
func (c candidate) isCopied() bool {
	switch c.data {
	case "":
		return isWord(c.text) || c.whole && (isText(c.text) || isNumber(c.text))
	case "Secret":
		return isText(c.text) && len(c.text) < maxEncoded && !kyaml.IsValueNonString(base64.StdEncoding.EncodeToString([]byte(c.text)))
	}
	return isText(c.text) || isNumber(c.text)
}

// maxEncoded is the number of bytes from which on kustomize breaks the base64
// text of a Secret into lines.
const maxEncoded = 50

// isText tells what may be copied as a whole into what a generator makes, or
// between quotes: text that is not empty, and if it is one line, does not look
// like something else. All words are texts.
func isText(s string) bool {
	return s != "" && utf8.ValidString(s) && !hasMark(s) && (strings.Contains(s, "\n") || !kyaml.IsValueNonString(s))
}

// isNumber tells texts of digits alone, which have to be quoted.
func isNumber(s string) bool {
	return s != "" && len(s) < 10 && s[0] > '0' && strings.Trim(s, "0123456789") == "" && !hasMark(s)
}

// isWord tells texts that kustomize and every YAML reader treat alike: letters
// and digits with dots, dashes and what is in an address, nothing that is read as
// a number, a date or a truth value, and no text that kustomize knows.
func isWord(s string) bool {
	if len(s) == 0 || len(s) > 253 || hasMark(s) || s[len(s)-1] == ':' {
		return false
	}
	letters := true
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z':
			continue
		case c >= '0' && c <= '9':
		case (c >= 'A' && c <= 'Z' || c == '-' || c == '.' || c == '_') && i > 0:
		case (c == '/' || c == ':' || c == '@') && i > 0 && s[0] >= 'a':
		default:
			return false
		}
		letters = letters && s[i] >= 'A' && s[i] <= 'Z'
	}
	if s[0] >= 'a' && !letters {
		return true // what YAML reads as something else begins otherwise, or is letters
	}
	switch s {
	case "default", "delete", "replace", "merge", "null":
		return false
	}
	plain := yaml.Node{Kind: yaml.ScalarNode, Value: s}
	return plain.ShortTag() == "!!str" && !isOldBool(s) && !kyaml.IsValueNonString(s)
}
