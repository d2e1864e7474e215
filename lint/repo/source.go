package repo

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// A file locates the nodes of its own documents.
var _ locator = (*file)(nil)

func (f *file) value(v Value) Span { return f.nodeSpan(v.node) }

func (f *file) key(v Value) Span { return f.nodeSpan(v.key) }

func (f *file) nodeSpan(n *yaml.Node) Span {
	start, end := f.extent(n)
	s := f.span(start, end)
	// What is written there is not the value: an alias that is a key.
	s.Approximate = n.Kind == yaml.ScalarNode && n.Value != "" && start == end
	return s
}

func (f *file) text(v Value, from, to int) Span { return f.textSpan(v.node, from, to) }

// extent returns the bytes that a node is written in: a scalar with its
// quotes, a collection from its first to its last character. Anchors and tags
// do not belong to it.
func (f *file) extent(n *yaml.Node) (start, end int) {
	start = f.begin(n)
	switch n.Kind {
	case yaml.ScalarNode:
		return start, f.scalarEnd(n, start)
	case yaml.AliasNode:
		return start, min(start+1+len(n.Value), len(f.data))
	case yaml.MappingNode, yaml.SequenceNode:
		return start, f.collectionEnd(n, start)
	}
	return start, start
}

// begin returns the first byte of a node behind its anchor and tag.
func (f *file) begin(n *yaml.Node) int {
	at := f.offset(n.Line, n.Column)
	for at < len(f.data) && (f.data[at] == '&' || f.data[at] == '!') {
		for at < len(f.data) && !isBlankOrBreak(f.data[at]) {
			if isFlowEnd(f.data[at]) && n.Value == "" && n.Kind == yaml.ScalarNode {
				return at
			}
			at++
		}
		if at = f.skipSpace(at); n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&^yaml.TaggedStyle == 0 {
			return at
		}
	}
	return at
}

func isFlowEnd(c byte) bool { return c == ',' || c == ']' || c == '}' }

func isBlankOrBreak(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// skipSpace skips blanks, line breaks and comments.
func (f *file) skipSpace(at int) int {
	for at < len(f.data) {
		switch c := f.data[at]; {
		case isBlankOrBreak(c):
			at++
		case c == '#' && (at == 0 || isBlankOrBreak(f.data[at-1])):
			for at < len(f.data) && f.data[at] != '\n' {
				at++
			}
		default:
			if w := breakWidth(f.data[at:]); w > 0 {
				at += w
				continue
			}
			return at
		}
	}
	return at
}

func (f *file) collectionEnd(n *yaml.Node, start int) int {
	if n.Style&yaml.FlowStyle == 0 {
		if len(n.Content) == 0 {
			return start
		}
		_, end := f.extent(n.Content[len(n.Content)-1])
		return max(end, start)
	}
	at := start + 1
	if len(n.Content) > 0 {
		_, at = f.extent(n.Content[len(n.Content)-1])
	}
	for at = f.skipSpace(at); at < len(f.data); at = f.skipSpace(at + 1) {
		switch f.data[at] {
		case ']', '}':
			return at + 1
		case ',', ':':
		default:
			return at
		}
	}
	return at
}

// scalarEnd returns the byte behind a scalar that begins at start.
func (f *file) scalarEnd(n *yaml.Node, start int) int {
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		for at := start + 1; at < len(f.data); at++ {
			switch f.data[at] {
			case '\\':
				at++
			case '"':
				return at + 1
			}
		}
		return len(f.data)
	case n.Style&yaml.SingleQuotedStyle != 0:
		for at := start + 1; at < len(f.data); at++ {
			if f.data[at] != '\'' {
				continue
			}
			if at+1 < len(f.data) && f.data[at+1] == '\'' {
				at++
				continue
			}
			return at + 1
		}
		return len(f.data)
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return f.blockEnd(n, start)
	}
	if end := start + len(n.Value); end <= len(f.data) && string(f.data[start:end]) == n.Value {
		return end
	}
	if m, ok := f.plainMap(n, start); ok {
		return m[len(m)-1]
	}
	return start
}

// A block is the place of a block scalar: the line of its header, and the
// lines and indentation of its text.
type block struct {
	header      int // offset of | or >
	headerEnd   int // offset behind the header line's text
	first, last int // lines as YAML counts; last < first if it is empty
	indent      int
}

// blockLines finds the lines of a block scalar whose header is at start.
func (f *file) blockLines(n *yaml.Node, start int) block {
	b := block{header: start}
	var blank bool
	b.first, b.indent, blank = f.blockStart(n, start)
	b.last = b.first - 1
	b.headerEnd = f.yamlLineEnd(b.last)
	if blank {
		return b
	}
	for i := b.first; i <= len(f.breaks); i++ {
		s := f.yamlLineText(i)
		trimmed := bytes.TrimLeft(s, " ")
		if len(trimmed) > 0 {
			if len(s)-len(trimmed) < b.indent || b.indent == 0 && f.isMarker(s) {
				break
			}
			b.last = i
		}
	}
	return b
}

// blockStart returns the first line of a block scalar and its indentation; blank
// says that it holds no text.
func (f *file) blockStart(n *yaml.Node, start int) (first, indent int, blank bool) {
	first = f.yamlLine(start) + 1
	// The first line with text gives the indentation: what stands before the
	// text that the value begins with.
	own := 0
	if n.Value == "" || n.Value[0] == '\n' || n.Value[0] == ' ' || n.Value[0] >= utf8.RuneSelf {
		lead := strings.TrimLeft(n.Value, "\n\u2028\u2029")
		if strings.TrimLeft(lead, " \n\u2028\u2029") == "" {
			lead = ""
		}
		own, blank = len(lead)-len(strings.TrimLeft(lead, " ")), lead == ""
	}
	for i := first; i <= len(f.breaks); i++ {
		if s := f.yamlLineText(i); len(bytes.TrimLeft(s, " ")) > 0 {
			indent = len(s) - len(bytes.TrimLeft(s, " ")) - own
			break
		}
	}
	return first, max(indent, 0), blank
}

// isMarker tells a line that ends a document.
func (f *file) isMarker(line []byte) bool {
	return isMarkerLine(line, "---") || isMarkerLine(line, "...")
}

func (f *file) blockEnd(n *yaml.Node, start int) int {
	b := f.blockLines(n, start)
	if b.last < b.first {
		// The header alone: | with its indicators.
		at := start + 1
		for at < b.headerEnd && strings.IndexByte("+-0123456789", f.data[at]) >= 0 {
			at++
		}
		return at
	}
	return f.yamlLineEnd(b.last)
}

// yamlLine returns the line, as YAML counts, that holds an offset.
func (f *file) yamlLine(offset int) int {
	lo, hi := 0, len(f.breaks)
	for lo < hi {
		if mid := (lo + hi) / 2; f.breaks[mid] > offset {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// yamlLineEnd returns the offset behind the text of a line as YAML counts.
func (f *file) yamlLineEnd(line int) int {
	if line >= len(f.breaks) {
		return len(f.data)
	}
	end := f.breaks[line]
	switch {
	case end >= 2 && f.data[end-2] == '\r' && f.data[end-1] == '\n':
		return end - 2
	case f.data[end-1] == '\n', f.data[end-1] == '\r':
		return end - 1
	case f.data[end-1] == 0x85:
		return end - 2
	}
	return end - 3
}

func (f *file) yamlLineText(line int) []byte {
	return f.data[f.breaks[line-1]:f.yamlLineEnd(line)]
}
