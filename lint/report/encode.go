package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// encodeJSON writes v as indented JSON in which every character that a
// terminal or a CI runner would act on is an escape: readers of the JSON get
// the character, readers of a log do not.
func encodeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(escapeJSON(b.Bytes()))
	return err
}

// escapeJSON replaces characters that may only stand in the strings of a JSON
// text by their escapes.
func escapeJSON(text []byte) []byte {
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
