package rules

import (
	"fmt"
	"iter"
	"slices"

	"github.com/quorumwright/quorumwright/lint"
)

var networkPort = &lint.Rule{
	ID:       "network/port",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a client asks a Service for a port that it does not have",
		Why: `Packets to a port that a Service does not list are dropped or refused: the client waits for its timeout or logs "Connection refused". Of three Sentinel nodes with one wrong port the group still works, until one of the other two is down.

A headless Service maps no ports: its name leads straight to the pods, and the port must be the one that the process listens on.`,
		Fix:  "Write the port of the Service, 26379 for Sentinel unless it is set otherwise.",
		Refs: []string{refService},
	},
	Check: func(p *lint.Pass) {
		t := &together{pass: p}
		for _, u := range p.Facts.HostUses() {
			if u.Client != nil {
				clientPort(t, p.Facts, u)
			}
		}
		t.report()
	},
}

// clientPort judges the port that a client asks for.
func clientPort(t *together, facts *lint.Facts, u lint.HostUse) {
	n, ok := number(u.Port)
	r := u.Leads
	if !ok || n <= 0 || r.Status != lint.HostFound || len(r.Service.Ports) == 0 {
		return
	}
	if neighbourPort(t, facts, u, n) || r.Service.HasPort(n) {
		return
	}
	s := r.Service
	if _, wrong := wrongPods(facts, s); wrong {
		return // network/selector
	}
	behind := serversBehind(facts, r.Workloads, u.Client.UsesSentinel())
	if len(behind) == 0 && len(serversBehind(facts, r.Workloads, !u.Client.UsesSentinel())) > 0 {
		return // the wrong host: network/selector
	}
	var listens []int
	for _, server := range behind {
		listens = append(listens, listening(server)...)
	}
	leads := func(sp lint.ServicePort) bool {
		target, known := targetOf(s, sp)
		return !known || len(listens) == 0 || slices.Contains(listens, target)
	}
	if !slices.ContainsFunc(s.Ports, leads) {
		return // no port of the Service reaches them: network/target-port
	}
	cause := fmt.Sprintf("%s\x00%s\x00%d", u.Who, s.Object.ID(), n)
	if s.Released {
		cause = fmt.Sprintf("%s\x00%s\x00%d", u.Who, workloadNames(s.Workloads), n)
	}
	for _, sp := range s.Ports {
		target, known := targetOf(s, sp)
		if !known || target != n || !slices.Contains(listens, n) {
			continue
		}
		at := s.At(sp.PortAt, "")
		f := lint.Finding{
			Message: fmt.Sprintf("Service %s offers port %d for port %d of the pods, and %s asks for %d", s.Object.Name, sp.Port, n, u.Who, n),
			Help:    fmt.Sprintf("write %d", n),
			Places:  []lint.Place{at, u.Port.Labeled("asked for here")},
		}
		f.Fixes = replace(lint.Arg{Place: at}, fmt.Sprint(n), f.Help, false)
		for _, server := range behind {
			if _, at := server.Port(); at.Exists() {
				f.Places = addPlace(f.Places, at.Labeled("and listened on here"))
			}
		}
		t.add(cause, f)
		return
	}
	f := lint.Finding{
		Message: fmt.Sprintf("%s asks Service %s for port %d, which it does not have", u.Who, s.Object.Name, n),
		Places:  []lint.Place{u.Port.Labeled(fmt.Sprintf("%s asks for %d", u.Who, n))},
	}
	if s.Headless || r.Pod >= 0 {
		if declared := declaredPorts(r.Workloads); len(listens) == 0 && (len(declared) == 0 || slices.Contains(declared, n)) {
			return // the pods may listen there
		}
		if slices.Contains(listens, n) {
			f.Severity = lint.Warning
			f.Message = fmt.Sprintf("%s asks for port %d, on which the pods listen, but Service %s does not list it", u.Who, n, s.Object.Name)
			f.Help = fmt.Sprintf("add port %d to the Service", n)
			f.Places = append(f.Places, serviceNameAt(s, "the headless Service"))
			t.add(cause, f)
			return
		}
	}
	var offered []int
	for _, sp := range s.Ports {
		if leads(sp) {
			offered = append(offered, sp.Port)
			f.Places = addPlace(f.Places, s.At(sp.PortAt, fmt.Sprintf("the Service offers %d", sp.Port)))
		}
	}
	if len(offered) == 1 {
		right := fmt.Sprint(offered[0])
		f.Help, f.Fixes = "write "+right, replace(u.Port, right, "write "+right, false)
	}
	t.add(cause, f)
}

