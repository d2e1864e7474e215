package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint"
)

var sentinelMasterNameMismatch = &lint.Rule{
	ID:       "sentinel/master-name-mismatch",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a client asks Sentinel for a master name that it does not monitor",
		Why: `A client of Sentinel asks for the address of a master by name. Sentinel compares the name byte by byte, upper and lower case included, and answers with nothing if it monitors no master of that name: a null reply to SENTINEL GET-MASTER-ADDR-BY-NAME, "ERR No such master with that name" to other questions.

The client never gets an address. The Gravitee gateway then runs without its rate limit store, and lets calls pass unlimited by default, while every Redis and Sentinel pod looks healthy.`,
		Fix:  "Write one name on both sides: in sentinel monitor NAME … and in gateway.ratelimit.redis.sentinel.master.",
		Refs: []string{refSentinel, "https://redis.io/docs/latest/develop/reference/sentinel-clients/"},
	},
	Check: checkMasterNameMismatch,
}

func checkMasterNameMismatch(p *lint.Pass) {
	for _, g := range p.Facts.Groups {
		seen := map[string][]*lint.Client{}
		var order []string
		for _, c := range clientsHere(p.Facts, g) {
			if !c.UsesSentinel() || !c.Master.Known || c.Master.Text == "" {
				continue
			}
			if len(seen[c.Master.Text]) == 0 {
				order = append(order, c.Master.Text)
			}
			seen[c.Master.Text] = append(seen[c.Master.Text], c)
		}
		for _, name := range order {
			masterNameAsked(p, g, name, seen[name])
		}
	}
}

// masterNameAsked judges the clients of a group that ask for one name.
func masterNameAsked(p *lint.Pass, g *lint.Group, name string, clients []*lint.Client) {
	all := watches(g.AllSentinels())
	distinct, known := masterNames(all)
	names := distinct.All()
	if len(names) == 0 || !known || distinct.Has(name) {
		return
	}
	for _, s := range g.AllSentinels() {
		if len(s.Monitors()) == 0 && !s.Complete || len(watches([]*lint.Server{s})) < len(s.Monitors()) {
			return
		}
		if slices.ContainsFunc(masterRefs(s), func(a lint.Arg) bool { return a.Text == name }) {
			return // Sentinel itself speaks of the name: sentinel/unknown-master
		}
	}
	var asks, watched []lint.Place
	for _, c := range clients {
		asks = addPlace(asks, c.Master.Labeled(fmt.Sprintf("%s asks for %q", c.Name, name)))
	}
	votes := 0
	for _, w := range all {
		watched = addPlace(watched, w.Name.Labeled(fmt.Sprintf("Sentinel monitors %q", w.Name.Text)))
		votes++
		if len(masterRefs(w.server)) > 0 {
			votes++
		}
	}
	right := names[0]
	if near := p.Facts.Nearest(name, names); near != "" {
		right = near
	}
	f := lint.Finding{
		Message: fmt.Sprintf("%s asks Sentinel for the master %q, which is not monitored: Sentinel knows %s", clients[0].Name, name, quoted(names)),
		Places:  append(asks, watched...),
		Help:    fmt.Sprintf("write %q", right),
	}
	if strings.EqualFold(right, name) {
		f.Help += ": upper and lower case count"
	}
	if len(asks) > votes {
		f.Places = append(watched, asks...)
		f.Message = fmt.Sprintf("Sentinel monitors %s, but every client asks for %q", quoted(names), name)
		f.Help = fmt.Sprintf("write %q", name)
	} else if len(names) == 1 {
		f.Fixes = replace(clients[0].Master, right, "ask for "+right, len(asks) == 1)
	}
	p.Report(f)
}

// masterSubs are the directives whose first argument is the name of a master
// (sentinel.c, sentinelHandleConfiguration), apart from monitor.
var masterSubs = []string{
	"down-after-milliseconds", "failover-timeout", "parallel-syncs", "notification-script",
	"client-reconfig-script", "auth-pass", "auth-user", "config-epoch", "leader-epoch",
	"known-replica", "known-slave", "known-sentinel", "rename-command",
	"master-reboot-down-after-period", "primary-reboot-down-after-period",
}

