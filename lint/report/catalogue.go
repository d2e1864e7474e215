package report

import (
	"bytes"
	"fmt"
	"io"

	"github.com/quorumwright/quorumwright/lint"
)

// RulesText writes the catalogue for a terminal, a line for each rule.
func RulesText(w io.Writer, rules []*lint.Rule) error {
	width := 0
	for _, r := range rules {
		width = max(width, len(r.ID))
	}
	var b bytes.Buffer
	for _, r := range rules {
		fmt.Fprintf(&b, "%-*s  %-7s  %s\n", width, r.ID, r.Severity, r.Doc.Title)
	}
	_, err := w.Write(b.Bytes())
	return err
}

type jsonRules struct {
	Version string     `json:"version"`
	Rules   []jsonRule `json:"rules"`
}

type jsonRule struct {
	ID       string `json:"id"`
	Family   string `json:"family"`
	Severity string `json:"severity"`
	// Strict is the severity in the strict profile.
	Strict string   `json:"strict"`
	Title  string   `json:"title"`
	Why    string   `json:"why"`
	Fix    string   `json:"fix"`
	Refs   []string `json:"refs"`
}

// RulesJSON writes the catalogue for programs.
func RulesJSON(w io.Writer, rules []*lint.Rule) error {
	out := jsonRules{Version: jsonVersion, Rules: []jsonRule{}}
	for _, r := range rules {
		out.Rules = append(out.Rules, jsonRule{
			ID:       r.ID,
			Family:   r.Family(),
			Severity: r.Severity.String(),
			Strict:   max(r.Severity, r.Strict).String(),
			Title:    r.Doc.Title,
			Why:      r.Doc.Why,
			Fix:      r.Doc.Fix,
			Refs:     append([]string{}, r.Doc.Refs...),
		})
	}
	return encodeJSON(w, out)
}

// RulesMarkdown writes the catalogue as the index of docs/rules: a table for
// each family, with links to the pages.
func RulesMarkdown(w io.Writer, rules []*lint.Rule) error {
	var b bytes.Buffer
	b.WriteString("# Rules\n")
	family := ""
	for _, r := range rules {
		if f := r.Family(); f != family {
			family = f
			fmt.Fprintf(&b, "\n## %s\n\n| rule | severity | finds |\n|---|---|---|\n", family)
		}
		fmt.Fprintf(&b, "| [%s](%s) | %s | %s |\n", r.ID, RulePage(r), strictness(r), markdownText(r.Doc.Title))
	}
	_, err := w.Write(b.Bytes())
	return err
}
