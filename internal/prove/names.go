package prove

import (
	"net/netip"
	"slices"
	"strings"
)

// publish tells every namespace which host names lead where now.
func (c *cluster) publish() {
	c.mu.Lock()
	defer c.mu.Unlock()
	var namespaces []string
	for _, p := range c.plan.Pods {
		if !slices.Contains(namespaces, p.Namespace) {
			namespaces = append(namespaces, p.Namespace)
		}
	}
	records := c.records()
	for _, ns := range namespaces {
		var lines []hostName
		for _, r := range records {
			names := c.spellings(r, ns)
			for _, addr := range r.addrs {
				lines = append(lines, hostName{addr, names})
			}
		}
		if err := c.lab.publish(ns, lines); err != nil {
			c.journal.add(Bad, "", "host names: %v", err)
		}
	}
}

// A record is a name with the addresses that a cluster's name server gives for
// it now.
type record struct {
	labels    string // redis-0.redis-headless, redis-sentinel
	namespace string
	addrs     []netip.Addr
}

// records returns the names of pods and Services that have an address.
func (c *cluster) records() []record {
	var all []record
	for _, s := range c.plan.Services {
		r := record{labels: s.Name, namespace: s.Namespace}
		for _, name := range s.Pods {
			p := c.named(name)
			if p == nil {
				continue
			}
			addr, ok := p.address()
			if !ok || !s.NotReady && !p.isReady() {
				continue
			}
			r.addrs = append(r.addrs, addr)
			if s.Headless && p.Subdomain == s.Name {
				all = append(all, record{p.Name + "." + s.Name, s.Namespace, []netip.Addr{addr}})
			}
		}
		if len(r.addrs) > 0 {
			all = append(all, r)
		}
	}
	return all
}

func (c *cluster) spellings(r record, from string) []string { return spell(r, c.plan.Domains, from) }

// spell returns the ways to write a name from a namespace.
func spell(r record, domains []string, from string) []string {
	var names []string
	for _, domain := range domains {
		full := r.labels + "." + r.namespace + ".svc." + domain
		names = append(names, full, full+".")
	}
	names = append(names, r.labels+"."+r.namespace+".svc", r.labels+"."+r.namespace)
	if from == r.namespace || from == "" {
		names = append(names, r.labels)
	}
	return names
}

// serves tells whether a host name begins with that of a Service, or with a pod's
// and that of a Service.
func (p *Plan) serves(host string) bool {
	first, rest, _ := strings.Cut(host, ".")
	second, _, _ := strings.Cut(rest, ".")
	return slices.ContainsFunc(p.Services, func(s *Service) bool { return s.Name == first || s.Name == second }) ||
		slices.ContainsFunc(p.Pods, func(pod *Pod) bool { return pod.Name == host })
}

// lookup returns the addresses of a host name as a client in a namespace gets
// them.
func (c *cluster) lookup(host, namespace string) []netip.Addr {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.records() {
		if slices.Contains(c.spellings(r, namespace), strings.ToLower(host)) {
			return r.addrs
		}
	}
	if p := c.named(host); p != nil {
		if addr, ok := p.address(); ok {
			return []netip.Addr{addr}
		}
	}
	return nil
}
