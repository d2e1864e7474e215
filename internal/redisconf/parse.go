package redisconf

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A File is what a Redis or Sentinel server reads in one configuration text.
type File struct {
	Directives []Directive   // in the order of the text
	Errors     []SyntaxError // lines that no server splits into words; each is fatal at start
	Comments   []Comment     // whole-line comments: Redis knows no other kind
}

// A Directive is one line of a configuration: a name and its arguments.
type Directive struct {
	Name string // Key.Text in lower case, as Redis compares it
	Key  Word   // the name as it is written
	Args []Word // never holds Key; may be empty
	Line int    // 1-based
}

// A Word is one argument after quotes and escapes are resolved, with the
// place it was written at.
type Word struct {
	Text      string // the bytes the server sees
	Offset    int    // byte offset of the first byte, an opening quote included
	End       int    // byte offset after the last byte, a closing quote included
	Line      int    // 1-based
	Column    int    // 1-based, counted in characters
	EndColumn int    // 1-based, the column after the word
	Quoted    bool   // some part of it stands in quotes
}

// A SyntaxError is a line that cannot be split into words. Redis refuses to
// start with it. The message never repeats the text of the line.
type SyntaxError struct {
	Offset  int    // byte offset of the offending character
	End     int    // byte offset of the end of the line's text
	Line    int    // 1-based
	Column  int    // 1-based, counted in characters
	Message string // lower case, no final period
	Name    string // the directive's name in lower case, empty if the line breaks before it ends
}

// Error returns the message. The position is in the fields.
func (e SyntaxError) Error() string { return e.Message }

// A Comment is a line whose first character other than a blank is '#'.
type Comment struct {
	Line   int    // 1-based
	Column int    // 1-based, of the '#', counted in characters
	Offset int    // byte offset of the '#'
	Text   string // from the '#' to the last character that is no blank
}

// Parse reads text as every Redis and Valkey server does: line by line, blanks
// trimmed, words split by sdssplitargs (config.c, sds.c). It accepts any text
// and keeps what it can read; lines that cannot be split go to File.Errors.
func Parse(text string) *File {
	f := &File{}
	for line, start := 1, 0; start <= len(text); line++ {
		end := len(text)
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i
		}
		f.line(text, start, end, line)
		start = end + 1
	}
	return f
}

// line reads text[start:end], the line of that number without its newline.
func (f *File) line(text string, start, end, number int) {
	from, to := start, end
	for from < to && isTrimmed(text[from]) {
		from++
	}
	for to > from && isTrimmed(text[to-1]) {
		to--
	}
	body := text[from:to]
	cols := columnCounter{text: text, offset: start, column: 1}

	// Redis reads the file through C strings: a NUL byte hides the rest of the
	// line and its newline, so that the next line is glued on.
	if i := strings.IndexByte(body, 0); i >= 0 {
		f.Errors = append(f.Errors, SyntaxError{
			Offset: from + i, End: to, Line: number, Column: cols.at(from + i),
			Message: "NUL byte in the configuration: Redis drops the rest of the line; write \\x00 inside double quotes, or remove it",
		})
		return
	}
	if body == "" {
		return
	}
	if body[0] == '#' {
		f.Comments = append(f.Comments, Comment{Line: number, Column: cols.at(from), Offset: from, Text: body})
		return
	}
	words, bad := split(body)
	for i := range words {
		w := &words[i]
		w.Line = number
		w.Offset += from
		w.End += from
		w.Column = cols.at(w.Offset)
		w.EndColumn = cols.at(w.End)
	}
	if bad != nil {
		e := SyntaxError{
			Offset: from + bad.offset, End: to, Line: number, Message: bad.message,
		}
		// The offending character may lie before the end of the last word.
		cols = columnCounter{text: text, offset: start, column: 1}
		e.Column = cols.at(e.Offset)
		if len(words) > 0 {
			e.Name = lower(words[0].Text)
		}
		f.Errors = append(f.Errors, e)
		return
	}
	if len(words) == 0 {
		return
	}
	f.Directives = append(f.Directives, Directive{
		Name: lower(words[0].Text),
		Key:  words[0],
		Args: words[1:],
		Line: number,
	})
}

// All returns every directive of one of the names, which are given in lower
// case, in the order of the text. Synonyms gives all names of a directive.
func (f *File) All(names ...string) []*Directive {
	var found []*Directive
	for i := range f.Directives {
		if slices.Contains(names, f.Directives[i].Name) {
			found = append(found, &f.Directives[i])
		}
	}
	return found
}

// Last returns the last directive of one of the names, or nil. The last one
// wins for every directive that holds a single value.
func (f *File) Last(names ...string) *Directive {
	for i := len(f.Directives) - 1; i >= 0; i-- {
		if slices.Contains(names, f.Directives[i].Name) {
			return &f.Directives[i]
		}
	}
	return nil
}

// Sentinel returns every directive `sentinel <sub> …`. Letter case of sub does
// not matter, as for Sentinel.
func (f *File) Sentinel(sub string) []*Directive {
	var found []*Directive
	for _, d := range f.All("sentinel") {
		if len(d.Args) > 0 && lower(d.Args[0].Text) == lower(sub) {
			found = append(found, d)
		}
	}
	return found
}

// A columnCounter counts characters along one line, forwards only.
type columnCounter struct {
	text           string
	offset, column int
}

func (c *columnCounter) at(offset int) int {
	for c.offset < offset {
		_, size := utf8.DecodeRuneInString(c.text[c.offset:offset])
		c.offset += size
		c.column++
	}
	return c.column
}

// lower is tolower of the C locale on every byte.
func lower(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return 'A' <= r && r <= 'Z' }) {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + ('a' - 'A')
		}
	}
	return string(b)
}
