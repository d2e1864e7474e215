package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

var sentinelMonitorTarget = &lint.Rule{
	ID:       "sentinel/monitor-target",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "Sentinel monitors a host or port where no Redis answers",
		Why: `Sentinel starts even if the host of sentinel monitor resolves to nothing: it logs "Failed to resolve hostname" once a second, or takes the master for down. It learns of replicas and of the other Sentinels only through the master, so it never finds any, and clients that ask for the master get a wrong address or none.

localhost is a wrong address too: every Sentinel watches the Redis of its own pod, and tells it to clients in other pods.`,
		Fix:  "Monitor the stable name of the pod that is the master at first start, such as redis-0.redis-headless.NAMESPACE.svc.cluster.local, and the port that Redis listens on.",
		Refs: []string{refSentinel, "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/"},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			for _, w := range watches(g.Sentinels) {
				t, wrong := judgeTarget(p.Facts, g, w.server, w.Host, w.Port)
				if !wrong {
					continue
				}
				t.finding.Message = fmt.Sprintf("Sentinel cannot reach %q: ", w.Name.Text) + t.finding.Message
				same := sameMissing(p.Facts, w.Host, w.server)
				for _, u := range same[:min(len(same), maxJoined)] {
					if u.Server == nil || !u.Server.Sentinel {
						t.finding.Places = addPlace(t.finding.Places, u.Host.Labeled(u.Who+" asks for this"))
					}
				}
				p.Report(t.finding)
			}
		}
	},
}

// A target is what is wrong with a host and port that should be those of Redis.
type target struct {
	finding lint.Finding
	// port says that the host is right.
	port bool
}

// judgeTarget tells whether no Redis answers at a host and port, as seen from
// the pods of a server.
func judgeTarget(f *lint.Facts, g *lint.Group, from *lint.Server, host, port lint.Arg) (target, bool) {
	if !host.Known || host.Text == "" || f.Agreed(host.Place.Span) {
		return target{}, false // the Service is misnamed or elsewhere: network/host-unresolved, network/namespace
	}
	wrong := func(message, help string, fixes []lint.Fix, related ...lint.Place) (target, bool) {
		return target{finding: lint.Finding{
			Message: message, Help: help, Fixes: fixes, Places: append([]lint.Place{host.Place}, related...),
		}}, true
	}
	r := f.Resolve(host.Text, from.Namespace())
	switch r.Status {
	case lint.HostFound:
		return judgePort(f, r, host, port)
	case lint.HostLoopback:
		return judgeLoopback(f, g, from, host)
	case lint.HostOtherNamespace:
		if len(r.Service.Workloads) == 0 {
			return target{}, false // the Service itself is in the wrong place
		}
		right := inNamespace(host.Text, r.Service.Object.Namespace)
		return wrong(
			fmt.Sprintf("%q leads to namespace %s, but Service %s is in %s", host.Text, namespaceOf(r, from), r.Service.Object.Name, r.Service.Object.Namespace),
			"write "+right, replace(host, right, "write "+right, false),
			r.Service.At(r.Service.Object.Value.Get("metadata", "namespace"), "Service "+r.Service.Object.Name+" is here"))
	case lint.HostMissing:
		if r.Service != nil && len(r.Service.Workloads) == 0 {
			return target{}, false // it selects nothing: network/selector
		}
		if r.Correct != "" {
			return wrong(fmt.Sprintf("no name of the cluster has the form of %q", host.Text), "write "+r.Correct, replace(host, r.Correct, "write "+r.Correct, false))
		}
		right, at := nearestRedis(f, r, host.Text, from)
		if right == "" && (len(f.Redis) == 0 || mayHaveMore(f)) {
			return target{}, false // Redis is deployed by something else
		}
		message := fmt.Sprintf("no Service is named %q", r.ServiceName(host.Text))
		if r.Service != nil {
			message = fmt.Sprintf("no pod %q stands behind Service %s", firstLabel(host.Text), r.Service.Object.Name)
		}
		if s := misnamedService(f, r, host.Text, from); s != nil {
			name := s.Object.Value.Get("metadata", "name")
			return target{finding: lint.Finding{
				Message: fmt.Sprintf("%s, but Service %s leads to %s", message, s.Object.Name, workloadNames(s.Workloads)),
				Places:  []lint.Place{s.At(name, ""), host.Labeled("this host is asked for")},
				Help:    "name the Service " + r.ServiceName(host.Text),
			}}, true
		}
		if right == "" {
			return wrong(message, "write the name of the Service or pod that runs the master", nil)
		}
		return wrong(message, "write "+right, replace(host, right, "write "+right, false), at)
	}
	return target{}, false
}

