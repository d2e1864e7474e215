package repo

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// textSpan returns where the bytes from to to of the text of a scalar are
// written. Where the text cannot be matched with the file byte by byte the
// span is that of the whole scalar and approximate.
func (f *file) textSpan(n *yaml.Node, from, to int) Span {
	if n.Kind != yaml.ScalarNode || from < 0 || to < from || to > len(n.Value) {
		s := f.value(Value{node: n})
		s.Approximate = true
		return s
	}
	if start, end, ok := f.textExtent(n, from, to); ok {
		return f.span(start, end)
	}
	start, end := f.extent(n)
	s := f.span(start, end)
	s.Approximate = true
	return s
}

func (f *file) textExtent(n *yaml.Node, from, to int) (start, end int, ok bool) {
	begin := f.begin(n)
	if len(n.Value) >= longScalar {
		return f.longExtent(n, begin, from, to)
	}
	if n.Style&^yaml.TaggedStyle == 0 {
		if end := begin + len(n.Value); end <= len(f.data) && string(f.data[begin:end]) == n.Value {
			return begin + from, begin + to, true
		}
	}
	if n.Style&yaml.LiteralStyle != 0 && len(f.breaks) == len(f.lines) {
		if start, end, ok := f.literalExtent(n, begin, from, to); ok {
			return start, end, true
		}
	}
	m, ok := f.textMap(n, begin)
	if !ok {
		return 0, 0, false
	}
	return f.mappedExtent(n, m, from, to)
}

// mappedExtent finds a range of a text with what textMap tells of it.
func (f *file) mappedExtent(n *yaml.Node, m []int, from, to int) (start, end int, ok bool) {
	if to > from {
		return m[from], m[to-1] + f.unitLen(n, m[to-1]), true
	}
	return m[from], m[from], true
}

// unitLen returns how many bytes of the file stand for the byte of a scalar's
// text that comes from at: more than one for an escape.
func (f *file) unitLen(n *yaml.Node, at int) int {
	switch {
	case at >= len(f.data):
		return 0
	case n.Style&yaml.DoubleQuotedStyle != 0 && f.data[at] == '\\':
		if _, w := unescape(f.data[at:]); w > 0 {
			return w
		}
	case n.Style&yaml.SingleQuotedStyle != 0 && f.data[at] == '\'':
		return 2
	}
	return max(breakWidth(f.data[at:]), 1)
}

// literalExtent finds a range of the text of a literal block without walking
// all of it.
func (f *file) literalExtent(n *yaml.Node, begin, from, to int) (start, end int, ok bool) {
	first, indent, _ := f.blockStart(n, begin)
	return f.literalRange(n, from, to, func(i int) (int, bool) {
		lineStart := strings.LastIndexByte(n.Value[:i], '\n') + 1
		line := first + strings.Count(n.Value[:lineStart], "\n")
		if line > len(f.breaks) {
			return 0, false
		}
		want := n.Value[lineStart:i]
		offset := f.breaks[line-1] + indent
		if end := offset + len(want); end > len(f.data) || string(f.data[offset:end]) != want {
			return 0, false
		}
		return offset + len(want), true
	})
}

// literalRange finds a range of the text of a literal block with at, which finds
// an offset of it.
func (f *file) literalRange(n *yaml.Node, from, to int, at func(int) (int, bool)) (start, end int, ok bool) {
	if start, ok = at(from); !ok {
		return 0, 0, false
	}
	if to == from {
		return start, start, true
	}
	if n.Value[to-1] == '\n' {
		// The end of the line, before its break.
		if end, ok = at(to - 1); !ok {
			return 0, 0, false
		}
		return start, min(end+max(breakWidth(f.data[end:]), 0), len(f.data)), true
	}
	if end, ok = at(to); !ok {
		return 0, 0, false
	}
	if !strings.Contains(n.Value[from:to], "\n") && string(f.data[start:end]) != n.Value[from:to] {
		return 0, 0, false
	}
	return start, end, true
}

// textMap returns, for every byte of the text of a scalar and for its end, the
// byte of the file that it comes from; false if reading the scalar again does
// not give its text.
func (f *file) textMap(n *yaml.Node, begin int) ([]int, bool) {
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return f.quotedMap(n, begin, true)
	case n.Style&yaml.SingleQuotedStyle != 0:
		return f.quotedMap(n, begin, false)
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return f.blockMap(n, begin)
	}
	return f.plainMap(n, begin)
}

// A matcher reads a scalar again and notes where every byte comes from.
type matcher struct {
	want string
	offs []int
	ok   bool
}

func newMatcher(want string) *matcher {
	return &matcher{want: want, offs: make([]int, 0, len(want)+1), ok: true}
}

// add says that the text goes on with s, which is written at offset; each says
// that s is written there byte by byte, otherwise all of s comes from there.
func (m *matcher) add(s string, offset int, each bool) {
	have := len(m.offs)
	if !m.ok || !strings.HasPrefix(m.want[have:], s) {
		m.ok = false
		return
	}
	for i := range len(s) {
		if each {
			m.offs = append(m.offs, offset+i)
		} else {
			m.offs = append(m.offs, offset)
		}
	}
}

func (m *matcher) finish(end int) ([]int, bool) {
	if !m.ok || len(m.offs) != len(m.want) {
		return nil, false
	}
	return append(m.offs, end), true
}

