package prove

import (
	"context"
	"crypto/tls"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// An observer asks every Redis and Sentinel again and again how it is, with
// whatever password opens it.
type observer struct {
	cluster *cluster
	tls     *tls.Config

	mu      sync.Mutex
	views   map[*container]view
	signals []signalAt
	// passwords are tried one after the other.
	passwords []string
	split     time.Duration
	// rivals are the pods that took writes as masters at the same time, last.
	rivals []string
}

// A view is what a server said last.
type view struct {
	at time.Time
	// err is what is wrong if it did not answer, reply the answer that kept the
	// observer out; "" if there was none.
	err, reply string
	// Of Redis.
	role, masterHost, link string
	runID                  string
	loading                bool
	// announced is where the replicas of a master say that they are.
	announced []Node
	refused   map[string]int // errors that it gave to clients, by code
	// Of Sentinel: the masters that it watches, and whether it does nothing for
	// the time being because it was held up.
	masters []watched
	tilt    bool
}

func (v view) up() bool { return v.err == "" && !v.at.IsZero() }

// watched is what a Sentinel says of a master.
type watched struct {
	name, ip, flags string
	port, quorum    int
	slaves, others  int
	epoch           int
	downAfter       time.Duration
	failoverTimeout time.Duration
	usable          string // the answer to CKQUORUM
	// silence is the time since the master's last answer that counts.
	silence time.Duration
	// down are the other Sentinels that it takes for down, if too few are usable.
	down []string
}

const observePeriod = 100 * time.Millisecond

func newObserver(c *cluster) *observer {
	return &observer{cluster: c, tls: c.plan.tlsConfig(), views: map[*container]view{}, passwords: c.plan.Passwords}
}

// known returns the passwords that a server may have.
func (o *observer) known() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.passwords)
}

// allow makes one more password known.
func (o *observer) allow(password string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.passwords = append([]string{password}, o.passwords...)
}

// only makes one password known, and no other.
func (o *observer) only(password string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.passwords = []string{password}
}

// run observes until the context ends.
func (o *observer) run(ctx context.Context) {
	go o.watchSplit(ctx)
	for _, role := range []Role{RedisRole, SentinelRole} {
		for _, k := range o.cluster.containers(role) {
			go o.watch(ctx, k)
			if role == SentinelRole {
				go o.listen(ctx, k)
			}
		}
	}
}

func (o *observer) view(k *container) view {
	o.mu.Lock()
	defer o.mu.Unlock()
	v := o.views[k]
	if !v.at.IsZero() && time.Since(v.at) > 3*dialTimeout && v.err == "" {
		v.err = "no answer"
	}
	return v
}

func (o *observer) set(k *container, v view) {
	v.at = time.Now()
	o.mu.Lock()
	o.views[k] = v
	o.mu.Unlock()
}

// watch keeps a connection to a server and asks.
func (o *observer) watch(ctx context.Context, k *container) {
	var c *conn
	defer func() {
		if c != nil {
			c.Close()
		}
	}()
	for ctx.Err() == nil {
		if c == nil {
			var err error
			if c, err = o.connect(ctx, k); err != nil {
				v := view{err: brief(err)}
				var reply replyError
				if errors.As(err, &reply) {
					v.reply = string(reply)
				}
				o.set(k, v)
				sleep(ctx, observePeriod)
				continue
			}
		}
		v, err := o.ask(k, c)
		if err != nil {
			c.Close()
			c = nil
			v = view{err: brief(err)}
		}
		o.set(k, v)
		sleep(ctx, observePeriod)
	}
}

var errGone = errors.New("not running")

// connect opens a connection to a server and finds the password that it takes.
func (o *observer) connect(ctx context.Context, k *container) (*conn, error) {
	addr, ok := k.pod.address()
	if !ok || k.running() == nil {
		return nil, errGone
	}
	for _, password := range append(o.known(), "") {
		c, err := dial(ctx, hostPort(addr.String(), k.Port), o.config(k.TLS))
		if err != nil {
			return nil, err
		}
		err = c.auth("", password)
		if err == nil {
			_, err = c.do("PING")
		}
		var reply replyError
		switch {
		case err == nil:
			return c, nil
		case errors.As(err, &reply) && (reply.code() == "LOADING" || reply.code() == "MASTERDOWN" || reply.code() == "BUSY"):
			return c, nil
		case errors.As(err, &reply) && reply.code() == "ERR" && strings.Contains(string(reply), "without any password"):
			c.Close()
			continue
		}
		c.Close()
		if password == "" {
			return nil, err
		}
	}
	return nil, errGone
}

func (o *observer) config(on bool) *tls.Config {
	if on {
		return o.tls
	}
	return nil
}

