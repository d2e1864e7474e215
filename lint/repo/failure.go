package repo

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/supervisor"
)

// failure puts the failure of a build into words. The text of kustomize is
// only read, never shown: it speaks of the tree in memory, and it may quote
// whole objects.
func (ks *kustomizations) failure(s *synthesis, root *kust, err error) {
	var death *supervisor.Death
	if errors.As(err, &death) {
		message := "kustomize broke down over this folder, and it was not rendered"
		switch spent := death.Spent(); {
		case death.Limit == supervisor.Total:
			message = "what came before this folder took " + spent + ", the limit for all roots together; it was not rendered"
		case spent != "":
			message = "rendering this folder takes " + spent + ", the limit for one root; it was not rendered"
		}
		ks.repo.Problems = append(ks.repo.Problems, limitProblem(root.file.name, message, "split it, or do without what makes it grow: replacements, copies, many patches of many objects"))
		return
	}
	if s.partial {
		return // what is missing may be in what was left out, which is told
	}
	text := err.Error()
	for _, explain := range []func(*synthesis, string) (Problem, bool){
		registeredTwice, patchWithoutTarget, failedOperation, failedGenerator, unmatchedReplicas, failedReplacement, unmatchedVar, namespaceConflict,
	} {
		if p, ok := explain(s, text); ok {
			p.Rule = "kustomize/build-failed"
			ks.repo.Problems = append(ks.repo.Problems, p)
			return
		}
	}
	ks.repo.Problems = append(ks.repo.Problems, Problem{
		Rule:    "kustomize/build-failed",
		Span:    fileSpan(root.file.name),
		Message: "kustomize cannot build this folder, for a reason that is not known here",
		Help:    "run kustomize build on the folder to see its own words",
	})
}

// between returns what stands between two marks.
func between(text, before, after string) (string, bool) {
	_, rest, ok := strings.Cut(text, before)
	if !ok {
		return "", false
	}
	s, _, ok := strings.Cut(rest, after)
	return s, ok
}

// parseID splits what kustomize calls an object: Kind.version.group/name.namespace.
func parseID(id string) (kind, name string) {
	gvk, rest, _ := strings.Cut(id, "/")
	kind, _, _ = strings.Cut(gvk, ".")
	name = strings.TrimSuffix(rest, ".[noNs]")
	if name == rest {
		if i := strings.LastIndexByte(rest, '.'); i >= 0 {
			name = rest[:i]
		}
	}
	return kind, name
}

// written returns the objects of a kind and name in the files of a build.
func (s *synthesis) written(kind, name string) []*Object {
	var found []*Object
	seen := map[*file]bool{}
	for _, k := range slices.Backward(s.order) {
		for _, r := range k.resources {
			if r.file == nil || seen[r.file] {
				continue
			}
			seen[r.file] = true
			for _, o := range r.file.objects() {
				if o.Kind == kind && o.Name == name {
					found = append(found, o)
				}
			}
		}
	}
	return found
}

func registeredTwice(s *synthesis, text string) (Problem, bool) {
	id, ok := between(text+"'", "already registered id: ", "'")
	if !ok {
		return Problem{}, false
	}
	kind, name := parseID(id)
	p := Problem{
		Message: fmt.Sprintf("the build holds the %s %q twice", kind, clip(name)),
		Help:    "list its file once, or change the object with a patch",
	}
	found := s.written(kind, name)
	if len(found) >= 2 {
		p.Span = found[1].Value.Get("metadata", "name").Span()
		p.Related = []Related{{found[0].Value.Get("metadata", "name").Span(), "it is defined here too"}}
		return p, true
	}
	// The same file by two ways.
	var entries []Value
	for _, k := range s.order {
		for _, r := range k.resources {
			if len(found) == 1 && (r.file != nil && r.file == found[0].Value.src.(*file) || r.kust != nil) {
				entries = append(entries, r.at)
			}
		}
	}
	if len(entries) == 0 {
		return Problem{}, false
	}
	p.Span = entries[len(entries)-1].Span()
	if len(entries) > 1 {
		p.Related = []Related{{entries[0].Span(), "it comes from here too"}}
	}
	return p, true
}