// masterRefs returns the master names in the directives other than monitor.
func masterRefs(s *lint.Server) []lint.Arg {
	var refs []lint.Arg
	for _, d := range s.All("sentinel") {
		if slices.Contains(masterSubs, strings.ToLower(d.Arg(0).Text)) && len(d.Args) > 2 {
			refs = append(refs, d.Arg(1))
		}
	}
	return refs
}

var sentinelUnknownMaster = &lint.Rule{
	ID:       "sentinel/unknown-master",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a directive names a master that this Sentinel does not monitor",
		Why: `Directives such as sentinel auth-pass or sentinel down-after-milliseconds begin with the name of a master. If no sentinel monitor line of the same file has that name, Sentinel ends at start with "FATAL CONFIG FILE ERROR … No such master with specified name.", and the pod goes into a crash loop.

Up to Redis 6.0 the monitor line must also stand above the others; from 6.2 on Sentinel sorts its directives itself.`,
		Fix:  "Use the name of the sentinel monitor line in every other directive.",
		Refs: []string{refSentinel, refValkey},
	},
	Check: checkUnknownMaster,
}

func checkUnknownMaster(p *lint.Pass) {
	seen := spanSet{}
	for _, g := range p.Facts.Groups {
		for _, s := range g.Sentinels {
			refs := masterRefs(s)
			all := watches([]*lint.Server{s})
			names, known := masterNames(all)
			if len(refs) == 0 || !known || len(all) < len(s.Monitors()) || len(all) == 0 && (!s.Complete || lost(s, "monitor")) {
				continue
			}
			u := unknownMasters{g: g, all: all, names: names.All()}
			var unknown lint.Distinct[string]
			same := map[string][]lint.Arg{}
			for _, r := range refs {
				if r.Known && !names.Has(r.Text) {
					unknown.Add(r.Text)
					same[r.Text] = append(same[r.Text], r)
				}
			}
			for _, name := range unknown.All() {
				if seen.add(same[name][0].Place) {
					u.report(p, name, same[name], refs)
				}
			}
			monitorTooLate(p, s, all, seen)
		}
	}
}

// unknownMasters are the names that a Sentinel speaks of and does not monitor.
type unknownMasters struct {
	g     *lint.Group
	all   []*watch
	names []string // of all
	// support counts who speaks of a name, lines of the Sentinel, of others, and
	// clients; asking are the clients.
	support map[string]int
	asking  map[string][]*lint.Client
}

// count fills in support and asking.
func (u *unknownMasters) count(refs []lint.Arg) {
	if u.support != nil {
		return
	}
	u.support, u.asking = map[string]int{}, map[string][]*lint.Client{}
	for _, r := range refs {
		u.support[r.Text]++
	}
	for _, w := range watches(u.g.Sentinels) {
		u.support[w.Name.Text]++
	}
	for _, c := range u.g.Clients {
		if c.Master.Known && c.Master.Exists() {
			u.support[c.Master.Text]++
			u.asking[c.Master.Text] = append(u.asking[c.Master.Text], c)
		}
	}
}

// report tells of one name, with the directives that have it, of all.
func (u *unknownMasters) report(p *lint.Pass, name string, refs, every []lint.Arg) {
	u.count(every)
	var spoken []lint.Place
	for _, r := range refs {
		spoken = append(spoken, r.Labeled(fmt.Sprintf("%q here", name)))
	}
	var asked []lint.Place
	for _, c := range u.asking[name] {
		asked = addPlace(asked, c.Master.Labeled(fmt.Sprintf("%s asks for %q", c.Name, name)))
	}
	var odd *watch
	for _, w := range u.all {
		if odd == nil || u.support[w.Name.Text] < u.support[odd.Name.Text] {
			odd = w
		}
	}
	if odd != nil && u.support[name] > u.support[odd.Name.Text] {
		p.Report(lint.Finding{
			Message: fmt.Sprintf("Sentinel monitors %q, but its other directives are for %q: it ends at start with \"No such master with specified name\"", odd.Name.Text, name),
			Places:  append(append([]lint.Place{odd.Name.Labeled(fmt.Sprintf("Sentinel monitors %q", odd.Name.Text))}, spoken...), asked...),
			Help:    fmt.Sprintf("write sentinel monitor %s", name),
			Fixes:   replace(odd.Name, name, "monitor "+name, true),
		})
		return
	}
	spoken[0].Label = ""
	f := lint.Finding{Places: spoken}
	if len(u.all) == 0 {
		f.Message = fmt.Sprintf("no sentinel monitor line names %q: Sentinel ends at start with \"No such master with specified name\"", name)
		f.Help = fmt.Sprintf("add sentinel monitor %s HOST PORT QUORUM above", name)
		p.Report(f)
		return
	}
	right := u.names[0]
	if near := p.Facts.Nearest(name, u.names); near != "" {
		right = near
	}
	for _, w := range u.all[:min(len(u.all), maxJoined)] {
		f.Places = append(f.Places, w.Name.Labeled(fmt.Sprintf("Sentinel monitors %q", w.Name.Text)))
	}
	f.Places = append(f.Places, asked...)
	f.Message = fmt.Sprintf("%q is not monitored here, only %s: Sentinel ends at start with \"No such master with specified name\"", name, quoted(u.names))
	f.Help = fmt.Sprintf("write %q", right)
	if strings.EqualFold(right, name) {
		f.Help += ": upper and lower case count"
	}
	if len(u.names) == 1 && len(refs) == 1 {
		f.Fixes = replace(refs[0], right, "write "+right, true)
	}
	p.Report(f)
}

