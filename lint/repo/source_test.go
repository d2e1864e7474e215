package repo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var yamlSeeds = []string{
	"a: b\n",
	"a: \"b \\\"c\\\" \\u00e9 \\\n  d\"\nb: 'it''s\n\n  e'\n",
	"a: |2-\n    x\n   y\n\n  z\nb: >+\n  one\n  two\n\n   three\n  four\n\n",
	"a: &x !!str 1\nb: *x\nc: [a, {b: c, \"d\": }, ]\n",
	"--- # c\n- - a\n  - b\n-\n  c: d\n...\n# e\n---\n{a: b}\n",
	"a: b\r\nc: |\r\n  d\r\n\r\n  e\r\nf: g h\r\n  i\r\n",
	"a: b\u2028c\nd: |\n  e\u0085f\n  g\n",
	"é: \"ü\\x41\"\n? k\n: v\n",
	"a:\n- b\n- c # d\ne: # f\n  g: h\n",
	"a: plain\n  over lines\n\n  and more\n",
	"a: >\n\n  first\n   more\n\n  last\n\n\nb: c",
	"\ta: b\n", "a: |\n", "a: |\n\n\n", "- |+\n\n- x\n", "|\n a\n", "> \n a\n b", "'a", "a: ! b\n", "a: !<tag:x> b\n",
}

// checkSpans asserts that everything in a file stands where its span says.
func checkSpans(t *testing.T, f *file) {
	t.Helper()
	source := func(s Span) string {
		start, end := f.column(s.Line, s.Column), f.column(s.EndLine, s.EndColumn)
		if end < start {
			t.Errorf("%+v ends before it begins in %q", s, f.data)
			return ""
		}
		return string(f.data[start:end])
	}
	var walk func(v Value)
	walk = func(v Value) {
		if s := v.Span(); v.IsScalar() && !s.Approximate && !Spells(source(s), v) {
			t.Errorf("%s has %q, the value is %q, in\n%s", s, source(s), v.Text(), f.data)
		}
		if v.IsScalar() {
			text := v.Text()
			for from := 0; from < len(text); {
				to := from + 1
				for to < len(text) && text[to]&0xC0 == 0x80 {
					to++
				}
				s := v.TextSpan(from, to)
				if got := source(s); !s.Approximate && !SpellsPart(got, text[from:to]) && !isBreakOf(got, text[from:to]) {
					t.Errorf("%s has %q, byte %d to %d of %q is %q, in\n%s", s, got, from, to, text, text[from:to], f.data)
					return
				}
				from = to
			}
		}
		if v.key != nil {
			if s := v.KeySpan(); !s.Approximate && source(s) != v.key.Value && !Spells(source(s), Value{node: v.key}) {
				t.Errorf("%s has %q, the key is %q, in\n%s", s, source(s), v.key.Value, f.data)
			}
		}
		for _, c := range v.Fields() {
			walk(c)
		}
		for _, c := range v.Items() {
			walk(c)
		}
	}
	for _, d := range f.docs {
		walk(d.value())
	}
}

// isBreakOf tells whether source is a line break that became a space or a
// newline. Within a span a break may be cut off: editors do not count it.
func isBreakOf(source, text string) bool {
	return (text == " " || text == "\n") && strings.Trim(source, "\r\n\u0085\u2028\u2029") == ""
}

func FuzzSpans(f *testing.F) {
	for _, text := range yamlSeeds {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 {
			return
		}
		file := newFile("a.yaml", data)
		file.parse()
		checkSpans(t, file)
	})
}