// sameMissing returns the places that name the Service which a host names and
// which does not exist: all of them are one cause.
func sameMissing(f *lint.Facts, host lint.Arg, from *lint.Server) []lint.HostUse {
	r := f.Resolve(host.Text, from.Namespace())
	if !host.Known || r.Status != lint.HostMissing || r.Service != nil {
		return nil
	}
	return missingServices.Of(f)[missingService{r.Correct, r.ServiceName(host.Text), from.Namespace()}]
}

// A missingService is one that hosts name and that does not exist.
type missingService struct{ correct, name, namespace string }

// missingServices are the places that name each.
var missingServices = lint.Derive(func(f *lint.Facts) map[missingService][]lint.HostUse {
	all := map[missingService][]lint.HostUse{}
	for _, u := range f.HostUses() {
		if l := u.Leads; u.Client == nil && !u.Peer && l.Status == lint.HostMissing && l.Service == nil {
			at := missingService{l.Correct, l.ServiceName(u.Host.Text), u.Namespace}
			all[at] = append(all[at], u)
		}
	}
	return all
})

func namespaceOf(r lint.Resolution, from *lint.Server) string {
	if r.Namespace != "" {
		return r.Namespace
	}
	return from.Namespace()
}

func firstLabel(host string) string {
	label, _, _ := strings.Cut(host, ".")
	return label
}

// inNamespace writes a host for another namespace.
func inNamespace(host, namespace string) string {
	labels := strings.Split(host, ".")
	if svc := slices.Index(labels, "svc"); svc > 0 {
		labels[svc-1] = namespace
		return strings.Join(labels, ".")
	}
	if len(labels) == 2 {
		return labels[0] + "." + namespace
	}
	return host + "." + namespace + ".svc.cluster.local"
}

// nearestRedis proposes a host that exists for one that does not: written
// alike, or the only Service that leads to Redis.
func nearestRedis(f *lint.Facts, r lint.Resolution, host string, from *lint.Server) (string, lint.Place) {
	labels := strings.Split(host, ".")
	if r.Service != nil { // a pod that is not there
		if r.Nearest == "" {
			return "", lint.Place{}
		}
		labels[0] = r.Nearest
		w := r.Service.Workloads[slices.IndexFunc(r.Service.Workloads, (*lint.Workload).IsStateful)]
		return strings.Join(labels, "."), countAt(w, fmt.Sprintf("StatefulSet %s has %s", w.Object.Name, count(w.Replicas, "pod")))
	}
	leading := leadingToRedis.Of(f)
	i := slices.IndexFunc(leading, func(s *lint.Service) bool { return s.Object.Name == r.Nearest })
	if i < 0 && len(leading) == 1 && !mayHaveMore(f) {
		i = 0
	}
	if i < 0 {
		return "", lint.Place{}
	}
	s := leading[i]
	right := withService(r, host, s.Object.Name)
	if w := s.Workloads[0]; s.Headless && w.IsStateful() && len(s.Workloads) == 1 && strings.HasPrefix(right, s.Object.Name) {
		right = w.Object.Name + "-0." + right
	}
	if got := f.Resolve(right, from.Namespace()); got.Status != lint.HostFound {
		right = inNamespace(right, s.Object.Namespace)
	}
	return right, s.At(s.Object.Value.Get("metadata", "name"), "this Service leads to Redis")
}

// misnamedService returns the Service that the host must have meant, if the host is
// right and the Service's name is not: its workload has the host's name.
func misnamedService(f *lint.Facts, r lint.Resolution, host string, from *lint.Server) *lint.Service {
	if r.Service != nil {
		return nil
	}
	for _, s := range leadingToRedis.Of(f) {
		if len(s.Workloads) != 1 || s.Object.Namespace != from.Namespace() {
			continue
		}
		if s.Workloads[0].Object.Name == r.ServiceName(host) {
			return s
		}
	}
	return nil
}

