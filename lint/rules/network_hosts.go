package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

var networkHostUnresolved = &lint.Rule{
	ID:       "network/host-unresolved",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a host that no Service or pod of the environment has",
		Why: `The cluster's DNS answers NXDOMAIN, and the client logs an unknown host. A gateway whose Sentinel nodes do not resolve starts nevertheless, has no connection to Redis, and counts no rate limit: requests pass unlimited.

The pods of a StatefulSet have names only under the Service that its serviceName gives: with another one there, redis-0.redis-headless does not exist although both objects do.

kustomize changes names in the fields that it knows. A namePrefix or nameSuffix does not reach a host in Helm values or inside redis.conf.`,
		Fix:  "Write the host as SERVICE.NAMESPACE.svc.cluster.local, with the name that the Service has after rendering.",
		Refs: []string{refDNS},
	},
	Check: func(p *lint.Pass) {
		h := hosts{pass: p, facts: p.Facts, more: mayHaveMore(p.Facts)}
		for _, r := range p.Facts.Renamed() {
			h.renamed(r)
		}
		for _, u := range p.Facts.HostUses() {
			switch {
			case p.Facts.IsRenamed(u.Host.Place.Span):
			case u.Governed != nil:
				h.governing(u)
			case u.Client != nil:
				h.client(u)
			}
		}
	},
}

type hosts struct {
	pass  *lint.Pass
	facts *lint.Facts
	more  bool // things may be deployed that are not in sight
}

// renamed reports a Service that everybody calls by another name.
func (h hosts) renamed(r lint.Renamed) {
	f := lint.Finding{
		Message: fmt.Sprintf("Service %s is named %q in %d places, and nothing asks for the name that it has", r.Service.Object.Name, r.Name, len(r.Uses)),
		Help:    "name the Service " + r.Name,
		Places:  []lint.Place{serviceNameAt(r.Service, "")},
	}
	for _, u := range r.Uses {
		f.Places = addPlace(f.Places, u.Host.Labeled(u.Who+" asks for this"))
	}
	h.pass.Report(f)
}

// client judges a host that a client asks for. What Sentinel monitors is judged
// by sentinel/monitor-target, whom a replica follows by redis/replicaof-target.
func (h hosts) client(u lint.HostUse) {
	r := u.Resolve(h.facts)
	if r.Status == lint.HostFound {
		h.ungoverned(u, r)
		return
	}
	if r.Status != lint.HostMissing {
		return
	}
	f := lint.Finding{Places: []lint.Place{u.Host.Place}}
	right, at := h.meant(u, r)
	switch {
	case r.Correct != "":
		f.Message = fmt.Sprintf("%s asks for %q, and no name of the cluster has that form", u.Who, u.Host.Text)
	case r.Service != nil:
		f.Message = fmt.Sprintf("%s asks for %q, and no pod %q stands behind Service %s", u.Who, u.Host.Text, firstLabel(u.Host.Text), r.Service.Object.Name)
	case right == "" && (h.more || len(h.facts.Redis)+len(h.facts.Sentinels) == 0):
		return // it may be deployed by someone else
	default:
		f.Message = fmt.Sprintf("%s asks for %q, and no Service is named %q", u.Who, u.Host.Text, r.ServiceName(u.Host.Text))
	}
	if right != "" {
		f.Help, f.Fixes = "write "+right, replace(u.Host, right, "write "+right, false)
		f.Places = append(f.Places, at)
	} else {
		f.Help = "write the name of a Service that leads to " + serverKind(u.Client.UsesSentinel())
	}
	h.pass.Report(f)
}

func serverKind(sentinel bool) string {
	if sentinel {
		return "the Sentinels"
	}
	return "Redis"
}