// monitorTooLate judges the order that Redis before 6.2 wants.
func monitorTooLate(p *lint.Pass, s *lint.Server, all []*watch, seen spanSet) {
	if !before(s.Version, 6, 2) {
		return
	}
	monitored := make(map[*lint.Directive]bool, len(all))
	for _, w := range all {
		monitored[w.Directive] = true
	}
	tooEarly := map[string][]lint.Place{} // by the name of a master that is not known yet
	earlier := map[*lint.Directive][]lint.Place{}
	for _, d := range s.Directives {
		switch name := d.Arg(1).Text; {
		case monitored[d]:
			earlier[d] = slices.Clip(tooEarly[name])
		case d.Name == "sentinel" && slices.Contains(masterSubs, strings.ToLower(d.Arg(0).Text)):
			tooEarly[name] = append(tooEarly[name], d.Arg(1).Labeled("read before the master is known"))
		}
	}
	for _, w := range all {
		early := earlier[w.Directive]
		if len(early) == 0 || !seen.add(early[0]) {
			continue
		}
		p.Report(lint.Finding{
			Message: fmt.Sprintf("%s reads from top to bottom and does not know %q yet: it ends at start with \"No such master with specified name\"", s.Version, w.Name.Text),
			Places:  append(early, w.Directive.At("monitored only here")),
			Help:    "move the sentinel monitor line above, or run Redis 6.2 or later",
		})
	}
}

var sentinelInvalidMasterName = &lint.Rule{
	ID:       "sentinel/invalid-master-name",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a master name that Sentinel cannot keep",
		Why: `A name with white space or quotes can be written in quotes, and Sentinel starts with it once. But Sentinel rewrites its file to save what it learns, and writes names bare: at the next start, perhaps weeks later when the pod moves to another node, it ends with "Unrecognized sentinel configuration statement." or "Unbalanced quotes in configuration line".

A comma separates the fields of the message by which Sentinels greet each other. With one in the name they never meet, and never agree on a failover.`,
		Fix:  "Use only letters, digits, dot, underscore and hyphen, and the same name in every directive and client.",
		Refs: []string{refSentinel},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			var of *lint.Server
			var refs map[string][]lint.Arg // of it, by the name of the master
			for _, w := range watches(g.Sentinels) {
				err := redisconf.MasterNameFatal(w.Name.Text)
				if err == nil || !w.Name.Known {
					continue
				}
				places := []lint.Place{w.Name.Place}
				if w.server != of {
					of, refs = w.server, map[string][]lint.Arg{}
					for _, r := range masterRefs(of) {
						refs[r.Text] = append(refs[r.Text], r)
					}
				}
				for _, r := range refs[w.Name.Text] {
					places = append(places, r.Labeled("the same name"))
				}
				if len(refs) > 0 && len(places) == 1 {
					continue // only this line has the name: sentinel/unknown-master
				}
				for _, c := range g.Clients {
					if c.Master.Text == w.Name.Text {
						places = addPlace(places, c.Master.Labeled(c.Name+" asks for it"))
					}
				}
				p.Report(lint.Finding{
					Message: err.Error(), Places: places,
					Help: "use only letters, digits, '.', '_' and '-'",
				})
			}
		}
	},
}
