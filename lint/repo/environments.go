package repo

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// environments makes the environments from the files that were read.
func (r *reader) environments(named, found []string, values []*file) {
	ks := newKustomizations(r)
	var items, given []*item
	for _, it := range ks.roots(named, found) {
		if slices.Contains(named, it.path) {
			given = append(given, it)
		} else {
			items = append(items, it)
		}
	}
	r.knowUmbrellas()
	r.knowPartialValues()
	p := &pairing{kustomizations: ks, values: values, claimed: map[*file]bool{}}
	given = append(given, r.namedItems(named, values)...)
	for _, name := range found {
		f := r.files[name]
		switch {
		case f.listed || slices.Contains(values, f):
		case f.kind == manifestFile && ks.orphan(f):
		case f.kind == manifestFile, f.kind == valuesFile:
			items = append(items, fileItem(f))
		}
	}
	p.units = groupUnits(items)
	switch {
	case len(given) == 0:
	case len(p.units) > 0 && !slices.ContainsFunc(given, func(it *item) bool { return len(it.ids) > 0 }):
		// Values that are named beside folders belong to what is in them.
		for _, u := range p.units {
			u.add(given...)
		}
	default:
		u := newUnit("", given[0].dir())
		for _, it := range given {
			u.dir = commonDir(u.dir, it.dir())
			u.add(it)
		}
		p.units = append([]*unit{u}, p.units...)
	}
	if len(p.units) == 0 && len(values) > 0 {
		p.units = append(p.units, newUnit("", path.Dir(values[0].name)))
	}
	r.repo.Environments = sorted(p.environments())
}

// roots renders the kustomizations that no other one builds on.
func (ks *kustomizations) roots(named, found []string) []*item {
	var kusts []*kust
	for _, name := range slices.Concat(named, found) {
		if f := ks.files[name]; f.kind == kustomizationFile && isKustomizationName(name) {
			if k := ks.get(path.Dir(name)); !slices.Contains(kusts, k) {
				kusts = append(kusts, k)
			}
		}
	}
	var items []*item
	render := func(k *kust) {
		if env := ks.render(k); env != nil {
			items = append(items, rootItem(env, k))
		}
	}
	for _, k := range kusts {
		if !k.used && !k.isComponent() {
			render(k)
		}
	}
	// What is used and yet not reached from a root uses itself.
	for _, k := range kusts {
		if k.used && !k.checked && !k.isComponent() {
			render(k)
		}
	}
	return items
}

// orphan tells whether a manifest lies in the folder of a kustomization that
// does not list it, and records that.
func (ks *kustomizations) orphan(f *file) bool {
	for dir := path.Dir(f.name); ; dir = path.Dir(dir) {
		if k := ks.byDir[dir]; k != nil {
			if k.broken {
				return true // what it lists is not known
			}
			if k.partial || ks.mentions(k, path.Base(f.name)) || isControl(f) {
				// What a program reads is listed where it is configured, and
				// objects of GitOps engines are applied by them.
				return k.partial
			}
			at := fileSpan(f.name)
			if all := f.objects(); len(all) > 0 {
				at = all[0].Value.Get("kind").Span()
			}
			ks.repo.Problems = append(ks.repo.Problems, Problem{
				Rule:    "kustomize/orphan-file",
				Span:    at,
				Message: "no kustomization lists this manifest, so it is not deployed",
				Help:    fmt.Sprintf("add it to resources in %s, or remove it", k.file.name),
			})
			return true
		}
		if dir == "." || dir == "/" || dir == ".." || path.Dir(dir) == dir {
			return false
		}
	}
}

// mentions tells whether a file of the folder of a kustomization names a file.
func (ks *kustomizations) mentions(k *kust, base string) bool {
	for _, g := range k.listed {
		if g != nil && strings.Contains(string(g.data), base) {
			return true
		}
	}
	return false
}

// isControl tells files that hold only objects for Argo CD and Flux.
func isControl(f *file) bool {
	for _, o := range f.objects() {
		if !strings.Contains(o.APIVersion, "fluxcd.io/") && !strings.Contains(o.APIVersion, "argoproj.io/") {
			return false
		}
	}
	return true
}

// namedItems returns the manifests and values that the person named.
func (r *reader) namedItems(named []string, values []*file) []*item {
	var items []*item
	for _, name := range named {
		f := r.files[name]
		if (f.kind == manifestFile || f.kind == valuesFile) && !f.listed && !slices.Contains(values, f) {
			items = append(items, fileItem(f))
		}
	}
	return items
}

// nameFiles adds the files of the values and sorts all.
func (env *Environment) nameFiles() {
	for _, v := range env.Values {
		env.Files = append(env.Files, v.files...)
	}
	slices.Sort(env.Files)
	env.Files = slices.DeleteFunc(slices.Compact(env.Files), func(f string) bool { return f == "" })
}

// environments makes an environment of each unit, in their order.
func (p *pairing) environments() []*Environment {
	var envs []*Environment
	for _, u := range p.units {
		env := &Environment{Name: u.name, Root: u.dir}
		roots := 0
		for _, it := range u.items {
			if it.root == nil {
				env.Files = append(env.Files, it.file.name)
				env.weigh(it.file)
				if it.file.kind == manifestFile {
					env.Objects = append(env.Objects, it.taken()...)
				}
				continue
			}
			env.Objects = append(env.Objects, it.root.Objects...)
			env.Files = append(env.Files, it.root.Files...)
			env.Bytes += it.root.Bytes
			if it.root.most > env.most {
				env.Largest, env.most = it.root.Largest, it.root.most
			}
			env.Rendered = true
			env.Partial = env.Partial || it.root.Partial
			if roots++; roots == 1 {
				env.Root = it.root.Root
			} else {
				env.Root = commonDir(env.Root, it.root.Root)
			}
		}
		envs = append(envs, env)
	}
	p.pair(envs)
	p.substitutions(envs)
	for _, env := range envs {
		for _, v := range env.Values {
			for _, name := range v.files {
				env.weigh(p.files[name])
			}
		}
		env.nameFiles()
	}
	return envs
}

// sorted drops environments that hold nothing, sorts the others and names those
// that have no name yet. One that is alone needs none.
func sorted(envs []*Environment) []*Environment {
	envs = slices.DeleteFunc(envs, func(e *Environment) bool { return e.isEmpty() })
	slices.SortStableFunc(envs, func(a, b *Environment) int {
		return cmp.Or(strings.Compare(a.Root, b.Root), strings.Compare(a.Name, b.Name))
	})
	if len(envs) == 1 {
		envs[0].Name = ""
		return envs
	}
	for _, env := range envs {
		env.nameByRoot()
	}
	return envs
}

func (env *Environment) isEmpty() bool {
	return len(env.Objects) == 0 && len(env.Values) == 0 && env.Seen == nil
}

func (env *Environment) nameByRoot() {
	if env.Name == "" && env.Root != "." {
		env.Name = path.Base(env.Root)
	}
}
