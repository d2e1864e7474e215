package prove

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
)

// A pod is a planned pod with what runs of it now.
type pod struct {
	*Pod
	cluster    *cluster
	containers []*container

	// life is held while the pod is started or ended.
	life sync.Mutex
	stop context.CancelFunc
	done sync.WaitGroup

	mu   sync.Mutex
	site site // nil while the pod does not exist
	// stuck says which init container fails again and again, and why; "" if none does.
	stuck string
}

// where returns the pod's site, or nil.
func (p *pod) where() site {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.site
}

func (p *pod) setSite(s site) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.site = s
}

// start creates the pod and starts its containers.
func (p *pod) start() error {
	p.life.Lock()
	defer p.life.Unlock()
	if p.where() != nil || p.Blocked != "" {
		return nil
	}
	s, err := p.cluster.lab.create(p.Pod)
	if err != nil {
		return err
	}
	p.setSite(s)
	c := p.cluster
	c.mu.Lock()
	c.past[s.address()] = p.Name
	c.mu.Unlock()
	ctx, stop := context.WithCancel(c.ctx)
	p.stop = stop
	p.done.Add(1)
	go func() {
		defer p.done.Done()
		c.publish()
		if !p.initialise(ctx, s) {
			return
		}
		for _, k := range p.containers {
			p.done.Add(1)
			go func() { defer p.done.Done(); k.keep(ctx, s) }()
		}
	}()
	return nil
}

// initialise runs the init containers one after the other until each has
// succeeded.
func (p *pod) initialise(ctx context.Context, s site) bool {
	for _, planned := range p.Init {
		logs := &logBuffer{mask: p.cluster.journal.hide}
		k := &container{Container: planned, pod: p, logs: logs}
		for try := 0; ; try++ {
			proc, err := s.start(planned, k.vars(s), logs)
			if err != nil {
				p.cluster.journal.add(Bad, p.Name, "%v", err)
				return false
			}
			select {
			case <-proc.done:
			case <-ctx.Done():
				proc.kill()
				<-proc.done
				return false
			}
			if proc.state != nil && proc.state.Success() {
				break
			}
			reason := reasonOf(logs.all())
			if try == 0 {
				p.cluster.journal.add(Bad, p.Name, "init container %s failed: %s", planned.Name, reason)
			}
			p.setStuck(fmt.Sprintf("init container %s of %%s fails at every start: %s", planned.Name, reason))
			if !sleep(ctx, backOff(try)) {
				return false
			}
		}
	}
	p.setStuck("")
	return true
}

func (p *pod) setStuck(why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stuck = why
}

// lose ends the pod as when its node is lost: at once and without a word.
func (p *pod) lose() {
	p.life.Lock()
	defer p.life.Unlock()
	s := p.where()
	if s == nil {
		return
	}
	p.stop()
	p.done.Wait()
	for _, k := range p.containers {
		if proc := k.running(); proc != nil {
			proc.kill()
		}
	}
	p.gone(s)
}

// remove ends the pod as when somebody deletes it: hooks, SIGTERM, and SIGKILL
// after the grace period.
func (p *pod) remove(ctx context.Context) {
	p.life.Lock()
	defer p.life.Unlock()
	s := p.where()
	if s == nil {
		return
	}
	p.stop()
	p.done.Wait()
	var stopping sync.WaitGroup
	deadline, cancel := context.WithTimeout(ctx, p.Grace)
	defer cancel()
	for _, k := range p.containers {
		proc := k.running()
		if proc == nil {
			continue
		}
		stopping.Add(1)
		go func() {
			defer stopping.Done()
			if len(k.PreStop) > 0 {
				s.run(deadline, k.Container, proc, k.vars(s), k.PreStop, k.logs)
			}
			proc.terminate()
			select {
			case <-proc.done:
			case <-deadline.Done():
				proc.kill()
			}
		}()
	}
	stopping.Wait()
	p.gone(s)
}

// gone waits for the processes and gives the pod's place back.
func (p *pod) gone(s site) {
	for _, k := range p.containers {
		k.mu.Lock()
		proc := k.process
		k.process, k.passed, k.ready = nil, false, false
		k.mu.Unlock()
		if proc != nil {
			<-proc.done
		}
	}
	p.setSite(nil)
	s.remove()
	p.cluster.publish()
}

// address returns the pod's address, if it exists.
func (p *pod) address() (netip.Addr, bool) {
	s := p.where()
	if s == nil {
		return netip.Addr{}, false
	}
	return s.address(), true
}

// isReady tells whether the pod exists and all its containers are ready.
func (p *pod) isReady() bool {
	if _, ok := p.address(); !ok {
		return false
	}
	for _, k := range p.containers {
		if !k.isReady() {
			return false
		}
	}
	return true
}

// freeze stops every process of the pod where it is, or lets it go on.
func (p *pod) freeze(on bool) {
	for _, k := range p.containers {
		if proc := k.running(); proc != nil {
			proc.freeze(on)
		}
	}
}

// container returns the first of a role; every pod that is asked has one.
func (p *pod) container(role Role) *container {
	for _, k := range p.containers {
		if k.Role == role {
			return k
		}
	}
	return nil
}
