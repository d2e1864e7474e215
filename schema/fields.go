package schema

import (
	"slices"
	"strings"

	"cuelang.org/go/cue"
)

// A Field is what the schema says about one field of a spec file.
type Field struct {
	// Path is where it stands, with NAME for a name that the person chooses:
	// spec.redis.nodes, environments.NAME.preset.
	Path string
	// Type is text, number, true or false, mapping or list, in words.
	Type string
	// Constraint says what is allowed, to end the sentence "it must be …", with the
	// reason after a colon; empty for mappings.
	Constraint string
	// Default is the value that stands in for a missing one, or where it is taken
	// from; empty if there is none.
	Default string
	// Required is set if the field has no default and must be there.
	Required bool
	// Doc says what the field is, Lands where the generated files carry it.
	Doc, Lands string
	// Fields are the names of the fields directly below a mapping.
	Fields []string
}

// Fields lists every field of a spec file in the order of the schema; what
// environments.NAME.spec holds is listed once, under spec.
func Fields() ([]Field, error) { return shared().Fields() }

// Explain finds a field by its path, with or without the leading spec: nodes
// below redis are redis.nodes, spec.redis.nodes and
// environments.prod.spec.redis.nodes.
func Explain(path string) (Field, bool) {
	fields, err := Fields()
	if err != nil {
		return Field{}, false
	}
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Path == canonical(path) })
	if i < 0 {
		return Field{}, false
	}
	return fields[i], true
}

// Suggest is the path of the field that a path which Explain does not know most
// likely means, without the leading spec; empty if there is none.
func Suggest(path string) string {
	fields, err := Fields()
	if err != nil {
		return ""
	}
	var paths, last []string
	for _, f := range fields {
		p := short(f.Path)
		paths = append(paths, p)
		if lastName(p) == lastName(path) {
			last = append(last, p)
		}
	}
	if p := nearest(short(path), paths); p != "" {
		return p
	}
	if len(last) == 1 {
		return last[0]
	}
	return ""
}

// canonical brings a path to the form of Field.Path.
func canonical(path string) string {
	path = strings.TrimSuffix(strings.TrimPrefix(path, "."), ".")
	first, rest, _ := strings.Cut(path, ".")
	switch first {
	case "environments":
		_, inner, found := strings.Cut(rest, ".")
		if below, ok := strings.CutPrefix(inner, "spec."); ok {
			return "spec." + below
		}
		if found {
			return "environments.NAME." + inner
		}
		if rest != "" {
			return "environments.NAME"
		}
	case "apiVersion", "kind", "metadata", "spec":
	default:
		return "spec." + path
	}
	return path
}

// Fields is the function Fields with a Loader of one's own.
func (l *Loader) Fields() ([]Field, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.compile(); err != nil {
		return nil, err
	}
	var fields []Field
	var walk func(e *entry, path, lands string)
	walk = func(e *entry, path, lands string) {
		if path != "" {
			f := l.field(e, path)
			if f.Lands == "" && path != "spec" && e.form == scalarForm {
				f.Lands = lands // a part of what lands there
			}
			lands = f.Lands
			fields = append(fields, f)
		}
		if path == "environments.NAME.spec" {
			return
		}
		switch e.open(); {
		case e.form == structForm:
			for _, f := range e.fields {
				walk(f, join(path, f.name), lands)
			}
		case path == "environments":
			walk(e.elem, path+".NAME", "")
		}
	}
	walk(l.document, "", "")
	return fields, nil
}

func (l *Loader) field(e *entry, path string) Field {
	f := Field{Path: path, Type: l.typeWords(e), Required: e.required, Default: l.defaultWords(e, path)}
	f.Doc, f.Lands = doc(e.v)
	if e.form == structForm {
		f.Fields = e.names()
		return f
	}
	of := e
	if e.form == listForm || e.form == mapForm && e.elem.form == scalarForm {
		of = e.elem
	}
	f.Constraint = l.says(of.typ, "says")
	if why := l.says(of.typ, "why"); why != "" {
		f.Constraint += ": " + why
	}
	return f
}

func (l *Loader) typeWords(e *entry) string {
	switch e.open(); e.form {
	case structForm, freeForm:
		return "mapping"
	case mapForm:
		if e.elem.form == structForm {
			return "mapping of names to mappings"
		}
		return "mapping of names to " + plural(l.typeWords(e.elem))
	case listForm:
		return "list of " + plural(l.typeWords(e.elem))
	}
	k := e.v.IncompleteKind()
	switch {
	case k == cue.BoolKind:
		return "true or false"
	case k&cue.ListKind != 0:
		return "text, number or list of them"
	case k&cue.StringKind != 0 && k&cue.NumberKind != 0:
		return "text or number"
	case k&cue.StringKind != 0:
		return "text"
	}
	return "number"
}

func plural(word string) string {
	switch word {
	case "text":
		return "texts"
	case "number":
		return "numbers"
	}
	return word
}

// defaultWords is the default of a single value, or where it is taken from.
func (l *Loader) defaultWords(e *entry, path string) string {
	if s := attr(e.v, "default"); s != "" {
		return s
	}
	n := l.defaults.find(short(path))
	if n == nil || short(path) == path {
		return ""
	}
	switch n.kind {
	case mapKind:
		if e.form != mapForm {
			return ""
		}
		var pairs []string
		for _, f := range n.fields {
			var lines []string
			for _, item := range f.value.items {
				lines = append(lines, item.text)
			}
			pairs = append(pairs, f.name+": "+strings.Join(lines, ", "))
		}
		return "{" + strings.Join(pairs, ", ") + "}"
	case listKind:
		return "[]"
	}
	return n.text
}

// doc splits the comment of a field into what it is and where it lands.
func doc(v cue.Value) (text, lands string) {
	groups := v.Doc()
	if len(groups) == 0 {
		return "", ""
	}
	var paragraphs []string
	for _, p := range strings.Split(strings.TrimSpace(groups[0].Text()), "\n\n") {
		p = strings.Join(strings.Fields(p), " ")
		if rest, ok := strings.CutPrefix(p, "Lands in: "); ok {
			lands = strings.TrimSuffix(rest, ".")
			continue
		}
		paragraphs = append(paragraphs, p)
	}
	return strings.Join(paragraphs, "\n\n"), lands
}

func lastName(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }
