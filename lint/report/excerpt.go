package report

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// near is how many lines two places of a file may be apart to share an
// excerpt.
const near = 8

// An excerpt is a part of one file with the places in it.
type excerpt struct {
	file string
	// at is where the excerpt says that it is: its primary place, else the
	// first one of the finding.
	at repo.Span
	// places are sorted by line, and within a line by number.
	places []marked
}

// A marked place is a place that knows its number in the finding; 0 is the
// primary one.
type marked struct {
	lint.Place
	n int
	// row is its line; shown is false if that is not known.
	row   row
	shown bool
}

// lines yields the places line by line, the primary one of each first.
func (e excerpt) lines() iter.Seq[[]marked] {
	return func(yield func([]marked) bool) {
		for i := 0; i < len(e.places); {
			n := i + 1
			for n < len(e.places) && e.places[n].Line == e.places[i].Line {
				n++
			}
			if !yield(e.places[i:n]) {
				return
			}
			i = n
		}
	}
}

func (e excerpt) lastLine() int { return e.places[len(e.places)-1].Line }

// excerptsOf groups the places of a finding by file, in the order in which the
// files appear, and splits those of a file where they are far apart. The
// excerpt of the primary place comes first.
func excerptsOf(f *lint.Finding) []excerpt {
	var files []string
	places := make(map[string][]marked)
	type told struct {
		span  repo.Span
		label string
	}
	known := make(map[told]bool)
	for n, at := range f.Places {
		if t := (told{at.Span, at.Label}); known[t] {
			continue
		} else if len(f.Places) > 1 {
			known[t] = true
		}
		if places[at.File] == nil {
			files = append(files, at.File)
		}
		places[at.File] = append(places[at.File], marked{Place: at, n: n})
	}
	var all []excerpt
	for _, file := range files {
		all = append(all, split(file, places[file])...)
	}
	first := slices.IndexFunc(all, excerpt.hasPrimary)
	if first > 0 {
		e := all[first]
		all = slices.Insert(slices.Delete(all, first, first+1), 0, e)
	}
	return all
}

func (e excerpt) hasPrimary() bool {
	return slices.ContainsFunc(e.places, func(m marked) bool { return m.n == 0 })
}

// split makes excerpts of the places of one file.
func split(file string, places []marked) []excerpt {
	slices.SortFunc(places, func(a, b marked) int { return cmp.Or(a.Line-b.Line, a.n-b.n) })
	var all []excerpt
	for i, m := range places {
		if i == 0 || m.Line-places[i-1].Line > near {
			all = append(all, excerpt{file: file})
		}
		e := &all[len(all)-1]
		e.places = append(e.places, m)
	}
	for i := range all {
		e := &all[i]
		e.at = slices.MinFunc(e.places, func(a, b marked) int { return a.n - b.n }).Span
	}
	return all
}

// excerpt prints the places of one file: a header that editors follow, the
// lines, and under each line its places. The header of every excerpt is the
// same arrow: the ::: that rustc has for further files would be taken for the
// start of a workflow command.
func (p *printer) excerpt(e excerpt, severity lint.Severity) {
	p.line(blanks(p.gutter) + p.paint(boldBlue, "-->") + " " + position(e.file, e.at.Line, e.at.Column))
	p.cells = p.cells[:0]
	for places := range e.lines() {
		for i := range places {
			m := &places[i]
			m.row, m.shown = p.row(m.Span, places[0].Column)
		}
	}
	if !slices.ContainsFunc(e.places, func(m marked) bool { return m.shown || m.Label != "" }) {
		return
	}
	p.rule("")
	above := 0
	for places := range e.lines() {
		if line := places[0].Line; above > 0 {
			p.between(e.file, above, line)
		}
		p.annotated(places, severity)
		above = places[0].Line
	}
}

