package main

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPicture keeps the README's terminal picture true: docs/lint.svg is what
// lint prints for the broken example, colours and all. UPDATE_GOLDEN=1 draws it
// anew.
func TestPicture(t *testing.T) {
	const file = "../../docs/lint.svg"
	var out bytes.Buffer
	code := run(context.Background(), []string{"-C", "../../golden/broken", "lint", "--color", "always", "--select", "sentinel,chart,auth"},
		streams{strings.NewReader(""), &out, os.Stderr})
	if err := os.Chdir("../../cmd/quorumwright"); err != nil {
		t.Fatal(err)
	}
	if code != exitFindings {
		t.Fatalf("exit code %d, want %d", code, exitFindings)
	}
	got := terminalSVG("quorumwright lint", out.String(), 46)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/lint.svg is not what lint prints; make golden draws it anew (-want +got):\n%s", diff)
	}
}

// ansiColors are the colours that the text format uses, on a dark ground.
var ansiColors = map[string]string{
	"31": "#ff7b72", "32": "#7ee787", "33": "#f2cc60", "34": "#79c0ff", "35": "#d2a8ff", "36": "#76e3ea", "90": "#8b949e",
	"91": "#ff7b72", "92": "#7ee787", "93": "#f2cc60", "94": "#79c0ff", "95": "#d2a8ff", "96": "#76e3ea",
}

// terminalSVG draws the first lines of a terminal session.
func terminalSVG(command, output string, lines int) string {
	const width, lineHeight, charWidth = 108, 18, 8
	all := strings.Split(strings.TrimRight(output, "\n"), "\n")
	if len(all) > lines {
		all = append(all[:lines], "\x1b[90m…\x1b[0m")
	}
	all = append([]string{"\x1b[32m$\x1b[0m " + command, ""}, all...)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13">`+"\n",
		width*charWidth+32, len(all)*lineHeight+32)
	b.WriteString(`<rect width="100%" height="100%" rx="8" fill="#0d1117"/>` + "\n")
	for i, line := range all {
		fmt.Fprintf(&b, `<text x="16" y="%d" xml:space="preserve" fill="#e6edf3">%s</text>`+"\n", 28+i*lineHeight, ansiSpans(line))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// ansiSpans turns colour sequences into tspans.
func ansiSpans(line string) string {
	var b strings.Builder
	style := ""
	for line != "" {
		text, rest, found := strings.Cut(line, "\x1b[")
		if text != "" {
			if style == "" {
				b.WriteString(html.EscapeString(text))
			} else {
				fmt.Fprintf(&b, "<tspan%s>%s</tspan>", style, html.EscapeString(text))
			}
		}
		if !found {
			break
		}
		codes, after, _ := strings.Cut(rest, "m")
		style, line = "", after
		for code := range strings.SplitSeq(codes, ";") {
			if color, ok := ansiColors[code]; ok {
				style += fmt.Sprintf(` fill="%s"`, color)
			}
			if code == "1" {
				style += ` font-weight="bold"`
			}
		}
	}
	return b.String()
}
