package repo

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// Every rendered object has to tell the file that it comes from: a JSON 6902
// patch writes it anew, and its lines say nothing then. kustomize can note that
// itself (buildMetadata: [originAnnotations]), but then it also notes each
// transformer on each object, which takes a third of the whole build. So a root
// field with the name of the file is written behind the documents where that can
// be done without a change of anything else.

// noteKey is the field.
const noteKey = "quorumwright.dev/file"

// canNote tells whether the field can be written behind all objects of a root,
// and stays there until the end.
func canNote(root *kust) bool {
	seen := map[*kust]bool{}
	changed, written := map[string]bool{}, map[string]bool{} // kinds
	var can func(k *kust) bool
	can = func(k *kust) bool {
		if seen[k] {
			return true
		}
		seen[k] = true
		for _, g := range k.generators {
			if g.at.Get("behavior").Exists() {
				changed[g.kind] = true // the object that is merged into or replaced
			}
		}
		for _, r := range k.components {
			if r.kust != nil && !can(r.kust) {
				return false
			}
		}
		for _, r := range k.resources {
			switch {
			case r.kust != nil:
				if !can(r.kust) {
					return false
				}
			case r.file != nil:
				if !r.file.isNotable() {
					return false
				}
				for _, o := range r.file.objects() {
					written[o.Kind] = true
				}
			}
		}
		return true
	}
	if !can(root) {
		return false
	}
	for kind := range changed {
		if written[kind] {
			return false
		}
	}
	return true
}

// isNotable tells whether all documents of a file are mappings in block style
// that end with a line break, each one object.
func (f *file) isNotable() bool {
	if len(f.docs) == 0 || bytes.Contains(f.data, []byte(noteKey)) {
		return false
	}
	for _, d := range f.docs {
		v := d.value()
		switch {
		case !v.IsMap() || d.root.Column != 1 || d.root.Style&yaml.FlowStyle != 0:
			return false
		case d.root.Tag != "!!map" || d.root.Anchor != "":
			return false
		case v.Get("items").Exists() || !v.Get("metadata", "name").Exists():
			return false // a list, which kustomize takes apart
		case d.text.end == 0 || f.data[d.text.end-1] != '\n':
			return false
		}
	}
	return true
}

// takeNote removes the field and returns the name in it.
func takeNote(root *yaml.Node) string {
	n := child(root, noteKey)
	if n == nil {
		return ""
	}
	name := n.Value
	removeKey(root, noteKey)
	return name
}
