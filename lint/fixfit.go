package lint

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// fitFixes makes the edits of fixes those of the very text of their files: what
// replaces a quoted text is quoted the same way, and what is deleted takes its
// line with it. A fix of which one edit has no sure place is dropped, so that
// all that shows fixes shows what can be done.
func fitFixes(r *repo.Repo, findings []*Finding) {
	for _, f := range findings {
		var fit []Fix
		for _, x := range f.Fixes {
			edits := slices.Clone(x.Edits)
			ok := len(edits) > 0
			for i := range edits {
				ok = ok && !replacesAbsent(f, edits[i]) && fitEdit(r, &edits[i])
			}
			if edits, apart := disjoint(edits); ok && apart {
				x.Edits = edits
				fit = append(fit, x)
			}
		}
		f.Fixes = fit
	}
}

// replacesAbsent tells whether an edit would replace the key below which something
// would be written that is not.
func replacesAbsent(f *Finding, e Edit) bool {
	return slices.ContainsFunc(f.Places, func(p Place) bool { return p.absent && p.Span == e.Span })
}

// disjoint joins deletions that overlap, as those of neighbouring lines do at the
// end of a file. It tells whether no two edits touch the same text then.
func disjoint(edits []Edit) ([]Edit, bool) {
	slices.SortStableFunc(edits, func(a, b Edit) int { return a.Compare(b.Span) })
	var out []Edit
	for _, e := range edits {
		if n := len(out); n > 0 && out[n-1].File == e.File {
			last := &out[n-1]
			switch beyond := cmp.Or(cmp.Compare(last.EndLine, e.Line), cmp.Compare(last.EndColumn, e.Column)); {
			case beyond > 0 && last.New == "" && e.New == "":
				if cmp.Or(cmp.Compare(last.EndLine, e.EndLine), cmp.Compare(last.EndColumn, e.EndColumn)) < 0 {
					last.EndLine, last.EndColumn = e.EndLine, e.EndColumn
				}
				continue
			case beyond > 0:
				return nil, false
			}
		}
		out = append(out, e)
	}
	return out, true
}

// fitEdit tells whether the file has the place of an edit, and fits the edit to
// what stands there.
func fitEdit(r *repo.Repo, e *Edit) bool {
	start, end, ok := r.Offsets(e.Span)
	text, read := r.Bytes(e.File)
	if !ok || !read || e.Approximate {
		return false
	}
	if e.Whole {
		return e.takeLine(text, start, end)
	}
	if start == end {
		e.aboveComments(text, start)
		return true
	}
	old := text[start:end]
	if len(old) < 2 || old[0] != '"' && old[0] != '\'' || old[len(old)-1] != old[0] || e.New == "" || e.New[0] == old[0] {
		return true
	}
	if strings.ContainsAny(e.New, "\"'\\\n") {
		return false
	}
	e.New = string(old[0]) + e.New + string(old[0])
	return true
}

// aboveComments moves a line that is added in front of another one above the
// comments there, which speak of that one.
func (e *Edit) aboveComments(text []byte, at int) {
	lineStart := bytes.LastIndexByte(text[:at], '\n') + 1
	indent := text[lineStart:at]
	if !strings.HasSuffix(e.New, "\n"+string(indent)) || len(bytes.Trim(indent, " ")) > 0 {
		return
	}
	for lineStart > 0 {
		lineStart = bytes.LastIndexByte(text[:lineStart-1], '\n') + 1
		if !bytes.HasPrefix(text[lineStart:], append(indent[:len(indent):len(indent)], '#')) {
			return
		}
		e.Line, e.EndLine = e.Line-1, e.EndLine-1
	}
}

// takeLine widens the span of a deletion: to its lines if nothing else stands
// there but the dash of a list and a comment behind, or to the blanks in front if
// a comment is deleted.
func (e *Edit) takeLine(text []byte, start, end int) bool {
	if isText(bytes.TrimRight(text[:start], " \t"), -1, '-') && text[start] != '#' || isText(bytes.TrimLeft(text[end:], " \t\r"), 0, '#') {
		return false // more stands on the line, which may be very long
	}
	lineStart := bytes.LastIndexByte(text[:start], '\n') + 1
	lineEnd := len(text)
	if i := bytes.IndexByte(text[end:], '\n'); i >= 0 {
		lineEnd = end + i
	}
	before := strings.TrimPrefix(string(text[lineStart:start]), "\ufeff")
	after := strings.TrimSpace(string(text[end:lineEnd]))
	comment := text[start] == '#'
	switch lead := strings.TrimSpace(before); {
	case (lead == "" || lead == "-" && !comment) && (after == "" || after[0] == '#'):
		if lineEnd < len(text) {
			e.Column, e.EndLine, e.EndColumn = 1, e.EndLine+1, 1
			return true
		}
		// The last line has no end to take: that of the line above is taken.
		if lineStart == 0 {
			return false
		}
		above := bytes.TrimRight(text[bytes.LastIndexByte(text[:lineStart-1], '\n')+1:lineStart], "\r\n")
		e.Line, e.Column = e.Line-1, 1+utf8.RuneCount(bytes.TrimPrefix(above, []byte("\ufeff")))
		e.EndColumn += utf8.RuneCount(text[end:lineEnd])
		return true
	case comment && after == "":
		e.Column -= len(before) - len(strings.TrimRight(before, " \t"))
		return true
	}
	return false
}

// isText tells whether the first byte (at 0) or the last one (at -1) of a text is a
// printable character of ASCII other than one.
func isText(text []byte, at int, other byte) bool {
	if len(text) == 0 {
		return false
	}
	c := text[(len(text)+at)%len(text)]
	return c > ' ' && c < 0x7f && c != other
}
