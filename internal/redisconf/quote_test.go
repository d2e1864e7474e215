package redisconf

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"":                     `""`,
		"abc":                  "abc",
		`a\b`:                  `a\b`,
		"#a":                   "#a",
		"$x|;&*{}[]<>!%`~":     "$x|;&*{}[]<>!%`~",
		"pässwort":             "pässwort",
		"a b":                  `"a b"`,
		" a":                   `" a"`,
		`a"b\`:                 `"a\"b\\"`,
		"it's":                 `"it's"`,
		"\n\r\t\v\x00\x7f":     `"\n\r\t\x0b\x00\x7f"`,
		"\xff":                 `"\xff"`,
		"\u00a0":               `"\xc2\xa0"`,
		"a\u200bb":             `"a\xe2\x80\x8bb"`,
		"\ufeffport":           `"\xef\xbb\xbfport"`,
		"\u2028":               `"\xe2\x80\xa8"`,
		"\\x41 is no escape A": `"\\x41 is no escape A"`,
	} {
		if got := Quote(in); got != want {
			t.Errorf("Quote(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestLine(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"save", []string{""}, `save ""`},
		{"requirepass", []string{"a b"}, `requirepass "a b"`},
		{"sentinel", []string{"monitor", "m", "h", "6379", "2"}, "sentinel monitor m h 6379 2"},
		{"#odd", []string{"#x"}, `"#odd" #x`},
		{"", nil, `""`},
	} {
		if got := Line(c.name, c.args...); got != c.want {
			t.Errorf("Line(%q, %q) = %s, want %s", c.name, c.args, got, c.want)
		}
		if diff := cmp.Diff(append([]string{lower(c.name)}, c.args...), texts(Parse(c.want))); diff != "" {
			t.Errorf("%s is read back as (-want +got):\n%s", c.want, diff)
		}
	}
}
