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

// A wordSet is all texts of a part of a build, keys and values.
type wordSet map[string]struct{}

func (w wordSet) has(s string) bool { _, ok := w[s]; return ok }

func (w wordSet) add(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		w[n.Value] = struct{}{}
	}
	for _, c := range n.Content {
		w.add(c)
	}
}

// A wording is what a kustomization says, without those below it.
type wording struct {
	words wordSet
	names []string // of objects and generators
	// affixed says that it adds something to names, picky that it chooses
	// objects by a pattern of their names.
	affixed, picky bool
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

// lookingFields are those with which kustomize looks into texts, or which
// change what it does with fields.
var lookingFields = map[string]bool{
	"openapi": true, "replacements": true, "vars": true, "crds": true, "configurations": true,
	"generators": true, "transformers": true, "validators": true,
}

// isCopying tells whether kustomize does nothing else with the words of a
// kustomization than to copy and compare them, as far as its fields tell.
func isCopying(k *kust) bool {
	for name := range k.value.Fields() {
		if lookingFields[fieldName(name)] {
			return false
		}
	}
	for _, p := range k.patches {
		target := p.at.Get("target")
		if target.Get("labelSelector").Exists() || target.Get("annotationSelector").Exists() || !isLiteral(target.Get("namespace").Text()) {
			return false
		}
	}
	for _, images := range []string{"images", "imageTags"} {
		for _, e := range k.value.Get(images).Items() {
			if name := e.Get("name").Text(); !isLiteral(name[strings.LastIndexByte(name, '/')+1:]) {
				return false
			}
		}
	}
	return true
}

// isLiteral tells texts that mean themselves where kustomize expects a pattern.
func isLiteral(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_':
		default:
			return false
		}
	}
	return true
}

// wordingOf returns what a kustomization says, which is gathered once; nil if
// nothing that builds on it can have gaps. The words of a root are left to the
// gapFinder.
func (ks *kustomizations) wordingOf(k *kust, root bool) *wording {
	if w, ok := ks.wordings[k]; ok && !root {
		return w
	}
	ok := isCopying(k) && !strings.Contains(string(k.file.data), markStem)
	w := &wording{words: wordSet{}}
	if !root {
		w.words.add(k.value.node)
	}
	for _, f := range k.parts() {
		ok = ok && !strings.Contains(string(f.data), markStem)
		if root {
			continue
		}
		for _, d := range f.docs {
			w.words.add(d.root)
		}
		w.words[strings.TrimSpace(string(f.data))] = struct{}{}
	}
	for _, r := range k.resources {
		if r.file != nil {
			for _, o := range r.file.objects() {
				w.names = append(w.names, o.Name)
			}
		}
	}
	for _, g := range k.generators {
		w.names = append(w.names, g.at.Get("name").Text())
	}
	for name := range k.value.Fields() {
		n := fieldName(name)
		w.affixed = w.affixed || n == "namePrefix" || n == "nameSuffix"
	}
	for _, p := range k.patches {
		w.picky = w.picky || !isLiteral(p.at.Get("target", "name").Text())
	}
	if !ok {
		w = nil
	}
	if !root && !ks.passing {
		ks.wordings[k] = w
	}
	return w
}

// parts returns the files that a kustomization adds to a build, in order.
func (k *kust) parts() []*file {
	var all []*file
	for _, r := range k.resources {
		if r.file != nil {
			all = append(all, r.file)
		}
	}
	for _, p := range k.patches {
		f, _ := p.operations()
		all = append(all, f)
	}
	for _, g := range k.generators {
		for _, s := range g.sources {
			if s.file != nil {
				all = append(all, s.file)
			}
		}
	}
	return all
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

// root gathers the candidates of a root and its other texts. It is false if
// something is written in a way in which gaps cannot be cut out.
func (g *gapFinder) root(k *kust) bool {
	for name, v := range k.value.Fields() {
		g.fixed[name] = struct{}{}
		switch fieldName(name) {
		case "namespace":
			g.field(v)
		case "metadata", "commonLabels", "commonAnnotations":
			g.fields(v)
		case "labels":
			for _, e := range v.Items() {
				for key, f := range e.Fields() {
					if key == "pairs" {
						g.fields(f)
					} else {
						g.fixed.add(f.node)
					}
				}
			}
		case "images":
			for _, e := range v.Items() {
				for key, f := range e.Fields() {
					if key == "newTag" {
						g.field(f)
					} else {
						g.fixed.add(f.node)
					}
				}
			}
		case "patches", "patchesStrategicMerge", "patchesJson6902":
			// The paths are replaced; what is behind them follows.
			for _, e := range v.Items() {
				for key, f := range e.Fields() {
					if key != "path" && key != "patch" {
						g.fixed.add(f.node)
					}
				}
			}
		case "resources", "components", "bases":
		default:
			g.fixed.add(v.node)
		}
	}
	cut := map[*file]bool{}
	for _, p := range k.patches {
		f, _ := p.operations()
		if cut[f] {
			continue
		}
		cut[f] = true
		if !g.file(f, p.json) {
			return false
		}
	}
	for _, r := range k.resources {
		if r.file == nil || cut[r.file] {
			continue
		}
		cut[r.file] = true
		if !g.file(r.file, false) {
			return false
		}
	}
	for _, f := range k.parts() {
		if !cut[f] {
			g.fixed[strings.TrimSpace(string(f.data))] = struct{}{}
		}
	}
	return true
}

// field makes a field of the kustomization a candidate, which is written anew.
func (g *gapFinder) field(v Value) {
	if v.node.Kind == yaml.ScalarNode && v.node.Anchor == "" && v.node.ShortTag() == "!!str" {
		g.candidates = append(g.candidates, candidate{node: v.node})
		return
	}
	g.fixed.add(v.node)
}

func (g *gapFinder) fields(v Value) {
	for key, f := range v.Fields() {
		g.fixed[key] = struct{}{}
		if isOrder(key) {
			g.fixed.add(f.node)
			continue
		}
		g.field(f)
	}
}

// isOrder tells the keys of annotations and labels that may tell kustomize what
// to do.
func isOrder(key string) bool {
	return strings.Contains(key, "kubernetes.io/") || strings.Contains(key, "kustomize")
}

// file gathers the candidates of a patch or a file of objects.
func (g *gapFinder) file(f *file, operations bool) bool {
	if f.aliased || len(f.unread) > 0 || len(f.dropped) > 0 {
		return false
	}
	last := map[int]int{} // the last column in which something begins, by line
	var plain func(n *yaml.Node) bool
	plain = func(n *yaml.Node) bool {
		if n.Anchor != "" || n.Kind == yaml.AliasNode || n.Style&yaml.TaggedStyle != 0 {
			return false
		}
		last[n.Line] = max(last[n.Line], n.Column)
		return !slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return !plain(c) })
	}
	for _, d := range f.docs {
		if !plain(d.root) {
			return false
		}
	}
	s := fileGaps{gapFinder: g, file: f}
	if !operations {
		// Whatever follows on the line would move.
		s.last = last
	}
	for _, d := range f.docs {
		if operations {
			s.operations(d.root)
		} else {
			s.object(d.root)
		}
	}
	return true
}

