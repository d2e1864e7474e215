package prove

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// watchers are Sentinels that see what is not so, or too little.
func (p *proof) watchers(s state, add func(string, ...any)) {
	names := map[string][]string{}
	var order []string
	for _, k := range s.sentinels {
		if !k.up() || k.tilt { // in TILT it says what it saw before
			continue
		}
		if len(k.masters) == 0 {
			add("Sentinel of %s watches no master", k.pod.Name)
		}
		for _, m := range k.masters {
			if names[m.name] == nil {
				order = append(order, m.name)
			}
			names[m.name] = append(names[m.name], k.pod.Name)
			if m.quorum > len(s.sentinels) {
				add("quorum is %d and there are %s: they can never agree that the master is down (SENTINEL CKQUORUM: NOQUORUM)", m.quorum, count(len(s.sentinels), "Sentinel"))
			}
			p.watches(s, k, m, add)
		}
	}
	if len(order) > 1 {
		add("the Sentinels watch masters of different names: %s", strings.Join(order, ", "))
	}
	g := p.plan.Gateway
	if len(order) > 0 && !g.Invented && g.Unused == "" && names[g.Master] == nil {
		add("%s asks for the master %s, the Sentinels know %s", g.Name, g.Master, strings.Join(order, ", "))
	}
}

// hasty is a down-after that no pause of a machine stays below.
const hasty = 100 * time.Millisecond

// watches says what keeps a Sentinel from seeing a master, and other Sentinels,
// as they are.
func (p *proof) watches(s state, k observed, m watched, add func(string, ...any)) {
	if m.downAfter < hasty {
		add("down-after-milliseconds of %s is %d ms: every pause takes the master for down (Redis reads 10s as 10 ms)", m.name, m.downAfter.Milliseconds())
		return
	}
	if _, err := netip.ParseAddr(m.ip); err != nil && len(p.lookup(m.ip, k.pod.Namespace)) == 0 && p.running() {
		add("Sentinel looks for the master at %s, a name that leads to no pod: the StatefulSet's serviceName and a headless Service that publishes pods which are not ready make such names", m.ip)
		return
	}
	if !strings.Contains(m.flags, "s_down") {
		p.strangers(s, k, m, add)
		return
	}
	for _, r := range s.redis {
		if r.pod.Name != k.who(m.ip) || r.running() == nil {
			continue
		}
		if m.port != r.Port && m.port != r.TLSPort {
			add("Sentinel looks for the master %s at port %d, its Redis listens on %d", r.pod.Name, m.port, r.Port)
		} else if why := p.whyDown(r, m); why != "" {
			add("Sentinel takes the master %s for down, which answers: %s", r.pod.Name, why)
		}
	}
}

// running tells whether every pod runs: only then a name without one means
// anything.
func (p *proof) running() bool {
	for _, pod := range p.pods {
		for _, k := range pod.containers {
			if k.Role != "" && k.running() == nil {
				return false
			}
		}
	}
	return true
}

// strangers are Sentinels that answer, and are taken for down by another.
func (p *proof) strangers(s state, k observed, m watched, add func(string, ...any)) {
	for _, host := range m.down {
		for _, other := range s.sentinels {
			if other.pod.Name == k.who(host) && other.up() {
				add("the Sentinels take each other for down, and each answers: what they send as sentinel sentinel-pass (or as their own requirepass) is not the requirepass of the others")
			}
		}
	}
}

// whyDown says why a Sentinel takes a master for down that answers the observer:
// almost always the password, which Redis counts as refusals. It returns "" if
// the master does not answer or refuses nobody. A Sentinel that gets answers has
// another reason: replicas that come and go are refused once each time too, before
// they log in.
func (p *proof) whyDown(r observed, m watched) string {
	if !r.up() || m.silence < m.downAfter {
		return ""
	}
	switch {
	case p.refuses(r, "WRONGPASS"):
		return "Redis refuses its password, so sentinel auth-pass is not the password of Redis (WRONGPASS)"
	case p.refuses(r, "NOAUTH"):
		return "it sends no password, so sentinel auth-pass is missing (NOAUTH)"
	case p.refuses(r, "NOPERM"):
		return "its user may not run what Sentinel needs (NOPERM)"
	}
	return ""
}

