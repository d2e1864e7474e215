package yamledit

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// isEmpty tells a value of which nothing is written: the end of "name:".
func isEmpty(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&(quoted|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

func isFlow(n *yaml.Node) bool { return n.Style&yaml.FlowStyle != 0 }

// begin returns the first byte of a node, behind its anchor and tag.
func (f *File) begin(n *yaml.Node) int {
	at := f.offset(n.Line, n.Column)
	if n.Kind == yaml.AliasNode {
		return at
	}
	for at < len(f.data) && (f.data[at] == '&' || f.data[at] == '!') {
		for at < len(f.data) && !f.isSpace(at) {
			at++
		}
		at = f.skipSpace(at)
	}
	return at
}

func (f *File) isSpace(at int) bool {
	return f.data[at] == ' ' || f.data[at] == '\t' || breakAt(f.data, at) > 0
}

// skipSpace skips blanks, line breaks and comments.
func (f *File) skipSpace(at int) int {
	for at < len(f.data) {
		switch w := breakAt(f.data, at); {
		case w > 0:
			at += w
		case f.data[at] == ' ' || f.data[at] == '\t':
			at++
		case f.data[at] == '#':
			at = f.lineEnd(at)
		default:
			return at
		}
	}
	return at
}

// extent returns the bytes of a node: a scalar with its quotes, a block scalar
// from its header to its last line, a collection from its first to its last
// character. ok is false if they cannot be told.
func (f *File) extent(n *yaml.Node) (start, end int, ok bool) {
	start = f.begin(n)
	switch n.Kind {
	case yaml.AliasNode:
		end = start + 1 + len(n.Value)
		return start, end, end <= len(f.data) && f.data[start] == '*'
	case yaml.ScalarNode:
		end, ok = f.scalarEnd(n, start)
		return start, end, ok
	}
	end, ok = f.collectionEnd(n, start)
	return start, end, ok
}

func (f *File) collectionEnd(n *yaml.Node, start int) (int, bool) {
	if !isFlow(n) {
		last := len(n.Content) - 1
		if last < 0 {
			return start, false
		}
		if n.Kind == yaml.MappingNode {
			return f.entryEnd(n.Content[last-1], n.Content[last])
		}
		if isEmpty(n.Content[last]) {
			return start, false // a dash with nothing behind it
		}
		_, end, ok := f.extent(n.Content[last])
		return end, ok
	}
	at := start + 1
	if last := len(n.Content) - 1; last >= 0 {
		var ok bool
		if n.Kind == yaml.MappingNode {
			at, ok = f.entryEnd(n.Content[last-1], n.Content[last])
		} else {
			_, at, ok = f.extent(n.Content[last])
		}
		if !ok {
			return at, false
		}
	}
	at = f.skipSpace(at)
	if at < len(f.data) && f.data[at] == ',' {
		at = f.skipSpace(at + 1)
	}
	return at + 1, at < len(f.data) && strings.IndexByte("]}", f.data[at]) >= 0
}

// entryEnd returns the byte behind an entry of a mapping.
func (f *File) entryEnd(key, value *yaml.Node) (int, bool) {
	if !isEmpty(value) {
		_, end, ok := f.extent(value)
		return end, ok
	}
	if value.Anchor != "" || value.Style&yaml.TaggedStyle != 0 {
		return 0, false
	}
	return f.colon(key)
}

// colon returns the byte behind the colon of a key.
func (f *File) colon(key *yaml.Node) (int, bool) {
	_, at, ok := f.extent(key)
	if !ok {
		return 0, false
	}
	for at < len(f.data) && (f.data[at] == ' ' || f.data[at] == '\t') {
		at++
	}
	return at + 1, at < len(f.data) && f.data[at] == ':'
}

// scalarEnd returns the byte behind a scalar that begins at start.
func (f *File) scalarEnd(n *yaml.Node, start int) (int, bool) {
	switch {
	case start >= len(f.data):
		return start, isEmpty(n)
	case n.Style&yaml.DoubleQuotedStyle != 0:
		for at := start + 1; at < len(f.data); at++ {
			switch f.data[at] {
			case '\\':
				at++
			case '"':
				return at + 1, f.data[start] == '"'
			}
		}
		return start, false
	case n.Style&yaml.SingleQuotedStyle != 0:
		for at := start + 1; at < len(f.data); at++ {
			switch {
			case f.data[at] != '\'':
			case at+1 < len(f.data) && f.data[at+1] == '\'':
				at++
			default:
				return at + 1, f.data[start] == '\''
			}
		}
		return start, false
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return f.blockEnd(start)
	}
	return f.plainEnd(n.Value, start)
}

// plainEnd follows a plain text that may be folded over several lines: one
// blank of the value may stand for a line break with the blanks around it.
func (f *File) plainEnd(value string, at int) (int, bool) {
	for i := 0; i < len(value); {
		if at >= len(f.data) {
			return at, false
		}
		if value[i] == ' ' || value[i] == '\n' {
			from := at
			for at < len(f.data) && f.isSpace(at) {
				at += max(1, breakAt(f.data, at))
			}
			if at == from {
				return at, false
			}
			for i < len(value) && (value[i] == ' ' || value[i] == '\n') {
				i++
			}
			continue
		}
		r, w := utf8.DecodeRuneInString(value[i:])
		have, _ := utf8.DecodeRune(f.data[at:])
		if r != have {
			return at, false
		}
		i, at = i+w, at+w
	}
	return at, true
}

// blockEnd returns the end of the last line of a block scalar whose header is
// at start. Comments that stand below it, less indented, are not part of it.
func (f *File) blockEnd(start int) (int, bool) {
	if strings.IndexByte("|>", f.data[start]) < 0 {
		return start, false
	}
	headerEnd := f.lineEnd(start)
	header := string(f.data[start:headerEnd])
	header, _, _ = strings.Cut(header, " ")
	if strings.ContainsAny(header, "0123456789") {
		return start, false // rare, and the indentation is not worth the risk
	}
	keep := strings.Contains(header, "+")
	indent, last, blank := -1, start+len(header), start+len(header)
	for at := headerEnd; at < len(f.data); {
		at += breakAt(f.data, at)
		end := f.lineEnd(at)
		line := f.data[at:end]
		spaces := len(line) - len(strings.TrimLeft(string(line), " "))
		switch {
		case at >= len(f.data):
		case spaces == len(line):
			blank = end
		case indent < 0 && spaces > f.parentIndent(start):
			indent = spaces
			last, blank = end, end
		case indent >= 0 && spaces >= indent:
			last, blank = end, end
		default:
			end = len(f.data)
		}
		at = end
	}
	if keep {
		return blank, true
	}
	return last, true
}

// parentIndent is the indentation that the text of a block scalar exceeds: that
// of the key or, in a list, of the dash on the line of its header.
func (f *File) parentIndent(start int) int {
	line := f.data[f.lineStart(start):start]
	n, dash := 0, 0
	for n < len(line) && (line[n] == ' ' || line[n] == '-' && n+1 < len(line) && line[n+1] == ' ') {
		if line[n] == '-' {
			dash = n
		}
		n++
	}
	if n == len(line) {
		return dash
	}
	return n
}
