package lint

import (
	"bytes"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A FixedFile is a file with the edits of fixes applied.
type FixedFile struct {
	Name     string
	Old, New []byte
	// ShownOld and ShownNew are the same as they may be printed.
	ShownOld, ShownNew []byte
	// Fixed are the titles of the fixes, in order.
	Fixed []string
}

// Fixes applies the first safe fix of every finding that counts, or with unsafe
// the first fix of any kind, and returns the files that change, in order of
// their names. Edits are of byte ranges: comments, line endings and formatting
// around them stay. Where two fixes touch the same text, the later one is left
// for the next round. A file that a program makes is not touched: what it is made
// from has to change.
func Fixes(r *repo.Repo, findings []*Finding, unsafe bool) []FixedFile {
	files := map[string]*fixing{}
	for _, f := range findings {
		if f.Suppressed != "" {
			continue
		}
		i := slices.IndexFunc(f.Fixes, func(x Fix) bool { return x.Safe || unsafe })
		if i < 0 {
			continue
		}
		applyFix(r, files, f.Fixes[i])
	}
	var out []FixedFile
	for name, f := range files {
		if fixed := f.apply(f.old); len(f.edits) > 0 && !bytes.Equal(fixed, f.old) {
			blanked, _ := r.Blanked(name)
			out = append(out, FixedFile{name, f.old, fixed, repo.Printable(blanked), repo.Printable(f.apply(blanked)), f.titles})
		}
	}
	slices.SortFunc(out, func(a, b FixedFile) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return out
}

// A fixing is one file on the way.
type fixing struct {
	old    []byte
	edits  []byteEdit
	titles []string
}

type byteEdit struct {
	start, end int
	text       string
}

// applyFix adds all edits of a fix, or none.
func applyFix(r *repo.Repo, files map[string]*fixing, fix Fix) {
	type placed struct {
		file string
		edit byteEdit
	}
	var all []placed
	for _, e := range fix.Edits {
		start, end, ok := r.Offsets(e.Span)
		old, read := r.Bytes(e.File)
		if !ok || !read || e.Approximate || IsGenerated(old) {
			return
		}
		if files[e.File] == nil {
			files[e.File] = &fixing{old: old}
		}
		edit := byteEdit{start, end, e.New}
		if bytes.Contains(old, []byte("\r\n")) {
			edit.text = strings.ReplaceAll(edit.text, "\n", "\r\n")
		}
		if slices.ContainsFunc(files[e.File].edits, edit.overlaps) {
			return
		}
		all = append(all, placed{e.File, edit})
	}
	for i, p := range all {
		f := files[p.file]
		f.edits = append(f.edits, p.edit)
		if i == 0 {
			f.titles = append(f.titles, fix.Title)
		}
	}
}

// generatedMark is what generated files say of themselves at their top, in the
// words that Go tools agreed on (go.dev/s/generatedcode).
var generatedMark = pattern.New(`^[^\n]*Code generated .* DO NOT EDIT\.`)

// IsGenerated tells whether the first lines of a file say that a program makes it.
func IsGenerated(text []byte) bool {
	for range 3 {
		if generatedMark.Match(text) {
			return true
		}
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return false
}

// overlaps tells whether two edits cannot both be made; two insertions at one
// place count as such, because their order would be chance.
func (e byteEdit) overlaps(o byteEdit) bool {
	if e.start == e.end && o.start == o.end {
		return e.start == o.start
	}
	return e.start < o.end && o.start < e.end
}

// apply makes the edits in a text of the length of the old one.
func (f *fixing) apply(text []byte) []byte {
	slices.SortFunc(f.edits, func(a, b byteEdit) int { return a.start - b.start })
	var b bytes.Buffer
	at := 0
	for _, e := range f.edits {
		b.Write(text[at:e.start])
		b.WriteString(e.text)
		at = e.end
	}
	b.Write(text[at:])
	return b.Bytes()
}