// refuses tells whether a Redis has refused somebody again and again since mark,
// when the proof itself asked for nothing that is refused.
func (p *proof) refuses(r observed, code string) bool {
	before, now := p.refused[r.container][code], r.refused[code]
	if now < before { // it was started again
		before = 0
	}
	return now-before >= 3
}

// mark begins a new count of refusals.
func (p *proof) mark() {
	p.refused = map[*container]map[string]int{}
	for _, r := range p.observer.state().redis {
		p.refused[r.container] = r.refused
	}
}

// doors are servers that run and let nobody in, and pods that do not get as far.
func (p *proof) doors(s state, add func(string, ...any)) {
	var order []string
	pods := map[string][]string{}
	for _, pod := range p.pods {
		pod.mu.Lock()
		what := pod.stuck
		pod.mu.Unlock()
		if what == "" {
			continue
		}
		if pods[what] == nil {
			order = append(order, what)
		}
		pods[what] = append(pods[what], pod.Name)
	}
	for _, list := range [][]observed{s.redis, s.sentinels} {
		for _, k := range list {
			why := p.shut(k)
			if why == "" {
				continue
			}
			what := "Redis of %s " + why
			if k.Role == SentinelRole {
				what = "Sentinel of %s " + why
			}
			if pods[what] == nil {
				order = append(order, what)
			}
			pods[what] = append(pods[what], k.pod.Name)
		}
	}
	for _, what := range order {
		add("%s", strings.Replace(what, "%s", strings.Join(pods[what], ", "), 1))
	}
}

// shut says why nobody gets in; "" if the server is open, or not there yet.
func (p *proof) shut(k observed) string {
	if k.up() || k.running() == nil {
		return ""
	}
	code := replyError(k.reply).code()
	switch code {
	case "", "LOADING", "MASTERDOWN", "BUSY":
	case "DENIED":
		return "refuses every other pod (DENIED): it has no password and protected-mode is on, so requirepass is missing"
	case "NOAUTH", "WRONGPASS":
		return fmt.Sprintf("accepts no password of the configuration (%s)", code)
	default:
		return "refuses whoever connects: " + k.reply
	}
	if k.err != "connection refused" || !strings.Contains(strings.Join(k.logs.all(), "\n"), listening[k.Role]) {
		return ""
	}
	if m := portSaid.FindStringSubmatch(strings.Join(k.logs.all(), "\n")); m != nil && m[1] != strconv.Itoa(k.Port) {
		return fmt.Sprintf("listens on port %s, not on %d as its file says", m[1], k.Port)
	}
	return "runs and refuses connections to its pod's address: it listens elsewhere (bind)"
}

// listening are the words of a server that has begun to listen.
var listening = map[Role]string{RedisRole: "Ready to accept connections", SentinelRole: "Sentinel ID is"}

var portSaid = pattern.New(`Running mode=\w+, port=(\d+)`)

// misannounced says which replica tells its master a place where no replica is.
// Sentinel learns of replicas from there.
func (p *proof) misannounced(s state) string {
	seen := map[Node]bool{}
	for _, r := range s.redis {
		if !r.up() || r.role != "master" {
			continue
		}
		for _, n := range r.announced {
			if n.Host == "" {
				continue
			}
			if len(p.lookup(n.Host, r.pod.Namespace)) == 0 {
				return fmt.Sprintf("a replica announces itself as %s, which leads to no pod: the Sentinels cannot reach it (replica-announce-ip)", n.Host)
			}
			if seen[n] {
				return fmt.Sprintf("several replicas announce themselves as %s, so the Sentinels know one (replica-announce-ip)", n.Host)
			}
			seen[n] = true
			for _, other := range s.redis {
				if other.pod.Name == r.who(n.Host) && n.Port != other.Port && n.Port != other.TLSPort {
					return fmt.Sprintf("the replica %s announces port %d and listens on %d (replica-announce-port)", other.pod.Name, n.Port, other.Port)
				}
			}
		}
	}
	return ""
}
