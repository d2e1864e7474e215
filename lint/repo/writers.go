package repo

import (
	"iter"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// patched finds the value in the patches of a kustomization, the last first.
func (t *trace) patched(k *kust, v Value) spot {
	for _, p := range slices.Backward(k.patches) {
		if p.json {
			if s := t.operation(p, v); s.found() {
				return s
			}
			continue
		}
		for _, d := range p.docs {
			doc := p.docValue(d)
			if !t.isTarget(p, doc) {
				continue
			}
			if got := t.follow(doc, v.path); got.Exists() && v.node.Kind == yaml.ScalarNode && equal(got.node, v.node) {
				return at(got, true)
			}
		}
	}
	return spot{}
}

// isTarget tells whether a patch is for the object.
func (t *trace) isTarget(p patch, doc Value) bool {
	if target := p.at.Get("target"); target.IsMap() {
		return t.selected(target)
	}
	return doc.Get("kind").Text() == t.object.Kind && t.hasName(doc.Get("metadata", "name").Text())
}

// hasName tells whether the object has, or had before it was renamed, a name.
func (t *trace) hasName(name string) bool {
	return name != "" && (name == t.object.Name || name == t.doc.Get("metadata", "name").Text() ||
		!t.doc.Exists() && strings.Contains(t.object.Name, name))
}

// selected tells whether a selector of kustomize means the object.
func (t *trace) selected(target Value) bool {
	if kind := target.Get("kind").Text(); kind != "" && !matches(kind, t.object.Kind) {
		return false
	}
	if name := target.Get("name").Text(); name != "" &&
		!matches(name, t.object.Name) && !matches(name, t.doc.Get("metadata", "name").Text()) && !t.hasName(name) {
		return false
	}
	if ns := target.Get("namespace").Text(); ns != "" && !matches(ns, t.object.Namespace) && !matches(ns, t.doc.Get("metadata", "namespace").Text()) {
		return false
	}
	return true
}

// matches tells whether a name matches an anchored pattern, as selectors do.
func matches(pattern, name string) bool {
	if pattern == name {
		return true
	}
	if !strings.ContainsAny(pattern, `.*+?[]()|\^$`) {
		return false
	}
	re, err := regexp.Compile("^(?:" + pattern + ")$")
	return err == nil && re.MatchString(name)
}

// operation finds the value in a list of JSON 6902 operations, the last first.
func (t *trace) operation(p patch, v Value) spot {
	if !t.selected(p.at.Get("target")) {
		return spot{}
	}
	for _, d := range p.docs {
		for _, op := range slices.Backward(p.docValue(d).Items()) {
			value := op.Get("value")
			if !value.Exists() {
				continue
			}
			rest, ok := below(op.Get("path").Text(), v.path)
			if !ok {
				continue
			}
			rendered := t.root
			for _, seg := range v.path[:len(v.path)-len(rest)] {
				rendered = step(rendered, seg)
			}
			if got := follow(value, rendered, rest); got.Exists() && equal(got.node, v.node) {
				return at(got, true)
			}
		}
	}
	return spot{}
}

var pointerUnescape = strings.NewReplacer("~1", "/", "~0", "~")

// segments are the segments of a JSON pointer; none if it is the whole or no
// pointer.
func segments(pointer string) iter.Seq[string] {
	return func(yield func(string) bool) {
		rest, more := strings.CutPrefix(pointer, "/")
		for more {
			var seg string
			if seg, rest, more = strings.Cut(rest, "/"); strings.Contains(seg, "~") {
				seg = pointerUnescape.Replace(seg)
			}
			if !yield(seg) {
				return
			}
		}
	}
}

// below returns what is left of a path behind a JSON pointer. An element of a
// list may have moved since the operation, so any number stands for any.
func below(pointer string, p Path) (Path, bool) {
	i := 0
	for seg := range segments(pointer) {
		switch {
		case i == len(p):
			return nil, false
		case isIndex(p[i]):
			if seg != "-" && strings.Trim(seg, "0123456789") != "" {
				return nil, false
			}
		case seg != p[i]:
			return nil, false
		}
		i++
	}
	return p[i:], i > 0
}

// transformed finds the entry of a transformer that wrote a value.
func (t *trace) transformed(k *kust, v Value) spot {
	if v.node.Kind != yaml.ScalarNode || len(v.path) == 0 {
		return spot{}
	}
	last := v.path[len(v.path)-1]
	get := func(name string) Value {
		for f, val := range k.value.Fields() {
			if fieldName(f) == name {
				return val
			}
		}
		return Value{}
	}
	if last == "image" || strings.HasSuffix(v.path.String(), "image") {
		if s := imageEntry(get("images"), v.node.Value); s.found() {
			return s
		}
		if s := imageEntry(get("imageTags"), v.node.Value); s.found() {
			return s
		}
	}
	if last == "replicas" {
		for _, e := range get("replicas").Items() {
			if c := e.Get("count"); t.hasName(e.Get("name").Text()) && c.Text() == v.node.Value {
				return at(c, true)
			}
		}
	}
	if last == "namespace" {
		if ns := get("namespace"); ns.Text() != "" && ns.Text() == v.node.Value {
			return at(ns, true)
		}
	}
	if len(v.path) >= 2 {
		switch v.path[len(v.path)-2] {
		case "labels", "matchLabels", "selector":
			if l := get("commonLabels").Get(last); l.Exists() && l.Text() == v.node.Value {
				return at(l, true)
			}
			for _, e := range get("labels").Items() {
				if l := e.Get("pairs", last); l.Exists() && l.Text() == v.node.Value {
					return at(l, true)
				}
			}
			if l := t.generatorOption(k, "labels", last); l.Text() == v.node.Value && l.Exists() {
				return at(l, true)
			}
		case "annotations":
			if a := get("commonAnnotations").Get(last); a.Exists() && a.Text() == v.node.Value {
				return at(a, true)
			}
			if a := t.generatorOption(k, "annotations", last); a.Text() == v.node.Value && a.Exists() {
				return at(a, true)
			}
		}
	}
	if v.path.String() == "metadata.name" && !t.doc.Exists() {
		for _, g := range k.generators {
			if name := g.at.Get("name"); t.isGenerator(g) {
				return at(name, name.Text() == v.node.Value)
			}
		}
	}
	return spot{}
}

// generatorOption returns a label or annotation that generators add.
func (t *trace) generatorOption(k *kust, field, key string) Value {
	for _, g := range k.generators {
		if v := g.at.Get("options", field, key); t.isGenerator(g) && v.Exists() {
			return v
		}
	}
	return k.value.Get("generatorOptions", field, key)
}

// imageEntry finds the entry of images that gives an image. What a person
// would edit is the tag, or else the digest or the name.
func imageEntry(images Value, image string) spot {
	for _, e := range slices.Backward(images.Items()) {
		name := e.Get("name").Text()
		if n := e.Get("newName").Text(); n != "" {
			name = n
		}
		rest, ok := strings.CutPrefix(image, name)
		if !ok || name == "" || rest != "" && rest[0] != ':' && rest[0] != '@' {
			continue
		}
		tag, digest := e.Get("newTag"), e.Get("digest")
		switch {
		case digest.Text() != "" && strings.HasSuffix(rest, "@"+digest.Text()):
			return at(digest, false)
		case tag.Text() != "" && (rest == ":"+tag.Text() || strings.HasPrefix(rest, ":"+tag.Text()+"@")):
			return at(tag, false)
		case e.Get("newName").Exists():
			return at(e.Get("newName"), image == name)
		}
	}
	return spot{}
}

// imagePart finds the part of an image that an entry of images gives.
func (t *trace) imagePart(v Value, part string) spot {
	if part == "" || len(v.path) == 0 || !strings.HasSuffix(strings.ToLower(v.path[len(v.path)-1]), "image") || t.exact(v.node) != nil {
		return spot{}
	}
	t.place()
	for _, k := range t.kusts {
		for _, e := range slices.Backward(k.value.Get("images").Items()) {
			if !imageEntry(Value{node: listOf(e.node), src: e.src}, v.node.Value).found() {
				continue
			}
			for _, f := range []string{"newTag", "digest", "newName", "name"} {
				if got := e.Get(f); got.Text() == part {
					return at(got, true)
				}
			}
		}
	}
	return spot{}
}

func listOf(n *yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{n}}
}
