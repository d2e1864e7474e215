package repo

import (
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// hostile are texts that cost a YAML reader time, memory or its life, or that
// readers disagree on; each must be refused with a message that has a place.
var hostile = map[string]string{
	"laughs":            bomb(9, 9, "a%d: &a%d [%s]\n", "*a%d"),
	"merge laughs":      bomb(9, 9, "a%d: &a%d {<<: [%s]}\n", "*a%d"),
	"quadratic":         "a: &a " + strings.Repeat("x", 100_000) + "\nb: [" + strings.Repeat("*a,", 10_000) + "]\n",
	"self alias":        "a: &a [*a]\n",
	"self merge":        "a: &a\n  <<: *a\n",
	"mutual":            "a: &a [&b [*a], *b]\n",
	"deep flow":         strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + "\n",
	"deeper flow":       strings.Repeat("[", 100_000),
	"deep block":        deepBlock(300),
	"many values":       "[" + strings.Repeat("1,", 60_000) + "]\n",
	"many separators":   "a: x\n--- [" + strings.Repeat("1,", 110_000) + "]\n",
	"many documents":    strings.Repeat("--- a\n", 600),
	"tags":              strings.Repeat("%TAG !a! tag:x,1:\n", 20_000),
	"UTF-16":            "\xff\xfea\x00:\x00 \x00b\x00",
	"not UTF-8":         "a: \xff\n",
	"NUL":               "a: \x00\n",
	"escape":            "a: \x1b[31m\n",
	"list as key":       "? [a, b]\n: c\n",
	"duplicates":        "a: 1\na: 2\n",
	"many duplicates":   strings.Repeat("a: 1\n", 20_000),
	"unclosed":          "a: \"b\n",
	"unicode CVE":       "0: [:!00 \xef",
	"duplicate merges":  "x: &x {}\ny:\n  <<: *x\n  <<: *x\n",
	"bad second BOM":    "a: b\n---\n\ufeffc: [\n",
	"anchors elsewhere": "a: &a b\n---\nc: *a\n",
}

func bomb(levels, width int, format, ref string) string {
	var b strings.Builder
	b.WriteString("a0: &a0 {k: v}\n")
	for i := 1; i <= levels; i++ {
		refs := strings.TrimSuffix(strings.Repeat(fmt.Sprintf(ref, i-1)+",", width), ",")
		fmt.Fprintf(&b, format, i, i, refs)
	}
	return b.String()
}

func deepBlock(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestGuardRefusesHostileText(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			f := newFile("a.yaml", []byte(text))
			problems := f.parse()
			if len(problems) == 0 {
				t.Fatal("it is accepted")
			}
			for _, p := range problems {
				if !p.Span.IsValid() || p.Message == "" || strings.Contains(p.Message, "yaml:") {
					t.Errorf("%+v", p)
				}
			}
			for _, d := range f.docs {
				if n := expanded(d.root, maxExpanded+maxNodes+1); n > maxExpanded+maxNodes {
					t.Errorf("a document expands to more than %d values", n)
				}
			}
		})
	}
}

// TestGuardAccepts checks that the bounds do not hit what honest files hold.
func TestGuardAccepts(t *testing.T) {
	many := "data:\n"
	for i := range 5_000 {
		many += fmt.Sprintf("  key-%d: value\n", i)
	}
	for name, text := range map[string]string{
		"nothing":           "",
		"comments":          "# a\n\n# b\n",
		"BOM":               "\ufeffa: b\n",
		"percent in text":   "a: |\n  %x\nb: \"x\n  %y\"\n",
		"anchors":           "x: &x {a: b}\ny: [*x, *x, {<<: *x, a: c}]\n",
		"many keys":         many,
		"499 documents":     strings.Repeat("--- {a: b}\n", 499),
		"depth 90":          deepBlock(90),
		"CRLF":              "a: b\r\nc:\r\n- d\r\n",
		"line separator":    "a: \"b\u2028c\"\n",
		"literal of dashes": "a: |\n  ---\n  ...\n",
	} {
		f := newFile("a.yaml", []byte(text))
		if problems := f.parse(); len(problems) > 0 {
			t.Errorf("%s: %+v", name, problems)
		}
	}
}

func TestDuplicateKeysAreFoundOnce(t *testing.T) {
	for text, want := range map[string]int{
		"a: 1\n\"a\": 2\n":                          1,
		"1: a\n'1': b\n":                            1,
		"true: a\ntrue: b\n":                        1,
		"a: {b: 1, b: 2}\n":                         1,
		"x: &x {a: 1}\ny: {<<: *x, a: 2}\n":         0,
		"? a\n: 1\na: 2\n":                          1,
		"x: &k a\n*k : 1\na: 2\n":                   1,
		"a: 1\nb: 2\n" + keys(40) + "k7: x\nb: 3\n": 2,
	} {
		f := newFile("a.yaml", []byte(text))
		problems := f.parse()
		if len(problems) != want {
			t.Errorf("%q: %+v, want %d", text, problems, want)
		}
		for _, p := range problems {
			if p.Rule != "yaml/duplicate-key" || len(p.Related) != 1 || p.Related[0].Span.Compare(p.Span) >= 0 {
				t.Errorf("%q: %+v", text, p)
			}
		}
	}
}

func keys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: v\n", i)
	}
	return b.String()
}

// expanded counts the values of a node with its aliases written out, up to max.
func expanded(n *yaml.Node, most int) int {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	sum := 1
	for _, c := range n.Content {
		if sum > most {
			return sum
		}
		sum += expanded(c, most-sum)
	}
	return sum
}

func FuzzYAMLGuard(f *testing.F) {
	for _, text := range hostile {
		if len(text) < 4096 {
			f.Add([]byte(text))
		}
	}
	for _, text := range yamlSeeds {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		file := newFile("a.yaml", data)
		problems := file.parse()
		for _, p := range problems {
			if !p.Span.IsValid() || p.Span.EndLine < p.Span.Line || p.Span.Line > len(file.lines) {
				t.Errorf("%+v has no place", p)
			}
		}
		for _, d := range file.docs {
			if n := expanded(d.root, maxExpanded+maxNodes); n > maxExpanded+maxNodes {
				t.Errorf("a document expands to %d values", n)
			}
		}
	})
}
