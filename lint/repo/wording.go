package repo

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// A wordSet is all texts of a part of a build, keys and values.
type wordSet map[string]struct{}

func (w wordSet) has(s string) bool { _, ok := w[s]; return ok }

func (w wordSet) add(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		w[n.Value] = struct{}{}
	}
	for _, c := range n.Content {
		w.add(c)
	}
}

// A wording is what a kustomization says, without those below it.
type wording struct {
	words wordSet
	names []string // of objects and generators
	// affixed says that it adds something to names, picky that it chooses
	// objects by a pattern of their names.
	affixed, picky bool
}

// lookingFields are those with which kustomize looks into texts, or which
// change what it does with fields.
var lookingFields = map[string]bool{
	"openapi": true, "replacements": true, "vars": true, "crds": true, "configurations": true,
	"generators": true, "transformers": true, "validators": true,
}

// isCopying tells whether kustomize does nothing else with the words of a
// kustomization than to copy and compare them, as far as its fields tell.
func isCopying(k *kust) bool {
	for name := range k.value.Fields() {
		if lookingFields[fieldName(name)] {
			return false
		}
	}
	for _, p := range k.patches {
		target := p.at.Get("target")
		if target.Get("labelSelector").Exists() || target.Get("annotationSelector").Exists() || !isLiteral(target.Get("namespace").Text()) {
			return false
		}
	}
	for _, images := range []string{"images", "imageTags"} {
		for _, e := range k.value.Get(images).Items() {
			if name := e.Get("name").Text(); !isLiteral(name[strings.LastIndexByte(name, '/')+1:]) {
				return false
			}
		}
	}
	return true
}

// isLiteral tells texts that mean themselves where kustomize expects a pattern.
func isLiteral(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_':
		default:
			return false
		}
	}
	return true
}

// wordingOf returns what a kustomization says, which is gathered once; nil if
// nothing that builds on it can have gaps. The words of a root are left to the
// gapFinder.
func (ks *kustomizations) wordingOf(k *kust, root bool) *wording {
	if w, ok := ks.wordings[k]; ok && !root {
		return w
	}
	ok := isCopying(k) && !hasMark(string(k.file.data))
	w := &wording{words: wordSet{}}
	if !root {
		w.words.add(k.value.node)
	}
	for _, f := range k.parts() {
		ok = ok && !hasMark(string(f.data))
		if root {
			continue
		}
		for _, d := range f.docs {
			w.words.add(d.root)
		}
		w.words[strings.TrimSpace(string(f.data))] = struct{}{}
	}
	for _, r := range k.resources {
		if r.file != nil {
			for _, o := range r.file.objects() {
				w.names = append(w.names, o.Name)
			}
		}
	}
	for _, g := range k.generators {
		w.names = append(w.names, g.at.Get("name").Text())
	}
	for name := range k.value.Fields() {
		n := fieldName(name)
		w.affixed = w.affixed || n == "namePrefix" || n == "nameSuffix"
	}
	for _, p := range k.patches {
		w.picky = w.picky || !isLiteral(p.at.Get("target", "name").Text())
	}
	if !ok {
		w = nil
	}
	if !root && !ks.passing {
		ks.wordings[k] = w
	}
	return w
}

// parts returns the files that a kustomization adds to a build, in order.
func (k *kust) parts() []*file {
	var all []*file
	for _, r := range k.resources {
		if r.file != nil {
			all = append(all, r.file)
		}
	}
	for _, p := range k.patches {
		f, _ := p.operations()
		all = append(all, f)
	}
	for _, g := range k.generators {
		for _, s := range g.sources {
			if s.file != nil {
				all = append(all, s.file)
			}
		}
	}
	return all
}
