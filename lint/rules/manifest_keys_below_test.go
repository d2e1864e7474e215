package rules

import (
	"regexp"
	"slices"
	"testing"
)

func TestFilesBelowIsWhatThePatternSays(t *testing.T) {
	pattern := regexp.MustCompile(`(^|[\s"'=;(<])/a/([A-Za-z0-9._-]+)($|[\s"';)|&])`)
	pieces := []string{"", "/a", "/a/", "x", " ", `"`, "=", ")", "|", "\n", "/", "/a/b.c"}
	var check func(text string, left int)
	check = func(text string, left int) {
		var want [][2]int
		for _, m := range pattern.FindAllStringSubmatchIndex(text, -1) {
			want = append(want, [2]int{m[4], m[5]})
		}
		if got := filesBelow(text, "/a"); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
		if left == 0 || t.Failed() {
			return
		}
		for _, p := range pieces[1:] {
			check(text+p, left-1)
		}
	}
	check("", 4)
}
