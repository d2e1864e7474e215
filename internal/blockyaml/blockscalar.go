package blockyaml

import "go.yaml.in/yaml/v3"

// blockScalar reads a literal or folded block whose | or > is the next byte, in
// a collection at column indent, and goes to the line behind it.
func (p *parser) blockScalar(indent int) bool {
	self := p.add(scalar, p.pos)
	r := &p.records[self]
	r.style, r.built = uint8(yaml.LiteralStyle), true
	if p.text[p.pos] == '>' {
		r.style = uint8(yaml.FoldedStyle)
	}
	h, ok := p.header()
	if !ok || indent < 0 {
		return false
	}
	b := block{parser: p, folded: r.style == uint8(yaml.FoldedStyle), around: indent}
	if h.indent > 0 {
		b.indent = indent + h.indent
	}
	r.start = int32(len(p.built))
	if !b.read() {
		return false
	}
	if h.chomp >= 0 && b.broken {
		p.built = append(p.built, '\n')
	}
	if h.chomp > 0 {
		b.addBreaks()
	}
	r.end = int32(len(p.built))
	// The line that ends the block.
	switch {
	case p.pos == len(p.text):
		p.column = -1
		return true
	case p.atLineEnd():
		return p.nextLine()
	}
	return p.beginLine()
}

// A header is what the line of | or > says.
type header struct {
	chomp  int // -1 drops the last line break, 1 keeps all at the end
	indent int // of the text, deeper than the collection; 0 if not said
}

// header reads the line of | or > and goes to the next one.
func (p *parser) header() (header, bool) {
	var h header
	for p.pos++; p.pos < len(p.text); p.pos++ {
		switch c := p.text[p.pos]; {
		case (c == '-' || c == '+') && h.chomp == 0:
			if h.chomp = 1; c == '-' {
				h.chomp = -1
			}
			continue
		case c >= '1' && c <= '9' && h.indent == 0:
			h.indent = int(c - '0')
			continue
		}
		break
	}
	p.skipSpaces()
	if !p.atLineEnd() {
		return h, false
	}
	p.skipLine()
	if p.pos == len(p.text) {
		return h, false
	}
	p.pos++
	p.line++
	p.lineStart = p.pos
	return h, true
}

// A block is the text of a block scalar that is being read.
type block struct {
	*parser
	folded bool
	around int // the column of the collection around it
	indent int // of the text; 0 until it is known

	broken bool // the last line with text ended with a line break
	breaks int  // the empty lines behind it
}

// read reads the lines of a block. It ends at the first character of the line
// behind it.
func (b *block) read() bool {
	column, ok := b.skipBreaks()
	blank := false
	for ok && column == b.indent && b.pos < len(b.text) {
		wasBlank := blank
		blank = b.text[b.pos] == ' ' || b.text[b.pos] == '\t'
		switch {
		case b.broken && b.folded && !wasBlank && !blank:
			if b.breaks == 0 {
				b.built = append(b.built, ' ')
			}
		case b.broken:
			b.built = append(b.built, '\n')
		}
		b.addBreaks()
		from := b.pos
		b.skipLine()
		to := b.pos
		if b.broken = to < len(b.text); b.broken {
			if b.text[to-1] == '\r' {
				to--
			}
			b.pos++
			b.line++
			b.lineStart = b.pos
		}
		b.built = append(b.built, b.text[from:to]...)
		column, ok = b.skipBreaks()
	}
	return ok
}

func (b *block) addBreaks() {
	for ; b.breaks > 0; b.breaks-- {
		b.built = append(b.built, '\n')
	}
}

// skipBreaks skips the indentation and empty lines and returns the column that
// it comes to. The first time it finds the indentation of the text.
func (b *block) skipBreaks() (column int, ok bool) {
	deepest := 0
	for {
		for b.pos < len(b.text) && b.text[b.pos] == ' ' && (b.indent == 0 || b.pos-b.lineStart < b.indent) {
			b.pos++
		}
		column = b.pos - b.lineStart
		deepest = max(deepest, column)
		if b.pos == len(b.text) {
			break
		}
		c := b.text[b.pos]
		if c == '\t' && (b.indent == 0 || column < b.indent) {
			return 0, false
		}
		if c == '\r' {
			b.pos++
		} else if c != '\n' {
			break
		}
		b.pos++
		b.line++
		b.lineStart = b.pos
		b.breaks++
	}
	if b.indent == 0 {
		b.indent = max(deepest, b.around+1, 1)
	}
	return column, true
}
