package repo

import (
	"bytes"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/quorumwright/quorumwright/internal/blockyaml"
	"go.yaml.in/yaml/v3"
)

// A file is the text of one file, where its lines begin, and what YAML makes
// of it.
type file struct {
	name string
	data []byte // as read, without a byte order mark
	bom  int    // length of the byte order mark
	// lines are the offsets of the first bytes of the lines as editors count
	// them. breaks are the same as YAML counts them; they differ only where a
	// lone CR, NEL, LS or PS ends a line for YAML.
	lines, breaks []int
	// marks are the offsets of every markEvery-th character of the YAML lines that
	// are long, by the index of the line: without them, to place every value of one
	// long line takes the square of its length.
	marks map[int][]int

	docs []*document
	// nodes is the memory for those of the documents; nil if they get their own.
	nodes *blockyaml.Nodes
	// unread are the documents that could not be read.
	unread []textRange
	// dropped are keys with their values that a later one of that name replaces.
	dropped []textRange
	// problems are those of text within another file.
	problems []Problem
	kind     fileKind
	// chart is the chart that the values of a values file are for.
	chart string
	// below are the charts whose values stand below a key of a values file.
	below []dependency
	// masked says that all of the text is a secret.
	masked bool
	// aliased says that YAML aliases are in it.
	aliased bool
	// parsed says that the documents were read.
	parsed bool
	// listed says that a kustomization names the file.
	listed bool
	// given says that the person named the file.
	given bool
	// foreign says that the file is too large to be read and concerns nothing
	// that we judge.
	foreign bool

	// long are the long scalars by their nodes, as far as places in them were
	// asked for.
	long sync.Map

	secretsOnce sync.Once
	secrets     []textRange // by position
}

// A document is one YAML document of a file.
type document struct {
	file *file
	root *yaml.Node // the content, never a DocumentNode; nil if the document is empty
	text textRange  // without the marker before it
}

// value returns the root of the document.
func (d *document) value() Value {
	v := Value{node: d.root, src: d.file}
	if !d.file.aliased {
		v.top = d.root
	}
	return v
}

// A textRange is a range of bytes of a file.
type textRange struct{ start, end int }

var byteOrderMark = []byte("\uFEFF")

func newFile(name string, data []byte) *file {
	f := &file{name: name, data: data}
	if bytes.HasPrefix(data, byteOrderMark) {
		f.bom = len(byteOrderMark)
		f.data = data[f.bom:]
	}
	f.lines = lineStarts(f.data)
	f.breaks = f.lines
	if hasOddBreaks(f.data) {
		f.breaks = yamlLineStarts(f.data)
	}
	for i, start := range f.breaks {
		end := len(f.data)
		if i+1 < len(f.breaks) {
			end = f.breaks[i+1]
		}
		if end-start > 4*markEvery {
			f.mark(i, start, end)
		}
	}
	return f
}

const markEvery = 1024

// mark notes where the characters of a line are.
func (f *file) mark(line, start, end int) {
	if f.marks == nil {
		f.marks = map[int][]int{}
	}
	var marks []int
	for n, at := 0, start; at < end; n++ {
		if n%markEvery == 0 {
			marks = append(marks, at)
		}
		if f.data[at] < utf8.RuneSelf {
			at++
			continue
		}
		_, w := utf8.DecodeRune(f.data[at:])
		at += w
	}
	f.marks[line] = marks
}

func lineStarts(data []byte) []int {
	starts := make([]int, 1, 1+bytes.Count(data, []byte{'\n'}))
	for at := 0; ; {
		i := bytes.IndexByte(data[at:], '\n')
		if i < 0 {
			return starts
		}
		at += i + 1
		starts = append(starts, at)
	}
}

// hasOddBreaks tells whether YAML ends lines where editors do not.
func hasOddBreaks(data []byte) bool {
	for at := 0; ; {
		i := bytes.IndexByte(data[at:], '\r')
		if i < 0 {
			break
		}
		at += i + 1
		if at == len(data) || data[at] != '\n' {
			return true
		}
	}
	return bytes.Contains(data, []byte("\u0085")) || bytes.Contains(data, []byte("\u2028")) || bytes.Contains(data, []byte("\u2029"))
}

func yamlLineStarts(data []byte) []int {
	starts := []int{0}
	for at := 0; at < len(data); {
		if w := breakWidth(data[at:]); w > 0 {
			at += w
			starts = append(starts, at)
			continue
		}
		at++
	}
	return starts
}

// breakWidth returns the length of the line break that b begins with; 0 if it
// begins with something else.
func breakWidth(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	switch b[0] {
	case '\n':
		return 1
	case '\r':
		if len(b) > 1 && b[1] == '\n' {
			return 2
		}
		return 1
	case 0xC2:
		if len(b) > 1 && b[1] == 0x85 {
			return 2
		}
	case 0xE2:
		if len(b) > 2 && b[1] == 0x80 && (b[2] == 0xA8 || b[2] == 0xA9) {
			return 3
		}
	}
	return 0
}

// offset returns the byte that a YAML line and column name.
func (f *file) offset(line, column int) int {
	if line < 1 {
		return 0
	}
	if line > len(f.breaks) {
		return len(f.data)
	}
	at, ahead := f.breaks[line-1], column-1
	if marks := f.marks[line-1]; marks != nil && ahead > 0 {
		i := min(ahead/markEvery, len(marks)-1)
		at, ahead = marks[i], ahead-i*markEvery
	}
	for range ahead {
		if at >= len(f.data) {
			break
		}
		if f.data[at] < utf8.RuneSelf {
			at++
			continue
		}
		_, w := utf8.DecodeRune(f.data[at:])
		at += w
	}
	return at
}

// position returns line and column of a byte, as editors count.
func (f *file) position(offset int) (line, column int) {
	offset = min(max(offset, 0), len(f.data))
	for high := len(f.lines); line < high; {
		if middle := (line + high) / 2; f.lines[middle] > offset {
			high = middle
		} else {
			line = middle + 1
		}
	}
	return line, f.columnAt(line, offset)
}

// columnAt returns the column of a byte of a line, as editors count.
func (f *file) columnAt(line, offset int) int {
	if marks := f.marks[line-1]; marks != nil && len(f.lines) == len(f.breaks) {
		i, exact := slices.BinarySearch(marks, offset)
		if !exact {
			i--
		}
		return i*markEvery + utf8.RuneCount(f.data[marks[i]:offset]) + 1
	}
	return utf8.RuneCount(f.data[f.lines[line-1]:offset]) + 1
}

// span returns the span of a range of bytes.
func (f *file) span(start, end int) Span {
	s := Span{File: f.name}
	s.Line, s.Column = f.position(start)
	if end < start || s.Line < len(f.lines) && end >= f.lines[s.Line] {
		s.EndLine, s.EndColumn = f.position(end)
		return s
	}
	s.EndLine, s.EndColumn = s.Line, f.columnAt(s.Line, min(end, len(f.data)))
	return s
}

// line returns the text of a line as editors count, without its line break.
func (f *file) line(n int) []byte {
	if n < 1 || n > len(f.lines) {
		return nil
	}
	end := len(f.data)
	if n < len(f.lines) {
		end = f.lines[n] - 1
	}
	return bytes.TrimSuffix(f.data[f.lines[n-1]:end], []byte{'\r'})
}

// lineRange returns the bytes of a line as editors count, without its break.
func (f *file) lineRange(n int) textRange {
	start := f.lines[n-1]
	return textRange{start, start + len(f.line(n))}
}