// meant proposes a host for one that does not exist: the Service that is written
// alike, or the only one that leads to the right servers.
func (h hosts) meant(u lint.HostUse, r lint.Resolution) (string, lint.Place) {
	sentinel := u.Client != nil && u.Client.UsesSentinel()
	switch {
	case r.Correct != "":
		return r.Correct, lint.Place{}
	case r.Service != nil:
		i := slices.IndexFunc(r.Service.Workloads, (*lint.Workload).IsStateful)
		if r.Nearest == "" || i < 0 {
			return "", lint.Place{}
		}
		w := r.Service.Workloads[i]
		_, rest, _ := strings.Cut(u.Host.Text, ".")
		return r.Nearest + "." + rest, countAt(w, fmt.Sprintf("StatefulSet %s has %s", w.Object.Name, count(w.Replicas, "pod")))
	}
	var leading, near []*lint.Service
	for _, s := range h.facts.Services {
		if s.Object.Name == r.Nearest {
			near = append(near, s)
		}
		if leadsTo(h.facts, s, sentinel) {
			leading = append(leading, s)
		}
	}
	s := onlyOne(near)
	if s == nil && !h.more {
		s = onlyOne(leading)
	}
	if s == nil {
		return "", lint.Place{}
	}
	right := withService(r, u.Host.Text, s.Object.Name)
	if got := h.facts.Resolve(right, u.Namespace); got.Status != lint.HostFound && s.Object.Namespace != "" {
		right = s.Object.Name + "." + s.Object.Namespace + ".svc.cluster.local"
	}
	return right, serviceNameAt(s, "this Service leads to "+workloadNames(s.Workloads))
}

func onlyOne(services []*lint.Service) *lint.Service {
	if len(services) != 1 {
		return nil
	}
	return services[0]
}

// governing judges the serviceName of a StatefulSet. It matters where pods are
// asked for by name.
func (h hosts) governing(u lint.HostUse) {
	r := u.Resolve(h.facts)
	if r.Status != lint.HostMissing || r.Service != nil {
		return
	}
	f := lint.Finding{Places: []lint.Place{u.Host.Place}}
	for _, asked := range h.facts.HostUses() {
		if a := asked.Resolve(h.facts); a.Pod >= 0 && a.Status == lint.HostFound && slices.Contains(a.Workloads, u.Governed) {
			f.Message = fmt.Sprintf("no Service is named %q, so the pods of StatefulSet %s have no names: %q does not resolve", u.Host.Text, u.Governed.Object.Name, asked.Host.Text)
			f.Help = "write " + a.Service.Object.Name
			f.Fixes = replace(u.Host, a.Service.Object.Name, f.Help, false)
			f.Places = append(f.Places, asked.Host.Labeled(asked.Who+" asks for a pod by name"), serviceNameAt(a.Service, "this Service is meant"))
			h.pass.Report(f)
			return
		}
	}
	for _, s := range h.facts.Services {
		if s.Object.Name == r.Nearest && s.Headless && slices.Contains(s.Workloads, u.Governed) {
			f.Message = fmt.Sprintf("no Service is named %q, so the pods of StatefulSet %s have no names", u.Host.Text, u.Governed.Object.Name)
			f.Help = "write " + s.Object.Name
			f.Fixes = replace(u.Host, s.Object.Name, f.Help, false)
			f.Places = append(f.Places, serviceNameAt(s, "this Service is meant"))
			h.pass.Report(f)
			return
		}
	}
}

// ungoverned finds the name of a pod under a Service which is not the one that
// gives the StatefulSet's pods their names.
func (h hosts) ungoverned(u lint.HostUse, r lint.Resolution) {
	if r.Pod < 0 || len(r.Workloads) != 1 {
		return
	}
	w := r.Workloads[0]
	name := w.Object.Value.Get("spec", "serviceName")
	if !name.IsScalar() || name.Text() == r.Service.Object.Name || lint.IsReference(name.Text()) {
		return
	}
	if h.facts.Resolve(name.Text(), w.Object.Namespace).Status != lint.HostFound {
		return // governing tells
	}
	right := withService(r, u.Host.Text, name.Text())
	h.pass.Report(lint.Finding{
		Message: fmt.Sprintf("%s asks for %q, but the pods of StatefulSet %s have their names under Service %s", u.Who, u.Host.Text, w.Object.Name, name.Text()),
		Help:    "write " + right,
		Fixes:   replace(u.Host, right, "write "+right, false),
		Places:  []lint.Place{u.Host.Place, w.At(name, "the Service that gives them names")},
	})
}

