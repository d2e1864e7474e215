package repo

import (
	"bytes"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

// explain puts a syntax error into words and finds its place. The text of the
// YAML library is only read, never shown: it may hold text of the file, its
// lines count in several ways, and it has no columns.
func (f *file) explain(c textRange, text []byte, firstLine int, err error) Problem {
	s := syntaxError{text: text, lines: bytes.SplitAfter(text, []byte{'\n'}), cause: causeOf(err)}
	s.find(lineOf(err))
	line := firstLine + s.line - 1
	if line > len(f.breaks) {
		line = len(f.breaks)
	}
	start := min(f.breaks[line-1]+s.column, c.end)
	end := f.yamlLineEnd(line)
	if s.width > 0 {
		end = min(start+s.width, end)
	}
	return Problem{
		Rule:    "yaml/syntax",
		Span:    f.span(start, max(start, end)),
		Message: s.message,
		Help:    s.help,
	}
}

// A cause is what the YAML library found wrong.
type cause string

// causeOf takes the fixed part of the library's message.
func causeOf(err error) cause {
	s := strings.TrimPrefix(err.Error(), "yaml: ")
	if strings.HasPrefix(s, "line ") {
		_, s, _ = strings.Cut(s, ": ")
	}
	if strings.HasPrefix(s, "unknown anchor") {
		s = "unknown anchor"
	}
	return cause(s)
}

func lineOf(err error) int {
	n := 0
	s, ok := strings.CutPrefix(strings.TrimPrefix(err.Error(), "yaml: "), "line ")
	for i := 0; ok && i < len(s) && s[i] >= '0' && s[i] <= '9' && n < 1<<24; i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// A syntaxError is the search for the place and the words of an error.
type syntaxError struct {
	text  []byte
	lines [][]byte
	cause cause

	line          int // 1-based within text
	column, width int // bytes; width 0 reaches to the end of the line
	message, help string
}

// maxBisected bounds the text in which the line is searched by reading it
// again and again.
const maxBisected = 64 << 10

func (s *syntaxError) find(reported int) {
	reported = min(max(reported, 1), len(s.lines))
	if s.conflictMarker() || s.tab(reported) || s.openQuote(reported) {
		return
	}
	s.line = s.failingLine(reported)
	line := string(bytes.TrimRight(s.lines[s.line-1], "\r\n"))
	s.column = len(line) - len(strings.TrimLeft(line, " \t"))
	switch {
	case s.brackets():
	case s.cause == "mapping values are not allowed in this context":
		s.mappingInScalar(line)
	case s.cause == "unknown anchor":
		s.unknownAnchor()
	case s.cause == "found character that cannot start any token":
		s.reservedCharacter(line)
	case s.cause == "block sequence entries are not allowed in this context":
		s.message = "a list item cannot begin here"
		s.help = "start the list on the next line, indented like or deeper than its key"
		s.beginning(line, "-")
	case s.cause == "found unknown escape character", strings.Contains(string(s.cause), "hexdecimal"):
		s.unknownEscape(line)
	case s.cause == "could not find expected ':'":
		s.message = "this line has no ':' after its key, or is not indented as the lines before it"
		s.help = "write key: value, or indent the line like the text it belongs to"
	case s.cause == "did not find expected key", strings.Contains(string(s.cause), "'-' indicator"):
		s.badIndentation(line)
	case strings.Contains(string(s.cause), "',' or"):
		s.message = "a ',' is missing here or just before"
		s.help = "put commas between the items of [ ] and { }"
	case strings.Contains(string(s.cause), "control characters"):
		s.control()
	case strings.Contains(string(s.cause), "tag"):
		s.message = "this tag is not understood: a value that begins with ! needs quotes"
	case strings.Contains(string(s.cause), "comment or line break"):
		s.message = "the line of | or > holds more than its indicators"
		s.help = "start the text on the next line; a plain value that begins with | or > needs quotes"
	case strings.Contains(string(s.cause), "alphabetic or numeric"):
		s.message = "a value that begins with * or & needs quotes"
		s.beginning(line, "*&")
	case strings.Contains(string(s.cause), "max depth"):
		s.message = "the document is nested too deep"
	default:
		s.message = "this cannot be read as YAML"
		s.help = "look at indentation, quotes and brackets here and on the line before"
	}
}

// failingLine returns the first line at which reading fails for this cause.
// The library streams, so a text that is cut there fails in the same way.
func (s *syntaxError) failingLine(reported int) int {
	if len(s.text) > maxBisected {
		return reported
	}
	ends := make([]int, len(s.lines)+1)
	for i, l := range s.lines {
		ends[i+1] = ends[i] + len(l)
	}
	n := sort.Search(len(s.lines), func(i int) bool {
		var n yaml.Node
		err := yaml.Unmarshal(s.text[:ends[i+1]], &n)
		return err != nil && causeOf(err) == s.cause
	})
	return min(n+1, len(s.lines))
}

// tab finds a tab that indents a line near the reported one.
func (s *syntaxError) tab(reported int) bool {
	switch s.cause {
	case "found character that cannot start any token", "found a tab character that violates indentation",
		"found a tab character where an indentation space is expected":
	default:
		return false
	}
	for i := max(reported-2, 0); i < min(reported+1, len(s.lines)); i++ {
		l := s.lines[i]
		indent := l[:len(l)-len(bytes.TrimLeft(l, " \t"))]
		if at := bytes.IndexByte(indent, '\t'); at >= 0 && len(indent) < len(bytes.TrimRight(l, "\r\n")) {
			s.line, s.column, s.width = i+1, at, len(indent)-at
			s.message = "a tab indents this line"
			s.help = "indent with spaces: YAML takes no tabs there"
			return true
		}
	}
	return false
}

// openQuote finds a quote that nothing closes.
func (s *syntaxError) openQuote(reported int) bool {
	switch s.cause {
	case "found unexpected end of stream", "found unexpected document indicator":
	default:
		return false
	}
	// The quote is on the reported line, or, if the library had no line for
	// it, on the first one that leaves a quote open.
	for _, i := range append([]int{reported - 1}, seq(len(s.lines))...) {
		if at, ok := opensQuote(string(s.lines[i])); ok {
			s.line, s.column, s.width = i+1, at, 1
			s.message = "this quote is never closed"
			s.help = "close it on the same line; a quote within quotes is written '' or \\\""
			return true
		}
	}
	return false
}

func seq(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// opensQuote tells whether a value or key of the line begins with a quote that
// the line does not close, and where.
func opensQuote(line string) (int, bool) {
	for i := 0; i < len(line); i++ {
		c := line[i]
		if c == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return 0, false
		}
		if c != '"' && c != '\'' || !startsValue(line[:i]) {
			continue
		}
		end := closingQuote(line, i)
		if end < 0 {
			return i, true
		}
		i = end
	}
	return 0, false
}

func startsValue(before string) bool {
	t := strings.TrimRight(before, " \t")
	if t == "" {
		return true
	}
	switch t[len(t)-1] {
	case '[', '{', ',':
		return true
	case ':', '-', '?':
		return len(t) < len(before) || t[len(t)-1] == ':'
	}
	return false
}

func closingQuote(line string, open int) int {
	q := line[open]
	for i := open + 1; i < len(line); i++ {
		switch {
		case line[i] == '\\' && q == '"':
			i++
		case line[i] == q && q == '\'' && i+1 < len(line) && line[i+1] == q:
			i++
		case line[i] == q:
			return i
		}
	}
	return -1
}

// mappingInScalar explains a ": " where a value has begun already.
func (s *syntaxError) mappingInScalar(line string) {
	s.message = "this value holds ': ', which YAML takes for a key"
	s.help = "put the value in quotes"
	colons := keyColons(line)
	if len(colons) >= 2 {
		s.column, s.width = colons[1], 1
		return
	}
	if len(colons) == 1 {
		s.width = colons[0] - s.column
	}
	// One colon only: the line goes on a value of the line before.
	s.message = "this key is indented deeper than the one before, which has a value already"
	s.help = "indent it like its neighbours, or put the line before in quotes or behind |"
}

// keyColons returns the places of the colons in a line that YAML takes for the
// end of a key.
func keyColons(line string) []int {
	var at []int
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '#' && i > 0 && (line[i-1] == ' ' || line[i-1] == '\t'):
			return at
		case (c == '"' || c == '\'') && startsValue(line[:i]):
			if end := closingQuote(line, i); end > 0 {
				i = end
			}
		case c == ':' && (i+1 == len(line) || line[i+1] == ' ' || line[i+1] == '\t'):
			at = append(at, i)
		}
	}
	return at
}

// badIndentation explains a line that is indented like none of the lines that
// it could belong to.
func (s *syntaxError) badIndentation(line string) {
	s.message = "this line is indented unlike the lines that it follows"
	s.help = "indent the keys of one mapping, and the items of one list, alike"
	trimmed := strings.TrimLeft(line, " ")
	if at, ok := behindQuote(line); ok {
		s.column, s.width = at, 0
		s.message = "there is text behind the closing quote of this value"
		s.help = "a quote within quotes is written '' or \\\""
	} else if strings.HasPrefix(trimmed, "- ") || trimmed == "-" {
		s.message = "a list item stands where a key is expected"
	}
}

// behindQuote finds text behind a quoted value of the line.
func behindQuote(line string) (int, bool) {
	l := strings.TrimRight(line, "\r\n \t")
	for i := 0; i < len(l); i++ {
		if l[i] != '"' && l[i] != '\'' || !startsValue(l[:i]) {
			continue
		}
		end := closingQuote(l, i)
		if end < 0 {
			return 0, false
		}
		i = end
		rest := strings.TrimLeft(l[end+1:], " \t")
		if rest != "" && strings.IndexByte("#:,]}", rest[0]) < 0 {
			return len(l) - len(rest), true
		}
	}
	return 0, false
}
