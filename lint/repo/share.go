package repo

import (
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resmap"
)

// A build costs kustomize milliseconds, and most of it is the same for all
// overlays of a base. So overlays that differ in nothing but their gaps are
// built once, with marks in the gaps, and each gets a copy with its own words in
// place of the marks. All that kustomize sees is part of what tells whether two
// overlays are alike: see shapeOf.
//
// That gaps are nothing but copied is an argument about kustomize (see gaps). It
// is put to the test for each shape: the first overlay is built as it is, and
// what the marks give for it must be the same, to the last tag and line.

// A rendering is what a build gave: the objects, and where they come from.
type rendering struct {
	roots []*yaml.Node
	from  []string // by root: see parseOrigin
}

// A shape is what overlays have in common that differ in their gaps only.
type shape struct {
	// first is the rendering of the first overlay with the values of its gaps,
	// until there is a second one.
	first  *rendering
	values []string
	// forms make the objects of each of them; nil as long as there is one
	// overlay only, or if the shape is odd.
	forms []*form
	from  []string
	texts wordSet // what the objects say besides the marks
	// odd says that kustomize does more with the gaps than to copy them.
	odd bool
}

// maxWaiting is the number of shapes that keep the rendering of their first
// overlay until they have a second one.
const maxWaiting = 32

// maxLearned is the number of shapes that keep their forms.
const maxLearned = 256

// shapes are the shapes of the overlays that were built.
type shapes struct {
	known   map[[sha256.Size]byte]*shape
	waiting []*shape // the oldest first
	learned []*shape // the oldest first
}

// shapeOf returns the checksum of all that kustomize would see of a root with
// marks in its gaps. Files and kustomizations that others may list as well are
// told by their names: a repository is read once.
func (s *synthesis) shapeOf(root *kust) (sum [sha256.Size]byte) {
	h := sha256.New()
	own := map[*file]bool{}
	for _, f := range root.parts() {
		own[f] = true
	}
	fmt.Fprintf(h, "%t %t\n", s.partial, s.notes)
	for _, k := range s.order[1:] {
		fmt.Fprintf(h, "%q\n", k.dir)
	}
	for i, w := range s.writes {
		switch {
		case i == 0:
			fmt.Fprintf(h, "%d\n", len(w.data))
			h.Write(w.data)
		case w.file == nil && strings.HasPrefix(w.name, "/"):
			// Another kustomization: its folder is told.
		case w.file != nil && !own[w.file]:
			fmt.Fprintf(h, "%q %q %d\n", w.name, w.file.name, w.base)
		default:
			fmt.Fprintf(h, "%q %d %t %t %t\n", w.name, w.base, w.note, w.whole, w.trimmed)
			s.outline(h, w)
		}
	}
	h.Sum(sum[:0])
	return sum
}

// outline writes what text returns, without the padding.
func (s *synthesis) outline(h io.Writer, w write) {
	part := func(data []byte) {
		fmt.Fprintf(h, "%d\n", len(data))
		h.Write(data)
	}
	switch {
	case w.file == nil:
		part(w.data)
	case w.whole:
		part(s.gaps.open(w.file, 0, len(w.file.data)))
	default:
		for _, d := range w.file.docs {
			line := w.file.yamlLine(d.text.start)
			fmt.Fprintf(h, "%d %d\n", line, d.text.start-w.file.breaks[line-1])
			part(s.gaps.open(w.file, d.text.start, d.text.end))
		}
	}
}

// shared returns what the shape gives for a root; nil if it has to be built.
func (ks *kustomizations) shared(sh *shape, s *synthesis, display string) *rendering {
	switch {
	case sh.odd || sh.forms == nil && sh.first == nil:
		return nil
	case sh.forms == nil:
		first, values := sh.first, sh.values
		sh.first, sh.values = nil, nil
		ks.shapes.waiting = slices.DeleteFunc(ks.shapes.waiting, func(w *shape) bool { return w == sh })
		sh.odd = true
		marked, err := render(s, display)
		if err != nil || !sh.learn(marked) {
			return nil
		}
		if got := sh.fill(values); got == nil || !got.equal(first) {
			sh.forms = nil
			return nil
		}
		sh.odd = false
		if ks.shapes.learned = append(ks.shapes.learned, sh); len(ks.shapes.learned) > maxLearned {
			ks.shapes.learned[0].forms = nil
			ks.shapes.learned = slices.Delete(ks.shapes.learned, 0, 1)
		}
	}
	return sh.fill(s.gaps.values)
}

// await keeps the rendering of the first overlay of a shape for the second.
func (ks *kustomizations) await(sh *shape, r *rendering, values []string) {
	if sh.odd || sh.forms != nil {
		return
	}
	sh.first, sh.values = r, values
	if ks.shapes.waiting = append(ks.shapes.waiting, sh); len(ks.shapes.waiting) > maxWaiting {
		ks.shapes.waiting[0].first = nil
		ks.shapes.waiting = slices.Delete(ks.shapes.waiting, 0, 1)
	}
}

// render builds what is planned.
func render(s *synthesis, display string) (*rendering, error) {
	rm, err := build(s, display)
	if err != nil {
		return nil, err
	}
	return s.rendering(rm), nil
}

