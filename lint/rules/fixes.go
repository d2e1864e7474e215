package rules

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// setValue returns the fix that writes another value in place of one, or none
// where the place is not that of the value itself.
func setValue(v repo.Value, text, title string, safe bool) []lint.Fix {
	return replace(lint.Arg{Place: lint.Place{Span: v.Span()}}, text, title, safe)
}

// wrapped returns the fix that puts a value on one line between two texts.
func wrapped(v repo.Value, before, after, title string, safe bool) []lint.Fix {
	start := v.Span()
	if !start.IsValid() || start.Approximate || start.Line != start.EndLine {
		return nil
	}
	end := start
	start.EndColumn, end.Column = start.Column, end.EndColumn
	return []lint.Fix{{Title: title, Safe: safe, Edits: []lint.Edit{{Span: start, New: before}, {Span: end, New: after}}}}
}

// writtenFirst returns the fix that writes a key at the beginning of a mapping,
// in braces or not, or none where the mapping has no place.
func writtenFirst(mapping repo.Value, text, title string, safe bool) []lint.Fix {
	var first repo.Value
	for _, first = range mapping.Fields() {
		break
	}
	at, start := first.KeySpan(), mapping.Span()
	if !at.IsValid() || at.Approximate || start.Approximate || start.File != at.File {
		return nil
	}
	if at.Line != start.Line || at.Column != start.Column {
		text += ", " // the mapping begins with a brace
	} else {
		text += "\n" + strings.Repeat(" ", at.Column-1)
	}
	at.EndLine, at.EndColumn = at.Line, at.Column
	return []lint.Fix{{Title: title, Safe: safe, Edits: []lint.Edit{{Span: at, New: text}}}}
}

// deleted returns the fix that removes values with the lines that they stand on,
// if nothing else stands there.
func deleted(title string, safe bool, spans ...repo.Span) []lint.Fix {
	var edits []lint.Edit
	for _, at := range spans {
		edits = append(edits, lint.Edit{Span: at, Whole: true})
	}
	return []lint.Fix{{Title: title, Safe: safe, Edits: edits}}
}

// removeDirectives returns the fix that removes directives with their lines, if
// each has one of its own.
func removeDirectives(title string, safe bool, all []*lint.Directive) []lint.Fix {
	var spans []repo.Span
	for _, d := range all {
		at, last := d.At("").Span, d.Arg(len(d.Args)-1).Place.Span
		if !at.IsValid() || !d.OnOwnLine() || at.File != last.File || at.Line != last.EndLine || at.Approximate || last.Approximate {
			return nil
		}
		at.EndLine, at.EndColumn = last.EndLine, last.EndColumn
		if !slices.Contains(spans, at) {
			spans = append(spans, at)
		}
	}
	return deleted(title, safe, spans...)
}
