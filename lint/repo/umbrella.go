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
			all = append(all, dependency{cmp.Or(d.Get("alias").Text(), name), chart, d.Get("version")})
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
