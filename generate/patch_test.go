package generate

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// parse reads a document for a test.
func parse(t *testing.T, text string) node {
	t.Helper()
	var y yaml.Node
	if err := yaml.Unmarshal([]byte(text), &y); err != nil {
		t.Fatal(err)
	}
	return fromYAML(t, y.Content[0])
}

func fromYAML(t *testing.T, y *yaml.Node) node {
	t.Helper()
	switch y.Kind {
	case yaml.MappingNode:
		m := new(mapping)
		for i := 0; i < len(y.Content); i += 2 {
			m.fields = append(m.fields, field{key: y.Content[i].Value, value: fromYAML(t, y.Content[i+1])})
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range y.Content {
			list = append(list, fromYAML(t, item))
		}
		return list
	}
	if n, err := strconv.ParseInt(y.Value, 10, 64); err == nil {
		return n
	}
	return y.Value
}

// apply does what RFC 6902 says, on documents as the yaml package decodes them.
func apply(t *testing.T, doc any, ops []any) any {
	t.Helper()
	for _, op := range ops {
		var value any
		if v, ok := op.(*mapping).get("value"); ok {
			value = plain(v)
		}
		var path []string
		if pointer := strings.TrimPrefix(text(op, "path"), "/"); pointer != "" {
			path = strings.Split(pointer, "/")
		}
		doc = applyOne(t, doc, text(op, "op"), path, value)
	}
	return doc
}

func applyOne(t *testing.T, doc any, op string, path []string, value any) any {
	t.Helper()
	if len(path) == 0 {
		return value
	}
	key := strings.NewReplacer("~1", "/", "~0", "~").Replace(path[0])
	switch doc := doc.(type) {
	case map[string]any:
		_, present := doc[key]
		switch {
		case len(path) > 1:
			doc[key] = applyOne(t, doc[key], op, path[1:], value)
		case op == "add" && present, op != "add" && !present:
			t.Fatalf("%s of %s, present: %v", op, key, present)
		case op == "remove":
			delete(doc, key)
		default:
			doc[key] = value
		}
		return doc
	case []any:
		if len(path) == 1 && op == "add" && key == "-" {
			return append(doc, value)
		}
		i, err := strconv.Atoi(key)
		if err != nil || i >= len(doc) {
			t.Fatalf("no element %s in a list of %d", key, len(doc))
		}
		switch {
		case len(path) > 1:
			doc[i] = applyOne(t, doc[i], op, path[1:], value)
		case op == "remove":
			return append(doc[:i], doc[i+1:]...)
		default:
			doc[i] = value
		}
		return doc
	}
	t.Fatalf("%s leads into a scalar", path)
	return nil
}

func TestPatch(t *testing.T) {
	tests := []struct{ name, from, to, ops string }{
		{"equal", `{a: 1, b: [x]}`, `{a: 1, b: [x]}`, ``},
		{"a field more and one less", `{a: 1, b: 2}`, `{a: 1, c: {d: 3}}`, `remove /b; add /c`},
		{"a scalar", `{a: {b: 1}}`, `{a: {b: 2}}`, `replace /a/b`},
		{"another kind of value", `{a: {b: 1}}`, `{a: [1]}`, `replace /a`},
		{"slashes and tildes", `{a/b: {c~d: 1}}`, `{a/b: {c~d: 2}}`, `replace /a~1b/c~0d`},
		{"inside of a list", `[{name: x, v: 1}, {name: y, v: 1}]`, `[{name: x, v: 1}, {name: y, v: 2}]`, `replace /1/v`},
		{"more at the end", `{l: [{name: x}]}`, `{l: [{name: x, v: 1}, {name: y}, {name: z}]}`, `add /l/0/v; add /l/-; add /l/-`},
		{"less at the end", `[a, b, c, d]`, `[a, b]`, `remove /3; remove /2`},
		{"another order", `[{name: x}, {name: y}]`, `[{name: y}, {name: x}]`, `replace `},
		{"one in the middle", `{l: [a, c]}`, `{l: [a, b, c]}`, `replace /l`},
		{"nothing left", `{l: [a]}`, `{l: []}`, `remove /l/0`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			from, to := parse(t, test.from), parse(t, test.to)
			ops := patch(from, to)
			var told []string
			for _, op := range ops {
				told = append(told, text(op, "op")+" "+text(op, "path"))
			}
			if diff := cmp.Diff(test.ops, strings.Join(told, "; ")); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if diff := cmp.Diff(plain(to), apply(t, plain(from), ops)); diff != "" {
				t.Errorf("the patch makes something else: -want +got\n%s", diff)
			}
			if diff := cmp.Diff(plain(to), plain(applyPatch(from, ops))); diff != "" {
				t.Errorf("applyPatch makes something else: -want +got\n%s", diff)
			}
			if !equal(from, parse(t, test.from)) {
				t.Error("applyPatch changed the document in place")
			}
		})
	}
}
