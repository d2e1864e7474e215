package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// ansi matches the escapes of our own colours.
var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

// FuzzTextEscape makes sure that no text of a repository gets to a terminal or
// a runner as more than text.
func FuzzTextEscape(f *testing.F) {
	for _, name := range hostileNames {
		f.Add(name, 80)
	}
	f.Fuzz(func(t *testing.T, text string, width int) {
		shown := visible(text)
		if again := visible(shown); again != shown {
			t.Errorf("written out twice, %q is %q", shown, again)
		}
		if strings.Contains(shown, "\n") || !utf8.ValidString(shown) {
			t.Errorf("%q", shown)
		}
		r := hostile(text)
		r.Width = 20 + int(uint(width)%200)
		for _, name := range []string{"text", "concise", "junit"} {
			checkSafe(t, name, text, write(t, byName(name), r))
		}
		// Colours add their own escapes and change nothing else.
		plain := write(t, byName("text"), r)
		r.Color = true
		if got := ansi.ReplaceAll(write(t, byName("text"), r), nil); !bytes.Equal(got, plain) {
			t.Errorf("colours change the text:\n%s\n%s", plain, got)
		}
	})
}

// FuzzGitHubCommand makes sure that a runner reads exactly the commands that
// we mean.
func FuzzGitHubCommand(f *testing.F) {
	for _, name := range hostileNames {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := hostile(text)
		out := write(t, byName("github"), r)
		checkSafe(t, "github", text, out)
		checkCommands(t, r, out)
	})
}

// FuzzSARIF makes sure that a log is valid and names the very file, whatever
// the name is.
func FuzzSARIF(f *testing.F) {
	for _, name := range hostileNames {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return
		}
		out := write(t, byName("sarif"), hostile(text))
		checkSafe(t, "sarif", text, out)
		checkSARIF(t, text, out)
	})
}
