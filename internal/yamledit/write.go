package yamledit

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/internal/yamlquote"
)

// A writer writes values with the habits of one file.
type writer struct {
	strings.Builder
	eol    string
	unit   int  // spaces of one level
	dash   int  // spaces before the dash of a list below its key
	padded bool // { a: b } rather than {a: b}
}

// entry writes name: value in block style, at a column of an open line.
func (w *writer) entry(name string, v Value, column int) {
	w.WriteString(scalar(Text(name), 0, false))
	w.WriteByte(':')
	w.below(v, column)
}

// below writes a value behind the colon of a key that stands at a column.
func (w *writer) below(v Value, column int) {
	switch {
	case v.Kind == Map && len(v.Fields) > 0:
		for _, f := range v.Fields {
			w.line(column + w.unit)
			w.entry(f.Name, f.Value, column+w.unit)
		}
	case v.Kind == List && len(v.Items) > 0:
		w.items(v, column+w.dash, true)
	default:
		w.WriteByte(' ')
		w.flowBlock(v)
	}
}

// items writes a list in block style; with first set the first dash begins on a
// line of its own too.
func (w *writer) items(v Value, column int, first bool) {
	for i, item := range v.Items {
		if i > 0 || first {
			w.line(column)
		}
		w.WriteString("- ")
		w.flowBlock(item)
	}
}

// fields writes the entries of a map in block style, the first one on the open
// line.
func (w *writer) fields(v Value, column int) {
	for i, f := range v.Fields {
		if i > 0 {
			w.line(column)
		}
		w.entry(f.Name, f.Value, column)
	}
}

func (w *writer) line(column int) {
	w.WriteString(w.eol)
	for range column {
		w.WriteByte(' ')
	}
}

// flowBlock writes a value on one line within block style, where commas and
// brackets mean nothing in a text.
func (w *writer) flowBlock(v Value) {
	if v.Kind == Scalar {
		w.WriteString(scalar(v, v.quote, false))
		return
	}
	w.flow(v)
}

func (w *writer) flow(v Value) {
	switch v.Kind {
	case Alias:
		w.WriteString("*" + v.Text)
	case List:
		w.WriteByte('[')
		for i, item := range v.Items {
			if i > 0 {
				w.WriteString(", ")
			}
			w.flow(item)
		}
		w.WriteByte(']')
	case Map:
		pad := ""
		if w.padded && len(v.Fields) > 0 {
			pad = " "
		}
		w.WriteString("{" + pad)
		for i, f := range v.Fields {
			if i > 0 {
				w.WriteString(", ")
			}
			w.flowEntry(f.Name, f.Value)
		}
		w.WriteString(pad + "}")
	default:
		w.WriteString(scalar(v, v.quote, true))
	}
}

func (w *writer) flowEntry(name string, v Value) {
	w.WriteString(scalar(Text(name), 0, true) + ": ")
	w.flow(v)
}

// scalar writes a scalar in the quotes that are wanted; a text that would be
// taken for something else without quotes gets double ones.
func scalar(v Value, quote yaml.Style, flow bool) string {
	switch {
	case v.IsNull():
		return "null"
	case v.Tag != "!!str":
		return v.Text
	case quote&yaml.SingleQuotedStyle != 0 && isPrintable(v.Text):
		return "'" + strings.ReplaceAll(v.Text, "'", "''") + "'"
	case quote&yaml.DoubleQuotedStyle == 0 && isPlain(v.Text, flow):
		return v.Text
	}
	return yamlquote.Double(v.Text)
}

// isPlain is strict: what it refuses is written in quotes, which is never wrong.
func isPlain(s string, flow bool) bool {
	if !plainText.MatchString(s) || flow && strings.Contains(s, ",") || sexagesimal.MatchString(s) {
		return false
	}
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off": // booleans of YAML 1.1, which Helm reads
		return false
	}
	n := yaml.Node{Kind: yaml.ScalarNode, Value: s}
	return n.ShortTag() == "!!str"
}

var (
	// A colon only between other characters, blanks only inside.
	plainText   = pattern.New(`^(\.\./)*[A-Za-z0-9/_]([A-Za-z0-9_./@=+,()$%~;-]|:[A-Za-z0-9_./@=+()$%~;-]| [A-Za-z0-9_./@=+()$%~-])*$`)
	sexagesimal = pattern.New(`^[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$`)
)

func isPrintable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !yamlquote.Printable(r) })
}
