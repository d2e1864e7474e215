package repo

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// A release is a Helm release that the repository describes: the chart, and
// its values as layers, the lowest first.
type release struct {
	// beside are the folders that the other sources of an Application deploy.
	beside          []string
	name, namespace string
	chart           string // the name as written
	// alias is the name that another chart gives the chart, "" if its own.
	// repository is where the chart comes from, "" if that is told elsewhere.
	alias, repository string
	version           Value
	revision          string // the version with the parameters filled in, if it has some
	object            *Object
	layers            []Value
	// params are set on top of the layers.
	params []parameter
	// files are those among the layers, in order.
	files []*file
	// partial says that another file is named that is not here.
	partial bool
}

// knownChart tells the charts whose values we read; "" for others.
func knownChart(name string) string {
	name = strings.ToLower(path.Base(name))
	switch {
	case strings.Contains(name, "apim") || strings.Contains(name, "gravitee"):
		return "apim"
	case name == "redis-ha":
		return "redis-ha"
	case name == "redis" || name == "valkey" || name == "harbor" || name == "gitlab" || name == "sentry":
		return name
	}
	return ""
}

// chartOf tells the chart of a release by its name, or else by what its values
// look like. Values like those of a Redis chart are many: a chart with another
// name is another one.
func (rel *release) chartOf(v Value) string {
	chart := cmp.Or(knownChart(rel.chart), valuesChart(v))
	if knownChart(rel.chart) == "" && rel.chart != "" && chart != "apim" {
		return ""
	}
	return chart
}

// valuesOf returns the values of a release; nil if they are of no chart that
// we know.
func (p *pairing) valuesOf(rel *release) *Values {
	value := setAll(overlay(rel.layers), rel.params)
	chart := rel.chartOf(value)
	if chart == "" || !value.Exists() {
		return nil
	}
	v := &Values{
		Chart: Chart{
			Name: chart, Version: cmp.Or(rel.revision, rel.version.Text()), At: rel.version,
			Repository: rel.repository, Alias: rel.alias,
		},
		Release:   rel.name,
		Namespace: rel.namespace,
		Object:    rel.object,
		Value:     value,
		Partial:   rel.partial,
	}
	for _, f := range rel.files {
		v.files = append(v.files, f.name)
	}
	if rel.object != nil {
		v.files = append(v.files, rel.object.Value.Span().File)
	}
	p.chartVersion(v)
	return v
}

// releases finds the Helm releases of each environment. A release belongs to
// the environment that its values files lie in, or else to that of its object.
func (p *pairing) releases(envs []*Environment) [][]*Values {
	found := make([][]*Values, len(envs))
	add := func(i int, rel *release) {
		for _, f := range rel.files {
			p.claimed[f] = true
		}
		if v := p.valuesOf(rel); v != nil {
			found[i] = append(found[i], v)
		}
		found[i] = append(found[i], p.embeddedValues(rel)...)
	}
	for i, env := range envs {
		for _, o := range env.Objects {
			switch {
			case o.Kind == "HelmRelease" && strings.HasPrefix(o.APIVersion, "helm.toolkit.fluxcd.io/"):
				add(i, p.fluxRelease(o, env))
			case o.Kind == "Application" && strings.HasPrefix(o.APIVersion, "argoproj.io/"):
				for _, rel := range p.argoReleases(o, o.Name, o.Value.Get("spec"), nil) {
					add(p.home(rel, i, envs), rel)
				}
			case o.Kind == "ApplicationSet" && strings.HasPrefix(o.APIVersion, "argoproj.io/"):
				patched := strings.Contains(o.Value.Get("spec", "templatePatch").Text(), "source")
				for _, a := range p.applications(o) {
					for _, rel := range p.argoReleases(o, a.template.Get("metadata", "name").Text(), a.template.Get("spec"), a.params) {
						rel.partial = rel.partial || patched
						add(p.home(rel, i, envs), rel)
					}
				}
			}
		}
		for _, k := range p.kustsOf(i) {
			for _, rel := range p.helmCharts(k) {
				add(i, rel)
			}
		}
	}
	for i := range found {
		found[i] = uniqueValues(found[i])
	}
	return found
}

// uniqueValues drops values that the same object gives twice.
func uniqueValues(all []*Values) []*Values {
	type key struct {
		object, release, at string
	}
	seen := map[key]bool{}
	return slices.DeleteFunc(all, func(v *Values) bool {
		k := key{release: v.Release, at: v.Value.Span().String()}
		if v.Object != nil {
			k.object = v.Object.ID()
		}
		if seen[k] {
			return true
		}
		seen[k] = true
		return false
	})
}

