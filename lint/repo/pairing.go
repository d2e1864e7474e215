package repo

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A pairing finds the Helm values that are deployed with each unit.
type pairing struct {
	*kustomizations
	units  []*unit
	values []*file // of Options.Values
	// claimed are values files that something names: a release, a chart, the
	// configuration. They are not paired by where they lie.
	claimed map[*file]bool
	// spent is the work on the generators of ApplicationSets so far.
	spent int
	// inline is the text of the last ConfigMap that values were taken from: thousands
	// of sources may name one.
	inline     *file
	inlineNode *yaml.Node
}

// pair fills in the values of the environments, which stand in the order of
// the units.
func (p *pairing) pair(envs []*Environment) {
	found := p.releases(envs)
	for _, env := range envs {
		if with := p.with(env); len(with) > 0 {
			env.Values = append(env.Values, p.newValues(with))
		}
	}
	for i, env := range envs {
		env.Values = append(env.Values, found[i]...)
		var layers []*file
		for _, it := range p.units[i].items {
			if it.file != nil && it.file.kind == valuesFile && !p.claimed[it.file] {
				layers = append(layers, it.file)
			}
		}
		if len(p.values) > 0 {
			env.Values = append(env.Values, p.newValues(p.values))
			layers = slices.DeleteFunc(layers, func(f *file) bool { return f.chart == "apim" })
		}
		env.Values = append(env.Values, p.stack(layers)...)
	}
}

// with returns the files that the configuration pairs with an environment.
func (p *pairing) with(env *Environment) []*file {
	names, ok := p.opts.With[env.Root]
	if !ok {
		names = p.opts.With[env.Root+"/"]
	}
	var files []*file
	for _, name := range names {
		name = cleanPath(name)
		p.load([]string{name})
		if f := p.files[name]; f != nil && len(f.docs) > 0 {
			f.kind = valuesFile
			f.chart = cmp.Or(f.chart, "apim")
			p.claimed[f] = true
			files = append(files, f)
		}
	}
	return files
}

// stack makes values of the files of one environment: a file with the name of
// an environment lies over the one without.
func (p *pairing) stack(files []*file) []*Values {
	var all []*Values
	for _, chart := range []string{"apim", "redis", "valkey", "redis-ha", "harbor", "gitlab"} {
		var base, top []layer
		for _, f := range files {
			for _, l := range f.layers() {
				switch {
				case l.chart != chart:
				case envOfPath(f.name) != "":
					top = append(top, l)
				default:
					base = append(base, l)
				}
			}
		}
		switch {
		case len(top) == 0:
			for _, l := range base {
				all = append(all, p.layered(l))
			}
		case len(base) <= 1:
			for _, l := range top {
				all = append(all, p.layered(append(slices.Clone(base), l)...))
			}
		default:
			for _, l := range slices.Concat(base, top) {
				all = append(all, p.layered(l))
			}
		}
	}
	return all
}

// newValues lays files over each other.
func (r *reader) newValues(files []*file) *Values {
	var layers []layer
	for _, f := range files {
		layers = append(layers, f.layers()...)
	}
	return r.layered(layers...)
}

// layered lays layers over each other.
func (r *reader) layered(layers ...layer) *Values {
	v := &Values{}
	var roots []Value
	for _, l := range layers {
		v.Chart.Name = cmp.Or(v.Chart.Name, l.chart)
		if l.version.Exists() {
			v.Chart.Version, v.Chart.At = l.version.Text(), l.version
		} else if version := r.specVersion(l.file); version.Exists() {
			v.Chart.Version, v.Chart.At = version.Text(), version
		}
		roots = append(roots, l.root)
		v.files = append(v.files, l.file.name)
	}
	if v.Chart.At.Exists() {
		v.files = append(v.files, v.Chart.At.Span().File)
	}
	v.Value = overlay(roots)
	v.Chart.Name = cmp.Or(v.Chart.Name, valuesChart(v.Value), "apim")
	r.chartVersion(v)
	return v
}

// chartVersion fills in the version that the person gave.
func (r *reader) chartVersion(v *Values) {
	if v.Chart.Name == "apim" && v.Chart.Version == "" {
		v.Chart.Version = r.opts.ChartVersion
	}
}

// knowPartialValues takes files with the name of values, and too little in
// them to be known by their shape, for values of the gateway's chart if other
// files are: they are layers.
func (r *reader) knowPartialValues() {
	known := false
	for _, f := range r.files {
		known = known || f.chart == "apim"
	}
	if !known {
		return
	}
	for _, f := range r.files {
		if f.mayBeLayer() {
			f.kind, f.chart = valuesFile, "apim"
		}
	}
}

// mayBeLayer tells a file with the name of values that is known by its shape for
// none, and may be a layer of values of the gateway's chart.
func (f *file) mayBeLayer() bool {
	if f.kind != otherFile || len(f.docs) != 1 || !strings.Contains(strings.ToLower(path.Base(f.name)), "values") {
		return false
	}
	v := f.docs[0].value()
	return !v.Get("apiVersion").Exists() && count(v, "gateway", "ratelimit", "license") > 0
}
