package schema

import (
	"encoding/binary"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A node is a value of a spec file with the place where it was written. YAML
// and CUE files become the same tree, and everything after reading works on it.
type node struct {
	kind kind
	text string // a scalar: decoded if textual, else as written
	at   span   // of the value; zero if no person wrote it
	key  span   // of the key before the value; zero in lists and for roots
	path string // in the document: spec.redis.nodes

	// bare is set for a text without quotes.
	bare bool
	// broken marks a value with a mistake of its own: rules that read it are not
	// applied.
	broken bool
	// layer says who wrote the value if it was not the person: "default" or
	// "preset prod".
	layer string

	fields []field // of a mapping, in order of writing
	items  []*node // of a list
}

type field struct {
	name  string
	value *node
}

type kind uint8

const (
	nullKind kind = iota
	boolKind
	intKind
	floatKind
	textKind
	mapKind
	listKind
)

// span is a piece of the file; lines and columns count from 1, columns in
// characters, the end is exclusive.
type span struct{ line, col, endLine, endCol int }

func (s span) known() bool { return s.line > 0 }

func (n *node) get(name string) *node {
	if n == nil {
		return nil
	}
	for _, f := range n.fields {
		if f.name == name {
			return f.value
		}
	}
	return nil
}

// find follows a path of field names separated by dots.
func (n *node) find(path string) *node {
	for path != "" && n != nil {
		var name string
		name, path, _ = strings.Cut(path, ".")
		n = n.get(name)
	}
	return n
}

func (n *node) set(name string, value *node) {
	for i, f := range n.fields {
		if f.name == name {
			n.fields[i].value = value
			return
		}
	}
	n.fields = append(n.fields, field{name, value})
}

func (n *node) remove(name string) {
	for i, f := range n.fields {
		if f.name == name {
			n.fields = append(n.fields[:i:i], n.fields[i+1:]...)
			return
		}
	}
}

// value converts to what encoding/json and CUE's Encode take: nil, bool,
// int64, float64, string, []any and map[string]any.
func (n *node) value() any {
	switch n.kind {
	case boolKind:
		return n.text == "true"
	case intKind:
		if i, err := strconv.ParseInt(n.text, 10, 64); err == nil {
			return i
		}
		f, _ := strconv.ParseFloat(n.text, 64)
		return f
	case floatKind:
		f, _ := strconv.ParseFloat(n.text, 64)
		return f
	case textKind:
		return n.text
	case mapKind:
		m := make(map[string]any, len(n.fields))
		for _, f := range n.fields {
			m[f.name] = f.value.value()
		}
		return m
	case listKind:
		l := make([]any, len(n.items))
		for i, item := range n.items {
			l[i] = item.value()
		}
		return l
	}
	return nil
}

// appendKey appends what tells a value from others: equal values have equal keys.
func (n *node) appendKey(key []byte) []byte {
	key = append(key, byte(n.kind))
	key = binary.AppendUvarint(key, uint64(len(n.text)))
	key = append(key, n.text...)
	key = binary.AppendUvarint(key, uint64(len(n.fields)+len(n.items)))
	for _, f := range n.fields {
		key = binary.AppendUvarint(key, uint64(len(f.name)))
		key = f.value.appendKey(append(key, f.name...))
	}
	for _, item := range n.items {
		key = item.appendKey(key)
	}
	return key
}

// nodeOf is the inverse of value; the fields of mappings are sorted by name.
func nodeOf(v any, layer string) *node {
	n := &node{layer: layer}
	switch v := v.(type) {
	case bool:
		n.kind, n.text = boolKind, strconv.FormatBool(v)
	case int:
		n.kind, n.text = intKind, strconv.Itoa(v)
	case int64:
		n.kind, n.text = intKind, strconv.FormatInt(v, 10)
	case float64:
		n.kind, n.text = floatKind, strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		n.kind, n.text = textKind, v
	case []any:
		n.kind = listKind
		for _, item := range v {
			n.items = append(n.items, nodeOf(item, layer))
		}
	case map[string]any:
		n.kind = mapKind
		for _, name := range slices.Sorted(maps.Keys(v)) {
			n.fields = append(n.fields, field{name, nodeOf(v[name], layer)})
		}
	}
	return n
}
