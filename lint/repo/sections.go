package repo

import (
	"cmp"
	"hash/maphash"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/quorumwright/quorumwright/internal/blockyaml"
)

// Many folders of plain files are read one after the other: each is looked at as
// the environments that it seems to be, and let go. When all are read it is known
// which environments there are, from the names of what the files define. What was
// looked at as something else is then read and looked at again.
//
// That works as long as nothing in a folder says what another one is: where there
// are releases of Argo CD and Flux or charts, all files are read first. Of
// kustomizations and specs see common.

// sectionsFrom is the number of files from which on they are read in sections, and
// crowd the number of folders beside each other that are taken for environments
// whatever their names.
var (
	sectionsFrom = 256
	crowd        = 64
)

// A section is a run of files, by their indexes, that are read together.
type section struct {
	from, to int
	root     string // the folder; "" if the files are in no environment's
	// crowded says that only the number of folders beside this one makes it a
	// section: they may as well belong together.
	crowded bool
	seen    []look
}

// A look is an environment that was looked at, and the files that it has.
type look struct {
	env       *Environment
	unit, dir string // the name and the folder of its unit
	paths     []string
}

// inSections reads files in sections, and makes the environments. It does nothing and
// returns false if the files have to be read together.
func (r *reader) inSections(found []string) bool {
	if r.opts.Look == nil || len(found) < sectionsFrom || len(r.opts.Values) > 0 || len(r.opts.With) > 0 {
		return false
	}
	kustomized := false
	for _, name := range found {
		kustomized = kustomized || isKustomizationName(name)
		if path.Base(name) == "Chart.yaml" {
			return false
		}
	}
	rest, sections := sectionsOf(found)
	if len(sections) < 2 {
		return false
	}
	p := &passing{reader: r, found: found, shells: make([]shell, len(found)), sections: append(rest, sections...), rest: len(rest), seed: maphash.MakeSeed()}
	p.repos = make([]Repo, len(p.sections)+1)
	p.kustomized = kustomized
	envs, ok := p.run()
	if !ok {
		if !r.heavy.Load() || r.warned {
			return false
		}
		r.supervise()
		return r.stop != nil || r.inSections(found)
	}
	repo := r.repo
	repo.Environments = envs
	for i := range p.repos {
		sub := &p.repos[i]
		repo.Files = append(repo.Files, sub.Files...)
		repo.Specs = append(repo.Specs, sub.Specs...)
		repo.Problems = append(repo.Problems, sub.Problems...)
		repo.Templates += sub.Templates
		repo.Roots += sub.Roots
		repo.shared += sub.shared
	}
	again := p.sub(repo, nil)
	again.warned = true // what was read by sections is no more when it is read again
	repo.passed = &passed{names: found, shells: p.shells, seed: p.seed, reader: again}
	r.finish()
	repo.Files = sameNames(repo.Files, found)
	maps.Copy(r.files, p.kept)
	return true
}

// sectionsOf splits sorted names into runs: each the files in and below the topmost
// folder that seems to be an environment. The files in no such folder are the
// rest.
func sectionsOf(found []string) (rest, sections []section) {
	// How many folders with files in or below them does a folder hold?
	folders, last := map[string]int{}, map[string]string{}
	dir := ""
	for _, name := range found {
		if d := path.Dir(name); d != dir {
			dir = d
			for at := d; at != "." && at != "/"; at = path.Dir(at) {
				up := path.Dir(at)
				if last[up] == at {
					break
				}
				last[up] = at
				folders[up]++
			}
		}
	}
	for i := 0; i < len(found); {
		root, crowded := rootOf(path.Dir(found[i]), folders)
		end := i + 1
		if root == "" {
			for end < len(found) && path.Dir(found[end]) == path.Dir(found[i]) {
				end++
			}
			rest = append(rest, section{from: i, to: end})
		} else {
			for end < len(found) && strings.HasPrefix(found[end], root+"/") {
				end++
			}
			sections = append(sections, section{from: i, to: end, root: root, crowded: crowded})
		}
		i = end
	}
	return rest, sections
}

// rootOf returns the topmost folder above dir that seems to be an environment;
// "" if there is none.
func rootOf(dir string, folders map[string]int) (root string, crowded bool) {
	for at := dir; at != "." && at != "/"; at = path.Dir(at) {
		switch {
		case envOfDir(at) != "":
			root, crowded = at, false
		case folders[path.Dir(at)] >= crowd:
			root, crowded = at, true
		}
	}
	return root, crowded
}

// passing is the reading of sections at work.
type passing struct {
	*reader
	found    []string
	shells   []shell
	sections []section
	rest     int // as many sections, the first ones, are in no environment's folder
	seed     maphash.Seed
	repos    []Repo // what the sections give
	size     atomic.Int64
	unfit    atomic.Bool // the files have to be read together

	// kustomized says that there are kustomizations; common is what sections build
	// on, and kept are the files that cannot be read again as they are.
	kustomized bool
	common     *common
	kept       map[string]*file
}

