package report

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// columnsOf returns the text that takes the columns from (inclusive) to to
// (exclusive) of a shown line.
func columnsOf(line string, from, to int) string {
	var b strings.Builder
	at := 0
	for _, r := range line {
		if w := runeWidth(r); at >= from && at < to || w == 0 && at == to && b.Len() > 0 {
			b.WriteRune(r)
		}
		at += runeWidth(r)
	}
	return b.String()
}

// TestCarets makes sure, for lines of every kind of character and windows of
// every width, that what stands above the carets is the text of the span.
func TestCarets(t *testing.T) {
	kinds := []string{"a", "b", " ", "é", "漢", "🚀", "\t", "\x1b", "\u202e", "#", "[", "\xff"}
	random := rand.New(rand.NewPCG(1, 2))
	whole := 0
	for range 20000 {
		var chars []string
		for range 1 + random.IntN(120) {
			chars = append(chars, kinds[random.IntN(len(kinds))])
		}
		chars = append(chars, "z") // not blank, so that no end is trimmed
		from := random.IntN(len(chars))
		to := from + 1 + random.IntN(min(8, len(chars)-from))
		text := strings.Join(chars, "")
		row, _ := newRow(nil, text, from, to)
		start, end := row.columns()
		room := 20 + random.IntN(100)
		win := row.window(start, end, room)
		if got := textWidth(win.text); got > room {
			t.Fatalf("%d columns in room for %d: %q", got, room, win.text)
		}
		left, right := win.at(start), win.until(end)
		if left < 0 || right > room || right <= left {
			t.Fatalf("carets from %d to %d in %q", left, right, win.text)
		}
		if end-start > room-2*len(cut) {
			continue // no room for all of it
		}
		whole++
		var want strings.Builder
		for _, c := range row.cells[from:to] {
			want.WriteString(c.text)
		}
		if got := columnsOf(win.text, left, right); got != want.String() {
			t.Fatalf("%q in room for %d: the carets are under %q of %q, want %q", text, room, got, win.text, want.String())
		}
	}
	if whole < 10000 {
		t.Errorf("only %d spans are shown whole", whole)
	}
}

// TestMask makes sure that carets follow a mask that is longer or shorter than
// the secret.
func TestMask(t *testing.T) {
	for _, secret := range []string{"x", "swordfish and more"} {
		tr := tree{map[string]string{"a": `a: "` + secret + `" # x`}, []string{secret}}
		for _, c := range []struct{ part, want string }{{secret, mask}, {"# x", "# x"}, {"a:", "a:"}} {
			line := tr.Snippet(tr.span("a", 1, c.part), 1)[0]
			row, _ := newRow(nil, line.Text, line.Start, line.End)
			start, end := row.columns()
			if got := columnsOf(line.Text, start, end); got != c.want {
				t.Errorf("the carets of %q are under %q, want %q", c.part, got, c.want)
			}
		}
	}
}
