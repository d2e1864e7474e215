package repo

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A parameter sets one value by its path, as helm --set does.
type parameter struct {
	// name and value are the scalars that hold the path and the value.
	name, value Value
	// path and text are what they say, with the parameters of an ApplicationSet
	// filled in.
	path, text string
	// literal says that the text is a string, whatever it looks like.
	literal bool
}

// parameters returns what the helm part of a source of Argo CD sets, in the
// order in which Argo CD gives it to helm: --set, --set-string, --set-file.
func parameters(helm Value, params map[string]string) []parameter {
	var set, text, files []parameter
	for _, p := range helm.Get("parameters").Items() {
		name, value := p.Get("name"), p.Get("value")
		if !name.IsScalar() {
			continue
		}
		all := &set
		if p.Get("forceString").IsTrue() {
			all = &text
		}
		*all = append(*all, parameter{
			name: name, value: value.orSelf(name), path: expand(name.Text(), params), text: expand(value.Text(), params),
			literal: p.Get("forceString").IsTrue(),
		})
	}
	for _, p := range helm.Get("fileParameters").Items() {
		if name, file := p.Get("name"), p.Get("path"); name.IsScalar() && file.IsScalar() {
			// What the file holds is put in its place when Argo CD renders.
			files = append(files, parameter{name: name, value: file, path: expand(name.Text(), params), text: "$(" + file.Text() + ")", literal: true})
		}
	}
	return append(append(set, text...), files...)
}

// setAll sets parameters on top of values, each in turn.
func setAll(root Value, params []parameter) Value {
	if len(params) == 0 {
		return root
	}
	s := setter{layered: &layered{files: map[*yaml.Node]locator{}, last: root.src}, parts: parts{}, made: map[*yaml.Node]map[string]int{}}
	node := root.node
	if root.IsMap() {
		s.layered.know(node, root.src)
	} else {
		node = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		s.layered.last = s.parts
	}
	set := false
	for _, p := range params {
		if way := pathSteps(p.path); len(way) > 0 && way[0].index < 0 {
			node, set = s.put(node, way, p), true
		}
	}
	if !set {
		return root
	}
	return Value{node: node, src: s.layered, path: root.Path()}
}

// A pathStep is one element of the path of a parameter.
type pathStep struct {
	name       string
	index      int // of a list, or else -1
	start, end int // where it stands in the path
}

// maxIndex bounds the index of a parameter. Helm's own bound is far above any
// list that a person writes by index.
const maxIndex = 1000

// pathSteps splits a path as helm --set does: dots between keys, \ before a dot of
// a key, an index in brackets. It is nil if the path is none.
func pathSteps(text string) []pathStep {
	var all []pathStep
	var key strings.Builder
	start := 0
	flush := func(end int) {
		if key.Len() > 0 {
			all = append(all, pathStep{key.String(), -1, start, end})
			key.Reset()
		}
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			key.WriteByte(text[i])
		case c == '.':
			flush(i)
			start = i + 1
		case c == '[':
			flush(i)
			end := strings.IndexByte(text[i:], ']')
			if end < 0 {
				return nil
			}
			n, err := strconv.Atoi(text[i+1 : i+end])
			if err != nil || n < 0 || n > maxIndex {
				return nil
			}
			all = append(all, pathStep{"", n, i, i + end + 1})
			i += end
			start = i + 1
		case c == '=' || c == ',' || c == '{' || c == '}':
			return nil // helm reads something else than one path
		default:
			key.WriteByte(c)
		}
	}
	flush(len(text))
	return all
}

type setter struct {
	layered *layered
	parts   parts
	// made are the mappings that it made, with the index of the last key of each
	// name: of thousands of parameters each would else copy what the others set.
	made map[*yaml.Node]map[string]int
}

