package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

// writeGitHub shows findings as workflow commands, which GitHub Actions turns
// into annotations. GitHub keeps ten of each severity for a step, so errors
// come first. Suppressed findings are no annotations, but those that the change
// which is judged suppresses are notices: they are for who reviews it.
//
// A command is a line ::name key=value,…::data; the runner reads %25 %0D %0A
// (and in values %3A %2C) as the characters they stand for: actions/toolkit,
// command.ts.
func writeGitHub(w io.Writer, r *Report) error {
	out := lineWriter(w)
	for severity := lint.Error; severity >= lint.Info; severity-- {
		for _, f := range r.Findings {
			if annotationSeverity(f) == severity && (f.Suppressed == "" || f.SuppressedAnew) {
				out.WriteString(workflowCommand(f))
				out.WriteByte('\n')
			}
		}
	}
	return out.Flush()
}

// annotationSeverity is how severe a finding is for its annotation.
func annotationSeverity(f *lint.Finding) lint.Severity {
	if f.Suppressed != "" {
		return lint.Info
	}
	return f.Severity
}

func workflowCommand(f *lint.Finding) string {
	at := f.Primary()
	properties := []string{"file=" + escapeProperty(visible(at.File))}
	number := func(key string, n int) {
		if n > 0 {
			properties = append(properties, fmt.Sprintf("%s=%d", key, n))
		}
	}
	number("line", at.Line)
	if !at.Approximate {
		// GitHub refuses columns for more than one line.
		switch {
		case at.EndLine == at.Line && at.EndColumn > at.Column:
			number("endLine", at.EndLine)
			number("col", at.Column)
			number("endColumn", at.EndColumn)
		case at.EndLine > at.Line:
			number("endLine", lastLine(at.Span))
		default:
			number("col", at.Column)
		}
	}
	properties = append(properties, "title="+escapeProperty(f.Rule.ID))
	return fmt.Sprintf("::%s %s::%s", annotationLevel(annotationSeverity(f)), strings.Join(properties, ","), escapeData(annotation(f)))
}

func annotationLevel(s lint.Severity) string {
	if s == lint.Info {
		return "notice"
	}
	return s.String()
}

// annotation is the text of an annotation: GitHub shows no related places, so
// they are told in words.
func annotation(f *lint.Finding) string {
	lines := []string{visible(f.Message)}
	if names := environments(f); names != "" {
		lines = append(lines, "in: "+visible(names))
	}
	if label := f.Primary().Label; label != "" {
		lines = append(lines, "here: "+visible(label))
	}
	for _, at := range related(f) {
		lines = append(lines, told(at))
	}
	if f.Suppressed != "" {
		lines = append(lines, suppression(f)+": "+visible(f.Suppressed))
	}
	if f.Help != "" {
		lines = append(lines, "help: "+visible(f.Help))
	}
	return strings.Join(lines, "\n")
}

// told says in a line what is at a place.
func told(at lint.Place) string {
	where := position(at.File, at.Line, at.Column)
	if at.Label == "" {
		return "see " + where
	}
	return where + ": " + visible(at.Label)
}

var (
	dataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func escapeData(s string) string     { return dataEscapes.Replace(s) }
func escapeProperty(s string) string { return propertyEscapes.Replace(s) }
