package importer

import (
	"slices"

	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A node is one field of a spec that is being put together: a value, or fields
// below it.
type node struct {
	name   string
	above  []string // lines of a comment
	behind string   // a comment on its line
	value  *yamledit.Value
	below  []*node
	from   repo.Span   // where the value was written; may be invalid
	items  []repo.Span // where the items of a list were written, or nil
}

func (n *node) child(name string) *node {
	for _, c := range n.below {
		if c.name == name {
			return c
		}
	}
	return nil
}

// at returns the node at a path, nil if there is none.
func (n *node) at(path ...string) *node {
	for _, name := range path {
		if n = n.child(name); n == nil {
			return nil
		}
	}
	return n
}

// set gives a field a value and returns it, with the fields above it made.
func (n *node) set(v yamledit.Value, from repo.Span, path ...string) *node {
	for _, name := range path {
		c := n.child(name)
		if c == nil {
			c = &node{name: name}
			n.below = append(n.below, c)
		}
		n = c
	}
	n.value, n.from = &v, from
	return n
}

// remove takes out a field, and those above it that are empty then. It tells
// whether there was one.
func (n *node) remove(path ...string) bool {
	i := slices.IndexFunc(n.below, func(c *node) bool { return c.name == path[0] })
	if i < 0 {
		return false
	}
	c := n.below[i]
	if len(path) > 1 {
		if !c.remove(path[1:]...) {
			return false
		}
		if len(c.below) > 0 || c.value != nil {
			return true
		}
	}
	n.below = slices.Delete(n.below, i, i+1)
	return true
}

// leaves calls visit for every value below.
func (n *node) leaves(path []string, visit func(path []string, n *node)) {
	if n.value != nil {
		visit(path, n)
		return
	}
	for _, c := range n.below {
		c.leaves(append(path[:len(path):len(path)], c.name), visit)
	}
}

// sort puts the fields in the order of the schema; those that it does not name
// stay in the order in which they came.
func (n *node) sort(path string, rank map[string]int) {
	at := func(c *node) int {
		if r, ok := rank[path+"."+c.name]; ok {
			return r
		}
		return len(rank)
	}
	slices.SortStableFunc(n.below, func(a, b *node) int { return at(a) - at(b) })
	for _, c := range n.below {
		c.sort(path+"."+c.name, rank)
	}
}

// common moves to a base what all environments say alike.
func common(envs []*draft) *node {
	base := &node{}
	first := envs[0].spec
	var shared [][]string
	first.leaves(nil, func(path []string, n *node) {
		for _, e := range envs[1:] {
			other := e.spec.at(path...)
			if other == nil || other.value == nil || !other.value.Equal(*n.value) {
				return
			}
		}
		shared = append(shared, path)
	})
	for _, path := range shared {
		n := first.at(path...)
		moved := base.set(*n.value, n.from, path...)
		moved.above, moved.behind, moved.items = n.above, n.behind, n.items
		for i := range path[:len(path)-1] {
			base.at(path[:i+1]...).above = first.at(path[:i+1]...).above
		}
		for _, e := range envs {
			e.spec.remove(path...)
		}
	}
	return base
}

// split reads the path of a schema error below spec or environments.NAME.spec.
func split(path string) (env string, rest []string) {
	p, err := yamledit.ParsePath(path)
	if err != nil {
		return "", nil
	}
	switch {
	case p[0] == "spec":
		return "", p[1:]
	case p[0] == "environments" && len(p) > 3 && p[2] == "spec":
		return p[1], p[3:]
	}
	return "", nil
}

func words(path []string) string { return yamledit.Path(path).String() }
