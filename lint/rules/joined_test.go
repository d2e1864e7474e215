package rules

import (
	"strings"
	"testing"
)

// TestJoined shows how many words one sentence tells.
func TestJoined(t *testing.T) {
	words := strings.Split(strings.Repeat("a", maxJoined+5), "")
	all := strings.Repeat("a, ", maxJoined-1) + "a"
	for n, want := range map[int]string{
		0: "", 1: "a", 2: "a and a", 3: "a, a and a",
		maxJoined: strings.Repeat("a, ", maxJoined-2) + "a and a", maxJoined + 1: all + " and 1 more", maxJoined + 5: all + " and 5 more",
	} {
		if got := joined(words[:n]); got != want {
			t.Errorf("%d words: %s", n, got)
		}
		if got := quoted(words[:n]); strings.Count(got, `"a"`) != min(n, maxJoined) || strings.Contains(got, "more") != strings.Contains(want, "more") {
			t.Errorf("%d words in quotes: %s", n, got)
		}
	}
}
