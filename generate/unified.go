package generate

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// contextLines is how many equal lines stand around a difference.
const contextLines = 3

// Unified shows a change as a unified diff, from what is in the folder to what
// the tree holds. Values in the folder's file that look like secrets are masked:
// somebody may have put one into a generated file. It is empty for what is no
// text file.
func (c Change) Unified() string {
	if c.Have == nil && c.Want == nil {
		return ""
	}
	if bytes.IndexByte(c.Have, 0) >= 0 {
		return "binary file " + c.Path + " differs\n"
	}
	have, want := splitLines(c.Have), splitLines(c.Want)
	shown := have
	if c.Shown != nil {
		shown = splitLines(c.Shown)
	}
	if len(shown) != len(have) {
		shown = slices.Repeat([]string{"******\n"}, len(have))
	}
	mask := maskLine
	if c.Masked {
		mask = func(line string) string { return line }
	}
	edits := editScript(have, want)
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", diffName("a/", c.Path, c.Have), diffName("b/", c.Path, c.Want))
	for start := 0; ; {
		hunk, next := nextHunk(edits, start)
		if len(hunk) == 0 {
			return b.String()
		}
		writeHunk(&b, hunk, shown, want, mask)
		start = next
	}
}

func diffName(prefix, name string, data []byte) string {
	if data == nil {
		return "/dev/null"
	}
	return prefix + name
}

