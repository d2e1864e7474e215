package specedit

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/schema"
)

// Promote gives environment to what environment from has: what runs (images,
// the version of the chart, plugins), or only the fields that are named. A field
// that holds others stands for those of them that one of the two environments
// sets in its own spec; what both inherit, sizes of their presets among it,
// stays.
//
// Only the own spec of to changes. An image that both take from different
// registries stays in its registry.
func (s *Spec) Promote(from, to string, only ...string) error {
	for _, env := range []string{from, to} {
		if err := s.known(env); err != nil {
			return err
		}
	}
	if from == to {
		return fmt.Errorf("%s cannot be promoted to itself", from)
	}
	d, err := schema.Parse(s.name, s.file.Bytes())
	if err != nil {
		return err
	}
	p := promotion{Spec: s, from: from, to: to}
	if p.source, err = effective(d, from); err != nil {
		return err
	}
	if p.target, err = effective(d, to); err != nil {
		return err
	}
	leaves, err := p.leaves(only)
	if err != nil {
		return err
	}
	for _, leaf := range leaves {
		if err := p.copy(leaf, len(only) > 0); err != nil {
			return err
		}
	}
	return p.check(leaves)
}

type promotion struct {
	*Spec
	from, to       string
	source, target yamledit.Value // complete
	kept           []yamledit.Path
}

// leaves are the single values to look at.
func (p *promotion) leaves(only []string) ([]yamledit.Path, error) {
	var all []yamledit.Path
	add := func(leaf yamledit.Path) {
		if !slices.ContainsFunc(all, func(have yamledit.Path) bool { return slices.Equal(have, leaf) }) {
			all = append(all, leaf)
		}
	}
	if len(only) == 0 {
		for _, f := range p.fields.order {
			if runs(f) {
				leaf, _, err := p.fields.find(f.Path)
				if err != nil {
					return nil, err
				}
				add(leaf)
			}
		}
		return all, nil
	}
	for _, text := range only {
		field, _, err := p.fields.find(text)
		if err != nil {
			return nil, err
		}
		if f, ok := p.fields.byPath["spec."+field.String()]; ok && (len(f.Fields) > 0 || strings.HasPrefix(f.Type, "mapping")) {
			for _, env := range []string{p.from, p.to} {
				if v, ok := p.own(env, field); ok {
					p.spread(field, v, add)
				}
			}
			continue
		}
		add(field)
	}
	return all, nil
}

// runs tells the fields that say what runs, rather than how big it is or what
// it is called.
func runs(f schema.Field) bool {
	if len(f.Fields) > 0 {
		return false
	}
	switch path.Ext(f.Path) {
	case ".repository", ".tag", ".digest":
		return strings.HasSuffix(strings.TrimSuffix(f.Path, path.Ext(f.Path)), ".image")
	case ".version", ".plugins":
		return true
	}
	return false
}

// spread calls add for every single value below a field.
func (p *promotion) spread(field yamledit.Path, v yamledit.Value, add func(yamledit.Path)) {
	if v.Kind != yamledit.Map {
		if !v.IsNull() || len(p.fields.byPath["spec."+field.String()].Fields) == 0 {
			add(field)
		}
		return
	}
	for _, f := range v.Fields {
		p.spread(field.Join(f.Name), f.Value, add)
	}
}

// copy makes a field of one environment what it is in the other.
func (p *promotion) copy(leaf yamledit.Path, named bool) error {
	want, wanted := p.source.At(leaf...)
	have, had := p.target.At(leaf...)
	last := leaf[len(leaf)-1]
	switch {
	case wanted && had && same(want, have) && !p.unpinned(leaf, last):
		return nil
	case !wanted && !had:
		return nil
	case !wanted:
		if _, own := p.own(p.to, leaf); own {
			return p.remove(p.to, leaf)
		}
		if last == "digest" { // that of the base goes once the environment has a tag of its own
			tag := leaf[:len(leaf)-1].Join("tag")
			if v, ok := p.source.At(tag...); ok {
				return p.put(tag, v)
			}
		}
		return nil // check tells
	case !named && last == "repository" && path.Base(want.Text) == path.Base(have.Text):
		p.kept = append(p.kept, leaf)
		p.note("%s stays %s: it is the same image from another registry than %s", leaf, have.Text, want.Text)
		return nil
	case !named && p.derived(leaf):
		return nil
	}
	if raw, ok := p.own(p.from, leaf); ok && same(raw, want) {
		want = raw // written as in the other environment
	} else if want.Kind == yamledit.List && len(want.Items) == 1 && strings.Contains(p.typeOf(leaf), "or list") {
		want = want.Items[0]
	}
	return p.put(leaf, want)
}

// put sets a field of the environment and notes what held before.
func (p *promotion) put(leaf yamledit.Path, v yamledit.Value) error {
	if err := p.set(p.to, leaf, v); err != nil {
		return err
	}
	have, had := p.target.At(leaf...)
	if n := len(p.edit.Changes); had && n > 0 && p.edit.Changes[n-1].Field == leaf.String() {
		p.edit.Changes[n-1].Inherited = show(unlist(have))
	}
	return nil
}

// unpinned tells a digest that is the same in both environments, but that the
// environment inherits and loses with a tag of its own.
func (p *promotion) unpinned(leaf yamledit.Path, last string) bool {
	if last != "digest" {
		return false
	}
	if _, own := p.own(p.to, leaf); own {
		return false
	}
	for _, beside := range []string{"tag", "repository"} {
		if _, own := p.own(p.to, leaf[:len(leaf)-1].Join(beside)); own {
			return true
		}
	}
	return false
}

// derived tells a field that follows another one in both environments, as the
// tag of the gateway follows the version of its chart.
func (p *promotion) derived(leaf yamledit.Path) bool {
	f := p.fields.byPath["spec."+leaf.String()]
	if _, ok := p.fields.byPath["spec."+f.Default]; !ok {
		return false
	}
	for _, layer := range []string{p.from, p.to, ""} {
		if _, own := p.own(layer, leaf); own {
			return false
		}
	}
	return true
}

func (p *promotion) typeOf(leaf yamledit.Path) string {
	_, typ, err := p.fields.find(leaf.String())
	if err != nil {
		return ""
	}
	return typ
}

// check tells what could not be made the same, because it is inherited.
func (p *promotion) check(leaves []yamledit.Path) error {
	d, err := schema.Parse(p.name, p.file.Bytes())
	if err != nil {
		return err
	}
	now, err := effective(d, p.to)
	if err != nil {
		return err
	}
	var errs []error
	for _, leaf := range leaves {
		want, wanted := p.source.At(leaf...)
		have, had := now.At(leaf...)
		if wanted == had && (!wanted || same(want, have)) || slices.ContainsFunc(p.kept, func(k yamledit.Path) bool { return slices.Equal(k, leaf) }) {
			continue
		}
		errs = append(errs, fmt.Errorf("%s: %s cannot be made as in %s: %s inherits it from the base spec; edit it by hand", p.name, leaf, p.from, p.to))
	}
	return errors.Join(errs...)
}
