package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

// RulePage returns the path of the page of a rule, below the folder of all
// pages: auth/password-mismatch.md.
func RulePage(r *lint.Rule) string { return r.ID + ".md" }

// strictness says which severity a rule has.
func strictness(r *lint.Rule) string {
	if r.Strict > r.Severity {
		return fmt.Sprintf("%s, in the strict profile %s", r.Severity, r.Strict)
	}
	return r.Severity.String()
}

// pageWidth is how many columns the page of a rule takes.
const pageWidth = 80

// WriteRule writes the page of a rule for a terminal. bad and good are the
// texts of its examples, "" if there is none; a line "-- name --" starts
// another file, as in txtar archives.
func WriteRule(w io.Writer, r *lint.Rule, bad, good string) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s (%s)\n%s\n", r.ID, strictness(r), r.Doc.Title)
	for _, section := range []struct{ title, text string }{{"Why", r.Doc.Why}, {"What to write instead", r.Doc.Fix}} {
		if section.text == "" {
			continue
		}
		fmt.Fprintf(&b, "\n%s:\n", section.title)
		for i, p := range paragraphs(section.text) {
			if i > 0 {
				b.WriteByte('\n')
			}
			indent, lines := "      ", p.lines
			if !p.verbatim {
				indent, lines = "  ", wrap(strings.Join(p.lines, " "), pageWidth-2)
			}
			for _, l := range lines {
				b.WriteString(indent + l + "\n")
			}
		}
	}
	writeExample(&b, "Wrong", bad)
	writeExample(&b, "Right", good)
	if len(r.Doc.Refs) > 0 {
		b.WriteString("\nSee:\n")
		for _, ref := range r.Doc.Refs {
			b.WriteString("  " + ref + "\n")
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func writeExample(b *bytes.Buffer, title, text string) {
	files := exampleFiles(text)
	if len(files) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n", title)
	for i, f := range files {
		if i > 0 {
			b.WriteByte('\n')
		}
		if f.name != "" {
			b.WriteString("  # " + f.name + "\n")
		}
		for l := range strings.Lines(f.text) {
			b.WriteString(strings.TrimRight("  "+l, " \n") + "\n")
		}
	}
}

// An exampleFile is one file of an example; the name is "" if there is only a
// text.
type exampleFile struct{ name, text string }

// exampleFiles reads the files of an example.
func exampleFiles(text string) []exampleFile {
	var files []exampleFile
	var name string
	var b strings.Builder
	flush := func() {
		if t := strings.Trim(b.String(), "\n"); t != "" {
			files = append(files, exampleFile{name, t + "\n"})
		}
		b.Reset()
	}
	for l := range strings.Lines(text) {
		marker := strings.TrimRight(l, " \r\n")
		if strings.HasPrefix(marker, "-- ") && strings.HasSuffix(marker, " --") && len(marker) > len("-- --") {
			flush()
			name = strings.TrimSpace(marker[3 : len(marker)-3])
			continue
		}
		b.WriteString(strings.TrimRight(l, "\r\n") + "\n")
	}
	flush()
	return files
}

// A paragraph of a text; verbatim ones, which are indented in the text, keep
// their lines and lose that indentation.
type paragraph struct {
	lines    []string
	verbatim bool
}

// paragraphs splits a text at blank lines.
func paragraphs(text string) []paragraph {
	var all []paragraph
	open := false
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, " \t\r\n")
		if l == "" {
			open = false
			continue
		}
		verbatim := l[0] == ' ' || l[0] == '\t'
		if !open || all[len(all)-1].verbatim != verbatim {
			all = append(all, paragraph{verbatim: verbatim})
			open = true
		}
		p := &all[len(all)-1]
		p.lines = append(p.lines, l)
	}
	for _, p := range all {
		dedent(p.lines)
	}
	return all
}

// dedent takes the white space off lines that all of them start with.
func dedent(lines []string) {
	space := func(l string) string { return l[:len(l)-len(strings.TrimLeft(l, " \t"))] }
	common := space(lines[0])
	for _, l := range lines[1:] {
		for !strings.HasPrefix(l, common) {
			common = common[:len(common)-1]
		}
	}
	for i, l := range lines {
		lines[i] = l[len(common):]
	}
}

func firstParagraph(text string) string {
	for _, p := range paragraphs(text) {
		return strings.TrimSpace(strings.Join(p.lines, " "))
	}
	return ""
}

// ruleHelp is the text of a rule without its examples, a line a paragraph.
func ruleHelp(r *lint.Rule) string {
	var lines []string
	for _, text := range []string{r.Doc.Title, r.Doc.Why, r.Doc.Fix} {
		for _, p := range paragraphs(text) {
			if p.verbatim {
				lines = append(lines, "    "+strings.Join(p.lines, "\n    "))
			} else {
				lines = append(lines, strings.Join(p.lines, " "))
			}
		}
	}
	return or(strings.Join(append(lines, r.Doc.Refs...), "\n\n"), r.ID)
}
