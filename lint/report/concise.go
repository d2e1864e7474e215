package report

import (
	"bytes"
	"fmt"
	"io"

	"github.com/quorumwright/quorumwright/lint"
)

// writeConcise shows one line for each finding, in the form that editors and
// problem matchers know. A clean report is empty.
func writeConcise(w io.Writer, r *Report) error {
	var b bytes.Buffer
	for _, f := range r.shown() {
		b.WriteString(conciseLine(f.Finding))
		b.WriteByte('\n')
	}
	_, err := w.Write(b.Bytes())
	return err
}

func conciseLine(f *lint.Finding) string {
	at := f.Primary()
	line := fmt.Sprintf("%s: %s: %s [%s]", position(at.File, at.Line, at.Column), f.Severity, visible(f.Message), f.Rule.ID)
	if f.Suppressed != "" {
		line += " (suppressed: " + visible(f.Suppressed) + ")"
	}
	return line
}
