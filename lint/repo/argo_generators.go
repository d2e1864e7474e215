package repo

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// maxParams bounds the applications of one ApplicationSet.
const maxParams = 1000

// maxGenerated bounds the work on the generators of all ApplicationSets: the
// parameters that are made, joined and compared, and the files that globs are
// tried on. What a person writes takes a thousandth of it.
const maxGenerated = 5_000_000

// spend counts work on generators.
func (p *pairing) spend(n int) { p.spent += n }

// maxGenerators bounds how deep generators are nested. Argo CD allows two levels.
const maxGenerators = 4

// An application is one of those that an ApplicationSet makes: its template,
// and the parameters that are filled in. What is not among them is not known.
type application struct {
	template Value
	params   map[string]string
}

// applications returns what the generators of an ApplicationSet make, as far
// as the repository tells. A generator that asks a cluster or a service stands
// for one application, of which nothing is known that the answer tells.
func (p *pairing) applications(o *Object) []application {
	template := o.Value.Get("spec", "template")
	var all []application
	for _, g := range o.Value.Get("spec", "generators").Items() {
		for _, params := range p.generate(g, map[string]string{}, 0) {
			all = append(all, application{overlay([]Value{template, ownTemplate(g)}), params})
		}
		if len(all) > maxParams {
			return all[:maxParams]
		}
	}
	return all
}

// ownTemplate returns the template that a generator lays over that of the
// ApplicationSet.
func ownTemplate(g Value) Value {
	for _, kind := range g.Fields() {
		if t := kind.Get("template"); t.IsMap() {
			return t
		}
	}
	return Value{}
}

// generate returns the parameters that one generator makes. given are those of
// the generator before it in a matrix, which it may use.
func (p *pairing) generate(g Value, given map[string]string, depth int) []map[string]string {
	if depth > maxGenerators || p.spent > maxGenerated {
		return nil
	}
	p.spend(1)
	var all []map[string]string
	for kind, v := range g.Fields() {
		switch kind {
		case "selector":
			continue
		case "list":
			all = append(all, listParams(v, given)...)
		case "git":
			all = append(all, p.gitParams(v, given)...)
		case "matrix":
			all = append(all, p.matrix(v, given, depth)...)
		case "merge":
			all = append(all, p.merge(v, given, depth)...)
		default: // clusters, clusterDecisionResource, scmProvider, pullRequest, plugin
			all = append(all, p.withValues(map[string]string{}, v, given))
		}
		if len(all) > maxParams {
			all = all[:maxParams]
		}
	}
	p.spend(len(all))
	if selector := g.Get("selector"); selector.IsMap() {
		all = slices.DeleteFunc(all, func(params map[string]string) bool { return !selects(selector, params) })
	}
	return all
}

// listParams returns the elements of a list generator.
func listParams(list Value, given map[string]string) []map[string]string {
	var all []map[string]string
	for _, e := range list.Get("elements").Items() {
		params := map[string]string{}
		flatten(params, "", e)
		all = append(all, params)
	}
	if text := expand(list.Get("elementsYaml").Text(), given); strings.Contains(text, "{{") {
		all = append(all, map[string]string{})
	} else if text != "" {
		inner := newFile("", []byte(text))
		inner.parse()
		for _, d := range inner.docs {
			for _, e := range d.value().Items() {
				params := map[string]string{}
				flatten(params, "", e)
				all = append(all, params)
			}
		}
	}
	return all
}

// matrix returns the parameters of each pair of what two generators make. The
// second may use those of the first.
func (p *pairing) matrix(v Value, given map[string]string, depth int) []map[string]string {
	all := []map[string]string{{}}
	for _, g := range v.Get("generators").Items() {
		var next []map[string]string
	pairs:
		for _, a := range all {
			for _, b := range p.generate(g, p.joined(given, a), depth+1) {
				if next = append(next, p.joined(a, b)); len(next) >= maxParams {
					break pairs
				}
			}
		}
		all = next
	}
	return all
}

