package prove

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// A Trial is what became of one password.
type Trial struct {
	// Length and Unusual say what kind of password it was, without showing it:
	// its number of bytes, and those of them that are no letters or digits.
	Length, Unusual int
	// Refused is why no server was started with it; "" if one was.
	Refused string
	// Held says that it was refused before anything started, or let in everyone
	// who knew it through a start, a failover and a second start. Why says what
	// was seen instead.
	Held bool
	Why  string
	// Start, Failover and Again are how long each took.
	Start, Failover, Again time.Duration
}

// RandomPasswords draws passwords of 8 to 64 printable bytes: 0x20 to 0x7e.
func RandomPasswords(n int, seed uint64) []string {
	r := rand.New(rand.NewPCG(seed, 1))
	all := make([]string, n)
	for i := range all {
		b := make([]byte, 8+r.IntN(57))
		for j := range b {
			b[j] = byte(' ' + r.IntN('~'-' '+1))
		}
		all[i] = string(b)
	}
	return all
}

// tryPasswords puts one password after the other into the Secret, and starts all
// pods anew.
func (p *proof) tryPasswords(ctx context.Context) {
	p.journal.add(Phase, "", "%s", count(len(p.opts.Passwords), "password"))
	for i, password := range p.opts.Passwords {
		p.awaitClocks(ctx)
		p.journal.setFault(time.Now())
		var t Trial
		for try := 0; ; try++ {
			begin, causes := time.Now(), len(p.result.Causes)
			t = p.try(ctx, password)
			if ctx.Err() != nil {
				return
			}
			if t.Held || try == 2 || !p.heldUp(begin) {
				break
			}
			p.journal.add(Note, "", "this machine held up a Sentinel meanwhile (TILT): the password is tried again")
			p.result.Causes = p.result.Causes[:causes]
		}
		p.result.Trials = append(p.result.Trials, t)
		what := fmt.Sprintf("password %d of %d, %d bytes, %d unusual", i+1, len(p.opts.Passwords), t.Length, t.Unusual)
		switch {
		case !t.Held:
			p.journal.add(Bad, "", "%s: %s", what, t.Why)
			p.blame("a password of %d bytes does not hold: %s", t.Length, t.Why)
			return
		case t.Refused != "":
			p.journal.add(Good, "", "%s: refused: %s", what, t.Refused)
		default:
			p.journal.add(Good, "", "%s: start %s, failover %s, second start %s", what, seconds(t.Start), seconds(t.Failover), seconds(t.Again))
		}
	}
}

// try starts everything with empty volumes and a password, makes another pod the
// master, and starts everything again.
func (p *proof) try(ctx context.Context, password string) Trial {
	t := Trial{Length: len(password), Unusual: len(password) - len(strings.Map(usual, password))}
	fail := func(err error) Trial { t.Why = p.journal.hide(err.Error()); return t }
	p.eachPod((*pod).lose)
	for _, pod := range p.pods {
		if err := p.lab.lose(pod.Pod); err != nil {
			return fail(err)
		}
		for _, k := range pod.containers {
			k.forget()
		}
	}
	if err := p.rotate(password); err != nil {
		return fail(err)
	}
	p.observer.only(password)
	began := time.Now()
	if err := p.startAll(); err != nil {
		return fail(err)
	}
	refused, err := p.refusedOrStarts(ctx)
	if refused != "" || err != nil {
		t.Refused, t.Held = refused, err == nil
		if err != nil {
			return fail(err)
		}
		return t
	}
	t.Start = time.Since(began)
	if err := p.lets(ctx, password); err != nil {
		return fail(fmt.Errorf("after the start: %w", err))
	}
	began = time.Now()
	master := p.named(p.observer.state().leaders()[0])
	master.remove(ctx)
	if err := master.start(); err != nil {
		return fail(err)
	}
	if !p.settle(ctx, settleTimeout, "failover with another password") {
		return fail(errors.New("no failover"))
	}
	t.Failover = time.Since(began)
	if leaders := p.observer.state().leaders(); len(leaders) != 1 || leaders[0] == master.Name {
		return fail(errors.New("no other pod was promoted"))
	}
	began = time.Now()
	p.eachPod((*pod).lose)
	if err := p.startAll(); err != nil {
		return fail(err)
	}
	if !p.settle(ctx, bootTimeout, "second start with another password") {
		return fail(errors.New("no second start"))
	}
	t.Again = time.Since(began)
	if err := p.lets(ctx, password); err != nil {
		return fail(fmt.Errorf("after the second start: %w", err))
	}
	t.Held = true
	return t
}

func usual(r rune) rune {
	if '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' {
		return r
	}
	return -1
}

// refusedOrStarts waits until every server is refused its start, for the reason
// that it returns, or until the topology is complete.
func (p *proof) refusedOrStarts(ctx context.Context) (reason string, err error) {
	p.mark()
	began := time.Now()
	for ctx.Err() == nil && time.Since(began) < bootTimeout {
		s := p.observer.state()
		if p.incomplete(s, began) == "" {
			return "", nil
		}
		waiting, listened := 0, ""
		for _, pod := range p.pods {
			for _, k := range pod.containers {
				if k.Role == "" {
					continue
				}
				k.mu.Lock()
				if len(k.crashes) == 0 {
					waiting++
				} else {
					reason = k.crashes[0]
				}
				k.mu.Unlock()
				if strings.Contains(strings.Join(k.logs.all(), "\n"), listening[k.Role]) {
					listened = pod.Name
				}
			}
		}
		if waiting == 0 && listened == "" && strings.Contains(reason, "password") {
			return reason, nil
		}
		sleep(ctx, observePeriod/2)
	}
	return "", fmt.Errorf("neither refused nor complete: %s", p.incomplete(p.observer.state(), began))
}

// lets makes sure that every server lets in whoever knows the password, and
// nobody else, and that the gateway finds the master with it.
func (p *proof) lets(ctx context.Context, password string) error {
	for _, role := range []Role{RedisRole, SentinelRole} {
		for _, k := range p.cluster.containers(role) {
			addr, ok := k.pod.address()
			if !ok {
				return fmt.Errorf("%s is gone", k.pod.Name)
			}
			if err := p.enter(ctx, k, hostPort(addr.String(), k.Port)); err != nil {
				return fmt.Errorf("%s of %s: %w", k.Name, k.pod.Name, err)
			}
		}
	}
	for _, node := range p.load.view().Nodes {
		if _, err := p.ask(ctx, node); err != nil && !errors.Is(err, errNoHost) {
			return fmt.Errorf("the gateway at %s: %w", node.Host, err)
		}
	}
	return nil
}

// forget takes back what is known of earlier runs of a container.
func (k *container) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.crashes = nil
}
