package prove

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An Outcome is what a fault did. Times are counted from the fault; a negative
// one means that it did not happen.
type Outcome struct {
	Fault Fault `json:"fault"`
	// Pod is the one that it was done to, "" for all.
	Pod string `json:"pod"`
	// Detection is when the first Sentinel took the master for down, Agreement
	// when enough of them did, Promotion when another pod called itself master.
	Detection time.Duration `json:"detection"`
	Agreement time.Duration `json:"agreement"`
	Promotion time.Duration `json:"promotion"`
	// FirstWrite is when a write of the gateway was acknowledged again, Outage
	// the longest time without one until all was well.
	FirstWrite time.Duration `json:"firstWrite"`
	Outage     time.Duration `json:"outage"`
	NewMaster  string        `json:"newMaster"`
	// Return is how long the pods needed, from their return, to be part of a
	// complete topology again.
	Return time.Duration `json:"return"`
	// SplitBrain is how long two pods called themselves master.
	SplitBrain time.Duration `json:"splitBrain"`
	// Recovered says that all of this happened in time.
	Recovered bool `json:"recovered"`
}

const never = time.Duration(-1)

// suffer does a fault and waits until all is well again. It returns false if it
// never was.
func (p *proof) suffer(ctx context.Context, f Fault) bool {
	for try := 1; ; try++ {
		p.awaitClocks(ctx)
		p.awaitRetry(ctx)
		begin, causes := time.Now(), len(p.result.Causes)
		o, ok := p.sufferOnce(ctx, f)
		if ok && !o.Recovered && p.complete && try < 3 && ctx.Err() == nil && p.heldUp(begin) {
			p.journal.add(Note, "", "this machine held up a Sentinel meanwhile (TILT): what was measured says nothing about the configuration, and is done again")
			p.result.Causes = p.result.Causes[:causes]
			continue
		}
		if !ok {
			return false
		}
		if !o.Recovered && p.heldUp(begin) {
			p.blame("this machine is too busy for a proof: it held up a Sentinel (TILT) each time")
		}
		p.result.Faults = append(p.result.Faults, o)
		return o.Recovered
	}
}

// heldUp tells whether a Sentinel has noticed since then that it was held up. It
// does nothing for half a minute then.
func (p *proof) heldUp(since time.Time) bool {
	return slices.ContainsFunc(p.observer.signalsSince(since), func(s signalAt) bool { return s.channel == "+tilt" })
}

// inTilt tells whether a Sentinel sits still because it was held up.
func inTilt(k observed) bool { return k.up() && k.tilt }

// awaitClocks waits until no Sentinel sits still because it was held up.
func (p *proof) awaitClocks(ctx context.Context) {
	for deadline, told := time.Now().Add(time.Minute), false; time.Now().Before(deadline); {
		if !slices.ContainsFunc(p.observer.state().sentinels, inTilt) {
			return
		}
		if !told {
			p.journal.add(Note, "", "a Sentinel was held up by this machine and does nothing for half a minute (TILT): waiting")
			told = true
		}
		if !sleep(ctx, observePeriod) {
			return
		}
	}
}

// awaitRetry waits until the Sentinels may replace the master again. They leave it
// alone for twice failover-timeout after they tried in vain (Redis, sentinel.c,
// sentinelStartFailoverIfNeeded), as they do when a machine is too busy to start
// the pods within down-after.
func (p *proof) awaitRetry(ctx context.Context) {
	var tried time.Time
	for _, s := range p.observer.signalsSince(time.Time{}) {
		switch s.channel {
		case "+try-failover":
			tried = s.at
		case "+switch-master":
			tried = time.Time{}
		}
	}
	if tried.IsZero() || !p.complete {
		return
	}
	var pause time.Duration
	for _, s := range p.observer.state().sentinels {
		for _, m := range s.masters {
			pause = max(pause, 2*m.failoverTimeout)
		}
	}
	// Sentinels that voted begin to count up to a second later.
	if left := time.Until(tried.Add(pause + 2*time.Second)); left > 0 {
		p.journal.add(Note, "", "Sentinels tried in vain to replace the master, and do not try again before failover-timeout has gone by twice: waiting for %s", seconds(left))
		sleep(ctx, left)
	}
}

// sufferOnce does a fault; ok is false if it could not be done.
func (p *proof) sufferOnce(ctx context.Context, f Fault) (o Outcome, ok bool) {
	p.journal.add(Phase, "", "fault %s: %s", f, f.Describe())
	leaders := p.observer.state().leaders()
	if len(leaders) != 1 {
		p.journal.add(Bad, "", "there is not one master to begin with")
		if len(p.result.Causes) == 0 {
			p.blame("there is not one master to begin with")
		}
		return o, false
	}
	master := p.named(leaders[0])
	o = Outcome{Fault: f, Pod: master.Name, Detection: never, Agreement: never, Promotion: never, FirstWrite: never, Return: never}
	split, _ := p.observer.splitBrain()
	begin := time.Now()
	p.journal.setFault(begin)
	p.begun = append(p.begun, started{begin, string(f)})
	p.mark()
	d, err := p.strike(ctx, f, master)
	if err != nil {
		p.journal.add(Bad, "", "%v", err)
		p.blame("%v", err)
		return o, false
	}
	if f.interrupts() && f != Delete {
		p.excuses = append(p.excuses, excuse{begin.Add(-grace), d.from, ""})
	}
	o.Pod = d.pod
	if o.Recovered = !f.interrupts(); !o.Recovered {
		p.await(ctx, &o, begin, d, master)
	}
	back := d.from
	if d.mend != nil && ctx.Err() == nil {
		back = time.Now()
		p.journal.add(Step, d.pod, "%s", d.back)
		if err := d.mend(); err != nil {
			p.blame("%v", err)
		}
	}
	switch {
	case !p.complete: // it never was; the cause is known
	case p.settle(ctx, p.patience(o), "after the fault "+string(f)):
		o.Return = time.Since(back)
	default:
		o.Recovered = false
	}
	o.Outage = p.load.longestGap(begin)
	if !f.promotes() && o.Outage > p.limitOf(f) {
		o.Recovered = false
		p.blame("no write was acknowledged for %s during the fault %s", seconds(o.Outage), f)
	}
	total, rivals := p.observer.splitBrain()
	o.SplitBrain = total - split
	if f.isolates() {
		p.excuses = append(p.excuses, excuse{begin, time.Now(), master.Name})
	}
	if o.SplitBrain > 0 && f.isolates() {
		p.journal.add(Note, master.Name, "it took writes as a second master for %s after its return, and they are gone; min-replicas-to-write 1 would refuse them", seconds(o.SplitBrain))
	} else if o.SplitBrain > 0 {
		o.Recovered = false
		why := ""
		if d.mend != nil && o.NewMaster != "" && slices.Contains(rivals, d.pod) {
			why = fmt.Sprintf(": %s came back as master, although %s had taken its place", d.pod, o.NewMaster)
		}
		p.blameSplit(rivals, o.SplitBrain, "during the fault "+string(f)+why)
	}
	return o, true
}

