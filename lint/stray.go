package lint

import (
	"strings"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// A Stray is an object that is certainly in the wrong namespace: alone in its
// own, and tied to objects that are all in another one.
type Stray struct {
	// Object is as it is written.
	Object *repo.Object
	// Namespace is the one where it belongs, Tie the object there which needs it
	// or which it needs.
	Namespace string
	Tie       *repo.Object
}

// minShared is how many objects make a namespace the one that is meant.
const minShared = 3

// correctStrays returns the environment with every stray object where it
// belongs, so that one wrong namespace is one finding and everything else is
// judged as if it were right.
func correctStrays(env *repo.Environment) (*repo.Environment, []Stray) {
	strays := findStrays(env)
	if len(strays) == 0 {
		return env, nil
	}
	fixed := *env
	fixed.Objects = nil
	for _, o := range env.Objects {
		for _, s := range strays {
			if s.Object == o {
				moved := *o
				moved.Namespace = s.Namespace
				o = &moved
				break
			}
		}
		fixed.Objects = append(fixed.Objects, o)
	}
	return &fixed, strays
}

func findStrays(env *repo.Environment) []Stray {
	if env.Partial {
		return nil
	}
	count := map[string]int{}
	for _, o := range env.Objects {
		if o.Kind == "Namespace" {
			count[o.Name] += 2 // a namespace that is made is meant
		}
		count[o.Namespace]++
	}
	for _, v := range env.Values {
		count[v.Namespace]++
	}
	var strays []Stray
	for _, o := range env.Objects {
		if sameNamespace(o.Namespace, "?") || o.Kind == "Namespace" || count[o.Namespace] != 1 || named(env, o.Namespace) {
			continue
		}
		for _, p := range env.Objects {
			if !sameNamespace(p.Namespace, o.Namespace) && count[p.Namespace] >= minShared && (needs(o, p) || needs(p, o)) && !hasDouble(env, o, p.Namespace) {
				strays = append(strays, Stray{o, p.Namespace, p})
				break
			}
		}
	}
	return strays
}

// hasDouble tells whether the namespace has an object of that kind and name, so
// that nothing is missing there.
func hasDouble(env *repo.Environment, o *repo.Object, namespace string) bool {
	for _, p := range env.Objects {
		if p.Kind == o.Kind && p.Name == o.Name && p.Namespace == namespace {
			return true
		}
	}
	return false
}

// named tells whether a host name somewhere in the environment leads to the
// namespace.
func named(env *repo.Environment, namespace string) bool {
	says := func(text string) bool {
		_, rest, ok := strings.Cut(text, "."+namespace)
		return ok && (rest == "" || strings.HasPrefix(rest, ".svc") || strings.IndexByte(" \t\n\"':,;/", rest[0]) >= 0)
	}
	for _, o := range env.Objects {
		if anyText(o.Value.Get("data"), says) || anyText(o.Value.Get("spec"), says) {
			return true
		}
	}
	for _, v := range env.Values {
		if anyText(v.Value, says) {
			return true
		}
	}
	return false
}

// needs tells whether o refers to p in a way that works within one namespace
// only. Secrets are left out: secret/dangling-ref tells where they are missed.
func needs(o, p *repo.Object) bool {
	metadata, _, runs := podTemplate(p.Kind)
	switch o.Kind {
	case "Service":
		return runs && selects(labels(o.Value.Get("spec", "selector")), labels(p.Value.Get(metadata...).Get("labels")))
	case "PodDisruptionBudget":
		return runs && selects(labels(o.Value.Get("spec", "selector", "matchLabels")), labels(p.Value.Get(metadata...).Get("labels")))
	case "NetworkPolicy":
		return runs && selects(labels(o.Value.Get("spec", "podSelector", "matchLabels")), labels(p.Value.Get(metadata...).Get("labels")))
	}
	_, spec, runs := podTemplate(o.Kind)
	if !runs {
		return false
	}
	switch p.Kind {
	case "Service":
		return o.Kind == "StatefulSet" && o.Value.Get("spec", "serviceName").Text() == p.Name
	case "ConfigMap", "PersistentVolumeClaim", "ServiceAccount":
		return refersTo(o.Value.Get(spec...), p.Kind, p.Name)
	}
	return false
}

// refersTo tells whether a pod names an object of a kind.
func refersTo(pod repo.Value, kind, name string) bool {
	for k, v := range pod.Fields() {
		var at repo.Value
		switch {
		case kind == "ConfigMap" && (k == "configMap" || k == "configMapRef" || k == "configMapKeyRef"):
			at = v.Get("name")
		case kind == "PersistentVolumeClaim" && k == "persistentVolumeClaim":
			at = v.Get("claimName")
		case kind == "ServiceAccount" && k == "serviceAccountName":
			at = v
		}
		if at.Text() == name || refersTo(v, kind, name) {
			return true
		}
	}
	for v := range pod.Elements() {
		if refersTo(v, kind, name) {
			return true
		}
	}
	return false
}
