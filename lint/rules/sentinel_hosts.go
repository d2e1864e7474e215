package rules

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

var sentinelHostnameWithoutResolve = &lint.Rule{
	ID:       "sentinel/hostname-without-resolve",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "Sentinel is given a host name and not told to resolve names",
		Why: `Since Redis 6.2 Sentinel takes host names only with sentinel resolve-hostnames yes. Without it, it ends at start, whether or not the name exists: "Failed to resolve hostname 'redis-master'", then "FATAL CONFIG FILE ERROR … Can't resolve instance hostname." Every Sentinel pod is in a crash loop, and clients find no master.

A name in sentinel announce-ip lets it start, but the other Sentinels do not resolve it and never count this one.

Before 6.2 the option does not exist, and the name is resolved once, at start.`,
		Fix: `Add "sentinel resolve-hostnames yes", and "sentinel announce-hostnames yes" so that names, not addresses, are told and saved. The place in the file does not matter.`,
		Refs: []string{
			refSentinelIP,
			"https://github.com/redis/redis/blob/7.2/sentinel.conf",
		},
	},
	Check: checkHostnameWithoutResolve,
}

func checkHostnameWithoutResolve(p *lint.Pass) {
	seen := spanSet{}
	for _, s := range p.Facts.Sentinels {
		if seemsBefore62(s) {
			continue
		}
		yes, sure := isYes(s, "resolve-hostnames")
		if yes || !sure {
			continue
		}
		var hosts []lint.Arg
		for _, w := range watches([]*lint.Server{s}) {
			if isHostName(w.Host) || w.Host.IsName {
				hosts = append(hosts, w.Host)
			}
		}
		fatal := len(hosts) > 0
		if a := s.SentinelLast("announce-ip", "").Arg(1); isHostName(a) {
			hosts = append(hosts, a)
		}
		if len(hosts) == 0 || !seen.add(hosts[0].Place) {
			continue
		}
		f := lint.Finding{Help: `add the line "sentinel resolve-hostnames yes"`}
		f.Message = fmt.Sprintf("%q is a host name, and without \"sentinel resolve-hostnames yes\" Sentinel ends at start: \"Can't resolve instance hostname\"", hosts[0].Text)
		if !fatal {
			f.Message = fmt.Sprintf("this Sentinel announces itself as %q, a host name that the others do not resolve without \"sentinel resolve-hostnames yes\"", hosts[0].Text)
		}
		for _, h := range hosts {
			f.Places = append(f.Places, h.Labeled("a host name"))
		}
		f.Places[0].Label = ""
		if d := s.SentinelLast("resolve-hostnames", ""); d != nil {
			f.Places = append([]lint.Place{d.Arg(1).Labeled("resolves no names")}, f.Places...)
			if fatal {
				f.Message = fmt.Sprintf("%q is a host name, and with \"sentinel resolve-hostnames %s\" Sentinel ends at start: \"Can't resolve instance hostname\"", hosts[0].Text, d.Arg(1).Text)
			}
			f.Help = "write sentinel resolve-hostnames yes"
			if s.ByEnv {
				f.Help = "write yes"
			}
			f.Fixes = replace(d.Arg(1), "yes", "resolve host names", true)
		} else if m := s.Monitors(); len(m) > 0 {
			f.Fixes = insertLine(m[0].Directive, "sentinel resolve-hostnames yes", "resolve host names", true)
		}
		p.Report(f)
	}
}

// isHostName tells whether an argument is certainly a host name.
func isHostName(a lint.Arg) bool {
	if !a.Known || a.Text == "" || strings.ContainsAny(a.Text, "$<>{}%") {
		return false
	}
	_, err := netip.ParseAddr(a.Text)
	return err != nil
}

// insertLine returns the fix that puts a line above a directive, if each
// directive stands on a line of its own in the file.
func insertLine(d *lint.Directive, line, title string, safe bool) []lint.Fix {
	at := d.At("")
	if !at.IsValid() || at.Approximate || d.Raw.Key.Column == 0 || at.Column < d.Raw.Key.Column {
		return nil
	}
	if at.Line != at.EndLine || !d.OnOwnLine() {
		return nil
	}
	at.EndLine, at.EndColumn = at.Line, at.Column
	return []lint.Fix{{Title: title, Safe: safe, Edits: []lint.Edit{{
		Span: at.Span, New: line + "\n" + strings.Repeat(" ", at.Column-1),
	}}}}
}

