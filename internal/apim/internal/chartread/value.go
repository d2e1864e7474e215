package chartread

import (
	"maps"
	"slices"
)

// value is what an expression of a template may be.
type value struct {
	// refs are the Helm values it may be.
	refs []string
	// from are the Helm values that a text was made of, with what was done to
	// them.
	from []flow
	// fields are those of a dict or of the context of a template.
	fields map[string]value
	// items are those of a list.
	items []value
	// values says that this is .Values itself.
	values bool
	// literal is a constant of the template; hasLiteral tells "" apart.
	literal    string
	hasLiteral bool
	// fallback is the constant of a default function around it.
	fallback string
	// measured says that it is the length of refs.
	measured bool
	// when is what the value tests, for a truth value.
	when *condition
	// asked are the values that the test looks at.
	asked []string
}

// flow is a Helm value inside a text.
type flow struct {
	path     string
	mode     Mode
	fallback string
}

func constant(text string) value { return value{literal: text, hasLiteral: true} }

func reference(path string) value { return value{refs: []string{path}} }

// either is a value that may be one or the other.
func either(a, b value) value {
	joined := value{
		refs:   union(a.refs, b.refs),
		from:   append(slices.Clone(a.from), b.from...),
		items:  append(slices.Clone(a.items), b.items...),
		values: a.values || b.values,
		asked:  union(a.asked, b.asked),
	}
	if a.fields != nil || b.fields != nil {
		joined.fields = maps.Clone(a.fields)
		if joined.fields == nil {
			joined.fields = make(map[string]value)
		}
		for name, field := range b.fields {
			if other, ok := joined.fields[name]; ok {
				field = either(other, field)
			}
			joined.fields[name] = field
		}
	}
	if a.hasLiteral && b.hasLiteral && a.literal == b.literal {
		joined.literal, joined.hasLiteral = a.literal, true
	}
	return joined
}

func union(a, b []string) []string {
	joined := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(joined, s) {
			joined = append(joined, s)
		}
	}
	return joined
}

// field is what .name of a value is.
func (v value) field(name string) value {
	result := value{}
	if v.values {
		result = either(result, reference(name))
	}
	for _, ref := range v.refs {
		result.refs = union(result.refs, []string{ref + "." + name})
	}
	if field, ok := v.fields[name]; ok {
		result = either(result, field)
		if len(v.refs) == 0 && !v.values {
			return field
		}
	}
	return result
}

// element is what an element of a value is.
func (v value) element() value {
	result := value{}
	for _, ref := range v.refs {
		result.refs = append(result.refs, ref+"[]")
	}
	for _, item := range v.items {
		result = either(result, item)
	}
	for _, name := range slices.Sorted(maps.Keys(v.fields)) {
		result = either(result, v.fields[name])
	}
	return result
}

// text is what a text made of a value carries.
func (v value) text(mode Mode) []flow {
	flows := slices.Clone(v.from)
	for _, ref := range v.refs {
		flows = append(flows, flow{ref, mode, v.fallback})
	}
	for _, item := range v.items {
		flows = append(flows, item.text(mode)...)
	}
	if mode == Passed {
		for _, name := range slices.Sorted(maps.Keys(v.fields)) {
			if !v.fields[name].values {
				flows = append(flows, v.fields[name].text(mode)...)
			}
		}
	}
	return flows
}

// holds is the condition that the value is true in the sense of templates.
func (v value) holds() condition {
	if v.when != nil {
		return *v.when
	}
	if v.hasLiteral && len(v.refs) == 0 {
		switch v.literal {
		case "", "false", "0":
			return condition{}
		}
		return always()
	}
	if len(v.refs) == 1 && len(v.from) == 0 && len(v.items) == 0 && !v.values && v.fields == nil {
		if v.fallback != "" && v.fallback != "false" && v.fallback != "0" {
			return always() // default true: never false
		}
		return truthy(v.refs[0])
	}
	return opaque()
}
