package yamledit

import (
	"errors"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Kind tells values apart.
type Kind uint8

// The kinds of values. Alias stands for a value that an anchor names; it is
// only ever read.
const (
	Scalar Kind = iota
	List
	Map
	Alias
)

// A Value is a YAML value without its place.
type Value struct {
	Kind Kind
	// Tag is the type of a Scalar as YAML 1.2 reads it: !!str, !!int, !!float,
	// !!bool, !!null, !!timestamp.
	Tag string
	// Text is that of a Scalar, without quotes.
	Text   string
	Items  []Value // of a List
	Fields []Field // of a Map, in order

	anchor string
	quote  yaml.Style // of a Scalar that was read
	flow   bool       // of a List or Map that was read
}

// A Field is one entry of a Map.
type Field struct {
	Name  string
	Value Value

	key Value // of a map that was read
}

// Text is a text, whatever it looks like.
func Text(s string) Value { return Value{Tag: "!!str", Text: s} }

// Texts is a list of texts.
func Texts(list []string) Value {
	v := Value{Kind: List}
	for _, s := range list {
		v.Items = append(v.Items, Text(s))
	}
	return v
}

// FromYAML reads one value written in YAML, such as 3, "3", [a, b] or {a: 1}.
func FromYAML(text string) (Value, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil || doc.Kind != yaml.DocumentNode {
		if strings.TrimSpace(text) == "" {
			return Value{Tag: "!!null"}, nil
		}
		return Value{}, errors.New("not a value in YAML: put a text with special characters in quotes")
	}
	v := read(doc.Content[0])
	if !v.pure() {
		return Value{}, errors.New("anchors, aliases, merge keys and tags of one's own have no place here: write the value out")
	}
	v.unquote()
	return v, nil
}

// IsNull tells whether the value is null, or nothing at all.
func (v Value) IsNull() bool { return v.Kind == Scalar && v.Tag == "!!null" }

// Get returns the field of a name.
func (v Value) Get(name string) (Value, bool) {
	for _, f := range v.Fields {
		if f.Name == name {
			return f.Value, true
		}
	}
	return Value{}, false
}

// At follows a path down.
func (v Value) At(path ...string) (Value, bool) {
	for _, s := range path {
		if i, ok := item(s); ok && v.Kind == List {
			if i >= len(v.Items) {
				return Value{}, false
			}
			v = v.Items[i]
			continue
		}
		below, ok := v.Get(s)
		if !ok {
			return Value{}, false
		}
		v = below
	}
	return v, true
}

// Equal tells whether two values say the same, in the same order; how they are
// written does not count.
func (v Value) Equal(w Value) bool {
	if v.Kind != w.Kind || v.anchor != w.anchor || len(v.Items) != len(w.Items) || len(v.Fields) != len(w.Fields) {
		return false
	}
	if (v.Kind == Scalar || v.Kind == Alias) && (v.Tag != w.Tag || v.Text != w.Text && !v.IsNull()) {
		return false
	}
	for i := range v.Items {
		if !v.Items[i].Equal(w.Items[i]) {
			return false
		}
	}
	for i := range v.Fields {
		if v.Fields[i].Name != w.Fields[i].Name || !v.Fields[i].key.Equal(w.Fields[i].key) || !v.Fields[i].Value.Equal(w.Fields[i].Value) {
			return false
		}
	}
	return true
}

// String is the value on one line, as YAML writes it in flow style.
func (v Value) String() string {
	w := writer{}
	w.flow(v)
	return w.String()
}

// read turns a node into a value. Aliases are not followed: what they stand for
// is compared where it is written.
func read(n *yaml.Node) Value {
	v := Value{Tag: n.ShortTag(), Text: n.Value, anchor: n.Anchor, flow: isFlow(n)}
	switch n.Kind {
	case yaml.AliasNode:
		return Value{Kind: Alias, Text: n.Value}
	case yaml.SequenceNode:
		v.Kind = List
		for _, c := range n.Content {
			v.Items = append(v.Items, read(c))
		}
	case yaml.MappingNode:
		v.Kind = Map
		for i := 0; i+1 < len(n.Content); i += 2 {
			v.Fields = append(v.Fields, Field{Name: n.Content[i].Value, Value: read(n.Content[i+1]), key: read(n.Content[i])})
		}
	default:
		v.quote = n.Style & quoted
	}
	return v
}

const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle

// pure tells whether the value is made of plain data only.
func (v Value) pure() bool {
	if v.Kind == Alias || v.anchor != "" || v.Kind == Scalar && !strings.HasPrefix(v.Tag, "!!") || v.Tag == "!!merge" || v.Tag == "!!binary" {
		return false
	}
	for _, i := range v.Items {
		if !i.pure() {
			return false
		}
	}
	for _, f := range v.Fields {
		if f.key.Kind != Scalar || !f.key.pure() || !f.Value.pure() {
			return false
		}
	}
	return true
}

// unquote forgets how the value was written; a text in quotes stays one by its
// type.
func (v *Value) unquote() {
	v.quote, v.flow = 0, false
	for i := range v.Items {
		v.Items[i].unquote()
	}
	for i := range v.Fields {
		v.Fields[i].key = Value{}
		v.Fields[i].Value.unquote()
	}
}
