package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

// neighbourPort reports the way to Redis where Sentinel is asked for, or the
// reverse: the port of the one at a Service that leads to both in the same pods,
// or a Service that leads to nothing but the other. It tells whether it did.
func neighbourPort(t *together, facts *lint.Facts, u lint.HostUse, n int) bool {
	s, sentinel := u.Leads.Service, u.Client.UsesSentinel()
	who, other := serverKinds(sentinel)
	wanted := portsOf(facts, u.Leads.Workloads, sentinel)
	others := portsOf(facts, u.Leads.Workloads, !sentinel)
	if len(serversBehind(facts, u.Leads.Workloads, sentinel)) == 0 {
		return false // the wrong host: network/selector
	}
	var right []lint.ServicePort
	wrong, asked := false, false
	for _, sp := range s.Ports {
		target, known := targetOf(s, sp)
		switch is, sure := isPortOf(sp, target, known, sentinel, wanted, others); {
		case !sure:
			return false
		case is:
			right = append(right, sp)
		default:
			asked = asked || sp.Port == n
			wrong = true
		}
	}
	if !wrong || len(right) > 0 && !asked || len(right) == 0 && len(wanted) == 0 {
		return false
	}
	f := lint.Finding{
		Message: fmt.Sprintf("%s asks for %s at port %d of Service %s, where %s answers", u.Who, who, n, s.Object.Name, other),
		Places:  []lint.Place{u.Port.Labeled(fmt.Sprintf("%s asks for %d", u.Who, n))},
	}
	if len(right) > 0 {
		text := fmt.Sprint(right[0].Port)
		f.Help = "write " + text
		if len(right) == 1 {
			f.Fixes = replace(u.Port, text, f.Help, false)
		}
		f.Places = append(f.Places, s.At(right[0].PortAt, fmt.Sprintf("%s is behind %s", who, text)))
	} else {
		f.Message = fmt.Sprintf("%s asks Service %s for %s, and it leads to %s alone", u.Who, s.Object.Name, who, other)
		f.Places = []lint.Place{u.Host.Labeled(""), serviceNameAt(s, "leads to "+other)}
		f.Help = "write the host of a Service that leads to " + who
	}
	t.add(fmt.Sprintf("%s\x00%s\x00%d", u.Who, s.Object.ID(), n), f)
	return true
}

// isPortOf tells whether a port of a Service leads to the wanted kind of server,
// Sentinel or Redis, rather than the other: by what listens on its target, or
// by its name where that cannot be told.
func isPortOf(sp lint.ServicePort, target int, known, sentinel bool, wanted, others []int) (is, sure bool) {
	switch {
	case known && slices.Contains(wanted, target) && !slices.Contains(others, target):
		return true, true
	case known && slices.Contains(others, target) && !slices.Contains(wanted, target):
		return false, true
	case len(wanted) > 0 && len(others) > 0:
		return false, false
	case strings.Contains(strings.ToLower(sp.Name), "sentinel"):
		return sentinel, true
	case strings.Contains(strings.ToLower(sp.Name), "redis"):
		return !sentinel, true
	}
	return false, false
}

// portsOf returns the ports on which the servers of workloads listen, plain and
// TLS; none if one of them is not known.
func portsOf(facts *lint.Facts, workloads []*lint.Workload, sentinel bool) []int {
	if len(workloads) != 1 {
		return findPorts(facts, workloads, sentinel)
	}
	known, at := portsIn.Of(facts), serversIn{workloads[0], sentinel}
	ports, ok := known[at]
	if !ok {
		ports = findPorts(facts, workloads, sentinel)
		known[at] = ports
	}
	return ports
}

// portsIn are the ports of single workloads.
var portsIn = lint.Derive(func(*lint.Facts) map[serversIn][]int { return map[serversIn][]int{} })

type serversIn struct {
	workload *lint.Workload
	sentinel bool
}

func findPorts(facts *lint.Facts, workloads []*lint.Workload, sentinel bool) []int {
	var all []int
	for _, s := range serversBehind(facts, workloads, sentinel) {
		ports := listening(s)
		if len(ports) == 0 {
			return nil
		}
		all = append(all, ports...)
	}
	return all
}

// serverKinds returns what is asked for, and what runs beside it.
func serverKinds(sentinel bool) (who, other string) {
	if sentinel {
		return "Sentinel", "Redis"
	}
	return "Redis", "Sentinel"
}