// declaredPorts returns the ports that the containers of workloads declare.
func declaredPorts(workloads []*lint.Workload) []int {
	var all []int
	for _, w := range workloads {
		for _, c := range w.Containers {
			for d := range c.Value.Get("ports").Elements() {
				if n, ok := d.Get("containerPort").Int(); ok {
					all = append(all, n)
				}
			}
		}
	}
	return all
}

// targetOf returns the port of the pods to which a port of a Service leads.
func targetOf(s *lint.Service, sp lint.ServicePort) (port int, known bool) {
	if sp.Named == "" {
		return sp.Target, true
	}
	for _, w := range s.Workloads {
		for _, c := range w.Containers {
			for d := range c.Value.Get("ports").Elements() {
				if d.Get("name").Text() == sp.Named {
					return d.Get("containerPort").Int()
				}
			}
		}
	}
	return 0, false
}

// listening returns the ports that a server listens on, plain and TLS; none if
// that is not known.
func listening(s *lint.Server) []int {
	var all []int
	n, at := s.Port()
	if n < 0 || !at.Exists() && !s.Complete {
		return nil
	}
	if n > 0 {
		all = append(all, n)
	}
	if t, ok := number(s.Last("tls-port").Arg(0)); ok && t > 0 {
		all = append(all, t)
	}
	return all
}

var networkTargetPort = &lint.Rule{
	ID:       "network/target-port",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a Service leads to a port on which nothing listens",
		Why: `The port of a Service is mapped to its targetPort, by number or by the name of a containerPort, and something must listen there: the number behind port in redis.conf or sentinel.conf, 6379 and 26379 without one. Otherwise every connection is refused, while all pods are ready.

A containerPort by itself opens and closes nothing. One that differs from the rest misleads the reader, and policies and dashboards that go by it; it is a warning.`,
		Fix:  "Write one number in all places: port of the configuration, containerPort, targetPort.",
		Refs: []string{refService, refRedisConfig},
	},
	Check: func(p *lint.Pass) {
		done := map[*lint.Workload]bool{}
		for _, s := range p.Facts.Servers() {
			if w := s.Container.Workload; !done[w] {
				done[w] = true
				targetPorts(p, w)
			}
			serverPorts(p, s)
		}
	},
}

// A portVote is one place that says on which port a server is reached.
type portVote struct {
	port int
	at   lint.Place
	kind portKind
}

type portKind int

const (
	listenPort portKind = iota
	containerPort
	namedPort // a containerPort to which a Service leads by its name
	targetPort
	askedPort
)

// serverPorts compares what a server listens on with what is written about it.
func serverPorts(p *lint.Pass, s *lint.Server) {
	ports := listening(s)
	if len(ports) == 0 {
		return
	}
	who := "Redis"
	if s.Sentinel {
		who = "Sentinel"
	}
	agreed := true
	for port := range portVotes(p.Facts, s, ports) {
		agreed = agreed && slices.Contains(ports, port)
	}
	if agreed {
		return
	}
	var votes []portVote
	for _, vote := range portVotes(p.Facts, s, ports) {
		votes = append(votes, vote(who))
	}
	reportPorts(p, s, who, votes, ports)
}

