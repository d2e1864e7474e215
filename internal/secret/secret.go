// Package secret holds values that must never be printed: passwords, tokens,
// licence keys and private keys that a repository was found to contain.
package secret

import (
	"fmt"
	"strings"
)

// A Value is a secret. Nothing prints it: fmt, json, slog and cmp show a
// placeholder or an address, also when the Value sits in an unexported field
// (a func is not followed by reflection), and == on it does not compile.
// The zero Value is the empty secret.
type Value struct{ reveal func() string }

// placeholder stands for any secret. Its width tells nothing of the value's.
const placeholder = "(secret)"

// New wraps s.
func New(s string) Value { return Value{func() string { return s }} }

// Reveal returns the text of the secret. It is meant for comparing and for
// judging the characters; what it returns must not reach any output.
func (v Value) Reveal() string {
	if v.reveal == nil {
		return ""
	}
	return v.reveal()
}

// Equal tells whether v and w hold the same text. go-cmp uses it too.
func (v Value) Equal(w Value) bool { return v.Reveal() == w.Reveal() }

// IsEmpty tells whether the secret is the empty text.
func (v Value) IsEmpty() bool { return v.Reveal() == "" }

// In tells whether text contains the secret; the empty secret is in no text.
func (v Value) In(text string) bool { return !v.IsEmpty() && strings.Contains(text, v.Reveal()) }

// Format prints a placeholder for every verb.
func (Value) Format(f fmt.State, _ rune) { fmt.Fprint(f, placeholder) }

// MarshalText encodes a placeholder, so that JSON and YAML hold no secret.
func (Value) MarshalText() ([]byte, error) { return []byte(placeholder), nil }