// blameSplit says who took writes as masters at the same time, unless the cause of
// it is known.
func (p *proof) blameSplit(rivals []string, d time.Duration, when string) {
	if len(p.result.Causes) == 0 {
		p.blame("%s took writes as masters at the same time for %s %s", strings.Join(rivals, " and "), seconds(d), when)
	}
}

// patience returns how long the pods may need to be complete again. Where a fault
// has failed already, waiting shows little more.
func (p *proof) patience(o Outcome) time.Duration {
	if o.Recovered {
		return settleTimeout
	}
	return settleTimeout / 3
}

// limitOf returns how long no write may be acknowledged. After a total loss
// nothing can answer until the start scripts have agreed, or have waited in
// vain for those who would know better.
func (p *proof) limitOf(f Fault) time.Duration {
	switch f {
	case KillAll, Stale, Rotate:
		return max(p.limit, bootTimeout)
	}
	return p.limit
}

// await watches what the Sentinels and the gateway make of a fault.
func (p *proof) await(ctx context.Context, o *Outcome, begin time.Time, d damage, master *pod) {
	limit := p.limitOf(o.Fault)
	deadline := d.from.Add(limit)
	for ctx.Err() == nil {
		p.measure(o, begin, master)
		for _, a := range p.load.acknowledgedSince(d.from) {
			if o.Fault.promotes() && a.pod == master.Name {
				continue
			}
			o.FirstWrite, o.NewMaster = a.at.Sub(begin), a.pod
			if o.Promotion < 0 && o.Fault.promotes() {
				o.Promotion = o.FirstWrite // it was faster than the observer
			}
			o.Recovered = a.at.Sub(d.from) <= limit
			p.journal.addAt(a.at, Good, a.pod, "acknowledges the gateway's first write after the fault")
			return
		}
		if time.Now().After(deadline) {
			why, _ := p.load.trouble()
			p.journal.add(Bad, "", "no write is acknowledged within %s: %s", seconds(limit), why)
			p.explain(*o, begin)
			return
		}
		sleep(ctx, 20*time.Millisecond)
	}
}

// measure takes the times of what Sentinels and Redis have said so far.
func (p *proof) measure(o *Outcome, begin time.Time, master *pod) {
	for _, s := range p.observer.signalsSince(begin) {
		if s.kind != "master" || s.target != master.Name {
			continue
		}
		switch at := s.at.Sub(begin); {
		case s.channel == "+sdown" && o.Detection < 0:
			o.Detection = at
		case s.channel == "+odown" && o.Agreement < 0:
			o.Agreement = at
		}
	}
	if o.Promotion >= 0 || !o.Fault.promotes() {
		return
	}
	for _, r := range p.observer.state().redis {
		if r.up() && r.role == "master" && r.pod != master && r.at.After(begin) {
			o.Promotion, o.NewMaster = r.at.Sub(begin), r.pod.Name
			p.journal.addAt(r.at, Good, r.pod.Name, "Redis calls itself master")
			return
		}
	}
}

// explain says why nothing was promoted.
func (p *proof) explain(o Outcome, begin time.Time) {
	if len(p.result.Causes) > 0 {
		return // what was wrong before explains it
	}
	seen := map[string]bool{}
	for _, s := range p.observer.signalsSince(begin) {
		seen[s.channel] = true
	}
	for _, c := range p.causes(p.observer.state()) {
		p.blame("%s", c)
	}
	switch {
	case len(p.result.Causes) > 0: // the processes have told
	case seen["-failover-abort-no-good-slave"]:
		p.blame("the Sentinels found no replica that they could promote")
	case seen["-failover-abort-not-elected"]:
		p.blame("no Sentinel got the votes of a majority")
	case seen["-failover-abort-slave-timeout"], seen["+failover-state-wait-promotion"]:
		p.blame("the chosen replica did not become master: a command that Sentinel needs is renamed or forbidden, or failover-timeout is too short")
	case o.Fault.promotes() && o.Detection >= 0 && o.Agreement < 0:
		p.blame("fewer Sentinels than the quorum took the master for down")
	case o.Fault.promotes() && o.Detection < 0:
		p.blame("no Sentinel took the master for down")
	default:
		p.blame("%s could not write within %s after the fault %s", p.plan.Gateway.Name, seconds(p.limitOf(o.Fault)), o.Fault)
	}
}