// put returns what old becomes when the rest of a path is set in it. Nothing
// that it did not make itself is changed.
func (s *setter) put(old *yaml.Node, rest []pathStep, p parameter) *yaml.Node {
	if len(rest) == 0 {
		return s.valueNode(p)
	}
	old = deref(old)
	at := rest[0]
	if at.index >= 0 {
		list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		if old != nil && old.Kind == yaml.SequenceNode {
			list.Content = append(list.Content, old.Content...)
		}
		for len(list.Content) <= at.index {
			list.Content = append(list.Content, s.at(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, p.name, at))
		}
		list.Content[at.index] = s.put(list.Content[at.index], rest[1:], p)
		return s.at(list, p.name, at)
	}
	m, index := old, s.made[old]
	if index == nil {
		m, index = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}, map[string]int{}
		s.made[m] = index
		if old != nil && old.Kind == yaml.MappingNode {
			for k, v := range pairs(old) {
				index[k.Value] = len(m.Content)
				m.Content = append(m.Content, k, v)
			}
		} else {
			s.at(m, p.name, at)
		}
	} else {
		delete(s.parts, m) // it is not of one parameter alone
		delete(s.layered.files, m)
	}
	found, ok := index[at.name]
	if !ok {
		found = len(m.Content)
		index[at.name] = found
		m.Content = append(m.Content, nil, nil)
	}
	if !ok || len(rest) == 1 {
		m.Content[found] = s.at(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: at.name}, p.name, at)
	}
	m.Content[found+1] = s.put(m.Content[found+1], rest[1:], p)
	return m
}

// at notes that a node is written as an element of the path of a parameter.
func (s *setter) at(n *yaml.Node, name Value, at pathStep) *yaml.Node {
	s.parts[n] = part{name, at.start, at.end}
	s.layered.files[n] = s.parts
	return n
}

// valueNode makes the node of the value of a parameter.
func (s *setter) valueNode(p parameter) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: p.text, Style: yaml.DoubleQuotedStyle}
	if list, ok := bracedList(p.text); ok && !p.literal {
		n = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		at := 1
		for _, text := range list {
			item := typed(text)
			s.parts[item], s.layered.files[item] = part{p.value, at, at + len(text)}, s.parts
			n.Content = append(n.Content, item)
			at += len(text) + 1
		}
	} else if !p.literal {
		n = typed(p.text)
	}
	return s.place(n, p.value)
}

func (s *setter) place(n *yaml.Node, host Value) *yaml.Node {
	s.parts[n] = part{host, -1, -1}
	s.layered.files[n] = s.parts
	return n
}

// bracedList reads {a,b}, the list of helm --set.
func bracedList(text string) ([]string, bool) {
	inner, ok := strings.CutPrefix(text, "{")
	if !ok {
		return nil, false
	}
	if inner, ok = strings.CutSuffix(inner, "}"); !ok || inner == "" {
		return nil, ok
	}
	return strings.Split(inner, ","), true
}

// typed gives a text the type that helm --set gives it: true, false, null, a
// whole number without leading zeros, or else a string.
func typed(text string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: yaml.DoubleQuotedStyle}
	_, err := strconv.ParseInt(text, 10, 64)
	switch {
	case strings.EqualFold(text, "true"), strings.EqualFold(text, "false"):
		n.Tag, n.Style, n.Value = "!!bool", 0, strings.ToLower(text)
	case strings.EqualFold(text, "null"):
		n.Tag, n.Style = "!!null", 0
	case text == "0", err == nil && text[0] != '0' && text[0] != '+':
		n.Tag, n.Style = "!!int", 0
	}
	return n
}

// A part is where a node stands: a range of the text of a scalar, or all of it
// if start is negative.
type part struct {
	host       Value
	start, end int
}

// parts locate the nodes that parameters make.
type parts map[*yaml.Node]part

// span returns where a node is written. It is approximate where something else
// stands there than the node says: an escaped dot, a variable.
func (s parts) span(n *yaml.Node) Span {
	at, ok := s[n]
	if !ok {
		return Span{}
	}
	text, span := at.host.Text(), at.host.Span()
	if at.start >= 0 && at.end <= len(text) {
		text, span = text[at.start:at.end], at.host.TextSpan(at.start, at.end)
	}
	span.Approximate = span.Approximate || n.Kind == yaml.ScalarNode && text != n.Value
	return span
}

func (s parts) value(v Value) Span { return s.span(v.node) }

func (s parts) key(v Value) Span { return s.span(v.key) }

func (s parts) text(v Value, start, end int) Span {
	at := s[v.node]
	if at.start >= 0 || at.host.Text() != v.Text() {
		span := s.span(v.node)
		span.Approximate = true
		return span
	}
	return at.host.TextSpan(start, end)
}
