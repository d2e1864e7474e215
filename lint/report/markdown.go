package report

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/quorumwright/quorumwright/lint"
)

// RuleMarkdown returns the page of a rule as GitHub Markdown, for
// docs/rules/[RulePage]. bad and good are as for [WriteRule].
func RuleMarkdown(r *lint.Rule, bad, good string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n%s\n\nSeverity: %s\n", r.ID, markdownText(r.Doc.Title), strictness(r))
	markdownSection(&b, "##", "Why", r.Doc.Why)
	markdownSection(&b, "##", "What to write instead", r.Doc.Fix)
	markdownExample(&b, "Wrong", bad)
	markdownExample(&b, "Right", good)
	markdownRefs(&b, "##", r.Doc.Refs)
	return b.Bytes()
}

// ruleHelpMarkdown is the page of a rule as code scanning shows it: without
// title, which is shown above it, and without examples.
func ruleHelpMarkdown(r *lint.Rule) string {
	var b bytes.Buffer
	b.WriteString(markdownText(or(r.Doc.Title, r.ID)) + "\n")
	markdownSection(&b, "###", "Why", r.Doc.Why)
	markdownSection(&b, "###", "What to write instead", r.Doc.Fix)
	markdownRefs(&b, "###", r.Doc.Refs)
	return b.String()
}

func markdownSection(b *bytes.Buffer, level, title, text string) {
	if text == "" {
		return
	}
	fmt.Fprintf(b, "\n%s %s\n", level, title)
	for _, p := range paragraphs(text) {
		b.WriteByte('\n')
		if p.verbatim {
			fenced(b, "", strings.Join(p.lines, "\n")+"\n")
			continue
		}
		// One line a paragraph: GitHub breaks help texts at every line end.
		b.WriteString(markdownText(strings.Join(p.lines, " ")) + "\n")
	}
}

func markdownExample(b *bytes.Buffer, title, text string) {
	files := exampleFiles(text)
	if len(files) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n", title)
	for _, f := range files {
		b.WriteByte('\n')
		if f.name != "" {
			fmt.Fprintf(b, "`%s`\n\n", f.name)
		}
		fenced(b, language(f.name), f.text)
	}
}

// language returns the name of the language of a file for a code block.
func language(name string) string {
	switch {
	case strings.HasSuffix(name, ".conf"):
		return "conf"
	case strings.HasSuffix(name, ".cue"):
		return "cue"
	case strings.HasSuffix(name, ".json"):
		return "json"
	}
	return "yaml"
}

// fenced writes a code block whose fence is not in the text.
func fenced(b *bytes.Buffer, language, text string) {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	fmt.Fprintf(b, "%s%s\n%s%s\n", fence, language, text, fence)
}

func markdownRefs(b *bytes.Buffer, level string, refs []string) {
	if len(refs) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s See\n\n", level)
	for _, ref := range refs {
		if strings.HasPrefix(ref, "https://") || strings.HasPrefix(ref, "http://") {
			fmt.Fprintf(b, "- <%s>\n", ref)
		} else {
			fmt.Fprintf(b, "- %s\n", markdownText(ref))
		}
	}
}

// markdownText returns plain text as Markdown that shows just that text.
// Between backquotes it is left alone: rule texts quote code so.
func markdownText(s string) string {
	var b strings.Builder
	code := false
	for i, r := range s {
		switch {
		case r == '`':
			code = !code
		case code:
		case strings.ContainsRune(`\*<[|`, r), r == '_' && !withinWord(s, i):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// withinWord tells whether the character at s[i] stands between letters or
// digits.
func withinWord(s string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[i+1:])
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return word(before) && word(after)
}
