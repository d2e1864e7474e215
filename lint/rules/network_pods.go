package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// containerPortOf returns the entry of the container's ports which is that of
// the server: the one with its number, or the only one that nothing else claims.
func containerPortOf(s *lint.Server, ports []int) (repo.Value, bool) {
	var left []repo.Value
	for c := range s.Container.Value.Get("ports").Elements() {
		n, ok := c.Get("containerPort").Int()
		if ok && slices.Contains(ports, n) {
			return c, true
		}
		if ok && n != ports[0]+10000 { // the bus of a cluster
			left = append(left, c)
		}
	}
	if len(left) != 1 {
		return repo.Value{}, false
	}
	return left[0], true
}

// namedBy tells whether a Service leads to a container port of the server by
// its name.
func namedBy(f *lint.Facts, s *lint.Server, name string) bool {
	return name != "" && slices.ContainsFunc(f.Services, func(service *lint.Service) bool {
		return slices.Contains(service.Workloads, s.Container.Workload) && slices.ContainsFunc(service.Ports, func(sp lint.ServicePort) bool {
			return sp.Named == name
		})
	})
}

// isFor tells whether a numeric port of a Service is meant for a server of the
// pods that the Service selects.
func isFor(f *lint.Facts, service *lint.Service, sp lint.ServicePort, s *lint.Server, ports []int) bool {
	if slices.Contains(ports, sp.Target) {
		return true
	}
	if _, wrong := wrongPods(f, service); wrong {
		return false // network/selector
	}
	// What another container of the pod, or another server, is reached by.
	w := s.Container.Workload
	for _, c := range w.Containers {
		for d := range c.Value.Get("ports").Elements() {
			if n, ok := d.Get("containerPort").Int(); ok && n == sp.Target {
				own, declared := containerPortOf(s, ports)
				return c == s.Container && declared && own.Get("containerPort").Span() == d.Get("containerPort").Span()
			}
		}
	}
	var open []*lint.Server
	for _, t := range f.Servers() {
		listens := listening(t)
		switch {
		case t.Container.Workload != w:
		case len(listens) == 0:
			return false
		case slices.Contains(listens, sp.Target):
			return false
		case sp.Port == listens[0]:
			return t == s
		case !slices.ContainsFunc(service.Ports, func(o lint.ServicePort) bool { return slices.Contains(listens, o.Target) || o.Named != "" }):
			open = append(open, t)
		}
	}
	if len(open) != 1 || open[0] != s {
		return false
	}
	// A container that is no server may listen where nothing tells.
	reached := 0
	for _, o := range service.Ports {
		if o.Target == sp.Target {
			reached++
		}
	}
	return len(service.Ports) == 1 || reached == 1 && len(w.Containers) == 1 || strings.Contains(sp.Name, strings.ToLower(serverWord(s)))
}

func serverWord(s *lint.Server) string {
	if s.Sentinel {
		return "Sentinel"
	}
	return "Redis"
}

// targetPorts finds a targetPort by a name that no container port has.
func targetPorts(p *lint.Pass, w *lint.Workload) {
	var names []string
	for _, c := range w.Containers {
		for d := range c.Value.Get("ports").Elements() {
			if name := d.Get("name").Text(); name != "" {
				names = append(names, name)
			}
		}
	}
	t := &together{pass: p}
	for _, s := range p.Facts.Services {
		if len(s.Workloads) != 1 || s.Workloads[0] != w {
			continue
		}
		for _, sp := range s.Ports {
			if sp.Named == "" || slices.Contains(names, sp.Named) || lint.IsReference(sp.Named) {
				continue
			}
			f := lint.Finding{
				Message: fmt.Sprintf("Service %s leads to a port named %q, and no container of %s %s has one", s.Object.Name, sp.Named, w.Object.Kind, w.Object.Name),
				Places:  []lint.Place{s.At(sp.TargetAt, fmt.Sprintf("Service %s leads to %q", s.Object.Name, sp.Named))},
				Help:    "name the containerPort " + sp.Named + ", or write its number",
			}
			if near := p.Facts.Nearest(sp.Named, names); near != "" {
				have := portNameAt(w, near)
				f.Help, f.Fixes = "write "+near, replace(lint.Arg{Place: f.Places[0]}, near, "write "+near, false)
				if portUses(p.Facts, w, sp.Named) > 1+portUses(p.Facts, w, near) {
					f.Help, f.Fixes = "write "+sp.Named, replace(lint.Arg{Place: have}, sp.Named, "write "+sp.Named, false)
					f.Places = append([]lint.Place{have}, f.Places...)
				} else {
					f.Places = append(f.Places, have)
				}
			}
			t.add(sp.Named, f)
		}
	}
	t.report()
}

func portNameAt(w *lint.Workload, name string) lint.Place {
	for _, c := range w.Containers {
		for d := range c.Value.Get("ports").Elements() {
			if d.Get("name").Text() == name {
				return c.At(d.Get("name"), "the container port is named here")
			}
		}
	}
	return lint.Place{}
}

// portUses counts the places that call a port of the pods by a name: ports of
// Services, which often have it as their own name too, and probes.
func portUses(f *lint.Facts, w *lint.Workload, name string) int {
	uses := 0
	for _, s := range f.Services {
		if !slices.Contains(s.Workloads, w) {
			continue
		}
		for _, sp := range s.Ports {
			if sp.Named == name {
				uses++
			}
			if sp.Name == name {
				uses++
			}
		}
	}
	for _, c := range w.Containers {
		for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
			for _, way := range []string{"tcpSocket", "httpGet"} {
				if c.Value.Get(probe, way, "port").Text() == name {
					uses++
				}
			}
		}
	}
	return uses
}
