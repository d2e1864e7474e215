package repo

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// A guard walks a document once, before anything else does, and refuses what
// would cost a reader unbounded time, memory or stack. It also finds duplicate
// keys and leaves only the last one, as kubectl and Helm do.
type guard struct {
	file     *file
	nodes    int
	problems []Problem
	fatal    *Problem
	costs    map[*yaml.Node]cost // of anchored nodes
	aliases  []*yaml.Node
}

// maxDuplicates bounds how many duplicate keys of a document are told. To find the
// column of each in one long line would take hours.
const maxDuplicates = 100

// A cost is how many nodes and bytes of text a node expands to.
type cost struct {
	nodes, text int
	open        bool // being computed: an alias to it is a cycle
}

func (g *guard) refuse(n *yaml.Node, rule, message, help string) {
	if g.fatal == nil {
		start, end := g.file.keyExtent(n)
		g.fatal = &Problem{Rule: rule, Span: g.file.span(start, end), Message: message, Help: help}
	}
}

// keyExtent returns the first line of a node: enough to point at it, also when
// the node is too deep to find its end.
func (f *file) keyExtent(n *yaml.Node) (start, end int) {
	start = f.offset(n.Line, n.Column)
	if n.Kind == yaml.ScalarNode || n.Kind == yaml.AliasNode {
		_, end = f.extent(n)
		return f.begin(n), end
	}
	return start, min(start+1, len(f.data))
}

func (g *guard) check(n *yaml.Node, depth int) {
	if g.fatal != nil {
		return
	}
	if g.nodes++; g.nodes > maxNodes {
		g.refuse(n, "yaml/limits", fmt.Sprintf("the document holds more than %d values and was not read", maxNodes), "split it")
		return
	}
	if depth > maxDepth {
		g.refuse(n, "yaml/limits", fmt.Sprintf("the document is nested more than %d deep here and was not read", maxDepth), "")
		return
	}
	switch n.Kind {
	case yaml.AliasNode:
		g.aliases = append(g.aliases, n)
		return
	case yaml.MappingNode:
		g.keys(n)
	}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			g.nodes++
			continue
		}
		g.check(c, depth+1)
	}
}

// keys checks that the keys of a mapping are scalars and differ.
func (g *guard) keys(n *yaml.Node) {
	c := n.Content
	duplicate := false
	var seen map[string]int
	if len(c) > 16 {
		seen = make(map[string]int, len(c)/2)
	}
	for i := 0; i+1 < len(c); i += 2 {
		if c[i].Kind == yaml.AliasNode && c[i].Alias != nil && c[i].Alias.Kind == yaml.ScalarNode {
			k := *c[i].Alias
			k.Anchor, k.Line, k.Column, k.Style = "", c[i].Line, c[i].Column, 0
			c[i] = &k
		}
		if c[i].Kind != yaml.ScalarNode {
			g.refuse(c[i], "yaml/syntax", "a key must be plain text", "a list or a mapping cannot be a key; a template must be rendered first")
			return
		}
		first := -1
		if seen != nil {
			if j, ok := seen[c[i].Value]; ok {
				first = j
			}
			seen[c[i].Value] = i
		} else {
			for j := i - 2; j >= 0; j -= 2 {
				if c[j].Value == c[i].Value {
					first = j
					break
				}
			}
		}
		if first < 0 || isMerge(c[i]) != isMerge(c[first]) {
			continue
		}
		duplicate = true
		if len(g.problems) >= maxDuplicates {
			continue
		}
		p := g.duplicateKey(c[first], c[i])
		if len(g.problems) == maxDuplicates-1 {
			p.Message += "; this is one of more than " + strconv.Itoa(maxDuplicates) + " such keys, and the rest is not told"
		}
		g.problems = append(g.problems, p)
	}
	if duplicate {
		n.Content = lastKeys(c)
		// What is dropped is on the lines of the mapping all the same.
		kept := make(map[*yaml.Node]bool, len(n.Content))
		for _, k := range n.Content {
			kept[k] = true
		}
		for i := 0; i+1 < len(c); i += 2 {
			if !kept[c[i]] {
				start, _ := g.file.extent(c[i])
				_, end := g.file.extent(c[i+1])
				g.file.dropped = append(g.file.dropped, textRange{start, max(start, end)})
			}
		}
	}
}

func (g *guard) duplicateKey(first, second *yaml.Node) Problem {
	start, end := g.file.extent(second)
	p := Problem{
		Rule:    "yaml/duplicate-key",
		Span:    g.file.span(start, end),
		Message: "the same key is written twice in one mapping",
		Help:    "keep one of them: kubectl and Helm silently take the last, kustomize refuses the file",
	}
	start, end = g.file.extent(first)
	p.Related = []Related{{Span: g.file.span(start, end), Message: "it is written here before"}}
	return p
}

// lastKeys keeps the last of equal keys.
func lastKeys(c []*yaml.Node) []*yaml.Node {
	last := make(map[string]int, len(c)/2)
	for i := 0; i+1 < len(c); i += 2 {
		last[c[i].Value] = i
	}
	kept := make([]*yaml.Node, 0, len(c))
	for i := 0; i+1 < len(c); i += 2 {
		if last[c[i].Value] == i {
			kept = append(kept, c[i], c[i+1])
		}
	}
	return kept
}

// finish checks what the aliases of the document expand to.
func (g *guard) finish() {
	if len(g.aliases) == 0 {
		return
	}
	g.costs = map[*yaml.Node]cost{}
	var sum cost
	for _, a := range g.aliases {
		c := g.cost(a)
		if g.fatal != nil {
			return
		}
		sum.nodes = min(sum.nodes+c.nodes, maxExpanded+1)
		sum.text = min(sum.text+c.text, maxExpandedLen+1)
		if sum.nodes > maxExpanded || sum.text > maxExpandedLen {
			g.refuse(a, "yaml/limits",
				fmt.Sprintf("the aliases of the document stand for more than %d values or %s; it was not read", maxExpanded, size(maxExpandedLen)),
				"write the values out, or use fewer aliases of aliases")
			return
		}
	}
}

// cost returns what a node expands to, saturated at the bounds.
func (g *guard) cost(n *yaml.Node) cost {
	if n.Kind == yaml.AliasNode {
		if n.Alias == nil {
			return cost{}
		}
		c, ok := g.costs[n.Alias]
		if c.open {
			g.refuse(n, "yaml/limits", "the anchor contains itself through this alias", "remove the alias")
			return cost{}
		}
		if !ok {
			g.costs[n.Alias] = cost{open: true}
			c = g.cost(n.Alias)
			g.costs[n.Alias] = c
		}
		return c
	}
	c := cost{nodes: 1, text: len(n.Value)}
	for _, e := range n.Content {
		if g.fatal != nil {
			return c
		}
		ec := g.cost(e)
		c.nodes = min(c.nodes+ec.nodes, maxExpanded+1)
		c.text = min(c.text+ec.text, maxExpandedLen+1)
	}
	return c
}
