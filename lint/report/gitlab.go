package report

import (
	"io"
	"slices"

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
	shown := slices.DeleteFunc(r.numbered(), func(f numbered) bool { return f.Suppressed != "" })
	return encodeJSONList(w, []codeQuality{}, "", 0, each(shown, newCodeQuality))
}

func newCodeQuality(f numbered) codeQuality {
	at := f.Primary()
	return codeQuality{
		Description: codeQualityText(f.Finding),
		CheckName:   f.Rule.ID,
		Fingerprint: f.fingerprint,
		Severity:    codeQualitySeverity(f.Severity),
		Location:    codeQualityLocation{utf8Text(at.File), codeQualityLines{max(at.Line, 1)}},
	}
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
