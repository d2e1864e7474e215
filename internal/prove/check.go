package prove

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func (p *proof) report(what string, err error) {
	c := Check{What: what, OK: err == nil}
	if err == nil {
		p.journal.add(Good, "", "%s", what)
	} else {
		c.Why = p.journal.hide(brief(err))
		if len(c.Why) == 0 {
			c.Why = err.Error()
		}
		p.journal.add(Bad, "", "%s: no, %s", what, c.Why)
	}
	p.result.Checks = append(p.result.Checks, c)
}

// check asks what has to hold before and after faults: who must log in, and
// whether the gateway finds the master.
func (p *proof) check(ctx context.Context, when string) {
	p.checkAuth(ctx, RedisRole, "Redis")
	p.checkAuth(ctx, SentinelRole, "Sentinel")
	p.checkKept(ctx)
	p.checkGateway(ctx, when)
}

// checkKept makes sure that a Redis whose folder outlives the pod writes into it:
// a claim promises that what was acknowledged is there after all pods were lost.
func (p *proof) checkKept(ctx context.Context) {
	var kept, empty []string
	claim := ""
	for _, k := range p.cluster.containers(RedisRole) {
		if k.Claim == "" || k.running() == nil {
			continue
		}
		switch on, err := p.persists(ctx, k); {
		case err != nil: // INFO or CONFIG is renamed or forbidden
		case on:
			kept = append(kept, k.pod.Name)
		default:
			empty, claim = append(empty, k.pod.Name), k.Claim
		}
	}
	const what = "Redis keeps its data on the volume claim"
	switch {
	case len(empty) > 0:
		p.report(what, fmt.Errorf("%s writes nothing to %s", strings.Join(empty, ", "), claim))
		p.blame("Redis of %s writes nothing to its volume claim at %s, so the loss of all pods loses everything: appendonly is no, and there is no save", strings.Join(empty, ", "), claim)
	case len(kept) > 0:
		p.report(fmt.Sprintf("%s (%s)", what, count(len(kept), "server")), nil)
	}
}

// persists tells whether a Redis writes an append-only file or snapshots.
func (p *proof) persists(ctx context.Context, k *container) (bool, error) {
	c, err := p.observer.connect(ctx, k)
	if err != nil {
		return false, err
	}
	defer c.Close()
	answer, err := c.do("INFO", "persistence")
	if err != nil {
		return false, err
	}
	if info(text(answer))["aof_enabled"] == "1" {
		return true, nil
	}
	answer, err = c.do("CONFIG", "GET", "save")
	return pairs(answer)["save"] != "", err
}

// checkAuth makes sure that servers with a password let nobody in without it.
func (p *proof) checkAuth(ctx context.Context, role Role, what string) {
	var open, guarded []string
	var first error
	for _, k := range p.cluster.containers(role) {
		addr, ok := k.pod.address()
		if !ok || k.running() == nil {
			continue
		}
		at := hostPort(addr.String(), k.Port)
		switch err := p.enter(ctx, k, at); {
		case errors.Is(err, errOpen):
			open = append(open, k.pod.Name)
		case err != nil && first == nil:
			first = fmt.Errorf("%s: %w", k.pod.Name, err)
		case err == nil:
			guarded = append(guarded, k.pod.Name)
		}
	}
	switch {
	case first != nil:
		p.report(what+" refuses everyone without the password and accepts it", first)
	case len(open) > 0 && len(p.plan.Passwords) > 0 && role == RedisRole:
		p.report(what+" refuses everyone without the password", fmt.Errorf("%s asks for none", open[0]))
	case len(open) > 0:
		p.journal.add(Note, "", "%s asks for no password", what)
	case len(guarded) > 0:
		p.report(fmt.Sprintf("%s refuses everyone without the password and accepts it (%s)", what, count(len(guarded), "server")), nil)
	}
}

var errOpen = errors.New("no password is asked for")

