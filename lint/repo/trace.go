package repo

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// A trace finds where the values of one rendered object are written. Most
// nodes still carry the place that they come from; for the others the trace
// asks, last writer first, what can have written such a value at such a path.
// It never points at a place that holds something else without saying that the
// place is approximate.
type trace struct {
	*synthesis
	env    *Environment
	object *Object
	root   *yaml.Node // of the rendered object
	from   string     // see parseOrigin
	placed sync.Once  // see place
	doc    Value      // the object as it was written, before anything changed it
	kusts  []*kust    // those that had a say, the last writer first
}

var _ locator = (*trace)(nil)

// parseOrigin returns the file that kustomize notes as the one an object comes
// from, by its name in the synthesis; "" for what a generator made.
func parseOrigin(note string) string {
	for line := range strings.Lines(note) {
		if s, ok := strings.CutPrefix(line, "path: "); ok {
			return strings.TrimSpace(s)
		}
	}
	return ""
}

// place finds the document that the object was written in, and the
// kustomizations that had a say, when one of them is first asked for.
func (t *trace) place() { t.placed.Do(t.find) }

func (t *trace) find() {
	owners := map[*kust]bool{}
	f := t.fileOf(t.from)
	t.kusts = t.order
	generated := slices.ContainsFunc(t.order, func(k *kust) bool { return slices.ContainsFunc(k.generators, t.isGenerator) })
	if f == nil && !generated {
		// A patch of all annotations took the note away.
		f = t.likelyFile()
	}
	if f != nil {
		t.doc = t.originDocument(f)
		for _, k := range t.order {
			if slices.ContainsFunc(k.resources, func(r reference) bool { return r.file == f }) {
				owners[k] = true
			}
		}
	}
	if f == nil && generated {
		// Several generators may merge into one object.
		for _, k := range t.order {
			owners[k] = slices.ContainsFunc(k.generators, t.isGenerator)
		}
	}
	if len(owners) == 0 {
		for _, k := range t.order {
			owners[k] = true
		}
	}
	t.kusts = slices.Compact(say(t.order[0], owners, nil))
}

// likelyFile returns the file with an object of the same kind whose name is
// the longest that is part of the rendered one.
func (t *trace) likelyFile() *file {
	var best *file
	longest := 0
	for _, k := range t.order {
		for _, r := range k.resources {
			if r.file == nil {
				continue
			}
			for _, o := range r.file.objects() {
				if o.Kind == t.object.Kind && strings.Contains(t.object.Name, o.Name) && len(o.Name) > longest {
					best, longest = r.file, len(o.Name)
				}
			}
		}
	}
	return best
}

func (t *trace) fileOf(name string) *file {
	base := name[strings.LastIndexByte(name, '/')+1:]
	i, err := strconv.Atoi(strings.TrimSuffix(base, ".yaml"))
	if err != nil || i < 0 || i >= len(t.files) {
		return nil
	}
	return t.files[i]
}

// say returns the kustomizations that an object of the owners passes through,
// the last one first; nil if it does not pass through k.
func say(k *kust, owners map[*kust]bool, above []*kust) []*kust {
	if slices.Contains(above, k) {
		return nil
	}
	above = append(above, k)
	var below []*kust
	through := owners[k]
	for _, r := range slices.Backward(k.resources) {
		if r.kust != nil {
			if b := say(r.kust, owners, above); b != nil {
				below = append(below, b...)
				through = true
			}
		}
	}
	var components []*kust
	for _, r := range slices.Backward(k.components) {
		if c := say(r.kust, owners, above); c != nil {
			through = true
			components = append(components, c...)
		} else {
			components = append(components, r.kust)
		}
	}
	if !through {
		return nil
	}
	return append(append([]*kust{k}, components...), below...)
}

