package prove

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// A Round is one random fault of many.
type Round struct {
	What      string `json:"what"`
	Recovered bool   `json:"recovered"`
	// Took is the time from the fault to a complete topology that takes writes.
	Took time.Duration `json:"took"`
}

// An excuse is a time in which writes may be acknowledged and lost all the same:
// replication is asynchronous, and the append-only file is synced once a second.
type excuse struct {
	from, to time.Time
	// pod is the one that acknowledged them, "" for any.
	pod string
}

// grace is what an acknowledged write may be younger than when its master fails.
const grace = time.Second

// soak does things to random pods, one after the other, and waits each time
// until all is well: one master, all Sentinels agreeing, writes acknowledged,
// none lost. It stops at the first time that is not so.
func (p *proof) soak(ctx context.Context) {
	r := rand.New(rand.NewPCG(p.opts.Seed, 0))
	p.journal.add(Phase, "", "%d random faults (seed %d)", p.opts.Rounds, p.opts.Seed)
	for n := range p.opts.Rounds {
		p.awaitClocks(ctx)
		begin := time.Now()
		p.journal.setFault(begin)
		split, _ := p.observer.splitBrain()
		m := p.mishap(ctx, r)
		p.begun = append(p.begun, started{begin, m.what})
		p.journal.add(Step, "", "%d of %d: %s", n+1, p.opts.Rounds, m.what)
		m.do()
		ok := p.settle(ctx, settleTimeout+bootTimeout, fmt.Sprintf("random fault %d (%s)", n+1, m.what))
		if ctx.Err() != nil {
			return
		}
		p.excuses = append(p.excuses, excuse{begin.Add(-grace), begin.Add(grace), ""})
		if m.isolated != "" {
			p.excuses = append(p.excuses, excuse{begin.Add(-grace), time.Now(), m.isolated})
		}
		ok = ok && p.writes(ctx) && p.keeps(ctx)
		if total, rivals := p.observer.splitBrain(); total > split && m.isolated == "" {
			ok = false
			p.blameSplit(rivals, total-split, "after "+m.what)
		}
		p.result.Rounds = append(p.result.Rounds, Round{m.what, ok, time.Since(begin)})
		if !ok {
			p.blame("random fault %d, seed %d (%s): no recovery", n+1, p.opts.Seed, m.what)
			return
		}
	}
}

// A mishap is something to do to pods. isolated names the pod that may have gone
// on as master without knowing of another.
type mishap struct {
	what     string
	isolated string
	do       func()
}

// mishap draws one.
func (p *proof) mishap(ctx context.Context, r *rand.Rand) mishap {
	victim := p.pods[r.IntN(len(p.pods))]
	other := p.pods[r.IntN(len(p.pods))]
	// Half of the pauses are too short for Sentinel to notice.
	pause := time.Duration(r.Int64N(int64(2 * (p.limit - FailoverBudget)))).Round(100 * time.Millisecond)
	wait := func() { sleep(ctx, pause) }
	start := func(pod *pod) {
		if err := pod.start(); err != nil {
			p.journal.add(Bad, pod.Name, "%v", err)
		}
	}
	crash := func(pod *pod, role Role) {
		if k := pod.container(role); k != nil {
			k.crash()
		}
	}
	all := []mishap{
		{"Redis of " + victim.Name + " is killed", "", func() { crash(victim, RedisRole) }},
		{"Sentinel of " + victim.Name + " is killed", "", func() { crash(victim, SentinelRole) }},
		{fmt.Sprintf("%s is lost for %s", victim.Name, pause), "", func() { victim.lose(); wait(); start(victim) }},
		{fmt.Sprintf("%s stands still for %s", victim.Name, pause), victim.Name, func() { victim.freeze(true); wait(); victim.freeze(false) }},
		{fmt.Sprintf("%s is cut off for %s", victim.Name, pause), victim.Name, func() {
			heal, _, err := p.cutOff(victim, Partition)
			if err == nil {
				wait()
				err = heal()
			}
			if err != nil {
				p.journal.add(Bad, victim.Name, "%v", err)
			}
		}},
		{victim.Name + " is deleted", "", func() { victim.remove(ctx); start(victim) }},
		{fmt.Sprintf("Redis of %s is killed, Sentinel of %s too", victim.Name, other.Name), "", func() {
			crash(victim, RedisRole)
			crash(other, SentinelRole)
		}},
		{fmt.Sprintf("%s stands still for %s and Redis of %s is killed", victim.Name, pause, other.Name), victim.Name, func() {
			victim.freeze(true)
			if other != victim {
				crash(other, RedisRole)
			}
			wait()
			victim.freeze(false)
		}},
		{fmt.Sprintf("all pods are lost, and start in random order within %s", pause), "", func() {
			p.eachPod((*pod).lose)
			for _, i := range r.Perm(len(p.pods)) {
				start(p.pods[i])
				sleep(ctx, pause/time.Duration(len(p.pods)))
			}
		}},
	}
	return all[r.IntN(len(all))]
}

// writes tells whether a write is acknowledged now.
func (p *proof) writes(ctx context.Context) bool {
	since := time.Now()
	for time.Since(since) < p.limit {
		if len(p.load.acknowledgedSince(since)) > 0 {
			return true
		}
		sleep(ctx, observePeriod)
	}
	why, _ := p.load.trouble()
	p.journal.add(Bad, "", "no write is acknowledged: %s", why)
	return false
}

// keeps tells whether the master holds all writes that it must.
func (p *proof) keeps(ctx context.Context) bool {
	lost, err := p.lost(ctx, p.load.acknowledged())
	if err != nil {
		p.journal.add(Bad, "", "%v", err)
		return false
	}
	if bad := p.inexcusable(lost); len(bad) > 0 {
		p.journal.add(Bad, "", "%d acknowledged writes are lost, %s", len(bad), p.whenLost(bad))
		return false
	}
	return true
}