// fold reads the line breaks and indentation at offset at within a quoted or
// plain scalar: one break is a space, each further one a newline. Blanks
// before it are gone.
func (f *file) fold(m *matcher, at int) int {
	first := true
	breakAt, many := at, false
	for at < len(f.data) {
		if w := breakWidth(f.data[at:]); w > 0 {
			if first {
				breakAt, first = at, false
			} else {
				m.add("\n", at, true)
				many = true
			}
			at += w
			continue
		}
		if f.data[at] != ' ' && f.data[at] != '\t' {
			break
		}
		at++
	}
	if !many {
		m.add(" ", breakAt, true)
	}
	return at
}

// blanksThenBreak tells whether only blanks stand between at and a line break.
func (f *file) blanksThenBreak(at int) (int, bool) {
	for at < len(f.data) && (f.data[at] == ' ' || f.data[at] == '\t') {
		at++
	}
	return at, breakWidth(f.data[at:]) > 0
}

func (f *file) quotedMap(n *yaml.Node, begin int, double bool) ([]int, bool) {
	m := newMatcher(n.Value)
	quote := byte('\'')
	if double {
		quote = '"'
	}
	at := begin + 1
	for at < len(f.data) && m.ok {
		c := f.data[at]
		switch {
		case c == quote && !double && at+1 < len(f.data) && f.data[at+1] == quote:
			m.add("'", at, true)
			at += 2
		case c == quote:
			return m.finish(at)
		case c == '\\' && double:
			if at+1 < len(f.data) && breakWidth(f.data[at+1:]) > 0 {
				at += 1 + breakWidth(f.data[at+1:])
				for at < len(f.data) && (f.data[at] == ' ' || f.data[at] == '\t') {
					at++
				}
				continue
			}
			s, w := unescape(f.data[at:])
			if w == 0 {
				return nil, false
			}
			m.add(s, at, false)
			at += w
		default:
			if next, ok := f.blanksThenBreak(at); ok {
				at = f.fold(m, next)
				continue
			}
			m.add(string(f.data[at:at+1]), at, true)
			at++
		}
	}
	return nil, false
}

// unescape reads an escape of a double-quoted scalar: its text and length.
func unescape(b []byte) (string, int) {
	if len(b) < 2 {
		return "", 0
	}
	const from = `0abtnvfre "/\N_LP`
	if i := strings.IndexByte(from, b[1]); i >= 0 {
		to := [...]string{"\x00", "\a", "\b", "\t", "\n", "\v", "\f", "\r", "\x1b", " ", `"`, "/", `\`, "\u0085", "\u00a0", "\u2028", "\u2029"}
		return to[i], 2
	}
	width := map[byte]int{'x': 2, 'u': 4, 'U': 8}[b[1]]
	if b[1] == '\t' {
		return "\t", 2
	}
	if width == 0 || len(b) < 2+width {
		return "", 0
	}
	var r rune
	for _, c := range b[2 : 2+width] {
		d := strings.IndexByte("0123456789abcdef", c|0x20)
		if c >= '0' && c <= '9' {
			d = int(c - '0')
		}
		if d < 0 {
			return "", 0
		}
		r = r<<4 | rune(d)
	}
	if !utf8.ValidRune(r) {
		return "", 0
	}
	return string(r), 2 + width
}

func (f *file) plainMap(n *yaml.Node, begin int) ([]int, bool) {
	m := newMatcher(n.Value)
	at := begin
	for len(m.offs) < len(n.Value) && at < len(f.data) && m.ok {
		if next, ok := f.blanksThenBreak(at); ok {
			at = f.fold(m, next)
			continue
		}
		m.add(string(f.data[at:at+1]), at, true)
		at++
	}
	return m.finish(at)
}

// blockMap reads a block scalar again, by the rules for literal and folded
// text and its chomping.
func (f *file) blockMap(n *yaml.Node, begin int) ([]int, bool) {
	b := f.blockLines(n, begin)
	m := newMatcher(n.Value)
	literal := n.Style&yaml.LiteralStyle != 0
	type lineBreak struct {
		text string
		at   int
	}
	var leading *lineBreak   // the break of the last line with text
	var trailing []lineBreak // those of the blank lines behind it
	var leadingBlank bool    // the last line with text began with a blank
	for i := b.first; i <= b.last; i++ {
		start, end := f.breaks[i-1], f.yamlLineEnd(i)
		br := lineBreak{"\n", end}
		if w := f.data[end:min(end+3, len(f.data))]; breakWidth(w) == 3 {
			br.text = string(w)
		}
		text := f.data[start:end]
		if len(text) <= b.indent && len(bytes.TrimLeft(text, " ")) == 0 {
			trailing = append(trailing, br)
			continue
		}
		if len(text) < b.indent {
			return nil, false
		}
		start += b.indent
		blank := f.data[start] == ' ' || f.data[start] == '\t'
		if leading != nil {
			if !literal && !leadingBlank && !blank && leading.text == "\n" {
				if len(trailing) == 0 {
					m.add(" ", leading.at, true)
				}
			} else {
				m.add(leading.text, leading.at, false)
			}
		}
		for _, t := range trailing {
			m.add(t.text, t.at, false)
		}
		trailing = trailing[:0]
		leadingBlank = blank
		m.add(string(f.data[start:end]), start, true)
		leading = &br
	}
	end := len(f.data)
	if b.last >= b.first {
		end = f.yamlLineEnd(b.last)
	}
	// What chomping keeps at the end: newlines, all from behind the last line.
	if rest := n.Value[min(len(m.offs), len(n.Value)):]; strings.Trim(rest, "\n\u2028\u2029") == "" {
		m.add(rest, end, false)
	}
	return m.finish(end)
}