var sentinelMonitorThroughService = &lint.Rule{
	ID:       "sentinel/monitor-through-service",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "Sentinel monitors the master through the address of a Service",
		Why: `Sentinel identifies every Redis by its address. Through a Service it knows the master by the Service's virtual address, while the replicas, and the old master when it comes back, are known by the addresses of their pods. After a failover the Service still leads to the pod that it selects: Sentinel sees at the old master's address whatever stands there, and clients are told an address that may be another pod's.

A Service in front of several Redis pods is worse: Sentinel talks to another one with each connection.`,
		Fix:  "Monitor the pod itself by its stable name behind a headless Service (redis-0.redis-headless…), with replica-announce-ip set to the same name in each Redis. A Service of its own for each pod works too if that pod announces it.",
		Refs: []string{refSentinelIP, "https://kubernetes.io/docs/concepts/services-networking/service/#headless-services"},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			for _, w := range watches(g.Sentinels) {
				r := p.Facts.Resolve(w.Host.Text, w.server.Namespace())
				if r.Status != lint.HostFound || !w.Host.Known || r.Pod >= 0 || announced(p.Facts, r.Workloads) {
					continue
				}
				redis := redisBehind(p.Facts, r.Workloads)
				pods := 0
				for _, s := range redis {
					n, _ := p.Facts.PodCount(s.Container.Workload)
					pods += n
				}
				f := lint.Finding{
					Places: []lint.Place{w.Host.Place, r.Service.At(r.Service.Object.Value.Get("metadata", "name"), "a Service in front of "+workloadNames(r.Workloads))},
					Help:   "monitor a pod by its own name behind a headless Service, such as redis-0." + headlessName(p.Facts, r) + ", and let each Redis announce its name with replica-announce-ip",
				}
				switch {
				case len(redis) == 0:
					continue // nothing, or not Redis: other rules
				case !r.Service.Headless:
					f.Message = fmt.Sprintf("Sentinel would know the master %q by the virtual address of Service %s, which no failover moves", w.Name.Text, r.Service.Object.Name)
				case pods > 1:
					f.Message = fmt.Sprintf("%q is any of %s: Sentinel takes a random one for the master %q", w.Host.Text, count(pods, "pod"), w.Name.Text)
				default:
					continue // the name of one pod
				}
				p.Report(f)
			}
		}
	},
}

// announced tells whether the Redis of the workloads announce, or may announce,
// an address of their own choice.
func announced(f *lint.Facts, workloads []*lint.Workload) bool {
	return slices.ContainsFunc(redisBehind(f, workloads), func(s *lint.Server) bool {
		return !s.Complete || s.Last("replica-announce-ip", "slave-announce-ip") != nil
	})
}

// headlessName returns the headless Service of the workloads behind a host.
func headlessName(f *lint.Facts, r lint.Resolution) string {
	for _, s := range f.Services {
		if s.Headless && slices.ContainsFunc(s.Workloads, func(w *lint.Workload) bool { return slices.Contains(r.Workloads, w) }) {
			return s.Object.Name
		}
	}
	return "redis-headless"
}

var sentinelAnnounce = &lint.Rule{
	ID:       "sentinel/announce",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "names are resolved but not announced, or several pods announce one",
		Why: `With resolve-hostnames alone Sentinel resolves the name once and keeps the address: its rewritten file and its answers to clients hold addresses, and a pod that comes back with another one is a stranger. With announce-hostnames the name stays.

An announce address that several pods share makes them one: the Sentinels overwrite each other's entry every two seconds ("+sentinel-invalid-addr"), and the quorum comes and goes. Replicas that announce one address are one replica to Sentinel.

Replicas that announce host names while Sentinel does not resolve names are not found at all: num-slaves stays 0 and there is nothing to promote.`,
		Fix:  `Write "sentinel announce-hostnames yes" beside resolve-hostnames, and let the start script of each pod write its own name into sentinel announce-ip and replica-announce-ip.`,
		Refs: []string{refSentinelIP},
	},
	Check: func(p *lint.Pass) {
		seen := spanSet{}
		for _, s := range slices.Concat(p.Facts.Sentinels, p.Facts.Redis) {
			sharedAnnounce(p, s, seen)
		}
		for _, g := range p.Facts.Groups {
			for _, s := range g.Sentinels {
				notAnnounced(p, s, seen)
				namesNotFound(p, g, s, seen)
			}
		}
	},
}

