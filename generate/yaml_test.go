package generate

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// awkward are strings that some YAML reader takes for something else, or that
// cannot be written without care.
var awkward = []string{
	"", " ", "a b", " a", "a ", "yes", "No", "ON", "y", "true", "null", "Null", "~", ".inf", "-.inf", ".nan",
	"0", "012", "0o17", "0x1f", "0b1", "1_000", "1e5", "1E+5", "-1", "+1", ".5", "5.", "4.10", "7.2.5", "12:30", "1:2:3",
	"2024-01-01", "2024-01-01T00:00:00Z", "1e", "e1", "0xg", "100m", "1Gi", "5s", "sha256:0123",
	"a: b", "a:", ":a", "a #b", "#a", "a#b", "- a", "-a", "--flag=x", "?", "? a", "*a", "&a", "!a", "%a", "@a", "`a", "|", ">", ">-",
	"[a]", "{a}", "a, b", "'a'", `"a"`, `a"b`, `a\b`, "a\tb", "a\rb", "a\u0085b", "a\u2028b", "\ufeffa", "ü", "日本", "\U0001F600", "a\x00b", "a\x1bb",
	strings.Repeat("k", 1_500), strings.Repeat("\x7f", 171), strings.Repeat("\x7f", 170),
	"a\nb", "a\nb\n", "a\n\nb\n", "a\n\n", "\na", " a\nb\n", "a\n b\n", "a \nb\n", "a\n\tb\n", "\n", "a\r\nb\n", "---", "...", "a\n---\nb\n", "=", "<<", "../../base",
}

// documentOf puts a string in every place that it can have in a document.
func documentOf(s string) *mapping {
	return &mapping{fields: []field{
		{key: "value", value: s},
		{key: "list", value: []any{s, []any{s}, &mapping{fields: []field{{key: "k", value: s}, {key: s + "!", value: s}}}}},
		{key: "map", value: &mapping{fields: []field{{key: s, value: s}}}},
		{key: "end", value: "x"},
	}}
}

// plain is a node as the yaml package decodes it.
func plain(n node) any {
	switch n := n.(type) {
	case *mapping:
		m := map[string]any{}
		for _, f := range n.fields {
			m[f.key] = plain(f.value)
		}
		return m
	case []any:
		list := []any{}
		for _, item := range n {
			list = append(list, plain(item))
		}
		return list
	case int64:
		return int(n)
	}
	return n
}

func encoded(n node) []byte {
	var b page
	encodeYAML(&b, n)
	return b.Bytes()
}

func TestYAMLRoundTrip(t *testing.T) {
	for _, s := range awkward {
		want := documentOf(s)
		data := encoded(want)
		var got any
		if err := yaml.Unmarshal(data, &got); err != nil {
			t.Errorf("%q: %v\n%s", s, err, data)
			continue
		}
		if diff := cmp.Diff(plain(want), got); diff != "" {
			t.Errorf("%q: -want +got\n%s\n%s", s, diff, data)
		}
	}
}

func FuzzYAMLRoundTrip(f *testing.F) {
	for _, s := range awkward {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = string(bytes.ToValidUTF8([]byte(s), nil))
		want := documentOf(s)
		var got any
		if err := yaml.Unmarshal(encoded(want), &got); err != nil {
			t.Fatalf("%q: %v\n%s", s, err, encoded(want))
		}
		if diff := cmp.Diff(plain(want), got); diff != "" {
			t.Errorf("%q: -want +got\n%s", s, diff)
		}
	})
}

func TestYAMLStyle(t *testing.T) {
	doc := &mapping{fields: []field{
		{key: "name", value: "redis", comment: "First line.\n\nThird line."},
		{key: "version", value: "7.2.5"},
		{key: "count", value: int64(3)},
		{key: "ratio", value: 0.5},
		{key: "large", value: 1e21},
		{key: "on", value: true},
		{key: "none", value: nil},
		{key: "empty", value: new(mapping)},
		{key: "list", value: []any{}},
		{key: "env", value: []any{
			&mapping{fields: []field{{key: "name", value: "A", comment: "Before the item."}, {key: "value", value: "012"}}},
			"plain", []any{"x", int64(1)}, new(mapping),
		}},
		{key: "script", value: "a\n  b\n\nc\n"},
		{key: "cut", value: "a\nb"},
		{key: "nested", value: &mapping{fields: []field{{key: "deep", value: []any{"y"}, comment: "Inside."}}}},
	}}
	const want = `# First line.
#
# Third line.
name: redis
version: "7.2.5"
count: 3
ratio: 0.5
large: 1000000000000000000000.0
"on": true
none: null
empty: {}
list: []
env:
# Before the item.
- name: A
  value: "012"
- plain
-
  - x
  - 1
- {}
script: |
  a
    b

  c
cut: |-
  a
  b
nested:
  # Inside.
  deep:
  - "y"
`
	if diff := cmp.Diff(want, string(encoded(doc))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