// countAt returns where the number of pods is written, or the name.
func countAt(w *lint.Workload, label string) lint.Place {
	if w.ReplicasAt.Exists() {
		return w.At(w.ReplicasAt, label)
	}
	return nameAt(w, label)
}

// redisBehind returns the Redis servers that run in one of the workloads.
func redisBehind(f *lint.Facts, workloads []*lint.Workload) []*lint.Server {
	if len(workloads) == 1 {
		return slices.Clip(redisIn.Of(f)[workloads[0]])
	}
	var wanted lint.Distinct[*lint.Workload]
	for _, w := range workloads {
		wanted.Add(w)
	}
	var all []*lint.Server
	for _, s := range f.Redis {
		if wanted.Has(s.Container.Workload) {
			all = append(all, s)
		}
	}
	return all
}

// redisIn are the Redis servers that run in each workload.
var redisIn = lint.Derive(func(f *lint.Facts) map[*lint.Workload][]*lint.Server {
	all := map[*lint.Workload][]*lint.Server{}
	for _, s := range f.Redis {
		all[s.Container.Workload] = append(all[s.Container.Workload], s)
	}
	return all
})

// leadingToRedis are the Services that lead to a Redis.
var leadingToRedis = lint.Derive(func(f *lint.Facts) []*lint.Service {
	var all []*lint.Service
	for _, s := range f.Services {
		if slices.ContainsFunc(s.Workloads, func(w *lint.Workload) bool { return redisIn.Of(f)[w] != nil }) {
			all = append(all, s)
		}
	}
	return all
})

// judgePort judges the port of a host that exists.
func judgePort(f *lint.Facts, r lint.Resolution, host, port lint.Arg) (target, bool) {
	redis := redisBehind(f, r.Workloads)
	if len(redis) == 0 && len(r.Workloads) > 0 && runsOnlySentinel(f, r.Workloads) {
		if !leadsToSentinel(f, r.Service) {
			return target{}, false // the Service selects the wrong pods: network/selector
		}
		t := target{finding: lint.Finding{
			Message: fmt.Sprintf("%q leads to the Sentinels in %s, not to Redis", host.Text, workloadNames(r.Workloads)),
			Help:    "write the host of the Redis that is the master at first start",
			Places:  []lint.Place{host.Place, r.Service.At(r.Service.SelectorAt, "selects the Sentinels")},
		}}
		var leading []*lint.Service
		for _, s := range leadingToRedis.Of(f) {
			if s.Object.Namespace == r.Service.Object.Namespace {
				leading = append(leading, s)
			}
		}
		if len(leading) == 1 {
			t.finding.Help = "write " + strings.Replace(host.Text, r.Service.Object.Name, leading[0].Object.Name, 1)
		}
		return t, true
	}
	n, ok := number(port)
	if !ok || n <= 0 || r.Service == nil {
		return target{}, false
	}
	if r.Service.HasPort(n) {
		return judgeNeighbour(f, r, host, port, n)
	}
	var listens []int
	var places []lint.Place
	for _, s := range redis {
		for _, d := range []string{"port", "tls-port"} {
			v, at := s.Port()
			if d == "tls-port" {
				at = s.Last(d).Arg(0)
				v, _ = number(at)
			}
			if v < 0 {
				return target{}, false
			}
			if v > 0 && !slices.Contains(listens, v) {
				listens = append(listens, v)
				places = addPlace(places, at.Labeled(fmt.Sprintf("Redis listens on %d", v)))
			}
		}
	}
	direct := r.Service.Headless || r.Pod >= 0
	if direct && (len(redis) == 0 || slices.Contains(listens, n)) {
		return target{}, false
	}
	if !direct && len(listens) > 0 && !slices.ContainsFunc(r.Service.Ports, func(sp lint.ServicePort) bool {
		return sp.Named != "" || slices.Contains(listens, sp.Target)
	}) {
		return target{}, false // no port of the Service leads to Redis: network/target-port
	}
	t := target{port: true, finding: lint.Finding{Places: []lint.Place{port.Place}}}
	for _, sp := range r.Service.Ports {
		if !direct && sp.Target == n && slices.Contains(listens, n) {
			t.finding.Message = fmt.Sprintf("Service %s offers port %d for the port %d of Redis, and is asked for %d", r.Service.Object.Name, sp.Port, n, n)
			t.finding.Places = append([]lint.Place{r.Service.At(sp.PortAt, ""), port.Labeled("asked for here")}, places...)
			t.finding.Help = fmt.Sprintf("write %d", n)
			return t, true
		}
	}
	var offered []int
	for _, sp := range r.Service.Ports {
		if direct || len(redis) == 0 || slices.Contains(listens, sp.Target) || sp.Named != "" {
			offered = append(offered, sp.Port)
			t.finding.Places = append(t.finding.Places, r.Service.At(sp.PortAt, fmt.Sprintf("Service %s offers %d", r.Service.Object.Name, sp.Port)))
		}
	}
	if direct {
		offered = listens
		t.finding.Message = fmt.Sprintf("no Redis behind %q listens on port %d", host.Text, n)
	} else {
		t.finding.Message = fmt.Sprintf("Service %s has no port %d", r.Service.Object.Name, n)
	}
	t.finding.Places = append(t.finding.Places, places...)
	if len(offered) == 1 {
		right := fmt.Sprint(offered[0])
		t.finding.Help, t.finding.Fixes = "write "+right, replace(port, right, "write "+right, false)
	}
	return t, true
}

