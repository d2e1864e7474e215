package prove

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// damage is what a fault has done.
type damage struct {
	// pod is the one that it was done to, "" for several.
	pod string
	// from is when it was done: writes acknowledged later count.
	from time.Time
	// mend undoes it, once another pod is the master; nil if there is nothing
	// to do. back says what it does.
	mend func() error
	back string
}

// strike does a fault to the master, or to others.
func (p *proof) strike(ctx context.Context, f Fault, master *pod) (damage, error) {
	d := damage{pod: master.Name}
	say := func(format string, args ...any) { p.journal.add(Step, d.pod, format, args...) }
	redis := master.container(RedisRole)
	switch f {
	case KillMaster, LoseVolume:
		master.lose()
		if f == LoseVolume {
			if err := p.lab.lose(master.Pod); err != nil {
				return d, err
			}
		}
		say("the master's pod is killed")
		d.mend, d.back = master.start, "the pod is started again"
	case Partition, Freeze:
		heal, how, err := p.cutOff(master, f)
		if err != nil {
			return d, err
		}
		say("the master's pod is %s", how)
		d.mend, d.back = heal, "the pod is back"
	case Crash:
		redis.crash()
		say("the master's Redis is killed")
	case LoseData:
		redis.crashThen(func() error { return p.lab.loseData(master.Pod) })
		say("the master's Redis is killed and its data is gone")
	case KillSentinel, Sentinels:
		victims := p.victims(f, master)
		if len(victims) == 0 {
			return d, errors.New("no Sentinel runs")
		}
		d.pod = ""
		if len(victims) == 1 {
			d.pod = victims[0].pod.Name
		}
		for _, k := range victims {
			k.crash()
		}
		say("%s killed", count(len(victims), "Sentinel"))
	case Delete, Tilt:
		if f == Tilt {
			p.holdUp(ctx, p.victims(KillSentinel, master))
		}
		say("the master's pod is deleted")
		d.from = time.Now()
		replaced := make(chan error, 1)
		go func() {
			master.remove(ctx)
			say("it is gone after %s", seconds(time.Since(d.from)))
			replaced <- master.start()
		}()
		d.mend, d.back = func() error { return <-replaced }, "the pod is started again"
		return d, nil
	case Rotation:
		d.pod, d.from = "", time.Now()
		if err := p.rotate(rand.Text()); err != nil {
			return d, err
		}
		for _, pod := range p.pods {
			if err := p.lab.refresh(pod.Pod); err != nil {
				return d, err
			}
		}
		say("the Secret has another password, which kubelets have brought into the pods")
		sleep(ctx, 2*p.probePeriod()) // whoever watches the file has seen it
		return d, p.rollout(ctx)
	case Rollout:
		d.pod, d.from = "", time.Now()
		return d, p.rollout(ctx)
	default:
		d.pod = ""
		return p.outage(ctx, f, d, master)
	}
	d.from = time.Now()
	return d, nil
}

// holdUp stops Sentinels for as long as makes them distrust their clocks.
func (p *proof) holdUp(ctx context.Context, victims []*container) {
	freeze := func(on bool) {
		for _, k := range victims {
			if proc := k.running(); proc != nil {
				proc.freeze(on)
			}
		}
	}
	freeze(true)
	sleep(ctx, 3*time.Second) // SENTINEL_TILT_TRIGGER is two
	freeze(false)
	sleep(ctx, time.Second)
	for _, k := range victims {
		p.journal.add(Step, k.pod.Name, "its Sentinel was held up")
	}
}

