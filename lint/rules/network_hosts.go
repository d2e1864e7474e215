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
		h := hosts{facts: p.Facts, more: mayHaveMore(p.Facts), told: &together{pass: p}}
		for _, r := range p.Facts.Renamed() {
			h.renamed(r)
		}
		for _, u := range p.Facts.HostUses() {
			switch {
			case p.Facts.Agreed(u.Host.Place.Span):
			case u.Governed != nil:
				h.governing(u)
			case u.Client != nil, u.Peer:
				h.asked(u)
			}
		}
		h.told.report()
	},
}

type hosts struct {
	facts *lint.Facts
	more  bool // things may be deployed that are not in sight
	told  *together
}

// renamed reports a Service that everybody calls by another name.
func (h hosts) renamed(r lint.Renamed) {
	f := lint.Finding{
		Message: fmt.Sprintf("Service %s is called %q in %s, and nothing asks for the name that it has", r.Service.Object.Name, r.Name, count(len(r.Uses), "place")),
		Help:    "name the Service " + r.Name,
		Places:  []lint.Place{serviceNameAt(r.Service, "")},
	}
	for _, u := range r.Uses {
		f.Places = addPlace(f.Places, u.Host.Labeled(u.Who+" asks for this"))
	}
	h.told.add("", f)
}

// asked judges a host that somebody asks for. What Sentinel monitors is judged
// by sentinel/monitor-target, whom a replica follows by redis/replicaof-target.
func (h hosts) asked(u lint.HostUse) {
	r := u.Leads
	if r.Status != lint.HostMissing {
		return
	}
	f := lint.Finding{Places: []lint.Place{u.Host.Labeled(u.Who + " asks for this")}}
	right, at := h.meant(u, r)
	cause := ""
	switch {
	case r.Correct != "":
		f.Message = fmt.Sprintf("%s asks for %q, and no name of the cluster has that form", u.Who, u.Host.Text)
	case r.Service != nil && len(r.Service.Workloads) == 0:
		return // network/selector
	case r.Service != nil && tooFew(h.facts, r.Service.Workloads):
		return // sentinel/quorum-unreachable
	case r.Service != nil:
		f.Message = fmt.Sprintf("%s asks for %q, and no pod %q stands behind Service %s", u.Who, u.Host.Text, firstLabel(u.Host.Text), r.Service.Object.Name)
	case right == "" && (h.more || len(h.facts.Redis)+len(h.facts.Sentinels)+len(h.facts.Releases) == 0):
		return // it may be deployed by someone else
	default:
		cause = u.Who + "\x00" + r.ServiceName(u.Host.Text)
		f.Message = fmt.Sprintf("%s asks for %q, and no Service is named %q", u.Who, u.Host.Text, r.ServiceName(u.Host.Text))
	}
	if right != "" {
		f.Help, f.Fixes = "write "+right, replace(u.Host, right, "write "+right, false)
		f.Places = append(f.Places, at)
	} else {
		f.Help = "write the name of a Service that leads to " + serverKind(u.Client != nil && u.Client.UsesSentinel())
	}
	h.told.add(cause, f)
}

// tooFew tells whether the Sentinels of one of the workloads are fewer than their
// quorum: the pods that are missed are missing there.
func tooFew(f *lint.Facts, workloads []*lint.Workload) bool {
	for _, g := range f.Groups {
		if !slices.ContainsFunc(g.Sentinels, func(s *lint.Server) bool { return slices.Contains(workloads, s.Container.Workload) }) {
			continue
		}
		n := f.SentinelCount(g)
		for _, w := range watches(g.Sentinels) {
			if q, ok := number(w.Quorum); ok && n.Known && q > n.N {
				return true
			}
		}
	}
	return false
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
	services := slices.Clone(h.facts.Services)
	for _, released := range h.facts.Releases {
		services = append(services, released.Services...)
	}
	for _, s := range services {
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
	label := "this Service has another name"
	if len(s.Workloads) > 0 {
		label = "this Service leads to " + workloadNames(s.Workloads)
	}
	return right, serviceNameAt(s, label)
}

func onlyOne(services []*lint.Service) *lint.Service {
	if len(services) != 1 {
		return nil
	}
	return services[0]
}

// governing judges the serviceName of a StatefulSet: pods that are asked for by
// name have it under that Service alone.
func (h hosts) governing(u lint.HostUse) {
	r := u.Leads
	if r.Status != lint.HostFound && r.Status != lint.HostMissing {
		return
	}
	var under *lint.Service
	var asked []lint.HostUse
	for _, o := range h.facts.HostUses() {
		a := o.Leads
		if a.Status != lint.HostFound || a.Pod < 0 || !slices.Contains(a.Workloads, u.Governed) {
			continue
		}
		if a.Service.Object.Name == u.Host.Text {
			return // some are right: the others are wrong themselves
		}
		under, asked = a.Service, append(asked, o)
	}
	f := lint.Finding{Places: []lint.Place{u.Host.Labeled("")}}
	switch {
	case under != nil:
		f.Message = fmt.Sprintf("the pods of StatefulSet %s have their names under Service %s, and %q does not resolve", u.Governed.Object.Name, u.Host.Text, podName(asked[0]))
		if r.Status == lint.HostMissing {
			f.Message = fmt.Sprintf("no Service is named %q, so the pods of StatefulSet %s have no names: %q does not resolve", u.Host.Text, u.Governed.Object.Name, podName(asked[0]))
		}
		for _, o := range asked {
			f.Places = append(f.Places, o.Host.Labeled(o.Who+" asks for a pod by name"))
		}
	case r.Status == lint.HostMissing:
		var heads []*lint.Service
		for _, s := range h.facts.Services {
			if s.Headless && slices.Contains(s.Workloads, u.Governed) {
				heads = append(heads, s)
			}
		}
		if under = onlyOne(heads); under == nil || r.Nearest != under.Object.Name && !namesPods(h.facts, u.Governed, under) {
			return
		}
		f.Message = fmt.Sprintf("no Service is named %q, so the pods of StatefulSet %s have no names", u.Host.Text, u.Governed.Object.Name)
		if !namesPods(h.facts, u.Governed, under) {
			f.Severity = lint.Warning // nobody asks for them
		}
	default:
		return
	}
	f.Help = "write " + under.Object.Name
	f.Fixes = replace(u.Host, under.Object.Name, f.Help, false)
	f.Places = append(f.Places, serviceNameAt(under, "this Service is meant"))
	h.told.add("", f)
}

// podName writes a pod and its Service without the namespace, which is another
// one in each environment.
func podName(u lint.HostUse) string {
	return firstLabel(u.Host.Text) + "." + u.Leads.ServiceName(u.Host.Text)
}

// namesPods tells whether a script or another text of the environment names a
// pod of the StatefulSet behind the Service.
func namesPods(f *lint.Facts, w *lint.Workload, s *lint.Service) bool {
	name := w.Object.Name + "-0." + s.Object.Name
	says := func(text string) bool { return strings.Contains(text, name) }
	return slices.ContainsFunc(f.Workloads, func(w *lint.Workload) bool { return f.PodSays(w, says) })
}
