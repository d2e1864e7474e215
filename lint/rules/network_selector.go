package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

var networkSelector = &lint.Rule{
	ID:       "network/selector",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a Service that selects no pods, or those of another component",
		Why: `A Service without matching pods has no endpoints: its address refuses every connection, a headless name resolves to nothing, and no object shows an error.

A client that is told Redis where it asks for Sentinel gets "ERR unknown command 'SENTINEL'" and never learns who the master is.`,
		Fix:  "Write the labels of the pod template into the selector. For the gateway's Sentinel nodes, name a Service in front of the Sentinels.",
		Refs: []string{refService, refLabels},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.Facts.Services {
			switch {
			case s.Slip != nil:
				reportSlip(p, s)
			case len(s.Workloads) == 0:
				selectsNothing(p, s)
			default:
				if right, wrong := wrongPods(p.Facts, s); wrong {
					reportWrongPods(p, s, right)
				}
			}
		}
		for _, u := range p.Facts.HostUses() {
			if u.Client != nil && u.Client.UsesSentinel() {
				leadsToRedis(p, u)
			}
		}
	},
}

// reportSlip reports a selector that is one letter away from the pods. If the
// workload's own selector agrees with its pods, the Service is out of line.
func reportSlip(p *lint.Pass, s *lint.Service) {
	w, slip := s.Workloads[0], s.Slip
	at := s.At(slip.Asked, "")
	right := slip.HaveValue
	if slip.HaveKey != slip.Key {
		at, right = lint.AtKey(s.Object, slip.Asked, ""), slip.HaveKey
	}
	p.Report(lint.Finding{
		Message: fmt.Sprintf("Service %s selects pods with %s: %s, and those of %s %s have %s: %s",
			s.Object.Name, slip.Key, slip.Value, w.Object.Kind, w.Object.Name, slip.HaveKey, slip.HaveValue),
		Help:   "write " + right,
		Fixes:  replace(lint.Arg{Place: at}, right, "write "+right, false),
		Places: []lint.Place{at, w.At(slip.Have, "the label of the pods")},
	})
}

// selectsNothing reports a Service without pods that somebody asks for.
func selectsNothing(p *lint.Pass, s *lint.Service) {
	if len(s.Selector) == 0 || s.External != "" || mayHaveMore(p.Facts) || len(p.Facts.Redis)+len(p.Facts.Sentinels) == 0 {
		return
	}
	var asked []lint.Place
	for _, u := range p.Facts.HostUses() {
		if r := u.Leads; r.Service == s {
			asked = addPlace(asked, u.Host.Labeled(u.Who+" asks for it"))
		}
	}
	if len(asked) == 0 && !isOfServers(p.Facts, s) || namesOnePod(s) {
		return
	}
	f := lint.Finding{
		Message: fmt.Sprintf("Service %s selects no pods: none of the workloads has these labels", s.Object.Name),
		Help:    "write the labels of the pod template",
		Places:  append([]lint.Place{selectorAt(s)}, asked...),
	}
	if other := selectedElsewhere(p.Facts, s); other != nil {
		f.Message = fmt.Sprintf("Service %s in namespace %q selects no pods: those with these labels are in %q", s.Object.Name, s.Object.Namespace, other.Object.Namespace)
		f.Help = "a Service selects pods of its own namespace only: move it to " + other.Object.Namespace
		f.Places = append(f.Places, nameAt(other, "its pods have the labels"))
	}
	p.Report(f)
}

// isOfServers tells whether a Service is meant for Redis or Sentinel pods that are
// here: its selector speaks of them, and every port is one that a server of its
// namespace listens on.
func isOfServers(f *lint.Facts, s *lint.Service) bool {
	speaks := false
	for key, v := range s.SelectorAt.Fields() {
		label := strings.ToLower(key + v.Text())
		speaks = speaks || strings.Contains(label, "redis") || strings.Contains(label, "sentinel") || strings.Contains(label, "valkey")
	}
	if !speaks {
		return false
	}
	for _, sp := range s.Ports {
		if !slices.ContainsFunc(f.Servers(), func(o *lint.Server) bool {
			return sameSpace(o.Namespace(), s.Object.Namespace) && slices.Contains(listening(o), sp.Target)
		}) {
			return false
		}
	}
	return len(s.Ports) > 0
}

// namesOnePod tells whether the selector asks for a label that a controller
// sets, and no template.
func namesOnePod(s *lint.Service) bool {
	for key := range s.SelectorAt.Fields() {
		switch key {
		case "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index", "pod-template-hash", "controller-revision-hash", "role", "redis-role":
			return true
		}
	}
	return false
}