// sampled is the number of sections that tell whether folders that are many are
// environments.
const sampled = 8

// run reads all sections and returns the environments, sorted. It gives up at the
// first thing that says that the files have to be read together.
func (p *passing) run() ([]*Environment, bool) {
	first := min(p.rest+sampled, len(p.sections))
	w := newSectionWorker()
	start := 0
	if p.kustomized {
		if start = p.rest; !p.readCommon() {
			return nil, false
		}
	}
	for i := start; i < first; i++ {
		if p.pass(i, w); p.unfit.Load() {
			return nil, false
		}
	}
	if p.sections[p.rest].crowded && !p.alternatives(p.sections[p.rest:first]) {
		return nil, false
	}
	p.each(len(p.sections)-first, func(i int, w *sectionWorker) { p.pass(first+i, w) })
	if p.unfit.Load() || p.kustomized && !p.closeCommon() {
		return nil, false
	}
	return p.environments()
}

// A sectionWorker reads sections one after the other. It remembers what .sops.yaml
// files say, and uses the memory of the nodes of one section for the next one.
type sectionWorker struct {
	sops  map[string][]sopsRule
	nodes blockyaml.Nodes
}

func newSectionWorker() *sectionWorker { return &sectionWorker{sops: map[string][]sopsRule{}} }

// each calls do for 0 to n-1 with several workers.
func (p *passing) each(n int, do func(i int, w *sectionWorker)) {
	var wg sync.WaitGroup
	var next atomic.Int64
	for range workers {
		wg.Go(func() {
			w := newSectionWorker()
			for i := int(next.Add(1)) - 1; i < n && !p.unfit.Load(); i = int(next.Add(1)) - 1 {
				do(i, w)
			}
		})
	}
	wg.Wait()
}

// alternatives tells whether folders define the same things, so that they are
// environments.
func (p *passing) alternatives(sections []section) bool {
	defined := map[identity]int{}
	for n, section := range sections {
		for i := section.from; i < section.to; i++ {
			for _, id := range p.shells[i].ids {
				if other, ok := defined[id]; ok && other != n {
					return true
				}
				defined[id] = n
			}
		}
	}
	return false
}

// sub returns a reader of some of the files.
func (p *passing) sub(repo *Repo, sops map[string][]sopsRule) *reader {
	r := &reader{loader: p.loader, opts: p.opts, files: map[string]*file{}, repo: repo, sops: sops, warned: p.warned}
	r.opts.Supervise = nil // that is for all together
	return r
}

// pass reads the files of a section, looks at its environments and lets it go.
func (p *passing) pass(n int, w *sectionWorker) {
	section, repo := &p.sections[n], &p.repos[n]
	r := p.sub(repo, w.sops)
	if !p.kustomized { // where nothing is shared, nothing of a section is kept
		r.nodes = &w.nodes
		defer w.nodes.Reset()
	}
	names := p.found[section.from:section.to]
	for _, name := range names {
		f, problems := r.readFile(name)
		if r.heavy.Load() {
			p.heavy.Store(true)
			p.unfit.Store(true)
			return
		}
		if p.size.Add(int64(len(f.data))) > maxTotalSize || f.speaksOfOthers() && !(p.kustomized && f.kind == kustomizationFile) {
			p.unfit.Store(true)
			return
		}
		r.files[name] = f
		if !f.foreign {
			repo.Problems = append(repo.Problems, problems...)
		}
	}
	var items []*item
	ks := newKustomizations(r)
	if p.kustomized {
		ok := false
		if items, ks, ok = p.overlay(r, section); !ok {
			p.unfit.Store(true)
			return
		}
	} else {
		for _, name := range names {
			if f := r.files[name]; f.kind == manifestFile || f.kind == valuesFile {
				items = append(items, fileItem(f))
			}
		}
	}
	for i, name := range names {
		p.shells[section.from+i] = p.shellOf(r.files[name])
	}
	for _, it := range items {
		i, _ := slices.BinarySearch(p.found, it.path)
		p.shells[i].ids, p.shells[i].item, p.shells[i].root = it.ids, true, it.root != nil
	}
	switch {
	case n >= p.rest:
		var shown []string
		section.seen, shown = lookAt(ks, groupUnits(items), names)
		for _, name := range shown {
			p.knowSecrets(section, r.files[name])
		}
	case len(items) > 0:
		p.unfit.Store(true) // they may belong to all environments
		return
	}
	r.checkSops()
	r.finish()
	repo.Files = sameNames(repo.Files, names)
}

// knowSecrets keeps where a file of a section holds secrets, so that it need not be
// parsed again for an excerpt.
func (p *passing) knowSecrets(section *section, f *file) {
	if f == nil {
		return
	}
	names := p.found[section.from:section.to]
	if i, ok := slices.BinarySearch(names, f.name); ok {
		f.secretsOnce.Do(func() { f.secrets = f.findSecrets() })
		p.shells[section.from+i].secrets = &noSecrets
		if len(f.secrets) > 0 {
			secrets := f.secrets // and no more of the file
			p.shells[section.from+i].secrets = &secrets
		}
	}
}