func patchWithoutTarget(s *synthesis, text string) (Problem, bool) {
	id, ok := between(text+";", "no matches for Id ", ";")
	many := false
	if !ok {
		if id, ok = between(text+";", "multiple matches for Id ", ";"); !ok {
			return Problem{}, false
		}
		many = true
	}
	kind, name := parseID(id)
	for _, k := range s.order {
		for _, p := range k.patches {
			for _, d := range p.docs {
				doc := p.docValue(d)
				if p.json || doc.Get("kind").Text() != kind || doc.Get("metadata", "name").Text() != name {
					continue
				}
				pr := Problem{
					Span:    doc.Get("metadata", "name").Span(),
					Message: fmt.Sprintf("the patch is for the %s %q, which the build does not hold", kind, clip(name)),
					Help:    s.nearestObject(kind, name),
				}
				if many {
					pr.Message = fmt.Sprintf("the patch fits several objects %s %q", kind, clip(name))
					pr.Help = "write metadata.namespace in it"
				}
				return pr, true
			}
		}
	}
	return Problem{}, false
}

// nearestObject suggests what a patch may be meant for.
func (s *synthesis) nearestObject(kind, name string) string {
	var names, kinds []string
	for _, k := range s.order {
		for _, r := range k.resources {
			if r.file == nil {
				continue
			}
			for _, o := range r.file.objects() {
				if o.Kind == kind {
					names = append(names, o.Name)
				} else if o.Name == name {
					kinds = append(kinds, o.Kind)
				}
			}
		}
	}
	slices.Sort(names)
	slices.Sort(kinds)
	if n := nearest(name, names); n != "" {
		return fmt.Sprintf("did you mean %q?", clip(n))
	}
	if len(kinds) > 0 {
		return "there is a " + kinds[0] + " of that name"
	}
	return "name an object as it is called before prefixes, suffixes and namespaces are added"
}

// failedOperation explains a JSON 6902 patch that cannot be applied.
func failedOperation(s *synthesis, text string) (Problem, bool) {
	var path string
	message, help := "", ""
	switch {
	case strings.Contains(text, "operation does not apply: doc is missing"):
		_, path, _ = strings.Cut(text, "operation does not apply: doc is missing")
		_, path, _ = strings.Cut(path, ": ")
		message = "the operation does not apply: the object has nothing at this path"
		help = "add what is above it first, or use the index of an element that is there"
	case strings.Contains(text, "error in remove for path: "):
		path, _ = between(text, "error in remove for path: '", "'")
		message = "the operation removes what the object does not have"
	case strings.Contains(text, "error in "):
		_, path, _ = strings.Cut(text, "for path: '")
		path, _, _ = strings.Cut(path, "'")
		message = "the operation does not apply to the object"
	case strings.Contains(text, "testing value "):
		path, _ = between(text, "testing value ", " failed")
		message = "the test fails: the object holds another value at this path"
	default:
		return Problem{}, false
	}
	path = strings.Trim(path, `"' `)
	if i := strings.IndexAny(path, "\": "); i >= 0 {
		path = path[:i]
	}
	for _, k := range s.order {
		for _, p := range k.patches {
			if !p.json {
				continue
			}
			for _, d := range p.docs {
				for _, op := range p.docValue(d).Items() {
					if at := op.Get("path"); at.Text() == path && path != "" {
						return Problem{Span: at.Span(), Message: message, Help: help}, true
					}
				}
			}
		}
	}
	return Problem{}, false
}

func failedGenerator(s *synthesis, text string) (Problem, bool) {
	if !strings.Contains(text, "merging from generator") {
		return Problem{}, false
	}
	kind, _ := between(text, `Kind:"`, `"`)
	name, _ := between(text, `Name:"`, `"`)
	var found []generator
	for _, k := range slices.Backward(s.order) {
		for _, g := range k.generators {
			if g.kind == kind && g.at.Get("name").Text() == name {
				found = append(found, g)
			}
		}
	}
	if len(found) == 0 {
		return Problem{}, false
	}
	last := found[len(found)-1].at
	if strings.Contains(text, "does not exist") {
		return Problem{
			Span:    last.Get("behavior").orSelf(last.Get("name")).Span(),
			Message: fmt.Sprintf("there is no %s %q below to merge with or to replace", kind, clip(name)),
			Help:    "remove behavior, or correct the name",
		}, true
	}
	p := Problem{
		Span:    last.Get("name").Span(),
		Message: fmt.Sprintf("the %s %q is generated twice", kind, clip(name)),
		Help:    "write behavior: merge or behavior: replace here",
	}
	if len(found) > 1 {
		p.Related = []Related{{found[0].at.Get("name").Span(), "it is generated here too"}}
	} else if w := s.written(kind, name); len(w) > 0 {
		p.Related = []Related{{w[0].Value.Get("metadata", "name").Span(), "it is defined here too"}}
	}
	return p, true
}

