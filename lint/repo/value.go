package repo

import (
	"iter"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Value is one node of a YAML document together with where it is written.
// Values and positions are never kept apart. The zero Value is a missing one:
// every method works on it, so that a rule can walk a path without asking at
// each step.
type Value struct {
	node *yaml.Node // never an alias
	key  *yaml.Node // the mapping key it stands under, or nil
	src  locator
	path Path
	// top, if not nil, is what path leads to, in a tree that holds every node
	// once; the rest of the way to node is looked for when somebody asks.
	top *yaml.Node
}

// A locator knows where the nodes of one document are written.
type locator interface {
	// value returns the range of the text of v.
	value(v Value) Span
	// key returns the range of the key that v stands under, or else of v.
	key(v Value) Span
	// text returns the range of the bytes start to end of the text of the
	// scalar v.
	text(v Value, start, end int) Span
}

// A Path is the way from the root of a document to a value: mapping keys, and
// list indexes as decimal numbers in brackets.
type Path []string

// String returns the path as people write it: gateway.env[0].value,
// data["redis.conf"].
func (p Path) String() string {
	var b strings.Builder
	size := 0
	for _, s := range p {
		size += len(s) + 1
	}
	b.Grow(size)
	for _, s := range p {
		if !isPlainKey(s) {
			s = ShownKey(s)
		}
		switch {
		case strings.HasPrefix(s, "["):
			b.WriteString(s)
		case !isPlainKey(s):
			b.WriteString("[" + strconv.Quote(s) + "]")
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s)
		}
	}
	return b.String()
}

// isPlainKey tells a key that can stand in a path as it is.
func isPlainKey(s string) bool {
	for i := range len(s) {
		switch s[i] {
		case '.', '[', ']', '"', ' ', '\t', '/':
			return false
		}
	}
	return s != ""
}

func (p Path) with(s string) Path { return append(p[:len(p):len(p)], s) }

// deref follows aliases. The YAML guard has refused cycles before.
func deref(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// Exists tells whether the document holds the value; an explicit null exists.
func (v Value) Exists() bool { return v.node != nil }

// Path returns the way from the root of the document.
func (v Value) Path() Path {
	if v.top == nil || v.top == v.node {
		return v.path
	}
	return wayTo(v.node, v.top, v.path)
}

// Way returns the way to the value; the zero Way where Path is at hand.
func (v Value) Way() Way {
	if v.top == nil || len(v.path) > 0 {
		return Way{}
	}
	return Way{v.node, v.top}
}

// IsMap, IsList, IsScalar and IsNull tell the kind of the value.
func (v Value) IsMap() bool    { return v.node != nil && v.node.Kind == yaml.MappingNode }
func (v Value) IsList() bool   { return v.node != nil && v.node.Kind == yaml.SequenceNode }
func (v Value) IsScalar() bool { return v.node != nil && v.node.Kind == yaml.ScalarNode && !v.IsNull() }
func (v Value) IsNull() bool   { return v.node != nil && v.node.Tag == "!!null" }

// IsQuoted tells whether a scalar is written in quotes or as a block, so that
// no YAML reader takes it for anything but a string.
func (v Value) IsQuoted() bool {
	return v.IsScalar() && v.node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
}

// Quote returns the quote, single or double, that a scalar is written in; 0 if
// there is none.
func (v Value) Quote() byte {
	switch {
	case !v.IsScalar():
	case v.node.Style&yaml.DoubleQuotedStyle != 0:
		return '"'
	case v.node.Style&yaml.SingleQuotedStyle != 0:
		return '\''
	}
	return 0
}

// Tag returns the YAML type of the value as YAML 1.2 reads it: !!str, !!int,
// !!bool, !!float, !!null, !!map, !!seq.
func (v Value) Tag() string {
	if v.node == nil {
		return ""
	}
	return v.node.ShortTag()
}

// Text returns the text of a scalar as written in the document, without
// quotes; "" for anything else.
func (v Value) Text() string {
	if !v.IsScalar() {
		return ""
	}
	return v.node.Value
}

// Int returns a scalar that is a decimal integer.
func (v Value) Int() (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(v.Text()))
	return n, err == nil
}

// IsTrue tells whether the scalar is what Helm and kubectl read as true.
func (v Value) IsTrue() bool {
	switch v.Text() {
	case "true", "True", "TRUE":
		return true
	case "yes", "Yes", "YES", "on", "On", "ON", "y", "Y":
		return !v.IsQuoted()
	}
	return false
}

// Get walks mapping keys, through merge keys (<<) too. A missing key gives the
// missing Value.
func (v Value) Get(keys ...string) Value {
	node, key := v.node, v.key
	for _, k := range keys {
		if key, node = field(node, k); node == nil {
			return Value{}
		}
	}
	at := Value{node: node, key: key, src: v.src, path: v.path, top: v.top}
	if v.top == nil && len(keys) > 0 {
		at.path = make(Path, len(v.path)+len(keys))
		copy(at.path[copy(at.path, v.path):], keys)
	}
	return at
}

// field returns the key of a name in a mapping, and what it stands for; nil if
// there is none.
func field(n *yaml.Node, name string) (key, value *yaml.Node) {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, nil
	}
	c := n.Content
	merges := false
	for i := 0; i+1 < len(c); i += 2 {
		switch k := c[i]; {
		case isMerge(k):
			merges = true
		case k.Value == name:
			return k, deref(c[i+1])
		}
	}
	if !merges {
		return nil, nil
	}
	for i := 0; i+1 < len(c); i += 2 {
		if !isMerge(c[i]) {
			continue
		}
		for _, m := range merged(c[i+1]) {
			if key, value = field(m, name); value != nil {
				return key, value
			}
		}
	}
	return nil, nil
}

