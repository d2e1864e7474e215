package generate

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// patch lists the JSON 6902 operations that turn one document into another, in
// an order in which each of them applies. It never removes a list's element but
// from its end, so that every index means the same before and after.
func patch(from, to node) []any {
	var ops []any
	diffNodes(&ops, "", from, to)
	return ops
}

func diffNodes(ops *[]any, path string, from, to node) {
	switch to := to.(type) {
	case *mapping:
		if from, ok := from.(*mapping); ok {
			diffMappings(ops, path, from, to)
			return
		}
	case []any:
		if from, ok := from.([]any); ok {
			diffSequences(ops, path, from, to)
			return
		}
	}
	if !equal(from, to) {
		*ops = append(*ops, operation("replace", path, to))
	}
}

func diffMappings(ops *[]any, path string, from, to *mapping) {
	for _, f := range from.fields {
		if _, ok := to.get(f.key); !ok {
			*ops = append(*ops, operation("remove", path+"/"+escapePointer(f.key), nil))
		}
	}
	for _, f := range to.fields {
		old, ok := from.get(f.key)
		if !ok {
			*ops = append(*ops, operation("add", path+"/"+escapePointer(f.key), f.value))
			continue
		}
		diffNodes(ops, path+"/"+escapePointer(f.key), old, f.value)
	}
}

// diffSequences goes element by element where the lists are the same thing with
// something at the end more or less, and replaces the whole list else.
func diffSequences(ops *[]any, path string, from, to []any) {
	common := min(len(from), len(to))
	for i := range common {
		if identity(from[i]) != identity(to[i]) {
			*ops = append(*ops, operation("replace", path, to))
			return
		}
	}
	for i := range common {
		diffNodes(ops, path+"/"+strconv.Itoa(i), from[i], to[i])
	}
	for i := len(from) - 1; i >= common; i-- {
		*ops = append(*ops, operation("remove", path+"/"+strconv.Itoa(i), nil))
	}
	for _, item := range to[common:] {
		*ops = append(*ops, operation("add", path+"/-", item))
	}
}

// identity is what makes an element of a list the same one: its name, or for a
// scalar its value.
func identity(n node) any {
	switch n := n.(type) {
	case *mapping:
		for _, key := range []string{"name", "mountPath", "topologyKey", "port"} {
			if value, ok := n.get(key); ok {
				return value
			}
		}
		return nil
	case []any:
		return nil
	}
	return n
}

// applyPatch returns a document as the operations of patch change it. Documents
// are shared, so what is changed is copied first.
func applyPatch(doc node, ops []any) node {
	for _, op := range ops {
		value := lookup(op, "value")
		var path []string
		if pointer := text(op, "path"); pointer != "" {
			path = strings.Split(pointer[1:], "/")
		}
		doc = applyOperation(doc, text(op, "op"), path, value)
	}
	return doc
}

func applyOperation(doc node, op string, path []string, value node) node {
	if len(path) == 0 {
		return value
	}
	last := len(path) == 1
	switch doc := doc.(type) {
	case *mapping:
		key := pointerUnescapes.Replace(path[0])
		changed := &mapping{fields: slices.Clone(doc.fields)}
		if last && op == "remove" {
			changed.fields = slices.DeleteFunc(changed.fields, func(f field) bool { return f.key == key })
			return changed
		}
		under, _ := doc.get(key)
		changed.set(key, applyOperation(under, op, path[1:], value))
		return changed
	case []any:
		if last && path[0] == "-" {
			return append(slices.Clone(doc), value)
		}
		i, err := strconv.Atoi(path[0])
		if err != nil || i >= len(doc) {
			return doc
		}
		if last && op == "remove" {
			return slices.Delete(slices.Clone(doc), i, i+1)
		}
		changed := slices.Clone(doc)
		changed[i] = applyOperation(doc[i], op, path[1:], value)
		return changed
	}
	return doc
}

func operation(op, path string, value node) *mapping {
	m := &mapping{fields: []field{{key: "op", value: op}, {key: "path", value: path}}}
	if op != "remove" {
		m.fields = append(m.fields, field{key: "value", value: value})
	}
	return m
}

var (
	pointerEscapes   = strings.NewReplacer("~", "~0", "/", "~1")
	pointerUnescapes = strings.NewReplacer("~1", "/", "~0", "~")
)

func escapePointer(key string) string { return pointerEscapes.Replace(key) }

// equal compares values and order, not comments.
func equal(a, b node) bool {
	switch a := a.(type) {
	case *mapping:
		b, ok := b.(*mapping)
		if !ok || len(a.fields) != len(b.fields) {
			return false
		}
		for i := range a.fields {
			if a.fields[i].key != b.fields[i].key || !equal(a.fields[i].value, b.fields[i].value) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equal(a[i], b[i]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a, b)
}
