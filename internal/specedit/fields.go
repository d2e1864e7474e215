package specedit

import (
	"fmt"
	"strings"

	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/schema"
)

// fields are those of the schema by their paths, in its order too.
type fields struct {
	order  []schema.Field
	byPath map[string]schema.Field
}

func newFields(all []schema.Field) fields {
	f := fields{byPath: map[string]schema.Field{}}
	for _, field := range all {
		if field.Path == "spec" || strings.HasPrefix(field.Path, "spec.") {
			f.order = append(f.order, field)
			f.byPath[field.Path] = field
		}
	}
	return f
}

// find resolves what a person calls a field: redis.nodes, spec.redis.nodes,
// redis.config.maxmemory. It returns the path below spec, and the words for the
// type of its value, "" where anything may stand.
func (f fields) find(text string) (yamledit.Path, string, error) {
	p, err := yamledit.ParsePath(strings.TrimPrefix(text, "spec."))
	if err != nil {
		return nil, "", err
	}
	switch p[0] {
	case "environments":
		return nil, "", fmt.Errorf("%s: write the field as explain names it, such as redis.nodes, and the environment as -e ENV", text)
	case "apiVersion", "kind", "metadata":
		return nil, "", fmt.Errorf("%s names the whole deployment, not a part of it: edit it by hand", text)
	}
	at := f.byPath["spec"]
	for i, name := range p {
		if len(at.Fields) == 0 {
			rest, typ := f.below(at, p[i:])
			if rest == nil {
				return nil, "", fmt.Errorf("%s is a single value: there is nothing below it", strings.TrimPrefix(at.Path, "spec."))
			}
			return p[:i:i].Join(rest...), typ, nil
		}
		next, ok := f.byPath[at.Path+"."+name]
		if !ok {
			if near := schema.Suggest(p.String()); near != "" {
				return nil, "", fmt.Errorf("there is no field %s: did you mean %s?", text, near)
			}
			return nil, "", fmt.Errorf("there is no field %s: quorumwright explain %s lists what there is", text, at.Path)
		}
		at = next
	}
	return p, at.Type, nil
}

// below resolves the elements of a path below a field whose names the person
// chooses.
func (f fields) below(at schema.Field, rest yamledit.Path) (yamledit.Path, string) {
	if elem, ok := strings.CutPrefix(at.Type, "mapping of names to "); ok {
		if strings.HasPrefix(elem, "mapping") {
			return rest, ""
		}
		// Dots are part of a name such as service.example.com/type.
		return yamledit.Path{strings.Join(rest, ".")}, elem
	}
	switch {
	case at.Type == "mapping":
		return rest, ""
	case strings.HasPrefix(at.Type, "list of "):
		return rest, strings.TrimSuffix(strings.TrimPrefix(at.Type, "list of "), "s")
	}
	return nil, ""
}

// value reads what a person wrote on the command line for a field of a type.
// What does not suit the type is left to the schema, which words it.
func value(typ, text string) (yamledit.Value, error) {
	if typ == "text" || typ == "texts" {
		if len(text) > 1 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0] {
			return yamledit.FromYAML(text)
		}
		return yamledit.Text(text), nil
	}
	v, err := yamledit.FromYAML(text)
	free := typ == "" || strings.Contains(typ, "mapping") || strings.HasPrefix(typ, "list")
	switch {
	case free:
		return v, err
	case err != nil, v.Kind == yamledit.Map, v.IsNull(), v.Tag == "!!str" && v.Text != text && !quotedText(text), strings.HasPrefix(v.Tag, "!!timestamp"):
		return yamledit.Text(text), nil
	case v.Kind == yamledit.List && !strings.Contains(typ, "list"):
		return yamledit.Text(text), nil
	}
	return v, nil
}

func quotedText(text string) bool { return text != "" && (text[0] == '"' || text[0] == '\'') }

// images are the fields that hold an image, by what people call them: redis,
// gateway, metrics.
func (f fields) images() (names []string, byName map[string]schema.Field) {
	byName = map[string]schema.Field{}
	for _, field := range f.order {
		if !has(field, "repository") || !has(field, "tag") {
			continue
		}
		parts := strings.Split(strings.TrimPrefix(field.Path, "spec."), ".")
		name := parts[max(0, len(parts)-2)]
		names = append(names, name)
		byName[name] = field
	}
	return names, byName
}

func has(f schema.Field, name string) bool {
	for _, n := range f.Fields {
		if n == name {
			return true
		}
	}
	return false
}
