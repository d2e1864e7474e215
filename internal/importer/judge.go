package importer

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/lint"
)

// judge takes out the values of the chart that lint calls an error in the
// generated tree: what did not work before is not carried over. It leaves what is
// about anything else to the person, and returns what is left.
func (im *importing) judge() error {
	for range maxRounds {
		files, err := im.generate()
		if err != nil {
			return err
		}
		findings, err := im.opts.Judge(files)
		if err != nil {
			return err
		}
		gone := false
		for _, f := range findings {
			if f.Severity == lint.Error && im.blame(files, f) {
				gone = true
			}
		}
		if !gone {
			im.result.Left = findings
			return nil
		}
		if err := im.settle(); err != nil {
			return err
		}
	}
	return nil
}

// blame finds the value of the chart that a finding is about, and takes it out.
func (im *importing) blame(files fs.FS, f *lint.Finding) bool {
	for _, place := range f.Places {
		rest, ok := strings.CutPrefix(place.File, "overlays/")
		env, file, _ := strings.Cut(rest, "/")
		if !ok || file != "values.yaml" || place.Path == "" {
			continue
		}
		path, err := yamledit.ParsePath(place.Path)
		if err != nil {
			continue
		}
		data, err := fs.ReadFile(files, place.File)
		if err != nil {
			continue
		}
		values, err := yamledit.Parse(place.File, data)
		if err != nil {
			continue
		}
		for _, root := range im.rootsOf(env) {
			if carried := root.at("gateway", "values"); carried != nil && im.take(root, carried, path, values.Root(), f) {
				return true
			}
		}
	}
	return false
}

// take removes the value at a path, or the item of a list that has the name of
// the one that was generated there.
func (im *importing) take(root, carried *node, path []string, values yamledit.Value, f *lint.Finding) bool {
	for n := len(path); n > 0; n-- {
		at := carried.at(path[:n]...)
		if at == nil {
			continue
		}
		why := f.Message
		if f.Help != "" {
			why += "; " + f.Help
		}
		if at.value == nil {
			if n < len(path) {
				return false // the value itself is not ours
			}
			from := at.from
			at.leaves(nil, func(_ []string, leaf *node) { from = leaf.from })
			im.result.dropped(from, "%s", why)
		} else if i, ok := sameItem(at, path, n, values); ok {
			im.result.dropped(at.items[i], "%s", why)
			if len(at.items) > 1 {
				at.items = slices.Delete(slices.Clone(at.items), i, i+1)
				v := *at.value
				v.Items = slices.Delete(slices.Clone(v.Items), i, i+1)
				at.value = &v
				return true
			}
		} else if at.value.Kind == yamledit.List && n < len(path) {
			return false
		} else {
			im.result.dropped(at.from, "%s", why)
		}
		return root.remove(append([]string{"gateway", "values"}, path[:n]...)...)
	}
	return false
}

// sameItem finds the item of a list that became the generated one at a path:
// that of the same name.
func sameItem(at *node, path []string, n int, values yamledit.Value) (int, bool) {
	if at.value.Kind != yamledit.List || n >= len(path) || len(at.items) != len(at.value.Items) {
		return 0, false
	}
	generated, ok := values.At(path[:n+1]...)
	name, named := generated.Get("name")
	if !ok || !named {
		return 0, false
	}
	i := slices.IndexFunc(at.value.Items, func(v yamledit.Value) bool { have, _ := v.Get("name"); return have.Text == name.Text })
	return i, i >= 0
}

// rootsOf are the nodes that an environment's values come from.
func (im *importing) rootsOf(env string) []*node {
	var all []*node
	for _, d := range im.envs {
		if d.name == env {
			all = append(all, d.spec)
		}
	}
	return append(all, im.base)
}