// home returns the environment of a release of Argo CD: the one that holds its
// values files, or the one that is named like its folder or file, or else the
// one of its object.
func (p *pairing) home(rel *release, own int, envs []*Environment) int {
	for _, dir := range rel.beside {
		for i, env := range envs {
			if env.Root == dir {
				return i // deployed together, by another source
			}
		}
	}
	for _, f := range slices.Backward(rel.files) {
		best, depth := -1, -1
		for i, u := range p.units {
			for _, it := range u.items {
				dir := it.dir()
				if it.file == f {
					return i
				}
				if it.root != nil && within(f.name, dir) && len(dir) > depth {
					best, depth = i, len(dir)
				}
			}
		}
		if best >= 0 {
			return best
		}
		if env := envOfPath(f.name); env != "" {
			for i, e := range envs {
				if e.Name == env {
					return i
				}
			}
		}
	}
	return own
}

// kustsOf returns the kustomizations of the rendered roots of a unit.
func (p *pairing) kustsOf(i int) []*kust {
	var all []*kust
	var add func(k *kust)
	add = func(k *kust) {
		if k == nil || slices.Contains(all, k) {
			return
		}
		all = append(all, k)
		for _, r := range slices.Concat(k.resources, k.components) {
			add(r.kust)
		}
	}
	for _, it := range p.units[i].items {
		if it.root != nil {
			add(p.byDir[it.dir()])
		}
	}
	return all
}

// helmCharts returns the charts that a kustomization inflates.
func (p *pairing) helmCharts(k *kust) []*release {
	var all []*release
	for _, e := range k.value.Get("helmCharts").Items() {
		rel := &release{
			name:      cmp.Or(e.Get("releaseName").Text(), e.Get("name").Text()),
			namespace: cmp.Or(e.Get("namespace").Text(), k.value.Get("namespace").Text()),
			chart:     e.Get("name").Text(),
			version:   e.Get("version"),
		}
		p.chartValues(rel, k, e)
		all = append(all, rel)
	}
	return all
}

// chartValues reads the values of an entry of helmCharts as kustomize gives them
// to helm: valuesInline over valuesFile (or the other way round, or alone, as
// valuesMerge says), then additionalValuesFiles.
func (p *pairing) chartValues(rel *release, k *kust, e Value) {
	inline := e.Get("valuesInline")
	merge := e.Get("valuesMerge").Text()
	if inline.IsMap() && merge == "merge" {
		rel.layers = append(rel.layers, inline)
	}
	if f := p.valuesFile(k.dir, e.Get("valuesFile")); f != nil {
		rel.file(f)
	}
	if inline.IsMap() && merge == "replace" {
		rel.layers = nil
	}
	if inline.IsMap() && merge != "merge" {
		rel.layers = append(rel.layers, inline)
	}
	for _, extra := range e.Get("additionalValuesFiles").Items() {
		if f := p.valuesFile(k.dir, extra); f != nil {
			rel.file(f)
		}
	}
}

// file lays a file over what the release has.
func (rel *release) file(f *file) {
	rel.files = append(rel.files, f)
	for _, d := range f.docs {
		rel.layers = append(rel.layers, d.value())
	}
}

// valuesFile reads a values file that something names, relative to a folder;
// nil if there is none.
func (p *pairing) valuesFile(dir string, name Value) *file {
	if name.Text() == "" || isRemote(name.Text()) {
		return nil
	}
	return p.valuesAt(path.Join(dir, strings.TrimPrefix(name.Text(), "/")))
}

func (p *pairing) valuesAt(target string) *file {
	if info, err := p.stat(target); err != nil || info.IsDir() {
		return nil
	}
	p.load([]string{target})
	f := p.files[target]
	if !f.parsed || len(f.docs) == 0 {
		return nil
	}
	if f.kind == otherFile {
		f.kind = valuesFile
	}
	return f
}

// maxValuesFrom is how many sources of values of one release are read.
const maxValuesFrom = 50

