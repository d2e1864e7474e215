package report

import (
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// mask is what the secrets of a tree are shown as.
const mask = "********"

// A tree is a Source made of texts.
type tree struct {
	files   map[string]string
	secrets []string
}

// Snippet knows the first line of a span, which is all that is asked for.
func (t tree) Snippet(s repo.Span, _ int) []repo.Line {
	text, ok := t.files[s.File]
	lines := strings.SplitAfter(text, "\n")
	if !ok || s.Line > len(lines) {
		return nil
	}
	shown := strings.TrimRight(lines[s.Line-1], "\r\n")
	from, to := s.Column-1, s.EndColumn-1
	if s.EndLine > s.Line {
		to = len([]rune(shown))
	}
	for _, secret := range t.secrets {
		before, after, ok := strings.Cut(shown, secret)
		if !ok {
			continue
		}
		at, length := len([]rune(before)), len([]rune(secret))
		move := func(n int) int {
			switch {
			case n < at:
				return n
			case n < at+length:
				return at
			}
			return n - length + len(mask)
		}
		shown, from, to = before+mask+after, move(from), move(to)
		break
	}
	return []repo.Line{{Number: s.Line, Text: shown, Start: from, End: to}}
}

// span returns where text stands for the first time in line of a file of the
// tree, in characters; it panics if it does not, so that no test shows a wrong
// place.
func (t tree) span(file string, line int, text string) repo.Span {
	row := strings.SplitAfter(t.files[file], "\n")[line-1]
	before, _, ok := strings.Cut(row, text)
	if !ok {
		panic("no " + text + " in " + file)
	}
	column := len([]rune(before)) + 1
	return repo.Span{File: file, Line: line, Column: column, EndLine: line, EndColumn: column + len([]rune(text))}
}

func (t tree) place(file string, line int, text, label, object, path string) lint.Place {
	return lint.Place{Span: t.span(file, line, text), Label: label, Object: object, Path: path}
}