// merge returns the parameters of the first generator, with those of the others
// over them that have the same values under the keys of the merge. Where one of
// these is not known, nothing is known that another generator may set.
func (p *pairing) merge(v Value, given map[string]string, depth int) []map[string]string {
	generators := v.Get("generators").Items()
	if len(generators) == 0 {
		return nil
	}
	var keys []string
	for _, k := range v.Get("mergeKeys").Items() {
		keys = append(keys, k.Text())
	}
	all := p.generate(generators[0], given, depth+1)
	for _, g := range generators[1:] {
		others := p.generate(g, given, depth+1)
		for i, base := range all {
			out := p.joined(base, nil)
			for _, other := range others {
				switch p.compare(keys, base, other) {
				case keysAgree:
					out = p.joined(out, other)
				case keysUnknown:
					for k := range other {
						if !slices.Contains(keys, k) {
							delete(out, k)
						}
					}
				}
			}
			all[i] = out
		}
	}
	return all
}

// An agreement says whether two sets of parameters have the same values under
// the keys of a merge.
type agreement int

const (
	keysDiffer agreement = iota
	keysAgree
	keysUnknown
)

func (p *pairing) compare(keys []string, a, b map[string]string) agreement {
	p.spend(1 + len(keys))
	found := keysAgree
	for _, k := range keys {
		x, inA := a[k]
		y, inB := b[k]
		switch {
		case !inA || !inB || strings.Contains(x+y, "{{"):
			found = keysUnknown
		case x != y:
			return keysDiffer
		}
	}
	return found
}

// joined returns both sets of parameters; the second wins.
func (p *pairing) joined(a, b map[string]string) map[string]string {
	p.spend(1 + len(a) + len(b))
	all := make(map[string]string, len(a)+len(b))
	for k, v := range a {
		all[k] = v
	}
	for k, v := range b {
		all[k] = v
	}
	return all
}

// withValues adds what a generator says in values, under values.NAME.
func (p *pairing) withValues(params map[string]string, g Value, given map[string]string) map[string]string {
	values := g.Get("values")
	if !values.IsMap() {
		return params
	}
	known := p.joined(given, params)
	for k, v := range values.Fields() {
		if text := expand(v.Text(), known); v.IsScalar() && !strings.Contains(text, "{{") {
			params["values."+k] = text
		}
	}
	return params
}

// selects tells whether the selector of a generator takes an application with
// these parameters. What is not known is taken.
func selects(selector Value, params map[string]string) bool {
	for k, want := range selector.Get("matchLabels").Fields() {
		if got, ok := params[k]; len(params) > 0 && (!ok || got != want.Text()) {
			return false
		}
	}
	for _, e := range selector.Get("matchExpressions").Items() {
		got, ok := params[e.Get("key").Text()]
		listed := slices.ContainsFunc(e.Get("values").Items(), func(v Value) bool { return v.Text() == got })
		wrong := false
		switch e.Get("operator").Text() {
		case "In":
			wrong = !ok || !listed
		case "NotIn":
			wrong = ok && listed
		case "Exists":
			wrong = !ok
		case "DoesNotExist":
			wrong = ok
		}
		if wrong && len(params) > 0 {
			return false
		}
	}
	return true
}

// gitParams returns the parameters of a generator over folders and files of a
// repository: of this one, as far as what it names is here.
func (p *pairing) gitParams(git Value, given map[string]string) []map[string]string {
	prefix := expand(git.Get("pathParamPrefix").Text(), given)
	var all []map[string]string
	wanted := func(list Value) (take, leave []string) {
		for _, e := range list.Items() {
			pattern := strings.TrimPrefix(expand(e.Get("path").Text(), given), "./")
			switch {
			case pattern == "":
			case e.Get("exclude").IsTrue():
				leave = append(leave, pattern)
			default:
				take = append(take, pattern)
			}
		}
		return take, leave
	}
	take, leave := wanted(git.Get("files"))
	for _, name := range p.filesLike(take, leave) {
		all = append(all, p.fileParams(name, prefix)...)
	}
	take, leave = wanted(git.Get("directories"))
	for _, dir := range p.foldersLike(take, leave) {
		all = append(all, pathParams(map[string]string{}, prefix, dir))
	}
	for _, params := range all {
		p.withValues(params, git, given)
	}
	return all
}

