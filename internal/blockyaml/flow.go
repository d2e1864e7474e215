package blockyaml

import "go.yaml.in/yaml/v3"

const flowStyle = uint8(yaml.FlowStyle)

// flow reads the flow collection whose bracket is the next byte, and goes
// behind it.
func (p *parser) flow(depth int) bool {
	if depth > MaxDepth || len(p.records) >= MaxNodes {
		return false
	}
	if p.text[p.pos] == '{' {
		return p.flowMapping(depth)
	}
	return p.flowSequence(depth)
}

func (p *parser) flowSequence(depth int) bool {
	self := p.add(sequence, p.pos)
	p.records[self].style = flowStyle
	p.pos++
	n := int32(0)
	for {
		if !p.flowSpace() {
			return false
		}
		if p.text[p.pos] == ']' {
			break
		}
		if !p.flowNode(depth + 1) {
			return false
		}
		n++
		if !p.flowSpace() {
			return false
		}
		if p.text[p.pos] == ']' {
			break
		}
		if p.text[p.pos] != ',' {
			return false
		}
		p.pos++
	}
	p.pos++
	p.records[self].children = n
	return true
}

func (p *parser) flowMapping(depth int) bool {
	self := p.add(mapping, p.pos)
	p.records[self].style = flowStyle
	p.pos++
	first := len(p.keys)
	var seen map[string]bool
	n := int32(0)
	for {
		if !p.flowSpace() {
			return false
		}
		if p.text[p.pos] == '}' {
			break
		}
		key, ok := p.flowToken()
		if !ok || p.pos == len(p.text) || p.text[p.pos] != ':' || !p.addKey(key, first, &seen) {
			return false
		}
		p.pos++
		if !p.flowSpace() || !p.flowNode(depth+1) {
			return false
		}
		n += 2
		if !p.flowSpace() {
			return false
		}
		if p.text[p.pos] == '}' {
			break
		}
		if p.text[p.pos] != ',' {
			return false
		}
		p.pos++
	}
	p.pos++
	p.keys = p.keys[:first]
	p.records[self].children = n
	return true
}

// flowNode reads a node within a flow collection.
func (p *parser) flowNode(depth int) bool {
	switch p.text[p.pos] {
	case '[', '{':
		return p.flow(depth)
	}
	if depth > MaxDepth || len(p.records) >= MaxNodes {
		return false
	}
	t, ok := p.flowToken()
	if !ok || !p.addScalar(t) {
		return false
	}
	if t.style != plainStyle || p.pos < len(p.text) && p.text[p.pos] != '\n' && p.text[p.pos] != '\r' {
		return true
	}
	// A plain scalar goes on in the next line.
	if !p.flowSpace() {
		return false
	}
	switch p.text[p.pos] {
	case ',', ']', '}':
		return true
	}
	return false
}

// flowToken reads a scalar within a flow collection and the spaces behind it.
func (p *parser) flowToken() (token, bool) {
	at := p.pos
	t := token{at: at, line: p.line, column: p.columnOf(at), start: at}
	switch c := p.text[at]; {
	case c == '"' || c == '\'':
		return p.token()
	case c == '-' && !p.blankAt(at+1) && classes[p.text[at+1]]&endsFlow == 0:
	case classes[c]&startsPlain == 0:
		return t, false
	}
	i := at + 1
	for ; i < len(p.text); i++ {
		c := p.text[i]
		if classes[c]&endsFlow == 0 || c == ':' && !p.blankAt(i+1) || c == '#' && p.text[i-1] != ' ' {
			continue
		}
		break
	}
	p.pos = i
	for p.text[i-1] == ' ' {
		i--
	}
	t.end = i
	return t, true
}

// flowSpace goes to the next character within a flow collection. It is false
// at a comment, a tab or the end of the text.
func (p *parser) flowSpace() bool {
	for p.pos < len(p.text) {
		switch p.text[p.pos] {
		case ' ', '\r':
			p.pos++
		case '\n':
			p.pos++
			p.line++
			p.lineStart = p.pos
			if p.atMarker() {
				return false
			}
		case '\t', '#':
			return false
		default:
			return true
		}
	}
	return false
}
