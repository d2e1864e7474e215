package blockyaml

import (
	"sync"

	"go.yaml.in/yaml/v3"
)

// The bounds of a document. A text beyond them is left to the full parser.
const (
	// MaxDepth is how many collections a value may stand in.
	MaxDepth = 100
	// MaxNodes is how many nodes a document may hold.
	MaxNodes = 50_000
	// maxKey is the length of a key in bytes from which on it is left to the full
	// parser, which takes no key of more than 1,024 characters.
	maxKey = 1000
)

// Parse reads one document without the markers around it. Its first byte stands
// at line and column of its file, both from 1; the nodes get the lines and
// columns of the file, columns in characters. The values share the memory of
// text.
//
// The root is a mapping or a sequence whose keys are scalars that differ, or nil
// if there are only comments. If ok is false the text is not for this parser:
// it may be anything, also correct YAML.
func Parse(text string, line, column int) (root *yaml.Node, ok bool) {
	return (*Nodes)(nil).Parse(text, line, column)
}

// Parse is [Parse] with nodes that live until Reset.
func (s *Nodes) Parse(text string, line, column int) (root *yaml.Node, ok bool) {
	if len(text) > 1<<30 {
		return nil, false // positions are kept in 32 bits
	}
	p := parsers.Get().(*parser)
	defer p.release()
	p.text, p.line, p.lineStart, p.counted = text, line, 1-column, column-1
	if !p.checkText() || !p.document() {
		return nil, false
	}
	return p.tree(s), true
}

// parsers are kept for their memory.
var parsers = sync.Pool{New: func() any { return new(parser) }}

// A parser is at work on one document.
type parser struct {
	text string
	wide bool // a character of text is longer than a byte

	pos       int // the next byte
	line      int // the line that it is on
	lineStart int // the offset of its first byte, below 0 if text begins within it
	// column is where the first character of the line stands, or that behind a
	// "- ", counted from 0; -1 at the end of the text.
	column int
	// countedTo is the offset up to which the characters of the line are counted.
	countedTo, counted int

	// commented says that a comment stands between the text before and the next
	// byte.
	commented bool

	records []record
	built   []byte   // the values that are not written as they are
	keys    []string // of the mappings that are open
}

// A record is a node before its time. The records of a document stand in the
// order of its text, so the children of a collection follow it.
type record struct {
	start, end   int32 // the value: a range of the text, or of parser.built
	line, column int32
	children     int32 // keys count too
	kind         kind
	tag          tag
	style        uint8 // a yaml.Style
	built        bool
}

type kind uint8

const (
	scalar kind = iota
	mapping
	sequence
)

func (p *parser) release() {
	clear(p.keys[:cap(p.keys)])
	*p = parser{records: p.records[:0], built: p.built[:0], keys: p.keys[:0]}
	parsers.Put(p)
}

// add adds a node that begins at offset at of the line. It returns its index.
func (p *parser) add(k kind, at int) int {
	p.records = append(p.records, record{kind: k, line: int32(p.line), column: int32(p.columnOf(at))})
	return len(p.records) - 1
}

// columnOf returns the column of an offset in the line, from 1.
func (p *parser) columnOf(at int) int {
	if !p.wide {
		return at - p.lineStart + 1
	}
	from := max(p.lineStart, 0)
	if p.countedTo < from || p.countedTo > at {
		p.countedTo, p.counted = from, from-p.lineStart
	}
	for ; p.countedTo < at; p.countedTo++ {
		if p.text[p.countedTo]&0xC0 != 0x80 {
			p.counted++
		}
	}
	return p.counted + 1
}

// tree makes the nodes.
func (p *parser) tree(memory *Nodes) *yaml.Node {
	if len(p.records) == 0 {
		return nil
	}
	nodes, pointers := memory.take(len(p.records))
	built := string(p.built)
	// The collections around a node that still miss children.
	var open [MaxDepth + 1][]*yaml.Node
	depth := 0
	for i := range p.records {
		r, n := &p.records[i], &nodes[i]
		if i > 0 {
			for len(open[depth]) == 0 {
				depth--
			}
			open[depth][0] = n
			open[depth] = open[depth][1:]
		}
		n.Line, n.Column = int(r.line), int(r.column)
		n.Style = yaml.Style(r.style)
		switch r.kind {
		case scalar:
			n.Kind, n.Tag = yaml.ScalarNode, tagNames[r.tag]
			if r.built {
				n.Value = built[r.start:r.end]
			} else {
				n.Value = p.text[r.start:r.end]
			}
			continue
		case mapping:
			n.Kind, n.Tag = yaml.MappingNode, "!!map"
		case sequence:
			n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
		}
		if r.children > 0 {
			n.Content = pointers[:r.children:r.children]
			pointers = pointers[r.children:]
			if i > 0 {
				depth++
			}
			open[depth] = n.Content
		}
	}
	return &nodes[0]
}
