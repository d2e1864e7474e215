package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/lint"
)

var redisReplicaofTarget = &lint.Rule{
	ID:       "redis/replicaof-target",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "replicaof names a host that does not exist, or the pod itself",
		Why: `A replica whose master does not resolve logs "Unable to connect to MASTER" for ever and stays empty; Sentinel never hears of it.

One file for all pods that says replicaof redis-0 makes pod 0 a replica of itself: no pod is a master, and every write is refused with "READONLY You can't write against a read only replica."`,
		Fix:  "Name the pod that is the master at first start, and leave the line out in that pod: by a start script that looks at its own name, or asks Sentinel.",
		Refs: []string{refReplication, "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/"},
	},
	Check: func(p *lint.Pass) {
		seen := spanSet{}
		for _, g := range p.Facts.Groups {
			for _, s := range g.Redis {
				for _, d := range followed(s) {
					if len(d.Args) != 2 || !seen.add(d.Arg(0).Place) {
						continue
					}
					asked := func(u lint.HostUse) bool { return u.Server != nil && u.Server.Sentinel }
					if slices.ContainsFunc(sameMissing(p.Facts, d.Arg(0), s), asked) {
						continue // sentinel/monitor-target
					}
					if f, wrong := replicaTarget(p.Facts, g, s, d); wrong {
						p.Report(f)
					}
				}
			}
		}
	},
}

// followed returns the directives that make a Redis a replica: the last one, or
// where a script writes them, each in a branch of its own, all of them.
func followed(s *lint.Server) []*lint.Directive {
	last := s.ReplicaOf()
	switch {
	case last == nil:
		return nil
	case s.Made:
		return append(s.All("replicaof"), s.All("slaveof")...)
	}
	return []*lint.Directive{last}
}

// replicaTarget judges the master that a replica is told to follow.
func replicaTarget(f *lint.Facts, g *lint.Group, s *lint.Server, d *lint.Directive) (lint.Finding, bool) {
	host, port := d.Arg(0), d.Arg(1)
	if !host.Known {
		return lint.Finding{}, false
	}
	r := f.Resolve(host.Text, s.Namespace())
	w := s.Container.Workload
	switch {
	case r.Status == lint.HostLoopback:
		own, _ := s.Port()
		if n, ok := number(port); !ok || n != own || !s.Complete || s.Made {
			return lint.Finding{}, false
		}
		return lint.Finding{
			Message: fmt.Sprintf("%q is the pod itself: it follows itself and takes no writes", host.Text),
			Places:  []lint.Place{host.Place},
			Help:    "write the name of the pod that is the master at first start",
		}, true
	case r.Status == lint.HostFound && len(r.Workloads) == 1 && r.Workloads[0] == w:
		if s.Made || !s.Complete {
			// A script may write it for the other pods only.
			t, wrong := judgeTarget(f, g, s, host, port)
			t.finding.Message = "the replica reaches no master: " + t.finding.Message
			return t.finding, wrong && t.port
		}
		v := lint.Finding{Places: []lint.Place{host.Place}, Help: "let a start script write the line in every pod but the first"}
		if r.Pod >= 0 {
			v.Message = fmt.Sprintf("pod %d of %s reads this line too and follows itself: no pod is the master", r.Pod, s.Name())
			v.Places = append(v.Places, countAt(w, count(w.Replicas, "pod")+" read it"))
		} else {
			v.Message = fmt.Sprintf("Service %s leads back to %s: the pods follow themselves, and none is the master", r.Service.Object.Name, s.Name())
			v.Places = append(v.Places, r.Service.At(r.Service.SelectorAt, "selects the replicas themselves"))
			v.Help = "name the Service or pod of the master"
		}
		return v, true
	}
	t, wrong := judgeTarget(f, g, s, host, port)
	t.finding.Message = "the replica reaches no master: " + t.finding.Message
	return t.finding, wrong
}

