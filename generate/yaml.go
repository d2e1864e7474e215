package generate

import (
	"math"
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright/internal/yamlquote"
)

// encodeYAML writes a document in block style, as people write it: sequences at
// the indentation of their key, quotes only where a YAML 1.1 or 1.2 reader could
// take a string for something else.
func encodeYAML(b *page, n node) {
	switch n := n.(type) {
	case *mapping:
		if len(n.fields) > 0 {
			encodeMapping(b, n, 0, false)
			return
		}
	case []any:
		if len(n) > 0 {
			encodeSequence(b, n, 0)
			return
		}
	}
	encodeScalar(b, n, 0)
	b.WriteByte('\n')
}

// maxKey is the length in bytes from which on a key is announced by a question mark:
// readers look for a colon within 1,024 characters only, and a byte may be written as
// six of them.
const maxKey = 1_024 / 6

// encodeMapping writes the fields at an indentation; the first one goes on the
// line that is begun already if inline is set.
func encodeMapping(b *page, m *mapping, indent int, inline bool) {
	for i, f := range m.fields {
		if !inline || i > 0 {
			encodeComment(b, f.comment, indent)
			pad(b, indent)
		}
		if len(f.key) > maxKey {
			b.WriteString("? ")
		}
		encodeString(b, f.key)
		if len(f.key) > maxKey {
			b.WriteByte('\n')
			pad(b, indent)
		}
		b.WriteByte(':')
		switch value := f.value.(type) {
		case *mapping:
			if len(value.fields) > 0 {
				b.WriteByte('\n')
				encodeMapping(b, value, indent+2, false)
				continue
			}
		case []any:
			if len(value) > 0 {
				b.WriteByte('\n')
				encodeSequence(b, value, indent)
				continue
			}
		}
		b.WriteByte(' ')
		encodeScalar(b, f.value, indent+2)
		b.WriteByte('\n')
	}
}

func encodeSequence(b *page, items []any, indent int) {
	for _, item := range items {
		switch item := item.(type) {
		case *mapping:
			if len(item.fields) > 0 {
				encodeComment(b, item.fields[0].comment, indent)
				pad(b, indent)
				b.WriteString("- ")
				encodeMapping(b, item, indent+2, true)
				continue
			}
		case []any:
			if len(item) > 0 {
				pad(b, indent)
				b.WriteString("-\n")
				encodeSequence(b, item, indent+2)
				continue
			}
		}
		pad(b, indent)
		b.WriteString("- ")
		encodeScalar(b, item, indent+2)
		b.WriteByte('\n')
	}
}

func encodeComment(b *page, comment string, indent int) {
	if comment == "" {
		return
	}
	for line := range strings.SplitSeq(comment, "\n") {
		pad(b, indent)
		b.WriteString(strings.TrimRight("# "+line, " "))
		b.WriteByte('\n')
	}
}

// encodeScalar writes a scalar or an empty collection. The lines of a block
// stand at the given indentation.
func encodeScalar(b *page, n node, indent int) {
	switch n := n.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(n))
	case int64:
		b.WriteString(strconv.FormatInt(n, 10))
	case float64:
		encodeFloat(b, n)
	case string:
		switch {
		case hasHoles(n): // how it is written depends on what fills them
			b.leave(func(b *page, own *ownSet) { encodeScalar(b, own.fill(n), indent) })
		case !encodeBlock(b, n, indent):
			encodeString(b, n)
		}
	case *mapping:
		b.WriteString("{}")
	case []any:
		b.WriteString("[]")
	}
}

// encodeFloat writes a number that YAML 1.1 reads as a float too: that one wants
// a point before an exponent.
func encodeFloat(b *page, f float64) {
	switch {
	case math.IsNaN(f):
		b.WriteString(".nan")
	case math.IsInf(f, 1):
		b.WriteString(".inf")
	case math.IsInf(f, -1):
		b.WriteString("-.inf")
	default:
		s := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		b.WriteString(s)
	}
}

// encodeBlock writes text of several lines as it is, and reports whether that
// is possible without changing it.
func encodeBlock(b *page, s string, indent int) bool {
	if !strings.Contains(s, "\n") || s[0] == ' ' || s[0] == '\n' {
		return false
	}
	for _, r := range s {
		if r != '\n' && !yamlquote.Printable(r) {
			return false
		}
	}
	body := strings.TrimRight(s, "\n")
	switch strings.Count(s[len(body):], "\n") {
	case 0:
		b.WriteString("|-")
	case 1:
		b.WriteString("|")
	default:
		return false
	}
	for line := range strings.SplitSeq(body, "\n") {
		b.WriteByte('\n')
		if line != "" {
			pad(b, indent)
			b.WriteString(line)
		}
	}
	return true
}

// encodeString writes a string plain if every reader takes it for a string,
// else in double quotes.
func encodeString(b *page, s string) {
	if isPlain(s) {
		b.WriteString(s)
		return
	}
	b.WriteString(yamlquote.Double(s))
}

// isPlain is strict: what it refuses is written in quotes, which is never wrong.
func isPlain(s string) bool {
	if s == "" {
		return false
	}
	first := s[0]
	if !isLetter(first) && !isDigit(first) && first != '/' && first != '_' && !strings.HasPrefix(s, "../") {
		return false
	}
	numeric := isDigit(first)
	for i := range len(s) {
		c := s[i]
		switch {
		case isLetter(c), isDigit(c), strings.IndexByte("_./@=+,()-$", c) >= 0:
		case c == ' ':
			// A blank at the end would vanish.
			if i == len(s)-1 {
				return false
			}
		case c == ':':
			if i == len(s)-1 || s[i+1] == ' ' {
				return false
			}
		default:
			return false
		}
		// Integers in every base, floats, dates and times are made of these.
		if strings.IndexByte("0123456789abcdefABCDEFxXoO_.:+-tTzZ ", c) < 0 {
			numeric = false
		}
	}
	if numeric {
		return false
	}
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return false
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }

func pad(b *page, indent int) {
	for range indent {
		b.WriteByte(' ')
	}
}
