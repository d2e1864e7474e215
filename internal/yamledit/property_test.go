package yamledit

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// An author writes random documents in the styles that people use.
type author struct {
	*rand.Rand
	strings.Builder
	eol   string
	unit  int
	paths []string // of every value written
}

var words = []string{"redis", "7.2.5", `"quoted: # text"`, `'it''s'`, "5", "true", "null", "~", "", "a folded", "é", "https://example.com/a.zip", "1e3", "x: y"[:1]}

func (a *author) pick(list ...string) string { return list[a.IntN(len(list))] }

func (a *author) comment() string {
	return a.pick("", "", "", " # note", ` # {"$imagepolicy": "flux-system:redis:tag"}`, "   # renovate: datasource=docker, name=redis")
}

func (a *author) mapping(path string, indent, depth int) {
	for i := range 1 + a.IntN(4) {
		if a.IntN(4) == 0 {
			a.WriteString(strings.Repeat(" ", a.IntN(2)) + "# between" + a.eol)
		}
		if a.IntN(6) == 0 {
			a.WriteString(a.eol)
		}
		name := fmt.Sprintf("k%d", i)
		at := strings.TrimPrefix(path+"."+name, ".")
		a.paths = append(a.paths, at)
		a.WriteString(strings.Repeat(" ", indent) + a.pick(name, name, `"`+name+`"`) + ":")
		a.value(at, indent, depth)
	}
}

func (a *author) value(path string, indent, depth int) {
	switch n := a.IntN(10); {
	case n < 3 && depth > 0:
		a.WriteString(a.comment() + a.eol)
		a.mapping(path, indent+a.unit, depth-1)
	case n == 3:
		a.WriteString(a.pick(" |", " |-", " |+", " >") + a.eol)
		for range 1 + a.IntN(3) {
			a.WriteString(strings.Repeat(" ", indent+a.unit) + a.pick("line # no comment", "x: y") + a.eol)
		}
		if a.IntN(2) == 0 {
			a.WriteString(a.eol)
		}
	case n == 4:
		dash := indent + a.IntN(2)*a.unit
		a.WriteString(a.comment() + a.eol)
		for i := range 1 + a.IntN(3) {
			at := fmt.Sprintf("%s[%d]", path, i)
			a.paths = append(a.paths, at)
			if a.IntN(3) == 0 {
				a.paths = append(a.paths, at+".n")
				a.WriteString(strings.Repeat(" ", dash) + "- n: " + a.pick("1", "x") + a.comment() + a.eol)
				continue
			}
			a.WriteString(strings.Repeat(" ", dash) + "- " + a.pick("1", "x", "'q'") + a.comment() + a.eol)
		}
	case n == 5:
		a.paths = append(a.paths, path+".f", path+".g")
		a.WriteString(a.pick(" {f: 1, g: [a, b]}", " { f: 'x', g: {h: 2} }", " {f: , g: \"y\",}") + a.comment() + a.eol)
	case n == 6:
		a.WriteString(a.pick(" {}", " []") + a.comment() + a.eol)
	default:
		a.WriteString(" " + words[a.IntN(len(words))] + a.comment() + a.eol)
	}
}

// TestOnlyThat edits random documents: what the file says differs in the value
// alone, and what is written differs in one run of bytes that holds nothing of
// any other value and of no comment.
func TestOnlyThat(t *testing.T) {
	edits, refused := 0, 0
	for seed := range uint64(4000) {
		a := &author{Rand: rand.New(rand.NewPCG(seed, 1)), unit: 2}
		a.eol = a.pick("\n", "\n", "\r\n")
		a.unit = 2 + 2*a.IntN(2)
		a.mapping("", 0, 3)
		text := a.String()
		if a.IntN(5) == 0 {
			text = strings.TrimRight(text, "\r\n")
		}
		path := a.paths[a.IntN(len(a.paths))] + a.pick("", "", "", "", ".new", ".new.deeper.still")
		value := a.pick("9", `"text"`, "8.0.1", "[p, q]", "{r: s}", `"# no comment"`, "true")
		done, err := editOnce(text, path, value, a.IntN(8) == 0)
		if err != nil {
			t.Fatalf("seed %d, %s = %s: %v\n%s", seed, path, value, err, text)
		}
		if done {
			edits++
		} else {
			refused++
		}
	}
	if edits < 2500 {
		t.Errorf("only %d edits, %d refused: the test tests nothing", edits, refused)
	}
}

