package report

import (
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A matcher is one of .github/problem-matcher.json: the runner of GitHub Actions
// makes an annotation of every line that it matches.
type matcher struct {
	Owner    string `json:"owner"`
	Severity string `json:"severity"`
	Pattern  []struct {
		Regexp   string `json:"regexp"`
		File     int    `json:"file"`
		Line     int    `json:"line"`
		Column   int    `json:"column"`
		Severity int    `json:"severity"`
		Message  int    `json:"message"`
		Code     int    `json:"code"`
	} `json:"pattern"`
}

// TestProblemMatcher makes sure that the runner reads from every line of the
// concise format what the finding says, and that one matcher feels responsible.
func TestProblemMatcher(t *testing.T) {
	text, err := os.ReadFile("../../.github/problem-matcher.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Matchers []matcher `json:"problemMatcher"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, s := range samples() {
		lines := strings.Split(strings.TrimSuffix(string(write(t, byName("concise"), s.report)), "\n"), "\n")
		for i, f := range s.report.shown() {
			if f.Suppressed != "" && !f.SuppressedAnew {
				continue // its line says so, and is no annotation
			}
			at, matched := f.Primary(), 0
			for _, m := range file.Matchers {
				p := m.Pattern[0]
				got := regexp.MustCompile(p.Regexp).FindStringSubmatch(lines[i])
				if got == nil {
					continue
				}
				matched++
				read++
				severity := m.Severity
				if p.Severity > 0 {
					severity = got[p.Severity]
				}
				number := func(n int) string {
					if n == 0 || at.Line == 0 {
						return ""
					}
					return strconv.Itoa(n)
				}
				want := []string{fileName(at.File), number(at.Line), number(at.Column), annotationLevel(annotationSeverity(f)), visible(f.Message), f.Rule.ID}
				have := []string{got[p.File], got[p.Line], got[p.Column], severity, got[p.Message], got[p.Code]}
				for k := range want {
					if want[k] != have[k] {
						t.Errorf("%s: %q is read as %q, not %q", s.name, lines[i], have[k], want[k])
					}
				}
			}
			if matched != 1 {
				t.Errorf("%s: %d matchers for %q", s.name, matched, lines[i])
			}
		}
	}
	if read < 10 {
		t.Errorf("only %d lines were read", read)
	}
}
