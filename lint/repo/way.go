package repo

import (
	"sort"

	"go.yaml.in/yaml/v3"
)

// A Way is the way from the root of a document to a value, worked out when somebody
// asks. Ways to one value are equal; the zero Way leads nowhere.
type Way struct {
	node, top *yaml.Node
}

// IsKnown tells whether the way leads to something.
func (w Way) IsKnown() bool { return w != Way{} }

// String returns the text of the path: [Path.String].
func (w Way) String() string {
	if w.top == w.node {
		return ""
	}
	var steps [24]string
	way, ok := appendStraightWay(steps[:0], w.node, w.top)
	if !ok {
		way = wayTo(w.node, w.top, nil)
	}
	return way.String()
}

// wayTo returns the path of a node below top, whose own path is given. Nodes
// stand in the order of the text, so that a binary search at each step leads there;
// should they not, all are looked through.
func wayTo(n, top *yaml.Node, path Path) Path {
	if way, ok := straightWay(n, top, path); ok {
		return way
	}
	way, _ := anyWay(n, top, path)
	return way
}

func straightWay(n, top *yaml.Node, path Path) (Path, bool) {
	return appendStraightWay(append(make(Path, 0, len(path)+8), path...), n, top)
}

func appendStraightWay(way Path, n, top *yaml.Node) (Path, bool) {
	for at := top; at != n; {
		var next *yaml.Node
		step, whole := "", false
		switch at.Kind {
		case yaml.MappingNode:
			if i := 2 * (sort.Search(len(at.Content)/2, func(i int) bool { return after(at.Content[2*i], n) }) - 1); i >= 0 {
				next, step, whole = at.Content[i+1], at.Content[i].Value, isMerge(at.Content[i])
			}
		case yaml.SequenceNode:
			if i := sort.Search(len(at.Content), func(i int) bool { return after(at.Content[i], n) }) - 1; i >= 0 {
				next, step = at.Content[i], IndexName(i)
			}
		}
		if next == nil || whole {
			return nil, false
		}
		way = append(way, step)
		at = next
	}
	return way, true
}

// after tells whether a stands behind b in the text.
func after(a, b *yaml.Node) bool { return a.Line > b.Line || a.Line == b.Line && a.Column > b.Column }

// anyWay is wayTo whatever the order. What a merge key adds stands in the
// mapping that it is added to.
func anyWay(n, at *yaml.Node, path Path) (Path, bool) {
	if at == n {
		return path, true
	}
	switch at.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(at.Content); i += 2 {
			if isMerge(at.Content[i]) {
				for _, m := range merged(at.Content[i+1]) {
					if way, ok := anyWay(n, m, path); ok {
						return way, true
					}
				}
				continue
			}
			if way, ok := anyWay(n, at.Content[i+1], path.with(at.Content[i].Value)); ok {
				return way, true
			}
		}
	case yaml.SequenceNode:
		for i, c := range at.Content {
			if way, ok := anyWay(n, c, path.with(IndexName(i))); ok {
				return way, true
			}
		}
	}
	return nil, false
}