// enter tries no password, a wrong one and the right one. A server that does not
// answer is asked again: on a busy machine it may be late.
func (p *proof) enter(ctx context.Context, k *container, at string) error {
	once := func(password string) error {
		c, err := dial(ctx, at, p.observer.config(k.TLS))
		if err != nil {
			return err
		}
		defer c.Close()
		if err := c.auth("", password); err != nil {
			return err
		}
		_, err = c.do("PING")
		return err
	}
	try := func(password string) error {
		for tries := 1; ; tries++ {
			var reply replyError
			err := once(password)
			if err == nil || errors.As(err, &reply) || tries == 5 || !sleep(ctx, time.Second) {
				return err
			}
		}
	}
	code := func(err error) string {
		var reply replyError
		if errors.As(err, &reply) {
			return reply.code()
		}
		return ""
	}
	err := try("")
	switch {
	case err == nil:
		return errOpen
	case code(err) == "LOADING" || code(err) == "MASTERDOWN":
		return errOpen
	case code(err) != "NOAUTH":
		return err
	}
	switch err := try("not-the-password"); {
	case err == nil:
		return errNoRefusal
	case code(err) != "WRONGPASS":
		return err
	}
	for _, password := range p.observer.known() {
		if err = try(password); err == nil {
			return nil
		}
	}
	return fmt.Errorf("it refuses every password of the configuration: %w", err)
}

var errNoRefusal = errors.New("it accepts a wrong password")

// checkGateway asks each node of the gateway for the master.
func (p *proof) checkGateway(ctx context.Context, when string) {
	g := p.plan.Gateway
	if g.Unused != "" {
		p.report("the gateway uses Redis through Sentinel", errors.New(g.Unused))
		p.blame("%s", g.Unused)
	}
	found, master := 0, ""
	var lost []Node
	var first error
	for _, node := range g.Nodes {
		pod, err := p.ask(ctx, node)
		if err == nil {
			master = pod
			found++
			continue
		}
		lost = append(lost, node)
		// What a server says tells more than that a name does not resolve yet.
		if first == nil || errors.Is(first, errNoHost) && !errors.Is(err, errNoHost) {
			first = fmt.Errorf("%s: %w", hostPort(node.Host, node.Port), err)
		}
	}
	what := fmt.Sprintf("%s finds the master %s", g.Name, when)
	switch {
	case len(g.Nodes) == 0:
		p.report(what, errors.New("it names no Sentinel"))
		p.blame("%s names no Sentinel", g.Name)
	case found == 0:
		p.report(what, first)
		p.blameAsk(ctx, lost[0], first)
	case len(lost) > 0 && p.complete:
		p.report(what+" through every node", first)
		p.blameAsk(ctx, lost[0], first)
	case len(lost) > 0:
		p.report(fmt.Sprintf("%s: %s, through %d of %d nodes", what, master, found, len(g.Nodes)), nil)
		p.journal.add(Note, "", "not through %v", first)
	default:
		p.report(fmt.Sprintf("%s: %s, through each of %s", what, master, count(found, "node")), nil)
	}
}

// ask asks a node of the gateway for the master, and again where the answer may
// have been late only.
func (p *proof) ask(ctx context.Context, node Node) (master string, err error) {
	for range 3 {
		var host string
		var port int
		if host, port, err = p.load.askNode(ctx, node); err == nil {
			var c *conn
			if c, master, err = p.load.connect(ctx, host, port); err == nil {
				c.Close()
				return master, nil
			}
		}
		if !sleep(ctx, patience) {
			break
		}
	}
	return "", err
}

// blameAsk says why the gateway does not find the master through a node, unless a
// cause is known, or what the Sentinels say tells it.
func (p *proof) blameAsk(ctx context.Context, node Node, err error) {
	g := p.plan.Gateway
	if errors.Is(err, errNoHost) && !p.plan.serves(node.Host) {
		p.blame("%s asks Sentinel at %s, and no Service of that name leads to pods here", g.Name, node.Host)
		return
	}
	if len(p.result.Causes) > 0 {
		return
	}
	causes := p.causes(p.observer.state())
	for _, c := range causes {
		p.blame("%s", c)
	}
	var ports []string
	for _, k := range p.cluster.containers(SentinelRole) {
		if port := strconv.Itoa(k.Port); k.running() != nil && !slices.Contains(ports, port) {
			ports = append(ports, port)
		}
	}
	other := ""
	if reply := replyError(""); errors.As(err, &reply) && reply.code() == "WRONGPASS" {
		other = p.otherKey(ctx)
	}
	switch {
	case other != "":
		p.blame("%s", other)
	case len(causes) > 0 || !p.complete:
	case errors.Is(err, errNoHost):
		p.blame("%s asks Sentinel at %s, a name that leads to no pod", g.Name, node.Host)
	case errors.Is(err, syscall.ECONNREFUSED) && !slices.Contains(ports, strconv.Itoa(node.Port)):
		p.blame("%s asks Sentinel at port %d, the Sentinels listen on %s", g.Name, node.Port, strings.Join(ports, ", "))
	default:
		p.blame("%s does not find the master: %s: %s", g.Name, hostPort(node.Host, node.Port), brief(err))
	}
}

