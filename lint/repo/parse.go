package repo

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/quorumwright/quorumwright/internal/blockyaml"
)

// The bounds of a YAML file. They are far above what manifests hold and far
// below what costs a reader noticeable time.
const (
	maxDocuments   = 500
	maxDepth       = 100
	maxNodes       = 50_000  // per document
	maxSeparators  = 100_000 // commas and opening brackets, per document that is not block YAML
	maxExpanded    = 20_000  // nodes that aliases add, per document
	maxExpandedLen = 4 << 20 // bytes of text that aliases add, per document
)

// What blockyaml takes is within the bounds.
const (
	_ = uint(maxDepth - blockyaml.MaxDepth)
	_ = uint(maxNodes - blockyaml.MaxNodes)
)

// parse reads the documents of a file. Every document is read on its own, so
// that a mistake in one does not hide the others. Nothing but nodes is made:
// decoding into Go values is where YAML readers explode.
func (f *file) parse() []Problem {
	f.parsed = true
	if p, ok := f.checkText(); !ok {
		f.unread = append(f.unread, textRange{0, len(f.data)})
		return []Problem{p}
	}
	var problems []Problem
	chunks := f.split()
	if len(chunks) > maxDocuments {
		line := f.yamlLine(chunks[maxDocuments].start)
		problems = append(problems, Problem{
			Rule:    "yaml/limits",
			Span:    f.span(f.breaks[line-1], f.yamlLineEnd(line)),
			Message: fmt.Sprintf("the file holds more than %d documents; this one and those after it were not read", maxDocuments),
			Help:    "split the file",
		})
		f.unread = append(f.unread, textRange{chunks[maxDocuments].start, len(f.data)})
		chunks = chunks[:maxDocuments]
	}
	for _, c := range chunks {
		d, checked, p := f.parseDocument(c)
		if p != nil {
			problems = append(problems, *p)
			f.unread = append(f.unread, c)
			continue
		}
		if d.root == nil {
			continue
		}
		if !checked {
			g := guard{file: f}
			if g.check(d.root, 0); g.fatal == nil {
				g.finish()
				f.aliased = f.aliased || len(g.aliases) > 0
			}
			problems = append(problems, g.problems...)
			if g.fatal != nil {
				problems = append(problems, *g.fatal)
				f.unread = append(f.unread, c)
				continue
			}
		}
		f.docs = append(f.docs, d)
	}
	return problems
}

// checkText refuses what no YAML reader of this field agrees on.
func (f *file) checkText() (Problem, bool) {
	bad := func(at int, rule, message, help string) (Problem, bool) {
		return Problem{Rule: rule, Span: f.span(at, at+1), Message: message, Help: help}, false
	}
	if !utf8.Valid(f.data) {
		if len(f.data) > 1 && (f.data[0] == 0xFE && f.data[1] == 0xFF || f.data[0] == 0xFF && f.data[1] == 0xFE) {
			return bad(0, "yaml/syntax", "the file is in UTF-16", "save it as UTF-8")
		}
		at := 0
		for at < len(f.data) {
			r, w := utf8.DecodeRune(f.data[at:])
			if r == utf8.RuneError && w == 1 {
				break
			}
			at += w
		}
		return bad(at, "yaml/syntax", "this byte is not UTF-8", "save the file as UTF-8")
	}
	if at := bytes.IndexByte(f.data, 0); at >= 0 {
		return bad(at, "yaml/syntax", "a NUL byte is not allowed in YAML", "remove it, or save the file as UTF-8")
	}
	for i, start := range f.breaks {
		if start < len(f.data) && f.data[start] == '%' && f.isDirective(i) && !bytes.HasPrefix(f.data[start:], []byte("%YAML 1.")) {
			return bad(start, "yaml/limits", "YAML directives other than %YAML are not read", "remove the line; kubectl and Helm need none")
		}
	}
	return Problem{}, true
}

// isDirective tells whether the line with index i, which begins with %, stands
// where YAML takes it for a directive: before a --- and not within a document.
func (f *file) isDirective(i int) bool {
	for i--; i >= 0; i-- {
		s := bytes.TrimLeft(f.yamlLineText(i+1), " \t")
		if len(s) == 0 || s[0] == '#' || s[0] == '%' {
			continue
		}
		return isMarkerLine(s, "...")
	}
	return true
}

