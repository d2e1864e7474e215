package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint"
)

var sentinelNoReplica = &lint.Rule{
	ID:       "sentinel/no-replica",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "the monitored master has no replica: there is nothing to promote",
		Why: `A failover promotes a replica. Without one the Sentinels notice that the master is gone, elect a leader, and give up: "-failover-abort-no-good-slave", again after twice the failover-timeout, for ever. SENTINEL CKQUORUM answers OK all the time, for it does not look at replicas, and clients go on being told the address of the dead master.

More pods of the master are no remedy: without replicaof each of them is a master of its own with other data.`,
		Fix:  "Add at least one Redis that follows the master, better two: run Redis in a StatefulSet whose pods ask Sentinel at start for the master and begin as its replicas. Leave the number of masters at one.",
		Refs: []string{refSentinel, "https://redis.io/docs/latest/operate/oss_and_stack/management/replication/"},
	},
	Check: checkNoReplica,
}

func noReplica(master string) string {
	return master + " has no replica: when it fails there is nothing to promote, and no failover succeeds"
}

// releaseOfOnePod finds a release of a chart that makes one pod, a master and
// its only Sentinel. With a larger quorum it is sentinel/quorum-unreachable.
func releaseOfOnePod(p *lint.Pass, r *lint.Release) {
	n, known, at := r.Pods()
	if r.Sentinel == nil || !known || n != 1 || !at.IsValid() {
		return
	}
	for _, w := range watches([]*lint.Server{r.Sentinel}) {
		if q, ok := number(w.Quorum); ok && q <= 1 {
			p.Report(lint.Finding{
				Message: noReplica(fmt.Sprintf("the chart makes 1 pod: the master %q", w.Name.Text)),
				Places:  []lint.Place{at},
				Help:    "write 3: each pod is a Redis and a Sentinel, and the first is the master",
			})
		}
	}
}

func checkNoReplica(p *lint.Pass) {
	seen := spanSet{}
	for _, g := range p.Facts.Groups {
		for _, r := range g.Released {
			releaseOfOnePod(p, r)
		}
		if len(g.Redis) == 0 && !onlyMasters(p.Facts, g) {
			continue
		}
		for _, w := range watches(g.Sentinels) {
			if p.Facts.Elsewhere(w.Host, w.server.Namespace()) {
				continue
			}
			var masters []*lint.Workload
			host := "and the host of the master"
			if r := p.Facts.Resolve(w.Host.Text, w.server.Namespace()); w.Host.Known && r.Status == lint.HostFound {
				masters, host = r.Workloads, w.Host.Text+" "+w.Port.Text
			}
			redis := redisBehind(p.Facts, masters)
			if redis == nil {
				redis, masters = g.Redis, nil
			}
			if redis == nil {
				redis = redisOf(p.Facts, w.server.Namespace())
			}
			n := p.Facts.Replicas(g, masters)
			if !n.Known || n.N > 0 || !seen.add(w.Host.Place) {
				continue
			}
			f := lint.Finding{
				Message: noReplica(fmt.Sprintf("the master %q", w.Name.Text)),
				Places:  []lint.Place{w.Host.Place},
			}
			if w.Host.Known {
				f.Message = noReplica(fmt.Sprintf("the master %q at %s", w.Name.Text, w.Host.Text))
			}
			var names []string
			for _, s := range redis {
				pods := s.Container.Workload
				switch n, _ := p.Facts.PodCount(pods); {
				case n > 1:
					f.Places = addPlace(f.Places, countAt(pods, fmt.Sprintf("%s, each a master of its own: nothing says replicaof", count(n, "pod"))))
				case len(redis) == 1:
					f.Places = addPlace(f.Places, nameAt(pods, "the only Redis, a master"))
				default:
					f.Places = addPlace(f.Places, nameAt(pods, "a master"))
				}
				if !slices.Contains(names, s.Name()) {
					names = append(names, s.Name())
				}
			}
			if alone := scaledDown(p.Facts, redis); alone != nil {
				if tooFew(p.Facts, []*lint.Workload{alone}) {
					continue // sentinel/quorum-unreachable
				}
				f.Message = noReplica(fmt.Sprintf("%s %s has 1 pod: the master %q", alone.Object.Kind, alone.Object.Name, w.Name.Text))
				f.Places = []lint.Place{countAt(alone, ""), w.Host.Labeled(fmt.Sprintf("Sentinel monitors %q", w.Name.Text))}
				f.Help = "run at least 2 pods, better 3: the start script makes replicas of the others"
				p.Report(f)
				continue
			}
			idle, others := idleRedis(p.Facts, redis, w.server.Namespace())
			f.Help = fmt.Sprintf("add Redis pods that start with replicaof %s; more replicas of %s would be more masters", host, joined(names))
			if redis[0].Password().Given {
				f.Help = strings.Replace(f.Help, ";", ", and masterauth;", 1)
			}
			if len(idle) == 1 {
				// Its replicas are scaled away.
				f.Places = append(idle, f.Places...)
				f.Places[1].Label = fmt.Sprintf("Sentinel monitors %q", w.Name.Text)
				f.Places[0].Label, f.Help = "", "run at least 1, better 2"
				f.Message = noReplica(fmt.Sprintf("with 0 pods of it the master %q", w.Name.Text))
			}
			for _, at := range others {
				f.Places = addPlace(f.Places, at)
			}
			for _, at := range f.Places[1:] {
				f.Cause += at.Span.String() + " "
			}
			p.Report(f)
		}
	}
}

