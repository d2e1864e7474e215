package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// encodeJSON writes v as indented JSON in which every character that a
// terminal or a CI runner would act on is an escape: readers of the JSON get
// the character, readers of a log do not.
func encodeJSON(w io.Writer, v any) error {
	text, err := marshalJSON(v, "")
	if err != nil {
		return err
	}
	_, err = w.Write(escapeJSON(text))
	return err
}

// encodeJSONList writes v like encodeJSON, with items in its list before, which v
// holds empty. There may be more items than one wants to have in memory as text,
// so they are written one by one. The list stands in depth objects and lists.
func encodeJSONList[T any](w io.Writer, v any, list string, depth int, items iter.Seq[T]) error {
	text, err := marshalJSON(v, "")
	if err != nil {
		return err
	}
	// Within a string the quotes would be escaped.
	at := bytes.Index(text, []byte(list+"[]")) + len(list) + 1
	out := lineWriter(w)
	out.Write(escapeJSON(text[:at]))
	indent := bytes.Repeat([]byte("  "), depth+1)
	n := 0
	for item := range items {
		text, err := marshalJSON(item, string(indent))
		if err != nil {
			return err
		}
		if n++; n > 1 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(indent)
		out.Write(escapeJSON(bytes.TrimSuffix(text, []byte("\n"))))
	}
	if n > 0 {
		out.WriteByte('\n')
		out.Write(indent[2:])
	}
	out.Write(escapeJSON(text[at:]))
	return out.Flush()
}

func marshalJSON(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent(indent, "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// escapeJSON replaces characters that may only stand in the strings of a JSON
// text by their escapes.
func escapeJSON(text []byte) []byte {
	if !bytes.ContainsFunc(text, func(r rune) bool { return r == '#' || r >= 0x7f }) {
		return text
	}
	var b bytes.Buffer
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == '#' && startsCommand(text, i):
			b.WriteString(`\u0023`)
		case r < 0x7f || unicode.IsPrint(r):
			b.Write(text[i : i+size])
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		}
		i += size
	}
	return b.Bytes()
}
