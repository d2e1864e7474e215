package repo

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// isRemote tells what kustomize would fetch: with git, or over HTTP.
func isRemote(s string) bool {
	low := strings.ToLower(s)
	for _, sign := range []string{"://", "git@", "git::", "?ref=", "?version=", "_git/", ".git//", "?timeout=", "?submodules="} {
		if strings.Contains(low, sign) {
			return true
		}
	}
	return strings.HasPrefix(low, "github.com/") || strings.HasPrefix(low, "github.com:") || strings.HasSuffix(low, ".git")
}

// resource reads an entry of resources or bases.
func (ks *kustomizations) resource(k *kust, e Value) {
	target, ok := ks.target(k, e)
	if !ok {
		return
	}
	info, err := ks.stat(target)
	switch {
	case err != nil:
		ks.missing(k, e, target, err)
	case info.IsDir():
		ks.base(k, e, target, false)
	default:
		f := ks.readYAML(k, e, target)
		if f == nil {
			return
		}
		if f.kind == kustomizationFile && isKustomizationName(target) {
			ks.problem(k, e.Span(), "this names a kustomization file", "name its folder instead")
			return
		}
		ks.checkObjects(k, e, f)
		k.resources = append(k.resources, reference{at: e, file: f})
	}
}

// component reads an entry of components.
func (ks *kustomizations) component(k *kust, e Value) {
	target, ok := ks.target(k, e)
	if !ok {
		return
	}
	info, err := ks.stat(target)
	switch {
	case err != nil:
		ks.missing(k, e, target, err)
	case !info.IsDir():
		ks.problem(k, e.Span(), "a component must be a folder with a kustomization", "list a file under resources")
	default:
		ks.base(k, e, target, true)
	}
}

// base reads the kustomization in a folder that another one builds on.
func (ks *kustomizations) base(k *kust, e Value, dir string, component bool) {
	b := ks.get(dir)
	if b == nil {
		ks.problem(k, e.Span(), "this folder has no kustomization.yaml", "add one, or list its files one by one")
		return
	}
	b.used = true
	switch {
	case b.value.Exists() && component && !b.isComponent():
		ks.problem(k, e.Span(), "this folder is no component", "write kind: Component in it, or list it under resources",
			Related{b.value.Get("kind").orSelf(b.value).Span(), "its kind is Kustomization"})
		return
	case b.value.Exists() && !component && b.isComponent():
		ks.problem(k, e.Span(), "this folder is a component", "list it under components",
			Related{b.value.Get("kind").Span(), "its kind is Component"})
		return
	}
	r := reference{at: e, kust: b}
	if component {
		k.components = append(k.components, r)
	} else {
		k.resources = append(k.resources, r)
	}
}

// orSelf returns v, or other if v is missing.
func (v Value) orSelf(other Value) Value {
	if v.Exists() {
		return v
	}
	return other
}

// target resolves an entry that names a local file or folder.
func (ks *kustomizations) target(k *kust, e Value) (string, bool) {
	text := e.Text()
	switch {
	case !e.IsScalar() || text == "":
		ks.problem(k, e.Span(), "a path is expected here", "")
		return "", false
	case isRemote(text):
		ks.skip(k, e, "this is fetched from the network; it was not read and not judged", "lint where it is kept, or keep a copy in the repository")
		return "", false
	case path.IsAbs(text) || strings.ContainsAny(text, "\\\x00"):
		ks.problem(k, e.Span(), "the path must be relative to this file, with slashes", "")
		return "", false
	}
	target := path.Join(k.dir, text)
	if _, _, ok := ks.locate(target); !ok {
		ks.problem(k, e.Span(), "this leads out of the repository and was not read", "run from the folder that holds both, or give its path")
		return "", false
	}
	return target, true
}

// missing says that a file that a kustomization lists is not there.
func (ks *kustomizations) missing(k *kust, e Value, target string, err error) {
	if p := unreadable(target, err); !errorsIsNotExist(err) {
		ks.problem(k, e.Span(), p.Message, p.Help)
		return
	}
	help, near := "", ""
	if fsys, dir, ok := ks.locate(path.Dir(target)); ok {
		entries, _ := fs.ReadDir(fsys, dir)
		var names []string
		for _, en := range entries {
			names = append(names, en.Name())
		}
		if n := nearest(path.Base(target), names); n != "" {
			near = path.Join(path.Dir(e.Text()), n)
			help = fmt.Sprintf("did you mean %q?", clip(near))
		}
	}
	ks.misspelled(k, e.Span(), "the kustomization lists this, and it does not exist", help, near)
}

// local reads a file that configures the build.
func (ks *kustomizations) local(k *kust, e Value) *file {
	target, ok := ks.target(k, e)
	if !ok {
		return nil
	}
	if info, err := ks.stat(target); err != nil {
		ks.missing(k, e, target, err)
		return nil
	} else if info.IsDir() {
		ks.problem(k, e.Span(), "a file is expected here, and this is a folder", "")
		return nil
	}
	f := ks.readYAML(k, e, target)
	k.listed[e.node] = f
	return f
}

// readYAML reads a YAML file that a kustomization lists, whatever its name;
// nil if it is broken, which is told at the file.
func (ks *kustomizations) readYAML(k *kust, e Value, target string) *file {
	ks.load([]string{target})
	f := ks.files[target]
	f.listed = true
	if !f.parsed && f.kind != templateFile && f.data != nil {
		ks.repo.Problems = append(ks.repo.Problems, f.parse()...)
		f.kind = f.classify()
	}
	if f.kind == templateFile {
		ks.problem(k, e.Span(), "this file is a template, which kustomize cannot read", "render it first")
		return nil
	}
	if f.foreign {
		f.listed = false // the bound is no problem of its own
		k.partial = true
		return nil
	}
	if len(f.unread) > 0 || f.data == nil {
		k.broken = true
		return nil
	}
	return f
}

// loadText reads a file whose text is taken as it is.
func (ks *kustomizations) loadText(k *kust, e Value, target string) *file {
	if f := ks.files[target]; f != nil {
		return f
	}
	data, err := ks.loader.read(target)
	if err != nil {
		ks.missing(k, e, target, err)
		return nil
	}
	f := newFile(target, data)
	f.kind = contentFile
	ks.files[target] = f
	return f
}
