package prove

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Options say how a plan is proven.
type Options struct {
	// Faults are what is broken, one after the other; none means the master.
	Faults []Fault
	// MaxFailover bounds the time from the fault to the first acknowledged
	// write on the new master; 0 means down-after of Sentinel plus FailoverBudget.
	MaxFailover time.Duration
	// Server is the redis-server or valkey-server to use, "" for the one in PATH.
	Server string
	// Isolation is where pods run.
	Isolation Isolation
	// Rounds, if above 0, breaks something at random that many times after the
	// Faults; Seed chooses what.
	Rounds int
	Seed   uint64
	// Passwords are tried after that, one after the other, in place of the one
	// that was invented.
	Passwords []string
}

// FailoverBudget is what a failover may take beyond Sentinel's down-after: an
// election, a promotion and the reconnection of clients take 1.0 to 1.5 seconds
// where everything works.
const FailoverBudget = 5 * time.Second

// Isolation is where pods run.
type Isolation string

// The places to run pods.
const (
	Auto       Isolation = "auto"       // namespaces, or loopback where they are not permitted
	Namespaces Isolation = "namespaces" // each pod with a network and files of its own
	Loopback   Isolation = "loopback"   // all pods on the machine's loopback addresses
)

// A Result is what a proof found.
type Result struct {
	Environment string        `json:"environment"`
	Passed      bool          `json:"passed"`
	Causes      []string      `json:"causes"`
	Server      string        `json:"server"`
	Isolation   Isolation     `json:"isolation"`
	Mapping     []string      `json:"mapping"`
	Pods        []string      `json:"pods"`
	Limit       time.Duration `json:"limit"`
	Boot        time.Duration `json:"boot"`
	Faults      []Outcome     `json:"faults"`
	Rounds      []Round       `json:"rounds"`
	Trials      []Trial       `json:"trials"`
	Checks      []Check       `json:"checks"`
	Writes      int           `json:"writes"`
	Lost        int           `json:"lost"`
	SplitBrain  time.Duration `json:"splitBrain"`
	Timeline    []Event       `json:"timeline"`
}

// A Check is one thing that was asked of the running processes.
type Check struct {
	What string `json:"what"`
	OK   bool   `json:"ok"`
	// Why says what was seen instead.
	Why string `json:"why,omitempty"`
}

// Run proves a plan and tells each event as it happens. The error says that the
// proof could not be made; a plan that does not hold is a Result. A
// *MissingError names a program that the machine lacks.
func Run(ctx context.Context, plan *Plan, opts Options, emit func(Event)) (*Result, error) {
	valkey := slices.ContainsFunc(plan.servers(RedisRole), func(s server) bool { return s.c.Valkey })
	bin, err := findPrograms(opts.Server, valkey)
	if err != nil {
		return nil, err
	}
	if len(opts.Faults) == 0 {
		opts.Faults = []Fault{KillMaster}
	}
	return start(ctx, plan, opts, bin, emit)
}

// A proof is a running proof.
type proof struct {
	*cluster
	opts     Options
	observer *observer
	load     *load
	result   *Result
	limit    time.Duration
	// complete says that the topology was complete at least once.
	complete bool
	// excuses are for writes that may be lost.
	excuses []excuse
	begun   []started
	// refused is what each Redis had refused before.
	refused map[*container]map[string]int
}

// started is when a fault was done.
type started struct {
	at   time.Time
	what string
}

// runIn proves a plan in a lab, and closes the lab.
func runIn(ctx context.Context, l lab, plan *Plan, opts Options, bin programs, emit func(Event)) (*Result, error) {
	j := newJournal(plan.Masked, emit)
	ctx, cancel := context.WithCancel(ctx)
	c := newCluster(ctx, l, plan, j)
	defer func() {
		cancel()
		c.close()
	}()
	p := &proof{cluster: c, opts: opts, observer: newObserver(c), load: newLoad(c)}
	p.result = &Result{Environment: plan.Environment, Server: bin.Version, Isolation: l.isolation(), Causes: []string{}}
	p.describe(bin)
	if err := p.boot(ctx); err != nil {
		return nil, err
	}
	p.observer.run(ctx)
	if err := p.story(ctx); err != nil {
		return nil, err
	}
	p.judge()
	p.result.Timeline = j.events
	return p.result, nil
}

