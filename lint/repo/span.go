package repo

import (
	"cmp"
	"fmt"
)

// A Span is a range of text in one file of the repository.
type Span struct {
	// File is the path relative to the working directory, with slashes.
	File string
	// Line and Column are 1-based; columns count characters, not bytes.
	// Line 0 means that the place in the file is not known.
	Line, Column int
	// EndLine and EndColumn name the character behind the range.
	EndLine, EndColumn int
	// Approximate says that the span does not hold the value itself, only the
	// nearest thing that a person would edit.
	Approximate bool
}

// IsValid tells whether the span names a place in a file.
func (s Span) IsValid() bool { return s.File != "" && s.Line > 0 }

// String returns file:line:column, the form that editors follow.
func (s Span) String() string { return fmt.Sprintf("%s:%d:%d", s.File, s.Line, s.Column) }

// Compare orders spans by file, line, column and end.
func (s Span) Compare(t Span) int {
	return cmp.Or(
		cmp.Compare(s.File, t.File),
		cmp.Compare(s.Line, t.Line),
		cmp.Compare(s.Column, t.Column),
		cmp.Compare(s.EndLine, t.EndLine),
		cmp.Compare(s.EndColumn, t.EndColumn),
	)
}
