package generate

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/schema"
)

// A feature is a part of the topology that environments switch on one by one.
// Where the base has it off and an environment on, it becomes a component that
// the overlay lists, instead of a patch that every overlay repeats.
type feature struct {
	name    string
	about   string
	enabled func(*schema.Redis) *bool
}

var features = []feature{
	{"tls", "Certificates for Redis and Sentinel; redis.conf and sentinel.conf of the overlay use them.", func(r *schema.Redis) *bool { return &r.TLS.Enabled }},
	{"metrics", "A Prometheus exporter in every Redis pod.", func(r *schema.Redis) *bool { return &r.Metrics.Enabled }},
}

// A component is a feature as patches of the base.
type component struct {
	feature
	patches []objectPatch
}

// An objectPatch changes one object of the base.
type objectPatch struct {
	file   string // of the object in the base
	kind   string
	name   string
	change []any // JSON 6902 operations
}

// components returns those that some environment of the deployment needs.
func (g *generator) components(environments []schema.Environment) ([]component, error) {
	var list []component
	for _, f := range features {
		used := slices.ContainsFunc(environments, func(e schema.Environment) bool { return *f.enabled(&e.Spec.Redis) })
		if *f.enabled(&g.base.spec.Redis) || !used {
			continue
		}
		with := g.base
		*f.enabled(&with.spec.Redis) = true
		objects, err := g.manifests(with)
		if err != nil {
			return nil, err
		}
		list = append(list, component{f, diffObjects(g.objects, objects)})
	}
	return list, nil
}

// writeComponents writes the components beside the base, which owns them, and
// returns their names.
func (g *generator) writeComponents(o *owner) (names []string, err error) {
	for _, c := range g.shared {
		files := []patchFile{}
		for _, p := range c.patches {
			files = append(files, p.reference())
			o.addBeside("components/"+c.name+"/"+p.patchName(), g.yaml(p.change))
		}
		kustomization, err := g.shapes.fill("Component", componentInput{files})
		if err != nil {
			return nil, err
		}
		o.addBeside("components/"+c.name+"/kustomization.yaml", g.yaml(kustomization, c.about))
		names = append(names, c.name)
	}
	return names, nil
}

// withComponents returns the objects of the base as the components that an
// environment lists leave them, and the names of these components.
func (g *generator) withComponents(e environment) (objects []field, names []string) {
	objects, names = slices.Clone(g.objects), []string{}
	for _, c := range g.shared {
		if !*c.enabled(&e.spec.Redis) {
			continue
		}
		names = append(names, c.name)
		for _, p := range c.patches {
			i := slices.IndexFunc(objects, func(f field) bool { return f.key == p.file })
			objects[i].value = applyPatch(objects[i].value, p.change)
		}
	}
	return objects, names
}

// diffObjects returns a patch for every object that differs.
func diffObjects(from, to []field) []objectPatch {
	var list []objectPatch
	for i, object := range to {
		if change := patch(from[i].value, object.value); len(change) > 0 {
			list = append(list, objectPatch{object.key, text(object.value, "kind"), text(object.value, "metadata", "name"), change})
		}
	}
	return list
}

// patchName turns statefulset.yaml into statefulset.patch.yaml.
func (p objectPatch) patchName() string { return strings.TrimSuffix(p.file, ".yaml") + ".patch.yaml" }

// reference is how a kustomization lists the patch.
func (p objectPatch) reference() patchFile { return patchFile{p.kind, p.name, p.patchName()} }