// selectorAt returns the place of the only value of a selector, or of its key.
func selectorAt(s *lint.Service) lint.Place {
	var values []lint.Place
	for _, v := range s.SelectorAt.Fields() {
		values = append(values, s.At(v, ""))
	}
	if len(values) == 1 {
		return values[0]
	}
	return lint.AtKey(s.Object, s.SelectorAt, "")
}

func selectedElsewhere(f *lint.Facts, s *lint.Service) *lint.Workload {
	for _, w := range f.Workloads {
		matches := len(s.Selector) > 0
		for key, v := range s.SelectorAt.Fields() {
			matches = matches && w.Labels[key] == v.Text()
		}
		if matches {
			return w
		}
	}
	return nil
}

// wrongPods tells whether a Service selects servers of one kind while all its
// ports are those of the other, and returns a workload that has them.
func wrongPods(f *lint.Facts, s *lint.Service) (right *lint.Workload, wrong bool) {
	for _, sentinel := range []bool{false, true} {
		have, want := serversBehind(f, s.Workloads, sentinel), serversBehind(f, s.Workloads, !sentinel)
		if len(have) == 0 || len(want) > 0 || len(s.Ports) == 0 {
			continue
		}
		others := f.Sentinels
		if sentinel {
			others = f.Redis
		}
		for _, o := range others {
			reached := o.Container.Workload.Object.Namespace == s.Object.Namespace
			for _, sp := range s.Ports {
				reached = reached && sp.Named == "" && slices.Contains(listening(o), sp.Target) &&
					!slices.ContainsFunc(have, func(h *lint.Server) bool { return ownPort(h, sp) })
			}
			if reached {
				return o.Container.Workload, true
			}
		}
	}
	return nil, false
}

// ownPort tells whether a port of a Service is, or may be, that of a server: by
// its number or that of its target.
func ownPort(s *lint.Server, sp lint.ServicePort) bool {
	all := listening(s)
	return len(all) == 0 || slices.Contains(all, sp.Target) || slices.Contains(all, sp.Port)
}

func reportWrongPods(p *lint.Pass, s *lint.Service, right *lint.Workload) {
	var asked []lint.Place
	for _, u := range p.Facts.HostUses() {
		if r := u.Leads; r.Service == s && u.Governed == nil {
			asked = addPlace(asked, u.Host.Labeled(u.Who+" asks for it"))
		}
	}
	at := selectorAt(s)
	f := lint.Finding{
		Message: fmt.Sprintf("Service %s selects %s, and its port is that of %s %s", s.Object.Name, workloadNames(s.Workloads), right.Object.Kind, right.Object.Name),
		Help:    "write the labels of " + right.Object.Name,
	}
	for key, v := range s.SelectorAt.Fields() {
		if len(s.Selector) == 1 && right.Labels[key] != "" {
			f.Help = fmt.Sprintf("write %s: %s", key, right.Labels[key])
			f.Fixes = replace(lint.Arg{Place: s.At(v, "")}, right.Labels[key], f.Help, false)
		}
	}
	f.Places = append([]lint.Place{at, nameAt(right, "its pods have the port")}, asked...)
	p.Report(f)
}

// leadsToRedis finds a Sentinel node of a client that leads to Redis.
func leadsToRedis(p *lint.Pass, u lint.HostUse) {
	r := u.Leads
	if r.Status != lint.HostFound || r.Service == nil || leadsTo(p.Facts, r.Service, true) || !leadsTo(p.Facts, r.Service, false) {
		return
	}
	if _, wrong := wrongPods(p.Facts, r.Service); wrong || slices.ContainsFunc(p.Facts.Unread(), func(c *lint.Container) bool { return slices.Contains(r.Workloads, c.Workload) }) {
		return
	}
	f := lint.Finding{
		Message: fmt.Sprintf("%s asks %q for the master, which leads to Redis in %s, where no Sentinel runs", u.Who, u.Host.Text, workloadNames(r.Workloads)),
		Places:  []lint.Place{u.Host.Place, r.Service.At(r.Service.SelectorAt, "selects Redis")},
		Help:    "write the host of a Service in front of the Sentinels",
	}
	var leading []*lint.Service
	for _, s := range p.Facts.Services {
		if leadsTo(p.Facts, s, true) {
			leading = append(leading, s)
		}
	}
	if s := onlyOne(leading); s != nil {
		right := withService(r, u.Host.Text, s.Object.Name)
		f.Help, f.Fixes = "write "+right, replace(u.Host, right, "write "+right, false)
		f.Places = append(f.Places, serviceNameAt(s, "this Service leads to the Sentinels"))
	}
	p.Report(f)
}
