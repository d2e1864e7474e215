package repo

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// fileParams returns the parameters that a git generator makes of the files
// that a glob names: what is in each, and where it lies.
func (p *pairing) fileParams(pattern string) []map[string]string {
	if pattern == "" {
		return nil
	}
	top := p.top()
	var names []string
	for name := range p.files {
		if full := path.Join(top, name); pattern == full || strings.Contains(pattern, "/") && matchGlob(pattern, full) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var all []map[string]string
	for _, name := range names {
		for _, d := range p.files[name].docs {
			params := pathParams(path.Dir(path.Join(top, name)))
			params["path.filename"] = path.Base(name)
			flatten(params, "", d.value())
			all = append(all, params)
		}
	}
	return all
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
