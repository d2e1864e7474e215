package repo

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// checkTypes checks what kustomize would refuse with a message about Go types:
// kind and apiVersion, and text that YAML does not read as text.
func (ks *kustomizations) checkTypes(k *kust) {
	kind, apiVersion := k.value.Get("kind"), k.value.Get("apiVersion")
	want := "kustomize.config.k8s.io/v1beta1"
	switch kind.Text() {
	case "Component":
		want = "kustomize.config.k8s.io/v1alpha1"
	case "", "Kustomization":
	default:
		ks.problem(k, kind.Span(), "the kind of this file must be Kustomization or Component", "")
		return
	}
	if apiVersion.Exists() && apiVersion.Text() != want {
		ks.problem(k, apiVersion.Span(), "the apiVersion of a "+orDefault(kind.Text(), "Kustomization")+" is "+want, "")
	}
	for _, name := range []string{"namePrefix", "nameSuffix", "namespace"} {
		ks.checkText(k, k.value.Get(name))
	}
	for _, name := range []string{"commonLabels", "commonAnnotations"} {
		ks.checkTexts(k, k.value.Get(name))
	}
	ks.checkTexts(k, k.value.Get("generatorOptions", "labels"))
	ks.checkTexts(k, k.value.Get("generatorOptions", "annotations"))
	for _, e := range k.value.Get("labels").Items() {
		ks.checkTexts(k, e.Get("pairs"))
	}
	for _, name := range []string{"images", "imageTags"} {
		for _, e := range k.value.Get(name).Items() {
			ks.checkTexts(k, e)
		}
	}
	for _, e := range k.value.Get("replicas").Items() {
		ks.checkText(k, e.Get("name"))
		if c := e.Get("count"); c.Exists() && c.Tag() != "!!int" {
			ks.problem(k, c.Span(), "count must be a number", "write it without quotes")
		}
	}
	for _, g := range k.generators {
		ks.checkText(k, g.at.Get("name"))
		for _, l := range g.at.Get("literals").Items() {
			ks.checkText(k, l)
		}
	}
	for _, p := range k.patches {
		if p.json {
			ks.checkOperations(k, p)
		}
	}
}

func orDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// checkTexts checks that the values of a mapping are text.
func (ks *kustomizations) checkTexts(k *kust, m Value) {
	if m.Exists() && !m.IsMap() && !m.IsNull() {
		ks.problem(k, m.Span(), "a mapping of names to values is expected here", "")
		return
	}
	for _, v := range m.Fields() {
		ks.checkText(k, v)
	}
}

// checkText checks that YAML reads a value as text.
func (ks *kustomizations) checkText(k *kust, v Value) {
	switch {
	case !v.Exists() || v.IsNull():
	case !v.IsScalar():
		ks.problem(k, v.Span(), "text is expected here", "")
	case v.IsQuoted() || v.Tag() == "!!timestamp" || v.Tag() == "!!str" && !isOldBool(v.Text()):
	case v.Tag() == "!!bool" || v.Tag() == "!!str":
		ks.problem(k, v.Span(), "YAML reads this as true or false, and kustomize wants text", "put it in quotes")
	default:
		ks.problem(k, v.Span(), "YAML reads this as a number, and kustomize wants text", "put it in quotes")
	}
}

var operations = []string{"add", "copy", "move", "remove", "replace", "test"}

// operations returns the text of a JSON 6902 patch as kustomize sees it: it
// tells JSON from YAML by the first byte, and trims what is inline.
func (p patch) operations() (*file, []byte) {
	if p.text != nil {
		return p.text, bytes.TrimSpace(p.text.data)
	}
	return p.file, p.file.data
}

// checkOperations checks the form of a JSON 6902 patch.
func (ks *kustomizations) checkOperations(k *kust, p patch) {
	if _, text := p.operations(); len(text) > 0 && text[0] == '[' && !json.Valid(text) {
		ks.problem(k, p.at.Get("path").orSelf(p.inline).Span(), "a patch that begins with [ must be JSON, and this is not",
			"write each operation on lines of its own behind a dash")
		return
	}
	for _, d := range p.docs {
		doc := p.docValue(d)
		if !doc.IsList() {
			ks.problem(k, doc.Span(), "a patch of JSON operations is a list", "")
			continue
		}
		for _, op := range doc.Items() {
			name, path := op.Get("op"), op.Get("path")
			switch {
			case !op.IsMap():
				ks.problem(k, op.Span(), "an operation is a mapping with op and path", "")
			case !slices.Contains(operations, name.Text()):
				help := "use one of " + strings.Join(operations, ", ")
				if n := nearest(name.Text(), operations); n != "" && name.Text() != "" {
					help = "did you mean " + n + "?"
				}
				ks.problem(k, name.orSelf(op).Span(), "the operation of a patch is unknown", help)
			case !strings.HasPrefix(path.Text(), "/") && path.Text() != "":
				ks.problem(k, path.Span(), "the path of an operation begins with /", "write /"+clip(strings.ReplaceAll(path.Text(), ".", "/")))
			case !path.Exists():
				ks.problem(k, op.Span(), "the operation has no path", "")
			}
		}
	}
}