// originDocument returns the object of a file that became the rendered one.
func (t *trace) originDocument(f *file) Value {
	var candidates []Value
	for _, o := range f.objects() {
		if o.Kind == t.object.Kind {
			candidates = append(candidates, o.Value)
		}
	}
	if len(candidates) == 1 {
		return candidates[0]
	}
	for _, c := range candidates {
		if t.holds(c.node) {
			return c
		}
	}
	best := Value{}
	for _, c := range candidates {
		name := c.Get("metadata", "name").Text()
		if strings.Contains(t.object.Name, name) && len(name) > len(best.Get("metadata", "name").Text()) {
			best = c
		}
	}
	return best
}

// holds tells whether nodes of the rendered object come from below n.
func (t *trace) holds(n *yaml.Node) bool {
	for _, key := range []string{"kind", "apiVersion"} {
		if got := t.exact(child(t.root, key)); got != nil && got == child(n, key) {
			return true
		}
	}
	return false
}

// A spot is where something is written.
type spot struct {
	// at is a value of a source document. The text sought begins at the byte
	// off of its text; off is -1 if at stands for it as a whole.
	at  Value
	off int
	// content is a text file that is the value as a whole.
	content *file
	from    int // offset of the value within content
	// entry is the entry of a generator that names the key of the value.
	entry Value
	// exact says that the text at the spot is the value.
	exact bool
}

func at(v Value, exact bool) spot { return spot{at: v, off: -1, exact: exact} }

func (s spot) found() bool { return s.at.Exists() || s.content != nil }

// span returns the range of n bytes of the text of the spot from byte from on;
// the whole spot if from is negative.
func (s spot) span(from, n int) Span {
	var sp Span
	switch {
	case s.content != nil && !s.exact:
		sp = s.content.span(s.from, len(s.content.data))
	case s.content != nil && from < 0:
		sp = s.content.span(s.from, s.from+n)
	case s.content != nil:
		start := s.from + from
		sp = s.content.span(start, start+n)
	case s.off < 0 && from < 0:
		sp = s.at.Span()
	case s.off < 0:
		sp = s.at.TextSpan(from, from+n)
	default:
		sp = s.at.TextSpan(s.off+max(from, 0), s.off+max(from, 0)+n)
	}
	sp.Approximate = sp.Approximate || !s.exact
	return sp
}

func (t *trace) value(v Value) Span {
	s := t.spot(v)
	return s.span(-1, len(v.Text()))
}

func (t *trace) text(v Value, from, to int) Span {
	if v.node.Kind != yaml.ScalarNode || from < 0 || to < from || to > len(v.node.Value) {
		s := t.value(v)
		s.Approximate = true
		return s
	}
	if s := t.imagePart(v, v.node.Value[from:to]); s.found() {
		return s.span(-1, to-from)
	}
	s := t.spot(v)
	if !s.exact {
		// The text may still be there as a part of another one.
		if i := strings.Index(s.at.Text(), v.node.Value[from:to]); i >= 0 && to > from && strings.Count(s.at.Text(), v.node.Value[from:to]) == 1 {
			s.exact = true
			return spot{at: s.at, off: i, exact: true}.span(0, to-from)
		}
		return s.span(-1, 0)
	}
	return s.span(from, to-from)
}

// key returns where the key of a value is written: in the document that the
// value comes from.
func (t *trace) key(v Value) Span {
	if n := t.exact(v.key); n != nil {
		return t.spanOf(v.key, n)
	}
	s := t.spot(v)
	if sp, ok := s.generatedKey(v.key.Value); ok {
		return sp
	}
	if s.at.Exists() && s.at.key != nil && s.at.key.Value == v.key.Value && s.off < 0 {
		return s.at.KeySpan()
	}
	sp := s.span(-1, 0)
	sp.Approximate = true
	return sp
}

// exact returns the node of a source file that a rendered node is; nil if it
// is none, or holds another value.
func (t *trace) exact(n *yaml.Node) *yaml.Node {
	m, _ := t.same(n)
	if m == nil || m.Kind == yaml.ScalarNode && m.Value != n.Value {
		return nil
	}
	return m
}

