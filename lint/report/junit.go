package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

type junitSuites struct {
	XMLName  xml.Name   `xml:"testsuites"`
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Suite    junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Skipped  int        `xml:"skipped,attr"`
	Cases    junitCases `xml:"testcase"`
}

// junitCases are encoded one by one, as all of them may be large.
type junitCases struct {
	rules []*lint.Rule
	shown []*lint.Finding
}

// MarshalXML encodes a test case for each rule.
func (c junitCases) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	for _, rule := range c.rules {
		if err := e.EncodeElement(junitCaseOf(rule, c.shown), start); err != nil {
			return err
		}
	}
	return nil
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitFailure `xml:"failure"`
	Out     *junitOut     `xml:"system-out"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",cdata"`
}

type junitOut struct {
	Text string `xml:",cdata"`
}

// writeJUnit shows a test case for each rule that looked. Errors and warnings
// of a rule are one failure of its test case, which is as many as the readers
// of JUnit XML take; infos and suppressed findings are its output.
func writeJUnit(w io.Writer, r *Report) error {
	cases := junitCases{r.rules(), r.shown()}
	suite := junitSuite{Name: "quorumwright lint", Tests: len(cases.rules), Cases: cases}
	for _, rule := range cases.rules {
		if slices.ContainsFunc(cases.shown, func(f *lint.Finding) bool { return f.Rule.ID == rule.ID && isFailure(f) }) {
			suite.Failures++
		}
	}
	out := lineWriter(w)
	out.WriteString(xml.Header)
	e := xml.NewEncoder(out)
	e.Indent("", "  ")
	if err := e.Encode(junitSuites{Name: suite.Name, Tests: suite.Tests, Failures: suite.Failures, Suite: suite}); err != nil {
		return err
	}
	out.WriteByte('\n')
	return out.Flush()
}

// isFailure tells the findings that make the test case of their rule fail.
func isFailure(f *lint.Finding) bool { return f.Suppressed == "" && f.Severity > lint.Info }

func junitCaseOf(rule *lint.Rule, shown []*lint.Finding) junitCase {
	c := junitCase{Class: rule.Family(), Name: rule.ID}
	var failures, others strings.Builder
	var first *lint.Finding
	n, worst := 0, lint.Info
	for _, f := range shown {
		switch {
		case f.Rule.ID != rule.ID:
		case !isFailure(f):
			others.WriteString("\n" + junitText(f))
		default:
			failures.WriteString("\n" + junitText(f))
			if first == nil {
				first = f
			}
			n++
			worst = max(worst, f.Severity)
		}
	}
	if others.Len() > 0 {
		c.Out = &junitOut{others.String() + "\n"}
	}
	if first != nil {
		message := visible(first.Message)
		if n > 1 {
			message = fmt.Sprintf("%s (and %d more)", message, n-1)
		}
		c.Failure = &junitFailure{message, worst.String(), failures.String() + "\n"}
	}
	return c
}

// junitText shows a finding in a few lines of plain text.
func junitText(f *lint.Finding) string {
	lines := []string{conciseLine(f)}
	for _, at := range related(f) {
		lines = append(lines, "  "+told(at))
	}
	if f.Help != "" {
		lines = append(lines, "  help: "+visible(f.Help))
	}
	return strings.Join(lines, "\n")
}
