package repo

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// argoReleases returns the Helm releases of the spec of an Application. name is
// that of the Application, params are those of an ApplicationSet, which stand for {{name}}.
func (p *pairing) argoReleases(o *Object, name string, spec Value, params map[string]string) []*release {
	sources := spec.Get("sources").Items()
	if s := spec.Get("source"); s.IsMap() {
		sources = append(sources, s)
	}
	refs := map[string]Value{}
	for _, s := range sources {
		if ref := s.Get("ref").Text(); ref != "" {
			refs[ref] = s
		}
	}
	var beside []string
	for _, s := range sources {
		if dir := expand(s.Get("path").Text(), params); dir != "" && !s.Get("chart").Exists() && !s.Get("helm").Exists() {
			beside = append(beside, p.fromTop(dir))
		}
	}
	var all []*release
	for _, s := range sources {
		helm := s.Get("helm")
		dir := p.fromTop(expand(s.Get("path").Text(), params))
		if s.Get("chart").Text() == "" && !helm.Exists() && (s.Get("path").Text() == "" || len(p.dependencies(dir)) == 0) {
			continue
		}
		rel := &release{
			name:      cmp.Or(expand(helm.Get("releaseName").Text(), params), expand(name, params)),
			namespace: expand(spec.Get("destination", "namespace").Text(), params),
			chart:     expand(cmp.Or(s.Get("chart").Text(), s.Get("path").Text()), params),
			version:   s.Get("targetRevision"),
			revision:  expand(s.Get("targetRevision").Text(), params),
			object:    o,

			repository: expand(s.Get("repoURL").Text(), params),
			beside:     beside,
		}
		if s.Get("chart").Text() == "" {
			rel.version, rel.revision = Value{}, "" // a revision of the repository, not of a chart
		}
		for _, name := range helm.Get("valueFiles").Items() {
			p.argoValueFile(rel, s, refs, name, params, helm.Get("ignoreMissingValueFiles").IsTrue())
		}
		if text := helm.Get("values"); text.IsScalar() {
			inner := parseInline(text)
			rel.partial = rel.partial || len(inner.problems) > 0
			for _, d := range inner.docs {
				rel.layers = append(rel.layers, Value{node: d.root, src: embedded{text, inner}})
			}
		}
		if v := helm.Get("valuesObject"); v.IsMap() {
			rel.layers = append(rel.layers, v)
		}
		rel.params = parameters(helm, params)
		all = append(all, p.wrapped(rel, dir)...)
	}
	return all
}

// wrapped returns the releases that a release of a chart of the repository is:
// those of the charts that it wraps, or else itself.
func (p *pairing) wrapped(rel *release, dir string) []*release {
	if rel.version.Exists() {
		return []*release{rel}
	}
	deps := p.dependencies(dir)
	if len(deps) == 0 {
		return []*release{rel}
	}
	if f := p.valuesAt(path.Join(dir, "values.yaml")); f != nil {
		own := &release{}
		own.file(f)
		rel.layers = append(own.layers, rel.layers...)
		rel.files = append(own.files, rel.files...)
	}
	layers := rel.layers
	if len(rel.params) > 0 {
		// A parameter names a value of a wrapped chart from the wrapper's root.
		layers = []Value{setAll(overlay(layers), rel.params)}
	}
	all := make([]*release, 0, len(deps))
	for _, d := range deps {
		sub := *rel
		sub.chart, sub.version, sub.layers, sub.params = d.chart, d.version, nil, nil
		sub.alias, sub.repository = d.alias, d.repository
		for _, l := range layers {
			if v := l.Get(d.key); v.IsMap() {
				sub.layers = append(sub.layers, v)
			}
		}
		all = append(all, &sub)
	}
	return all
}

// argoValueFile lays a values file over those of a release. $name/path begins
// at the root of the repository of the source with that ref, other paths in
// the folder of the chart.
func (p *pairing) argoValueFile(rel *release, source Value, refs map[string]Value, name Value, params map[string]string, optional bool) {
	text := expand(name.Text(), params)
	layers := len(rel.files)
	defer func() { rel.partial = rel.partial || len(rel.files) == layers }()
	if text == "" || strings.Contains(text, "{{") || isRemote(text) {
		return
	}
	target := ""
	if rest, ok := strings.CutPrefix(text, "$"); ok {
		ref, file, _ := strings.Cut(rest, "/")
		if !refs[ref].Exists() {
			p.repo.Problems = append(p.repo.Problems, Problem{
				Rule:    "gitops/values-path",
				Span:    name.TextSpan(0, len(name.Text())),
				Message: "no source of the Application has the ref " + clip(ref),
				Help:    "add a source with ref: " + clip(ref) + " and the repoURL of the values",
			})
			return
		}
		target = p.fromTop(path.Join(refs[ref].Get("path").Text(), file))
		if refs[ref].Get("path").Text() != "" {
			target = p.fromTop(file)
		}
	} else if source.Get("chart").Text() != "" {
		return // a file within the chart, which is not here
	} else {
		target = p.fromTop(path.Join(expand(source.Get("path").Text(), params), text))
	}
	if f := p.valuesAt(target); f != nil {
		rel.file(f)
		return
	}
	// The repository of the source may be another one. It is this one if the
	// folder is there.
	if info, err := p.stat(path.Dir(target)); !optional && path.Dir(target) != "." && err == nil && info.IsDir() {
		if _, err := p.stat(target); err != nil {
			near, help := p.fileHint(target)
			switch {
			case name.Text() != text:
				near = "" // a parameter is in it
			case near != "":
				near = strings.TrimSuffix(text, path.Base(text)) + near
			}
			p.repo.Problems = append(p.repo.Problems, Problem{
				Rule:    "gitops/values-path",
				Span:    name.Span(),
				Message: "the values file does not exist",
				Help:    help,
				Instead: near,
			})
		}
	}
}

// fileHint suggests a file of the same folder: its name, "" if none is near, and
// what to tell.
func (p *pairing) fileHint(target string) (near, help string) {
	var names []string
	for name := range p.files {
		if path.Dir(name) == path.Dir(target) {
			names = append(names, path.Base(name))
		}
	}
	slices.Sort(names)
	if n := nearest(path.Base(target), names); n != "" {
		return n, "did you mean " + clip(n) + "?"
	}
	return "", "a path behind $ref/ begins at the root of the repository"
}

// fromTop returns the name of a path from the root of the repository, which
// may lie above the working directory.
func (p *pairing) fromTop(name string) string {
	m := p.mounts[0]
	if m.abs == "" {
		return relative(m.dir, name)
	}
	dir, ok := m.name(".")
	if !ok {
		return name
	}
	return relative(dir, name)
}

// relative returns name, which counts from the root, as seen from dir.
func relative(dir, name string) string {
	if dir == "." || dir == "" {
		return path.Clean(name)
	}
	from, to := strings.Split(path.Clean(dir), "/"), strings.Split(path.Clean(name), "/")
	for len(from) > 0 && len(to) > 0 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	return path.Clean(strings.Repeat("../", len(from)) + strings.Join(to, "/"))
}
