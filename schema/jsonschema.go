package schema

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
)

// JSONSchema returns the schema of a spec file as JSON Schema, draft 7, which
// editors know. It accepts every file that Parse accepts, and refuses all that
// a single field can get wrong; rules between fields are Parse's alone.
func JSONSchema() ([]byte, error) { return shared().JSONSchema() }

// JSONSchema is the function JSONSchema with a Loader of one's own.
func (l *Loader) JSONSchema() ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.compile(); err != nil {
		return nil, err
	}
	x := &exporter{loader: l}
	root := x.schema(l.document, "")
	root.prepend("$schema", "http://json-schema.org/draft-07/schema#")
	root.prepend("title", "quorumwright spec")
	definitions := &object{}
	definitions.set("spec", x.structure(l.spec, "spec"))
	root.set("definitions", definitions)
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

type exporter struct{ loader *Loader }

// schema describes one field. A mapping may also be empty: "prod:" says
// nothing and is allowed.
func (x *exporter) schema(e *entry, path string) *object {
	o := &object{}
	switch e.open(); {
	case e.typ == "#Spec":
		o.set("$ref", "#/definitions/spec")
		return o
	case e.form == structForm:
		o = x.structure(e, path)
	case e.form == mapForm:
		o.set("type", []string{"object", "null"})
		if e.keys.Exists() {
			names := &object{}
			constrain(names, e.keys)
			o.set("propertyNames", names)
		}
		o.set("additionalProperties", x.schema(e.elem, join(path, "NAME")))
		if path == "environments" {
			o.set("type", "object")
			o.set("minProperties", 1)
		}
	case e.form == freeForm:
		o.set("type", []string{"object", "null"})
	case e.form == listForm:
		o.set("type", []string{"array", "null"})
		o.set("items", x.schema(e.elem, path))
	default:
		constrain(o, cue.Dereference(e.v))
	}
	x.describe(o, e, path)
	return o
}

func (x *exporter) structure(e *entry, path string) *object {
	o, properties := &object{}, &object{}
	o.set("type", []string{"object", "null"})
	if path == "" || path == "metadata" {
		o.set("type", "object")
	}
	var required []string
	for _, f := range e.open().fields {
		properties.set(f.name, x.schema(f, join(path, f.name)))
		if f.required {
			required = append(required, f.name)
		}
	}
	o.set("properties", properties)
	if required != nil {
		o.set("required", required)
	}
	o.set("additionalProperties", false)
	return o
}

func (x *exporter) describe(o *object, e *entry, path string) {
	if text, _ := doc(e.v); text != "" && path != "" {
		o.set("description", text)
	}
	if !strings.HasPrefix(path, "spec.") || e.form != scalarForm {
		return
	}
	if n := x.loader.defaults.find(short(path)); n != nil {
		o.set("default", n.value())
	}
}

// constrain translates a constraint of a single value. What it does not know
// it leaves out, so that the result allows at least as much.
func constrain(o *object, v cue.Value) {
	op, args := v.Expr()
	switch op {
	case cue.AndOp:
		for _, arg := range args {
			constrain(o, cue.Dereference(arg))
		}
		return
	case cue.OrOp:
		if words := enum(v); len(words) == len(args) {
			o.set("enum", words)
			return
		}
		var any []*object
		for _, arg := range args {
			one := &object{}
			constrain(one, cue.Dereference(arg))
			any = append(any, one)
		}
		o.set("anyOf", any)
		return
	case cue.RegexMatchOp:
		pattern, _ := args[0].String()
		o.set("type", "string")
		o.all("pattern", pattern)
		return
	case cue.NotRegexMatchOp:
		pattern, _ := args[0].String()
		not := &object{}
		not.set("pattern", pattern)
		o.all("not", not)
		return
	case cue.GreaterThanEqualOp, cue.LessThanEqualOp, cue.GreaterThanOp:
		name := map[cue.Op]string{cue.GreaterThanEqualOp: "minimum", cue.LessThanEqualOp: "maximum", cue.GreaterThanOp: "exclusiveMinimum"}[op]
		if n, err := args[0].Int64(); err == nil {
			o.set(name, n)
		}
		return
	case cue.NotEqualOp:
		if s, err := args[0].String(); err == nil && s == "" {
			o.set("minLength", 1)
		}
		return
	case cue.CallOp:
		if len(args) == 2 && strings.HasSuffix(source(args[0]), "MaxRunes") {
			if n, err := args[1].Int64(); err == nil {
				o.set("type", "string")
				o.set("maxLength", n)
			}
		}
		return
	}
	switch k := v.IncompleteKind(); {
	case v.IsConcrete() && k != cue.ListKind:
		if s, err := v.String(); err == nil {
			o.set("const", s)
		}
	case k == cue.BoolKind:
		o.set("type", "boolean")
	case k == cue.IntKind:
		o.set("type", "integer")
	case k == cue.NumberKind, k == cue.FloatKind:
		o.set("type", "number")
	case k == cue.StringKind:
		o.set("type", "string")
	case k == cue.ListKind:
		item := &object{}
		if elem := v.LookupPath(cue.MakePath(cue.AnyIndex)); elem.Exists() {
			constrain(item, cue.Dereference(elem))
		}
		o.set("type", "array")
		o.set("items", item)
		o.set("minItems", 1)
	}
}

// source is the function of a call as it is written.
func source(v cue.Value) string {
	if _, path := v.ReferencePath(); len(path.Selectors()) > 0 {
		return path.String()
	}
	if s, err := v.MarshalJSON(); err == nil {
		if text, err := strconv.Unquote(string(s)); err == nil {
			return text
		}
	}
	return ""
}

// An object is a JSON object that keeps its fields in order.
type object struct {
	names  []string
	values []any
}

func (o *object) set(name string, value any) {
	for i, n := range o.names {
		if n == name {
			o.values[i] = value
			return
		}
	}
	o.names, o.values = append(o.names, name), append(o.values, value)
}

func (o *object) prepend(name string, value any) {
	o.names, o.values = append([]string{name}, o.names...), append([]any{value}, o.values...)
}

// all sets a keyword that may be needed more than once: the further ones go to
// allOf.
func (o *object) all(name string, value any) {
	for _, n := range o.names {
		if n != name {
			continue
		}
		more := &object{}
		more.set(name, value)
		for j, n := range o.names {
			if n == "allOf" {
				o.values[j] = append(o.values[j].([]*object), more)
				return
			}
		}
		o.set("allOf", []*object{more})
		return
	}
	o.set(name, value)
}

// MarshalJSON writes the fields in their order.
func (o *object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	out.WriteByte('{')
	for i, name := range o.names {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := enc.Encode(name); err != nil {
			return nil, err
		}
		out.WriteByte(':')
		if err := enc.Encode(o.values[i]); err != nil {
			return nil, err
		}
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}
