package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible returns s with every character that a terminal or a CI runner would
// act on written out: control characters (ESC, newline), characters that
// change the direction of text or cannot be seen, bytes that are not UTF-8,
// and the second # of ##[ and ##vso[, which GitHub's and Azure's runners take
// for a command anywhere in a line. Writing out twice changes nothing.
func visible(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		shown, size := character(s, i)
		b.WriteString(shown)
		i += size
	}
	return b.String()
}

// isPlain tells whether s is ASCII text that needs no writing out.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' || c == '#' {
			return false
		}
	}
	return true
}

// character returns how the character at s[i:] is shown, and its size in bytes.
func character(s string, i int) (shown string, size int) {
	r, size := utf8.DecodeRuneInString(s[i:])
	switch {
	case r == utf8.RuneError && size == 1:
		return fmt.Sprintf(`\x%02x`, s[i]), 1
	case r == '\n':
		return `\n`, size
	case r == '\r':
		return `\r`, size
	case r == '\t':
		return `\t`, size
	case r == '#' && startsCommand(s, i):
		return `\x23`, size
	case unicode.IsPrint(r):
		return s[i : i+size], size
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r), size
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r), size
	}
	return fmt.Sprintf(`\U%08x`, r), size
}

// startsCommand tells whether s[i] is the second # of a runner's command.
func startsCommand[T string | []byte](s T, i int) bool {
	if i == 0 || s[i-1] != '#' {
		return false
	}
	for i++; i < len(s) && s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z'; i++ {
	}
	return i < len(s) && s[i] == '['
}

// FileName returns the name of a file as people are shown it, for notes beside
// a report.
func FileName(file string) string { return fileName(file) }

// fileName returns the name of a file as people are shown it. A name that
// could make the start of a line look like a workflow command, alone or with
// the colon that follows it, gets ./ before it, which names the same file.
func fileName(file string) string {
	if trimmed := strings.TrimLeftFunc(file, unicode.IsSpace); strings.HasPrefix(trimmed, ":") {
		file = "./" + file
	}
	return visible(file)
}

// position returns file:line:column as people are shown it.
func position(file string, line, column int) string {
	switch {
	case line == 0:
		return fileName(file)
	case column == 0:
		return fileName(file) + ":" + strconv.Itoa(line)
	}
	return fileName(file) + ":" + strconv.Itoa(line) + ":" + strconv.Itoa(column)
}

// noCommand returns a finished line so that it is no workflow command, which is
// a line that starts with :: after any white space. Only a wrapped text can
// make one.
func noCommand(line string) string {
	text := strings.TrimLeftFunc(line, unicode.IsSpace)
	if !strings.HasPrefix(text, "::") {
		return line
	}
	return line[:len(line)-len(text)] + `\x3a` + text[1:]
}

// utf8Text returns s with bytes that are not UTF-8 written out, for formats
// that take any text but no other bytes.
func utf8Text(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[i])
		} else {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}
