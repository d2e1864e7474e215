package blockyaml

import "go.yaml.in/yaml/v3"

// document reads all of the text.
func (p *parser) document() bool {
	p.skipSpaces()
	if p.atLineEnd() {
		if !p.nextLine() {
			return false
		}
	} else if !p.beginLine() {
		return false
	}
	if p.column < 0 {
		return true
	}
	// What is left then stands at a column where nothing is expected.
	return p.node(-1, 0) && p.column < 0 && p.records[0].kind != scalar && len(p.records) <= MaxNodes
}

// node reads the node at the next byte and goes to the line behind it. The
// collection around it stands at column indent.
func (p *parser) node(indent, depth int) bool {
	if depth > MaxDepth || len(p.records) >= MaxNodes {
		return false
	}
	switch c := p.text[p.pos]; c {
	case '-':
		if p.blankAt(p.pos + 1) {
			return p.sequence(p.column, false, depth)
		}
	case '|', '>':
		return p.blockScalar(indent) && p.column <= indent
	case '[', '{':
		return p.flow(depth) && p.endLine() && p.column <= indent
	}
	t, ok := p.token()
	if !ok {
		return false
	}
	if p.atColon() {
		return p.mapping(t, p.column, depth)
	}
	return p.scalar(t, indent)
}

// mapping reads the mapping at a column whose first key was read. The next byte
// is the colon behind it.
func (p *parser) mapping(key token, column, depth int) bool {
	p.records = append(p.records, record{kind: mapping, line: int32(key.line), column: int32(key.column)})
	self := len(p.records) - 1
	first := len(p.keys)
	var seen map[string]bool
	for n := int32(2); ; n += 2 {
		if !p.addKey(key, first, &seen) {
			return false
		}
		p.pos++
		if !p.value(column, depth+1) {
			return false
		}
		if p.column < column {
			p.keys = p.keys[:first]
			p.records[self].children = n
			return true
		}
		var ok bool
		if p.column > column || p.text[p.pos] == '-' && p.blankAt(p.pos+1) || len(p.records) >= MaxNodes {
			return false
		}
		if key, ok = p.token(); !ok || !p.atColon() {
			return false
		}
	}
}

// addKey adds a key of the mapping whose keys are those from first on.
func (p *parser) addKey(key token, first int, seen *map[string]bool) bool {
	if key.built || p.pos-key.at > maxKey {
		return false
	}
	name := p.text[key.start:key.end]
	keys := p.keys[first:]
	if len(keys) < 16 {
		for _, k := range keys {
			if k == name {
				return false
			}
		}
	} else {
		if *seen == nil {
			*seen = make(map[string]bool, 2*len(keys))
			for _, k := range keys {
				(*seen)[k] = true
			}
		}
		if (*seen)[name] {
			return false
		}
		(*seen)[name] = true
	}
	p.keys = append(p.keys, name)
	return p.addScalar(key)
}

// value reads the value of a key of the mapping at a column. The next byte is
// that behind the colon.
func (p *parser) value(column, depth int) bool {
	if depth > MaxDepth {
		return false
	}
	behind, line := p.pos, p.line
	p.skipSpaces()
	if !p.atLineEnd() {
		switch p.text[p.pos] {
		case '-':
			if p.blankAt(p.pos + 1) {
				return false
			}
		case '|', '>':
			return p.blockScalar(column)
		case '[', '{':
			return p.flow(depth) && p.endLine()
		}
		t, ok := p.token()
		return ok && p.scalar(t, column)
	}
	at := p.columnOf(behind)
	if !p.nextLine() {
		return false
	}
	switch {
	case p.column > column:
		return p.node(column, depth)
	case p.column == column && p.text[p.pos] == '-' && p.blankAt(p.pos+1):
		return p.sequence(column, true, depth)
	}
	p.addNull(line, at)
	return true
}

// addNull adds the value that is not there.
func (p *parser) addNull(line, column int) {
	p.records = append(p.records, record{kind: scalar, tag: nullTag, line: int32(line), column: int32(column)})
}

// sequence reads the sequence at a column. Its first dash is the next byte.
// Indentless says that it is the value of a key at the same column.
func (p *parser) sequence(column int, indentless bool, depth int) bool {
	self := p.add(sequence, p.pos)
	for n := int32(1); ; n++ {
		if !p.entry(column, depth+1) {
			return false
		}
		if p.column == column {
			if p.text[p.pos] == '-' && p.blankAt(p.pos+1) {
				continue
			}
			if !indentless {
				return false
			}
		} else if p.column > column {
			return false
		}
		p.records[self].children = n
		return true
	}
}

// entry reads an entry of the sequence at a column. Its dash is the next byte.
func (p *parser) entry(column, depth int) bool {
	p.pos++
	line := p.line
	p.skipSpaces()
	if !p.atLineEnd() {
		p.column = p.pos - p.lineStart
		return p.node(column, depth)
	}
	if !p.nextLine() {
		return false
	}
	if p.column > column {
		return p.node(column, depth)
	}
	if len(p.records) >= MaxNodes {
		return false
	}
	p.addNull(line, column+2)
	return true
}

// Styles fit into a byte.
const (
	plainStyle  = 0
	doubleStyle = uint8(yaml.DoubleQuotedStyle)
	singleStyle = uint8(yaml.SingleQuotedStyle)
)