// sharedAnnounce finds one address that several pods announce.
func sharedAnnounce(p *lint.Pass, s *lint.Server, seen spanSet) {
	a, what := s.Last("replica-announce-ip", "slave-announce-ip").Arg(0), "Redis"
	if s.Sentinel {
		a, what = s.SentinelLast("announce-ip", "").Arg(1), "Sentinel"
	}
	n, known := p.Facts.PodCount(s.Container.Workload)
	if !a.Exists() || !a.Known || !known || n < 2 || strings.ContainsAny(a.Text, "$<>{}%") || a.Text == "" || !seen.add(a.Place) {
		return
	}
	p.Report(lint.Finding{
		Message: fmt.Sprintf("all %s of %s announce themselves as %q: to the others they are one %s", count(n, "pod"), s.Name(), a.Text, what),
		Places:  []lint.Place{a.Place, countAt(s.Container.Workload, count(n, "pod"))},
		Help:    "let the start script write the pod's own name here, from $(hostname)",
	})
}

// notAnnounced finds names that are resolved and then forgotten.
func notAnnounced(p *lint.Pass, s *lint.Server, seen spanSet) {
	resolves, _ := isYes(s, "resolve-hostnames")
	announces, sure := isYes(s, "announce-hostnames")
	if !resolves || announces || !sure {
		return
	}
	for _, w := range watches([]*lint.Server{s}) {
		if !isHostName(w.Host) {
			continue
		}
		d := s.SentinelLast("resolve-hostnames", "")
		if !seen.add(d.At("")) {
			return
		}
		f := lint.Finding{
			Message: fmt.Sprintf("with \"sentinel resolve-hostnames yes\" alone Sentinel keeps and tells the address of %q: the name is lost when the pod moves", w.Host.Text),
			Places:  []lint.Place{d.At(""), w.Host.Labeled("a host name")},
			Help:    `add the line "sentinel announce-hostnames yes"`,
			Fixes:   insertLine(d, "sentinel announce-hostnames yes", "announce host names", false),
		}
		if off := s.SentinelLast("announce-hostnames", ""); off != nil {
			f.Places[0] = off.Arg(1).Labeled("announces addresses")
			f.Message = fmt.Sprintf("with announce-hostnames %s Sentinel keeps and tells the address of %q: the name is lost when the pod moves", off.Arg(1).Text, w.Host.Text)
			f.Help, f.Fixes = "write sentinel announce-hostnames yes", replace(off.Arg(1), "yes", "announce host names", false)
			if off.Arg(1).Place.IsAbsent() {
				f.Message = fmt.Sprintf("nothing in env lets Sentinel announce names: it keeps and tells the address of %q, and the name is lost when the pod moves", w.Host.Text)
				f.Help = "set REDIS_SENTINEL_ANNOUNCE_HOSTNAMES to yes"
			}
		}
		p.Report(f)
		return
	}
}

// namesNotFound finds replicas that announce names to a Sentinel that knows
// only addresses.
func namesNotFound(p *lint.Pass, g *lint.Group, s *lint.Server, seen spanSet) {
	resolves, sure := isYes(s, "resolve-hostnames")
	if resolves || !sure || seemsBefore62(s) || len(s.Monitors()) == 0 {
		return
	}
	for _, w := range watches([]*lint.Server{s}) {
		if isHostName(w.Host) {
			return // fatal: sentinel/hostname-without-resolve
		}
	}
	for _, r := range g.Redis {
		a := r.Last("replica-announce-ip", "slave-announce-ip").Arg(0)
		if !isHostName(a) || !seen.add(a.Place) {
			continue
		}
		p.Report(lint.Finding{
			Severity: lint.Error,
			Message:  fmt.Sprintf("Redis announces itself as %q, a host name, but Sentinel resolves none: it finds no replica and has nothing to promote", a.Text),
			Places:   []lint.Place{a.Place, s.Monitors()[0].Directive.At("this Sentinel knows addresses only")},
			Help:     `add "sentinel resolve-hostnames yes" and "sentinel announce-hostnames yes" to the Sentinels`,
		})
		return
	}
}
