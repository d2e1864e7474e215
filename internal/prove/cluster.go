package prove

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
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

// vars returns the variables of a container as its process gets them.
func (k *container) vars(s site) []string {
	p := k.pod
	path := p.cluster.lab.searchPath()
	if first, _, _ := strings.Cut(path, ":"); k.Alpine {
		path = filepath.Join(first, "alpine") + ":" + path
	}
	vars := []string{"PATH=" + path, "HOSTNAME=" + p.Name, "HOME=/root", "LANG=C.UTF-8"}
	if k.Open {
		vars = append(vars, openVar+"=1")
	}
	known := map[string]string{"HOSTNAME": p.Name}
	for _, e := range k.Env {
		value := e.Value
		switch e.Field {
		case "":
			value = expand(value, known)
		case "metadata.name":
			value = p.Name
		case "metadata.namespace":
			value = p.Namespace
		case "status.podIP", "status.podIPs":
			value = s.address().String()
		case "spec.nodeName", "status.hostIP":
			value = "node-of-" + p.Name
		case "metadata.uid":
			value = fmt.Sprintf("00000000-0000-4000-8000-%012d", slices.Index(p.cluster.plan.Pods, p.Pod))
		}
		known[e.Name] = value
		vars = append(vars, e.Name+"="+value)
	}
	return vars
}

// expand replaces $(NAME) as Kubernetes does: unknown names stay, $$ is $.
func expand(text string, known map[string]string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '$')
		if i < 0 || i+1 >= len(text) {
			return b.String() + text
		}
		b.WriteString(text[:i])
		text = text[i:]
		end := strings.IndexByte(text, ')')
		switch {
		case text[1] == '$':
			b.WriteByte('$')
			text = text[2:]
		case text[1] == '(' && end > 0:
			if v, ok := known[text[2:end]]; ok {
				b.WriteString(v)
			} else {
				b.WriteString(text[:end+1])
			}
			text = text[end+1:]
		default:
			b.WriteByte('$')
			text = text[1:]
		}
	}
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
