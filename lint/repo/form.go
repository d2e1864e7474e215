package repo

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A form makes a node of each overlay: the node of the marked rendering with
// words in place of the marks. What is the same in all overlays is one node.
type form struct {
	node *yaml.Node
	// texts and gaps are the value of a scalar: fixed texts, and between them the
	// numbers of gaps; encoded says that it is the base64 text of one gap.
	texts   []string
	gaps    []int
	encoded bool
	// below are the forms of the elements of Content; nil for those that are
	// the same in all.
	below []*form
	// nodes and content are the numbers of nodes and elements that are made.
	nodes, content int
}

// learn takes the forms from a marked rendering, in which marks stand for these
// values. It is false if the marks are in places that cannot be filled.
func (sh *shape) learn(marked *rendering, values []string) bool {
	sh.texts, sh.from = wordSet{}, marked.from
	r := markReader{values: values, encoded: map[string]int{}, numbers: map[string]int{}, texts: sh.texts}
	for i, v := range values {
		mark := markFor(i, v)
		r.encoded[base64.StdEncoding.EncodeToString([]byte(mark))] = i
		if n, err := strconv.ParseFloat(mark, 64); err == nil {
			r.numbers[strconv.FormatFloat(n, 'g', -1, 64)] = i
		}
	}
	for i, n := range marked.roots {
		if name, hash := splitHash(n); hash != "" && r.hasMarks(hashedPart(n)) {
			sh.hashed = append(sh.hashed, hashed{object: i, name: name})
			r.hashes = append(r.hashes, hash)
		}
	}
	for _, n := range marked.roots {
		f, ok := r.form(n)
		if !ok {
			return false
		}
		if f == nil {
			f = &form{node: n}
		}
		sh.forms = append(sh.forms, f)
	}
	return true
}

// A markReader finds marks in a marked rendering.
type markReader struct {
	values  []string
	encoded map[string]int // the gaps by the base64 texts of their marks
	// numbers are the gaps by what becomes of their marks in JSON operations; that
	// of numbers below maxOperand stays as it is.
	numbers map[string]int
	// hashes are those of objects with marks in them. They count as gaps behind
	// the others.
	hashes []string
	texts  wordSet // gathers what is the same in all overlays
}

func (r *markReader) hasMarks(n *yaml.Node) bool {
	_, encoded := r.encoded[n.Value]
	_, number := r.numbers[n.Value]
	if encoded || number || hasMark(n.Value) {
		return true
	}
	return slices.ContainsFunc(n.Content, r.hasMarks)
}

// scalar splits a text at its marks. It is false if they cannot be filled.
func (r *markReader) scalar(n *yaml.Node) (*form, bool) {
	f := &form{node: n, nodes: 1}
	if gap, ok := r.encoded[n.Value]; ok {
		f.texts, f.gaps, f.encoded = []string{"", ""}, []int{gap}, true
		return f, n.Line == 0
	}
	if gap, ok := r.numbers[n.Value]; ok {
		same := *n
		same.Tag = "!!int"
		f.node, f.texts, f.gaps = &same, []string{"", ""}, []int{gap}
		return f, n.Tag == "!!float" && n.Style == 0
	}
	rest := n.Value
	for rest != "" {
		text, after, gap, ok := r.next(rest)
		if !ok {
			return nil, false
		}
		if gap < 0 {
			break
		}
		f.texts, f.gaps = append(f.texts, text), append(f.gaps, gap)
		rest = after
		if gap < len(r.values) && !isWord(r.values[gap]) {
			f.texts = append(f.texts, "")
			return f, r.takesWhole(n, gap)
		}
	}
	if f.gaps == nil {
		r.texts[n.Value] = struct{}{}
		return nil, true
	}
	f.texts = append(f.texts, rest)
	return f, true
}

// takesWhole tells whether any text of the kind that fills a gap may be the value
// of a node: a number, or digits in quotes, or a text where a generator made the
// node or quotes are around it.
func (r *markReader) takesWhole(n *yaml.Node, gap int) bool {
	const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle
	number := isNumber(r.values[gap])
	return n.Value == markFor(gap, r.values[gap]) &&
		(n.Tag == "!!int" && n.Style == 0 && number || n.Tag == "!!str" && (n.Style&quoted != 0 || n.Line == 0 && !number))
}

// next returns the first gap in a text, what is before it and what is behind
// it; a negative gap if there is none.
func (r *markReader) next(s string) (before, after string, gap int, ok bool) {
	first, size := len(s), 0
	gap = -1
	for _, kind := range []markKind{wordMark, numberMark} {
		at := strings.Index(s, kind.stem)
		if at < 0 || at >= first {
			continue
		}
		n, err := strconv.Atoi(s[at+len(kind.stem):][:min(markDigits, len(s)-at-len(kind.stem))])
		if err != nil || n < 0 || n >= len(r.values) || !strings.HasPrefix(s[at:], kind.of(n)) {
			return "", "", 0, false
		}
		first, size, gap = at, kind.length(), n
	}
	for i, h := range r.hashes {
		if at := strings.Index(s, h); at >= 0 && at < first {
			first, size, gap = at, len(h), len(r.values)+i
		}
	}
	if gap < 0 {
		return s, "", -1, true
	}
	return s[:first], s[first+size:], gap, true
}

// form returns the form of a node; nil if it is the same in all overlays.
func (r *markReader) form(n *yaml.Node) (*form, bool) {
	f := &form{node: n, nodes: 1, content: len(n.Content)}
	switch n.Kind {
	case yaml.ScalarNode:
		return r.scalar(n)
	case yaml.MappingNode, yaml.SequenceNode:
		f.below = make([]*form, len(n.Content))
		same := true
		for i, c := range n.Content {
			b, ok := r.form(c)
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
	for _, h := range sh.hashed {
		values = append(slices.Clip(values), h.of(sh.forms[h.object], values, len(sh.hashed)))
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
	if f.encoded {
		return base64.StdEncoding.EncodeToString([]byte(m.values[f.gaps[0]]))
	}
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
