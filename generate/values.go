package generate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// vitalValues are what the gateway needs to count in this Redis. The schema
// refuses values that set them; nothing else may lose them either, such as null
// for a whole block.
var vitalValues = [][]string{
	{"ratelimit", "type"},
	{"gateway", "ratelimit", "redis", "host"},
	{"gateway", "ratelimit", "redis", "port"},
	{"gateway", "ratelimit", "redis", "sentinel"},
	{"gateway", "ratelimit", "redis", "ssl"},
	{"gateway", "podAnnotations", "quorumwright.dev/secrets-revision"},
	{"common", "annotations", "argocd.argoproj.io/sync-wave"},
}

// mergeValues returns the generated values of the chart with those of a person
// laid over them: maps are merged key by key, environment variables and blocks
// of text are appended, and anything else is replaced. null removes a default of
// the chart.
func mergeValues(values node, over map[string]any) (node, error) {
	if len(over) == 0 {
		return values, nil
	}
	n, err := toNode(over)
	if err != nil {
		return nil, err
	}
	merged, err := mergeNodes("gateway.values", values, n)
	if err != nil {
		return nil, err
	}
	for _, keys := range vitalValues {
		if !equal(lookup(values, keys...), lookup(merged, keys...)) {
			return nil, fmt.Errorf("gateway.values changes %s, without which the gateway does not find this Redis: remove it", strings.Join(keys, "."))
		}
	}
	return merged, nil
}

func mergeNodes(path string, under, over node) (node, error) {
	switch u := under.(type) {
	case *mapping:
		if o, ok := over.(*mapping); ok {
			return mergeMappings(path, u, o)
		}
	case []any:
		if path == "gateway.values.gateway.env" {
			return mergeEnv(path, u, over)
		}
	case string:
		if o, ok := over.(string); ok && strings.HasSuffix(u, "\n") {
			return u + o, nil
		}
	}
	return over, nil
}

func mergeMappings(path string, under, over *mapping) (node, error) {
	merged := &mapping{fields: slices.Clone(under.fields)}
	for _, f := range over.fields {
		value := f.value
		if u, ok := under.get(f.key); ok {
			var err error
			if value, err = mergeNodes(path+"."+f.key, u, value); err != nil {
				return nil, err
			}
		}
		merged.set(f.key, value)
	}
	return merged, nil
}

// mergeEnv appends variables. Of two with one name the last would count, so a
// variable of ours must not be among them.
func mergeEnv(path string, env []any, over node) (node, error) {
	more, ok := over.([]any)
	if !ok {
		return nil, fmt.Errorf("%s must be a list of variables", path)
	}
	merged := slices.Clone(env)
	for i, item := range more {
		name := text(item, "name")
		if slices.ContainsFunc(env, func(own node) bool { return strings.EqualFold(text(own, "name"), name) }) {
			return nil, fmt.Errorf("%s[%d]: the spec sets the variable %s already: remove it", path, i, name)
		}
		merged = append(merged, item)
	}
	return merged, nil
}

// toNode copies a value of a spec, with the keys of maps in order.
func toNode(v any) (node, error) {
	switch v := v.(type) {
	case nil, string, bool, int64, float64:
		return v, nil
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			n, err := toNode(item)
			if err != nil {
				return nil, err
			}
			list[i] = n
		}
		return list, nil
	case map[string]any:
		m := new(mapping)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n, err := toNode(v[key])
			if err != nil {
				return nil, err
			}
			m.fields = append(m.fields, field{key: key, value: n})
		}
		return m, nil
	}
	return nil, fmt.Errorf("gateway.values holds a value of type %T, which is not YAML", v)
}
