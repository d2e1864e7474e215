package yamledit

import (
	"strconv"

	"go.yaml.in/yaml/v3"
)

func itoa(i int) string { return strconv.Itoa(i) }

// writer returns a writer with the habits of the file around a place.
func (f *File) writer(at spot) *writer {
	w := &writer{eol: f.eol(f.begin(at.value)), unit: 2}
	w.padded = f.padded(at)
	if unit := levelOf(f.root); unit > 0 {
		w.unit = unit
	}
	if dash, ok := dashOf(f.root); ok {
		w.dash = dash
	}
	return w
}

// padded tells whether the flow mapping around a place is written { a: b }.
func (f *File) padded(at spot) bool {
	for _, n := range append(at.parents[:len(at.parents):len(at.parents)], at.value) {
		if n.Kind == yaml.MappingNode && isFlow(n) {
			start := f.begin(n)
			return start+1 < len(f.data) && f.data[start+1] == ' '
		}
	}
	return false
}

// levelOf is how many spaces the first mapping below a mapping is indented.
func levelOf(n *yaml.Node) int {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		key, v := n.Content[i], n.Content[i+1]
		if v.Kind != yaml.MappingNode || isFlow(v) || len(v.Content) == 0 {
			continue
		}
		if d := v.Content[0].Column - key.Column; d > 0 {
			return d
		}
	}
	return 0
}

// dashOf is how many spaces the dashes of the first list below a key are
// indented.
func dashOf(n *yaml.Node) (int, bool) {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		key, v := n.Content[i], n.Content[i+1]
		if v.Kind == yaml.SequenceNode && !isFlow(v) && v.Column >= key.Column {
			return v.Column - key.Column, true
		}
		if d, ok := dashOf(v); ok {
			return d, true
		}
	}
	return 0, false
}
