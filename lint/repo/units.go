package repo

import (
	"cmp"
	"hash/maphash"
	"path"
	"slices"
	"strings"
)

// An item is what is deployed or configured as a whole: a plain file, or a
// rendered kustomize root.
type item struct {
	path    string
	file    *file        // of a plain file
	root    *Environment // of a kustomize root
	ids     []identity   // what it defines
	objects []*Object    // of a plain file, until an environment has them
}

// dir returns the folder that tells the environment of an item.
func (it *item) dir() string { return path.Dir(it.path) }

func fileItem(f *file) *item {
	objects := f.objects()
	return &item{path: f.name, file: f, ids: definedBy(objects), objects: objects}
}

// taken returns the objects of a plain file, which are of one environment: the
// next one that holds the file gets its own.
func (it *item) taken() []*Object {
	objects := it.objects
	it.objects = nil
	if objects == nil {
		objects = it.file.objects()
	}
	return objects
}

func rootItem(env *Environment, k *kust) *item {
	return &item{path: k.file.name, root: env, ids: definedBy(env.Objects)}
}

// An identity is a checksum of Object.ID, by which objects are told to be the
// same. There are as many as objects, and they are kept for all folders.
type identity uint64

var identities = maphash.MakeSeed()

// definedBy returns the identities of objects. Namespaces are left out: to define
// one twice does no harm.
func definedBy(objects []*Object) []identity {
	var ids []identity
	for _, o := range objects {
		if o.Kind != "Namespace" && o.Name != "" {
			ids = append(ids, identity(maphash.String(identities, o.ID())))
		}
	}
	return ids
}

// A unit is a set of items that are deployed together.
type unit struct {
	name  string // the environment; "" if the items belong to all
	dir   string // the topmost folder
	items []*item
	ids   map[identity]bool
}

func newUnit(name, dir string) *unit { return &unit{name: name, dir: dir, ids: map[identity]bool{}} }

func (u *unit) add(items ...*item) {
	for _, it := range items {
		u.items = append(u.items, it)
		for _, id := range it.ids {
			u.ids[id] = true
		}
	}
}

// conflicts tells whether both units define the same thing, so that they
// cannot be deployed together.
func (u *unit) conflicts(v *unit) bool {
	if len(v.ids) < len(u.ids) {
		u, v = v, u
	}
	for id := range u.ids {
		if v.ids[id] {
			return true
		}
	}
	return false
}

// groupUnits groups what was found below the folders that the person named.
// What lies in a folder and in the folders below belongs together, except that
// environments stay apart: folders or files with the name of one, and folders
// that define the same objects as their neighbours. What belongs to no
// environment belongs to all of them.
func groupUnits(items []*item) []*unit {
	dirs := map[string]*folder{}
	root := &folder{path: "."}
	dirs["."] = root
	for _, it := range items {
		at := folderOf(dirs, it.dir())
		at.items = append(at.items, it)
	}
	return share(root.units())
}

// A folder is a folder with items in or below it.
type folder struct {
	path    string
	items   []*item
	folders []*folder
}

func folderOf(dirs map[string]*folder, dir string) *folder {
	if d, ok := dirs[dir]; ok {
		return d
	}
	d := &folder{path: dir}
	dirs[dir] = d
	up := path.Dir(dir)
	if up == dir {
		up = "."
	}
	parent := folderOf(dirs, up)
	parent.folders = append(parent.folders, d)
	return d
}

// units returns the units of a folder and of all below it: at most one
// without a name.
func (d *folder) units() []*unit {
	shared := newUnit("", d.path)
	var named, plain []*unit
	for _, sub := range d.folders {
		env := envOfDir(sub.path)
		for _, u := range sub.units() {
			switch {
			case u.name == "" && env != "":
				u.name = env
				named = append(named, u)
			case u.name == "":
				plain = append(plain, u)
			case env != "" && u.name != env:
				// An environment within an environment: clusters/prod/canary.
				u.name = env + "/" + u.name
				named = append(named, u)
			default:
				named = append(named, u)
			}
		}
	}
	own, ofEnv := d.ownItems()
	shared.add(own...)
	named = append(named, ofEnv...)
	// Folders that define the same things are alternatives.
	defined := map[identity]int{}
	for _, u := range plain {
		for id := range u.ids {
			defined[id]++
		}
	}
	for _, u := range plain {
		apart := false
		for id := range u.ids {
			apart = apart || defined[id] > 1
		}
		if apart {
			u.name = path.Base(u.dir)
			named = append(named, u)
		} else {
			shared.add(u.items...)
		}
	}
	units := mergeNamed(named)
	if len(shared.items) > 0 {
		if len(d.items) == 0 && len(plain) == 1 && len(units) == 0 {
			shared.dir = plain[0].dir
		}
		units = append(units, shared)
	}
	return units
}

// ownItems splits the items of the folder into those without an environment in
// their name and units of those with one. Manifests count as such only if
// there are several environments.
func (d *folder) ownItems() (own []*item, units []*unit) {
	envs := map[string]bool{}
	for _, it := range d.items {
		if it.file != nil && it.file.kind == manifestFile {
			envs[envOfFile(it.path)] = true
		}
	}
	delete(envs, "")
	for _, it := range d.items {
		env := ""
		if it.file != nil {
			env = envOfFile(it.path)
		}
		if env == "" || it.file.kind == manifestFile && len(envs) < 2 {
			own = append(own, it)
			continue
		}
		u := newUnit(env, d.path)
		u.add(it)
		units = append(units, u)
	}
	return own, units
}

// mergeNamed joins units of the same name, unless they define the same things.
func mergeNamed(units []*unit) []*unit {
	var merged []*unit
	byName := map[string][]*unit{}
next:
	for _, u := range units {
		for _, m := range byName[u.name] {
			if !m.conflicts(u) {
				m.dir = commonDir(m.dir, u.dir)
				m.add(u.items...)
				continue next
			}
		}
		name := u.name
		if len(byName[name]) > 0 {
			u.name = path.Join(path.Base(path.Dir(u.dir)), u.name)
		}
		byName[name] = append(byName[name], u)
		merged = append(merged, u)
	}
	return merged
}

func commonDir(a, b string) string {
	for a != b {
		if len(a) > len(b) {
			a = path.Dir(a)
		} else {
			b = path.Dir(b)
		}
		if a == "." || b == "." {
			return "."
		}
	}
	return a
}

// share gives the items without an environment to every environment that does
// not define the same things itself. If there is none they stand alone.
func share(units []*unit) []*unit {
	var shared *unit
	var named []*unit
	for _, u := range units {
		if u.name == "" {
			shared = u
		} else {
			named = append(named, u)
		}
	}
	if shared != nil {
		joined := false
		for _, u := range named {
			if !u.conflicts(shared) {
				u.items = append(slices.Clone(shared.items), u.items...)
				joined = true
			}
		}
		if !joined {
			named = append(named, shared)
		}
	}
	for _, u := range named {
		slices.SortStableFunc(u.items, func(a, b *item) int { return strings.Compare(a.path, b.path) })
	}
	slices.SortStableFunc(named, func(a, b *unit) int { return cmp.Or(strings.Compare(a.dir, b.dir), strings.Compare(a.name, b.name)) })
	return named
}
