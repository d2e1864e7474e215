package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

func errorsIsNotExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// patch reads an entry of one of the fields for patches.
func (ks *kustomizations) patch(k *kust, e Value, field string) {
	p := patch{at: e, field: field}
	name := e.Get("path")
	p.inline = e.Get("patch")
	if field == "patchesStrategicMerge" {
		if !e.IsScalar() {
			ks.problem(k, e.Span(), "an entry of patchesStrategicMerge is a file or the text of a patch", "write entries with path: under patches:")
			return
		}
		name, p.inline = e, Value{}
		if strings.Contains(e.Text(), "\n") || strings.Contains(e.Text(), ": ") {
			name, p.inline = Value{}, e
		}
	}
	switch {
	case name.Text() != "" && p.inline.Text() != "":
		ks.problem(k, e.Span(), "an entry of patches has path or patch, not both", "")
		return
	case p.inline.Text() != "":
		p.text = parseInline(p.inline)
		if len(p.text.unread) > 0 {
			at := Span{}
			if len(p.text.problems) > 0 {
				at = inlineSpan(p.inline, p.text, p.text.problems[0].Span)
			}
			if !at.IsValid() {
				at = p.inline.Span()
			}
			ks.problem(k, at, "the text of the patch is not YAML: "+p.text.problems[0].Message, p.text.problems[0].Help)
			return
		}
		p.docs = p.text.docs
	case name.Text() != "":
		if p.file = ks.local(k, name); p.file == nil {
			return
		}
		p.docs = p.file.docs
	default:
		ks.problem(k, e.Span(), "an entry of patches needs path, a file, or patch, its text", "")
		return
	}
	if len(p.docs) == 0 {
		ks.problem(k, name.orSelf(p.inline).Span(), "the patch is empty", "remove the entry")
		return
	}
	p.json = p.docs[0].value().IsList() || field == "patchesJson6902"
	if p.json && !e.Get("target").Exists() {
		ks.problem(k, e.Span(), "a patch of JSON operations needs a target", "write target: with kind: and name:")
		return
	}
	if !p.json {
		for _, d := range p.docs {
			if v := d.value(); !e.Get("target").Exists() && (v.Get("kind").Text() == "" || v.Get("metadata", "name").Text() == "") {
				at := v.Span()
				if p.text != nil {
					at = p.inline.Span()
				} else if v.IsMap() {
					at = firstKey(v)
				}
				ks.problem(k, at, "the patch does not say which object it is for", "write apiVersion, kind and metadata.name in it, or target: beside it")
				return
			}
		}
	}
	k.patches = append(k.patches, p)
}

// generator reads an entry of configMapGenerator or secretGenerator.
func (ks *kustomizations) generator(k *kust, e Value, field string) {
	g := generator{at: e, kind: "ConfigMap"}
	if field == "secretGenerator" {
		g.kind = "Secret"
	}
	if e.Get("name").Text() == "" {
		ks.problem(k, e.Span(), "an entry of "+field+" needs a name", "")
		return
	}
	for name, v := range e.Fields() {
		switch strings.ToLower(name) {
		case "literals":
			for _, l := range ks.list(k, v, "literals") {
				key, _, ok := strings.Cut(l.Text(), "=")
				if !ok || key == "" {
					ks.problem(k, l.Span(), "a literal is written key=value", "")
					continue
				}
				g.sources = append(g.sources, source{at: l, key: key})
			}
		case "files":
			for _, f := range ks.list(k, v, "files") {
				ks.contentSource(k, &g, f)
			}
		case "envs":
			for _, f := range ks.list(k, v, "envs") {
				ks.envSource(k, &g, f)
			}
		case "env":
			ks.envSource(k, &g, v)
		}
	}
	for _, src := range g.sources {
		if g.kind == "Secret" && src.file != nil {
			src.file.masked = true
		}
	}
	ks.checkKeys(k, g)
	k.generators = append(k.generators, g)
}

// contentSource reads a file that becomes a key of a ConfigMap or Secret.
func (ks *kustomizations) contentSource(k *kust, g *generator, e Value) {
	key, name, ok := strings.Cut(e.Text(), "=")
	if !ok {
		key, name = path.Base(e.Text()), e.Text()
	}
	if key == "" || name == "" || strings.Contains(name, "=") {
		ks.problem(k, e.Span(), "an entry of files is a path, or key=path", "")
		return
	}
	f := ks.content(k, e, name)
	if f != nil {
		g.sources = append(g.sources, source{at: e, key: key, file: f})
	}
}

func (ks *kustomizations) envSource(k *kust, g *generator, e Value) {
	if f := ks.content(k, e, e.Text()); f != nil {
		g.sources = append(g.sources, source{at: e, file: f, env: true})
	}
}

// content reads a file whose text is put into an object.
func (ks *kustomizations) content(k *kust, e Value, name string) *file {
	if isRemote(name) {
		ks.skip(k, e, "this is fetched from the network; it was not read and not judged", "keep a copy in the repository")
		return nil
	}
	if name == "" || path.IsAbs(name) {
		ks.problem(k, e.Span(), "the path must be relative to this file, with slashes", "")
		return nil
	}
	target := path.Join(k.dir, name)
	if _, _, ok := ks.locate(target); !ok {
		ks.problem(k, e.Span(), "this leads out of the repository and was not read", "run from the folder that holds both, or give its path")
		return nil
	}
	if info, err := ks.stat(target); err != nil {
		ks.missing(k, e, target, err)
		return nil
	} else if info.IsDir() {
		ks.problem(k, e.Span(), "a file is expected here, and this is a folder", "list its files one by one")
		return nil
	}
	return ks.loadText(k, e, target)
}

// checkKeys checks that a generator names no key twice, and only with the
// characters that a ConfigMap takes.
func (ks *kustomizations) checkKeys(k *kust, g generator) {
	seen := map[string]Value{}
	for _, s := range g.sources {
		if s.env {
			continue
		}
		if first, ok := seen[s.key]; ok {
			ks.problem(k, s.at.Span(), fmt.Sprintf("the generator makes the key %q twice", clip(s.key)), "write key=path with another key",
				Related{first.Span(), "it is made here before"})
			continue
		}
		seen[s.key] = s.at
		for _, c := range s.key {
			if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
				ks.problem(k, s.at.Span(), "a key of a "+g.kind+" holds letters, digits, -, _ and . only", "write key=path")
				break
			}
		}
	}
}