var noSecrets []textRange

// sameNames returns a list of names that is kept anyway, if it is the same.
func sameNames(names, kept []string) []string {
	if slices.Equal(names, kept) {
		return kept[:len(kept):len(kept)]
	}
	return names
}

func (p *passing) shellOf(f *file) shell {
	s := shell{kind: f.kind, sum: maphash.Bytes(p.seed, f.data), masked: f.masked}
	if comments := f.suppressions(); comments != nil {
		s.comments = &comments
	}
	return s
}

// speaksOfOthers tells whether a file may say something about files in other
// folders.
func (f *file) speaksOfOthers() bool {
	switch f.kind {
	case specFile, kustomizationFile:
		return true
	case otherFile:
		return f.mayBeLayer()
	}
	for _, d := range f.docs {
		if v := d.value(); isEngine(v) || slices.ContainsFunc(v.Get("items").Items(), isEngine) {
			return true
		}
	}
	return false
}

// isEngine tells objects of Argo CD and Flux.
func isEngine(v Value) bool {
	of := v.Get("apiVersion").Text()
	return strings.Contains(of, "fluxcd.io") || strings.Contains(of, "argoproj.io")
}

// lookAt makes the environments of units of some files, and looks at them. It also
// returns the names of files that excerpts may be shown of.
func lookAt(ks *kustomizations, units []*unit, names []string) (all []look, shown []string) {
	p := &pairing{kustomizations: ks, units: units, claimed: map[*file]bool{}}
	all = make([]look, len(units))
	for i, env := range p.environments() {
		if env.nameByRoot(); !env.isEmpty() {
			var files []string
			env.Seen, files = ks.opts.Look(env)
			shown = append(shown, files...)
		}
		env.Objects, env.Values = nil, nil
		all[i].env, all[i].unit, all[i].dir = env, units[i].name, units[i].dir
		for _, it := range units[i].items {
			all[i].paths = append(all[i].paths, it.path)
		}
		env.Files, all[i].paths = sameNames(env.Files, names), sameNames(all[i].paths, names)
	}
	return all, shown
}

// The files of items of which nothing but the kind is known any more.
var (
	aManifest = &file{kind: manifestFile}
	someValue = &file{kind: valuesFile}
	aRoot     = &Environment{}
)

// environments returns the environments that there are, now that all is known
// that their folders define.
func (p *passing) environments() ([]*Environment, bool) {
	var items []*item
	known := make([]item, len(p.shells))
	for i := range p.shells {
		s, it := &p.shells[i], &known[i]
		*it = item{path: p.found[i], ids: s.ids}
		switch {
		case !s.item:
			continue
		case s.root:
			it.root = aRoot
		case s.kind == manifestFile:
			it.file = aManifest
		case s.kind == valuesFile:
			it.file = someValue
		default:
			continue
		}
		items = append(items, it)
		s.ids = nil
	}
	units := groupUnits(items)
	envs := make([]*Environment, len(units))
	var again []int
	for i, u := range units {
		if envs[i] = p.seenAs(u); envs[i] == nil {
			if p.kustomized {
				return nil, false
			}
			again = append(again, i)
		}
	}
	if len(units) == 1 {
		return nil, false // it has no name
	}
	repos := make([]Repo, len(again))
	p.each(len(again), func(n int, w *sectionWorker) {
		r, u := p.sub(&repos[n], w.sops), units[again[n]]
		fresh := newUnit(u.name, u.dir)
		for _, it := range u.items {
			f, _ := r.readFile(it.path)
			r.files[it.path] = f
			fresh.add(fileItem(f))
		}
		seen, _ := lookAt(newKustomizations(r), []*unit{fresh}, nil)
		envs[again[n]] = seen[0].env
	})
	for i := range repos {
		p.repo.Problems = append(p.repo.Problems, repos[i].Problems...)
	}
	envs = sorted(envs)
	return envs, len(envs) != 1
}

// seenAs returns the environment that a unit was looked at as, or nil if it was
// taken for something else.
func (p *passing) seenAs(u *unit) *Environment {
	at, _ := slices.BinarySearch(p.found, u.items[0].path)
	sections := p.sections[p.rest:]
	n, ok := slices.BinarySearchFunc(sections, at, func(section section, at int) int { return cmp.Compare(section.from, at) })
	if !ok {
		n--
	}
	if n < 0 {
		return nil
	}
	for _, l := range sections[n].seen {
		if (l.env.Name == u.name || l.unit == u.name) && l.dir == u.dir && slices.EqualFunc(l.paths, u.items, func(path string, it *item) bool { return path == it.path }) {
			return l.env
		}
	}
	return nil
}
