package prove

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// A Fault is something that is broken on purpose.
type Fault string

// The faults.
const (
	KillMaster   Fault = "master"    // the master's pod is lost, and comes back later
	KillSentinel Fault = "sentinel"  // a Sentinel crashes, and is started again
	KillAll      Fault = "all"       // every pod is lost at once
	Partition    Fault = "partition" // the master's pod is cut off for a while
)

// Faults are all faults.
var Faults = []Fault{KillMaster, KillSentinel, KillAll, Partition}

// ParseFault reads the name of a fault.
func ParseFault(name string) (Fault, error) {
	if f := Fault(name); slices.Contains(Faults, f) {
		return f, nil
	}
	return "", fmt.Errorf("%q is none of master, sentinel, all and partition", name)
}

// An Outcome is what a fault did. Times are counted from the fault; a negative
// one means that it did not happen.
type Outcome struct {
	Fault Fault  `json:"fault"`
	Pod   string `json:"pod"`
	// Detection is when the first Sentinel took the master for down, Agreement
	// when enough of them did, Promotion when another pod called itself master.
	Detection time.Duration `json:"detection"`
	Agreement time.Duration `json:"agreement"`
	Promotion time.Duration `json:"promotion"`
	// FirstWrite is when the gateway's next write was acknowledged, Outage the
	// time between the last acknowledged write before and that one.
	FirstWrite time.Duration `json:"firstWrite"`
	Outage     time.Duration `json:"outage"`
	NewMaster  string        `json:"newMaster"`
	// Return is how long the lost pods needed, from their start, to be part of a
	// complete topology again.
	Return time.Duration `json:"return"`
	// Recovered says that all of this happened in time.
	Recovered bool `json:"recovered"`
}

const never = time.Duration(-1)

// suffer breaks something and waits until all is well again.
func (p *proof) suffer(ctx context.Context, f Fault) {
	p.journal.add(Phase, "", "fault: %s", f)
	leaders := p.observer.state().leaders()
	if len(leaders) != 1 {
		p.journal.add(Bad, "", "there is not one master to begin with")
		return
	}
	master := p.named(leaders[0])
	o := Outcome{Fault: f, Pod: master.Name, Detection: never, Agreement: never, Promotion: never, FirstWrite: never, Return: never}
	begin := time.Now()
	p.journal.setFault(begin)
	p.faultTimes = append(p.faultTimes, begin)
	var mend func() error
	switch f {
	case KillMaster:
		master.lose()
		p.journal.add(Step, master.Name, "the master's pod is killed")
		mend = master.start
	case KillAll:
		p.loseAll()
		p.journal.add(Step, "", "all pods are killed")
		o.Pod = ""
		if err := p.startAll(); err != nil {
			p.blame("%v", err)
			return
		}
		p.journal.add(Step, "", "and started again, all at once")
		mend = func() error { return nil }
	case KillSentinel:
		k := p.victimSentinel(master)
		if k == nil {
			p.journal.add(Bad, "", "no Sentinel runs")
			return
		}
		o.Pod = k.pod.Name
		k.crash()
		p.journal.add(Step, k.pod.Name, "Sentinel is killed, and started again as a kubelet does")
		mend = func() error { return nil }
	case Partition:
		heal, how, err := p.cutOff(master)
		if err != nil {
			p.blame("%v", err)
			return
		}
		p.journal.add(Step, master.Name, "the master's pod is %s", how)
		mend = heal
	}
	p.await(ctx, &o, begin, master)
	if err := mend(); err != nil {
		p.blame("%v", err)
	}
	back := time.Now()
	if f == KillMaster || f == Partition {
		p.journal.add(Step, master.Name, "the pod is back")
	}
	if f == KillAll {
		back = begin
	}
	if p.settle(ctx, settleTimeout, "after the fault") {
		o.Return = time.Since(back)
	} else {
		o.Recovered = false
	}
	p.result.Faults = append(p.result.Faults, o)
}

