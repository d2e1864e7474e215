package specedit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/schema"
)

// effective is the complete spec of an environment, defaults and all, as a
// value: fields that are empty are not in it.
func effective(d *schema.Deployment, env string) (yamledit.Value, error) {
	for _, e := range d.Environments {
		if e.Name != env {
			continue
		}
		text, err := json.Marshal(e.Spec)
		if err != nil {
			return yamledit.Value{}, err
		}
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.UseNumber()
		var v any
		if err := dec.Decode(&v); err != nil {
			return yamledit.Value{}, err
		}
		return fromJSON(v), nil
	}
	return yamledit.Value{}, fmt.Errorf("no environment %q in %s", env, d.Source)
}

func fromJSON(v any) yamledit.Value {
	switch v := v.(type) {
	case map[string]any:
		m := yamledit.Value{Kind: yamledit.Map}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			m.Fields = append(m.Fields, yamledit.Field{Name: name, Value: fromJSON(v[name])})
		}
		return m
	case []any:
		l := yamledit.Value{Kind: yamledit.List}
		for _, item := range v {
			l.Items = append(l.Items, fromJSON(item))
		}
		return l
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return yamledit.Value{Tag: "!!float", Text: v.String()}
		}
		return yamledit.Value{Tag: "!!int", Text: v.String()}
	case bool:
		return yamledit.Value{Tag: "!!bool", Text: fmt.Sprint(v)}
	case string:
		return yamledit.Text(v)
	}
	return yamledit.Value{Tag: "!!null"}
}

// same tells whether two values mean the same to the schema: a number and a
// text that looks like it are one where the field takes both, and a list of one
// line is the line.
func same(v, w yamledit.Value) bool {
	v, w = unlist(v), unlist(w)
	if v.Kind == yamledit.Scalar && w.Kind == yamledit.Scalar {
		return v.Text == w.Text && v.IsNull() == w.IsNull()
	}
	return v.Equal(w)
}

func unlist(v yamledit.Value) yamledit.Value {
	if v.Kind == yamledit.List && len(v.Items) == 1 {
		return v.Items[0]
	}
	return v
}