// scaledDown returns the workload of a Redis that is alone while its start script
// would make a replica of every further pod; nil if that is not the cause.
func scaledDown(f *lint.Facts, redis []*lint.Server) *lint.Workload {
	if len(redis) != 1 || (!redis[0].Made || redis[0].ReplicaOf() == nil) && !f.AssignsRoles() {
		return nil
	}
	w := redis[0].Container.Workload
	if n, known := f.PodCount(w); n != 1 || !known {
		return nil
	}
	return w
}

// onlyMasters tells whether none of the Redis that a group of Sentinels can mean
// has a replica, whichever it is: they ask for a host that does not exist.
func onlyMasters(f *lint.Facts, g *lint.Group) bool {
	if mayHaveMore(f) || slices.ContainsFunc(f.Redis, func(s *lint.Server) bool { return s.ReplicaOf() != nil || !s.Complete }) {
		return false
	}
	return !slices.ContainsFunc(g.Sentinels, func(s *lint.Server) bool {
		return len(redisOf(f, s.Namespace())) == 0 || slices.ContainsFunc(s.Monitors(), func(m *lint.Monitor) bool {
			return !m.Host.Known || f.Resolve(m.Host.Text, s.Namespace()).Status != lint.HostMissing
		})
	})
}

// redisOf returns the Redis servers of a namespace.
func redisOf(f *lint.Facts, namespace string) []*lint.Server {
	var all []*lint.Server
	for _, s := range f.Redis {
		if s.Namespace() == namespace {
			all = append(all, s)
		}
	}
	return all
}

// idleRedis returns what could be the replicas of a master and is not: the
// workloads that follow it and have no pods, and the other Redis of the
// namespace, which follow nobody.
func idleRedis(f *lint.Facts, masters []*lint.Server, namespace string) (idle, others []lint.Place) {
	for _, s := range f.Redis {
		w := s.Container.Workload
		if slices.Contains(masters, s) || s.Namespace() != namespace || !s.Complete {
			continue
		}
		if s.ReplicaOf() == nil {
			at := commandAt(s.Container)
			if mode, ok := s.Container.Env("REDIS_REPLICATION_MODE"); ok && s.ByEnv {
				at = mode.Place
			}
			others = append(others, labeledPlace(at, "another master: nothing says replicaof"))
		} else if n, known := f.PodCount(w); known && n == 0 {
			idle = append(idle, countAt(w, "no pod follows the master"))
		}
	}
	return idle, others
}

