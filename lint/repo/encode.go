package repo

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// Encode writes the value as a YAML document of its own, without what stands
// below the paths given, which begin at the value. Scalars are written as they
// are, so that any reader of YAML reads them as it reads the file.
func (v Value) Encode(without ...[]string) ([]byte, error) {
	if !v.Exists() {
		return []byte("{}\n"), nil
	}
	return yaml.Marshal(encoded(v.node, without))
}

// encoded copies a node without aliases, anchors, merge keys and comments.
func encoded(n *yaml.Node, without [][]string) *yaml.Node {
	n = deref(n)
	c := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value, Style: n.Style}
	switch n.Kind {
	case yaml.MappingNode:
		for k, e := range pairs(n) {
			if below, drop := under(without, k.Value); !drop {
				key := &yaml.Node{Kind: k.Kind, Tag: k.Tag, Value: k.Value, Style: k.Style}
				c.Content = append(c.Content, key, encoded(e, below))
			}
		}
	case yaml.SequenceNode:
		for _, e := range n.Content {
			// An element that is left out would move those behind it.
			c.Content = append(c.Content, encoded(e, nil))
		}
	}
	return c
}

// under returns what is left of the paths below a key, and whether one of them
// ends there.
func under(paths [][]string, key string) (below [][]string, end bool) {
	for _, p := range paths {
		switch {
		case p[0] != key:
		case len(p) == 1:
			return nil, true
		default:
			below = append(below, slices.Clone(p[1:]))
		}
	}
	return below, false
}
