package prove

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A container is a planned container with the process that runs it.
type container struct {
	*Container
	pod  *pod
	logs *logBuffer

	mu       sync.Mutex
	process  *process
	started  time.Time
	passed   bool // the startup probe has passed
	ready    bool
	restarts int
	// crashes are the reasons of the ends that nobody asked for, newest last.
	crashes []string
	// ours says that the proof ended the process itself.
	ours bool
}

// backOff is the pause before a container is started again. A kubelet's grows
// to five minutes; nothing is learned from waiting that long.
func backOff(try int) time.Duration {
	return min(500*time.Millisecond<<min(try, 4), 5*time.Second)
}

// sleep waits; false if the context ended meanwhile.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// keep runs the container and starts it again whenever it ends.
func (k *container) keep(ctx context.Context, s site) {
	for try := 0; ctx.Err() == nil; {
		k.logs.reset()
		proc, err := s.start(k.Container, k.vars(s), k.logs)
		if err != nil {
			k.pod.cluster.journal.add(Bad, k.pod.Name, "%v", err)
			return
		}
		began := time.Now()
		k.mu.Lock()
		k.process, k.started, k.ours, k.passed, k.ready = proc, began, false, k.Startup == nil, k.Startup == nil && k.Ready == nil
		k.mu.Unlock()
		k.pod.cluster.publish()
		probing, stop := context.WithCancel(ctx)
		go k.probe(probing, s, proc)
		select {
		case <-proc.done:
		case <-ctx.Done():
		}
		stop()
		if ctx.Err() != nil {
			return // whoever deletes the pod ends the process
		}
		k.ended(proc)
		if time.Since(began) > 10*time.Second {
			try = 0
		}
		if !sleep(ctx, backOff(try)) {
			return
		}
		try++
	}
}

// ended records the end of a container.
func (k *container) ended(proc *process) {
	reason := reasonOf(k.logs.all())
	how := "ended"
	if proc.state != nil {
		how = proc.state.String()
	}
	k.mu.Lock()
	k.process, k.passed, k.ready = nil, false, false
	k.restarts++
	ours := k.ours
	first := !ours && !slices.Contains(k.crashes, reason)
	if !ours {
		k.crashes = append(k.crashes, reason)
	}
	k.mu.Unlock()
	k.pod.cluster.publish()
	if first {
		k.pod.cluster.journal.add(Bad, k.pod.Name, "%s ended (%s): %s", k.Name, how, reason)
	}
}

// running returns the process of the container, or nil.
func (k *container) running() *process {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.process == nil || k.process.ended() {
		return nil
	}
	return k.process
}

func (k *container) isReady() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ready && k.process != nil
}

// crash kills the container's process; the kubelet starts it again.
func (k *container) crash() { k.crashThen(func() error { return nil }) }

// crashThen kills the container's process and does something before it is
// started again.
func (k *container) crashThen(do func() error) {
	proc := k.running()
	if proc == nil {
		return
	}
	k.mu.Lock()
	k.ours = true
	k.mu.Unlock()
	proc.kill()
	<-proc.done
	if err := do(); err != nil {
		k.pod.cluster.journal.add(Bad, k.pod.Name, "%v", err)
	}
}
