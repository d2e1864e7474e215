package report

import (
	"fmt"
	"io"

	"github.com/quorumwright/quorumwright/lint"
)

// writeConcise shows one line for each finding, in the form that editors and
// problem matchers know. A clean report is empty.
func writeConcise(w io.Writer, r *Report) error {
	out := lineWriter(w)
	for _, f := range r.shown() {
		out.WriteString(conciseLine(f))
		out.WriteByte('\n')
	}
	return out.Flush()
}

func conciseLine(f *lint.Finding) string {
	at := f.Primary()
	line := fmt.Sprintf("%s: %s: %s [%s]", position(at.File, at.Line, at.Column), f.Severity, visible(f.Message), f.Rule.ID)
	if f.Suppressed != "" {
		line += " (" + suppression(f) + ": " + visible(f.Suppressed) + ")"
	}
	return line
}