func isMerge(key *yaml.Node) bool { return key.Tag == "!!merge" }

// merged returns the mappings that a merge key adds.
func merged(n *yaml.Node) []*yaml.Node {
	n = deref(n)
	switch n.Kind {
	case yaml.MappingNode:
		return []*yaml.Node{n}
	case yaml.SequenceNode:
		var ms []*yaml.Node
		for _, e := range n.Content {
			if e = deref(e); e.Kind == yaml.MappingNode {
				ms = append(ms, e)
			}
		}
		return ms
	}
	return nil
}

// Fields yields the keys and values of a mapping in the order of the document,
// those of merge keys last.
func (v Value) Fields() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		switch {
		case !v.IsMap():
		case isPlain(v.node):
			c := v.node.Content
			for i := 0; i+1 < len(c); i += 2 {
				if !yield(c[i].Value, v.below(c[i+1], c[i], c[i].Value)) {
					return
				}
			}
		default:
			v.fields(map[string]bool{}, yield)
		}
	}
}

// isPlain tells a small mapping without merge keys and without doubles, as
// nearly all are.
func isPlain(n *yaml.Node) bool {
	c := n.Content
	if len(c) > 32 {
		return false
	}
	for i := 0; i+1 < len(c); i += 2 {
		if isMerge(c[i]) {
			return false
		}
		for j := 0; j < i; j += 2 {
			if c[i].Value == c[j].Value {
				return false
			}
		}
	}
	return true
}

// below returns the value of a node under v, one step further.
func (v Value) below(n, key *yaml.Node, step string) Value {
	b := Value{node: deref(n), key: key, src: v.src, path: v.path, top: v.top}
	if v.top == nil {
		b.path = v.path.with(step)
	}
	return b
}

func (v Value) fields(seen map[string]bool, yield func(string, Value) bool) bool {
	c := v.node.Content
	for i := 0; i+1 < len(c); i += 2 {
		if k := c[i].Value; !isMerge(c[i]) && !seen[k] {
			seen[k] = true
			if !yield(k, v.below(c[i+1], c[i], k)) {
				return false
			}
		}
	}
	for i := 0; i+1 < len(c); i += 2 {
		if isMerge(c[i]) {
			for _, m := range merged(c[i+1]) {
				if !(Value{node: m, src: v.src, path: v.path, top: v.top}).fields(seen, yield) {
					return false
				}
			}
		}
	}
	return true
}

// Elements yields the elements of a list.
func (v Value) Elements() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if !v.IsList() {
			return
		}
		for i, n := range v.node.Content {
			if !yield(v.below(n, nil, IndexName(i))) {
				return
			}
		}
	}
}

// Items returns the elements of a list.
func (v Value) Items() []Value {
	if !v.IsList() {
		return nil
	}
	items := make([]Value, len(v.node.Content))
	if v.top != nil {
		for i, n := range v.node.Content {
			items[i] = Value{node: deref(n), src: v.src, path: v.path, top: v.top}
		}
		return items
	}
	// The paths of all share one array.
	size := len(v.path) + 1
	paths := make(Path, len(items)*size)
	for i, n := range v.node.Content {
		path := paths[i*size : (i+1)*size : (i+1)*size]
		copy(path, v.path)
		path[size-1] = IndexName(i)
		items[i] = Value{node: deref(n), src: v.src, path: path}
	}
	return items
}

// Len returns the number of elements of a list, or of keys of a mapping.
func (v Value) Len() int {
	switch {
	case v.IsList():
		return len(v.node.Content)
	case v.IsMap() && isPlain(v.node):
		return len(v.node.Content) / 2
	}
	n := 0
	for range v.Fields() {
		n++
	}
	return n
}

// Item returns the element of a list that the last step of a path names, such
// as [0]; the missing Value if there is none.
func (v Value) Item(step string) Value {
	if !v.IsList() || len(step) < 3 {
		return Value{}
	}
	i, err := strconv.Atoi(step[1 : len(step)-1])
	if err != nil || i < 0 || i >= len(v.node.Content) || IndexName(i) != step {
		return Value{}
	}
	return v.below(v.node.Content[i], nil, step)
}

// indexNames are the elements of paths that name the first items of lists.
var indexNames = [...]string{"[0]", "[1]", "[2]", "[3]", "[4]", "[5]", "[6]", "[7]", "[8]", "[9]"}

// IndexName returns the step of a path that names an element of a list: [0].
func IndexName(i int) string {
	if i < len(indexNames) {
		return indexNames[i]
	}
	return "[" + strconv.Itoa(i) + "]"
}

// Span returns where the value is written; the zero Span for a missing value.
func (v Value) Span() Span {
	if v.node == nil {
		return Span{}
	}
	return v.src.value(v)
}

// KeySpan returns where the key of the value is written; for list elements and
// the root it is the value's own span.
func (v Value) KeySpan() Span {
	if v.node == nil {
		return Span{}
	}
	if v.key == nil {
		return v.src.value(v)
	}
	return v.src.key(v)
}

// TextSpan returns where the bytes start to end (exclusive) of the text of a
// scalar are written: a directive inside redis.conf: |, a host inside a URL.
func (v Value) TextSpan(start, end int) Span {
	if v.node == nil {
		return Span{}
	}
	return v.src.text(v, start, end)
}
