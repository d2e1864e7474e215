package redisconf

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Quote writes s as one argument that every Redis and Valkey server reads back
// byte for byte: bare where that is safe, else in double quotes with escapes.
//
// Sentinel itself rewrites its file without quotes (see CheckPassword and
// MasterName): a value that needs them survives there only until the next start.
func Quote(s string) string {
	if isBare(s) {
		return s
	}
	return doubleQuote(s)
}

// Line writes one directive, without a newline.
func Line(name string, args ...string) string {
	var b strings.Builder
	if strings.HasPrefix(name, "#") {
		// A bare name would turn the line into a comment.
		b.WriteString(doubleQuote(name))
	} else {
		b.WriteString(Quote(name))
	}
	for _, arg := range args {
		b.WriteByte(' ')
		b.WriteString(Quote(arg))
	}
	return b.String()
}

func isBare(s string) bool {
	for _, r := range s {
		if r == '"' || r == '\'' || r == utf8.RuneError || !unicode.IsGraphic(r) || unicode.IsSpace(r) {
			return false
		}
	}
	return s != ""
}

func doubleQuote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == ' ' || r != utf8.RuneError && unicode.IsGraphic(r) && !unicode.IsSpace(r):
			b.WriteRune(r)
		default:
			for _, c := range []byte(s[:size]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		}
		s = s[size:]
	}
	b.WriteByte('"')
	return b.String()
}
