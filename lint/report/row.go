package report

import (
	"slices"
	"sort"
	"strings"
)

// A row is a line of a file as it is shown: a cell for every character.
type row struct {
	cells []cell
	// from and to are the cells of the place that is shown, to exclusive.
	from, to int
}

// A cell shows one character of a line.
type cell struct {
	text string
	// start is the column of the terminal, counted from 0; width is how many
	// columns the cell takes.
	start, width int
	blank        bool
}

// tab is how a tab is shown in a line. Its width does not depend on where it
// stands, so that nothing moves when a line is cut.
const tab = "    "

// newRow returns a line with a place in it, whose characters are counted from 0.
// Its cells are in memory, behind those of other rows; they are the last result.
func newRow(memory []cell, text string, from, to int) (row, []cell) {
	text = strings.TrimRight(text, "\r\n")
	memory = slices.Grow(memory, len(text))
	first, start := len(memory), 0
	for i := 0; i < len(text); {
		if c := text[i]; c >= ' ' && c < 0x7f && c != '#' { // most are, and lines may be long
			memory = append(memory, cell{text[i : i+1], start, 1, c == ' '})
			start++
			i++
			continue
		}
		shown, size := character(text, i)
		if text[i] == '\t' {
			shown = tab
		}
		c := cell{shown, start, textWidth(shown), text[i] == ' ' || text[i] == '\t'}
		memory = append(memory, c)
		start += c.width
		i += size
	}
	r := row{cells: memory[first:len(memory):len(memory)]}
	r.from = min(max(from, 0), len(r.cells))
	r.to = min(max(to, r.from), len(r.cells))
	return r, memory
}

// column returns the column of the terminal at which the i-th cell starts.
func (r row) column(i int) int {
	switch {
	case len(r.cells) == 0 || i <= 0:
		return 0
	case i < len(r.cells):
		return r.cells[i].start
	}
	last := r.cells[len(r.cells)-1]
	return last.start + last.width
}

// indent returns the column of the first character that is not blank.
func (r row) indent() int {
	for _, c := range r.cells {
		if !c.blank {
			return c.start
		}
	}
	return 0
}

// columns returns the columns of the terminal that the place takes, without
// blanks behind the text of the line; end is exclusive and behind start.
func (r row) columns() (start, end int) {
	start, end = r.column(r.from), r.column(r.to)
	return start, max(min(end, r.trimmedWidth()), start+1)
}

// trimmedWidth is the width without blanks at the end.
func (r row) trimmedWidth() int {
	n := len(r.cells)
	for n > 0 && r.cells[n-1].blank {
		n--
	}
	return r.column(n)
}

// A window is the part of a row that there is room for.
type window struct {
	text string
	// left and right are the columns of the row that are shown, and lead is
	// where the first of them is.
	left, right, lead int
	// more says that something is left out on the right.
	more bool
}

// at returns where the character in a column of the row is shown; one that is
// left out is where the ellipsis is.
func (w window) at(column int) int {
	switch {
	case column < w.left:
		return 0
	case column >= w.right && w.more:
		return w.lead + w.right - w.left
	}
	return w.lead + column - w.left
}

// until returns where a range that ends at a column of the row, exclusive, is
// shown to end.
func (w window) until(column int) int {
	switch {
	case column <= w.left:
		return w.lead
	case column > w.right && w.more:
		return w.lead + w.right - w.left + len(cut)
	}
	return w.lead + column - w.left
}

// cut stands for what a window leaves out.
const cut = "..."

// window returns as much of the row as fits into room columns and shows the
// columns start to end, or at least start.
func (r row) window(start, end, room int) window {
	width := r.trimmedWidth()
	if width <= room {
		return r.part(0, width, "", "")
	}
	inner := room - 2*len(cut)
	// Keep something of what leads to the place, and all of the place if it
	// fits.
	left := 0
	if end > room-len(cut) {
		left = min(max(0, start-inner/4), max(0, end-inner*3/4))
		left = max(left, end-inner)
		left = min(left, start)
	}
	if left == 0 {
		return r.part(0, room-len(cut), "", cut)
	}
	if width-left <= room-len(cut) {
		return r.part(width-(room-len(cut)), width, cut, "")
	}
	return r.part(left, left+inner, cut, cut)
}

// part returns the cells that lie wholly within the columns left to right.
func (r row) part(left, right int, before, after string) window {
	var b strings.Builder
	b.Grow(len(before) + 2*max(right-left, 0) + len(after))
	b.WriteString(before)
	w := window{left: -1, lead: len(before), more: after != ""}
	first := sort.Search(len(r.cells), func(i int) bool { return r.cells[i].start >= left })
	for _, c := range r.cells[first:] {
		if c.start+c.width > right {
			break
		}
		if w.left < 0 {
			w.left = c.start
		}
		w.right = c.start + c.width
		b.WriteString(c.text)
	}
	w.left = max(w.left, 0)
	b.WriteString(after)
	w.text = b.String()
	return w
}
