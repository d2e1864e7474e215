package repo

import (
	"cmp"
	"path"
	"strings"
)

// A dependency is a chart that a chart of the repository depends on. Its
// values stand below a key of the values of that chart.
type dependency struct {
	key     string
	chart   string // one that we know
	version Value
	// alias is the name that it is given, "" if its own. repository is where it
	// comes from.
	alias, repository string
}

// dependencies returns the charts that we know among those that the chart in a
// folder depends on.
func (r *reader) dependencies(dir string) []dependency {
	f := r.files[path.Join(dir, "Chart.yaml")]
	if f == nil || len(f.docs) != 1 {
		return nil
	}
	var all []dependency
	for _, d := range f.docs[0].value().Get("dependencies").Items() {
		name := d.Get("name").Text()
		if chart := knownChart(name); chart != "" {
			all = append(all, dependency{cmp.Or(d.Get("alias").Text(), name), chart, d.Get("version"), d.Get("alias").Text(), d.Get("repository").Text()})
		}
	}
	return all
}

// knowUmbrellas takes files with the name of values beside a chart that only
// wraps others for values of those.
func (r *reader) knowUmbrellas() {
	for name, f := range r.files {
		if f.kind != otherFile && f.kind != valuesFile || len(f.docs) != 1 || !strings.Contains(strings.ToLower(path.Base(name)), "values") {
			continue
		}
		for _, d := range r.dependencies(path.Dir(name)) {
			if f.docs[0].value().Get(d.key).IsMap() {
				f.kind = valuesFile
				f.below = append(f.below, d)
			}
		}
	}
}

// embeddedValues returns the values for Redis with Sentinel among those of a chart
// that is none of Redis, Gravitee and the repository's own: many charts wrap that
// of Bitnami under the keys redis and valkey.
func (p *pairing) embeddedValues(rel *release) []*Values {
	switch knownChart(rel.chart) {
	case "apim", "redis", "valkey", "redis-ha":
		return nil
	}
	if rel.chart == "" || rel.alias != "" {
		return nil
	}
	root := setAll(overlay(rel.layers), rel.params)
	var all []*Values
	for _, key := range []string{"redis", "valkey"} {
		v := root.Get(key)
		off := func(key string) bool { return v.Get(key).Exists() && !v.Get(key).IsTrue() }
		if !isRedisValues(v) || !v.Get("sentinel", "enabled").IsTrue() || off("enabled") || off("install") {
			continue
		}
		all = append(all, &Values{
			Chart:     Chart{Name: key, Repository: "bitnami", Within: true},
			Release:   rel.name,
			Namespace: rel.namespace,
			Object:    rel.object,
			Value:     v,
			Partial:   rel.partial,
		})
	}
	return all
}

// A layer is the values for one chart in a file.
type layer struct {
	file    *file
	chart   string
	root    Value
	version Value
}

// layers returns what a values file holds.
func (f *file) layers() []layer {
	var all []layer
	for _, doc := range f.docs {
		for _, d := range f.below {
			if v := doc.value().Get(d.key); v.IsMap() {
				all = append(all, layer{f, d.chart, v, d.version})
			}
		}
		if len(f.below) == 0 {
			all = append(all, layer{f, f.chart, doc.value(), Value{}})
		}
	}
	return all
}
