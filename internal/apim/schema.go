package apim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// ValuesSchema returns a JSON Schema (draft 7, which yaml-language-server reads
// best) of the values of a chart for a gateway: every known key with its type,
// default and condition. A key that no template reads is not allowed; roots of
// other components and free-form blocks are open. The bytes are the same for
// every call.
func ValuesSchema(v Version) []byte {
	chart := Catalogue(v)
	schema := object{
		{"$schema", "http://json-schema.org/draft-07/schema#"},
		{"title", "Gravitee APIM chart " + chart.Version.String() + ": values of a gateway"},
	}
	root := chart.nodeSchema(keys, nil)
	properties := root.take("properties").(object)
	for i := range roots {
		r := &roots[i]
		if r.role == "dead" || !r.live.Has(chart.release) {
			continue
		}
		if i := slices.IndexFunc(properties, func(m member) bool { return m.name == r.name }); i >= 0 {
			// Some keys are catalogued: they describe, the rest stays open.
			properties[i].value = properties[i].value.(object).with("additionalProperties", true)
			continue
		}
		properties = append(properties, member{r.name, object{
			{"description", r.words()},
		}})
	}
	for i, m := range properties {
		if m.name == "global" {
			properties[i].value = m.value.(object).with("additionalProperties", true)
		}
	}
	slices.SortFunc(properties, func(a, b member) int { return strings.Compare(a.name, b.name) })
	schema = append(schema, member{"type", "object"}, member{"properties", properties}, member{"additionalProperties", false})
	var out bytes.Buffer
	if err := json.Indent(&out, schema.append(nil), "", "  "); err != nil {
		panic("apim: " + err.Error()) // the encoder writes valid JSON
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// object is a JSON object with its members in order.
type object []member

type member struct {
	name  string
	value any
}

func (o object) take(name string) any {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return object{}
}

// with returns the object with a member replaced or added.
func (o object) with(name string, value any) object {
	changed := slices.Clone(o)
	for i, m := range changed {
		if m.name == name {
			changed[i].value = value
			return changed
		}
	}
	return append(changed, member{name, value})
}

func (o object) append(b []byte) []byte {
	b = append(b, '{')
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSON(b, m.name)
		b = append(b, ':')
		switch value := m.value.(type) {
		case object:
			b = value.append(b)
		default:
			b = appendJSON(b, value)
		}
	}
	return append(b, '}')
}

func appendJSON(b []byte, v any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic("apim: " + err.Error()) // strings, booleans, lists and raw JSON always encode
	}
	return append(b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}

// nodeSchema is the schema of a key, or of a step that only holds keys.
func (c *Chart) nodeSchema(n *node, path []string) object {
	var key *Key
	if n.record != nil && n.record.Live.Has(c.release) {
		key = c.key(n.record)
	}
	var schema object
	if key != nil {
		schema = append(schema, member{"description", key.describe()})
		if key.Default != "" && !strings.HasSuffix(key.Default, `…"`) {
			schema = append(schema, member{"default", json.RawMessage(key.Default)})
		}
	}
	if items := n.child("[]"); items != nil && items.liveIn(c.release) {
		return append(schema, member{"type", []string{"array", "null"}}, member{"items", c.nodeSchema(items, append(slices.Clone(path), "[]"))})
	}
	var properties object
	children := n.children()
	for i := range children {
		child := &children[i]
		if child.liveIn(c.release) {
			properties = append(properties, member{child.name, c.nodeSchema(child, append(slices.Clone(path), child.name))})
		}
	}
	properties = append(properties, c.elsewhere(n, path)...)
	if len(properties) == 0 {
		if key == nil { // only a step, and nothing below it lives: cannot happen for a live node
			return schema
		}
		return append(schema, key.typeSchema()...)
	}
	types := []string{"object", "null"}
	if key != nil && slices.Contains(key.Types, "bool") {
		types = append(types, "boolean")
	}
	open := key != nil && key.Kind == Free
	return append(schema, member{"type", types}, member{"properties", properties}, member{"additionalProperties", open})
}

// elsewhere are keys of a block which the gateway's templates do not read, but
// those of another component. They are allowed: the values may be those of the
// whole platform.
func (c *Chart) elsewhere(n *node, path []string) object {
	var properties object
	for i := range wrongKeys {
		wrong := &wrongKeys[i]
		at := ParsePath(wrong.path)
		last := len(at) - 1
		if wrong.effect != "elsewhere" || last == 0 || !slices.Equal(at[:last], path) {
			continue
		}
		if child := n.child(at[last]); child == nil || !child.liveIn(c.release) {
			properties = append(properties, member{at[last], object{{"description", wrong.why}}})
		}
	}
	slices.SortFunc(properties, func(a, b member) int { return strings.Compare(a.name, b.name) })
	return properties
}

// typeSchema are the JSON types of a key without keys of its own. A scalar is
// pasted as text, so a string takes numbers and booleans too, and a number may
// be written as a string. null removes a default.
func (k *Key) typeSchema() object {
	switch k.Kind {
	case MapOf:
		return object{
			{"type", []string{"object", "null"}},
			{"additionalProperties", object{{"type", []string{"string", "number", "boolean", "null"}}}},
		}
	case ListOf:
		return object{
			{"type", []string{"array", "null"}},
			{"items", object{{"type", []string{"string", "number", "boolean"}}}},
		}
	case Items:
		return object{{"type", []string{"array", "null"}}}
	case Template:
		return object{{"type", []string{"string", "null"}}}
	}
	var types []string
	for _, t := range k.Types {
		types = append(types, map[string][]string{
			"str":  {"string", "number", "boolean"},
			"int":  {"integer", "string"},
			"num":  {"number", "string"},
			"bool": {"boolean"},
			"list": {"array"},
			"map":  {"object"},
		}[t]...)
	}
	slices.Sort(types)
	return object{{"type", append(slices.Compact(types), "null")}}
}

// describe is what an editor shows for a key.
func (k *Key) describe() string {
	var lines []string
	add := func(format string, a ...any) { lines = append(lines, fmt.Sprintf(format, a...)) }
	if k.Note != "" {
		add("%s", k.Note)
	}
	if k.Setting != "" {
		add("gravitee.yml: %s", k.Setting)
	}
	if len(k.When) > 0 {
		add("read only with %s", k.When)
	}
	if k.Fallback != "" && k.Default == "" {
		add("default of the template: %s", k.Fallback)
	}
	if k.Required {
		add("required when the block around it is used")
	}
	if k.Kubernetes != "" {
		add("Kubernetes %s", k.Kubernetes)
	}
	if len(lines) == 0 {
		add("lands in %s", strings.Join(k.Lands, ", "))
	}
	return strings.Join(lines, "\n")
}
