package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// What a spec file may hold at most: ten thousand environments and more, none of
// them larger than anybody writes. CUE is evaluated as a whole, so it may hold
// less. Aliases count with all they stand for.
const (
	maxBytes = 8 << 20
	maxCUE   = 256 << 10 // bytes
	maxDepth = 40
	maxNodes = 20_000    // values of one environment, or of the rest of the file
	maxTotal = 1_000_000 // values of a file
)

// readYAML turns a YAML file into a tree. It decodes to yaml.Node only, which
// is linear and expands no alias, and checks what it got before anything else
// sees it. The tree is nil if the file is no mapping at all.
func readYAML(file string, data []byte) (*node, Errors) {
	r := &yamlReader{reader: newReader(file, data), done: map[*yaml.Node]*node{}, open: map[*yaml.Node]bool{}}
	if err := r.checkBytes(data, maxBytes); err != nil {
		return nil, Errors{err}
	}
	if marks(data) > 2*maxTotal {
		return nil, Errors{r.tooMany(span{1, 1, 1, 2}, "")}
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, Errors{r.empty()}
	case err != nil:
		return nil, Errors{r.syntaxError(data, err)}
	}
	root := r.read(doc.Content[0], "", 0)
	if root.kind == nullKind {
		return nil, append(r.errs, r.empty())
	}
	var next yaml.Node
	switch err := dec.Decode(&next); {
	case errors.Is(err, io.EOF):
	case err != nil:
		r.errs = append(r.errs, r.syntaxError(data, err))
	case next.Content[0].Kind != yaml.ScalarNode || next.Content[0].Value != "":
		r.report(r.span(next.Content[0]), "", KindSyntax, "a spec file holds one document, and this begins a second",
			"write one file for each deployment; environments of one deployment stand under environments")
	}
	return root, r.errs
}

// marks counts what separates the values of a YAML file, before a parser makes
// an object of each: there are at most twice as many values.
func marks(data []byte) int {
	n := 0
	for i, c := range data {
		switch c {
		case '\n', ':', ',', '[', '{', '?':
			n++
		case '-':
			if i+1 < len(data) && (data[i+1] == ' ' || data[i+1] == '\t') {
				n++
			}
		}
	}
	return n
}

// reader is what reading YAML and CUE have in common.
type reader struct {
	file  string
	lines []string
	errs  Errors
	nodes int // of this environment, or of what stands before all
	total int
	full  bool // that there is too much was told already
}

func newReader(file string, data []byte) reader {
	return reader{file: file, lines: lineBreak().Split(string(data), -1)}
}

// lineBreak is every line break of YAML 1.1; columns and lines count by it.
var lineBreak = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("\r\n|[\r\n\u0085\u2028\u2029]")
})

func (r *reader) report(at span, path, kind, message, help string) *Error {
	e := &Error{
		File: r.file, Line: at.line, Column: at.col, EndLine: at.endLine, EndColumn: at.endCol,
		Path: path, Kind: kind, Message: message, Help: help,
	}
	if len(r.errs) < maxNoted || kind == KindTooLarge {
		r.errs = append(r.errs, e)
	}
	return e
}

// maxNoted bounds what is noted of a file in which everything is wrong.
const maxNoted = 20 * maxErrors

func (r *reader) errorAt(line, col int, kind, message, help string) *Error {
	return &Error{
		File: r.file, Line: line, Column: col, EndLine: line, EndColumn: col + 1,
		Kind: kind, Message: message, Help: help,
	}
}

func (r *reader) empty() *Error {
	return r.errorAt(1, 1, KindSyntax, "the file holds no spec", "quorumwright init writes one to begin with")
}

// line is the text of line number n without its line break.
func (r *reader) line(n int) string {
	if n < 1 || n > len(r.lines) {
		return ""
	}
	return r.lines[n-1]
}

// checkBytes refuses what no parser should be asked about.
func (r *reader) checkBytes(data []byte, most int) *Error {
	if len(data) > most {
		return r.errorAt(1, 1, KindTooLarge, fmt.Sprintf("the file is larger than %d KiB", most>>10),
			"one spec describes one deployment; split it")
	}
	for i, line := range r.lines {
		if !utf8.ValidString(line) {
			col := 1 + utf8.RuneCountInString(line[:invalidUTF8(line)])
			return r.errorAt(i+1, col, KindSyntax, "this character is not UTF-8", "save the file in the encoding UTF-8")
		}
		if at := strings.IndexByte(line, 0); at >= 0 {
			return r.errorAt(i+1, 1+utf8.RuneCountInString(line[:at]), KindSyntax,
				"the file holds a NUL byte", "save the file as text in the encoding UTF-8")
		}
	}
	return nil
}

func invalidUTF8(s string) int {
	for i, c := range s {
		if c == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return i
			}
		}
	}
	return len(s)
}

// count keeps the tree within its bounds and says once where it leaves them.
func (r *reader) count(at span, path string, depth int) bool {
	if depth == 2 && strings.HasPrefix(path, "environments.") {
		r.nodes = 0
	}
	r.nodes++
	r.total++
	switch {
	case r.full:
		return false
	case depth > maxDepth:
		r.full = true
		r.report(at, path, KindTooLarge, "fields are nested more than 40 deep here", "write a flatter value")
		return false
	case r.nodes > maxNodes, r.total > maxTotal:
		r.full = true
		r.errs = append(r.errs, r.tooMany(at, path))
		return false
	}
	return true
}

func (r *reader) tooMany(at span, path string) *Error {
	e := r.errorAt(at.line, at.col, KindTooLarge, fmt.Sprintf("the spec has more than %d values, or %d in one environment, with every alias counted as often as it is used",
		maxTotal, maxNodes), "write fewer, or split the spec")
	e.Path, e.EndLine, e.EndColumn = path, at.endLine, at.endCol
	return e
}

// join adds a field name to a path; names that would not read well are quoted.
func join(path, name string) string {
	special := func(r rune) bool {
		return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}
	if name == "" || strings.ContainsFunc(name, special) {
		name = show(name)
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

// show quotes what a person wrote for a message: printable and not too long.
func show(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return strconv.QuoteToGraphic(s)
}
