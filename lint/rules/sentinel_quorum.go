package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

var sentinelQuorumUnreachable = &lint.Rule{
	ID:       "sentinel/quorum-unreachable",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "the quorum is larger than the number of Sentinels",
		Why:   `The quorum is the number of Sentinels that must agree that the master is down. Redis accepts any number: with a quorum that is larger than the number of Sentinels each of them logs "+sdown" when the master dies, none ever logs "+odown", and no failover starts. SENTINEL CKQUORUM answers NOQUORUM, but nobody asks while all is well.`,
		Fix:   "Write the majority of the Sentinels: 2 for three of them, 3 for five. Or run as many Sentinels as the quorum was meant for.",
		Refs:  []string{refSentinel},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			n := p.Facts.SentinelCount(g)
			if !n.Known || n.N == 0 {
				continue
			}
			for _, w := range branches(g.AllSentinels()) {
				q, ok := number(w.Quorum)
				if !ok || q <= n.N {
					continue
				}
				right := n.N/2 + 1
				f := lint.Finding{
					Message: fmt.Sprintf("the quorum %d can never be reached: %s %q, so no failover ever starts", q, watching(n.N), w.Name.Text),
					Places:  []lint.Place{w.Quorum.Place},
				}
				for _, at := range n.Places {
					at.Label = count(n.N, "Sentinel")
					f.Places = addPlace(f.Places, at)
				}
				if few := 2*q - 1; n.N < 3 && q <= 3 {
					// Too few Sentinels, rather than a quorum that is wrong.
					f.Help = fmt.Sprintf("run %d Sentinels", few)
					if len(f.Places) == 2 && scaled(f.Places[1]) {
						f.Places[0], f.Places[1] = f.Places[1], f.Places[0]
						f.Places[1].Label = fmt.Sprintf("the quorum is %d", q)
					}
				} else {
					f.Help = fmt.Sprintf("write %d, the majority of %d", right, n.N)
					f.Fixes = replace(w.Quorum, fmt.Sprint(right), fmt.Sprintf("set the quorum to %d", right), true)
				}
				p.Report(f)
			}
		}
	},
}

// branches returns the lines that the servers read, and those that a script
// writes for one master in its other branches.
func branches(servers []*lint.Server) []*watch {
	all := watches(servers)
	seen := spanSet{}
	for _, w := range all {
		seen.add(w.Name.Place)
	}
	for _, s := range servers {
		for _, m := range s.Monitors() {
			if s.Made && len(m.Directive.Args) == 5 && seen.add(m.Name.Place) {
				all = append(all, &watch{m, s, []*lint.Server{s}})
			}
		}
	}
	return all
}

// watching writes how many Sentinels watch: 3 Sentinels watch.
func watching(n int) string {
	if n == 1 {
		return "only 1 Sentinel watches"
	}
	return fmt.Sprintf("only %d Sentinels watch", n)
}

// scaled tells whether a place is a number of replicas, not a name.
func scaled(p lint.Place) bool {
	path := p.Resolved().Path
	return path == "spec.replicas" || strings.HasSuffix(path, "replica.replicaCount") || strings.HasSuffix(path, "replicas")
}