var networkNamespace = &lint.Rule{
	ID:       "network/namespace",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a host or an object in another namespace than the rest",
		Why: `A short name is looked up in the namespace of the pod that asks. A name with a namespace is looked up there and nowhere else: NXDOMAIN if the Service is in another one.

Selectors, ConfigMaps, volumes and service accounts never reach across namespaces: a Service in a namespace of its own selects nothing, a Deployment there waits for a ConfigMap that is elsewhere.

What counts is the namespace after rendering: the transformer namespace: of kustomize moves the objects and leaves the hosts in Helm values as they are.`,
		Fix:  "Write the namespace in which the Service is, or move the object to the others.",
		Refs: []string{refDNS, "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/"},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.Facts.Strays {
			reportStray(p, s)
		}
		misnamedNamespace(p)
		for _, u := range p.Facts.HostUses() {
			if u.Client == nil {
				continue
			}
			if r := u.Resolve(p.Facts); r.Status == lint.HostOtherNamespace {
				otherNamespace(p, u, r)
			}
		}
	},
}

func reportStray(p *lint.Pass, s lint.Stray) {
	p.Report(lint.Finding{
		Message: fmt.Sprintf("%s %s is alone in namespace %q, and %s %s, which belongs to it, is in %q",
			s.Object.Kind, s.Object.Name, s.Object.Namespace, s.Tie.Kind, s.Tie.Name, s.Namespace),
		Help: "write " + s.Namespace,
		Places: []lint.Place{
			lint.At(s.Object, s.Object.Value.Get("metadata", "namespace"), ""),
			lint.At(s.Tie, s.Tie.Value.Get("metadata", "namespace"), fmt.Sprintf("%s %s is here", s.Tie.Kind, s.Tie.Name)),
		},
	})
}

// misnamedNamespace finds the only Namespace of an environment, in which
// nothing is, while everything is in one that is written alike.
func misnamedNamespace(p *lint.Pass) {
	if p.Env().Partial {
		return
	}
	var made, in []string
	var at, example lint.Place
	for _, o := range p.Env().Objects {
		switch {
		case o.Kind == "Namespace":
			made = append(made, o.Name)
			at = lint.At(o, o.Value.Get("metadata", "name"), "")
		case o.Namespace != "":
			if !slices.Contains(in, o.Namespace) {
				in = append(in, o.Namespace)
				example = lint.At(o, o.Value.Get("metadata", "namespace"), fmt.Sprintf("%s %s is in %q", o.Kind, o.Name, o.Namespace))
			}
		}
	}
	if len(made) != 1 || len(in) != 1 || !near(made[0], in[0]) {
		return
	}
	p.Report(lint.Finding{
		Message: fmt.Sprintf("Namespace %q is made, but all objects are in %q, which nothing makes", made[0], in[0]),
		Help:    "write " + in[0],
		Places:  []lint.Place{at, example},
	})
}

// otherNamespace reports a host whose Service exists in another namespace.
func otherNamespace(p *lint.Pass, u lint.HostUse, r lint.Resolution) {
	s := r.Service
	right := inNamespace(u.Host.Text, s.Object.Namespace)
	f := lint.Finding{
		Message: fmt.Sprintf("%s asks for Service %s in namespace %q, and it is in %q", u.Who, s.Object.Name, r.Namespace, s.Object.Namespace),
		Help:    "write " + right,
		Fixes:   replace(u.Host, right, "write "+right, false),
		Places:  []lint.Place{u.Host.Place, s.At(s.Object.Value.Get("metadata", "namespace"), "the Service is here")},
	}
	if r.Namespace == "" {
		f.Message = fmt.Sprintf("%s runs in namespace %q, where no Service is named %q: that one is in %q", u.Who, u.Namespace, s.Object.Name, s.Object.Namespace)
	}
	p.Report(f)
}