// split returns the ranges of the documents, without their markers.
func (f *file) split() []textRange {
	var chunks []textRange
	start := 0
	for i, at := range f.breaks {
		if at >= len(f.data) || f.data[at] != '-' && f.data[at] != '.' {
			continue
		}
		line := f.data[at:min(at+4, len(f.data))]
		switch {
		case isMarkerLine(line, "---"):
			chunks = append(chunks, textRange{start, at})
			// What stands behind the marker belongs to the document.
			start = at + 3
		case isMarkerLine(line, "..."):
			chunks = append(chunks, textRange{start, at})
			start = f.yamlLineEnd(i + 1)
		}
	}
	chunks = append(chunks, textRange{start, len(f.data)})
	kept := chunks[:0]
	for _, c := range chunks {
		if !isEmpty(f.data[c.start:c.end]) {
			kept = append(kept, c)
		}
	}
	return kept
}

// isEmpty tells whether a document holds nothing: blanks, or the directive
// before the first marker.
func isEmpty(b []byte) bool {
	if isSpace(b) {
		return true
	}
	directive := false
	for line := range bytes.Lines(b) {
		switch t := bytes.TrimLeft(line, " \t"); {
		case line[0] == '%':
			directive = true
		case !isSpace(t) && t[0] != '#':
			return false
		}
	}
	return directive
}

// isSpace tells whether b holds nothing but blanks and breaks.
func isSpace(b []byte) bool {
	for _, c := range b {
		if !isBlankOrBreak(c) {
			return false
		}
	}
	return true
}

// isMarkerLine tells whether a line is a document marker.
func isMarkerLine(line []byte, marker string) bool {
	return len(line) >= 3 && string(line[:3]) == marker && (len(line) == 3 || isBlankOrBreak(line[3]))
}

// parseDocument reads one document. The nodes get lines that count from the
// start of the file. Checked says that the guard would find nothing.
func (f *file) parseDocument(c textRange) (d *document, checked bool, p *Problem) {
	line := f.yamlLine(c.start)
	text := f.data[c.start:c.end]
	lead := c.start - f.breaks[line-1]
	if root, ok := f.nodes.Parse(string(text), line, lead+1); ok {
		return &document{file: f, text: c, root: root}, true, nil
	}
	// To make nodes of them before they can be counted takes most of a second.
	if at := tooManySeparators(text); at >= 0 {
		at += c.start
		return nil, false, &Problem{
			Rule: "yaml/limits", Span: f.span(at, at+1),
			Message: fmt.Sprintf("the document holds more than %d commas and brackets and was not read", maxSeparators),
			Help:    "split it",
		}
	}
	// The document begins behind its marker; blanks in place of the marker
	// keep the columns of its first line.
	if lead > 0 {
		text = append(bytes.Repeat([]byte{' '}, lead), text...)
	}
	var n yaml.Node
	if err := yaml.Unmarshal(text, &n); err != nil {
		p := f.explain(c, text, line, err)
		return nil, false, &p
	}
	d = &document{file: f, text: c}
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		d.root = n.Content[0]
		shiftLines(d.root, line-1)
		if d.root.Kind == yaml.ScalarNode && d.root.Tag == "!!null" && d.root.Value == "" {
			d.root = nil
		}
	}
	return d, false, nil
}

// tooManySeparators returns where there is one more than the bound; -1 if nowhere.
func tooManySeparators(text []byte) int {
	if bytes.Count(text, []byte{','})+bytes.Count(text, []byte{'['})+bytes.Count(text, []byte{'{'}) <= maxSeparators {
		return -1
	}
	n := 0
	for at, c := range text {
		if c == ',' || c == '[' || c == '{' {
			if n++; n > maxSeparators {
				return at
			}
		}
	}
	return -1
}

func shiftLines(n *yaml.Node, by int) {
	if by == 0 {
		return
	}
	n.Line += by
	for _, c := range n.Content {
		shiftLines(c, by)
	}
}