var sentinelBlockedFailover = &lint.Rule{
	ID:       "sentinel/blocked-failover",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a setting of Redis that makes every failover fail",
		Why:   `All looks well until the master fails. With replica-priority 0 on every replica Sentinel may promote none of them: "-failover-abort-no-good-slave". To promote one it sends INFO, SLAVEOF, CONFIG REWRITE and CLIENT KILL, and it finds its peers by PUBLISH: where Redis renames one of these the failover ends in "-failover-abort-slave-timeout", the replicas are never found, or the Sentinels never meet.`,
		Fix:   "Leave replica-priority at 100, and these commands with their names. To keep people from using them, use ACLs. If a command must be renamed, tell Sentinel with sentinel rename-command.",
		Refs:  []string{refSentinel, "https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/"},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			if !watchesHere(p.Facts, g) {
				continue
			}
			neverPromoted(p, g)
			renamedCommands(p, g)
		}
	},
}

// neverPromoted finds groups in which no replica may become the master.
func neverPromoted(p *lint.Pass, g *lint.Group) {
	if n := p.Facts.Replicas(g, nil); n.Known && n.N == 0 {
		return // sentinel/no-replica
	}
	var places []lint.Place
	for _, s := range g.Redis {
		a := s.Last("replica-priority", "slave-priority").Arg(0)
		if n, ok := number(a); !ok || n != 0 {
			if n, known := p.Facts.PodCount(s.Container.Workload); known && n == 1 && s.Complete && s.ReplicaOf() == nil && len(g.Redis) > 1 {
				continue // the first master's own priority does not matter
			}
			return
		}
		places = addPlace(places, a.Labeled("never promoted"))
	}
	if len(places) == 0 {
		return
	}
	places[0].Label = ""
	f := lint.Finding{
		Message: "every replica has priority 0: Sentinel may promote none, and no failover succeeds",
		Places:  places,
		Help:    "write 100, or remove the line",
	}
	if len(places) == 1 {
		f.Fixes = replace(lint.Arg{Place: places[0]}, "100", "write 100", false)
	}
	p.Report(f)
}

// neededCommands are those that Sentinel sends, and without which a failover
// was seen to fail, with what happens.
var neededCommands = map[string]string{
	"config":  "it cannot save the new role, and the failover is aborted",
	"client":  "it cannot disconnect the clients of the old master, and the failover is aborted",
	"slaveof": "it cannot promote a replica",
	"info":    "it finds no replica",
	"publish": "the Sentinels never meet",
}

// renamedCommands finds commands that Sentinel does not find under their names.
func renamedCommands(p *lint.Pass, g *lint.Group) {
	seen := spanSet{}
	for _, s := range g.Redis {
		for _, d := range s.All("rename-command") {
			command, to := strings.ToLower(d.Arg(0).Text), d.Arg(1)
			why := neededCommands[command]
			if why == "" || !to.Exists() || strings.EqualFold(to.Text, command) || knowsRename(g, command, to) || !seen.add(d.Arg(0).Place) {
				continue
			}
			f := lint.Finding{
				Message: fmt.Sprintf("Sentinel needs the command %s, which Redis renames: %s", strings.ToUpper(command), why),
				Places:  []lint.Place{d.Arg(0).Place},
				Help:    "remove the line, and restrict the command by ACL instead",
			}
			p.Report(f)
		}
	}
}

// knowsRename tells whether the Sentinels are told the new name, or may be.
func knowsRename(g *lint.Group, command string, to lint.Arg) bool {
	for _, s := range g.Sentinels {
		if !s.Complete && len(s.Confs) == 0 {
			return true
		}
		for _, d := range s.SentinelAll("rename-command") {
			if strings.EqualFold(d.Arg(2).Text, command) && (!to.Known || strings.EqualFold(d.Arg(3).Text, to.Text)) && to.Text != "" {
				return true
			}
		}
	}
	return false
}