// between prints what lies between two lines of an excerpt: a single line as
// it is, more as an ellipsis.
func (p *printer) between(file string, above, below int) {
	if below-above == 1 {
		return
	}
	if below-above == 2 {
		if row, ok := p.row(repo.Span{File: file, Line: above + 1, Column: 1, EndLine: above + 1, EndColumn: 1}, 1); ok {
			p.sourceLine(above+1, row.window(0, 0, p.room()).text)
			return
		}
	}
	p.line(p.paint(boldBlue, "..."))
}

// annotated prints a line and, below it, its places.
func (p *printer) annotated(places []marked, severity lint.Severity) {
	if !places[0].shown {
		for _, m := range places {
			if m.Label != "" {
				p.rule(visible(m.Label))
			}
		}
		return
	}
	start, end := places[0].row.columns()
	win := places[0].row.window(start, end, p.room())
	p.sourceLine(places[0].Line, win.text)
	for _, m := range places {
		p.place(win, m, severity)
	}
}

// place prints the underline of a place with its label.
func (p *printer) place(win window, m marked, severity lint.Severity) {
	label := visible(m.Label)
	mark, color := "-", boldBlue
	if m.n == 0 {
		mark, color = "^", severityStyle(severity)
	}
	if m.Approximate {
		text := "near here"
		if label != "" {
			text += ": " + label
		}
		p.label(win.at(m.row.indent()), "", text, color)
		return
	}
	start, end := m.row.columns()
	if last := lastLine(m.Span); last > m.Line {
		label = strings.TrimSpace(label + fmt.Sprintf(" (to line %d)", last))
	}
	from, to := win.at(start), win.until(end)
	p.label(from, strings.Repeat(mark, max(1, to-from)), label, color)
}

// lastLine returns the last line that a span has a character in.
func lastLine(s repo.Span) int {
	if s.EndLine > s.Line && s.EndColumn <= 1 {
		return s.EndLine - 1
	}
	return max(s.Line, s.EndLine)
}

// label prints an underline that starts at a column, and its label behind it,
// or below it if there is no room.
func (p *printer) label(start int, underline, label string, color style) {
	pad := blanks(start)
	text := strings.TrimLeft(underline+" "+label, " ")
	if underline == "" || label == "" || start+textWidth(text) <= p.room() {
		if underline == "" {
			for _, l := range wrap(label, max(p.room()-start, 40)) {
				p.rule(pad + p.paint(color, l))
			}
			return
		}
		p.rule(pad + p.paint(color, strings.TrimRight(text, " ")))
		return
	}
	p.rule(pad + p.paint(color, underline))
	// A label needs some room to be read; far to the right it moves left.
	start = min(start, max(0, p.room()-max(40, p.room()/2)))
	for _, l := range wrap(label, max(p.room()-start, 40)) {
		p.rule(blanks(start) + p.paint(color, l))
	}
}

// room is how many columns there are right of the gutter.
func (p *printer) room() int { return max(p.width-p.gutter-3, 20) }

// rule prints a line without a number.
func (p *printer) rule(text string) {
	p.line(blanks(p.gutter+1) + p.paint(boldBlue, "|") + " " + text)
}

// sourceLine prints a line of a file.
func (p *printer) sourceLine(n int, text string) {
	p.line(p.paint(boldBlue, fmt.Sprintf("%*d |", p.gutter, n)) + " " + text)
}

// row returns the first line of a span with what the span has of it; of a long
// line what is around a column.
func (p *printer) row(s repo.Span, column int) (row, bool) {
	if p.source == nil || s.Line < 1 {
		return row{}, false
	}
	switch {
	case s.EndLine > s.Line:
		s.EndLine, s.EndColumn = s.Line+1, 1
	case s.EndColumn < s.Column:
		s.EndLine, s.EndColumn = s.Line, s.Column
	}
	lines := p.source.Snippet(s, column)
	if len(lines) == 0 {
		return row{}, false
	}
	var r row
	r, p.cells = newRow(p.cells, lines[0].Text, lines[0].Start, lines[0].End)
	return r, true
}