// splitLines keeps a missing newline at the end of the last line visible.
func splitLines(data []byte) []string {
	if len(data) == 0 {
		return nil
	}
	lines := strings.SplitAfter(string(data), "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	}
	return lines
}

// AddedLines returns the lines of a text, counted from one, that an older one did
// not hold at their place. Where too much differs, all from the first difference to
// the last count as added.
func AddedLines(older, newer []byte) map[int]bool {
	added := map[int]bool{}
	for _, e := range editScript(splitLines(older), splitLines(newer)) {
		if e.op == '+' {
			added[e.want+1] = true
		}
	}
	return added
}

// An edit is one line of a diff: kept (both indexes count), deleted or inserted.
type edit struct {
	op         byte // ' ', '-' or '+'
	have, want int  // index of the line, or where it would be
}

// editScript returns the shortest way from one list of lines to the other, by
// the greedy algorithm of Myers. Where everything differs it gives up looking
// for more and replaces the rest as a whole.
func editScript(have, want []string) []edit {
	var head, tail []edit
	lo := 0
	for lo < len(have) && lo < len(want) && have[lo] == want[lo] {
		head = append(head, edit{' ', lo, lo})
		lo++
	}
	h, w := len(have), len(want)
	for h > lo && w > lo && have[h-1] == want[w-1] {
		h--
		w--
	}
	for i := 0; h+i < len(have); i++ {
		tail = append(tail, edit{' ', h + i, w + i})
	}
	middle := myers(have[lo:h], want[lo:w])
	for i := range middle {
		middle[i].have += lo
		middle[i].want += lo
	}
	return append(append(head, middle...), tail...)
}

// maxEdits bounds the time and memory of myers, which grow with its square.
const maxEdits = 2000

func myers(have, want []string) []edit {
	n, m := len(have), len(want)
	limit := min(n+m, maxEdits)
	// reach[k+limit] is how far down have a path on diagonal k gets.
	reach := make([]int, 2*limit+2)
	var trace [][]int
	for d := 0; d <= limit; d++ {
		trace = append(trace, append([]int(nil), reach...))
		for k := -d; k <= d; k += 2 {
			x := 0
			if k == -d || k != d && at(reach, k-1, limit) < at(reach, k+1, limit) {
				x = at(reach, k+1, limit)
			} else {
				x = at(reach, k-1, limit) + 1
			}
			for x < n && x-k < m && have[x] == want[x-k] {
				x++
			}
			reach[k+limit] = x
			if x >= n && x-k >= m {
				return walkBack(trace, n, m, limit)
			}
		}
	}
	var all []edit
	for i := range n {
		all = append(all, edit{'-', i, 0})
	}
	for i := range m {
		all = append(all, edit{'+', n, i})
	}
	return all
}

func at(reach []int, k, limit int) int {
	if i := k + limit; i >= 0 && i < len(reach) {
		return reach[i]
	}
	return 0
}

// walkBack follows the path that myers found from its end.
func walkBack(trace [][]int, x, y, limit int) []edit {
	var edits []edit
	for d := len(trace) - 1; d >= 0; d-- {
		reach, k := trace[d], x-y
		down := k == -d || k != d && at(reach, k-1, limit) < at(reach, k+1, limit)
		previous := k - 1
		if down {
			previous = k + 1
		}
		fromX := at(reach, previous, limit)
		fromY := fromX - previous
		for x > fromX && y > fromY && x > 0 && y > 0 {
			x, y = x-1, y-1
			edits = append(edits, edit{' ', x, y})
		}
		if d == 0 {
			break
		}
		if down {
			y--
			edits = append(edits, edit{'+', x, y})
		} else {
			x--
			edits = append(edits, edit{'-', x, y})
		}
	}
	for i, j := 0, len(edits)-1; i < j; i, j = i+1, j-1 {
		edits[i], edits[j] = edits[j], edits[i]
	}
	return edits
}

// nextHunk returns the differences from start on that are near each other, with
// the lines around them, and where to go on.
func nextHunk(edits []edit, start int) (hunk []edit, next int) {
	first := start
	for first < len(edits) && edits[first].op == ' ' {
		first++
	}
	if first == len(edits) {
		return nil, first
	}
	last := first
	for i := first; i < len(edits) && i <= last+2*contextLines; i++ {
		if edits[i].op != ' ' {
			last = i
		}
	}
	begin := max(start, first-contextLines)
	end := min(len(edits), last+1+contextLines)
	return edits[begin:end], end
}

func writeHunk(b *strings.Builder, hunk []edit, have, want []string, mask func(line string) string) {
	var deleted, inserted int
	for _, e := range hunk {
		if e.op != '+' {
			deleted++
		}
		if e.op != '-' {
			inserted++
		}
	}
	fmt.Fprintf(b, "@@ -%s +%s @@\n", hunkRange(hunk[0].have, deleted), hunkRange(hunk[0].want, inserted))
	for _, e := range hunk {
		line := ""
		switch e.op {
		case '+':
			line = want[e.want]
		case '-':
			line = mask(have[e.have])
		default:
			line = have[e.have]
		}
		b.WriteByte(e.op)
		b.WriteString(line)
		if !strings.HasSuffix(line, "\n") {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// hunkRange counts lines from one; an empty range names the line before it.
func hunkRange(start, count int) string {
	if count == 0 {
		return fmt.Sprintf("%d,0", start)
	}
	return fmt.Sprintf("%d,%d", start+1, count)
}

// secretWords are parts of the names of values that nobody should see.
var secretWords = []string{"pass", "masterauth", "secret", "token", "licen", "credential", "private", "apikey", "api_key"}

// reference is a line that says where a secret is, and holds none: the name of a
// Secret or of a key in one.
var reference = pattern.New(`^(secretName|decryptionSecret|key): [a-z][a-z.-]{0,40}$|^(auth|cloudToken|license|secretKeyRef): *\{(secretName|name): [a-z][a-z0-9.-]*(, key: [A-Za-z._-]{1,40})?\}$`)

// maskLine hides the value of a line that names a secret, and of the value line
// of an environment variable, which may be one.
func maskLine(line string) string {
	body := strings.TrimRight(line, "\r\n")
	word := strings.TrimLeft(body, " \t-")
	if reference.MatchString(word) {
		return line
	}
	lower := strings.ToLower(word)
	secret := strings.HasPrefix(lower, "value:")
	for _, part := range secretWords {
		secret = secret || strings.Contains(lower, part)
	}
	end := strings.IndexAny(word, ":= ")
	if !secret || end < 0 || end == len(word)-1 {
		return line
	}
	return body[:len(body)-len(word)+end+1] + " ******" + line[len(body):]
}