var sentinelTimers = &lint.Rule{
	ID:       "sentinel/timers",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "a time of Sentinel that is read otherwise, or too short to work",
		Why: `Sentinel reads times as whole milliseconds and stops at the first letter without a word: 10s is 10 milliseconds, 3m is 3.

With a down-after-milliseconds of a few dozen the replicas flap between up and down; below half a second any pause of the node is a failover. With host names, every look-up that is slow counts as well: with 2 s a failover during a DNS outage was never made up for, with 5 s it was (told in the strict profile).

A failover-timeout of 100 ms aborts every failover before the replica is promoted, 500 ms makes it a matter of luck. One below down-after-milliseconds leaves a failover less time than it takes to notice a failure, mostly because the two were mixed up.`,
		Fix:  "Write digits only, in milliseconds: 5000 to 10000 for down-after-milliseconds, 30000 to 60000 for failover-timeout.",
		Refs: []string{refSentinel},
	},
	Check: func(p *lint.Pass) {
		seen := spanSet{}
		for _, s := range p.Facts.Sentinels {
			for _, d := range s.All("sentinel") {
				sub := strings.ToLower(d.Arg(0).Text)
				if sub != "down-after-milliseconds" && sub != "failover-timeout" || len(d.Args) != 3 || !d.Arg(2).Known || !seen.add(d.Arg(2).Place) {
					continue
				}
				if !misread(p, s, d) {
					tooShort(p, s, d, sub)
				}
			}
		}
	},
}

// misread reports times with a unit.
func misread(p *lint.Pass, s *lint.Server, d *lint.Directive) bool {
	bad := false
	for _, problem := range s.Check(d) {
		bad = true
		if problem.Kind != redisconf.DurationWithUnit {
			continue // redis/bad-value
		}
		f := lint.Finding{Severity: lint.Error, Message: problem.Message, Help: problem.Help, Places: []lint.Place{d.AtWord(problem.Word, "")}}
		if problem.Suggestion != "" {
			f.Fixes = replace(d.Arg(2), problem.Suggestion, "write "+problem.Suggestion, false)
		}
		p.Report(f)
	}
	return bad
}

// tooShort reports times that are too short to work.
func tooShort(p *lint.Pass, s *lint.Server, d *lint.Directive, sub string) {
	n, ok := number(d.Arg(2))
	if !ok {
		return
	}
	f := lint.Finding{Places: []lint.Place{d.Arg(2).Place}}
	master := d.Arg(1).Text
	down := s.SentinelLast("down-after-milliseconds", master)
	after, known := number(down.Arg(2))
	switch {
	case sub == "down-after-milliseconds" && n < 500:
		f.Message = fmt.Sprintf("after %d ms without an answer the master counts as down: any pause of its node is a failover", n)
		f.Help = "write 5000 or more, in milliseconds"
	case sub == "down-after-milliseconds" && n < 5000 && p.Strict && resolvesNames(s):
		f.Message = fmt.Sprintf("with host names %d ms is short: a DNS server that is slow while the master fails keeps the failover from ever starting", n)
		f.Help = "write 5000 or more, in milliseconds"
	case sub == "down-after-milliseconds":
		return
	case n <= 100:
		f.Severity = lint.Error
		f.Message = fmt.Sprintf("a failover that is given up after %d ms never succeeds", n)
		f.Help = "write 60000, in milliseconds"
	case n < 1000:
		f.Message = fmt.Sprintf("a failover that is given up after %d ms succeeds by luck only", n)
		f.Help = "write 60000, in milliseconds"
	case known && n < after:
		f.Message = fmt.Sprintf("failover-timeout %d is below down-after-milliseconds %d: a failover has less time than it takes to notice the failure", n, after)
		f.Help = "write 60000, in milliseconds"
		f.Places = append(f.Places, down.Arg(2).Labeled("a failure is noticed after this time"))
	default:
		return
	}
	usual := map[string]string{"down-after-milliseconds": "5000", "failover-timeout": "60000"}[sub]
	f.Fixes = replace(d.Arg(2), usual, "write "+usual, false)
	p.Report(f)
}

// resolvesNames tells whether a Sentinel knows its master by a host name.
func resolvesNames(s *lint.Server) bool {
	yes, _ := isYes(s, "resolve-hostnames")
	return yes && slices.ContainsFunc(watches([]*lint.Server{s}), func(w *watch) bool { return isHostName(w.Host) })
}
