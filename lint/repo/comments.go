package repo

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Comment is a suppression that a person wrote into a file.
type Comment struct {
	Line, Column int
	// Text is what follows quorumwright:ignore, without blanks around it.
	Text string
	// Target is the line that the comment speaks of: its own if it stands
	// behind something, else the next one that is neither empty nor a comment.
	Target int
	// Span is the whole comment.
	Span Span
}

const ignoreMarker = "quorumwright:ignore"

// Comments returns the suppressions in a file, in order: in comments of YAML
// and in comments of configuration files, also of those that stand in a
// ConfigMap.
func (r *Repo) Comments(name string) []Comment {
	if s := r.passed.shell(name); s != nil {
		return s.comments
	}
	f := r.files[name]
	if f == nil {
		return nil
	}
	return f.suppressions()
}

func (f *file) suppressions() []Comment {
	if !bytes.Contains(f.data, []byte(ignoreMarker)) {
		return nil
	}
	var comments []Comment
	for _, c := range f.comments() {
		text := strings.TrimLeft(string(f.data[c.start+1:c.end]), "# \t")
		rest, ok := strings.CutPrefix(text, ignoreMarker)
		if !ok || rest != "" && rest[0] != ' ' && rest[0] != '\t' && rest[0] != ':' {
			continue
		}
		s := f.span(c.start, c.end)
		comments = append(comments, Comment{
			Line:   s.Line,
			Column: s.Column,
			Text:   strings.TrimSpace(strings.TrimPrefix(rest, ":")),
			Target: f.commentTarget(c, s.Line),
			Span:   s,
		})
	}
	return comments
}

func (f *file) commentTarget(c textRange, line int) int {
	if !isSpace(f.data[f.lines[line-1]:c.start]) {
		return line
	}
	for n := line + 1; n <= len(f.lines); n++ {
		if t := bytes.TrimLeft(f.line(n), " \t"); len(t) > 0 && t[0] != '#' && !isMarkerLine(t, "---") {
			return n
		}
	}
	return line
}

// comments returns the ranges of all comments of a file, without line breaks:
// those of YAML, and lines that begin with # within blocks of text. A file that
// is not YAML is one block of text.
func (f *file) comments() []textRange {
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
