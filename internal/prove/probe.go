package prove

import (
	"context"
	"net"
)

// probe asks the container how it is, until the context ends: first the startup
// probe until it passes, then liveness and readiness side by side. A container
// that fails startup or liveness too often is killed, and started again.
func (k *container) probe(ctx context.Context, s site, proc *process) {
	if k.Startup != nil {
		passed := k.ask(ctx, s, proc, k.Startup, func(ok bool, failures int) bool {
			if !ok && failures >= k.Startup.Failures {
				k.unhealthy(proc, "startup")
			}
			return !ok
		})
		if !passed {
			return
		}
		k.mu.Lock()
		k.passed, k.ready = true, k.Ready == nil
		k.mu.Unlock()
		k.pod.cluster.publish()
	}
	if k.Live != nil {
		go k.ask(ctx, s, proc, k.Live, func(ok bool, failures int) bool {
			if !ok && failures >= k.Live.Failures {
				k.unhealthy(proc, "liveness")
				return false
			}
			return true
		})
	}
	if k.Ready != nil {
		k.ask(ctx, s, proc, k.Ready, func(ok bool, failures int) bool {
			if ok || failures >= k.Ready.Failures {
				k.setReady(proc, ok)
			}
			return true
		})
	}
}

func (k *container) setReady(proc *process, ready bool) {
	k.mu.Lock()
	changed := k.process == proc && k.ready != ready
	if changed {
		k.ready = ready
	}
	k.mu.Unlock()
	if changed {
		k.pod.cluster.publish()
	}
}

func (k *container) unhealthy(proc *process, which string) {
	k.pod.cluster.journal.add(Bad, k.pod.Name, "%s is killed: its %s probe failed too often", k.Name, which)
	k.crash()
}

// ask runs a probe again and again while heard returns true. It returns true if
// heard ended it after a success.
func (k *container) ask(ctx context.Context, s site, proc *process, p *Probe, heard func(ok bool, failures int) bool) bool {
	if !sleep(ctx, p.Delay) {
		return false
	}
	failures := 0
	for {
		ok := k.askOnce(ctx, s, proc, p)
		if ctx.Err() != nil || proc.ended() {
			return false
		}
		failures++
		if ok {
			failures = 0
		}
		if !heard(ok, failures) {
			return ok
		}
		if !sleep(ctx, p.Period) {
			return false
		}
	}
}

func (k *container) askOnce(ctx context.Context, s site, proc *process, p *Probe) bool {
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	if p.Command != nil {
		return s.run(ctx, k.Container, proc, k.vars(s), p.Command, nil) == nil
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", hostPort(s.address().String(), p.Port))
	if err != nil {
		return false
	}
	c.Close()
	return true
}
