package schema

import (
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// A yamlMistake says in our words what the parser's words mean. Its own text is
// never shown: it may quote the file.
type yamlMistake struct {
	has           string // what the parser says
	message, help string
	from          bool   // the parser tells where the broken part begins, as for brackets
	at            string // a pattern of what to point at in the line; its last group, if it has one
}

var yamlMistakes = []yamlMistake{
	{has: "mapping values are not allowed", at: `: .*?(:)(?: |$)`,
		message: "a colon is not possible here: the line is indented wrongly, or a text with a colon needs quotes",
		help:    "align the line with its neighbours, or put the text in quotes"},
	{has: "tab character", at: `\t`,
		message: "a tab stands where only blanks may", help: "indent with blanks"},
	{has: "cannot start any token", at: "(?:^|[:,\\[{-])\\s+([@`%\t].*)",
		message: "a value cannot begin with this character", help: "put the value in quotes"},
	{has: "could not find expected ':'",
		message: "this line is neither name: value nor part of the value above it", help: "write name: value, with a blank after the colon"},
	{has: "did not find expected ',' or '}'", from: true, at: `\{`,
		message: "a brace { is not closed, or a comma is missing", help: "close it with }"},
	{has: "did not find expected ',' or ']'", from: true, at: `\[`,
		message: "a bracket [ is not closed, or a comma is missing", help: "close it with ]"},
	{has: "did not find expected '-' indicator",
		message: "this line is indented like a list but does not begin with -", help: "align it with its neighbours, or begin it with -"},
	{has: "block sequence entries are not allowed", at: `(?:^|\s)(-)\s`,
		message: "a list cannot begin here", help: "write it on the lines below its name"},
	{has: "did not find expected key",
		message: "this line does not fit its neighbours: it is indented wrongly, or not name: value", help: "align it with the fields beside it"},
	{has: "unexpected end of stream", from: true, at: `["']`,
		message: "a quote is not closed", help: "close it"},
	{has: "unexpected document indicator", from: true, at: `["']`,
		message: "a quote is not closed", help: "close it"},
	{has: "escape", at: `\\[^0abtnvfre "/\\N_LPxuU]|\\[xuU]`,
		message: "a backslash in double quotes begins an escape that YAML does not know", help: "write two backslashes, or use single quotes"},
	{has: "unknown anchor", at: `\*[^\s,\]}]+`,
		message: "an alias (*name) stands for an anchor (&name) that does not exist above it", help: "define the anchor first, or put the text in quotes"},
	{has: "did not find expected alphabetic or numeric", at: `[*&](?:\W|$)`,
		message: "a value cannot begin with * or & here", help: "put the value in quotes"},
	{has: "control characters", message: "the file holds a control character", help: "remove it", at: `[\x00-\x08\x0b-\x1f\x7f-\x9f]`},
	{has: "max depth", message: "fields are nested too deep here", help: "write a flatter value"},
	{has: "directive", message: "a spec has no use for YAML directives (%)", help: "remove the line"},
	{has: "expected <document start>", message: "what follows is not part of the document above", help: "align it with the fields above"},
	{has: "node content", message: "a value is missing here, or cannot begin with this character", help: "write the value in quotes"},
	{message: "this is not valid YAML", help: "compare it with the lines around"},
}

// syntaxError words what the YAML parser found. The parser tells the line where
// the broken part begins, at best; which line breaks it is found by parsing
// ever shorter beginnings of the file.
func (r *yamlReader) syntaxError(data []byte, err error) *Error {
	text := err.Error()
	line := 1
	if m := yamlLine().FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	i := slices.IndexFunc(yamlMistakes, func(m yamlMistake) bool { return strings.Contains(text, m.has) })
	m := yamlMistakes[i]
	if m.from { // errors of the parser, not of its scanner, count lines from 0
		if strings.Contains(text, "did not find") {
			line++
		}
	} else {
		line = r.breakingLine(data, line)
	}
	line = min(max(line, 1), len(r.lines))
	if above := r.line(line - 1); m.has == "mapping values are not allowed" && line > 1 &&
		strings.TrimSpace(above) != "" && !strings.Contains(above, ":") && !strings.Contains(above, "#") {
		// The line above has no colon, so this one seems to go on with it.
		line--
		m = yamlMistakes[slices.IndexFunc(yamlMistakes, func(m yamlMistake) bool { return m.has == "could not find expected ':'" })]
	}
	content := r.line(line)
	if indent := content[:len(content)-len(strings.TrimLeft(content, " \t"))]; strings.Contains(indent, "\t") {
		m = yamlMistakes[slices.IndexFunc(yamlMistakes, func(m yamlMistake) bool { return m.has == "tab character" })]
	}
	start, end := len(content)-len(strings.TrimLeft(content, " \t")), len(strings.TrimRight(content, " \t"))
	if m.at != "" {
		if at := regexp.MustCompile(m.at).FindStringSubmatchIndex(content); at != nil {
			start, end = at[len(at)-2], at[len(at)-1]
		}
	}
	start = min(start, len(content))
	col := 1 + utf8.RuneCountInString(content[:start])
	return &Error{
		File: r.file, Line: line, Column: col, EndLine: line, EndColumn: max(col+utf8.RuneCountInString(content[start:max(start, end)]), col+1),
		Kind: KindSyntax, Message: m.message, Help: m.help,
	}
}

var yamlLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`line (\d+):`) })

// breakingLine is the first line whose beginning of the file does not parse
// any more, if that is not before the line the parser told.
func (r *yamlReader) breakingLine(data []byte, told int) int {
	ends := lineBreak().FindAllIndex(data, -1)
	broken := func(lines int) bool {
		end := len(data)
		if lines <= len(ends) {
			end = ends[lines-1][0]
		}
		var n yaml.Node
		return yaml.Unmarshal(data[:end], &n) != nil
	}
	n := 1 + sort.Search(len(ends), func(i int) bool { return broken(i + 1) })
	return max(n, told)
}
