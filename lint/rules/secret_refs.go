package rules

import (
	"slices"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A configRef is a place that names a Secret or ConfigMap, or a key of it.
type configRef struct {
	kind, namespace string
	name, key       string
	nameAt, keyAt   lint.Place
	// optional says that the pod starts without it.
	optional bool
	// workload runs the pod that reads it, values are those whose chart makes
	// the reference, release is the chart of the HelmRelease that takes its
	// values from there: one of the three is set.
	workload *lint.Workload
	values   *repo.Values
	release  string
	// env says that the reference is a variable, not a volume.
	env bool
	// renamed says that kustomize writes the name that a generator gives to the
	// object into this reference.
	renamed bool
}

// configRefs returns the references to Secrets and ConfigMaps in pods, Helm
// values and HelmReleases, in the order of the documents. Those that have
// nothing to do with Redis or the gateway are left out.
func configRefs(f *lint.Facts) []configRef { return refsOf.Of(f) }

var refsOf = lint.Derive(collectRefs)

func collectRefs(f *lint.Facts) []configRef {
	var c refCollector
	for _, w := range f.Workloads {
		c.workload(w)
	}
	for _, v := range f.Env.Values {
		c.ref = configRef{values: v, namespace: v.Namespace}
		c.object = v.Object
		c.walk(v.Value)
	}
	for _, o := range f.Env.Objects {
		if o.Kind != "HelmRelease" {
			continue
		}
		c.ref, c.object = configRef{namespace: o.Namespace, release: o.Value.Get("spec", "chart", "spec", "chart").Text()}, o
		for from := range o.Value.Get("spec", "valuesFrom").Elements() {
			c.add(from.Get("kind").Text(), from.Get("name"), from.Get("valuesKey"), from, false)
		}
	}
	for _, r := range f.Releases {
		for _, s := range r.Secrets {
			c.all = append(c.all, configRef{
				kind: s.Kind, namespace: s.Namespace, name: s.Name, key: s.Key, nameAt: s.NameAt, keyAt: s.KeyAt, values: r.Values, env: true,
			})
		}
	}
	for _, client := range f.Clients {
		for _, s := range client.Secrets {
			c.all = append(c.all, configRef{
				kind: s.Kind, namespace: s.Namespace, name: s.Name, key: s.Key, nameAt: s.NameAt, keyAt: s.KeyAt, release: "redis", env: true,
			})
		}
		// What the pods of the others refer to is there already.
		if ref := client.Password.Ref; ref != nil && client.OfChart {
			at := client.Password.Place
			c.all = append(c.all, configRef{
				kind: ref.Kind, namespace: ref.Namespace, name: ref.Name, key: ref.Key, nameAt: at, keyAt: at, release: "redis", env: true,
			})
		}
	}
	return slices.DeleteFunc(c.all, func(r configRef) bool { return !r.concernsUs() })
}

// ourWords are in the names of what these rules are about. Secrets of other
// applications in the same repository are none of their business.
var ourWords = pattern.New(`(?i)redis|valkey|sentinel|gravitee|apim|rate-?_?limit`).
	Where(pattern.HasFold("redis", "valkey", "sentinel", "gravitee", "apim", "rate")).Surely(pattern.Has("redis", "valkey", "sentinel", "gravitee", "apim"))

// concernsUs tells whether a reference has to do with Redis or the gateway: the
// pod runs one of them, or a name says so.
func (r configRef) concernsUs() bool {
	if r.workload != nil {
		for _, c := range r.workload.Containers {
			if ourWords.MatchString(c.Image.Repository) {
				return true
			}
		}
		if ourWords.MatchString(r.workload.Object.Name) {
			return true
		}
	}
	return r.values != nil || ourWords.MatchString(r.release) || ourWords.MatchString(r.name) || ourWords.MatchString(r.key)
}

type refCollector struct {
	all    []configRef
	ref    configRef // what the next references have in common
	object *repo.Object
}

// add adds a reference: name and key are missing where they are not written,
// at holds the mark optional.
func (c *refCollector) add(kind string, name, key, at repo.Value, env bool) {
	if !name.IsScalar() || lint.IsReference(name.Text()) || lint.IsReference(key.Text()) {
		return
	}
	r := c.ref
	r.kind, r.name, r.nameAt, r.env = kind, name.Text(), lint.At(c.object, name, ""), env
	r.optional = at.Get("optional").IsTrue()
	if key.IsScalar() {
		r.key, r.keyAt = key.Text(), lint.At(c.object, key, "")
	}
	c.all = append(c.all, r)
}

var keyRefs = []struct{ field, kind string }{{"secretKeyRef", "Secret"}, {"configMapKeyRef", "ConfigMap"}}

var wholeRefs = []struct{ field, kind string }{{"secretRef", "Secret"}, {"configMapRef", "ConfigMap"}}

func (c *refCollector) workload(w *lint.Workload) {
	c.ref, c.object = configRef{workload: w, namespace: w.Object.Namespace, renamed: true}, w.Object
	for _, container := range w.Containers {
		for e := range container.Value.Get("env").Elements() {
			for _, k := range keyRefs {
				at := e.Get("valueFrom", k.field)
				c.add(k.kind, at.Get("name"), at.Get("key"), at, true)
			}
		}
		for e := range container.Value.Get("envFrom").Elements() {
			for _, k := range wholeRefs {
				c.add(k.kind, e.Get(k.field, "name"), repo.Value{}, e.Get(k.field), true)
			}
		}
	}
	for v := range w.Pod.Get("volumes").Elements() {
		c.volume("Secret", v.Get("secret"), "secretName")
		c.volume("ConfigMap", v.Get("configMap"), "name")
		for s := range v.Get("projected", "sources").Elements() {
			c.volume("Secret", s.Get("secret"), "name")
			c.volume("ConfigMap", s.Get("configMap"), "name")
		}
		c.subPaths(w, v)
	}
}

func (c *refCollector) volume(kind string, source repo.Value, nameField string) {
	items := source.Get("items").Items()
	for _, item := range items {
		c.add(kind, source.Get(nameField), item.Get("key"), source, false)
	}
	if len(items) == 0 {
		c.add(kind, source.Get(nameField), repo.Value{}, source, false)
	}
}

// subPaths adds the keys of a Secret that are mounted one by one.
func (c *refCollector) subPaths(w *lint.Workload, volume repo.Value) {
	source := volume.Get("secret")
	if !source.Exists() || source.Get("items").Exists() {
		return
	}
	for _, container := range w.Containers {
		for m := range container.Value.Get("volumeMounts").Elements() {
			if m.Get("name").Text() == volume.Get("name").Text() && m.Get("subPath").Exists() {
				c.add("Secret", source.Get("secretName"), m.Get("subPath"), source, false)
			}
		}
	}
}

var secretNameLine = pattern.New(`(?m)^[ \t-]*secretName:[ \t]*["']?([a-z0-9][a-z0-9.-]*)["']?[ \t]*$`)

// walk looks for references in Helm values. The charts take volumes as text:
// gateway.extraVolumes: |.
func (c *refCollector) walk(at repo.Value) {
	for k, e := range at.Fields() {
		switch {
		case k == "secretKeyRef" && e.IsMap():
			c.add("Secret", e.Get("name"), e.Get("key"), e, true)
		case k == "configMapKeyRef" && e.IsMap():
			c.add("ConfigMap", e.Get("name"), e.Get("key"), e, true)
		case k == "secretRef" && e.IsMap():
			c.add("Secret", e.Get("name"), repo.Value{}, e, true)
		case k == "configMapRef" && e.IsMap():
			c.add("ConfigMap", e.Get("name"), repo.Value{}, e, true)
		case k == "extraVolumes" && e.IsScalar():
			for _, m := range secretNameLine.FindAllStringSubmatchIndex(e.Text(), -1) {
				r := c.ref
				r.kind, r.name = "Secret", e.Text()[m[2]:m[3]]
				r.nameAt = lint.At(c.object, e, "")
				r.nameAt.Span = e.TextSpan(m[2], m[3])
				c.all = append(c.all, r)
			}
		default:
			c.walk(e)
		}
	}
	for e := range at.Elements() {
		c.walk(e)
	}
}
