package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	project     = "https://github.com/quorumwright/quorumwright"
	// sourceRoot is the base that GitHub and editors take for the repository.
	sourceRoot = "%SRCROOT%"
	// sarifMost is how many results GitHub shows of a run.
	sarifMost = 5000
)

// writeSARIF shows findings to code scanning and editors. What such readers
// ignore is said twice: related places are in relatedLocations and linked from
// the message, as GitHub and VS Code show them only there.
func writeSARIF(w io.Writer, r *Report) error {
	rules := r.rules()
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name:           "quorumwright",
			Version:        utf8Text(r.Version),
			InformationURI: project,
			Rules:          []sarifRule{},
		}},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	for _, rule := range rules {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, newSARIFRule(rule))
	}
	invocation := sarifInvocation{ExecutionSuccessful: true}
	shown := r.numbered()
	if over := len(shown) - sarifMost; over > 0 {
		shown = bySeverity(shown)[:sarifMost]
		invocation.Notifications = []sarifNotification{{"warning", sarifText{
			Text: fmt.Sprintf("%s more, the least severe ones, are left out, as code scanning shows %d at most", count(over, "finding"), sarifMost),
		}}}
	}
	run.Invocations = []sarifInvocation{invocation}
	results := each(shown, func(f numbered) sarifResult { return newSARIFResult(f, ruleIndex(rules, f.Rule.ID)) })
	return encodeJSONList(w, sarifLog{sarifSchema, "2.1.0", []sarifRun{run}}, `"results": `, 3, results)
}

func sarifLevel(s lint.Severity) string {
	if s == lint.Info {
		return "note"
	}
	return s.String()
}

func newSARIFRule(r *lint.Rule) sarifRule {
	severity := r.Severity.String()
	if r.Severity == lint.Info {
		severity = "recommendation"
	}
	return sarifRule{
		ID:               r.ID,
		ShortDescription: sarifText{Text: or(r.Doc.Title, r.ID)},
		FullDescription:  sarifText{Text: or(firstParagraph(r.Doc.Why), or(r.Doc.Title, r.ID))},
		Help:             sarifText{Text: ruleHelp(r), Markdown: ruleHelpMarkdown(r)},
		HelpURI:          project + "/blob/main/docs/rules/" + RulePage(r),
		Configuration:    sarifConfiguration{sarifLevel(r.Severity)},
		Properties:       sarifRuleBag{[]string{r.Family()}, "very-high", severity},
	}
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func newSARIFResult(f numbered, index int) sarifResult {
	out := sarifResult{
		RuleID:       f.Rule.ID,
		RuleIndex:    index,
		Level:        sarifLevel(f.Severity),
		Locations:    []sarifLocation{newSARIFLocation(f.Primary(), 0)},
		Fingerprints: sarifFingerprints{f.fingerprint},
	}
	for i, at := range related(f.Finding) {
		out.Related = append(out.Related, newSARIFLocation(at, i+1))
	}
	out.Message = sarifText{Text: sarifMessage(f.Finding)}
	for _, x := range f.Fixes {
		if len(x.Edits) > 0 {
			out.Fixes = append(out.Fixes, newSARIFFix(x))
		}
	}
	if f.Suppressed != "" {
		out.Suppressions = []sarifSuppression{{Kind: "inSource", Justification: visible(f.Suppressed)}}
		if f.SuppressedAnew {
			out.Suppressions[0].Status = "underReview" // then the result is not taken as suppressed
		}
	}
	if len(f.Environments) > 0 {
		out.Properties = &sarifResultBag{}
		for _, name := range f.Environments {
			out.Properties.Environments = append(out.Properties.Environments, visible(name))
		}
	}
	return out
}

// sarifMessage is the message, a line for each related place that links to it,
// and the help. Viewers strip the white space at the start of lines.
func sarifMessage(f *lint.Finding) string {
	lines := []string{notLink(visible(f.Message))}
	if names := environments(f); names != "" {
		lines = append(lines, "In: "+notLink(visible(names)))
	}
	if label := f.Primary().Label; label != "" {
		lines = append(lines, "Here: "+notLink(visible(label)))
	}
	for i, at := range related(f) {
		where := fmt.Sprintf("[%s](%d)", linkText.Replace(position(at.File, at.Line, at.Column)), i+1)
		if at.Label != "" {
			where += ": " + notLink(visible(at.Label))
		}
		lines = append(lines, where)
	}
	if f.Help != "" {
		lines = append(lines, "Help: "+notLink(visible(f.Help)))
	}
	return strings.Join(lines, "\n")
}

// linkText escapes the text of a link within a message (SARIF 3.11.6).
var linkText = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`)

// notLink keeps a text of the repository from being a link.
func notLink(s string) string { return strings.ReplaceAll(s, "](", `\](`) }

func newSARIFLocation(at lint.Place, id int) sarifLocation {
	out := sarifLocation{ID: id, Physical: sarifPhysical{Artifact: newSARIFArtifact(at.File)}}
	if at.Line > 0 {
		region := newSARIFRegion(at.Span)
		out.Physical.Region = &region
	}
	if name := logicalName(at); name != "" {
		out.Logical = []sarifLogicalLocation{{name}}
	}
	if at.Label != "" {
		out.Message = &sarifText{Text: notLink(visible(at.Label))}
	}
	return out
}

// logicalName names a place without its line: object and path.
func logicalName(at lint.Place) string {
	if at.Object == "" || at.Path == "" {
		return visible(at.Object + at.Path)
	}
	return visible(at.Object + "#" + at.Path)
}

func newSARIFArtifact(file string) sarifArtifact { return sarifArtifact{fileURI(file), sourceRoot} }

// newSARIFRegion returns the region of a span. Of an approximate one only the
// line is told; a span without an end is one character.
func newSARIFRegion(s repo.Span) sarifRegion {
	switch {
	case s.Approximate || s.Column == 0:
		return sarifRegion{StartLine: s.Line}
	case s.EndLine > s.Line && s.EndColumn > 0, s.EndLine == s.Line && s.EndColumn >= s.Column:
		return sarifRegion{s.Line, s.Column, s.EndLine, s.EndColumn}
	}
	return sarifRegion{s.Line, s.Column, s.Line, s.Column + 1}
}

func newSARIFFix(x lint.Fix) sarifFix {
	out := sarifFix{Description: sarifText{Text: notLink(visible(x.Title))}}
	for _, e := range x.Edits {
		artifact := newSARIFArtifact(e.File)
		i := slices.IndexFunc(out.Changes, func(c sarifChange) bool { return c.Artifact == artifact })
		if i < 0 {
			i = len(out.Changes)
			out.Changes = append(out.Changes, sarifChange{Artifact: artifact})
		}
		out.Changes[i].Replacements = append(out.Changes[i].Replacements, sarifReplacement{
			Deleted:  newSARIFRegion(e.Span),
			Inserted: sarifText{Text: utf8Text(e.New)},
		})
	}
	return out
}

// fileURI returns a relative path as a URI reference: every byte but letters,
// digits and -._~ is percent-encoded, so that no name is read as a scheme, a
// host or a query, and any name can be read back.
func fileURI(file string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(file); i++ {
		switch c := file[i]; {
		case c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9', strings.IndexByte("-._~", c) >= 0, c == '/' && i > 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}