func (o *observer) ask(k *container, c *conn) (view, error) {
	if k.Role == SentinelRole {
		return o.askSentinel(c)
	}
	answer, err := c.do("INFO", "everything")
	if err != nil {
		return view{}, err
	}
	m := info(text(answer))
	v := view{role: m["role"], masterHost: m["master_host"], link: m["master_link_status"], runID: m["run_id"], loading: m["loading"] == "1", refused: map[string]int{}}
	for i := 0; m["slave"+strconv.Itoa(i)] != ""; i++ {
		if n, ok := announced(m["slave"+strconv.Itoa(i)]); ok {
			v.announced = append(v.announced, n)
		}
	}
	for key, value := range m {
		if code, ok := strings.CutPrefix(key, "errorstat_"); ok {
			n, _ := strconv.Atoi(strings.TrimPrefix(value, "count="))
			v.refused[code] = n
		}
	}
	return v, nil
}

// announced reads what INFO says of a replica: ip=HOST,port=6379,state=online,…,
// lag=0. ok is false for one that the master has not heard of for some seconds: a
// connection to a pod that is gone stays for a minute.
func announced(s string) (n Node, ok bool) {
	lag := 0
	for field := range strings.SplitSeq(s, ",") {
		switch key, value, _ := strings.Cut(field, "="); key {
		case "ip":
			n.Host = value
		case "port":
			n.Port, _ = strconv.Atoi(value)
		case "lag":
			lag, _ = strconv.Atoi(value)
		}
	}
	return n, lag <= 3
}

func (o *observer) askSentinel(c *conn) (view, error) {
	answer, err := c.do("SENTINEL", "MASTERS")
	if err != nil {
		return view{}, err
	}
	about, err := c.do("INFO", "sentinel")
	if err != nil {
		return view{}, err
	}
	v := view{tilt: info(text(about))["sentinel_tilt"] == "1"}
	list, _ := answer.([]any)
	for _, e := range list {
		m := pairs(e)
		number := func(key string) int { n, _ := strconv.Atoi(m[key]); return n }
		w := watched{
			name: m["name"], ip: m["ip"], flags: m["flags"], port: number("port"), quorum: number("quorum"),
			slaves: number("num-slaves"), others: number("num-other-sentinels"), epoch: number("config-epoch"),
			downAfter:       time.Duration(number("down-after-milliseconds")) * time.Millisecond,
			failoverTimeout: time.Duration(number("failover-timeout")) * time.Millisecond,
			silence:         time.Duration(number("last-ok-ping-reply")) * time.Millisecond,
		}
		usable, err := c.do("SENTINEL", "CKQUORUM", w.name)
		w.usable = text(usable)
		var reply replyError
		if errors.As(err, &reply) {
			w.usable = string(reply)
		} else if err != nil {
			return view{}, err
		}
		if !strings.HasPrefix(w.usable, "OK") {
			others, err := c.do("SENTINEL", "SENTINELS", w.name)
			if err != nil && !errors.As(err, &reply) {
				return view{}, err
			}
			list, _ := others.([]any)
			for _, e := range list {
				if other := pairs(e); strings.Contains(other["flags"], "s_down") {
					w.down = append(w.down, other["ip"])
				}
			}
		}
		v.masters = append(v.masters, w)
	}
	return v, nil
}

// A state is what all servers said at about one time.
type state struct {
	redis, sentinels []observed
}

type observed struct {
	*container
	view
}

func (o *observer) state() state {
	var s state
	for _, k := range o.cluster.containers(RedisRole) {
		s.redis = append(s.redis, observed{k, o.view(k)})
	}
	for _, k := range o.cluster.containers(SentinelRole) {
		s.sentinels = append(s.sentinels, observed{k, o.view(k)})
	}
	return s
}

// leaders returns the pods whose Redis says that it is the master.
func (s state) leaders() []string {
	var names []string
	for _, r := range s.redis {
		if r.up() && r.role == "master" && !r.loading {
			names = append(names, r.pod.Name)
		}
	}
	return names
}

// watchSplit adds up for how long two pods take writes as masters at the same
// time. Two that call themselves master are none yet: one that hands over
// answers, but lets writes wait.
func (o *observer) watchSplit(ctx context.Context) {
	last, told := time.Now(), false
	for sleep(ctx, observePeriod) {
		now, split := time.Now(), false
		if leaders := o.state().leaders(); len(leaders) > 1 {
			if takers := o.takers(ctx, leaders); len(takers) > 1 {
				split = true
				o.mu.Lock()
				o.split += now.Sub(last)
				o.rivals = takers
				o.mu.Unlock()
				if !told {
					o.cluster.journal.add(Bad, "", "%s take writes as masters at the same time", strings.Join(takers, " and "))
				}
			}
		}
		told, last = split, now
	}
}

// takers returns the pods whose Redis acknowledges a write.
func (o *observer) takers(ctx context.Context, pods []string) []string {
	var takers []string
	for _, name := range pods {
		c, err := o.connect(ctx, o.cluster.named(name).container(RedisRole))
		if err != nil {
			continue
		}
		if _, err := c.doWithin(observePeriod, "HINCRBY", splitKey, name, "1"); err == nil {
			takers = append(takers, name)
		}
		c.Close()
	}
	return takers
}

// splitKey is the hash that writes to several masters go to.
const splitKey = "quorumwright:split"

// splitBrain returns for how long two pods were master so far, and which did last.
func (o *observer) splitBrain() (time.Duration, []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.split, o.rivals
}