var sentinelQuorumNotMajority = &lint.Rule{
	ID:       "sentinel/quorum-not-majority",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "the quorum is below the majority of the Sentinels, or is all of them",
		Why: `A quorum below the majority lets fewer Sentinels than a majority declare the master dead: with 1, a single Sentinel that lost its network starts an election. Several that start one at the same moment split the votes and try again later: with two Sentinels and quorum 1 a failover took 24 s instead of 3 s.

A quorum of all Sentinels needs every one of them: when the node of the master goes down together with one Sentinel, the failover never starts.`,
		Fix:  "Write the majority: 2 of 3, 3 of 5.",
		Refs: []string{refSentinel},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			n := p.Facts.SentinelCount(g)
			for _, w := range watches(g.AllSentinels()) {
				q, ok := number(w.Quorum)
				majority := n.N/2 + 1
				f := lint.Finding{Places: []lint.Place{w.Quorum.Place}}
				switch {
				case !ok || q < 1:
					continue
				case !n.Known && q == 1 && n.N != 1:
					f.Message = fmt.Sprintf("with quorum 1 a single Sentinel can declare the master %q dead", w.Name.Text)
					f.Help = "write the majority of the Sentinels, such as 2 of 3"
				case !n.Known:
					continue
				case q == (n.N-1)/2+1 && n.N%2 == 0 && n.N > 2:
					continue // right for one Sentinel less: sentinel/sentinel-count
				case q < majority && q < n.N:
					f.Message = fmt.Sprintf("with quorum %d fewer than the majority of the %d Sentinels can declare the master %q dead", q, n.N, w.Name.Text)
				case q == n.N && n.N > 2:
					f.Message = fmt.Sprintf("with quorum %d all Sentinels are needed: when one is lost the master %q is never failed over", q, w.Name.Text)
				default:
					continue
				}
				if n.Known && w.Quorum.Place.IsAbsent() && len(n.Places) > 0 {
					f.Places = nil // what is written is the number of Sentinels
				}
				if n.Known {
					f.Help = fmt.Sprintf("write %d, the majority of %d", majority, n.N)
					f.Fixes = replace(w.Quorum, fmt.Sprint(majority), fmt.Sprintf("set the quorum to %d", majority), false)
					for _, at := range n.Places {
						at.Label = count(n.N, "Sentinel")
						f.Places = addPlace(f.Places, at)
					}
					if w.Quorum.Place.IsAbsent() {
						f.Help = fmt.Sprintf("set the quorum to %d, the majority of %d", majority, n.N)
						f.Places = addPlace(f.Places, w.Quorum.Labeled(fmt.Sprintf("the quorum is the default, %d", q)))
					}
				}
				p.Report(f)
			}
		}
	},
}

var sentinelSentinelCount = &lint.Rule{
	ID:       "sentinel/sentinel-count",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "fewer than three Sentinels, or an even number of them",
		Why:   `A failover needs the votes of a majority of all Sentinels, the lost ones included. One Sentinel alone watches nothing while its own node is down. Of two, the loss of either leaves no majority: "-failover-abort-not-elected", again and again. Four survive the loss of one, as three do, and cost one more.`,
		Fix:   "Run three Sentinels on three nodes, or five.",
		Refs:  []string{refSentinel},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			n := p.Facts.SentinelCount(g)
			if !n.Known || n.N >= 3 && n.N%2 == 1 {
				continue
			}
			f := lint.Finding{Help: "run 3 Sentinels, on three nodes"}
			switch {
			case n.N == 0:
				f.Message = "no Sentinel runs: nothing watches the master"
			case n.N == 1:
				f.Message = "a single Sentinel: while it is down nothing watches the master, and no other confirms what it sees"
			case n.N == 2:
				f.Message = "two Sentinels: when either is lost the other is no majority and no failover can start"
			default:
				f.Message = fmt.Sprintf("%d Sentinels survive the loss of %d, no more than %d do", n.N, (n.N-1)/2, n.N-1)
				f.Help = fmt.Sprintf("run %d or %d Sentinels", n.N-1, n.N+1)
			}
			for _, at := range n.Places {
				at.Label = "Sentinels run here"
				f.Places = addPlace(f.Places, at)
			}
			if len(f.Places) == 1 {
				f.Places[0].Label = ""
			}
			if slices.ContainsFunc(g.Sentinels, func(s *lint.Server) bool { return besideLoneRedis(p.Facts, s) }) {
				f.Help += ": in a StatefulSet of their own, for more pods here would be more masters"
			}
			p.Report(f)
		}
	},
}

// besideLoneRedis tells whether a Sentinel shares its pod with a Redis whose
// pods are all masters.
func besideLoneRedis(f *lint.Facts, s *lint.Server) bool {
	return slices.ContainsFunc(redisBehind(f, []*lint.Workload{s.Container.Workload}), func(r *lint.Server) bool {
		return r.Complete && r.ReplicaOf() == nil
	})
}
