package prove

import (
	"context"
	"net/netip"
	"strings"
	"sync"
)

// A cluster runs the pods of a plan, as kubelets would.
type cluster struct {
	lab     lab
	plan    *Plan
	journal *journal
	ctx     context.Context

	pods []*pod

	mu sync.Mutex
	// past says which pod had an address.
	past map[netip.Addr]string
}

func newCluster(ctx context.Context, l lab, plan *Plan, j *journal) *cluster {
	c := &cluster{lab: l, plan: plan, journal: j, ctx: ctx, past: map[netip.Addr]string{}}
	for _, p := range plan.Pods {
		pp := &pod{Pod: p, cluster: c}
		for _, k := range p.Containers {
			pp.containers = append(pp.containers, &container{Container: k, pod: pp, logs: &logBuffer{mask: j.hide}})
		}
		c.pods = append(c.pods, pp)
	}
	return c
}

// startAll starts every pod that does not exist, all at once.
func (c *cluster) startAll() error {
	for _, p := range c.pods {
		if err := p.start(); err != nil {
			return err
		}
	}
	return nil
}

// named returns the pod of a name, or nil.
func (c *cluster) named(name string) *pod {
	for _, p := range c.pods {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// containers returns those of a role, in order.
func (c *cluster) containers(role Role) []*container {
	var all []*container
	for _, p := range c.pods {
		for _, k := range p.containers {
			if k.Role == role {
				all = append(all, k)
			}
		}
	}
	return all
}

// close ends every process.
func (c *cluster) close() {
	var ending sync.WaitGroup
	for _, p := range c.pods {
		ending.Add(1)
		go func() { defer ending.Done(); p.lose() }()
	}
	ending.Wait()
	c.lab.close()
}

// who returns the pod that a host name or an address leads to, also one that the
// pod had earlier.
func (c *cluster) who(host string) string {
	if addr, err := netip.ParseAddr(host); err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.past[addr]
	}
	label, _, _ := strings.Cut(host, ".")
	if c.named(label) != nil {
		return label
	}
	for _, s := range c.plan.Services {
		if s.Name == label && len(s.Pods) == 1 {
			return s.Pods[0]
		}
	}
	return ""
}
