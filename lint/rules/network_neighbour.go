package rules

import (
	"fmt"

	"github.com/quorumwright/quorumwright/lint"
)

// neighbourPort reports the port of Redis where Sentinel is asked for, or the
// reverse, at a Service that leads to both in the same pods.
func neighbourPort(t *together, facts *lint.Facts, u lint.HostUse, n int) {
	r, sentinel := u.Leads, u.Client.UsesSentinel()
	wanted, others := map[int]bool{}, map[int]bool{}
	for _, server := range serversBehind(facts, r.Workloads, sentinel) {
		for _, port := range listening(server) {
			wanted[port] = true
		}
	}
	for _, server := range serversBehind(facts, r.Workloads, !sentinel) {
		for _, port := range listening(server) {
			others[port] = true
		}
	}
	who, other := serverKinds(sentinel)
	var right []int
	wrong := false
	var places []lint.Place
	for _, sp := range r.Service.Ports {
		target, known := targetOf(r.Service, sp)
		switch {
		case !known:
			return
		case wanted[target]:
			right = append(right, sp.Port)
			places = addPlace(places, r.Service.At(sp.PortAt, fmt.Sprintf("%s is behind %d", who, sp.Port)))
		}
		wrong = wrong || sp.Port == n && others[target] && !wanted[target]
	}
	if !wrong || len(right) != 1 {
		return
	}
	text := fmt.Sprint(right[0])
	t.add(fmt.Sprintf("%s\x00%s\x00%d", u.Who, r.Service.Object.ID(), n), lint.Finding{
		Message: fmt.Sprintf("%s asks for %s at port %d of Service %s, where %s answers", u.Who, who, n, r.Service.Object.Name, other),
		Help:    "write " + text,
		Fixes:   replace(u.Port, text, "write "+text, false),
		Places:  append([]lint.Place{u.Port.Labeled(fmt.Sprintf("%s asks for %d", u.Who, n))}, places...),
	})
}

// serverKinds returns what is asked for, and what runs beside it.
func serverKinds(sentinel bool) (who, other string) {
	if sentinel {
		return "Sentinel", "Redis"
	}
	return "Redis", "Sentinel"
}
