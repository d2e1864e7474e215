package repo

import (
	"maps"
	"path"
	"slices"
	"sync"
)

// Overlays are read in sections too: what no section holds, the bases among it, is
// read first and kept, each overlay is built on that, looked at, and let go. As
// with plain files this is given up where a section is more than that: where it
// builds on another one, or where a chart is inflated.

// maxCommon is the number of files that all sections may have in common.
const maxCommon = 500

// A common is what the sections of a repository build on.
type common struct {
	*kustomizations
	specs map[string]*file
	// mu is held while kustomizations are followed and built.
	mu sync.Mutex
}

// readCommon reads the files that no section holds; false if that does not do.
func (p *passing) readCommon() bool {
	r := p.sub(&p.repos[len(p.sections)], nil)
	c := &common{kustomizations: newKustomizations(r), specs: map[string]*file{}}
	p.common = c
	var names []string
	for _, section := range p.sections[:p.rest] {
		names = append(names, p.found[section.from:section.to]...)
	}
	if len(names) > maxCommon {
		return false
	}
	r.load(names)
	for _, name := range names {
		f := r.files[name]
		if f.kind != kustomizationFile && f.kind != specFile && f.speaksOfOthers() {
			return false
		}
		if f.kind == specFile {
			c.specs[name] = f
		}
		p.size.Add(int64(len(f.data)))
	}
	for _, name := range names {
		if isKustomizationName(name) && r.files[name].kind == kustomizationFile {
			c.get(path.Dir(name))
		}
	}
	p.kept = map[string]*file{}
	for i, name := range p.found {
		if f := r.files[name]; f != nil {
			p.shells[i] = p.shellOf(f)
		}
	}
	// Nothing of what they refer to may be in a section.
	for name := range r.files {
		if i, ok := slices.BinarySearch(p.found, name); ok && !p.isCommon(i) {
			return false
		}
	}
	for _, k := range c.byDir {
		if k != nil && !c.remember(k) {
			return false
		}
	}
	return true
}

// remember works out what sections need of a common kustomization; false if it
// inflates charts.
func (c *common) remember(k *kust) bool {
	if inflates(k) {
		return false
	}
	c.wordingOf(k, false)
	for _, r := range k.resources {
		if r.file != nil {
			c.origins[r.file] = &origin{file: r.file}
		}
	}
	for _, p := range k.patches {
		if p.text != nil {
			c.origins[p.text] = &origin{file: p.text, host: p.inline}
		} else {
			c.origins[p.file] = &origin{file: p.file}
		}
	}
	return true
}

func inflates(k *kust) bool {
	for name := range k.value.Fields() {
		if kustomizationFields[fieldName(name)] == chartField {
			return true
		}
	}
	return false
}

// isCommon tells whether a file, by its index, is in no section.
func (p *passing) isCommon(i int) bool {
	return slices.ContainsFunc(p.sections[:p.rest], func(s section) bool { return s.from <= i && i < s.to })
}

// overlay follows the kustomizations of a section, whose files are read, and
// returns the items; false if they lead to other sections.
func (p *passing) overlay(r *reader, section *section) ([]*item, *kustomizations, bool) {
	c := p.common
	c.mu.Lock()
	defer c.mu.Unlock()
	r.specs = c.specs
	maps.Copy(r.files, c.files)
	ks := &kustomizations{reader: r, byDir: maps.Clone(c.byDir), sharing: c.sharing, passing: true}
	names := p.found[section.from:section.to]
	items := ks.roots(nil, names)
	for _, name := range names {
		f := r.files[name]
		switch {
		case f.listed:
		case f.kind == manifestFile && ks.orphan(f):
		case f.kind == manifestFile, f.kind == valuesFile:
			items = append(items, fileItem(f))
		}
	}
	var kept []*file
	for name, f := range r.files {
		if c.files[name] == f {
			delete(r.files, name)
			continue
		}
		i, ok := slices.BinarySearch(p.found, name)
		if ok && (i < section.from || i >= section.to) {
			return nil, nil, false
		}
		switch {
		case !ok && !within(path.Dir(name), section.root):
			c.files[name] = f // other sections may have it too
			delete(r.files, name)
			p.size.Add(int64(len(f.data)))
		case !ok:
			kept = append(kept, f)
			p.size.Add(int64(len(f.data)))
		case f.listed && f.kind == otherFile:
			kept = append(kept, f)
		}
	}
	for dir, k := range ks.byDir {
		if k != nil && c.byDir[dir] == nil && inflates(k) {
			return nil, nil, false
		}
	}
	for _, f := range kept {
		p.kept[f.name] = f
	}
	return items, ks, r.stop == nil
}

// closeCommon ends with the files that no section holds; false if one of them is
// more than a part of what sections build.
func (p *passing) closeCommon() bool {
	c := p.common
	for _, k := range c.byDir {
		if k != nil && (!k.isComponent() && (!k.used || !k.checked)) {
			return false // a root of its own
		}
	}
	for name, f := range c.files {
		if _, ok := slices.BinarySearch(p.found, name); !ok || f.listed {
			continue
		}
		switch {
		case f.kind == manifestFile && c.orphan(f):
		case f.kind == manifestFile, f.kind == valuesFile:
			return false
		}
	}
	maps.Copy(p.kept, c.files)
	c.checkSops()
	c.finish()
	return true
}
