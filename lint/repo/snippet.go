package repo

import (
	"fmt"
	"hash/maphash"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/quorumwright/quorumwright/internal/secret"
)

// A Line is one line of source text, or what is asked for of a long one, fit to be printed: secrets are masked and
// whatever a terminal could take for a command is escaped. Tabs are kept.
type Line struct {
	Number int
	Text   string
	// Start and End are the characters of Text that belong to the span that
	// was asked for, End exclusive; equal where the span has no text on this
	// line or is empty there.
	Start, End int
}

// mask stands for any secret. Its width tells nothing of the secret's.
const mask = "********"

// AddSecret makes a secret known. From then on it is masked wherever it stands
// in any file, also as base64.
func (r *Repo) AddSecret(s secret.Value) {
	if s.IsEmpty() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := maphash.String(identities, s.Reveal())
	if i, ok := r.known[sum]; ok && r.secrets[i].Equal(s) {
		return
	}
	if r.known == nil {
		r.known = map[uint64]int{}
	}
	r.known[sum] = len(r.secrets)
	r.secrets = append(r.secrets, s)
	r.masks = nil
}

// around is how many bytes of a long line are shown to either side of a column.
const around = 1 << 10

// Snippet returns the lines of a span; of one that is long only what is around a
// column, which is the same for all spans that are to be shown in one line. It is
// the only way to source text that may be printed.
func (r *Repo) Snippet(s Span, column int) []Line {
	f := r.file(s.File)
	if f == nil || s.Line < 1 || s.Line > len(f.lines) {
		return nil
	}
	last := max(s.EndLine, s.Line)
	if s.EndColumn == 1 && last > s.Line {
		last-- // the span ends at the start of a line: nothing of it is there
	}
	masked := r.maskRanges(f)
	var lines []Line
	for n := s.Line; n <= min(last, len(f.lines)); n++ {
		at := f.lineRange(n)
		mark := at
		if n == s.Line {
			mark.start = f.column(n, s.Column)
		} else {
			mark.start += leadingBlanks(f.data[at.start:at.end])
		}
		if n == s.EndLine {
			mark.end = f.column(n, s.EndColumn)
		}
		at = f.nearby(at, f.column(n, column))
		mark.start = min(max(mark.start, at.start), at.end)
		mark.end = min(max(mark.end, mark.start), at.end)
		l := Line{Number: n}
		l.Text, l.Start, l.End = printable(f.data, at, masked, mark)
		lines = append(lines, l)
	}
	return lines
}

// nearby returns what is around an offset of a line.
func (f *file) nearby(line textRange, offset int) textRange {
	near := textRange{max(line.start, offset-around), min(line.end, offset+around)}
	for near.start > line.start && !utf8.RuneStart(f.data[near.start]) {
		near.start--
	}
	for near.end < line.end && !utf8.RuneStart(f.data[near.end]) {
		near.end++
	}
	return near
}

func leadingBlanks(line []byte) int {
	for i, c := range line {
		if c != ' ' && c != '\t' {
			return i
		}
	}
	return len(line)
}

// column returns the offset of a character of a line as editors count.
func (f *file) column(line, column int) int {
	at := f.lineRange(line)
	off, ahead := at.start, column-1
	if marks := f.marks[line-1]; marks != nil && ahead > 0 && len(f.lines) == len(f.breaks) {
		i := min(ahead/markEvery, len(marks)-1)
		off, ahead = min(marks[i], at.end), ahead-i*markEvery
	}
	for range ahead {
		if off >= at.end {
			break
		}
		_, w := utf8.DecodeRune(f.data[off:at.end])
		off += w
	}
	return off
}