// describe says what runs, and what is not as in a cluster.
func (p *proof) describe(bin programs) {
	var images []string
	for _, pod := range p.plan.Pods {
		p.result.Pods = append(p.result.Pods, pod.Name)
		for _, c := range pod.Containers {
			if c.Role != "" && !slices.Contains(images, c.Image) {
				images = append(images, c.Image)
			}
		}
	}
	p.result.Mapping = append(p.result.Mapping, fmt.Sprintf("%s of this machine runs in place of %s", bin.Version, strings.Join(images, ", ")))
	p.result.Mapping = append(p.result.Mapping, p.lab.mapping()...)
	p.result.Mapping = append(p.result.Mapping, p.plan.Notes...)
	p.journal.add(Phase, "", "what runs")
	for _, m := range p.result.Mapping {
		p.journal.add(Note, "", "%s", m)
	}
}

// boot creates all pods.
func (p *proof) boot(ctx context.Context) error {
	p.journal.add(Phase, "", "start")
	for _, pod := range p.pods {
		if pod.Blocked != "" {
			p.journal.add(Bad, pod.Name, "cannot start: %s", pod.Blocked)
			p.blame("%s cannot start: %s", pod.Workload, pod.Blocked)
		}
	}
	if err := p.startAll(); err != nil {
		return err
	}
	p.journal.add(Step, "", "%s started at once", count(len(p.pods), "pod"))
	return ctx.Err()
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// story is what happens to the pods.
func (p *proof) story(ctx context.Context) error {
	began := time.Now()
	p.complete = p.settle(ctx, bootTimeout, "start")
	if ctx.Err() != nil {
		return ctx.Err()
	}
	p.result.Boot = time.Since(began)
	if p.complete {
		p.awaitReady(ctx)
	}
	if split, rivals := p.observer.splitBrain(); split > 0 {
		p.blameSplit(rivals, split, "after the start: a pod that starts has to ask the Sentinels whom to follow")
	}
	p.setLimit()
	p.journal.add(Phase, "", "checks")
	p.check(ctx, "before")
	if len(p.observer.state().leaders()) == 0 {
		p.journal.add(Bad, "", "no Redis is the master: there is nothing to break")
		return ctx.Err()
	}
	loading, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan struct{})
	go func() { defer close(done); p.load.run(loading) }()
	p.warmUp(ctx)
	for _, f := range p.opts.Faults {
		if !p.suffer(ctx, f) {
			break // what comes next would only show the same again
		}
	}
	if ctx.Err() == nil && p.complete && p.opts.Rounds > 0 {
		p.soak(ctx)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	stop()
	<-done
	p.result.SplitBrain, _ = p.observer.splitBrain()
	p.journal.add(Phase, "", "checks")
	p.count(ctx)
	if p.complete && len(p.result.Causes) == 0 {
		p.awaitReady(ctx)
	}
	p.check(ctx, "after")
	if p.complete && len(p.result.Causes) == 0 && len(p.opts.Passwords) > 0 {
		p.tryPasswords(ctx)
	}
	return ctx.Err()
}

const (
	// bootTimeout bounds a start from nothing: scripts may wait a minute.
	bootTimeout = 90 * time.Second
	// settleTimeout bounds the return of a pod.
	settleTimeout = 60 * time.Second
	// hopeless is how long one certain cause must last before waiting ends.
	hopeless = 10 * time.Second
)

// blame records a cause of failure, once.
func (p *proof) blame(format string, args ...any) {
	cause := p.journal.hide(fmt.Sprintf(format, args...))
	if !slices.Contains(p.result.Causes, cause) {
		p.result.Causes = append(p.result.Causes, cause)
	}
}

// setLimit takes the time that a failover may take from what the Sentinels
// really use.
func (p *proof) setLimit() {
	p.limit = p.opts.MaxFailover
	if p.limit > 0 {
		p.result.Limit = p.limit
		return
	}
	p.limit = 30*time.Second + FailoverBudget // Sentinel's own default
	if p.plan.DownAfter > 0 {
		p.limit = p.plan.DownAfter + FailoverBudget
	}
	for _, s := range p.observer.state().sentinels {
		for _, m := range s.masters {
			if m.downAfter > 0 {
				p.limit = m.downAfter + FailoverBudget
			}
		}
	}
	p.result.Limit = p.limit
}

// settle waits until the topology is complete, and says so. It gives up when
// the time is over, or when what is in the way will not go away.
func (p *proof) settle(ctx context.Context, timeout time.Duration, what string) bool {
	began := time.Now()
	p.mark()
	deadline := began.Add(timeout)
	since := map[string]time.Time{}
	told, changed := "", began
	for last := ""; ; {
		s := p.observer.state()
		missing := p.incomplete(s, began)
		if missing != last {
			last, changed = missing, time.Now()
		} else if missing != told && time.Since(changed) > 5*time.Second {
			told = missing
			p.journal.add(Step, "", "still not complete: %s", missing)
		}
		if missing == "" {
			p.journal.add(Good, "", "complete after %s: %s is the master, %s, %s agree",
				seconds(time.Since(began)), strings.Join(s.leaders(), ", "), count(len(s.redis)-1, "replica"), count(len(s.sentinels), "Sentinel"))
			return true
		}
		causes := p.causes(s)
		now := time.Now()
		certain := false
		seen := map[string]time.Time{}
		for _, c := range causes {
			seen[c] = now
			if t, ok := since[c]; ok {
				seen[c] = t
			}
			certain = certain || now.Sub(seen[c]) > hopeless
		}
		since = seen
		// One that does nothing for half a minute makes nothing certain.
		certain = certain && !slices.ContainsFunc(s.sentinels, inTilt)
		if certain || now.After(deadline) || ctx.Err() != nil {
			if ctx.Err() == nil {
				p.journal.add(Bad, "", "not complete after %s: %s", seconds(now.Sub(began)), missing)
				known := len(p.result.Causes) > 0
				for _, c := range causes {
					if !known {
						p.blame("%s", c)
					}
				}
				if len(p.result.Causes) == 0 {
					p.blame("%s: %s", what, missing)
				}
			}
			return false
		}
		sleep(ctx, observePeriod)
	}
}

// incomplete says what the topology lacks: one master, all replicas in sync with
// it, all Sentinels agreeing and knowing each other and all replicas.
// What was said before since does not count.
func (p *proof) incomplete(s state, since time.Time) string {
	for _, k := range slices.Concat(s.redis, s.sentinels) {
		if !k.at.After(since) || k.running() == nil {
			return fmt.Sprintf("%s of %s does not answer", k.Name, k.pod.Name)
		}
	}
	leaders := s.leaders()
	if len(leaders) != 1 {
		if len(leaders) == 0 {
			return "no Redis is the master"
		}
		return "several Redis believe to be the master: " + strings.Join(leaders, ", ")
	}
	if len(s.redis) == 1 {
		return "there is no replica"
	}
	master := leaders[0]
	if lost := p.misannounced(s); lost != "" {
		return lost
	}
	for _, r := range s.redis {
		switch {
		case !r.up():
			return fmt.Sprintf("Redis of %s does not answer: %s", r.pod.Name, r.err)
		case r.pod.Name == master:
		case r.who(r.masterHost) != master:
			return fmt.Sprintf("%s follows %s, not the master %s", r.pod.Name, r.masterHost, master)
		case r.link != "up":
			return fmt.Sprintf("the replica %s has no link to its master", r.pod.Name)
		}
	}
	if len(s.sentinels) == 0 {
		return "there is no Sentinel"
	}
	name := ""
	for _, k := range s.sentinels {
		if !k.up() {
			return fmt.Sprintf("Sentinel of %s does not answer: %s", k.pod.Name, k.err)
		}
		if len(k.masters) == 0 {
			return fmt.Sprintf("Sentinel of %s watches nothing", k.pod.Name)
		}
		m := k.masters[0]
		switch {
		case name != "" && m.name != name:
			return fmt.Sprintf("Sentinel of %s watches %s, others watch %s", k.pod.Name, m.name, name)
		case k.who(m.ip) != master:
			return fmt.Sprintf("Sentinel of %s takes %s for the master", k.pod.Name, m.ip)
		case m.flags != "master":
			return fmt.Sprintf("Sentinel of %s calls the master %s", k.pod.Name, m.flags)
		case m.slaves != len(s.redis)-1:
			return fmt.Sprintf("Sentinel of %s knows %s of %d", k.pod.Name, count(m.slaves, "replica"), len(s.redis)-1)
		case m.others != len(s.sentinels)-1:
			return fmt.Sprintf("Sentinel of %s knows %d of %d other Sentinels", k.pod.Name, m.others, len(s.sentinels)-1)
		case !strings.HasPrefix(m.usable, "OK"):
			return fmt.Sprintf("Sentinel of %s: %s", k.pod.Name, m.usable)
		}
		name = m.name
	}
	return ""
}

// who returns the pod that a host leads to.
func (o observed) who(host string) string { return o.pod.cluster.who(host) }

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// awaitReady waits until the probes of every pod say that it is ready.
func (p *proof) awaitReady(ctx context.Context) {
	began := time.Now()
	for {
		waiting := ""
		for _, pod := range p.pods {
			if !pod.isReady() {
				waiting = pod.Name
			}
		}
		switch {
		case waiting == "":
			p.report("the probes of every pod pass", p.live(ctx))
			return
		case ctx.Err() != nil:
			return
		case time.Since(began) > settleTimeout:
			p.report("the probes of every pod pass", fmt.Errorf("%s is not ready after %s", waiting, seconds(settleTimeout)))
			return
		}
		sleep(ctx, observePeriod)
	}
}

// live asks every liveness probe: a kubelet kills for a failing one only after a
// while, which may be longer than a proof.
func (p *proof) live(ctx context.Context) error {
	for _, pod := range p.pods {
		for _, k := range pod.containers {
			s, proc := pod.where(), k.running()
			if k.Live == nil || s == nil || proc == nil {
				continue
			}
			ok := false
			for try := 0; try < max(k.Live.Failures, 1) && !ok && ctx.Err() == nil; try++ {
				ok = k.askOnce(ctx, s, proc, k.Live)
			}
			if !ok && !proc.ended() && ctx.Err() == nil {
				return fmt.Errorf("the liveness probe of %s in %s fails, and a kubelet would kill it again and again", k.Name, pod.Name)
			}
		}
	}
	return nil
}

// warmUp lets the load write for a moment before anything breaks.
func (p *proof) warmUp(ctx context.Context) {
	deadline := time.Now().Add(5 * time.Second)
	for time.Now().Before(deadline) && len(p.load.acknowledged()) < 50 && sleep(ctx, observePeriod) {
	}
	n := len(p.load.acknowledged())
	if n == 0 {
		why, _ := p.load.trouble()
		p.journal.add(Bad, "", "%s cannot write: %s", p.plan.Gateway.Name, why)
		return
	}
	p.journal.add(Step, "", "%s writes every %d ms", p.plan.Gateway.Name, writePeriod.Milliseconds())
}
