package generate

import (
	"path"
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
		used := false
		for i := range environments { // they are large, and not to be copied
			used = used || *f.enabled(&environments[i].Spec.Redis)
		}
		if *f.enabled(&g.base.spec.Redis) || !used {
			continue
		}
		with := g.base
		*f.enabled(&with.spec.Redis) = true
		objects, err := g.manifests(with)
		if err != nil {
			return nil, err
		}
		list = append(list, component{f, diffObjects(g.objects, objects.fields)})
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

// withComponents returns the objects of the base as some components leave them.
func (g *generator) withComponents(names []string) []field {
	objects := slices.Clone(g.objects)
	for _, c := range g.shared {
		if !slices.Contains(names, c.name) {
			continue
		}
		for _, p := range c.patches {
			i := slices.IndexFunc(objects, func(f field) bool { return f.key == p.file })
			objects[i].value = applyPatch(objects[i].value, p.change)
		}
	}
	return objects
}

// A patchKey is what the patches of an environment depend on.
type patchKey struct {
	objects    *mapping
	components string
}

// A filePatch is a patch as an overlay lists and holds it.
type filePatch struct {
	patchFile
	form *form
}

// patch lists the components of an environment and writes how its objects differ
// from the base with these. Images and the number of pods are not among it: a
// kustomization has fields for them.
func (g *generator) patch(e environment, p place, o *owner, in *overlayInput) error {
	base := g.base.spec.Redis
	e.spec.Redis.Image, e.spec.Redis.Nodes, e.spec.Redis.Metrics.Image = base.Image, base.Nodes, base.Metrics.Image
	to, err := g.manifests(e)
	if err != nil {
		return err
	}
	in.Components = []string{}
	for _, c := range g.shared {
		if *c.enabled(&e.spec.Redis) {
			in.Components = append(in.Components, c.name)
		}
	}
	key := patchKey{to, strings.Join(in.Components, " ")}
	patches, ok := g.patches[key]
	if !ok {
		for _, change := range diffObjects(g.withComponents(in.Components), to.fields) {
			patches = append(patches, filePatch{change.reference(), g.yaml(change.change)})
		}
		if len(g.patches) == maxKnown {
			clear(g.patches)
		}
		g.patches[key] = patches
	}
	in.Patches = []patchFile{}
	for _, patch := range patches {
		in.Patches = append(in.Patches, patch.patchFile)
		o.add(path.Join(p.dir, patch.Path), patch.form)
	}
	return nil
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
