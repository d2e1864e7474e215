package lint_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quorumwright/quorumwright/lint"
)

// compareRunes compares the first letters; "?" is not known, and a text of two
// letters is the same as either.
func compareRunes(a, b string) lint.Match {
	if a[0] == '?' || b[0] == '?' {
		return lint.Unknown
	}
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return lint.Same
			}
		}
	}
	return lint.Differs
}

func TestOdd(t *testing.T) {
	for _, tt := range []struct {
		name    string
		parties []string
		usual   []string
		odd     [][]string
	}{
		{name: "nobody"},
		{name: "one", parties: []string{"a"}, usual: []string{"a"}},
		{name: "all agree", parties: []string{"a", "a", "a"}, usual: []string{"a", "a", "a"}},
		{name: "the first is odd", parties: []string{"b", "a", "a"}, usual: []string{"a", "a"}, odd: [][]string{{"b"}}},
		{name: "the last is odd", parties: []string{"a", "a", "b"}, usual: []string{"a", "a"}, odd: [][]string{{"b"}}},
		{name: "on a tie the first has the say", parties: []string{"a", "b"}, usual: []string{"a"}, odd: [][]string{{"b"}}},
		{name: "two sides of two", parties: []string{"a", "a", "b", "b"}, usual: []string{"a", "a"}, odd: [][]string{{"b", "b"}}},
		{name: "three opinions", parties: []string{"a", "b", "a", "c"}, usual: []string{"a", "a"}, odd: [][]string{{"b"}, {"c"}}},
		{name: "the unknown take no side", parties: []string{"?", "?", "?", "a", "b"}, usual: []string{"a"}, odd: [][]string{{"b"}}},
		{name: "nothing is known", parties: []string{"?", "a", "a"}, usual: []string{"a", "a"}},
		{name: "one joins two sides", parties: []string{"a", "b", "ab", "c"}, usual: []string{"a", "ab", "b"}, odd: [][]string{{"c"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			usual, odd := lint.Odd(tt.parties, compareRunes)
			if d := cmp.Diff(tt.usual, usual); d != "" {
				t.Errorf("usual (-want +got):\n%s", d)
			}
			if d := cmp.Diff(tt.odd, odd); d != "" {
				t.Errorf("odd (-want +got):\n%s", d)
			}
		})
	}
}
