package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

var manifestDanglingRef = &lint.Rule{
	ID:       "manifest/dangling-ref",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a ConfigMap, volume claim or service account that does not exist",
		Why: `A pod that mounts a missing ConfigMap or claim stays in ContainerCreating or Pending, one that takes a variable from it in CreateContainerConfigError; without its service account it is not made at all. Pods use what is in their own namespace only.

A name that the repository does not hold may well be made elsewhere. It is reported as an error if one that is written alike, or the same one in another namespace, is there; as a warning if Redis or Sentinel reads its configuration from it.`,
		Fix:  "Write the name as it is defined, or define the object in the namespace of the pod.",
		Refs: []string{refConfigMap, "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#claims-as-volumes"},
	},
	Check: func(p *lint.Pass) {
		refs := objectRefs(p.Facts)
		var done []string
		for _, r := range refs {
			cause := r.kind + "\x00" + r.namespace + "\x00" + r.name
			if r.optional || slices.Contains(done, cause) || defines(p.Facts, r) {
				continue
			}
			done = append(done, cause)
			dangling(p, r, refs)
		}
	},
}

// An objectRef is a place that names another object.
type objectRef struct {
	kind, namespace, name string
	at                    lint.Place
	optional              bool
	workload              *lint.Workload
}

// objectRefs returns every reference to a ConfigMap, a volume claim or a service
// account.
func objectRefs(f *lint.Facts) []objectRef {
	var all []objectRef
	for _, r := range configRefs(f) {
		if r.kind == "ConfigMap" && !hasSpan(all, r.nameAt) {
			all = append(all, objectRef{"ConfigMap", r.namespace, r.name, r.nameAt, r.optional, r.workload})
		}
	}
	for _, w := range f.Workloads {
		add := func(kind string, v repo.Value) {
			if v.IsScalar() && v.Text() != "" && !lint.IsReference(v.Text()) {
				all = append(all, objectRef{kind, w.Object.Namespace, v.Text(), w.At(v, ""), false, w})
			}
		}
		for v := range w.Pod.Get("volumes").Elements() {
			add("PersistentVolumeClaim", v.Get("persistentVolumeClaim", "claimName"))
		}
		if sa := w.Pod.Get("serviceAccountName"); sa.Text() != "default" {
			add("ServiceAccount", sa)
		}
	}
	return all
}

func hasSpan(refs []objectRef, at lint.Place) bool {
	return slices.ContainsFunc(refs, func(r objectRef) bool { return r.at.Span == at.Span })
}

// defines tells whether the environment has the object, or something that makes
// one of that name.
func defines(f *lint.Facts, r objectRef) bool {
	if r.kind == "ConfigMap" {
		if f.Config("ConfigMap", r.namespace, r.name) != nil || r.name == "kube-root-ca.crt" || r.name == "openshift-service-ca.crt" {
			return true
		}
		return slices.ContainsFunc(f.Configs, func(c *lint.Config) bool { return c.Kind == "ConfigMap" && isHashed(c.Name, r.name) })
	}
	return slices.ContainsFunc(f.Env.Objects, func(o *repo.Object) bool {
		if o.Kind == r.kind && o.Name == r.name && sameSpace(o.Namespace, r.namespace) {
			return true
		}
		if r.kind != "PersistentVolumeClaim" || o.Kind != "StatefulSet" {
			return false
		}
		for t := range o.Value.Get("spec", "volumeClaimTemplates").Elements() {
			if strings.HasPrefix(r.name, t.Get("metadata", "name").Text()+"-"+o.Name+"-") {
				return true // made with the pods of the StatefulSet
			}
		}
		return false
	})
}

func sameSpace(a, b string) bool { return a == "" || b == "" || a == b }

// dangling reports a missing object, once with every reference to it.
func dangling(p *lint.Pass, r objectRef, refs []objectRef) {
	f := lint.Finding{}
	for _, s := range refs {
		if s.kind == r.kind && s.name == r.name && s.namespace == r.namespace {
			f.Places = addPlace(f.Places, labeledPlace(s.at, fmt.Sprintf("%q is asked for", r.name)))
		}
	}
	asked := len(f.Places)
	f.Places[0].Label = ""
	var names []string
	for _, o := range p.Env().Objects {
		switch {
		case o.Kind != r.kind:
		case o.Name == r.name:
			f.Message = fmt.Sprintf("%s %q is in namespace %q, and pods in %q cannot use it", r.kind, r.name, o.Namespace, r.namespace)
			f.Help = fmt.Sprintf("define it in namespace %q", r.namespace)
			f.Places = append(f.Places, lint.At(o, o.Value.Get("metadata", "namespace"), "defined in another namespace"))
			p.Report(f)
			return
		case sameSpace(o.Namespace, r.namespace) && lint.Alike(r.name, baseName(o)):
			names = append(names, baseName(o))
		}
	}
	if near := p.Facts.Nearest(r.name, names); near != "" {
		i := slices.IndexFunc(p.Env().Objects, func(o *repo.Object) bool {
			return o.Kind == r.kind && baseName(o) == near && sameSpace(o.Namespace, r.namespace)
		})
		o := p.Env().Objects[i]
		name := lint.At(o, o.Value.Get("metadata", "name"), "this one is defined")
		used := slices.ContainsFunc(refs, func(s objectRef) bool { return s.kind == r.kind && (s.name == near || s.name == o.Name) })
		if asked > 1 && !used {
			name.Label, f.Places[0].Label = "", fmt.Sprintf("%q is asked for", r.name)
			f.Message = fmt.Sprintf("%s is named %q here, and all %d references ask for %q", r.kind, near, asked, r.name)
			f.Help = "write " + r.name
			f.Places = append([]lint.Place{name}, f.Places...)
		} else {
			f.Message = fmt.Sprintf("no %s is named %q, but one is named %q", r.kind, r.name, near)
			f.Help, f.Fixes = "write "+near, replace(lint.Arg{Place: f.Places[0]}, near, "write "+near, false)
			f.Places = append(f.Places, name)
		}
		p.Report(f)
		return
	}
	if s := startedOn(p.Facts, r); s != nil && !mayHaveMore(p.Facts) {
		f.Severity = lint.Warning
		f.Message = fmt.Sprintf("%s is started on a file of ConfigMap %q, which the repository does not hold", s.Name(), r.name)
		f.Help = "keep the ConfigMap beside the pods that read it"
		p.Report(f)
	}
}

// baseName returns the name of an object without the hash that a generator adds.
func baseName(o *repo.Object) string {
	base, _ := lint.WithoutHash(o.Name)
	return base
}

// startedOn returns a server whose configuration is in the missing ConfigMap.
func startedOn(f *lint.Facts, r objectRef) *lint.Server {
	for _, s := range f.Servers() {
		if r.kind == "ConfigMap" && s.Container.Workload == r.workload && s.Conf.Volume.Get("configMap", "name").Text() == r.name {
			return s
		}
	}
	return nil
}