// TestSpansOfRandomYAML writes random trees in random styles and checks that
// every value is found where it was written, exactly.
func TestSpansOfRandomYAML(t *testing.T) {
	for seed := range uint64(400) {
		w := writer{rand: rand.New(rand.NewPCG(seed, 1))}
		w.mapping(0, 3)
		text := w.b.String()
		if seed%3 == 0 {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		f := newFile("a.yaml", []byte(text))
		if problems := f.parse(); len(problems) > 0 {
			t.Fatalf("%+v in\n%s", problems, text)
		}
		checkSpans(t, f)
		for _, d := range f.docs {
			f.eachScalar(d.root, func(n *yaml.Node) {
				if s := (Value{node: n, src: f}).Span(); s.Approximate {
					t.Errorf("%s is approximate, in\n%s", s, text)
				}
				if s := (Value{node: n, src: f}).TextSpan(0, len(n.Value)); s.Approximate {
					t.Errorf("the text at %s is approximate, in\n%s", s, text)
				}
			})
		}
	}
}

// A writer writes random YAML.
type writer struct {
	rand *rand.Rand
	b    strings.Builder
	keys int
}

var words = []string{"a", "redis", "port 6379", "it's", `say "x"`, "é ü", "a: b", "# no", "x#y", "[a]", "{b}", "- c", "", "  lead", "trail  ", "1", "true", "\\d", "a, b", "*x", "&y", "%z", "@w", "tab\there"}

func (w *writer) text() string {
	s := words[w.rand.IntN(len(words))]
	for w.rand.IntN(3) == 0 {
		s += []string{" ", "\n", "\n\n"}[w.rand.IntN(3)] + words[w.rand.IntN(len(words))]
	}
	return s
}

func (w *writer) indent(n int) { w.b.WriteString(strings.Repeat(" ", n)) }

func (w *writer) mapping(indent, depth int) {
	for range 1 + w.rand.IntN(4) {
		if w.rand.IntN(5) == 0 {
			w.indent(indent)
			w.b.WriteString("# comment: 'x\n")
		}
		w.indent(indent)
		w.keys++
		fmt.Fprintf(&w.b, []string{"k%d:", "\"k%d\":", "'k%d' :"}[w.rand.IntN(3)], w.keys)
		w.value(indent, depth)
	}
}

func (w *writer) value(indent, depth int) {
	switch w.rand.IntN(8) {
	case 0:
		if depth > 0 {
			w.b.WriteString([]string{"\n", " # c\n", " &a\n", " !!map\n"}[w.rand.IntN(4)])
			w.mapping(indent+1+w.rand.IntN(3), depth-1)
			return
		}
	case 1:
		if depth > 0 {
			w.b.WriteString("\n")
			at := indent + w.rand.IntN(2)*2
			for range 1 + w.rand.IntN(3) {
				w.indent(at)
				w.b.WriteString("-")
				w.value(at+1, depth-1)
			}
			return
		}
	case 2:
		w.b.WriteString(" ")
		w.flow(depth)
		w.b.WriteString("\n")
		return
	case 3, 4:
		if w.block(indent) {
			return
		}
	}
	w.b.WriteString([]string{" ", "  ", " &b ", " !!str "}[w.rand.IntN(4)])
	w.quoted()
	w.b.WriteString([]string{"\n", "  # c\n", "\n\n"}[w.rand.IntN(3)])
}

func (w *writer) flow(depth int) {
	n := w.rand.IntN(3)
	if w.rand.IntN(2) == 0 {
		w.b.WriteString("[")
		for range n {
			w.quoted()
			w.b.WriteString([]string{", ", ",\n      "}[w.rand.IntN(2)])
		}
		if depth > 0 {
			w.flow(depth - 1)
		}
		w.b.WriteString("]")
		return
	}
	w.b.WriteString("{")
	for range n {
		w.keys++
		fmt.Fprintf(&w.b, "f%d: ", w.keys)
		w.quoted()
		w.b.WriteString(", ")
	}
	w.keys++
	fmt.Fprintf(&w.b, "f%d: x }", w.keys)
}

// quoted writes a scalar in quotes, or plain where that is possible.
func (w *writer) quoted() {
	s := w.text()
	switch {
	case w.rand.IntN(3) == 0 && s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzéü0123456789 ") == "" && strings.TrimSpace(s) == s:
		w.b.WriteString(s)
	case w.rand.IntN(2) == 0 && !strings.Contains(s, "\n"):
		w.b.WriteString("'" + strings.ReplaceAll(s, "'", "''") + "'")
	default:
		fmt.Fprintf(&w.b, "%q", s)
	}
}

// block writes a literal block, if the text can be one.
func (w *writer) block(indent int) bool {
	s := w.text()
	if s == "" || strings.ContainsAny(s, "\t") || strings.TrimSpace(s) == "" || strings.HasPrefix(s, "\n") {
		return false
	}
	header := []string{" |", " |-", " |+"}[w.rand.IntN(3)]
	if strings.HasPrefix(s, " ") {
		header = " |2" + header[2:]
	}
	w.b.WriteString(header + "\n")
	deeper := max(indent, 0) + 2
	for _, line := range strings.Split(s, "\n") {
		if line != "" {
			w.indent(deeper)
		}
		w.b.WriteString(line + "\n")
	}
	return true
}
