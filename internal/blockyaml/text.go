package blockyaml

import (
	"strings"
	"unicode/utf8"
)

// The classes of bytes.
const (
	isOdd       = 1 << iota // needs a look before the text is read
	endsPlain               // may end a plain scalar in a block
	endsFlow                // may end a plain scalar in a flow collection
	startsPlain             // may be the first of a plain scalar
)

var classes = func() (c [256]uint8) {
	for b := range c {
		switch {
		case b < ' ' && b != '\n' && b != '\t' || b > '~':
			c[b] |= isOdd
		}
		if b > ' ' && b != 0x7F {
			c[b] |= startsPlain
		}
	}
	for _, b := range "-?:,[]{}#&*!|>'\"%@`" {
		c[b] &^= startsPlain
	}
	for _, b := range ":#\t\r\n" {
		c[b] |= endsPlain | endsFlow
	}
	for _, b := range ",?[]{}" {
		c[b] |= endsFlow
	}
	return c
}()

// checkText tells whether the text holds nothing but characters of which all
// readers think alike, and \r only before \n.
func (p *parser) checkText() bool {
	for i := 0; i < len(p.text); i++ {
		c := p.text[i]
		if classes[c]&isOdd == 0 {
			continue
		}
		if c == '\r' {
			if i+1 == len(p.text) || p.text[i+1] != '\n' {
				return false
			}
			continue
		}
		if c < utf8.RuneSelf {
			return false
		}
		r, w := utf8.DecodeRuneInString(p.text[i:])
		switch {
		case w == 1, r < 0xA0, // also those that break lines: U+0085,
			r == 0x2028, r == 0x2029, // LS and PS;
			r == 0xFEFF, // the byte order mark;
			r == 0xFFFE, r == 0xFFFF:
			return false
		}
		p.wide = true
		i += w - 1
	}
	return true
}

// blankAt tells whether a blank, a line break or the end of the text is at i.
func (p *parser) blankAt(i int) bool {
	if i >= len(p.text) {
		return true
	}
	switch p.text[i] {
	case ' ', '\t', '\r', '\n':
		return true
	}
	return false
}

// skipSpaces goes to the next byte of the line that is no space.
func (p *parser) skipSpaces() {
	for p.pos < len(p.text) && p.text[p.pos] == ' ' {
		p.pos++
	}
}

// atLineEnd tells whether the line ends at the next byte, or a comment begins
// there behind a space.
func (p *parser) atLineEnd() bool {
	if p.pos >= len(p.text) {
		return true
	}
	switch p.text[p.pos] {
	case '\r', '\n':
		return true
	case '#':
		return p.pos == 0 || p.text[p.pos-1] == ' ' || p.text[p.pos-1] == '\n'
	}
	return false
}

// endLine goes from the end of a token to the next line with text. It is false
// if the line goes on with more than a comment.
func (p *parser) endLine() bool {
	p.skipSpaces()
	p.commented = false
	return p.atLineEnd() && p.nextLine()
}

// nextLine goes from the end of a line, or the comment there, to the first
// character of the next line that holds more than a comment.
func (p *parser) nextLine() bool {
	for p.pos < len(p.text) {
		if c := p.text[p.pos]; c != '\n' {
			p.commented = p.commented || c == '#'
			p.skipLine()
			continue
		}
		p.pos++
		p.line++
		p.lineStart = p.pos
		p.skipSpaces()
		if !p.atLineEnd() {
			return p.beginLine()
		}
	}
	p.column = -1
	return true
}

// skipLine goes to the break at the end of the line, or to the end of the text.
func (p *parser) skipLine() {
	if i := strings.IndexByte(p.text[p.pos:], '\n'); i >= 0 {
		p.pos += i
	} else {
		p.pos = len(p.text)
	}
}

// beginLine notes where the text of a line begins. It is false for what is no
// text of the document.
func (p *parser) beginLine() bool {
	p.column = p.pos - p.lineStart
	switch p.text[p.pos] {
	case '\t':
		return false
	case '-', '.':
		return p.column > 0 || !p.atMarker()
	}
	return true
}

// atMarker tells whether a marker of documents is at the next byte.
func (p *parser) atMarker() bool {
	if len(p.text)-p.pos < 3 || !p.blankAt(p.pos+3) {
		return false
	}
	m := p.text[p.pos : p.pos+3]
	return m == "---" || m == "..."
}
