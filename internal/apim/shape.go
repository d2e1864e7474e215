package apim

import "slices"

// misshaped says why the chart cannot use a value of this kind for a key, ""
// if it can. Empty values are left alone: a template skips them.
func misshaped(key *Key, value Value, at *node) string {
	if !value.Truthy() {
		return ""
	}
	if key == nil { // a block without a value of its own
		if value.Kind == Map {
			return ""
		}
		return "it takes a map, not " + value.Kind.String()
	}
	wrong := false
	switch key.Kind {
	case Leaf, Template:
		wrong = !value.Kind.scalar()
	case Items, ListOf:
		wrong = value.Kind != List
	case Object, Free, MapOf:
		wrong = !acceptsKind(key.Types, value.Kind) && !(value.Kind == Map && at.count > 0)
	}
	if !wrong {
		return ""
	}
	takes := describeTypes(key.Types)
	if key.Kind == Template {
		takes = "a string (block scalar) that holds YAML"
	}
	return "it takes " + takes + ", not " + value.Kind.String()
}

// acceptsKind says whether a value of a kind fits one of the types.
func acceptsKind(types []string, kind ValueKind) bool {
	switch kind {
	case Map:
		return slices.Contains(types, "map")
	case List:
		return slices.Contains(types, "list")
	case Bool:
		return slices.Contains(types, "bool")
	default:
		return slices.ContainsFunc(types, func(t string) bool { return t != "map" && t != "list" && t != "bool" })
	}
}
