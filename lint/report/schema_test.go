package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/quorumwright/quorumwright/lint"
)

// reportSchema is the published schema, and no key besides.
func reportSchema(t testing.TB) jsonSchema { return compileSchema(t, Schema(), true) }

func TestSchemas(t *testing.T) {
	for _, s := range samples() {
		if wrong := reportSchema(t).check(write(t, byName("json"), s.report)); wrong != nil {
			t.Errorf("%s json: %s", s.name, wrong)
		}
		if wrong := sarifSchemaOf(t).check(write(t, byName("sarif"), s.report)); wrong != nil {
			t.Errorf("%s sarif: %s", s.name, wrong)
		}
	}
}

// TestSchemasRefuse makes sure that the check of the schemas can fail.
func TestSchemasRefuse(t *testing.T) {
	for _, c := range []struct{ format, from, to string }{
		{"json", `"version": "1"`, `"version": "2"`},
		{"json", `"version": "1",`, ``},
		{"json", `"severity": "error"`, `"severity": "fatal"`},
		{"json", `"line": 95`, `"line": "95"`},
		{"json", `"line": 95`, `"line": -1`},
		{"json", `"line": 95`, `"line": 9.5`},
		{"json", `"approximate": false`, `"approximate": 0`},
		{"json", `"fixable": ""`, `"fixable": "perhaps"`},
		{"json", `"role": "primary"`, `"role": "primary", "note": ""`},
		{"json", `"rule": "`, `"rule": "x y`},
		{"json", `"suppressed": 0`, `"suppressed": null`},
		{"sarif", `"version": "2.1.0"`, `"version": "2.0.0"`},
		{"sarif", `"startLine": 95`, `"startLine": 0`},
		{"sarif", `"level": "error"`, `"level": "fatal"`},
		{"sarif", `"ruleIndex": 0`, `"ruleIndex": -2`},
		{"sarif", `"executionSuccessful"`, `"success"`},
		{"sarif", `"uriBaseId"`, `"uriBase"`},
		{"sarif", `"columnKind": "unicodeCodePoints"`, `"columnKind": "bytes"`},
		{"sarif", `"id": "auth`, `"ident": "auth`},
		{"sarif", `"driver"`, `"pilot"`},
	} {
		check := reportSchema(t).check
		if c.format == "sarif" {
			check = sarifSchemaOf(t).check
		}
		text := write(t, byName(c.format), mismatch())
		changed := bytes.Replace(text, []byte(c.from), []byte(c.to), 1)
		if bytes.Equal(text, changed) {
			t.Errorf("no %s in %s", c.from, c.format)
		}
		if check(changed) == nil {
			t.Errorf("%s: %s in place of %s is valid", c.format, c.to, c.from)
		}
	}
}

// TestSARIFLinks makes sure that indexes and links within a log lead
// somewhere.
func TestSARIFLinks(t *testing.T) {
	for _, s := range samples() {
		for _, r := range readSARIF(t, write(t, byName("sarif"), s.report)).Runs {
			for _, x := range r.Results {
				if id := r.Tool.Driver.Rules[x.RuleIndex].ID; id != x.RuleID {
					t.Errorf("%s: ruleIndex names %s, not %s", s.name, id, x.RuleID)
				}
				for i, at := range x.Related {
					if at.ID != i+1 || !strings.Contains(x.Message.Text, fmt.Sprintf("](%d)", at.ID)) {
						t.Errorf("%s: no link to related place %d in %q", s.name, i+1, x.Message.Text)
					}
				}
			}
		}
	}
}

// TestSARIFLimit makes sure that what is left out of a very long report is the
// least severe, and that the log says so.
func TestSARIFLimit(t *testing.T) {
	r := &Report{}
	for i := range sarifMost + 10 {
		f := *mismatch().Findings[0]
		f.Rule, f.Severity = redundant, lint.Info
		if i >= sarifMost {
			f.Rule, f.Severity = passwordMismatch, lint.Error
		}
		r.Findings = append(r.Findings, &f)
	}
	run := readSARIF(t, write(t, byName("sarif"), r)).Runs[0]
	if n := len(run.Results); n != sarifMost {
		t.Errorf("%d results", n)
	}
	for _, x := range run.Results[:10] {
		if x.Level != "error" {
			t.Errorf("an error is left out for %s", x.Level)
		}
	}
	if len(run.Invocations[0].Notifications) != 1 || !strings.HasPrefix(run.Invocations[0].Notifications[0].Message.Text, "10 findings") {
		t.Errorf("notifications: %v", run.Invocations[0].Notifications)
	}
}