// filesLike returns the files that were read which match one of the globs of the
// first kind, counted from the root of the repository, and none of the second.
func (p *pairing) filesLike(take, leave []string) []string {
	if len(take) == 0 {
		return nil
	}
	p.spend(len(p.files) * (len(take) + len(leave)))
	top := p.top()
	var names []string
	for name := range p.files {
		if full := path.Join(top, name); likeOne(take, full) && !likeOne(leave, full) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// foldersLike returns the folders with files that were read which match one of
// the globs of the first kind and none of the second.
func (p *pairing) foldersLike(take, leave []string) []string {
	if len(take) == 0 {
		return nil
	}
	p.spend(len(p.files) * (len(take) + len(leave)))
	top := p.top()
	seen := map[string]bool{}
	var dirs []string
	for name := range p.files {
		for dir := path.Dir(path.Join(top, name)); dir != "." && dir != "/"; dir = path.Dir(dir) {
			if seen[dir] {
				break
			}
			seen[dir] = true
			if likeOne(take, dir) && !likeOne(leave, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	slices.Sort(dirs)
	return dirs
}

// likeOne tells whether a path matches one of several globs as a whole.
func likeOne(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		return pattern == name || MatchPath(pattern, name)
	})
}

// fileParams returns what a file tells a git generator: what is in it, once for
// each element if it is a list, and where it lies.
func (p *pairing) fileParams(name, prefix string) []map[string]string {
	f := p.files[name]
	if !f.parsed && f.kind == otherFile {
		f.parse() // JSON of no kind that concerns us otherwise
	}
	full := path.Join(p.top(), name)
	var all []map[string]string
	for _, d := range f.docs {
		elements := []Value{d.value()}
		if d.value().IsList() {
			elements = d.value().Items()
		}
		for _, e := range elements {
			params := map[string]string{}
			flatten(params, "", e)
			pathParams(params, prefix, path.Dir(full))
			if prefix != "" {
				params[prefix+".path.filename"] = path.Base(full)
			} else {
				params["path.filename"], params["path.filenameNormalized"] = path.Base(full), normalized(path.Base(full))
			}
			all = append(all, params)
		}
	}
	return all
}

// pathParams adds the parameters that name a folder, in the form of the old
// templates ({{path}}, {{path[0]}}) and of Go templates ({{.path.path}},
// {{index .path.segments 0}}).
func pathParams(params map[string]string, prefix, dir string) map[string]string {
	at := "path"
	if prefix != "" {
		at = prefix + ".path"
	}
	params[at], params[at+".path"] = dir, dir
	params[at+".basename"], params[at+".basenameNormalized"] = path.Base(dir), normalized(path.Base(dir))
	for i, segment := range strings.Split(dir, "/") {
		n := strconv.Itoa(i)
		params[at+"["+n+"]"], params[at+".segments."+n] = segment, segment
	}
	return params
}

// flatten names the scalars of a value by their paths: destination.server.
func flatten(params map[string]string, prefix string, v Value) {
	if v.IsScalar() {
		params[prefix] = v.Text()
		return
	}
	below := func(name string) string {
		if prefix == "" {
			return name
		}
		return prefix + "." + name
	}
	for k, e := range v.Fields() {
		flatten(params, below(k), e)
	}
	for i, e := range v.Items() {
		flatten(params, below(strconv.Itoa(i)), e)
	}
}

// top is the folder of the names of files, from the root of the repository.
func (p *pairing) top() string {
	m := p.mounts[0]
	if m.abs == "" {
		return m.dir
	}
	dir, _ := m.name(".")
	return dir
}