// fluxRelease reads a HelmRelease of Flux: valuesFrom in their order, then
// values over them.
func (p *pairing) fluxRelease(o *Object, env *Environment) *release {
	spec := o.Value.Get("spec")
	rel := &release{
		name:      cmp.Or(spec.Get("releaseName").Text(), o.Name),
		namespace: cmp.Or(spec.Get("targetNamespace").Text(), o.Namespace),
		object:    o,
	}
	rel.chart, rel.version = fluxChart(spec, o.Namespace, env)
	for i, from := range spec.Get("valuesFrom").Items() {
		if i == maxValuesFrom {
			rel.partial = true
			p.repo.Problems = append(p.repo.Problems, Problem{
				Rule: "yaml/limits", Span: from.Span(), Help: "lay fewer values over each other",
				Message: fmt.Sprintf("more than %d sources of values, the limit for one release; from here on they were not read", maxValuesFrom),
			})
			break
		}
		if from.Get("targetPath").Exists() {
			continue // one value; it comes from a Secret in most cases
		}
		p.fluxValuesFrom(rel, from, o, env)
	}
	if v := spec.Get("values"); v.IsMap() {
		rel.layers = append(rel.layers, v)
	}
	return rel
}

// fluxChart returns the name and the version of the chart of a HelmRelease,
// which may stand in the HelmChart or OCIRepository that it refers to. The
// version of a chart from a Git repository or a bucket is that of its files,
// whatever the HelmRelease says.
func fluxChart(spec Value, namespace string, env *Environment) (string, Value) {
	chart := spec.Get("chart", "spec")
	ref := spec.Get("chartRef")
	if ref.IsMap() {
		for _, o := range env.Objects {
			if o.Kind != ref.Get("kind").Text() || o.Name != ref.Get("name").Text() ||
				o.Namespace != cmp.Or(ref.Get("namespace").Text(), namespace) {
				continue
			}
			from := o.Value.Get("spec")
			if o.Kind == "OCIRepository" {
				return from.Get("url").Text(), from.Get("ref", "semver").orSelf(from.Get("ref", "tag"))
			}
			chart = from
		}
	}
	name, version := cmp.Or(chart.Get("chart").Text(), ref.Get("name").Text()), chart.Get("version")
	switch chart.Get("sourceRef", "kind").Text() {
	case "GitRepository", "Bucket":
		version = Value{}
	}
	return name, version
}

// fluxValuesFrom lays the values of a ConfigMap over those of a release.
func (p *pairing) fluxValuesFrom(rel *release, from Value, o *Object, env *Environment) {
	name := from.Get("name")
	key := cmp.Or(from.Get("valuesKey").Text(), "values.yaml")
	var cm *Object
	if from.Get("kind").Text() == "ConfigMap" {
		cm = findConfigMap(env, name.Text(), o.Namespace)
	}
	if cm == nil {
		rel.partial = true // it is not in the repository, or not to be read
		return
	}
	data := cm.Value.Get("data", key)
	if !data.IsScalar() {
		if !from.Get("optional").IsTrue() {
			at := from.Get("valuesKey").orSelf(name)
			p.repo.Problems = append(p.repo.Problems, Problem{
				Rule:    "gitops/values-path",
				Span:    at.Span(),
				Message: "the ConfigMap has no key " + clip(key) + " to take the values from",
				Help:    keyHint(cm, key),
				Related: []Related{{cm.Value.Get("metadata", "name").orSelf(cm.Value).Span(), "the ConfigMap"}},
			})
		}
		return
	}
	if t, ok := data.src.(*trace); ok {
		// A file that a generator puts into the ConfigMap is read itself.
		if s := t.spot(data); s.content != nil && s.exact && s.from == 0 {
			p.claimed[s.content] = true
		}
	}
	if p.inlineNode != data.node {
		p.inline, p.inlineNode = parseInline(data), data.node
	}
	inner := p.inline
	rel.partial = rel.partial || len(inner.problems) > 0
	for _, d := range inner.docs {
		rel.layers = append(rel.layers, Value{node: d.root, src: embedded{data, inner}})
	}
}

func keyHint(cm *Object, key string) string {
	var keys []string
	for k := range cm.Value.Get("data").Fields() {
		keys = append(keys, k)
	}
	if n := nearest(key, keys); n != "" {
		return "did you mean " + clip(n) + "?"
	}
	return "write valuesKey, the default is values.yaml"
}

// findConfigMap returns the ConfigMap of a name, also of one that kustomize
// generates with a hash behind it.
func findConfigMap(env *Environment, name, namespace string) *Object {
	if name == "" {
		return nil
	}
	var generated *Object
	for _, o := range env.Objects {
		if o.Kind != "ConfigMap" || o.Namespace != "" && namespace != "" && o.Namespace != namespace {
			continue
		}
		if o.Name == name {
			return o
		}
		if t, ok := o.Value.src.(*trace); ok && !t.doc.Exists() && strings.HasPrefix(o.Name, name+"-") {
			generated = o
		}
	}
	return generated
}
