package schema

import "cuelang.org/go/cue"

// An entry is one field of the schema: what CUE allows in its place. Entries
// are made when a spec or a question first touches them, because a run looks
// at few of them.
type entry struct {
	name     string
	required bool
	v        cue.Value
	form     form
	typ      string // of a scalar: its definition in types.cue, such as #Port

	fields []*entry          // of a struct, in the order of the schema
	byName map[string]*entry // the same
	keys   cue.Value         // of a map: what its keys must be
	elem   *entry            // of a map or list
	opened bool              // fields and elem are filled in
}

type form uint8

const (
	scalarForm form = iota
	structForm      // named fields
	mapForm         // any keys, values of one kind
	listForm
	freeForm // anything: values of the chart
)

// words are the words of a form in messages.
func (f form) words() string {
	switch f {
	case structForm, mapForm, freeForm:
		return "a mapping of fields"
	case listForm:
		return "a list"
	}
	return "a single value"
}

func newEntry(name string, v cue.Value, required bool) *entry {
	e := &entry{name: name, v: v, required: required}
	if _, ref := v.ReferencePath(); len(ref.Selectors()) > 0 {
		e.typ = ref.String()
	}
	switch v.IncompleteKind() {
	case cue.ListKind:
		e.form = listForm
	case cue.StructKind:
		e.form = structForm
		if p := v.LookupPath(cue.MakePath(cue.AnyString)); p.Exists() {
			e.form = mapForm
			if p.IncompleteKind() == cue.TopKind {
				e.form = freeForm
			}
			break
		}
		if it, err := v.Fields(cue.Patterns(true)); err == nil && it.Next() && it.Selector().ConstraintType() == cue.PatternConstraint {
			e.form = mapForm
		}
	}
	return e
}

// open fills in what is below an entry.
func (e *entry) open() *entry {
	if e.opened {
		return e
	}
	e.opened = true
	switch e.form {
	case structForm:
		e.byName = map[string]*entry{}
		it, err := e.v.Fields(cue.Optional(true))
		if err != nil {
			return e
		}
		for it.Next() {
			sel := it.Selector()
			f := newEntry(sel.Unquoted(), it.Value(), sel.ConstraintType() == cue.RequiredConstraint)
			e.fields = append(e.fields, f)
			e.byName[f.name] = f
		}
	case mapForm:
		if p := e.v.LookupPath(cue.MakePath(cue.AnyString)); p.Exists() {
			e.elem = newEntry("", p, false)
			break
		}
		if it, err := e.v.Fields(cue.Patterns(true)); err == nil && it.Next() {
			e.keys = it.Selector().Pattern()
			e.elem = newEntry("", it.Value(), false)
		}
	case listForm:
		if p := e.v.LookupPath(cue.MakePath(cue.AnyIndex)); p.Exists() {
			e.elem = newEntry("", p, false)
		}
	}
	return e
}

// names are the fields of a struct in the order of the schema.
func (e *entry) names() []string {
	e.open()
	names := make([]string, len(e.fields))
	for i, f := range e.fields {
		names[i] = f.name
	}
	return names
}

// child is the entry of a field name, or of any key of a map; nil if there is
// none.
func (e *entry) child(name string) *entry {
	e.open()
	if e.form == mapForm {
		return e.elem
	}
	return e.byName[name]
}

// attr is the text of an attribute such as @says("…") of a value.
func attr(v cue.Value, name string) string {
	a := v.Attribute(name)
	if a.Err() != nil {
		return ""
	}
	s, _ := a.String(0)
	return s
}
