package repo

import (
	"slices"
	"strings"
)

// checkObjects checks that a file holds what kustomize takes for objects.
func (ks *kustomizations) checkObjects(k *kust, e Value, f *file) {
	for _, d := range f.docs {
		ks.checkObject(k, e, d.value())
	}
}

func (ks *kustomizations) checkObject(k *kust, e Value, v Value) {
	kind, name := v.Get("kind"), v.Get("metadata", "name")
	switch {
	case !v.IsMap():
		ks.problem(k, v.Span(), "this is no Kubernetes object", "a file under resources holds objects with apiVersion, kind and metadata.name",
			Related{e.Span(), "it is listed here"})
	case strings.HasSuffix(kind.Text(), "List") && v.Get("items").IsList():
		for _, item := range v.Get("items").Items() {
			ks.checkObject(k, e, item)
		}
	case kind.Text() == "":
		ks.problem(k, firstKey(v), "this object has no kind", "a file under resources holds objects with apiVersion, kind and metadata.name",
			Related{e.Span(), "it is listed here"})
	case name.Text() == "" && kind.Text() != "Kustomization" && kind.Text() != "Component":
		ks.problem(k, v.Get("metadata").orSelf(kind).Span(), "this object has no metadata.name", "",
			Related{e.Span(), "it is listed here"})
	case v.Get("sops").IsMap():
		// Flux decrypts it; its texts are ciphertexts.
	case strings.ContainsRune(kind.Text(), ','):
		ks.problem(k, kind.Span(), "a kind holds letters and digits only", "")
	case strings.ContainsRune(name.Text(), ','):
		ks.problem(k, name.Span(), "a name cannot hold a comma", "")
	case strings.ContainsRune(v.Get("metadata", "namespace").Text(), ','):
		ks.problem(k, v.Get("metadata", "namespace").Span(), "a namespace cannot hold a comma", "")
	}
}

// firstKey returns the span of the first key of a mapping.
func firstKey(v Value) Span {
	for _, f := range v.Fields() {
		return f.KeySpan()
	}
	return v.Span()
}

// plugin reads an entry of generators, transformers or validators. Built-in
// ones are data; all others are programs, which are never started.
func (ks *kustomizations) plugin(k *kust, e Value) {
	var docs []*document
	if strings.Contains(e.Text(), "\n") || strings.Contains(e.Text(), "{") {
		docs = parseInline(e).docs
	} else if target, ok := ks.target(k, e); !ok {
		k.dropped[e.node] = true
		return
	} else if info, err := ks.stat(target); err != nil {
		ks.missing(k, e, target, err)
		return
	} else if !info.IsDir() {
		f := ks.readYAML(k, e, target)
		if f == nil {
			return
		}
		docs = f.docs
		k.listed[e.node] = f
	}
	k.dropped[e.node] = len(docs) == 0 || slices.ContainsFunc(docs, func(d *document) bool { return !isBuiltin(d.value()) })
	if k.dropped[e.node] {
		ks.skip(k, e, "this is a program that kustomize would start; it was not started, and what it makes was not judged", "")
	}
}

// isBuiltin tells the configuration of a transformer or generator that is part
// of kustomize and neither reads files nor starts programs.
func isBuiltin(v Value) bool {
	if v.Get("apiVersion").Text() != "builtin" || v.Get("metadata", "annotations").Exists() {
		return false
	}
	switch v.Get("kind").Text() {
	case "PrefixSuffixTransformer", "PrefixTransformer", "SuffixTransformer", "LabelTransformer", "AnnotationsTransformer",
		"NamespaceTransformer", "ImageTagTransformer", "ReplicaCountTransformer", "HashTransformer":
		return true
	}
	return false
}
