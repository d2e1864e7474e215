package repo

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// equal tells whether two nodes hold the same: for collections, that they are
// of one kind.
func equal(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && (a.Kind != yaml.ScalarNode || a.Value == b.Value)
}

// follow walks a path of the rendered object in another document. Elements of
// lists are found by what tells them apart, for lists differ in length.
func (t *trace) follow(from Value, p Path) Value {
	return follow(from, t.root, p)
}

func follow(v Value, rendered *yaml.Node, p Path) Value {
	for _, seg := range p {
		if !v.Exists() {
			return Value{}
		}
		next := step(rendered, seg)
		if !isIndex(seg) || !v.IsList() {
			v = v.Get(seg)
		} else {
			v = element(v, next, seg)
		}
		rendered = next
	}
	return v
}

func isIndex(seg string) bool { return strings.HasPrefix(seg, "[") && strings.HasSuffix(seg, "]") }

// step returns the node one segment below n.
func step(n *yaml.Node, seg string) *yaml.Node {
	if n == nil {
		return nil
	}
	n = deref(n)
	if n.Kind == yaml.SequenceNode && isIndex(seg) {
		if i, err := strconv.Atoi(seg[1 : len(seg)-1]); err == nil && i >= 0 && i < len(n.Content) {
			return deref(n.Content[i])
		}
		return nil
	}
	if c := child(n, seg); c != nil {
		return deref(c)
	}
	return nil
}

// element returns the element of a list that is like a rendered one.
func element(list Value, rendered *yaml.Node, seg string) Value {
	items := list.Items()
	if rendered != nil {
		for _, key := range []string{"name", "mountPath", "containerPort", "port", "key", "ip", "type"} {
			id := child(rendered, key)
			if id == nil || id.Kind != yaml.ScalarNode {
				continue
			}
			told := false
			for _, it := range items {
				v := it.Get(key)
				if v.Exists() && v.node.Value == id.Value {
					return it
				}
				told = told || v.Exists()
			}
			if told && key == "name" {
				return Value{}
			}
		}
		if rendered.Kind == yaml.ScalarNode {
			for _, it := range items {
				if it.node.Kind == yaml.ScalarNode && it.node.Value == rendered.Value {
					return it
				}
			}
		}
	}
	if i, err := strconv.Atoi(seg[1 : len(seg)-1]); err == nil && i < len(items) {
		return items[i]
	}
	return Value{}
}