// portVotes yields the port that each place says, that on which the server listens
// first, and what makes the vote of it.
func portVotes(f *lint.Facts, s *lint.Server, ports []int) iter.Seq2[int, func(who string) portVote] {
	return func(yield func(int, func(string) portVote) bool) {
		if !yield(ports[0], func(who string) portVote {
			_, directive := s.Port()
			return portVote{ports[0], directive.Labeled(fmt.Sprintf("%s listens on %d", who, ports[0])), listenPort}
		}) {
			return
		}
		if c, ok := containerPortOf(s, ports); ok {
			n, _ := c.Get("containerPort").Int()
			if !yield(n, func(string) portVote {
				v := portVote{n, s.Container.At(c.Get("containerPort"), fmt.Sprintf("the container declares %d", n)), containerPort}
				if namedBy(f, s, c.Get("name").Text()) {
					v.kind = namedPort
				}
				return v
			}) {
				return
			}
		}
		for _, service := range f.Services {
			if w := s.Container.Workload; !slices.Contains(service.Workloads, w) && !service.SelectsPodOf(w) {
				continue
			}
			for i := range service.Ports {
				sp := &service.Ports[i]
				if sp.Named != "" || !isFor(f, service, *sp, s, ports) {
					continue
				}
				if !yield(sp.Target, func(string) portVote {
					at := service.At(sp.TargetAt, fmt.Sprintf("Service %s leads to %d", service.Object.Name, sp.Target))
					if !sp.TargetAt.Exists() {
						at = service.At(sp.PortAt, at.Label)
					}
					return portVote{sp.Target, at, targetPort}
				}) {
					return
				}
			}
		}
		uses := f.HostUses()
		for i := range uses {
			u := &uses[i]
			n, ok := number(u.Port)
			sentinel := u.Client != nil && u.Client.UsesSentinel()
			if ok && u.Leads.Status == lint.HostFound && sentinel == s.Sentinel && slices.Contains(u.Leads.Workloads, s.Container.Workload) {
				if !yield(n, func(string) portVote {
					return portVote{n, u.Port.Labeled(fmt.Sprintf("%s asks for %d", u.Who, n)), askedPort}
				}) {
					return
				}
			}
		}
	}
}

func reportPorts(p *lint.Pass, s *lint.Server, who string, votes []portVote, ports []int) {
	same := func(a, b portVote) lint.Match {
		switch {
		case a.port == b.port, slices.Contains(ports, a.port) && slices.Contains(ports, b.port):
			return lint.Same
		}
		return lint.Differs
	}
	usual, odd := lint.Odd(votes, same)
	// What a client asks for is judged by network/port; here it only votes.
	var wrong []portVote
	for _, side := range odd {
		for _, v := range side {
			if v.kind != askedPort {
				wrong = append(wrong, v)
			}
		}
	}
	if len(wrong) == 0 || !slices.ContainsFunc(usual, func(v portVote) bool { return v.kind != askedPort }) {
		return
	}
	f := lint.Finding{Help: fmt.Sprintf("write %d", usual[0].port)}
	onlyDeclared := true
	for _, v := range wrong {
		onlyDeclared = onlyDeclared && v.kind == containerPort
		if v.kind == listenPort && !v.at.IsValid() { // the default: nothing is written
			v.at = commandAt(s.Container)
			f.Help = fmt.Sprintf("add the line \"port %d\" to the configuration, or write %d everywhere", usual[0].port, v.port)
		}
		f.Places = addPlace(f.Places, v.at)
	}
	listens := votes[0].port
	switch first := wrong[0]; {
	case onlyDeclared:
		f.Severity = lint.Warning
		f.Message = fmt.Sprintf("the container declares port %d, and %s listens on %d", first.port, who, listens)
	case first.kind == listenPort:
		f.Message = fmt.Sprintf("%s listens on %d, and everything else leads to %d", who, listens, usual[0].port)
	case first.kind == namedPort:
		f.Message = fmt.Sprintf("the named port leads to %d, and %s listens on %d", first.port, who, listens)
	default:
		f.Message = fmt.Sprintf("the Service leads to port %d of the pods, and %s listens on %d", first.port, who, listens)
	}
	f.Fixes = replace(lint.Arg{Place: f.Places[0]}, fmt.Sprint(usual[0].port), fmt.Sprintf("write %d", usual[0].port), false)
	for _, v := range usual {
		f.Places = addPlace(f.Places, v.at)
	}
	f.Places[0].Label = ""
	p.Report(f)
}
