package lint

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestParseShell shows what the parser makes of the scripts that people start
// Redis with.
func TestParseShell(t *testing.T) {
	type command struct {
		Words     string // joined with |, dynamic ones marked with ~
		Redirects string
		Heredoc   string
	}
	tests := []struct {
		name, script string
		want         []command
	}{
		{"one command", "exec redis-server /etc/redis.conf", []command{{Words: "redis-server|/etc/redis.conf"}}},
		{"separators", "a; b && c || d | e & f\ng", []command{
			{Words: "a"}, {Words: "b"}, {Words: "c"}, {Words: "d"}, {Words: "e"}, {Words: "f"}, {Words: "g"},
		}},
		{"quotes", `cp "/a b" '/c d' \e`, []command{{Words: "cp|/a b|/c d|e"}}},
		{"variables", `redis-server "$CONF" --requirepass ${PW:-x} $(cat /f) '$no'`, []command{
			{Words: "redis-server|~$CONF|--requirepass|~${PW:-x}|~$(cat /f)|$no"},
		}},
		{"comment", "a # b; c\nd", []command{{Words: "a"}, {Words: "d"}}},
		{"continuation", "a \\\n  b", []command{{Words: "a|b"}}},
		{"redirect", "echo x > /f; echo y >>/f 2>&1", []command{
			{Words: "echo|x", Redirects: ">/f"}, {Words: "echo|y", Redirects: ">>/f"},
		}},
		{"here-document", "cat > /f <<EOF\nport 1\n# $x\nEOF\nrun", []command{
			{Words: "cat", Redirects: ">/f", Heredoc: "port 1\n# $x\n"}, {Words: "run"},
		}},
		{"here-document before the file", "cat <<-'E' >/f\n\tport 1\n\tE\nrun", []command{
			{Words: "cat", Redirects: ">/f", Heredoc: "\tport 1\n"}, {Words: "run"},
		}},
		{"if", "if [ -f /x ]; then cp /x /y; fi", []command{{Words: "[|-f|/x|]"}, {Words: "cp|/x|/y"}}},
		{"unclosed", `a "b`, []command{{Words: "a|b"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []command
			for _, c := range parseShell(tt.script) {
				var words, redirects []string
				for _, w := range c.words {
					if w.dynamic {
						w.text = "~" + w.text
					}
					words = append(words, w.text)
				}
				for i, r := range c.redirects {
					op := ">"
					if c.appends[i] {
						op = ">>"
					}
					redirects = append(redirects, op+r.text)
				}
				got = append(got, command{strings.Join(words, "|"), strings.Join(redirects, " "), c.heredoc})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("parseShell(%q) (-want +got):\n%s", tt.script, diff)
			}
		})
	}
}

// FuzzParseShell holds the parser to its bounds: it ends, and every word lies
// within the script.
func FuzzParseShell(f *testing.F) {
	for _, seed := range []string{
		"exec redis-server /etc/redis.conf", "cat > /f <<EOF\nx\nEOF\n", "a \"$(b \"c\")\" 'd", "a <<A <<B\n1\nA\n2\nB\n", "$", "`", "${", "$((1+2))",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, script string) {
		for _, c := range parseShell(script) {
			for _, w := range append(c.words, c.redirects...) {
				if w.start < 0 || w.end < w.start || w.end > len(script) {
					t.Fatalf("word %q at %d to %d of %d bytes", w.text, w.start, w.end, len(script))
				}
			}
			if c.heredocAt < 0 || c.heredocAt+len(c.heredoc) > len(script) {
				t.Fatalf("here-document at %d, %d bytes of %d", c.heredocAt, len(c.heredoc), len(script))
			}
		}
	})
}
