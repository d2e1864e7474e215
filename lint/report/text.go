package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

// writeText shows findings to people: the message, an excerpt with the primary
// place and every other one, the help, and a summary at the end. A clean report
// is empty.
func writeText(w io.Writer, r *Report) error {
	p := &printer{out: lineWriter(w), width: r.Width, color: r.Color, source: r.Source}
	if p.width <= 0 {
		p.width = 100
	}
	shown := r.shown()
	for _, f := range shown {
		p.finding(f)
		p.line("")
	}
	if len(shown) > 0 {
		p.line(p.paint(bold, summary(r)))
	}
	return p.out.Flush()
}

// summary returns "2 errors, 1 warning in 2 files".
func summary(r *Report) string {
	t := r.tally()
	var parts []string
	for _, n := range []struct {
		n    int
		what string
	}{{t.errors, "error"}, {t.warnings, "warning"}, {t.infos, "info"}} {
		if n.n > 0 {
			parts = append(parts, count(n.n, n.what))
		}
	}
	s := strings.Join(parts, ", ")
	if s == "" {
		s = "no findings"
	} else {
		s += " in " + count(primaryFiles(r), "file")
	}
	if t.suppressed > 0 {
		s += fmt.Sprintf("; %d suppressed", t.suppressed)
		if t.anew > 0 {
			s += fmt.Sprintf(", %d of them by this change", t.anew)
		}
	}
	if t.fixable > 0 {
		s += fmt.Sprintf("; %d can be fixed with --fix", t.fixable)
	}
	return s
}

// primaryFiles counts the files that a person would edit.
func primaryFiles(r *Report) int {
	files := make(map[string]bool)
	for _, f := range r.Findings {
		if f.Suppressed == "" {
			files[f.Primary().File] = true
		}
	}
	return len(files)
}

// A printer writes the lines of the text format. Every line goes through
// line, and every text of a repository through visible before.
type printer struct {
	out    *bufio.Writer
	width  int
	color  bool
	source Source
	// gutter is the width of the line numbers of the finding at hand.
	gutter int
	// cells are those of the rows of the excerpt at hand, in memory that is used
	// again for each.
	cells []cell
}

func (p *printer) line(s string) {
	p.out.WriteString(noCommand(strings.TrimRight(s, " ")))
	p.out.WriteByte('\n')
}

// blanks returns that many blanks.
func blanks(n int) string {
	const many = "                                                                                "
	if n <= len(many) {
		return many[:n]
	}
	return strings.Repeat(" ", n)
}

// A style is the parameter of ANSI's "select graphic rendition".
type style string

const (
	bold       style = "1"
	boldRed    style = "1;31"
	boldYellow style = "1;33"
	boldBlue   style = "1;34"
	boldCyan   style = "1;36"
)

// paint returns text in a style, without blanks at its end.
func (p *printer) paint(s style, text string) string {
	text = strings.TrimRight(text, " ")
	if !p.color || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

func severityStyle(s lint.Severity) style {
	switch s {
	case lint.Error:
		return boldRed
	case lint.Warning:
		return boldYellow
	}
	return boldCyan
}

func (p *printer) finding(f *lint.Finding) {
	mark := ""
	if f.Suppressed != "" {
		mark = " (" + suppression(f) + ")"
	}
	p.line(p.paint(severityStyle(f.Severity), fmt.Sprintf("%s[%s]", f.Severity, f.Rule.ID)) +
		p.paint(bold, mark+": "+visible(f.Message)))

	excerpts := excerptsOf(f)
	p.gutter = 1
	for _, e := range excerpts {
		p.gutter = max(p.gutter, len(strconv.Itoa(e.lastLine())))
	}
	for i, e := range excerpts {
		if i > 0 {
			p.rule("")
		}
		p.excerpt(e, f.Severity)
	}
	p.notes(f)
}

// notes prints what is not tied to a line.
func (p *printer) notes(f *lint.Finding) {
	var notes []note
	if names := environments(f); names != "" {
		notes = append(notes, note{"in", names})
	}
	if f.Suppressed != "" {
		notes = append(notes, note{suppression(f), f.Suppressed})
	}
	if f.Help != "" {
		notes = append(notes, note{"help", f.Help})
	}
	for _, x := range f.Fixes {
		if x.Safe {
			notes = append(notes, note{"fix", x.Title + " (applied by --fix)"})
			break
		}
	}
	if len(notes) == 0 {
		return
	}
	p.rule("")
	for _, n := range notes {
		p.note(n)
	}
}

// A note is a line behind the excerpts: "= help: …".
type note struct{ name, text string }

func (p *printer) note(n note) {
	head := "= " + n.name + ": "
	indent := p.gutter + 1 + len(head)
	lines := []string{visible(n.text)}
	if n.name == "help" {
		// Help may show what to write: its lines are kept.
		lines = strings.Split(strings.TrimRight(n.text, "\n"), "\n")
		for i, l := range lines {
			lines[i] = visible(l)
		}
	}
	if room := max(p.width-indent, 40); len(lines) == 1 && textWidth(lines[0]) > room {
		lines = wrap(lines[0], room)
	}
	p.line(blanks(p.gutter+1) + p.paint(boldBlue, "=") + " " + p.paint(bold, n.name+":") + " " + lines[0])
	for _, l := range lines[1:] {
		p.line(blanks(indent) + l)
	}
}
