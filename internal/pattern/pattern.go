// Package pattern holds regular expressions that are compiled when they are
// first used. A program that starts for every commit does not pay for those
// that it does not need.
package pattern

import (
	"regexp"
	"sync"
)

// A Pattern is a regular expression. Its methods are those of regexp.Regexp.
type Pattern struct{ compiled func() *regexp.Regexp }

// New returns the pattern of an expression. A mistake in the expression panics
// at the first use, as regexp.MustCompile does.
func New(expr string) Pattern {
	return Pattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })}
}

// MatchString tells whether the pattern occurs in s.
func (p Pattern) MatchString(s string) bool { return p.compiled().MatchString(s) }

// Match tells whether the pattern occurs in b.
func (p Pattern) Match(b []byte) bool { return p.compiled().Match(b) }

// FindString returns the first occurrence, or "".
func (p Pattern) FindString(s string) string { return p.compiled().FindString(s) }

// FindStringIndex returns the range of the first occurrence, or nil.
func (p Pattern) FindStringIndex(s string) []int { return p.compiled().FindStringIndex(s) }

// FindStringSubmatch returns the first occurrence and its groups, or nil.
func (p Pattern) FindStringSubmatch(s string) []string { return p.compiled().FindStringSubmatch(s) }

// FindStringSubmatchIndex returns the ranges of the first occurrence and its
// groups, or nil.
func (p Pattern) FindStringSubmatchIndex(s string) []int {
	return p.compiled().FindStringSubmatchIndex(s)
}

// FindSubmatch returns the first occurrence and its groups, or nil.
func (p Pattern) FindSubmatch(b []byte) [][]byte { return p.compiled().FindSubmatch(b) }

// FindAllString returns up to n occurrences.
func (p Pattern) FindAllString(s string, n int) []string { return p.compiled().FindAllString(s, n) }

// FindAllStringSubmatch returns up to n occurrences and their groups.
func (p Pattern) FindAllStringSubmatch(s string, n int) [][]string {
	return p.compiled().FindAllStringSubmatch(s, n)
}

// FindAllStringSubmatchIndex returns the ranges of up to n occurrences and
// their groups.
func (p Pattern) FindAllStringSubmatchIndex(s string, n int) [][]int {
	return p.compiled().FindAllStringSubmatchIndex(s, n)
}

// ReplaceAllString replaces every occurrence.
func (p Pattern) ReplaceAllString(s, repl string) string {
	return p.compiled().ReplaceAllString(s, repl)
}

// ReplaceAllStringFunc replaces every occurrence by what repl makes of it.
func (p Pattern) ReplaceAllStringFunc(s string, repl func(string) string) string {
	return p.compiled().ReplaceAllStringFunc(s, repl)
}