func unmatchedReplicas(s *synthesis, text string) (Problem, bool) {
	name, ok := between(text, "resource with name ", " does not match a config")
	if !ok {
		return Problem{}, false
	}
	for _, k := range s.order {
		for _, e := range k.value.Get("replicas").Items() {
			if e.Get("name").Text() == name {
				return Problem{
					Span:    e.Get("name").Span(),
					Message: fmt.Sprintf("the build holds no Deployment, StatefulSet or ReplicaSet %q", clip(name)),
					Help:    s.nearestWorkload(name),
				}, true
			}
		}
	}
	return Problem{}, false
}

func (s *synthesis) nearestWorkload(name string) string {
	var names []string
	for _, k := range s.order {
		for _, r := range k.resources {
			if r.file == nil {
				continue
			}
			for _, o := range r.file.objects() {
				switch o.Kind {
				case "Deployment", "StatefulSet", "ReplicaSet", "ReplicationController":
					names = append(names, o.Name)
				}
			}
		}
	}
	slices.Sort(names)
	if n := nearest(name, names); n != "" {
		return fmt.Sprintf("did you mean %q?", clip(n))
	}
	return ""
}

func failedReplacement(s *synthesis, text string) (Problem, bool) {
	id, isSource := between(text+":", "nothing selected by ", ":")
	field, isTarget := between(text, `unable to find field "`, `"`)
	if !isSource && !isTarget && !strings.Contains(text, "replacement") {
		return Problem{}, false
	}
	kind, name := parseID(id)
	for _, k := range s.order {
		for _, e := range k.value.Get("replacements").Items() {
			list := []Value{e}
			if f := k.listed[e.Get("path").node]; f != nil {
				list = nil
				for _, d := range f.docs {
					list = append(append(list, d.value()), d.value().Items()...)
				}
			}
			for _, r := range list {
				if src := r.Get("source"); isSource && src.Get("name").Text() == name && (src.Get("kind").Text() == kind || src.Get("kind").Text() == "") {
					return Problem{
						Span:    src.Get("name").orSelf(src).Span(),
						Message: "the build holds no object that fits this source of a replacement",
						Help:    s.nearestObject(kind, name),
					}, true
				}
				for _, target := range r.Get("targets").Items() {
					for _, p := range target.Get("fieldPaths").Items() {
						if isTarget && p.Text() == field {
							return Problem{
								Span:    p.Span(),
								Message: "the target of the replacement has no such field",
								Help:    "correct the path, or write options: {create: true} beside it",
							}, true
						}
					}
				}
			}
		}
	}
	for _, k := range s.order {
		if r := k.value.Get("replacements"); r.Exists() {
			return Problem{Span: r.KeySpan(), Message: "one of the replacements cannot be made", Help: "look at the fieldPath of its source and the fieldPaths of its targets"}, true
		}
	}
	return Problem{}, false
}

func unmatchedVar(s *synthesis, text string) (Problem, bool) {
	name, ok := between(text, "var '{", " ")
	if !ok {
		return Problem{}, false
	}
	for _, k := range s.order {
		for _, e := range k.value.Get("vars").Items() {
			if e.Get("name").Text() == name {
				return Problem{
					Span:    e.Get("objref").orSelf(e).Span(),
					Message: "the build holds no object or field that fits this var",
					Help:    "correct kind, name and apiVersion of objref, and fieldref",
				}, true
			}
		}
	}
	return Problem{}, false
}

func namespaceConflict(s *synthesis, text string) (Problem, bool) {
	if !strings.Contains(text, "namespace transformation produces ID conflict") {
		return Problem{}, false
	}
	for _, k := range s.order {
		if ns := k.value.Get("namespace"); ns.Exists() {
			return Problem{
				Span:    ns.Span(),
				Message: "with this namespace two objects of different namespaces become the same one",
				Help:    "give them different names, or put them into different roots",
			}, true
		}
	}
	return Problem{}, false
}
