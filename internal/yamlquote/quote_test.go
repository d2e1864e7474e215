package yamlquote

import (
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

func TestDouble(t *testing.T) {
	for s, want := range map[string]string{
		"":                     `""`,
		`a"b\c`:                `"a\"b\\c"`,
		"a\nb\tc\rd":           `"a\nb\tc\u000dd"`,
		"é 漢":                  `"é 漢"`,
		"\u0085\u2028\ufeff":   `"\u0085\u2028\ufeff"`,
		"\U0001F600\U000E0001": "\"\U0001F600\\U000e0001\"",
		"\xff":                 `"\ufffd"`,
	} {
		if got := Double(s); got != want {
			t.Errorf("%q: got %s, want %s", s, got, want)
		}
	}
}

// FuzzDouble reads back what was written.
func FuzzDouble(f *testing.F) {
	for _, s := range []string{"", "a: b", "\x00\x1b", "\u2029", "\U000E0001", "- [{"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		var got string
		if err := yaml.Unmarshal([]byte(Double(s)), &got); err != nil || got != s {
			t.Errorf("%q is read as %q, %v", s, got, err)
		}
	})
}