type fileGaps struct {
	*gapFinder
	file *file
	last map[int]int
}

func (s *fileGaps) object(n *yaml.Node) {
	for k, v := range pairs(n) {
		s.fixed.add(k)
		switch k.Value {
		case "apiVersion", "kind":
			s.fixed.add(v)
		case "metadata":
			s.metadata(v)
		default:
			s.below(v)
		}
	}
	if n.Kind != yaml.MappingNode {
		s.fixed.add(n)
	}
}

func (s *fileGaps) metadata(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		s.fixed.add(n)
	}
	for k, v := range pairs(n) {
		s.fixed.add(k)
		switch {
		case k.Value == "labels" || k.Value == "annotations":
			s.pairs(v)
		case (k.Value == "name" || k.Value == "namespace") && s.named && v.Kind == yaml.ScalarNode:
			s.scalar(v)
		default:
			s.fixed.add(v)
		}
	}
}

// pairs gathers the values of labels or annotations.
func (s *fileGaps) pairs(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		s.fixed.add(n)
	}
	for k, v := range pairs(n) {
		s.fixed.add(k)
		if isOrder(k.Value) {
			s.fixed.add(v)
		} else {
			s.below(v)
		}
	}
}

// tellingKeys are those whose values tell elements of lists and objects apart.
var tellingKeys = map[string]bool{
	"name": true, "namespace": true, "kind": true, "apiVersion": true, "apiGroup": true, "type": true, "key": true,
	"ip": true, "mountPath": true, "devicePath": true, "port": true, "containerPort": true, "topologyKey": true,
	"image": true, "uid": true, "protocol": true,
}

func (s *fileGaps) below(n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		for k, v := range pairs(n) {
			s.fixed.add(k)
			if tellingKeys[k.Value] || strings.HasPrefix(k.Value, "$") {
				s.fixed.add(v)
				continue
			}
			s.below(v)
		}
	case yaml.SequenceNode:
		for _, c := range n.Content {
			if c.Kind == yaml.ScalarNode {
				s.fixed.add(c)
				continue
			}
			s.below(c)
		}
	default:
		s.scalar(n)
	}
}

// scalar makes a scalar a candidate if its text stands there as it is.
func (s *fileGaps) scalar(n *yaml.Node) {
	if !isWord(n.Value) || n.ShortTag() != "!!str" || s.last != nil && s.last[n.Line] != n.Column {
		s.fixed.add(n)
		return
	}
	start, end := s.file.extent(n)
	switch string(s.file.data[start:end]) {
	case n.Value:
	case `"` + n.Value + `"`, "'" + n.Value + "'":
		start, end = start+1, end-1
	default:
		s.fixed.add(n)
		return
	}
	s.candidates = append(s.candidates, candidate{n, s.file, textRange{start, end}})
}

// operations gathers the candidates of JSON 6902 operations.
func (s *fileGaps) operations(n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		s.fixed.add(n)
		return
	}
	for _, op := range n.Content {
		name, path := child(op, "op"), child(op, "path")
		if name == nil || path == nil || name.Value != "add" && name.Value != "replace" {
			s.fixed.add(op)
			continue
		}
		for k, v := range pairs(op) {
			s.fixed.add(k)
			if k.Value == "value" {
				s.operand(pointer(path.Value), v)
			} else {
				s.fixed.add(v)
			}
		}
	}
}

// operand gathers the candidates of a value that is put at a path.
func (s *fileGaps) operand(path []string, v *yaml.Node) {
	n := len(path)
	isPairs := n > 1 && path[0] == "metadata" && (path[1] == "labels" || path[1] == "annotations")
	switch {
	case isPairs && n == 2:
		s.pairs(v)
	case isPairs && n == 3 && !isOrder(path[2]):
		s.below(v)
	case n > 1 && path[0] != "metadata" && !tellingKeys[path[n-1]]:
		s.below(v)
	default:
		s.fixed.add(v)
	}
}
