package repo

import (
	"go.yaml.in/yaml/v3"
)

// A layered locates the values of several files that are laid over each other.
type layered struct {
	files map[*yaml.Node]locator // of every node below a layer
	last  locator                // of the layer on top, for what belongs to none
	// deletes are the nulls that take the place of a value of a lower layer.
	deletes map[*yaml.Node]bool
}

// Deletes tells whether the value is a null of one file that takes away a value
// of another one.
func (v Value) Deletes() bool {
	for src := v.src; v.node != nil; {
		l, ok := src.(*layered)
		if !ok {
			return false
		}
		if l.deletes[v.node] {
			return true
		}
		src = l.of(v.node)
	}
	return false
}

func (l *layered) of(n *yaml.Node) locator {
	if src, ok := l.files[n]; ok {
		return src
	}
	return l.last
}

func (l *layered) value(v Value) Span {
	// A mapping that was put together is not written anywhere as a whole: its
	// first key is where a person looks.
	if _, ok := l.files[v.node]; !ok && len(v.node.Content) > 0 {
		first := v.node.Content[0]
		s := l.of(first).value(Value{node: first})
		s.Approximate = true
		return s
	}
	return l.of(v.node).value(v)
}

func (l *layered) key(v Value) Span { return l.of(v.key).key(v) }

func (l *layered) text(v Value, start, end int) Span { return l.of(v.node).text(v, start, end) }

// know notes where the nodes of a layer are written.
func (l *layered) know(n *yaml.Node, src locator) {
	if _, ok := l.files[n]; ok {
		return
	}
	l.files[n] = src
	for _, c := range n.Content {
		l.know(c, src)
	}
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		l.know(n.Alias, src)
	}
}

// overlay lays Helm values over each other: a later layer wins, null deletes,
// lists replace, mappings merge. Every value keeps its place.
func overlay(layers []Value) Value {
	kept := layers[:0:0]
	for _, v := range layers {
		if v.IsMap() {
			kept = append(kept, v)
		}
	}
	switch len(kept) {
	case 0:
		return Value{}
	case 1:
		return kept[0]
	}
	l := &layered{files: map[*yaml.Node]locator{}, last: kept[len(kept)-1].src, deletes: map[*yaml.Node]bool{}}
	merged := kept[0].node
	l.know(merged, kept[0].src)
	for _, v := range kept[1:] {
		l.know(v.node, v.src)
		merged = l.merge(merged, v.node)
	}
	return Value{node: merged, src: l, path: kept[0].Path()}
}

// merge returns the mapping that lower becomes under upper. Neither is changed.
// A null of the upper one deletes what the lower one says, and stays: it deletes
// a default of the chart as well.
func (l *layered) merge(lower, upper *yaml.Node) *yaml.Node {
	m := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	at := map[string]int{}
	for k, v := range pairs(lower) {
		at[k.Value] = len(m.Content)
		m.Content = append(m.Content, k, v)
	}
	for k, v := range pairs(upper) {
		i, ok := at[k.Value]
		if !ok {
			at[k.Value] = len(m.Content)
			m.Content = append(m.Content, k, v)
			continue
		}
		old, value := deref(m.Content[i+1]), deref(v)
		m.Content[i] = k
		if old.Kind == yaml.MappingNode && value.Kind == yaml.MappingNode {
			m.Content[i+1] = l.merge(old, value)
			continue
		}
		m.Content[i+1] = v
		if value.ShortTag() == "!!null" {
			l.deletes[value] = true
		}
	}
	return m
}

// pairs yields the keys and values of a mapping, those of merge keys too.
func pairs(n *yaml.Node) func(yield func(k, v *yaml.Node) bool) {
	return func(yield func(k, v *yaml.Node) bool) {
		if n.Kind != yaml.MappingNode {
			return
		}
		plain := true
		for i := 0; i+1 < len(n.Content); i += 2 {
			if isMerge(n.Content[i]) {
				plain = false
			} else if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
		if plain {
			return
		}
		own := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			own[n.Content[i].Value] = true
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !isMerge(n.Content[i]) {
				continue
			}
			for _, m := range merged(n.Content[i+1]) {
				for k, v := range pairs(m) {
					if !own[k.Value] {
						own[k.Value] = true
						if !yield(k, v) {
							return
						}
					}
				}
			}
		}
	}
}
