package schema

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// yamlReader walks the nodes of one YAML document.
type yamlReader struct {
	reader
	done map[*yaml.Node]*node // what anchors were read as
	open map[*yaml.Node]bool  // the nodes that are being read: an alias to one is a cycle
	last column               // of from
}

func (r *yamlReader) read(y *yaml.Node, path string, depth int) *node {
	at := r.span(y)
	n := &node{at: at, path: path}
	if !r.count(at, path, depth) {
		n.broken = true
		return n
	}
	if y.Style&yaml.TaggedStyle != 0 && !strings.HasPrefix(y.ShortTag(), "!!") || y.ShortTag() == "!!binary" {
		r.report(at, path, KindSyntax, "a spec has no use for YAML tags (!)", "remove the tag, or put a text that begins with ! in quotes")
		n.broken = true
		return n
	}
	r.open[y] = true
	defer delete(r.open, y)
	switch y.Kind {
	case yaml.AliasNode:
		return r.alias(y, path, depth)
	case yaml.MappingNode:
		n.kind = mapKind
		r.mapping(n, y, depth)
	case yaml.SequenceNode:
		n.kind = listKind
		for i, item := range y.Content {
			n.items = append(n.items, r.read(item, path+"["+strconv.Itoa(i)+"]", depth+1))
		}
	default:
		r.scalar(n, y)
	}
	return n
}

// alias reads what the alias stands for once more, so that every value has a
// path of its own, and counts it once more. The positions are the anchor's.
func (r *yamlReader) alias(y *yaml.Node, path string, depth int) *node {
	if y.Alias == nil || r.open[y.Alias] {
		r.report(r.span(y), path, KindSyntax, "this alias stands for a value that contains the alias itself", "write the value out")
		return &node{at: r.span(y), path: path, broken: true}
	}
	return r.read(y.Alias, path, depth)
}

func (r *yamlReader) mapping(n *node, y *yaml.Node, depth int) {
	first := make(map[string]span, len(y.Content)/2)
	n.fields = make([]field, 0, len(y.Content)/2)
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := y.Content[i], y.Content[i+1]
		at := r.span(k)
		if k.Kind == yaml.AliasNode && k.Alias != nil {
			k = k.Alias
		}
		switch {
		case k.Kind != yaml.ScalarNode:
			r.report(at, n.path, KindSyntax, "the name of a field must be a single word", "write name: value")
			continue
		case k.ShortTag() == "!!merge":
			r.report(at, n.path, KindSyntax, "merge keys (<<) are not part of a spec",
				"write what the environments share under spec: every environment inherits it")
			continue
		}
		if before, twice := first[k.Value]; twice {
			path := join(n.path, k.Value)
			e := r.report(at, path, KindDuplicateKey, fmt.Sprintf("%s is written twice", short(path)), "keep one of the two")
			e.Related = append(e.Related, r.related(before, "first written here"))
			continue
		}
		first[k.Value] = at
		child := r.read(v, join(n.path, k.Value), depth+1)
		child.key = at
		if v.Kind == yaml.ScalarNode && v.Value == "" && v.Style == 0 {
			child.at = at // nothing is written: the key is all there is to point at
		}
		n.fields = append(n.fields, field{k.Value, child})
	}
}

func (r *reader) related(at span, message string) Related {
	return Related{r.file, at.line, at.col, at.endLine, at.endCol, message}
}

