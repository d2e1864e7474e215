// Package pattern holds regular expressions that are compiled when they are
// first used. A program that starts for every commit does not pay for those
// that it does not need.
package pattern

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// A Pattern is a regular expression. Its methods are those of regexp.Regexp.
type Pattern struct {
	compiled func() *regexp.Regexp
	may      func(string) bool // nil: in any text
	sure     func(string) bool // nil: in no text
}

// New returns the pattern of an expression. A mistake in the expression panics
// at the first use, as regexp.MustCompile does.
func New(expr string) Pattern {
	return Pattern{compiled: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })}
}

// Where returns the pattern with a quick test that every text passes in which it
// occurs. The others are not looked at, and where no text passes the expression
// is never compiled.
func (p Pattern) Where(may func(string) bool) Pattern {
	p.may = may
	return p
}

// Surely returns the pattern with a quick test that only texts pass in which it
// occurs, for MatchString.
func (p Pattern) Surely(is func(string) bool) Pattern {
	p.sure = is
	return p
}

func (p Pattern) never(s string) bool { return p.may != nil && !p.may(s) }

// Has is for Where: the text holds one of some words.
func Has(words ...string) func(string) bool {
	return func(s string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
	}
}

// HasFold is Has for words in lower case and patterns that are the same in upper
// case: some letters beyond ASCII fold to those within.
func HasFold(words ...string) func(string) bool {
	has := Has(words...)
	return func(s string) bool {
		return has(strings.ToLower(s)) || strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
	}
}

// Begins is for Where: the text begins with one of some words.
func Begins(words ...string) func(string) bool {
	return func(s string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(s, w) })
	}
}

// Either is for Where: one of two tests passes.
func Either(a, b func(string) bool) func(string) bool {
	return func(s string) bool { return a(s) || b(s) }
}

// MatchString tells whether the pattern occurs in s.
func (p Pattern) MatchString(s string) bool {
	if p.sure != nil && p.sure(s) {
		return true
	}
	return !p.never(s) && p.compiled().MatchString(s)
}

// Match tells whether the pattern occurs in b.
func (p Pattern) Match(b []byte) bool { return p.compiled().Match(b) }

// FindString returns the first occurrence, or "".
func (p Pattern) FindString(s string) string {
	if p.never(s) {
		return ""
	}
	return p.compiled().FindString(s)
}

// FindStringIndex returns the range of the first occurrence, or nil.
func (p Pattern) FindStringIndex(s string) []int {
	if p.never(s) {
		return nil
	}
	return p.compiled().FindStringIndex(s)
}

// FindStringSubmatch returns the first occurrence and its groups, or nil.
func (p Pattern) FindStringSubmatch(s string) []string {
	if p.never(s) {
		return nil
	}
	return p.compiled().FindStringSubmatch(s)
}

// FindStringSubmatchIndex returns the ranges of the first occurrence and its
// groups, or nil.
func (p Pattern) FindStringSubmatchIndex(s string) []int {
	if p.never(s) {
		return nil
	}
	return p.compiled().FindStringSubmatchIndex(s)
}

// FindSubmatch returns the first occurrence and its groups, or nil.
func (p Pattern) FindSubmatch(b []byte) [][]byte { return p.compiled().FindSubmatch(b) }

// FindAllString returns up to n occurrences.
func (p Pattern) FindAllString(s string, n int) []string {
	if p.never(s) {
		return nil
	}
	return p.compiled().FindAllString(s, n)
}

// FindAllStringSubmatch returns up to n occurrences and their groups.
func (p Pattern) FindAllStringSubmatch(s string, n int) [][]string {
	if p.never(s) {
		return nil
	}
	return p.compiled().FindAllStringSubmatch(s, n)
}

// FindAllStringSubmatchIndex returns the ranges of up to n occurrences and
// their groups.
func (p Pattern) FindAllStringSubmatchIndex(s string, n int) [][]int {
	if p.never(s) {
		return nil
	}
	return p.compiled().FindAllStringSubmatchIndex(s, n)
}

// ReplaceAllString replaces every occurrence.
func (p Pattern) ReplaceAllString(s, repl string) string {
	if p.never(s) {
		return s
	}
	return p.compiled().ReplaceAllString(s, repl)
}

// ReplaceAllStringFunc replaces every occurrence by what repl makes of it.
func (p Pattern) ReplaceAllStringFunc(s string, repl func(string) string) string {
	if p.never(s) {
		return s
	}
	return p.compiled().ReplaceAllStringFunc(s, repl)
}
