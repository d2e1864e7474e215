package redisconf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// texts are the words of the only directive of a line, its name included.
func texts(f *File) []string {
	if len(f.Directives) != 1 {
		return nil
	}
	d := f.Directives[0]
	all := []string{d.Name}
	for _, w := range d.Args {
		all = append(all, w.Text)
	}
	return all
}

var wordCases = []struct {
	line string
	want []string // nil: no directive
}{
	{"port 6379", []string{"port", "6379"}},
	{"\t port\t 6379 \t\r", []string{"port", "6379"}},
	{"PORT 6379", []string{"port", "6379"}},
	{`"PORT" 6379`, []string{"port", "6379"}},
	{"\u00c4B x", []string{"\u00c4b", "x"}},
	{`requirepass "a b"`, []string{"requirepass", "a b"}},
	{`requirepass 'a b'`, []string{"requirepass", "a b"}},
	{`requirepass ""`, []string{"requirepass", ""}},
	{`requirepass "\n\r\t\b\a\\\"\q"`, []string{"requirepass", "\n\r\t\b\a\\\"q"}},
	{`requirepass "\x41\xfF\x4"`, []string{"requirepass", "A\xffx4"}},
	{`requirepass "\xg1"`, []string{"requirepass", "xg1"}},
	{`requirepass '\n\'\x41'`, []string{"requirepass", `\n'\x41`}},
	{`requirepass 'a"b'`, []string{"requirepass", `a"b`}},
	{`requirepass a\b`, []string{"requirepass", `a\b`}},
	{`requirepass a\`, []string{"requirepass", `a\`}},
	{`requirepass foo"bar baz"`, []string{"requirepass", "foobar baz"}},
	{`requirepass foo'bar'`, []string{"requirepass", "foobar"}},
	{`requirepass #x#`, []string{"requirepass", "#x#"}},
	{`requirepass $(x)|;&*{}[]<>!`, []string{"requirepass", "$(x)|;&*{}[]<>!"}},
	{"a\vb c\vd \ve", []string{"a\vb", "c\vd", "e"}},
	{"\vport 1", []string{"port", "1"}},
	{"\v# no comment", []string{"#", "no", "comment"}},
	{"\v", nil},
	{"save \"\"\v1", []string{"save", "", "1"}},
	{"# comment", nil},
	{"  # comment", nil},
	{"", nil},
	{" \t\r", nil},
	{"port\r6379", []string{"port", "6379"}},
	{"port 6379 # ssh", []string{"port", "6379", "#", "ssh"}},
}

var brokenCases = []struct {
	line   string
	column int
	name   string
}{
	{`requirepass "abc`, 13, "requirepass"},
	{`requirepass 'abc`, 13, "requirepass"},
	{`requirepass ab"c`, 15, "requirepass"},
	{`requirepass "abc"d`, 18, "requirepass"},
	{`requirepass 'abc'"d"`, 18, "requirepass"},
	{`requirepass "abc\`, 13, "requirepass"},
	{`requirepass "abc\"`, 13, "requirepass"},
	{`requirepass 'abc\'`, 13, "requirepass"},
	{`requirepass 'abc\\'`, 13, "requirepass"},
	{`  RequirePass é"`, 16, "requirepass"},
	{`"requirepass`, 1, ""},
	{"port 1\x002", 7, ""},
	{"# a\x00b", 4, ""},
}

func TestWords(t *testing.T) {
	for _, c := range wordCases {
		f := Parse(c.line)
		if diff := cmp.Diff(c.want, texts(f)); diff != "" || len(f.Errors) != 0 {
			t.Errorf("%q: errors %v, words (-want +got):\n%s", c.line, f.Errors, diff)
		}
	}
}

func TestBrokenLines(t *testing.T) {
	for _, c := range brokenCases {
		f := Parse("a 1\n" + c.line + "\r\nb 2")
		if len(f.Errors) != 1 || len(f.Directives) != 2 {
			t.Errorf("%q: got %d errors and %d directives, want 1 and 2", c.line, len(f.Errors), len(f.Directives))
			continue
		}
		e := f.Errors[0]
		if e.Line != 2 || e.Column != c.column || e.Name != c.name || e.Error() == "" {
			t.Errorf("%q: got line %d column %d name %q, want 2, %d, %q", c.line, e.Line, e.Column, e.Name, c.column, c.name)
		}
		if strings.Contains(e.Message, "abc") {
			t.Errorf("%q: the message repeats the value: %s", c.line, e.Message)
		}
	}
}

func TestPositions(t *testing.T) {
	const text = "# héllo \n\n  requirepass \"ü b\"  x\r\nsentinel monitor my 1.1.1.1 6379 2"
	want := &File{
		Directives: []Directive{
			{
				Name: "requirepass", Line: 3,
				Key: Word{Text: "requirepass", Offset: 13, End: 24, Line: 3, Column: 3, EndColumn: 14},
				Args: []Word{
					{Text: "ü b", Offset: 25, End: 31, Line: 3, Column: 15, EndColumn: 20, Quoted: true},
					{Text: "x", Offset: 33, End: 34, Line: 3, Column: 22, EndColumn: 23},
				},
			},
			{
				Name: "sentinel", Line: 4,
				Key: Word{Text: "sentinel", Offset: 36, End: 44, Line: 4, Column: 1, EndColumn: 9},
				Args: []Word{
					{Text: "monitor", Offset: 45, End: 52, Line: 4, Column: 10, EndColumn: 17},
					{Text: "my", Offset: 53, End: 55, Line: 4, Column: 18, EndColumn: 20},
					{Text: "1.1.1.1", Offset: 56, End: 63, Line: 4, Column: 21, EndColumn: 28},
					{Text: "6379", Offset: 64, End: 68, Line: 4, Column: 29, EndColumn: 33},
					{Text: "2", Offset: 69, End: 70, Line: 4, Column: 34, EndColumn: 35},
				},
			},
		},
		Comments: []Comment{{Line: 1, Column: 1, Offset: 0, Text: "# héllo"}},
	}
	if diff := cmp.Diff(want, Parse(text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLookups(t *testing.T) {
	f := Parse("save 1 1\nSAVE 2 2\nport 1\nsentinel Auth-Pass m x\nsentinel auth-pass n y\nsentinel")
	if got := f.All("save"); len(got) != 2 || got[0].Line != 1 || got[1].Line != 2 {
		t.Errorf("All(save) = %v", got)
	}
	if got := f.Last("save"); got != &f.Directives[1] {
		t.Errorf("Last(save) = %v, want the directive of line 2", got)
	}
	if got := f.Last("bind"); got != nil {
		t.Errorf("Last(bind) = %v, want nil", got)
	}
	if got := f.Last("bind", "port"); got != &f.Directives[2] {
		t.Errorf("Last(bind, port) = %v, want the directive of line 3", got)
	}
	if got := f.All("port", "save"); len(got) != 3 || got[2].Line != 3 {
		t.Errorf("All(port, save) = %v", got)
	}
	if got := f.Sentinel("auth-pass"); len(got) != 2 || got[0].Line != 4 || got[1].Line != 5 {
		t.Errorf("Sentinel(auth-pass) = %v", got)
	}
}
