package redisconf

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func FuzzParse(f *testing.F) {
	for _, c := range wordCases {
		f.Add(c.line)
	}
	for _, c := range brokenCases {
		f.Add("a b\n" + c.line + "\r\nc d")
	}
	f.Add("user a on >x ~*\nsentinel monitor m 1.1.1.1 1 1\nsave \"3600 1\"\nrename-command CONFIG \"\"")
	f.Add("sentinel down-after-milliseconds m 10s\nmaxmemory 1.5gb\nsearch.x\nport=1\nnotify-keyspace-events q")
	f.Fuzz(func(t *testing.T, text string) {
		parsed := Parse(text)
		checkPositions(t, text, parsed)

		var printed []string
		for _, d := range parsed.Directives {
			args := make([]string, len(d.Args))
			for i, w := range d.Args {
				args[i] = w.Text
			}
			printed = append(printed, Line(d.Key.Text, args...))
		}
		again := Parse(strings.Join(printed, "\n"))
		if len(again.Errors) > 0 || len(again.Comments) > 0 {
			t.Fatalf("what Line prints is not read as directives: %q", printed)
		}
		if diff := cmp.Diff(wordsOf(parsed), wordsOf(again)); diff != "" {
			t.Fatalf("parse(print(x)) is not x (-x +again):\n%s", diff)
		}

		for _, v := range []Version{{}, ParseVersion(Redis, "6.2.16"), ParseVersion(Redis, "8.0.1"), ParseVersion(Valkey, "8")} {
			for _, mode := range []Mode{ServerMode, SentinelMode} {
				for _, p := range CheckFile(v, mode, parsed) {
					if p.Message == "" || p.Kind == "" || p.Word == nil || !utf8.ValidString(p.Message+p.Help) {
						t.Fatalf("a problem is incomplete: %+v", p)
					}
					if w := p.Word; text[w.Offset:w.End] == "" {
						t.Fatalf("a problem points at nothing: %+v", p)
					}
				}
			}
		}
	})
}

func wordsOf(f *File) [][]string {
	var all [][]string
	for _, d := range f.Directives {
		words := []string{d.Name}
		for _, w := range d.Args {
			words = append(words, w.Text)
		}
		all = append(all, words)
	}
	return all
}

// checkPositions holds every position against the text.
func checkPositions(t *testing.T, text string, f *File) {
	t.Helper()
	lines := strings.Split(text, "\n")
	last := 0
	for _, d := range f.Directives {
		for _, w := range append([]Word{d.Key}, d.Args...) {
			if w.Offset < last || w.End < w.Offset || w.End > len(text) || w.Line != d.Line {
				t.Fatalf("the word at %d..%d of line %d is out of order", w.Offset, w.End, w.Line)
			}
			last = w.End
			again, err := split(text[w.Offset:w.End])
			if err != nil || len(again) != 1 || again[0].Text != w.Text || again[0].Quoted != w.Quoted {
				t.Fatalf("the text at %d..%d is not the word %q", w.Offset, w.End, w.Text)
			}
			if got := place(text, lines, w.Line, w.Column); got != w.Offset {
				t.Fatalf("line %d column %d is offset %d, want %d", w.Line, w.Column, got, w.Offset)
			}
			if got := place(text, lines, w.Line, w.EndColumn); got != w.End {
				t.Fatalf("line %d column %d is offset %d, want %d", w.Line, w.EndColumn, got, w.End)
			}
		}
	}
	for _, e := range f.Errors {
		if got := place(text, lines, e.Line, e.Column); got != e.Offset || e.End <= e.Offset || e.Message == "" {
			t.Fatalf("the error of line %d is at %d, want %d", e.Line, got, e.Offset)
		}
	}
	for _, c := range f.Comments {
		if got := place(text, lines, c.Line, c.Column); got != c.Offset || !strings.HasPrefix(text[c.Offset:], c.Text) || c.Text[0] != '#' {
			t.Fatalf("the comment of line %d is at %d, want %d", c.Line, got, c.Offset)
		}
	}
}

// place turns a line and a column in characters into an offset.
func place(text string, lines []string, line, column int) int {
	offset := 0
	for _, l := range lines[:line-1] {
		offset += len(l) + 1
	}
	rest := lines[line-1]
	for range column - 1 {
		if rest == "" {
			return -1
		}
		_, size := utf8.DecodeRuneInString(rest)
		rest = rest[size:]
		offset += size
	}
	return offset
}

func FuzzQuote(f *testing.F) {
	for _, s := range []string{"", "abc", "a b", `a"b'c\`, "#x", "\x00\n\r\t\v\f\a\b", "\xff\xfe", "ü\u00a0\u200b\u2028", `\x41\n`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		quoted := Quote(s)
		if strings.ContainsAny(quoted, "\n\r\x00") || !utf8.ValidString(quoted) {
			t.Fatalf("Quote(%q) = %q does not fit on a line", s, quoted)
		}
		if diff := cmp.Diff([]string{"requirepass", s}, texts(Parse("requirepass "+quoted))); diff != "" {
			t.Fatalf("Quote(%q) = %s is read back as (-want +got):\n%s", s, quoted, diff)
		}
		if CheckPassword(s) == nil && quoted != s {
			t.Fatalf("CheckPassword accepts %q, which Quote must write as %s", s, quoted)
		}
		if MasterName(s) == nil && MasterNameFatal(s) != nil {
			t.Fatalf("%q is a plain master name and yet fatal", s)
		}
	})
}
