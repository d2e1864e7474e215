package repo

import (
	"bytes"
	"strings"
)

// beginning points at the first value of the line that begins with one of some
// characters.
func (s *syntaxError) beginning(line, chars string) {
	from := strings.IndexByte(line, ':')
	for i := max(from, 0); i < len(line); i++ {
		if strings.IndexByte(chars, line[i]) >= 0 && startsValue(line[:i]) {
			s.column, s.width = i, 1
			return
		}
	}
}

// conflictMarker finds what git leaves in a file that could not be merged.
func (s *syntaxError) conflictMarker() bool {
	for i, l := range s.lines {
		if bytes.HasPrefix(l, []byte("<<<<<<< ")) || bytes.HasPrefix(l, []byte(">>>>>>> ")) {
			s.line, s.column = i+1, 0
			s.message = "git left a conflict here"
			s.help = "decide for one side and remove the lines with <<<<<<<, ======= and >>>>>>>"
			return true
		}
	}
	return false
}

// brackets finds a bracket of flow style that is not closed, or closes nothing.
func (s *syntaxError) brackets() bool {
	if c := string(s.cause); !strings.Contains(c, "',' or") && !strings.Contains(c, "node content") && !strings.Contains(c, "expected key") {
		return false
	}
	type open struct{ line, column int }
	var stack []open
	for n, l := range s.lines {
		line := string(bytes.TrimRight(l, "\r\n"))
		for i := 0; i < len(line); i++ {
			switch c := line[i]; c {
			case '#':
				if i == 0 || line[i-1] == ' ' {
					i = len(line)
				}
			case '"', '\'':
				if startsValue(line[:i]) {
					if end := closingQuote(line, i); end > 0 {
						i = end
					}
				}
			case '[', '{':
				if len(stack) > 0 || startsValue(line[:i]) {
					stack = append(stack, open{n, i})
				}
			case ']', '}':
				want := byte('[')
				if c == '}' {
					want = '{'
				}
				switch {
				case len(stack) == 0:
					if n+1 == s.line {
						s.column, s.width = i, 1
						s.message = "this bracket closes nothing"
						s.help = "remove it, or put the value in quotes"
						return true
					}
				case s.lines[stack[len(stack)-1].line][stack[len(stack)-1].column] != want:
					at := stack[len(stack)-1]
					s.line, s.column, s.width = at.line+1, at.column, 1
					s.message = "this bracket is closed by one of another kind"
					s.help = "close [ with ] and { with }"
					return true
				default:
					stack = stack[:len(stack)-1]
				}
			}
		}
	}
	if len(stack) == 0 {
		return false
	}
	at := stack[0]
	s.line, s.column, s.width = at.line+1, at.column, 1
	s.message = "this bracket is never closed"
	s.help = "close [ with ] and { with }, or put a value that begins with a bracket in quotes"
	return true
}

// reservedCharacter explains a value that begins with @, ` or %.
func (s *syntaxError) reservedCharacter(line string) {
	s.message = "a value cannot begin with this character"
	s.help = "put the value in quotes"
	for i := 0; i < len(line); i++ {
		if strings.IndexByte("@`%", line[i]) >= 0 && startsValue(line[:i]) {
			s.column, s.width = i, 1
			return
		}
	}
	if at := strings.IndexByte(line, '\t'); at >= 0 {
		s.column, s.width = at, 1
		s.message = "a tab stands where YAML takes only spaces"
		s.help = "replace it by spaces"
	}
}

func (s *syntaxError) unknownEscape(line string) {
	s.message = "a backslash in double quotes begins an escape, and this one does not exist"
	s.help = `write \\ for a backslash, or use single quotes`
	for i := 0; i+1 < len(line); i++ {
		if line[i] != '\\' {
			continue
		}
		if _, w := unescape([]byte(line[i:])); w == 0 {
			s.column, s.width = i, 2
			return
		}
		i++
	}
}

// unknownAnchor finds the first alias whose anchor does not stand before it.
func (s *syntaxError) unknownAnchor() {
	s.message = "this alias has no anchor (&name) before it in the document"
	s.help = "a value that begins with * needs quotes; anchors do not reach into other documents"
	s.line, s.column = 1, 0
	anchors := map[string]bool{}
	for i, text := range s.lines {
		l := string(text)
		for at := 0; at < len(l); at++ {
			if l[at] != '&' && l[at] != '*' || !startsValue(l[:at]) {
				continue
			}
			end := at + 1
			for end < len(l) && !isBlankOrBreak(l[end]) && !isFlowEnd(l[end]) {
				end++
			}
			name := l[at+1 : end]
			if l[at] == '&' {
				anchors[name] = true
			} else if !anchors[name] {
				s.line, s.column, s.width = i+1, at, end-at
				return
			}
		}
	}
}

// control finds the first control character.
func (s *syntaxError) control() {
	s.message = "control characters are not allowed in YAML"
	s.help = `write it as an escape in double quotes, such as "\u001b", or remove it`
	s.line, s.column = 1, 0
	for i, l := range s.lines {
		for at, r := range string(l) {
			if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0x7F || r >= 0x80 && r < 0xA0 && r != 0x85 || r == 0xFFFE || r == 0xFFFF {
				s.line, s.column, s.width = i+1, at, len(string(r))
				return
			}
		}
	}
}