// rendering takes the notes of origin out of the objects.
func (s *synthesis) rendering(rm resmap.ResMap) *rendering {
	r := &rendering{}
	for _, res := range rm.Resources() {
		n := res.YNode()
		from := takeNote(n)
		if !s.notes {
			from = parseOrigin(res.GetAnnotations()[originAnnotation])
			dropOrigin(n)
		}
		r.roots, r.from = append(r.roots, n), append(r.from, from)
	}
	return r
}

func (r *rendering) equal(o *rendering) bool {
	return slices.Equal(r.from, o.from) && slices.EqualFunc(r.roots, o.roots, equalNodes)
}

// equalNodes compares all that this package makes use of.
func equalNodes(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.Style == b.Style && a.Tag == b.Tag && a.Value == b.Value && a.Anchor == b.Anchor &&
		a.Line == b.Line && a.Column == b.Column && (a.Alias == nil) == (b.Alias == nil) &&
		slices.EqualFunc(a.Content, b.Content, equalNodes)
}

// A form makes a node of each overlay: the node of the marked rendering with
// words in place of the marks. What is the same in all overlays is one node.
type form struct {
	node *yaml.Node
	// parts is the value of a scalar: fixed texts, and between them the numbers
	// of gaps.
	texts []string
	gaps  []int
	// below are the forms of the elements of Content; nil for those that are
	// the same in all.
	below []*form
	// nodes and content are the numbers of nodes and elements that are made.
	nodes, content int
}

// learn takes the forms from a marked rendering. It is false if the marks are
// in places that cannot be filled.
func (sh *shape) learn(marked *rendering) bool {
	sh.texts = wordSet{}
	for _, n := range marked.roots {
		f, ok := sh.formOf(n)
		if !ok {
			return false
		}
		if f == nil {
			f = &form{node: n}
		}
		sh.forms = append(sh.forms, f)
	}
	sh.from = marked.from
	return true
}

// formOf returns the form of a node; nil if it is the same in all overlays.
func (sh *shape) formOf(n *yaml.Node) (*form, bool) {
	f := &form{node: n, nodes: 1, content: len(n.Content)}
	switch n.Kind {
	case yaml.ScalarNode:
		rest := n.Value
		for {
			text, after, ok := strings.Cut(rest, markStem)
			if !ok {
				break
			}
			gap := 0
			if n, err := fmt.Sscanf(after, "%04d"+markEnd, &gap); n != 1 || err != nil || !strings.HasPrefix(markStem+after, markOf(gap)) {
				return nil, false
			}
			f.texts, f.gaps = append(f.texts, text), append(f.gaps, gap)
			rest = after[markLength-len(markStem):]
		}
		if f.gaps == nil {
			sh.texts[n.Value] = struct{}{}
			return nil, true
		}
		f.texts = append(f.texts, rest)
		return f, true
	case yaml.MappingNode, yaml.SequenceNode:
		f.below = make([]*form, len(n.Content))
		same := true
		for i, c := range n.Content {
			b, ok := sh.formOf(c)
			if !ok || b != nil && n.Kind == yaml.MappingNode && i%2 == 0 {
				return nil, false
			}
			if b != nil {
				f.below[i], same = b, false
				f.nodes += b.nodes
				f.content += b.content
			}
		}
		if same {
			return nil, true
		}
		return f, true
	}
	return nil, false
}

// fill makes the rendering with these words in the gaps; nil if one of them
// means something else in it.
func (sh *shape) fill(values []string) *rendering {
	nodes, content := 0, 0
	for _, f := range sh.forms {
		nodes += f.nodes
		content += f.content
	}
	for _, v := range values {
		if sh.texts.has(v) {
			return nil
		}
	}
	m := maker{values: values, nodes: make([]yaml.Node, nodes), content: make([]*yaml.Node, content)}
	r := &rendering{roots: make([]*yaml.Node, len(sh.forms)), from: sh.from}
	for i, f := range sh.forms {
		r.roots[i] = m.make(f)
	}
	return r
}

// A maker takes the nodes of one overlay from two arrays.
type maker struct {
	values  []string
	nodes   []yaml.Node
	content []*yaml.Node
}

func (m *maker) make(f *form) *yaml.Node {
	if f.nodes == 0 {
		return f.node
	}
	n := &m.nodes[0]
	m.nodes = m.nodes[1:]
	*n = *f.node
	if f.gaps != nil {
		n.Value = m.text(f)
		return n
	}
	n.Content = m.content[:len(f.below):len(f.below)]
	m.content = m.content[len(f.below):]
	for i, b := range f.below {
		if b == nil {
			n.Content[i] = f.node.Content[i]
		} else {
			n.Content[i] = m.make(b)
		}
	}
	return n
}

func (m *maker) text(f *form) string {
	if len(f.gaps) == 1 && f.texts[0] == "" && f.texts[1] == "" {
		return m.values[f.gaps[0]]
	}
	var b strings.Builder
	for i, gap := range f.gaps {
		b.WriteString(f.texts[i])
		b.WriteString(m.values[gap])
	}
	b.WriteString(f.texts[len(f.gaps)])
	return b.String()
}