var redisStaticReplicaof = &lint.Rule{
	ID:       "redis/static-replicaof",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "a fixed replicaof that forgets what Sentinel decided",
		Why:   `After a failover Sentinel tells the servers their new roles, and Redis writes them into its file. A file that comes from a ConfigMap at every start, or a command-line option, still says the old role: a promoted replica that restarts follows the former master again, and a former master that restarts is a second master which accepted writes for 11 seconds before Sentinel caught it. Those writes are gone.`,
		Fix:   "Let the start script ask the Sentinels for the master (SENTINEL GET-MASTER-ADDR-BY-NAME), write replicaof accordingly, and fall back to a fixed pod only at the very first start.",
		Refs:  []string{refSentinel, refReplication},
	},
	Check: func(p *lint.Pass) {
		seen := spanSet{}
		for _, g := range p.Facts.Groups {
			if !watchesHere(p.Facts, g) {
				continue
			}
			for _, s := range g.Redis {
				d := s.ReplicaOf()
				if d == nil || !d.Arg(0).Known || !s.Complete || asksSentinel(p.Facts, s) || s.Made && outlives(s.Conf.Kind) {
					continue
				}
				if _, wrong := replicaTarget(p.Facts, g, s, d); wrong || !seen.add(d.Arg(0).Place) {
					continue
				}
				p.Report(lint.Finding{
					Message: fmt.Sprintf("%s follows %q at every start, whatever Sentinel decided: after a failover a restart brings the old roles back", s.Name(), d.Arg(0).Text),
					Places:  []lint.Place{d.Arg(0).Place},
					Help:    "let the start script ask Sentinel for the master first",
				})
			}
		}
	},
}

// asksSentinel tells whether something in the pod of the server speaks to
// Sentinel about the master.
func asksSentinel(f *lint.Facts, s *lint.Server) bool {
	return f.PodSays(s.Container.Workload, func(text string) bool {
		text = strings.ToLower(text)
		return strings.Contains(text, "get-master-addr-by-name") || strings.Contains(text, "sentinel master") || strings.Contains(text, "26379") && strings.Contains(text, "-cli")
	})
}

// masterish matches the names of Services that promise the master.
var masterish = pattern.New(`(?i)(^|[-.])(master|primary|leader|writer?|rw)([-.]|$)`).
	Where(pattern.HasFold("master", "primary", "leader", "write", "rw"))

var redisFixedMasterService = &lint.Rule{
	ID:       "redis/fixed-master-service",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "a Service for the master that stays with one pod after a failover",
		Why:   `Sentinel changes roles, not labels. A Service that is meant to lead to the master but selects a fixed set of pods leads, after the first failover, to a replica ("READONLY You can't write against a read only replica."), or to nothing while the old master is down. Whoever connects through it does not see that the group works.`,
		Fix:   "Remove the Service and let clients ask Sentinel for the master. A Service for each pod, named for the pod, or one headless Service for all of them is fine.",
		Refs:  []string{"https://redis.io/docs/latest/develop/reference/sentinel-clients/", refSentinel},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.Facts.Services {
			if s.Headless || s.External != "" || !masterish.MatchString(s.Object.Name) {
				continue
			}
			redis, pod := fixedPods(p.Facts, s)
			if !watched(p.Facts, redis) {
				continue
			}
			var at lint.Place
			for _, label := range s.SelectorAt.Fields() {
				at = s.At(label, "")
			}
			f := lint.Finding{
				Message: fmt.Sprintf("Service %s selects %s whatever its role: after a failover it leads to the old master", s.Object.Name, pod),
				Places:  []lint.Place{at, s.At(s.Object.Value.Get("metadata", "name"), "the name promises the master")},
				Help:    "let clients ask Sentinel for the master, and remove the Service",
			}
			p.Report(f)
		}
	},
}

// fixedPods returns the Redis servers that a Service selects, and how to call
// their pods. A label that names one pod of a StatefulSet counts as selecting
// it.
func fixedPods(f *lint.Facts, s *lint.Service) (redis []*lint.Server, pod string) {
	for _, label := range []string{"statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"} {
		value, ok := s.Selector[label]
		if !ok {
			continue
		}
		for _, r := range f.Redis {
			w := r.Container.Workload
			base, _, named := lint.Ordinal(value)
			if w.IsStateful() && (label == "apps.kubernetes.io/pod-index" || named && base == w.Object.Name) &&
				(w.Object.Namespace == "" || s.Object.Namespace == "" || w.Object.Namespace == s.Object.Namespace) {
				redis = append(redis, r)
				pod = "pod " + value
			}
		}
		return redis, pod
	}
	redis = redisBehind(f, s.Workloads)
	pods := 0
	for _, r := range redis {
		n, _ := f.PodCount(r.Container.Workload)
		pods += n
	}
	switch {
	case pods == 1:
		pod = "the pod of " + redis[0].Name()
	case pods > 1:
		pod = fmt.Sprintf("each of %s", count(pods, "pod"))
	}
	return redis, pod
}

// watched tells whether Sentinels watch one of the servers.
func watched(f *lint.Facts, redis []*lint.Server) bool {
	return slices.ContainsFunc(f.Groups, func(g *lint.Group) bool {
		return watchesHere(f, g) && slices.ContainsFunc(redis, func(r *lint.Server) bool { return slices.Contains(g.Redis, r) })
	})
}