// outage does the faults that leave no pod running.
func (p *proof) outage(ctx context.Context, f Fault, d damage, master *pod) (damage, error) {
	if f == Stale {
		master.lose()
		p.journal.add(Step, master.Name, "the master's pod is killed")
		deadline := time.Now().Add(p.limit)
		for time.Now().Before(deadline) && sleep(ctx, observePeriod) {
			if leaders := p.observer.state().leaders(); len(leaders) == 1 && leaders[0] != master.Name {
				break
			}
		}
		sleep(ctx, 2*time.Second) // writes that the first one does not have
	}
	if f == Rotate {
		if err := p.rotate(rand.Text()); err != nil {
			return d, err
		}
		p.journal.add(Step, "", "the Secret has another password")
		p.eachPod(func(pod *pod) { pod.remove(ctx) })
	} else {
		p.eachPod((*pod).lose)
	}
	d.from = time.Now()
	p.journal.add(Step, "", "no pod is left")
	if f == Stale {
		if err := master.start(); err != nil {
			return d, err
		}
		p.journal.add(Step, master.Name, "the first one lost starts first, the others five seconds later")
		sleep(ctx, 5*time.Second)
	}
	if err := p.startAll(); err != nil {
		return d, err
	}
	p.journal.add(Step, "", "all pods are started")
	return d, nil
}

func (p *proof) eachPod(do func(*pod)) {
	var all sync.WaitGroup
	for _, pod := range p.pods {
		all.Go(func() { do(pod) })
	}
	all.Wait()
}

// victims returns Sentinels to kill, preferably not the master's.
func (p *proof) victims(f Fault, master *pod) []*container {
	var running []*container
	for _, k := range p.cluster.containers(SentinelRole) {
		if k.running() != nil {
			running = append(running, k)
		}
	}
	slices.SortStableFunc(running, func(a, b *container) int {
		switch {
		case a.pod == master && b.pod != master:
			return 1
		case b.pod == master && a.pod != master:
			return -1
		}
		return 0
	})
	if f == KillSentinel {
		return running[:min(1, len(running))]
	}
	return running[:max(len(running)-1, 0)]
}

// rollout replaces the pods of each workload from the last one to the first, as
// a StatefulSet does: it waits until a pod is ready.
func (p *proof) rollout(ctx context.Context) error {
	for _, pod := range slices.Backward(p.pods) {
		began := time.Now()
		pod.remove(ctx)
		gone := time.Since(began)
		if err := pod.start(); err != nil {
			return err
		}
		deadline := time.Now().Add(bootTimeout)
		for !pod.isReady() {
			if time.Now().After(deadline) {
				return fmt.Errorf("%s is replaced and does not become ready within %s: the rollout stands still", pod.Name, seconds(bootTimeout))
			}
			if !sleep(ctx, observePeriod) {
				return ctx.Err()
			}
		}
		p.journal.add(Step, pod.Name, "replaced: gone after %s, ready after %s", seconds(gone), seconds(time.Since(began)))
	}
	return nil
}

// probePeriod returns the longest time between two readiness probes.
func (p *proof) probePeriod() time.Duration {
	longest := time.Second
	for _, pod := range p.pods {
		for _, k := range pod.containers {
			if k.Ready != nil {
				longest = max(longest, k.Ready.Period)
			}
		}
	}
	return longest
}

// cutOff takes a pod off the network, or freezes its processes: on demand, or
// where the lab has no network to cut.
func (p *proof) cutOff(victim *pod, f Fault) (heal func() error, how string, err error) {
	if s := victim.where(); f == Partition {
		ok, err := s.cut(true)
		if err != nil {
			return nil, "", err
		}
		if ok {
			return func() error { _, err := s.cut(false); return err }, "cut off the network", nil
		}
	}
	victim.freeze(true)
	return func() error { victim.freeze(false); return nil }, "frozen (SIGSTOP)", nil
}

// rotate changes the password that was invented for Secrets that are not in the
// repository, for pods to be started and for the gateway.
func (p *proof) rotate(fresh string) error {
	old := p.plan.Invented
	if old == "" {
		return errors.New("no password can be changed: those of the repository are as they are")
	}
	p.journal.mask(old, fresh)
	for _, pod := range p.plan.Pods {
		for _, v := range pod.Volumes {
			for i := range v.Files {
				if string(v.Files[i].Data) == old {
					v.Files[i].Data = []byte(fresh)
				}
			}
		}
		for _, c := range slices.Concat(pod.Init, pod.Containers) {
			for i := range c.Env {
				if c.Env[i].Value == old {
					c.Env[i].Value = fresh
				}
			}
		}
	}
	p.plan.Invented = fresh
	p.observer.allow(fresh)
	p.load.change(old, fresh)
	return nil
}
