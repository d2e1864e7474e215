package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// An Error is one mistake in a spec file, told from the side of the person who
// wrote it. It never holds the value of a field that could be a secret.
type Error struct {
	// File is the name of the spec file; lines and columns count from 1, columns
	// in characters. The end is exclusive.
	File                             string
	Line, Column, EndLine, EndColumn int

	// Path is where the mistake stands in the document, such as
	// spec.redis.nodes or environments.prod.spec.redis.image.tag.
	Path string

	// Kind is the rule that is broken: one of the Kind constants.
	Kind string

	// Message says what is wrong, Help what to write instead. Both begin in lower
	// case and have no final period. Help may be empty.
	Message, Help string

	// Related are the other places that have a part in the mistake.
	Related []Related
}

// A Related place explains an Error.
type Related struct {
	File                             string
	Line, Column, EndLine, EndColumn int
	Message                          string
}

// The kinds of mistakes.
const (
	KindSyntax        = "spec/syntax"         // not YAML, not CUE, or not one document
	KindTooLarge      = "spec/too-large"      // beyond what a spec may hold: bytes, depth, nodes
	KindDuplicateKey  = "spec/duplicate-key"  // one key twice in a mapping
	KindUnknownField  = "spec/unknown-field"  // a field that does not exist there
	KindWrongType     = "spec/wrong-type"     // a number for a text, a list for a mapping
	KindOutOfRange    = "spec/out-of-range"   // the right type, but not an allowed value
	KindMissing       = "spec/missing"        // a field that must be there
	KindConflict      = "spec/conflict"       // two fields that exclude each other
	KindSecretLiteral = "spec/secret-literal" // a secret where a reference belongs
	KindOwned         = "spec/owned"          // a setting that has a field of its own
)

// Error returns "file:line:column: message".
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// Errors are all mistakes of a spec file, in the order of their positions.
type Errors []*Error

// Error returns one line for each mistake.
func (l Errors) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.Is and errors.As the single mistakes.
func (l Errors) Unwrap() []error {
	errs := make([]error, len(l))
	for i, e := range l {
		errs[i] = e
	}
	return errs
}

// maxErrors is how many mistakes are told: more than anyone reads.
const maxErrors = 200

// sorted puts the mistakes in order and drops those told twice, and all after
// the first maxErrors.
func (l Errors) sorted() Errors {
	slices.SortStableFunc(l, func(a, b *Error) int {
		return cmp.Or(
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Message, b.Message),
		)
	})
	l = slices.CompactFunc(l, func(a, b *Error) bool {
		return a.Line == b.Line && a.Column == b.Column && a.Kind == b.Kind && a.Message == b.Message
	})
	if len(l) > maxErrors {
		rest := *l[maxErrors]
		rest.Path, rest.Kind, rest.Help, rest.Related = "", KindTooLarge, "mend these first", nil
		rest.Message = "from here on further mistakes are not told"
		l = append(l[:maxErrors:maxErrors], &rest)
	}
	return l
}
