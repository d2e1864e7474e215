package blockyaml

import (
	"strings"
	"testing"
)

// FuzzParse holds that every text is either left to the full parser or gives
// the nodes that it gives.
func FuzzParse(f *testing.F) {
	for _, text := range taken {
		f.Add(text)
	}
	for _, text := range left {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, diff := differential(text, 1, 1); diff != "" {
			t.Fatal(diff)
		}
		if _, diff := differential(text, 7, 4); diff != "" {
			t.Fatal(diff)
		}
	})
}

// FuzzTokens does the same for texts that are put together from the tokens of
// YAML, which come to the corners of the syntax sooner.
func FuzzTokens(f *testing.F) {
	f.Add([]byte("\x00\x02\x01"))
	for _, text := range taken {
		f.Add(tokensOf(text))
	}
	f.Fuzz(func(t *testing.T, choice []byte) {
		var b strings.Builder
		for _, c := range choice {
			b.WriteString(tokens[int(c)%len(tokens)])
		}
		if _, diff := differential(b.String(), 1, 1); diff != "" {
			t.Fatalf("%q: %s", b.String(), diff)
		}
	})
}

var tokens = []string{
	"\n", "  ", " ", "a", "b: ", ": ", ":", "- ", "-", "\n  ", "\n    ", "\n- ", "\n  - ", "c:", "#", " # d\n", "'", "\"", "''", "\\", "\\n", "\\\n",
	"|", ">", "|\n", "|-\n", "|+\n", ">\n", "2", "1.5", "0x1", "true", "null", "~", "2001-12-14", "[", "]", "{", "}", ",", ", ", "[]", "{}",
	"\t", "\r\n", "\r", "é", "€ ", "?", "&e ", "*e", "!", "!!str ", "<<", "---", "...", "%", "@", "`", ".", "_", "+", "/", "f g", "\n\n", "   ",
	"\u2028", "\u0085", "\u00a0", "\ufeff", "=", "k1: v\n", "k2:\n", "$(h)", "x: |\n  y\n",
}

// tokensOf writes a text in tokens, as far as there are tokens for it.
func tokensOf(text string) []byte {
	var choice []byte
	for text != "" {
		best, size := 0, 0
		for i, t := range tokens {
			if len(t) > size && strings.HasPrefix(text, t) {
				best, size = i, len(t)
			}
		}
		if size == 0 {
			text = text[1:]
			continue
		}
		choice = append(choice, byte(best))
		text = text[size:]
	}
	return choice
}
