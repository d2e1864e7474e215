package apim

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim/internal/spans"
	"github.com/quorumwright/quorumwright/internal/spelling"
)

// nearestKey is the live key that a path most likely means: a sibling of the
// first wrong element with a similar name, or the one key elsewhere that has
// the same name.
func (c *Chart) nearestKey(path []string) string {
	at := keys
	for i, name := range path {
		if next := at.child(name); next != nil && next.liveIn(c.release) {
			at = next
			continue
		}
		if sibling := c.similar(at, name); sibling != "" {
			near := append(slices.Clone(path[:i]), sibling)
			if whole := append(slices.Clone(near), path[i+1:]...); c.walk(whole).state.Works() {
				near = whole
			}
			return JoinPath(near)
		}
		break
	}
	// A key in the wrong place: the same name below another parent, when there
	// is only one.
	name := path[len(path)-1]
	if len(name) < 6 {
		return ""
	}
	return c.known.home(c.release)[strings.ToLower(name)]
}

// homesOf returns the one key in which each name stands that a live key has, by
// the name in lower case; "" for names that several have.
func homesOf(release spans.Release) map[string]string {
	homes := map[string]string{}
	var walk func(n *node, at []string)
	walk = func(n *node, at []string) {
		children := n.children()
		for i := range children {
			child := &children[i]
			if !child.liveIn(release) {
				continue
			}
			here := append(slices.Clone(at), child.name)
			name := strings.ToLower(child.name)
			if _, twice := homes[name]; twice {
				homes[name] = ""
			} else {
				homes[name] = JoinPath(here)
			}
			walk(child, here)
		}
	}
	walk(keys, nil)
	return homes
}

// similar is the live child of a node whose name is nearest to a word, if it is
// near enough to be a misspelling.
func (c *Chart) similar(n *node, word string) string {
	best, bestDistance := "", max(1, len(word)/4)+1
	children := n.children()
	for i := range children {
		child := &children[i]
		if !child.liveIn(c.release) {
			continue
		}
		if d := spelling.Distance(word, child.name, bestDistance); d < bestDistance {
			best, bestDistance = child.name, d
		}
	}
	return best
}
