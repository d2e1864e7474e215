package repo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// write writes a kustomization in flow style: JSON, except that plain scalars
// stay plain, so that kustomize reads their types as it would have.
func (s *synthesis) write(b *bytes.Buffer, k *kust) {
	b.WriteString("{")
	var resources []string
	comma, empty := "", true
	field := func(name string) {
		fmt.Fprintf(b, "%s%q: ", comma, name)
		comma = ",\n"
		empty = empty && (name == "apiVersion" || name == "kind")
	}
	var patches, merges, jsons []patch
	for _, p := range k.patches {
		if s.partial && !s.hasTarget(k, p) {
			continue
		}
		switch p.field {
		case "patches":
			patches = append(patches, p)
		case "patchesStrategicMerge":
			merges = append(merges, p)
		default:
			jsons = append(jsons, p)
		}
	}
	for name, v := range k.value.Fields() {
		switch kustomizationFields[fieldName(name)] {
		case plainField:
			field(name)
			if s.partial && fieldName(name) == "replicas" {
				s.writeReplicas(b, k, v)
			} else {
				s.writeFlow(b, v.node)
			}
		case filesField:
			var names []string
			for _, e := range v.Items() {
				names = append(names, s.plainFile(k, e))
			}
			field(name)
			writeStrings(b, names)
		case openAPIField:
			if p := v.Get("path"); p.Exists() {
				field(name)
				fmt.Fprintf(b, "{path: %q}", s.plainFile(k, p))
			} else {
				field(name)
				s.writeFlow(b, v.node)
			}
		case pluginsField:
			field(name)
			s.writePlugins(b, k, v)
		case generatorField:
			field(name)
			s.writeGenerators(b, k, v)
		case replacementsField:
			field(name)
			s.writeReplacements(b, k, v)
		}
	}
	for _, r := range k.resources {
		if r.kust != nil {
			resources = append(resources, ".."+s.add(r.kust))
			continue
		}
		resources = append(resources, s.resourceFile(r.file))
	}
	if resources != nil {
		field("resources")
		writeStrings(b, resources)
	}
	var components []string
	for _, r := range k.components {
		components = append(components, ".."+s.add(r.kust))
	}
	if components != nil {
		field("components")
		writeStrings(b, components)
	}
	if patches != nil {
		field("patches")
		s.writePatches(b, patches)
	}
	if jsons != nil {
		field("patchesJson6902")
		s.writePatches(b, jsons)
	}
	if merges != nil {
		var names []string
		for _, p := range merges {
			names = append(names, s.patchFile(p))
		}
		field("patchesStrategicMerge")
		writeStrings(b, names)
	}
	if !s.notes || empty { // kustomize refuses a kustomization without fields; an empty list is one
		field("buildMetadata")
		b.WriteString("[originAnnotations]")
	}
	b.WriteString("}\n")
}

// hasTarget tells whether the object that a patch is for is part of the build.
func (s *synthesis) hasTarget(k *kust, p patch) bool {
	if p.json || p.at.Get("target").Exists() {
		return true
	}
	for _, d := range p.docs {
		doc := d.value()
		if !k.defines(doc.Get("kind").Text(), doc.Get("metadata", "name").Text()) {
			return false
		}
	}
	return true
}

// defines tells whether a kustomization or one below it has an object.
func (k *kust) defines(kind, name string) bool {
	for _, r := range k.resources {
		if r.kust != nil && r.kust.defines(kind, name) {
			return true
		}
		if r.file != nil && slices.ContainsFunc(r.file.objects(), func(o *Object) bool { return o.Name == name && (kind == "" || o.Kind == kind) }) {
			return true
		}
	}
	return slices.ContainsFunc(k.generators, func(g generator) bool { return g.at.Get("name").Text() == name && g.kind == kind })
}

func (s *synthesis) writeReplicas(b *bytes.Buffer, k *kust, v Value) {
	b.WriteString("[")
	comma := ""
	for _, e := range v.Items() {
		if k.defines("", e.Get("name").Text()) {
			b.WriteString(comma)
			comma = ", "
			s.writeFlow(b, e.node)
		}
	}
	b.WriteString("]")
}

func writeStrings(b *bytes.Buffer, list []string) {
	data, _ := json.Marshal(list) // strings always encode
	b.Write(data)
}

