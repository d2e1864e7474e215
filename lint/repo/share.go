package repo

import (
	"bytes"
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
	forms  []*form
	from   []string
	texts  wordSet // what the objects say besides the marks
	hashed []hashed
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
	for _, v := range s.gaps.values {
		fmt.Fprintf(h, "%t ", isWord(v)) // numbers have other marks
	}
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
			fmt.Fprintf(h, "%q %d %t %t %t %t\n", w.name, w.base, w.note, w.whole, w.trimmed, w.content)
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
	case w.content:
		part(s.gaps.content(w.file))
	case w.whole:
		part(s.gaps.open(w.file, 0, len(w.file.data)))
	default:
		for _, d := range w.file.docs {
			line := w.file.yamlLine(d.text.start)
			fmt.Fprintf(h, "%d %d\n", line, d.text.start-w.file.breaks[line-1])
			part(headless(s.gaps.open(w.file, d.text.start, d.text.end)))
		}
	}
}

// headless empties the comments at the head of a document, which often say whose it
// is. The lines stay: places are told by them.
func headless(text []byte) []byte {
	var head []byte
	for rest := text; ; {
		line, after, ok := bytes.Cut(rest, []byte{'\n'})
		bare := bytes.TrimLeft(line, " \t")
		switch {
		case ok && len(bare) > 0 && bare[0] == '#':
			head = append(head, "#\n"...)
		case ok && len(bare) == 0:
			head = append(head, '\n')
		default:
			return append(head, rest...)
		}
		rest = after
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
		if err != nil || !sh.learn(marked, s.gaps.values) {
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
