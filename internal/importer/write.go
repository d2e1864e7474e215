package importer

import (
	"strings"
	"unicode/utf8"

	"github.com/quorumwright/quorumwright/internal/yamledit"
)

// widest is how long a line in flow style may get.
const widest = 100

// An encoder writes a spec as a person would: small groups on one line, comments
// above and behind what they are about.
type encoder struct {
	strings.Builder
}

func (e *encoder) indent(depth int) { e.WriteString(strings.Repeat("  ", depth)) }

func (e *encoder) comment(depth int, lines []string) {
	for _, line := range lines {
		e.indent(depth)
		e.WriteString(strings.TrimRight("# "+line, " ") + "\n")
	}
}

// field writes a node and what is below it.
func (e *encoder) field(n *node, depth int) {
	e.comment(depth, n.above)
	e.indent(depth)
	e.WriteString(key(n.name) + ":")
	if n.value == nil {
		if flow, ok := n.flow(depth); ok {
			e.WriteString(" " + flow)
			e.end(n)
			return
		}
		e.end(n)
		for _, c := range n.below {
			e.field(c, depth+1)
		}
		return
	}
	e.value(*n.value, depth, n)
}

func (e *encoder) end(n *node) {
	if n != nil && n.behind != "" {
		e.WriteString(" # " + n.behind)
	}
	e.WriteByte('\n')
}

// value writes a value behind a colon.
func (e *encoder) value(v yamledit.Value, depth int, n *node) {
	switch {
	case v.Kind == yamledit.Map && len(v.Fields) > 0:
		e.end(n)
		for _, f := range v.Fields {
			e.indent(depth + 1)
			e.WriteString(key(f.Name) + ":")
			e.value(f.Value, depth+1, nil)
		}
	case v.Kind == yamledit.List && len(v.Items) > 0:
		e.end(n)
		for _, item := range v.Items {
			e.indent(depth)
			e.item(item, depth)
		}
	case isBlock(v):
		e.WriteString(" |")
		e.end(n)
		for line := range strings.Lines(v.Text) {
			if line != "\n" {
				e.indent(depth + 1)
			}
			e.WriteString(line)
		}
	default:
		e.WriteString(" " + v.String())
		e.end(n)
	}
}

// item writes an element of a list, at the depth of the list's key.
func (e *encoder) item(v yamledit.Value, depth int) {
	if v.Kind != yamledit.Map || len(v.Fields) == 0 || utf8.RuneCountInString(v.String()) <= 60 {
		e.WriteString("- " + v.String() + "\n")
		return
	}
	for i, f := range v.Fields {
		if i == 0 {
			e.WriteString("- ")
		} else {
			e.indent(depth + 1)
		}
		e.WriteString(key(f.Name) + ":")
		e.value(f.Value, depth+1, nil)
	}
}

// isBlock tells a text of several lines that reads best as it is.
func isBlock(v yamledit.Value) bool {
	if v.Kind != yamledit.Scalar || v.Tag != "!!str" || !strings.HasSuffix(v.Text, "\n") || strings.HasSuffix(v.Text, "\n\n") ||
		strings.HasPrefix(v.Text, " ") || strings.HasPrefix(v.Text, "\n") || strings.ContainsAny(v.Text, "\t\r\u0085\u2028\u2029\ufeff") {
		return false
	}
	return !strings.ContainsFunc(v.Text, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f || r == utf8.RuneError })
}

func key(name string) string { return yamledit.Text(name).String() }

// flow writes a small group on one line: at least two levels below spec, with
// nothing but single values in it, and without comments.
func (n *node) flow(depth int) (string, bool) {
	if depth < 2 || n.name == "values" {
		return "", false
	}
	v := yamledit.Value{Kind: yamledit.Map}
	if !n.collect(&v) || n.name == "config" && len(v.Fields) > 2 {
		return "", false
	}
	text := v.String()
	return text, 2*depth+len(n.name)+2+utf8.RuneCountInString(text) <= widest
}

func (n *node) collect(v *yamledit.Value) bool {
	for _, c := range n.below {
		if len(c.above) > 0 || c.behind != "" {
			return false
		}
		f := yamledit.Field{Name: c.name}
		switch {
		case c.value != nil && c.value.Kind == yamledit.Scalar && !strings.Contains(c.value.Text, "\n"):
			f.Value = *c.value
		case c.value == nil:
			f.Value = yamledit.Value{Kind: yamledit.Map}
			if !c.collect(&f.Value) {
				return false
			}
		default:
			return false
		}
		v.Fields = append(v.Fields, f)
	}
	return true
}
