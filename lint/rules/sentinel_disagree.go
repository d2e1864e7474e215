package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

var sentinelDisagree = &lint.Rule{
	ID:       "sentinel/disagree",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "Sentinels of one group that are told different things",
		Why:   `Sentinels find each other through the Redis that they monitor, and count as one group only if they agree on the master's name. Two that use different names for one master ignore each other: both groups stay below their quorum, each looks healthy when asked, and no failover happens. Two that start with different masters, or quorums, fight or fail over at different moments.`,
		Fix:   "Give all Sentinels of a group one configuration; only announce-ip and myid may differ.",
		Refs:  []string{refSentinel},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			all := watches(g.Sentinels)
			if len(all) < 2 || differentNames(p, g, all) {
				continue
			}
			names, _ := masterNames(all)
			byName := map[string][]*watch{}
			for _, w := range all {
				if w.Name.Known {
					byName[w.Name.Text] = append(byName[w.Name.Text], w)
				}
			}
			for _, name := range names.All() {
				same := byName[name]
				differentTargets(p, g, same)
				differ(p, same, "quorum", func(w *watch) (lint.Arg, bool) {
					_, ok := number(w.Quorum)
					return w.Quorum, ok
				})
				differ(p, same, "auth-user", func(w *watch) (lint.Arg, bool) {
					a := w.server.SentinelLast("auth-user", name).Arg(2)
					return a, a.Exists() && a.Known
				})
			}
		}
	},
}

// differentNames finds Sentinels that watch other names than the rest.
func differentNames(p *lint.Pass, g *lint.Group, all []*watch) bool {
	names, known := masterNames(all)
	var sets []string
	var servers []*lint.Server
	for _, s := range g.Sentinels {
		own := watches([]*lint.Server{s})
		if len(own) < len(s.Monitors()) || len(own) == 0 {
			if len(own) == 0 && s.Complete || len(s.Monitors()) > 0 {
				return true // a line that another rule reports
			}
			continue
		}
		set, _ := masterNames(own)
		sets = append(sets, strings.Join(slices.Sorted(slices.Values(set.All())), "\x00"))
		servers = append(servers, s)
		for _, r := range masterRefs(s) {
			if !set.Has(r.Text) {
				return true // sentinel/unknown-master
			}
		}
	}
	sets = slices.Compact(slices.Sorted(slices.Values(sets)))
	if !known || len(sets) < 2 {
		return !known
	}
	// Whoever has the fewest on his side is the one to change.
	support := map[string]int{}
	for _, w := range all {
		support[w.Name.Text]++
	}
	for _, c := range g.Clients {
		if c.Master.Known {
			support[c.Master.Text]++
		}
	}
	var missing []string
	lines := map[string][]*watch{}
	for _, name := range names.All() {
		if slices.ContainsFunc(servers, func(s *lint.Server) bool { return s.SentinelLast("monitor", name) == nil }) {
			missing = append(missing, name)
			lines[name] = nil
		}
	}
	for _, w := range all {
		if _, ok := lines[w.Name.Text]; ok {
			lines[w.Name.Text] = append(lines[w.Name.Text], w)
		}
	}
	slices.SortStableFunc(missing, func(a, b string) int { return support[a] - support[b] })
	f := lint.Finding{
		Message: fmt.Sprintf("the Sentinels of one group use different names, %s: they do not see each other and reach no quorum", quoted(missing)),
		Help:    fmt.Sprintf("write one name everywhere: %q", missing[len(missing)-1]),
	}
	for _, name := range missing {
		for _, w := range lines[name] {
			f.Places = addPlace(f.Places, w.Name.Labeled(fmt.Sprintf("%s monitors %q", w.server.Name(), name)))
		}
	}
	for _, c := range g.Clients {
		if _, ok := lines[c.Master.Text]; ok && c.Master.Known {
			f.Places = addPlace(f.Places, c.Master.Labeled(fmt.Sprintf("%s asks for %q", c.Name, c.Master.Text)))
		}
	}
	p.Report(f)
	return true
}

// differentTargets finds Sentinels that start with different masters.
func differentTargets(p *lint.Pass, g *lint.Group, same []*watch) {
	for _, w := range same {
		if _, wrong := judgeTarget(p.Facts, g, w.server, w.Host, w.Port); wrong {
			return // sentinel/monitor-target
		}
	}
	differ(p, same, "master", func(w *watch) (lint.Arg, bool) {
		a := w.Host
		r := p.Facts.Resolve(a.Text, w.server.Namespace())
		if r.Status != lint.HostFound || !a.Known {
			return a, false
		}
		a.Text = fmt.Sprintf("%s/%s/%d", r.Service.Object.Namespace, r.Service.Object.Name, r.Pod)
		if r.Pod >= 0 {
			a.Text = fmt.Sprintf("%s/%d", workloadNames(r.Workloads), r.Pod)
		} else if len(r.Workloads) == 1 && r.Workloads[0].Replicas == 1 {
			a.Text = fmt.Sprintf("%s/0", workloadNames(r.Workloads))
		}
		return a, true
	})
	differ(p, same, "port", func(w *watch) (lint.Arg, bool) {
		_, ok := number(w.Port)
		return w.Port, ok
	})
}

// differ reports values that are not the same for all Sentinels; those with
// fewer on their side come first.
func differ(p *lint.Pass, same []*watch, what string, value func(*watch) (lint.Arg, bool)) {
	var order []string
	by := map[string][]*watch{}
	for _, w := range same {
		v, ok := value(w)
		if !ok {
			return
		}
		if by[v.Text] == nil {
			order = append(order, v.Text)
		}
		by[v.Text] = append(by[v.Text], w)
	}
	if len(order) < 2 {
		return
	}
	slices.SortStableFunc(order, func(a, b string) int { return len(by[a]) - len(by[b]) })
	f := lint.Finding{Help: "give every Sentinel of the group the same " + what}
	var told lint.Distinct[string]
	for _, o := range order {
		for _, w := range by[o] {
			v, _ := value(w)
			text := v.Text
			if what == "master" {
				text = w.Host.Text
			}
			told.Add(text)
			f.Places = addPlace(f.Places, v.Labeled(fmt.Sprintf("%s of %s", what, w.server.Name())))
		}
	}
	f.Message = fmt.Sprintf("Sentinels of one group have different %ss for %q: %s", what, same[0].Name.Text, joined(told.All()))
	if what == "auth-user" {
		f.Message = fmt.Sprintf("Sentinels of one group log in to %q as different users", same[0].Name.Text)
	}
	p.Report(f)
}