func (p *proof) loseAll() {
	done := make(chan struct{})
	for _, pod := range p.pods {
		go func() { pod.lose(); done <- struct{}{} }()
	}
	for range p.pods {
		<-done
	}
}

// victimSentinel returns a running Sentinel, preferably not the master's.
func (p *proof) victimSentinel(master *pod) *container {
	var found *container
	for _, k := range p.cluster.containers(SentinelRole) {
		if k.running() != nil && (found == nil || found.pod == master) {
			found = k
		}
	}
	return found
}

// await watches what the Sentinels and the gateway make of a fault.
func (p *proof) await(ctx context.Context, o *Outcome, begin time.Time, master *pod) {
	limit := p.limit
	if o.Fault == KillAll {
		limit = max(limit, bootTimeout)
	}
	promotes := o.Fault == KillMaster || o.Fault == Partition
	deadline := begin.Add(limit)
	var before []ack
	for _, a := range p.load.acknowledged() {
		if a.at.Before(begin) {
			before = append(before, a)
		}
	}
	for ctx.Err() == nil {
		for _, s := range p.observer.signalsSince(begin) {
			at := s.at.Sub(begin)
			if s.kind != "master" || s.target != master.Name {
				continue
			}
			switch {
			case s.channel == "+sdown" && o.Detection < 0:
				o.Detection = at
			case s.channel == "+odown" && o.Agreement < 0:
				o.Agreement = at
			}
		}
		for _, r := range p.observer.state().redis {
			if o.Promotion < 0 && promotes && r.up() && r.role == "master" && r.pod != master && r.at.After(begin) {
				o.Promotion, o.NewMaster = r.at.Sub(begin), r.pod.Name
				p.journal.addAt(r.at, Good, r.pod.Name, "Redis calls itself master")
			}
		}
		acked := p.load.acknowledged()
		for _, a := range acked[len(before):] {
			if a.at.Sub(begin) > 0 && (!promotes || a.pod != master.Name) {
				o.FirstWrite = a.at.Sub(begin)
				if len(before) > 0 {
					o.Outage = a.at.Sub(acked[slices.IndexFunc(acked, func(b ack) bool { return b.n == a.n })-1].at)
				}
				o.NewMaster = a.pod
				o.Recovered = o.FirstWrite <= limit
				p.journal.addAt(a.at, Good, a.pod, "acknowledges the gateway's first write after the fault")
				return
			}
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

// explain says why nothing was promoted.
func (p *proof) explain(o Outcome, begin time.Time) {
	seen := map[string]bool{}
	for _, s := range p.observer.signalsSince(begin) {
		seen[s.channel] = true
	}
	causes := p.causes(p.observer.state())
	for _, c := range causes {
		p.blame("%s", c)
	}
	switch {
	case len(p.result.Causes) > 0:
	case seen["-failover-abort-no-good-slave"]:
		p.blame("the Sentinels found no replica that they could promote")
	case seen["-failover-abort-not-elected"]:
		p.blame("no Sentinel got the votes of a majority")
	case seen["-failover-abort-slave-timeout"]:
		p.blame("the chosen replica did not become master: a command that Sentinel needs is renamed or forbidden, or failover-timeout is too short")
	case o.Detection >= 0 && o.Agreement < 0:
		p.blame("fewer Sentinels than the quorum took the master for down")
	case o.Detection < 0:
		p.blame("no Sentinel took the master for down")
	default:
		p.blame("the gateway could not write within %s after the fault", seconds(p.limit))
	}
}

// cutOff takes a pod off the network. Where the lab cannot, its processes are
// frozen.
func (p *proof) cutOff(victim *pod) (heal func() error, how string, err error) {
	s := victim.where()
	ok, err := s.cut(true)
	if err != nil {
		return nil, "", err
	}
	if ok {
		return func() error { _, err := s.cut(false); return err }, "cut off the network", nil
	}
	victim.freeze(true)
	return func() error { victim.freeze(false); return nil }, "frozen (SIGSTOP)", nil
}
