package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

var redisHandoverWithoutPause = &lint.Rule{
	ID:       "redis/handover-without-pause",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "a preStop hook hands the master over while it still takes writes",
		Why: `SENTINEL FAILOVER promotes a replica and leaves the old master as it is: for about ten seconds, until it is told, it goes on accepting writes and confirms them. All of them are gone when it becomes a replica: 217 confirmed writes in one rolling restart.

With CLIENT PAUSE … WRITE before it the clients wait for one or two seconds, and nothing is lost.`,
		Fix:  "In the hook, run CLIENT PAUSE 30000 WRITE on the master first, then SENTINEL FAILOVER, and wait until the Sentinels name another one. If that fails, run CLIENT UNPAUSE.",
		Refs: []string{"https://redis.io/docs/latest/commands/client-pause/", refSentinel},
	},
	Check: func(p *lint.Pass) {
		seen := spanSet{}
		for _, s := range p.Facts.Redis {
			if seemsBefore62(s) {
				continue // CLIENT PAUSE … WRITE came with 6.2
			}
			c := s.Container
			texts := c.ExecTexts(c.Value.Get("lifecycle", "preStop"))
			asks := slices.IndexFunc(texts, func(v repo.Value) bool { return asksFailover(v.Text()) })
			if asks < 0 || slices.ContainsFunc(texts, func(v repo.Value) bool { return strings.Contains(strings.ToLower(v.Text()), "pause") }) {
				continue
			}
			at := lint.AtKey(c.Workload.Object, c.Value.Get("lifecycle", "preStop"), "")
			if !seen.add(at) {
				continue
			}
			p.Report(lint.Finding{
				Message: fmt.Sprintf("the hook of %s asks for a failover while clients go on writing: what the old master confirms meanwhile is lost", s.Name()),
				Places:  []lint.Place{at},
				Help:    "run CLIENT PAUSE 30000 WRITE on this Redis before SENTINEL FAILOVER",
			})
		}
	},
}

// wantsLink tells whether a probe looks at the replication link. A script that
// is given arguments may do so for another probe.
func wantsLink(c *lint.Container, probe repo.Value) bool {
	words := probe.Get("exec", "command").Items()
	texts := c.ExecTexts(probe)
	if n := len(words); n > 1 && len(texts) > n && !strings.Contains(words[n-1].Text(), "/") {
		texts = texts[:n]
	}
	return slices.ContainsFunc(texts, func(v repo.Value) bool { return strings.Contains(v.Text(), "master_link_status") })
}

// asksFailover tells whether a script asks Sentinel for a failover.
func asksFailover(text string) bool {
	words := strings.Fields(strings.ToLower(text))
	for i := 1; i < len(words); i++ {
		if strings.Trim(words[i], "\"';") == "failover" && strings.Trim(words[i-1], "\"'") == "sentinel" {
			return true
		}
	}
	return false
}

var sentinelReadinessOnReplication = &lint.Rule{
	ID:       "sentinel/readiness-on-replication",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "the Sentinels' Service is empty exactly while the master is down",
		Why:   `A pod is ready only if all of its containers are. Where Redis and Sentinel share a pod and Redis is ready only while its link to the master is up, all replicas become unready the moment the master fails, and their Sentinels disappear from the Service with them: clients that ask for the new master reach nobody until the failover is over.`,
		Fix:   "Let readiness answer for the process alone (PING), and ask for the replication link in the startup probe. Or set publishNotReadyAddresses: true on the Service of the Sentinels.",
		Refs:  []string{"https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/", refSentinel},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.Facts.Sentinels {
			port, _ := s.Port()
			for _, r := range redisBehind(p.Facts, []*lint.Workload{s.Container.Workload}) {
				probe := r.Container.Value.Get("readinessProbe")
				if !wantsLink(r.Container, probe) {
					continue
				}
				for _, svc := range p.Facts.Services {
					if !slices.Contains(svc.Workloads, s.Container.Workload) || !svc.HasPort(port) || svc.Object.Value.Get("spec", "publishNotReadyAddresses").IsTrue() {
						continue
					}
					p.Report(lint.Finding{
						Message: fmt.Sprintf("while the master is down no pod of %s is ready, and Service %s leads to no Sentinel", s.Name(), svc.Object.Name),
						Places: []lint.Place{
							lint.AtKey(r.Container.Workload.Object, probe, ""),
							svc.At(svc.Object.Value.Get("metadata", "name"), "offers the Sentinels of ready pods only"),
						},
						Help: "let the probe run PING only, or set publishNotReadyAddresses: true on the Service",
					})
				}
			}
		}
	},
}
