package importer

import (
	"errors"
	"fmt"
	"slices"

	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/schema"
)

// maxRounds bounds how often what the schema refuses is taken out: one mistake
// may hide another.
const maxRounds = 20

// settle takes out what the schema refuses until the rest is a spec.
func (im *importing) settle() error {
	for range maxRounds {
		text := im.encode()
		d, err := schema.Parse(im.opts.Name, text)
		if err == nil {
			im.result.Spec, im.result.Deployment = text, d
			return nil
		}
		var errs schema.Errors
		if !errors.As(err, &errs) {
			return err
		}
		gone := false
		for _, e := range errs {
			gone = im.refuse(e) || gone
		}
		if !gone {
			return fmt.Errorf("the files do not become a spec: %s", errs[0].Message)
		}
	}
	return fmt.Errorf("the files do not become a spec: too much in them is wrong")
}

// refuse takes out what an error of the schema is about. It tells whether there
// was anything to take out.
func (im *importing) refuse(e *schema.Error) bool {
	env, path := split(e.Path)
	root := im.base
	for _, d := range im.envs {
		if env == d.name {
			root = d.spec
		}
	}
	for n := len(path); n > 0; n-- {
		at := root.at(path[:n]...)
		if at == nil {
			continue
		}
		from := at.from
		if i, ok := itemOf(path[n:]); ok && i < len(at.items) {
			from = at.items[i]
			at.items = slices.Delete(slices.Clone(at.items), i, i+1)
		}
		if v, ok := without(at.value, path[n:]); ok && len(v.Items)+len(v.Fields) > 0 {
			at.value = &v
		} else {
			root.remove(path[:n]...)
		}
		why := e.Message
		if e.Help != "" {
			why += "; " + e.Help
		}
		im.result.dropped(from, "%s", why)
		return true
	}
	return false
}

// without takes a part out of a value; of a list the whole item.
func without(v *yamledit.Value, path []string) (yamledit.Value, bool) {
	if v == nil || len(path) == 0 {
		return yamledit.Value{}, false
	}
	out := *v
	if v.Kind == yamledit.List {
		i, ok := itemOf(path)
		if !ok || i >= len(v.Items) {
			return out, false
		}
		out.Items = slices.Delete(slices.Clone(v.Items), i, i+1)
		return out, true
	}
	i := slices.IndexFunc(v.Fields, func(f yamledit.Field) bool { return f.Name == path[0] })
	if i < 0 {
		return out, false
	}
	out.Fields = slices.Clone(v.Fields)
	if below, ok := without(&v.Fields[i].Value, path[1:]); ok && len(below.Items)+len(below.Fields) > 0 {
		out.Fields[i].Value = below
		return out, true
	}
	out.Fields = slices.Delete(out.Fields, i, i+1)
	return out, true
}

// itemOf is the index that a path begins with.
func itemOf(path []string) (i int, ok bool) {
	if len(path) == 0 {
		return 0, false
	}
	_, err := fmt.Sscanf(path[0], "[%d]", &i)
	return i, err == nil
}

// encode writes the spec.
func (im *importing) encode() []byte {
	var e encoder
	e.WriteString("# Written by quorumwright import. What a field means: quorumwright explain spec.redis.nodes\n")
	e.WriteString("# After a change: quorumwright generate\n")
	e.WriteString("apiVersion: quorumwright.dev/v1alpha1\nkind: HybridGateway\nmetadata:\n  name: " + key(im.name) + "\n")
	im.base.sort("spec", im.rank)
	if len(im.base.below) > 0 {
		e.WriteString("spec:\n")
		for _, n := range im.base.below {
			e.field(n, 1)
		}
	}
	e.WriteString("environments:\n")
	for _, d := range im.envs {
		d.spec.sort("spec", im.rank)
		if len(d.spec.below) == 0 {
			e.WriteString("  " + key(d.name) + ": {}\n")
			continue
		}
		e.WriteString("  " + key(d.name) + ":\n    spec:\n")
		for _, n := range d.spec.below {
			e.field(n, 3)
		}
	}
	return []byte(e.String())
}

// needs lists the Secrets that the spec refers to.
func (r *Result) needs() {
	add := func(namespace string, key schema.SecretKey) {
		for i := range r.Needed {
			n := &r.Needed[i]
			if n.Namespace == namespace && n.Name == key.SecretName {
				if !slices.Contains(n.Keys, key.Key) {
					n.Keys = append(n.Keys, key.Key)
				}
				return
			}
		}
		r.Needed = append(r.Needed, NeededSecret{namespace, key.SecretName, []string{key.Key}})
	}
	for _, env := range r.Deployment.Environments {
		s := env.Spec
		add(s.Namespace, s.Redis.Auth)
		add(s.Gateway.Namespace, s.Redis.Auth)
		add(s.Gateway.Namespace, s.Gateway.CloudToken)
		add(s.Gateway.Namespace, s.Gateway.License)
	}
}
