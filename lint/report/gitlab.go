package report

import (
	"io"

	"github.com/quorumwright/quorumwright/lint"
)

// A codeQuality is an entry of GitLab's Code Quality report, the part of the
// Code Climate format that GitLab reads.
type codeQuality struct {
	Description string              `json:"description"`
	CheckName   string              `json:"check_name"`
	Fingerprint string              `json:"fingerprint"`
	Severity    string              `json:"severity"`
	Location    codeQualityLocation `json:"location"`
}

type codeQualityLocation struct {
	Path  string           `json:"path"`
	Lines codeQualityLines `json:"lines"`
}

type codeQualityLines struct {
	Begin int `json:"begin"`
}

// writeGitLab shows findings for the merge request widget of GitLab. It knows
// one place and one text for each; suppressed findings are left out.
func writeGitLab(w io.Writer, r *Report) error {
	out := []codeQuality{}
	for _, f := range r.shown() {
		if f.Suppressed != "" {
			continue
		}
		at := f.Primary()
		out = append(out, codeQuality{
			Description: codeQualityText(f.Finding),
			CheckName:   f.Rule.ID,
			Fingerprint: f.fingerprint,
			Severity:    codeQualitySeverity(f.Severity),
			Location:    codeQualityLocation{utf8Text(at.File), codeQualityLines{max(at.Line, 1)}},
		})
	}
	return encodeJSON(w, out)
}

// codeQualityText is the message, and in brackets the first place that
// disagrees.
func codeQualityText(f *lint.Finding) string {
	text := visible(f.Message)
	if others := related(f); len(others) > 0 {
		text += " (" + told(others[0]) + ")"
	}
	return text
}

func codeQualitySeverity(s lint.Severity) string {
	switch s {
	case lint.Error:
		return "major"
	case lint.Warning:
		return "minor"
	}
	return "info"
}
