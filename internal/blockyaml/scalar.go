package blockyaml

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A token is a scalar, a plain one as far as its first line.
type token struct {
	at           int // where it begins, with its quote
	line, column int // of that, from 1
	start, end   int // the value: a range of the text, or of parser.built
	style        uint8
	built        bool // the value is not written as it is: no key is
}

// token reads the scalar at the next byte and the spaces behind it.
func (p *parser) token() (token, bool) {
	t := token{at: p.pos, line: p.line, column: p.columnOf(p.pos)}
	switch p.text[p.pos] {
	case '"', '\'':
		return t, p.quoted(&t)
	}
	return t, p.plain(&t)
}

// atColon tells whether the colon that ends a key is the next byte.
func (p *parser) atColon() bool {
	return p.pos < len(p.text) && p.text[p.pos] == ':' && p.blankAt(p.pos+1)
}

// plain reads a plain scalar in a block up to the end of its line.
func (p *parser) plain(t *token) bool {
	if classes[p.text[t.at]]&startsPlain == 0 {
		// Three indicators are none if more follows.
		if c := p.text[t.at]; c != '-' && c != '?' && c != ':' || p.blankAt(t.at+1) {
			return false
		}
	}
	var ok bool
	t.start = t.at
	t.end, ok = p.plainEnd(t.at + 1)
	return ok
}

// plainEnd goes to what ends the plain text that is read up to i, and returns
// the end of the text before it. It is false at a tab.
func (p *parser) plainEnd(i int) (int, bool) {
	for ; i < len(p.text); i++ {
		c := p.text[i]
		if classes[c]&endsPlain == 0 {
			continue
		}
		if c == ':' && !p.blankAt(i+1) || c == '#' && p.text[i-1] != ' ' {
			continue
		}
		if c == '\t' {
			return 0, false
		}
		break
	}
	p.pos = i
	for p.text[i-1] == ' ' {
		i--
	}
	return i, true
}

// scalar adds the node of a token in a collection at column indent, with the
// lines that a plain scalar goes on in, and goes to the line behind it.
func (p *parser) scalar(t token, indent int) bool {
	if !p.addScalar(t) || !p.endLine() {
		return false
	}
	if p.column <= indent {
		return true
	}
	if t.style != plainStyle || p.commented {
		return false
	}
	r := &p.records[len(p.records)-1]
	start, line := len(p.built), t.line
	p.built = append(p.built, p.text[t.start:t.end]...)
	for p.column > indent {
		p.fold(p.line - line)
		at := p.pos
		line = p.line
		end, ok := p.plainEnd(at)
		if !ok || end <= at || p.commented || !p.endLine() {
			return false
		}
		p.built = append(p.built, p.text[at:end]...)
	}
	r.start, r.end, r.built = int32(start), int32(len(p.built)), true
	if c := p.text[t.start]; c >= 'A' {
		r.tag = strTag // no such word has blanks
		return true
	}
	var ok bool
	r.tag, ok = tagOf(string(p.built[start:]))
	return ok
}

// fold adds what line breaks within a scalar mean.
func (p *parser) fold(breaks int) {
	if breaks == 1 {
		p.built = append(p.built, ' ')
	}
	for ; breaks > 1; breaks-- {
		p.built = append(p.built, '\n')
	}
}

// quoted reads a scalar in quotes.
func (p *parser) quoted(t *token) bool {
	quote := p.text[t.at]
	t.style = singleStyle
	if quote == '"' {
		t.style = doubleStyle
	}
	begin := t.at + 1
	t.start = begin
	// take adds the text from begin on to parser.built.
	take := func(end int) {
		if !t.built {
			t.built, t.start = true, len(p.built)
		}
		p.built = append(p.built, p.text[begin:end]...)
	}
	for i := begin; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == quote && quote == '\'' && i+1 < len(p.text) && p.text[i+1] == quote:
			i++
			take(i)
			begin = i + 1
		case c == quote:
			t.end = i
			if t.built {
				take(i)
				t.end = len(p.built)
			}
			p.pos = i + 1
			p.skipSpaces()
			return true
		case c == '\\' && quote == '"':
			take(i)
			w, breaks := p.escape(i)
			if w == 0 {
				return false
			}
			i += w
			if breaks {
				p.pos = i
				n, ok := p.quotedBreaks()
				if !ok {
					return false
				}
				for range n {
					p.built = append(p.built, '\n')
				}
				i = p.pos
			}
			begin = i
			i--
		case c == '\n':
			end := i
			for end > begin && (p.text[end-1] == ' ' || p.text[end-1] == '\t' || p.text[end-1] == '\r') {
				end--
			}
			take(end)
			p.pos = i
			n, ok := p.quotedBreaks()
			if !ok {
				return false
			}
			p.fold(n)
			begin = p.pos
			i = p.pos - 1
		}
	}
	return false
}

// quotedBreaks skips blanks and line breaks within quotes and counts the breaks.
func (p *parser) quotedBreaks() (breaks int, ok bool) {
	for ; p.pos < len(p.text); p.pos++ {
		switch p.text[p.pos] {
		case ' ', '\t', '\r':
		case '\n':
			breaks++
			p.line++
			p.lineStart = p.pos + 1
		default:
			return breaks, p.pos > p.lineStart || !p.atMarker()
		}
	}
	return 0, false
}

// escape adds what the escape at i stands for. It returns its length, 0 if it
// is left to the full parser, and whether it is that of a line break.
func (p *parser) escape(i int) (width int, breaks bool) {
	if i+1 == len(p.text) {
		return 0, false
	}
	c := p.text[i+1]
	if e := strings.IndexByte(escapes, c); e >= 0 {
		p.built = append(p.built, escaped[e])
		return 2, false
	}
	switch c {
	case '\n':
		p.line++
		p.lineStart = i + 2
		return 2, true
	case '\r':
		p.line++
		p.lineStart = i + 3
		return 3, true
	case 'u':
		if i+6 > len(p.text) {
			return 0, false
		}
		r, err := strconv.ParseUint(p.text[i+2:i+6], 16, 16)
		if err != nil || !utf8.ValidRune(rune(r)) {
			return 0, false
		}
		p.built = utf8.AppendRune(p.built, rune(r))
		return 6, false
	}
	return 0, false
}

// The escapes of one character that stand for one byte.
const (
	escapes = `nt"\r0abvfe '`
	escaped = "\n\t\"\\\r\x00\a\b\v\f\x1b '"
)

// addScalar adds the node of a token.
func (p *parser) addScalar(t token) bool {
	r := record{
		kind: scalar, style: t.style, built: t.built,
		start: int32(t.start), end: int32(t.end),
		line: int32(t.line), column: int32(t.column),
	}
	if t.style == plainStyle {
		var ok bool
		if r.tag, ok = tagOf(p.text[t.start:t.end]); !ok {
			return false
		}
	}
	p.records = append(p.records, r)
	return true
}