// same returns the node of a source file that stands where a rendered node
// comes from.
func (t *trace) same(n *yaml.Node) (*yaml.Node, *origin) {
	if n == nil {
		return nil, nil
	}
	o, line := t.originOf(n.Line)
	if o == nil {
		return nil, nil
	}
	for _, m := range o.at(nodePlace{line, n.Column}) {
		if m.Kind == n.Kind && (m.Kind != yaml.ScalarNode || m.Value == n.Value) {
			return m, o
		}
	}
	for _, m := range o.at(nodePlace{line, n.Column}) {
		if m.Kind == n.Kind {
			return m, o
		}
	}
	return nil, o
}

// originOf returns the segment that a line of a rendered node lies in, and the
// line in its file.
func (s *synthesis) originOf(line int) (*origin, int) {
	i := sort.Search(len(s.segments), func(i int) bool { return s.segments[i].base >= line }) - 1
	if i < 0 {
		return nil, 0
	}
	seg := s.segments[i]
	if line -= seg.base; line > len(seg.src.file.breaks) {
		return nil, 0
	}
	return seg.src, line
}

// at returns the nodes that begin at a place.
func (o *origin) at(p nodePlace) []*yaml.Node {
	o.once.Do(func() {
		o.index = map[nodePlace][]*yaml.Node{}
		var add func(n *yaml.Node)
		add = func(n *yaml.Node) {
			if n.Kind == yaml.AliasNode {
				return
			}
			at := nodePlace{n.Line, n.Column}
			o.index[at] = append(o.index[at], n)
			for _, c := range n.Content {
				add(c)
			}
		}
		for _, d := range o.file.docs {
			add(d.root)
		}
	})
	return o.index[p]
}

// spanOf returns the span of m, the source of the rendered node n.
func (t *trace) spanOf(n, m *yaml.Node) Span {
	_, o := t.same(n)
	return o.value(m).Span()
}

// value returns a node of an origin with its locator.
func (o *origin) value(n *yaml.Node) Value {
	if o.host.Exists() {
		return Value{node: n, src: embedded{o.host, o.file}}
	}
	return Value{node: n, src: o.file}
}

// spot finds where a value of the rendered object is written.
func (t *trace) spot(v Value) spot {
	if m := t.exact(v.node); m != nil {
		_, o := t.same(v.node)
		return at(o.value(m), true)
	}
	t.place()
	for _, k := range t.kusts {
		if s := t.patched(k, v); s.found() {
			return s
		}
		if s := t.transformed(k, v); s.found() {
			return s
		}
		if s := t.generated(k, v); s.found() {
			return s
		}
	}
	if s := t.replaced(v); s.found() {
		return s
	}
	written := t.follow(t.doc, v.path)
	if written.Exists() && equal(written.node, v.node) {
		return at(written, true)
	}
	return t.nearby(v, written)
}

// nearby returns the nearest thing to a value that a person would edit.
func (t *trace) nearby(v Value, written Value) spot {
	if m, o := t.same(v.node); m != nil {
		return at(o.value(m), false)
	}
	if written.Exists() {
		return at(written, v.node.Kind != yaml.ScalarNode && written.node.Kind == v.node.Kind)
	}
	// A collection that the build made: what it holds is written somewhere.
	for _, c := range v.node.Content {
		if m, o := t.same(c); m != nil {
			return at(o.value(m), false)
		}
	}
	for i := len(v.path) - 1; i > 0; i-- {
		if up := t.follow(t.doc, v.path[:i]); up.Exists() {
			return at(up, false)
		}
	}
	if t.doc.Exists() {
		return at(t.doc, false)
	}
	for _, k := range t.kusts {
		for _, g := range k.generators {
			if t.isGenerator(g) {
				return at(g.at.Get("name"), false)
			}
		}
	}
	return at(t.order[0].value, false)
}
