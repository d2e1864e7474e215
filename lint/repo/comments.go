package repo

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"go.yaml.in/yaml/v3"
)

// A Comment is a suppression that a person wrote into a file.
type Comment struct {
	Line, Column int
	// Text is what follows quorumwright:ignore, without blanks around it.
	Text string
	// Foreign says that the comment is written as for another linter, such as
	// # quorumwright: disable=family/name, so that it has no Text.
	Foreign bool
	// Target is the line that the comment speaks of: its own if it stands
	// behind something, else the next one that is neither empty nor a comment.
	Target int
	// Span is the whole comment.
	Span Span
}

const ignoreMarker = "quorumwright:ignore"

// foreignMarker is what other linters take: the word before or behind the name of
// the program, as in # nolint:quorumwright and # quorumwright: disable.
var foreignMarker = pattern.New(`(?i)^(quorumwright[ :/_.-]*(ignore|disable|suppress|skip|nolint|no-lint|noqa|allow|exclude|off)\b|(nolint|noqa|nosec|(lint|kics-scan|checkov)[: -]*(ignore|skip|disable))[: =/(\[-]*quorumwright\b)`)

// foreignWords are parts of what stands before the name of the program there.
var foreignWords = []string{"no", "NO", "lint", "skip", "kics", "checkov"}

// mayMark tells whether a text may hold a suppression, well or badly written. It
// looks only at what is around the name of the program, which stands in every file
// that generate wrote.
func mayMark(text []byte) bool {
	const name = "uorumwright" // the first letter may be a large one
	for {
		i := bytes.Index(text, []byte(name))
		if i < 0 {
			return false
		}
		before := string(text[bytes.LastIndexByte(text[:i], '\n')+1 : i])
		text = text[i+len(name):]
		behind := bytes.TrimLeft(text[:min(len(text), 32)], " :/_.-")
		if len(behind) > 0 && strings.IndexByte("idsnaeoIDSNAEO", behind[0]) >= 0 ||
			slices.ContainsFunc(foreignWords, func(word string) bool { return strings.Contains(before, word) }) {
			return true
		}
	}
}

// Comments returns the suppressions in a file, in order: in comments of YAML
// and in comments of configuration files, also of those that stand in a
// ConfigMap. Those that are written as for another linter are among them.
func (r *Repo) Comments(name string) []Comment {
	if s := r.passed.shell(name); s != nil {
		if s.comments == nil {
			return nil
		}
		return *s.comments
	}
	f := r.files[name]
	if f == nil {
		return nil
	}
	return f.suppressions()
}

func (f *file) suppressions() []Comment {
	if !mayMark(f.data) {
		return nil
	}
	var comments []Comment
	next := 0
	for _, c := range f.comments() {
		text := strings.TrimLeft(string(f.data[c.start+1:c.end]), "# \t")
		rest, ok := strings.CutPrefix(text, ignoreMarker)
		ok = ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t' || rest[0] == ':')
		if !ok && !foreignMarker.MatchString(text) {
			continue
		}
		s := f.span(c.start, c.end)
		next = f.commentTarget(c, s.Line, next)
		if !ok {
			comments = append(comments, Comment{Line: s.Line, Column: s.Column, Foreign: true, Target: next, Span: s})
			continue
		}
		comments = append(comments, Comment{
			Line:   s.Line,
			Column: s.Column,
			Text:   strings.TrimSpace(strings.TrimPrefix(rest, ":")),
			Target: next,
			Span:   s,
		})
	}
	return comments
}

// commentTarget returns the line that a comment speaks of. next is that of the
// comment before, which it is too for those that stand above each other: each line
// is looked at once.
func (f *file) commentTarget(c textRange, line, next int) int {
	if !isSpace(f.data[f.lines[line-1]:c.start]) {
		return line
	}
	if line < next {
		return next
	}
	for n := line + 1; n <= len(f.lines); n++ {
		if t := bytes.TrimLeft(f.line(n), " \t"); len(t) > 0 && t[0] != '#' && !isMarkerLine(t, "---") {
			return n
		}
	}
	return len(f.lines) + 1 // nothing
}

// comments returns the ranges of all comments of a file, without line breaks:
// those of YAML, and lines that begin with # within blocks of text. A file that
// is not YAML is one block of text.
func (f *file) comments() []textRange {
	if bytes.IndexByte(f.data, '#') < 0 {
		return nil
	}
	if len(f.docs) == 0 && f.kind != kustomizationFile && !isCandidate(f.name) {
		return f.lineComments(0, len(f.data))
	}
	var scalars, found []textRange
	for _, d := range f.docs {
		f.eachScalar(d.root, func(n *yaml.Node) {
			start, end := f.extent(n)
			// Plain text on one line cannot hold a comment.
			if n.Style&^yaml.TaggedStyle == 0 && bytes.IndexByte(f.data[start:end], '#') < 0 {
				return
			}
			if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
				b := f.blockLines(n, start)
				start = b.headerEnd
				found = append(found, f.lineComments(start, end)...)
			}
			scalars = append(scalars, textRange{start, end})
		})
	}
	slices.SortFunc(scalars, func(a, b textRange) int { return cmp.Compare(a.start, b.start) })
	next := 0
	for at := 0; at < len(f.data); {
		i := bytes.IndexByte(f.data[at:], '#')
		if i < 0 {
			break
		}
		at += i
		for next < len(scalars) && scalars[next].end <= at {
			next++
		}
		if next < len(scalars) && scalars[next].start <= at {
			at = scalars[next].end
			continue
		}
		if at > 0 && !isBlankOrBreak(f.data[at-1]) {
			at++
			continue
		}
		end := f.textEnd(at)
		found = append(found, textRange{at, end})
		at = end
	}
	slices.SortFunc(found, func(a, b textRange) int { return cmp.Compare(a.start, b.start) })
	return found
}

// lineComments returns the lines of a range that begin with #.
func (f *file) lineComments(start, end int) []textRange {
	var found []textRange
	for start < end {
		stop := min(f.textEnd(start), end)
		if at := start + leadingBlanks(f.data[start:stop]); at < stop && f.data[at] == '#' {
			found = append(found, textRange{at, stop})
		}
		for start = stop; start < end && (f.data[start] == '\r' || f.data[start] == '\n'); start++ {
		}
	}
	return found
}

// textEnd returns the end of the line that holds an offset, without its break.
func (f *file) textEnd(at int) int {
	i := bytes.IndexByte(f.data[at:], '\n')
	if i < 0 {
		return len(f.data)
	}
	return at + len(bytes.TrimSuffix(f.data[at:at+i], []byte{'\r'}))
}

func (f *file) eachScalar(n *yaml.Node, visit func(*yaml.Node)) {
	if n == nil {
		return
	}
	if n.Kind == yaml.ScalarNode {
		visit(n)
	}
	for _, c := range n.Content {
		f.eachScalar(c, visit)
	}
}