// printable returns a line with its secrets masked and its control characters
// escaped, and where a range of it went, in characters.
func printable(data []byte, line textRange, masked []textRange, mark textRange) (text string, start, end int) {
	var b strings.Builder
	b.Grow(line.end - line.start)
	width := 0
	start, end = -1, -1
	note := func(at, next int) {
		if start < 0 && mark.start >= at && mark.start < next {
			start = width
		}
		if end < 0 && mark.end > at && mark.end <= next {
			end = -2 // set behind what is written now
		}
	}
	put := func(s string) {
		b.WriteString(s)
		width += utf8.RuneCountInString(s)
		if end == -2 {
			end = width
		}
	}
	for at := line.start; at < line.end; {
		if m, ok := maskedAt(masked, at); ok {
			next := min(m.end, line.end)
			note(at, next)
			put(mask)
			at = next
			continue
		}
		if next := plainUntil(data, at, line.end, masked, mark); next > at {
			note(at, next)
			put(string(data[at:next]))
			at = next
			continue
		}
		r, w := utf8.DecodeRune(data[at:line.end])
		note(at, at+w)
		put(escapeRune(r, data[at:at+w]))
		at += w
	}
	if mark.start < 0 {
		return b.String(), 0, 0
	}
	if start < 0 {
		start = width
	}
	if end < start {
		end = start
	}
	return b.String(), start, end
}

// plainUntil returns where the printable ASCII that starts at an offset, outside
// of what is masked, ends, or where in it a mark starts or ends.
func plainUntil(data []byte, at, end int, masked []textRange, mark textRange) int {
	hidden := end
	if i := sort.Search(len(masked), func(i int) bool { return masked[i].end > at }); i < len(masked) {
		hidden = masked[i].start
	}
	for _, stop := range [...]int{mark.start, mark.end, hidden} {
		if stop > at {
			end = min(end, stop)
		}
	}
	for at < end && data[at] >= ' ' && data[at] < 0x7f {
		at++
	}
	return at
}

func maskedAt(masked []textRange, at int) (textRange, bool) {
	i := sort.Search(len(masked), func(i int) bool { return masked[i].end > at })
	if i < len(masked) && masked[i].start <= at {
		return masked[i], true
	}
	return textRange{}, false
}

// escapeRune returns a character as it may be printed: control characters,
// those that change the direction of text or are invisible, and bytes that are
// not UTF-8 as escapes. A tab stays.
func escapeRune(r rune, raw []byte) string {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		return fmt.Sprintf(`\x%02X`, raw[0])
	case r == '\t':
		return "\t"
	case r < 0x20 || r == 0x7F:
		return fmt.Sprintf(`\x%02X`, r)
	case r < 0xA0 && r >= 0x80, isFormatting(r):
		if r > 0xFFFF {
			return fmt.Sprintf(`\U%08X`, r)
		}
		return fmt.Sprintf(`\u%04X`, r)
	}
	return string(raw)
}

// isFormatting tells characters that are not seen or that move others.
func isFormatting(r rune) bool {
	switch {
	case r >= 0x200B && r <= 0x200F, // zero width, direction marks
		r >= 0x2028 && r <= 0x202E, // line and paragraph separator, bidi
		r >= 0x2060 && r <= 0x206F, // invisible operators, bidi isolates
		r == 0x061C, r == 0x180E, r == 0xFEFF, r == 0x00AD,
		r >= 0xFFF9 && r <= 0xFFFB,
		r >= 0xE0000 && r <= 0xE007F: // tags
		return true
	}
	return false
}

// Bytes returns the bytes of a file as it was read, for applying fixes. They
// hold secrets and must not be printed.
func (r *Repo) Bytes(name string) ([]byte, bool) {
	f := r.file(name)
	if f == nil {
		return nil, false
	}
	if f.bom > 0 {
		return append([]byte(byteOrderMark), f.data...), true
	}
	return f.data, true
}

// Offsets returns the range of bytes, within what Bytes returns, that a span
// names; false if the file does not have that place.
func (r *Repo) Offsets(s Span) (start, end int, ok bool) {
	f := r.file(s.File)
	if f == nil || s.Line < 1 || s.Line > len(f.lines) || s.EndLine < s.Line || s.EndLine > len(f.lines) {
		return 0, 0, false
	}
	start, end = f.column(s.Line, s.Column), f.column(s.EndLine, s.EndColumn)
	return start + f.bom, end + f.bom, end >= start
}