// number is the only way to write a number that every YAML reader takes for
// the same one.
var number = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?$`)
})

func (r *yamlReader) scalar(n *node, y *yaml.Node) {
	n.text = y.Value
	n.bare = y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	switch y.ShortTag() {
	case "!!null":
		n.kind = nullKind
	case "!!bool":
		n.kind = boolKind
		n.text = strings.ToLower(y.Value)
	case "!!int", "!!float":
		n.kind = intKind
		if strings.ContainsAny(y.Value, ".eE") {
			n.kind = floatKind
		}
		_, err := strconv.ParseInt(y.Value, 10, 64)
		switch {
		case !number().MatchString(y.Value) || len(y.Value) > 25:
			r.report(n.at, n.path, KindWrongType, "this number is written in a form that readers of YAML do not agree on",
				"write it in plain decimal digits, or in quotes if it is a text")
			n.broken = true
		case n.kind == intKind && err != nil:
			r.report(n.at, n.path, KindOutOfRange, "this number is too large",
				"write a smaller one, or put it in quotes if it is a text")
			n.broken = true
		}
	default:
		n.kind = textKind
	}
}

// span is where a node is written. Only its beginning comes from the parser;
// the end is found in the source. Mappings and lists in block style end with
// their first word.
func (r *yamlReader) span(y *yaml.Node) span {
	line, col := y.Line, y.Column
	s := span{line, col, line, col + 1}
	if line < 1 {
		return span{1, 1, 1, 2}
	}
	rest := r.from(line, col)
	// An anchor or a tag belongs to the node for the parser, not for the reader.
	for strings.HasPrefix(rest, "&") || strings.HasPrefix(rest, "!") {
		word, after, _ := strings.Cut(rest, " ")
		if strings.TrimSpace(after) == "" {
			break
		}
		trimmed := strings.TrimLeft(after, " ")
		col += utf8.RuneCountInString(word) + 1 + len(after) - len(trimmed)
		rest = trimmed
		s = span{line, col, line, col + 1}
	}
	switch {
	case y.Kind == yaml.AliasNode:
		s.endCol = col + 1 + utf8.RuneCountInString(y.Value)
	case y.Kind == yaml.MappingNode || y.Kind == yaml.SequenceNode:
		if y.Style&yaml.FlowStyle == 0 && len(y.Content) > 0 && y.Kind == yaml.MappingNode {
			return r.span(y.Content[0])
		}
	case y.Style&yaml.DoubleQuotedStyle != 0:
		s.endLine, s.endCol = r.closing(line, col, '"')
	case y.Style&yaml.SingleQuotedStyle != 0:
		s.endLine, s.endCol = r.closing(line, col, '\'')
	case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		s.endCol = col + utf8.RuneCountInString(strings.TrimRight(rest, " "))
	case strings.HasPrefix(rest, y.Value):
		s.endCol = col + utf8.RuneCountInString(y.Value)
	default: // a plain text over several lines
		s.endCol = col + utf8.RuneCountInString(strings.TrimRight(rest, " "))
	}
	s.endCol = max(s.endCol, 1)
	if s.endLine == s.line {
		s.endCol = max(s.endCol, s.col+1)
	}
	return s
}

// from is the rest of a line from a column on. Most columns come in order, and a
// line may be long: it is walked along once.
func (r *yamlReader) from(line, col int) string {
	text := r.line(line)
	if col < 1 {
		return ""
	}
	if r.last.line != line || r.last.col > col {
		r.last = column{line: line, col: 1}
	}
	for r.last.col < col && r.last.at < len(text) {
		_, size := utf8.DecodeRuneInString(text[r.last.at:])
		r.last.col++
		r.last.at += size
	}
	return text[r.last.at:]
}

// A column is a place in a line, in characters from 1 and in bytes from 0.
type column struct{ line, col, at int }

// closing finds the end of a quoted text that opens at a position.
func (r *yamlReader) closing(line, col int, quote byte) (endLine, endCol int) {
	text, c := r.from(line, col), col
	if len(text) > 0 {
		text, c = text[1:], c+1
	}
	for {
		for i := 0; i < len(text); c++ {
			switch {
			case quote == '"' && text[i] == '\\' && i+1 < len(text),
				quote == '\'' && text[i] == quote && i+1 < len(text) && text[i+1] == quote:
				i, c = i+1, c+1
			case text[i] == quote:
				return line, c + 1
			}
			_, size := utf8.DecodeRuneInString(text[i:])
			i += size
		}
		if line++; line > len(r.lines) {
			return line - 1, c
		}
		text, c = r.line(line), 1
	}
}
