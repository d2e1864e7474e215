package prove

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"
)

// A load writes steadily the way the gateway would: it asks its Sentinels for
// the master by its name, and again after every error.
type load struct {
	cluster *cluster
	gateway *Gateway
	tls     *tls.Config

	mu sync.Mutex
	// acked are the writes that a master has acknowledged, in order.
	acked []ack
	// failed counts attempts without an acknowledgement.
	failed int
	// last is why the last attempt failed.
	last string
	pod  string
}

// An ack is one acknowledged write.
type ack struct {
	n   int
	at  time.Time
	pod string
}

// writePeriod is the pause between two writes.
const writePeriod = 20 * time.Millisecond

// patience is how long the load waits for an answer to a write. The gateway waits
// less (ratelimit.redis.operation.timeout); a machine under load needs some time.
const patience = 300 * time.Millisecond

// proofKey is the hash that the load writes to: a field for each write.
const proofKey = "quorumwright:proof"

func newLoad(c *cluster) *load {
	return &load{cluster: c, gateway: c.plan.Gateway, tls: c.plan.tlsConfig()}
}

// run writes until the context ends.
func (l *load) run(ctx context.Context) {
	var c *conn
	var pod string
	defer func() {
		if c != nil {
			c.Close()
		}
	}()
	for n := 1; ctx.Err() == nil; n++ {
		if c == nil {
			var err error
			if c, pod, err = l.master(ctx); err != nil {
				l.fail(err)
				sleep(ctx, 2*writePeriod)
				continue
			}
		}
		if _, err := c.doWithin(patience, "HSET", proofKey, strconv.Itoa(n), "1"); err != nil {
			l.fail(err)
			c.Close()
			c = nil
			continue
		}
		l.mu.Lock()
		l.acked = append(l.acked, ack{n, time.Now(), pod})
		l.pod = pod
		l.mu.Unlock()
		sleep(ctx, writePeriod)
	}
}

func (l *load) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed++
	l.last = brief(err)
}

// master asks the nodes of the gateway one after the other and connects to the
// master that they name.
func (l *load) master(ctx context.Context) (*conn, string, error) {
	var first error
	for _, node := range l.view().Nodes {
		host, port, err := l.askNode(ctx, node)
		if err == nil {
			var c *conn
			var pod string
			if c, pod, err = l.connect(ctx, host, port); err == nil {
				return c, pod, nil
			}
		}
		if first == nil || errors.Is(first, errNoHost) {
			first = err
		}
	}
	if first == nil {
		first = errors.New("the gateway names no Sentinel")
	}
	return nil, "", first
}

// errNoHost is what a name server says of a Service without pods that are ready,
// or of a name that does not exist.
var errNoHost = errors.New("no pod answers to the host name")

// askNode asks one node for the master.
func (l *load) askNode(ctx context.Context, node Node) (host string, port int, err error) {
	c, err := l.open(ctx, node.Host, node.Port)
	if err != nil {
		return "", 0, err
	}
	defer c.Close()
	password := l.view().SentinelPassword
	if password == "" {
		password = l.view().Password
	}
	if err := c.hello("", password); err != nil {
		return "", 0, fmt.Errorf("a Sentinel refuses the gateway's password: %w", err)
	}
	answer, err := c.doWithin(patience, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", l.view().Master)
	if err != nil {
		return "", 0, err
	}
	a := texts(answer)
	if len(a) != 2 {
		return "", 0, fmt.Errorf("no master with the name %s", l.view().Master)
	}
	port, err = strconv.Atoi(a[1])
	return a[0], port, err
}

// connect logs in to the Redis that a Sentinel named and makes sure that it is
// the master.
func (l *load) connect(ctx context.Context, host string, port int) (*conn, string, error) {
	c, err := l.open(ctx, host, port)
	if err != nil {
		return nil, "", err
	}
	if err := c.hello(l.view().User, l.view().Password); err != nil {
		c.Close()
		return nil, "", fmt.Errorf("a Redis refuses the gateway's password: %w", err)
	}
	answer, err := c.doWithin(patience, "ROLE")
	if err != nil {
		c.Close()
		return nil, "", err
	}
	role, _ := answer.([]any)
	if len(role) == 0 || text(role[0]) != "master" {
		c.Close()
		return nil, "", errors.New("the Redis that Sentinel names is not the master")
	}
	return c, l.cluster.who(host), nil
}

func (l *load) open(ctx context.Context, host string, port int) (*conn, error) {
	addrs := l.cluster.lookup(host, l.view().Namespace)
	if len(addrs) == 0 {
		return nil, fmt.Errorf("%w: %s", errNoHost, host)
	}
	var err error
	for _, addr := range addrs {
		var c *conn
		if c, err = l.dial(ctx, addr, port); err == nil {
			return c, nil
		}
	}
	return nil, err
}

func (l *load) dial(ctx context.Context, addr netip.Addr, port int) (*conn, error) {
	var config *tls.Config
	if l.view().TLS {
		config = l.tls
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return dial(ctx, hostPort(addr.String(), port), config)
}

// change puts another password in the place of one.
func (l *load) change(old, fresh string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	g := *l.gateway
	for _, password := range []*string{&g.Password, &g.SentinelPassword} {
		if *password == old {
			*password = fresh
		}
	}
	l.gateway = &g
}

// view returns what the gateway is told now.
func (l *load) view() *Gateway {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.gateway
}

// acknowledgedSince returns the writes acknowledged after a time.
func (l *load) acknowledgedSince(t time.Time) []ack {
	all := l.acknowledged()
	i, _ := slices.BinarySearchFunc(all, t, func(a ack, t time.Time) int { return a.at.Compare(t) })
	return all[i:]
}

// longestGap returns the longest time between two acknowledged writes from the
// last one before a time on, until now.
func (l *load) longestGap(since time.Time) time.Duration {
	var longest time.Duration
	last := since
	all := l.acknowledged()
	for i, a := range all {
		if a.at.Before(since) {
			continue
		}
		if last == since && i > 0 {
			last = all[i-1].at
		}
		longest = max(longest, a.at.Sub(last))
		last = a.at
	}
	return max(longest, time.Since(last))
}

// acknowledged returns the writes acknowledged so far.
func (l *load) acknowledged() []ack {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.acked[:len(l.acked):len(l.acked)]
}

// trouble returns why the last attempt failed, and how many did.
func (l *load) trouble() (string, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last, l.failed
}
