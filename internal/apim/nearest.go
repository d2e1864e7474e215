package apim

import (
	"slices"
	"strings"
)

// nearestKey is the live key that a path most likely means: a sibling of the
// first wrong element with a similar name, or the one key elsewhere that has
// the same name.
func (c *Chart) nearestKey(path []string) string {
	at := c.data.keys
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
	var homes []string
	var walk func(n *node, at []string)
	walk = func(n *node, at []string) {
		for _, child := range n.children {
			if !child.liveIn(c.release) {
				continue
			}
			here := append(slices.Clone(at), child.name)
			if strings.EqualFold(child.name, name) {
				homes = append(homes, JoinPath(here))
			}
			walk(child, here)
		}
	}
	walk(c.data.keys, nil)
	if len(homes) == 1 {
		return homes[0]
	}
	return ""
}

// similar is the live child of a node whose name is nearest to a word, if it is
// near enough to be a misspelling.
func (c *Chart) similar(n *node, word string) string {
	best, bestDistance := "", max(1, len(word)/4)+1
	for _, child := range n.children {
		if !child.liveIn(c.release) {
			continue
		}
		if d := editDistance(word, child.name, bestDistance); d < bestDistance {
			best, bestDistance = child.name, d
		}
	}
	return best
}

// editDistance counts insertions, deletions, substitutions and swaps of
// neighbours between two words, up to bound. Words that differ in letter case
// only are one edit apart.
func editDistance(a, b string, bound int) int {
	if strings.EqualFold(a, b) {
		return min(1, bound)
	}
	if d := len(a) - len(b); d >= bound || -d >= bound {
		return bound
	}
	a, b = strings.ToLower(a), strings.ToLower(b)
	previous2 := make([]int, len(b)+1)
	previous := make([]int, len(b)+1)
	current := make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		current[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			current[j] = min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				current[j] = min(current[j], previous2[j-2]+1)
			}
		}
		previous2, previous, current = previous, current, previous2
	}
	return min(previous[len(b)], bound)
}
