package lint

import (
	"fmt"
	"strings"
)

// A Severity says what a finding means for the person.
type Severity int

const (
	// Info is worth knowing; nothing has to be done.
	Info Severity = iota
	// Warning will hurt one day.
	Warning
	// Error breaks, or lets someone in.
	Error
)

var severityNames = [...]string{Info: "info", Warning: "warning", Error: "error"}

func (s Severity) String() string { return severityNames[s] }

// MarshalText writes the name of the severity.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// ParseSeverity reads error, warning or info.
func ParseSeverity(name string) (Severity, error) {
	for s, n := range severityNames {
		if n == name {
			return Severity(s), nil
		}
	}
	return 0, fmt.Errorf("unknown severity %q: use error, warning or info", name)
}

// A Rule is one thing that can be wrong. Rules are values; the list of them is
// one slice literal in package rules.
type Rule struct {
	// ID is family/name, permanent.
	ID string
	// Severity is the default one. Strict, if higher, is the one in the
	// strict profile.
	Severity, Strict Severity
	// Unread says that what is told was not judged by any rule, so that it is told
	// whatever rules are selected.
	Unread bool
	Doc    Doc
	// Check looks at one environment and reports what it finds.
	Check func(*Pass)
}

// Family returns the part of the id before the slash.
func (r *Rule) Family() string { f, _, _ := strings.Cut(r.ID, "/"); return f }

// A Doc is the page of a rule: explain prints it, docs/rules/ is made from it,
// and SARIF carries it as help.
type Doc struct {
	// Title is one line: lower case, no period, at most 72 characters.
	Title string
	// Why says what happens when the rule is broken, as observed, in one or
	// more paragraphs of plain text separated by blank lines.
	Why string
	// Fix says what to write instead.
	Fix string
	// Refs are addresses of the documentation that the rule rests on.
	Refs []string
}