// count compares what was acknowledged with what the master holds in the end.
func (p *proof) count(ctx context.Context) {
	acked := p.load.acknowledged()
	p.result.Writes = len(acked)
	if len(acked) == 0 {
		return
	}
	lost, err := p.lost(ctx, acked)
	if err != nil {
		p.result.Lost = unknown
		p.report("acknowledged writes are kept", err)
		return
	}
	p.result.Lost = len(lost)
	what := fmt.Sprintf("%d of %d acknowledged writes are kept", len(acked)-len(lost), len(acked))
	if bad := p.inexcusable(lost); len(bad) > 0 {
		p.report(what, fmt.Errorf("%d of the lost ones were %s", len(bad), p.whenLost(bad)))
		if p.complete || len(p.result.Causes) == 0 { // without replicas it is no wonder
			why := ""
			if !slices.ContainsFunc(p.cluster.containers(RedisRole), func(k *container) bool { return k.Claim != "" }) {
				why = "; no Redis has its folder on a volume claim, so what all pods lose is gone"
			}
			p.blame("%d acknowledged writes were lost: %s%s", len(bad), p.whenLost(bad), why)
		}
		return
	}
	if len(lost) > 0 {
		what += "; the others were acknowledged by a master that was cut off or stood still, or less than a second before it failed"
	}
	p.report(what, nil)
}

// whenLost says who acknowledged lost writes, and when.
func (p *proof) whenLost(lost []ack) string {
	first, last := lost[0], lost[len(lost)-1]
	for _, o := range slices.Backward(p.begun) {
		if o.at.Before(first.at) {
			return fmt.Sprintf("acknowledged by %s between %+.2f and %+.2f s after the fault %s", first.pod, first.at.Sub(o.at).Seconds(), last.at.Sub(o.at).Seconds(), o.what)
		}
	}
	return fmt.Sprintf("acknowledged by %s before the first fault", first.pod)
}

// lost returns the acknowledged writes that the master does not hold.
func (p *proof) lost(ctx context.Context, acked []ack) ([]ack, error) {
	leaders := p.observer.state().leaders()
	if len(leaders) != 1 {
		return nil, errors.New("there is not one master to ask")
	}
	held, err := p.held(ctx, leaders[0])
	if err != nil {
		return nil, err
	}
	var lost []ack
	for _, a := range acked {
		if !held[a.n] {
			lost = append(lost, a)
		}
	}
	return lost, nil
}

// inexcusable returns lost writes that asynchronous replication and an AOF synced
// every second do not explain.
func (p *proof) inexcusable(lost []ack) []ack {
	var bad []ack
	for _, a := range lost {
		if !slices.ContainsFunc(p.excuses, func(e excuse) bool {
			return a.at.After(e.from) && a.at.Before(e.to) && (e.pod == "" || e.pod == a.pod)
		}) {
			bad = append(bad, a)
		}
	}
	return bad
}

// held returns the writes that a pod's Redis holds.
func (p *proof) held(ctx context.Context, name string) (map[int]bool, error) {
	for _, k := range p.cluster.containers(RedisRole) {
		if k.pod.Name != name {
			continue
		}
		c, err := p.observer.connect(ctx, k)
		if err != nil {
			return nil, err
		}
		defer c.Close()
		answer, err := c.doWithin(10*dialTimeout, "HKEYS", proofKey)
		if err != nil {
			return nil, err
		}
		held := map[int]bool{}
		for _, s := range texts(answer) {
			if n, err := strconv.Atoi(s); err == nil {
				held[n] = true
			}
		}
		return held, nil
	}
	return nil, errGone
}
