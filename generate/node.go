package generate

import (
	"fmt"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
)

// A node is one value of a document: *mapping, []any (a sequence of nodes),
// string, int64, float64, bool or nil.
type node = any

// A mapping keeps the order of its fields.
type mapping struct {
	fields []field
}

// A field is a key with its value, and what to tell the reader about it.
type field struct {
	key     string
	value   node
	comment string // lines without #, or empty
}

// get returns the value of a key.
func (m *mapping) get(key string) (node, bool) {
	for _, f := range m.fields {
		if f.key == key {
			return f.value, true
		}
	}
	return nil, false
}

// set replaces the value of a key or appends it.
func (m *mapping) set(key string, value node) {
	for i := range m.fields {
		if m.fields[i].key == key {
			m.fields[i].value = value
			return
		}
	}
	m.fields = append(m.fields, field{key: key, value: value})
}

// lookup follows keys down from a node and returns nil where there is none.
func lookup(n node, keys ...string) node {
	for _, key := range keys {
		m, ok := n.(*mapping)
		if !ok {
			return nil
		}
		n, _ = m.get(key)
	}
	return n
}

// text is lookup for a string.
func text(n node, keys ...string) string {
	s, _ := lookup(n, keys...).(string)
	return s
}

// readNode copies a concrete CUE value with the comments of its fields, and
// without the fields that are null.
func readNode(v cue.Value) (node, error) {
	switch v.Kind() {
	case cue.StructKind:
		fields, err := v.Fields()
		if err != nil {
			return nil, err
		}
		m := new(mapping)
		for fields.Next() {
			value, err := readNode(fields.Value())
			if err != nil {
				return nil, err
			}
			if value == nil {
				continue
			}
			m.fields = append(m.fields, field{fields.Selector().Unquoted(), value, readComment(fields.Value().Doc())})
		}
		return m, nil
	case cue.ListKind:
		items, err := v.List()
		if err != nil {
			return nil, err
		}
		list := []any{}
		for items.Next() {
			item, err := readNode(items.Value())
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		return list, nil
	case cue.StringKind:
		return v.String()
	case cue.IntKind:
		return v.Int64()
	case cue.FloatKind, cue.NumberKind:
		return v.Float64()
	case cue.BoolKind:
		return v.Bool()
	case cue.NullKind:
		return nil, nil
	}
	if err := v.Err(); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%s is not concrete", v.Path())
}

func readComment(groups []*ast.CommentGroup) string {
	for _, group := range groups {
		if group.Doc {
			return strings.TrimSuffix(group.Text(), "\n")
		}
	}
	return ""
}