// writePatches writes entries of patches. The text of an inline patch becomes
// a file, which is padded like all others.
func (s *synthesis) writePatches(b *bytes.Buffer, patches []patch) {
	b.WriteString("[")
	for i, p := range patches {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(b, "{path: %q", s.patchFile(p))
		for key, v := range p.at.Fields() {
			if key != "path" && key != "patch" {
				fmt.Fprintf(b, ", %q: ", key)
				s.writeFlow(b, v.node)
			}
		}
		b.WriteString("}")
	}
	b.WriteString("]")
}

func (s *synthesis) writePlugins(b *bytes.Buffer, k *kust, v Value) {
	var list []string
	for _, e := range v.Items() {
		switch f := k.listed[e.node]; {
		case k.dropped[e.node]:
		case f != nil:
			list = append(list, s.plainFile(k, e))
		default:
			list = append(list, e.Text())
		}
	}
	writeStrings(b, list)
}

func (s *synthesis) writeReplacements(b *bytes.Buffer, k *kust, v Value) {
	b.WriteString("[")
	for i, e := range v.Items() {
		if i > 0 {
			b.WriteString(", ")
		}
		if p := e.Get("path"); p.Exists() {
			fmt.Fprintf(b, "{path: %q}", s.plainFile(k, p))
		} else {
			s.writeFlow(b, e.node)
		}
	}
	b.WriteString("]")
}

func (s *synthesis) writeGenerators(b *bytes.Buffer, k *kust, v Value) {
	b.WriteString("[")
	comma := ""
	for _, g := range k.generators {
		if !isItem(v, g.at) {
			continue
		}
		b.WriteString(comma + "{")
		comma = ", "
		var literals, files, envs []string
		for _, src := range g.sources {
			switch {
			case src.env:
				envs = append(envs, s.content(src.file))
			case src.file != nil:
				files = append(files, src.key+"="+s.content(src.file))
			default:
				literals = append(literals, s.gaps.value(src.at.node))
			}
		}
		inner := ""
		for key, f := range g.at.Fields() {
			switch strings.ToLower(key) {
			case "literals", "files", "envs", "env":
				continue
			}
			fmt.Fprintf(b, "%s%q: ", inner, key)
			s.writeFlow(b, f.node)
			inner = ", "
		}
		for _, l := range []struct {
			name string
			list []string
		}{{"literals", literals}, {"files", files}, {"envs", envs}} {
			if l.list != nil {
				fmt.Fprintf(b, "%s%q: ", inner, l.name)
				writeStrings(b, l.list)
				inner = ", "
			}
		}
		b.WriteString("}")
	}
	b.WriteString("]")
}

// content plans the text that a generator puts into an object, once.
func (s *synthesis) content(f *file) string {
	if name, ok := s.names[f]; ok {
		return name
	}
	return s.plain(f, write{file: f, content: true})
}

func isItem(list, item Value) bool {
	for _, n := range list.node.Content {
		if deref(n) == item.node {
			return true
		}
	}
	return false
}

// writeFlow writes a node in flow style.
func (s *synthesis) writeFlow(b *bytes.Buffer, n *yaml.Node) {
	switch n = deref(n); n.Kind {
	case yaml.MappingNode:
		b.WriteString("{")
		comma := ""
		for k, v := range pairs(n) {
			b.WriteString(comma)
			comma = ", "
			s.writeScalar(b, k)
			b.WriteString(": ")
			s.writeFlow(b, v)
		}
		b.WriteString("}")
	case yaml.SequenceNode:
		b.WriteString("[")
		for i, c := range n.Content {
			if i > 0 {
				b.WriteString(", ")
			}
			s.writeFlow(b, c)
		}
		b.WriteString("]")
	case yaml.ScalarNode:
		s.writeScalar(b, n)
	}
}

// writeScalar writes a scalar. What YAML reads as something else than text,
// in any of its versions, stays as it is written.
func (s *synthesis) writeScalar(b *bytes.Buffer, n *yaml.Node) {
	if n.Style&^yaml.TaggedStyle == 0 && (n.ShortTag() != "!!str" || isOldBool(n.Value)) && n.ShortTag() != "!!binary" {
		if n.Value == "" {
			b.WriteString("null")
			return
		}
		b.WriteString(n.Value)
		return
	}
	data, _ := json.Marshal(s.gaps.value(n)) // a string always encodes
	b.Write(data)
}

// isOldBool tells words that YAML 1.1 reads as true or false.
func isOldBool(s string) bool {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off":
		return true
	}
	return false
}
