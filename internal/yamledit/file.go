package yamledit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// maxBytes bounds what is read: no file that people edit is larger.
const maxBytes = 1 << 20

// A File is a YAML file with the edits made to it so far.
type File struct {
	name string
	data []byte
	root *yaml.Node
	// breaks are the offsets of the lines, as YAML counts lines.
	breaks []int
	// shared are the nodes that an alias stands for.
	shared map[*yaml.Node]bool
}

// An Error says why a file cannot be read or edited at a place. Lines and
// columns count from 1, columns in characters.
type Error struct {
	File         string
	Line, Column int
	Message      string
	// Help says what to do instead; it may be empty.
	Help string
}

// Error returns "file:line:column: message".
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// Parse reads a file of one YAML document, a mapping. The error is an *Error.
func Parse(name string, data []byte) (*File, error) {
	f := &File{name: name}
	if len(data) > maxBytes {
		return nil, f.failLine(1, "the file is larger than 1 MiB", "")
	}
	if !utf8.Valid(data) {
		return nil, f.failLine(1, "the file is not UTF-8", "save it in the encoding UTF-8")
	}
	if err := f.load(data); err != nil {
		return nil, err
	}
	return f, nil
}

// Bytes returns the file as the edits have made it.
func (f *File) Bytes() []byte { return f.data }

// Root returns what the file says.
func (f *File) Root() Value { return read(f.root) }

// load takes over a text, or leaves the file as it is.
func (f *File) load(data []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, next yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return f.failLine(1, "the file is empty", "")
		}
		return f.failLine(lineOf(err), "the file is not YAML from here on", "mend it first")
	}
	if err := dec.Decode(&next); !errors.Is(err, io.EOF) {
		return f.failLine(1, "the file holds more than one document", "write one document per file")
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return f.failLine(1, "the file is not a mapping of fields", "write name: value")
	}
	f.data, f.root, f.breaks, f.shared = data, root, lineBreaks(data), map[*yaml.Node]bool{}
	f.findShared(root)
	return nil
}

func (f *File) findShared(n *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		f.shared[n.Alias] = true
		return
	}
	for _, c := range n.Content {
		f.findShared(c)
	}
}

var yamlLine = pattern.New(`line ([0-9]+)`)

// lineOf is the line that an error of the parser names, in its own words.
func lineOf(err error) int {
	line := 1
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		fmt.Sscan(m[1], &line)
	}
	return max(line, 1)
}

// lineBreaks returns where lines begin. YAML 1.1 breaks lines at more characters
// than editors do.
func lineBreaks(data []byte) []int {
	starts := []int{0}
	for i := 0; i < len(data); {
		w := breakAt(data, i)
		if w == 0 {
			i++
			continue
		}
		i += w
		starts = append(starts, i)
	}
	return starts
}

// breakAt returns the width of a line break at an offset, 0 if there is none.
func breakAt(data []byte, at int) int {
	rest := data[at:]
	switch {
	case len(rest) == 0:
	case rest[0] == '\r' && len(rest) > 1 && rest[1] == '\n':
		return 2
	case rest[0] == '\n', rest[0] == '\r':
		return 1
	case len(rest) > 1 && rest[0] == 0xc2 && rest[1] == 0x85:
		return 2
	case len(rest) > 2 && rest[0] == 0xe2 && rest[1] == 0x80 && (rest[2] == 0xa8 || rest[2] == 0xa9):
		return 3
	}
	return 0
}

// offset returns the byte of a line and column.
func (f *File) offset(line, column int) int {
	if line < 1 || line > len(f.breaks) {
		return len(f.data)
	}
	at := f.breaks[line-1]
	if line == 1 && bytes.HasPrefix(f.data, []byte("\xef\xbb\xbf")) {
		at += 3
	}
	for ; column > 1 && at < len(f.data); column-- {
		_, w := utf8.DecodeRune(f.data[at:])
		at += w
	}
	return at
}

// lineEnd returns the offset of the line break, or the end of the file, at or
// behind an offset.
func (f *File) lineEnd(at int) int {
	for at < len(f.data) && breakAt(f.data, at) == 0 {
		at++
	}
	return at
}

// lineStart returns the first byte of the line that holds an offset.
func (f *File) lineStart(at int) int {
	lo, hi := 0, len(f.breaks)
	for lo < hi {
		if mid := (lo + hi) / 2; f.breaks[mid] > at {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return f.breaks[lo-1]
}

// eol is how the line at an offset ends, or the one before if it is the last.
func (f *File) eol(at int) string {
	at = f.lineEnd(at)
	if w := breakAt(f.data, at); w > 0 {
		return string(f.data[at : at+w])
	}
	if s := f.lineStart(at); s > 0 {
		switch {
		case s >= 2 && f.data[s-1] == '\n' && f.data[s-2] == '\r':
			return "\r\n"
		case f.data[s-1] == '\r':
			return "\r"
		}
	}
	return "\n"
}

func (f *File) failLine(line int, message, help string) *Error {
	return &Error{f.name, line, 1, message, help}
}

func (f *File) fail(n *yaml.Node, message, help string) *Error {
	return &Error{f.name, max(n.Line, 1), max(n.Column, 1), message, help}
}
