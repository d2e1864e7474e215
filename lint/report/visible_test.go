package report

import (
	"strings"
	"testing"
)

func TestVisible(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain # text", "plain # text"},
		{"é 漢字 🚀 e\u0301", "é 漢字 🚀 e\u0301"},
		{"a\nb\rc\td", `a\nb\rc\td`},
		{"\x00\x1b[1m\x7f", `\x00\x1b[1m\x7f`},
		{"\u0085\u00a0\u00ad", `\u0085\u00a0\u00ad`},
		{"\u202e\u2066\u200b\u2028", `\u202e\u2066\u200b\u2028`},
		{"\U000e0041", `\U000e0041`},
		{"\xff\xc0é", `\xff\xc0é`},
		{"\ufffd", "\ufffd"},
		{"##[error]", `#\x23[error]`},
		{"x ##vso[a]", `x #\x23vso[a]`},
		{"####[a]", `###\x23[a]`},
		{"## [a]", "## [a]"},
		{"##", "##"},
		{"## heading", "## heading"},
	} {
		if got := visible(c.in); got != c.want {
			t.Errorf("%q is shown as %q, want %q", c.in, got, c.want)
		}
		if got := visible(c.want); got != c.want {
			t.Errorf("%q is written out twice: %q", c.want, got)
		}
	}
}

func TestPosition(t *testing.T) {
	for _, c := range []struct {
		file         string
		line, column int
		want         string
	}{
		{"a.yaml", 3, 4, "a.yaml:3:4"},
		{"a.yaml", 3, 0, "a.yaml:3"},
		{"a.yaml", 0, 0, "a.yaml"},
		{" ::error::a", 1, 1, "./ ::error::a:1:1"},
		{"a\nb", 1, 1, `a\nb:1:1`},
	} {
		if got := position(c.file, c.line, c.column); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"one two  three", "one two|three"},
		{"averyveryverylongword a b", "averyveryverylongword|a b"},
		{"漢字漢字 漢字", "漢字漢字|漢字"},
	} {
		if got := strings.Join(wrap(c.in, 8), "|"); got != c.want {
			t.Errorf("%q is wrapped as %q, want %q", c.in, got, c.want)
		}
	}
}