// editOnce makes one edit and judges it with a reader of its own. It reports
// whether the edit was made.
func editOnce(text, path, value string, remove bool) (bool, error) {
	f, err := Parse("f.yaml", []byte(text))
	if err != nil {
		return false, nil
	}
	p, err := ParsePath(path)
	if err != nil {
		return false, nil
	}
	v, err := FromYAML(value)
	if err != nil {
		return false, nil
	}
	if remove {
		err = f.Remove(p)
	} else {
		err = f.Set(p, v)
	}
	if err != nil {
		if string(f.Bytes()) != text {
			return false, fmt.Errorf("refused with %v, and changed", err)
		}
		return false, nil
	}
	var before, after, want any
	if err := yaml.Unmarshal([]byte(text), &before); err != nil {
		return false, nil // such as a key that is there twice
	}
	if err := yaml.Unmarshal(f.Bytes(), &after); err != nil {
		return false, fmt.Errorf("not YAML any more: %w\n%s", err, f.Bytes())
	}
	if err := yaml.Unmarshal([]byte(value), &want); err != nil {
		return false, err
	}
	if remove {
		if got, ok := dig(after, p); ok {
			return false, fmt.Errorf("still there: %v", got)
		}
	} else if got, ok := dig(after, p); !ok || fmt.Sprint(got) != fmt.Sprint(want) {
		return false, fmt.Errorf("holds %v, want %v\n%s", got, want, f.Bytes())
	}
	if b, a := fmt.Sprint(without(before, p)), fmt.Sprint(without(after, p)); b != a {
		return false, fmt.Errorf("changed elsewhere:\n%s\n%s\n%s", b, a, f.Bytes())
	}
	if was, is := comments([]byte(text)), comments(f.Bytes()); !remove && was != is {
		return false, fmt.Errorf("%d comments before, %d after\n%s", was, is, f.Bytes())
	}
	if !remove && bytes.Contains([]byte(text), []byte("\r\n")) && bytes.Contains(bytes.ReplaceAll(f.Bytes(), []byte("\r\n"), nil), []byte("\n")) {
		return false, fmt.Errorf("a line that ends in LF among CRLF\n%q", f.Bytes())
	}
	return true, nil
}

// comments counts those that the author writes.
func comments(text []byte) int {
	return bytes.Count(text, []byte("# note")) + bytes.Count(text, []byte("# renovate")) + bytes.Count(text, []byte("imagepolicy")) + bytes.Count(text, []byte("# between"))
}

func dig(v any, p Path) (any, bool) {
	for _, s := range p {
		if list, ok := v.([]any); ok {
			i, ok := item(s)
			if !ok || i >= len(list) {
				return nil, false
			}
			v = list[i]
			continue
		}
		m, _ := v.(map[string]any)
		below, ok := m[s]
		if !ok {
			return nil, false
		}
		v = below
	}
	return v, true
}

// without returns a value as it is without a path. Mappings that are then empty
// are no different from none: an edit makes those above a value.
func without(v any, p Path) any {
	if len(p) == 0 {
		return nil
	}
	switch w := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, below := range w {
			if p[0] == k {
				if len(p) == 1 {
					continue
				}
				below = without(below, p[1:])
				if below == nil {
					continue
				}
			}
			out[k] = below
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case []any:
		if i, ok := item(first(p)); ok && i < len(w) {
			out := append([]any{}, w...)
			out[i] = without(w[i], p[1:])
			return out
		}
		return w
	}
	return v
}

func first(p Path) string {
	if len(p) == 0 {
		return ""
	}
	return p[0]
}

// FuzzSet edits whatever it is given: no panic, and nothing else changes.
func FuzzSet(f *testing.F) {
	for _, text := range []string{"a: 1\nb: {c: x}\n", "a: &x [1]\nb: *x\n", "a: |+\n  x\n\nb:\n- c: 1\n", "? a\n: b\n", "\ufeffa: \"x\\\n  y\"\r\n", "!t a: !u b\n", "a: 'x\n\n  y'\n...\n"} {
		f.Add(text, "a.b", "1", false)
		f.Add(text, "b.c", "[x, {y: z}]", false)
		f.Add(text, "a", `"q"`, true)
	}
	f.Fuzz(func(t *testing.T, text, path, value string, remove bool) {
		if len(text) > 1<<12 || len(value) > 1<<10 {
			return
		}
		file, err := Parse("f.yaml", []byte(text))
		if err != nil {
			return
		}
		p, err := ParsePath(path)
		if err != nil {
			return
		}
		v, err := FromYAML(value)
		if err != nil {
			return
		}
		before := file.Root()
		if remove {
			err = file.Remove(p)
		} else {
			err = file.Set(p, v)
		}
		if err != nil {
			if string(file.Bytes()) != text {
				t.Fatalf("refused with %v, and changed", err)
			}
			return
		}
		again, err := Parse("f.yaml", file.Bytes())
		if err != nil {
			t.Fatalf("cannot be read any more: %v\n%q", err, file.Bytes())
		}
		if remove {
			return
		}
		if got, ok := again.Root().At(p...); ok && !got.Equal(v.keyed()) && got.anchor == "" {
			t.Fatalf("holds %s, want %s", got, v)
		}
		for _, field := range before.Fields {
			if field.Name == first(p) {
				continue
			}
			if got, ok := again.Root().Get(field.Name); ok && !got.Equal(field.Value) && countNames(before, field.Name) == 1 {
				t.Fatalf("%s changed", field.Name)
			}
		}
	})
}

func countNames(v Value, name string) (n int) {
	for _, f := range v.Fields {
		if f.Name == name {
			n++
		}
	}
	return n
}