func runsOnlySentinel(f *lint.Facts, workloads []*lint.Workload) bool {
	for _, w := range workloads {
		sentinel := slices.ContainsFunc(f.Sentinels, func(s *lint.Server) bool { return s.Container.Workload == w })
		unread := slices.ContainsFunc(f.Unread(), func(c *lint.Container) bool { return c.Workload == w })
		if !sentinel || unread {
			return false
		}
	}
	return true
}

// leadsToSentinel tells whether a port of the Service is one that the Sentinels
// behind it listen on.
func leadsToSentinel(f *lint.Facts, s *lint.Service) bool {
	return slices.ContainsFunc(f.Sentinels, func(t *lint.Server) bool {
		n, _ := t.Port()
		return slices.Contains(s.Workloads, t.Container.Workload) && slices.ContainsFunc(s.Ports, func(sp lint.ServicePort) bool {
			return sp.Named != "" || sp.Target == n
		})
	})
}

func workloadNames(all []*lint.Workload) string {
	var names []string
	for _, w := range all {
		names = append(names, w.Object.Kind+" "+w.Object.Name)
	}
	return joined(names)
}

// judgeLoopback judges localhost: right only for one pod that nobody else asks.
// judgeNeighbour tells whether Sentinel, and not Redis, listens on a port of the
// pods behind a host.
func judgeNeighbour(f *lint.Facts, r lint.Resolution, host, port lint.Arg, n int) (target, bool) {
	redis, sentinels := portsOf(f, r.Workloads, false), portsOf(f, r.Workloads, true)
	if len(redis) != 1 || slices.Contains(redis, n) || !slices.Contains(sentinels, n) || !r.Service.Headless && r.Pod < 0 {
		return target{}, false
	}
	right := fmt.Sprint(redis[0])
	return target{port: true, finding: lint.Finding{
		Message: fmt.Sprintf("behind %q Sentinel listens on port %d, and Redis on %s", host.Text, n, right),
		Help:    "write " + right,
		Fixes:   replace(port, right, "write "+right, false),
		Places:  []lint.Place{port.Place},
	}}, true
}

func judgeLoopback(f *lint.Facts, g *lint.Group, from *lint.Server, host lint.Arg) (target, bool) {
	if !from.Complete {
		return target{}, false // a script may write the real host over it
	}
	w := from.Container.Workload
	t := target{finding: lint.Finding{
		Places: []lint.Place{host.Place},
		Help:   "write the name of the pod that is the master at first start, as every pod can resolve it",
	}}
	n, _ := f.PodCount(w)
	switch {
	case redisBehind(f, []*lint.Workload{w}) == nil:
		t.finding.Message = fmt.Sprintf("%q is the Sentinel's own pod, where no Redis runs", host.Text)
		t.finding.Places = append(t.finding.Places, nameAt(w, "runs Sentinel only"))
	case n > 1:
		t.finding.Message = fmt.Sprintf("%q is another Redis in each of the %s of %s", host.Text, count(n, "pod"), from.Name())
		t.finding.Places = append(t.finding.Places, countAt(w, count(n, "pod")))
	case len(g.Clients) > 0:
		t.finding.Message = fmt.Sprintf("%q is the address that clients in other pods are told", host.Text)
	default:
		return target{}, false
	}
	return t, true
}
