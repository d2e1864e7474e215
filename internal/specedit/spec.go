package specedit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/spelling"
	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/schema"
)

// A Spec is a spec file that is being changed.
type Spec struct {
	name   string
	before []byte
	file   *yamledit.File
	fields fields
	edit   Edit
}

// An Edit is what became of a spec file.
type Edit struct {
	// Before and After are the bytes of the file.
	Before, After []byte
	// Changes are the values that differ, in the order in which they were made.
	Changes []Change
	// Notes tell what was done or left beside what was asked for.
	Notes []string
	// Deployment is what the file says now.
	Deployment *schema.Deployment
}

// A Change is one value of the file.
type Change struct {
	// Path is where it stands in the file: environments.prod.spec.redis.nodes.
	Path string
	// Field is the path below spec: redis.nodes.
	Field string
	// Old and New are the values on one line; Old is empty if the field
	// was not there, New if it is not any more.
	Old, New string
	// Inherited is the value that held before, where Old is empty and Promote made
	// the change.
	Inherited string
}

// Open reads a spec file. The error is a *yamledit.Error, or says that the file
// is one that has to be edited by hand.
func Open(name string, data []byte) (*Spec, error) {
	if strings.HasSuffix(name, ".cue") {
		return nil, fmt.Errorf("%s: a spec in CUE is a program: edit it by hand, then run quorumwright generate", name)
	}
	all, err := schema.Fields()
	if err != nil {
		return nil, err
	}
	file, err := yamledit.Parse(name, data)
	if err != nil {
		return nil, err
	}
	return &Spec{name: name, before: data, file: file, fields: newFields(all)}, nil
}

// Finish checks the whole spec as it is now. The error is schema.Errors if it
// breaks the schema.
func (s *Spec) Finish() (*Edit, error) {
	d, err := schema.Parse(s.name, s.file.Bytes())
	if err != nil {
		return nil, err
	}
	e := s.edit
	e.Before, e.After, e.Deployment = s.before, s.file.Bytes(), d
	return &e, nil
}

// at is where the fields of an environment's own spec stand in the file; those
// of the base for "".
func (s *Spec) at(env string) yamledit.Path {
	if env == "" {
		return yamledit.Path{"spec"}
	}
	return yamledit.Path{"environments", env, "spec"}
}

// known says which environments there are, if env is none of them.
func (s *Spec) known(env string) error {
	if env == "" {
		return nil
	}
	var names []string
	all, _ := s.file.Root().Get("environments")
	for _, f := range all.Fields {
		if f.Name == env {
			return nil
		}
		names = append(names, f.Name)
	}
	slices.Sort(names)
	if near := spelling.Nearest(env, names, spelling.Slips(env)); near != "" {
		return fmt.Errorf("no environment %q in %s: did you mean %s?", env, s.name, near)
	}
	return fmt.Errorf("no environment %q in %s: it has %s", env, s.name, strings.Join(names, ", "))
}

// own returns what an environment's own spec says about a field.
func (s *Spec) own(env string, field yamledit.Path) (yamledit.Value, bool) {
	return s.file.Root().At(s.at(env).Join(field...)...)
}

// set gives a field of an environment's own spec a value.
func (s *Spec) set(env string, field yamledit.Path, v yamledit.Value) error {
	old, had := s.own(env, field)
	path := s.at(env).Join(field...)
	before := s.file.Bytes()
	if err := s.file.Set(path, v); err != nil {
		return err
	}
	if string(before) == string(s.file.Bytes()) {
		return nil
	}
	c := Change{Path: path.String(), Field: field.String(), New: show(v)}
	if had && !old.IsNull() {
		c.Old = show(old)
	}
	s.edit.Changes = append(s.edit.Changes, c)
	return nil
}

// remove takes a field out of an environment's own spec.
func (s *Spec) remove(env string, field yamledit.Path) error {
	old, had := s.own(env, field)
	if !had {
		return nil
	}
	path := s.at(env).Join(field...)
	if err := s.file.Remove(path); err != nil {
		return err
	}
	s.edit.Changes = append(s.edit.Changes, Change{Path: path.String(), Field: field.String(), Old: show(old)})
	return nil
}

// show is a value for a person: a text without the quotes that it may need in the
// file.
func show(v yamledit.Value) string {
	if v.Kind == yamledit.Scalar && v.Text != "" {
		return v.Text
	}
	return v.String()
}

func (s *Spec) note(format string, args ...any) {
	s.edit.Notes = append(s.edit.Notes, fmt.Sprintf(format, args...))
}
