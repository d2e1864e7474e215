// Package yamlquote writes texts in the double quotes of YAML.
package yamlquote

import (
	"fmt"
	"strings"
	"unicode"
)

// Double writes a text on one line, in double quotes, so that every reader of
// YAML 1.1 and 1.2 gets it back. What is not printable is escaped; a byte that is
// not UTF-8 becomes U+FFFD, since YAML has no other bytes.
func Double(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case Printable(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Printable tells whether a character can stand in a text as it is: it is seen,
// and no reader of YAML takes it for a line break, a mark or a mistake.
func Printable(r rune) bool {
	return unicode.IsPrint(r) && r != '\uFEFF' && r != unicode.ReplacementChar
}
