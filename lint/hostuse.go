package lint

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// A HostUse is a place that names a host of Redis or Sentinel.
type HostUse struct {
	Host, Port Arg
	// Namespace is that of the pods which ask for the host.
	Namespace string
	// Who asks: "the gateway", "Sentinel".
	Who string
	// Client is the one of Facts.Clients that asks, Server the Sentinel that
	// monitors or the Redis that replicates, Governed the StatefulSet whose
	// serviceName it is; two of them are nil.
	Client   *Client
	Server   *Server
	Governed *Workload
	// Peer says that it is neither sentinel monitor nor replicaof: a replica or
	// Sentinel that is known beforehand, or the name that a server announces.
	Peer bool
	// Leads is what the host leads to.
	Leads Resolution
}

// A naming is what the hosts of an environment say together.
type naming struct {
	uses    []HostUse
	renamed []Renamed
	moved   *Moved
	agreed  map[repo.Span]bool
}

// nameHosts fills in naming.
func (f *Facts) nameHosts() {
	f.naming.uses = f.hostUses()
	f.naming.renamed = f.findRenamed()
	f.naming.moved = f.findMoved()
	f.naming.agreed = map[repo.Span]bool{}
	agree := func(uses []HostUse) {
		for _, u := range uses {
			f.naming.agreed[u.Host.Place.Span] = true
		}
	}
	for _, r := range f.naming.renamed {
		agree(r.Uses)
	}
	if f.naming.moved != nil {
		agree(f.naming.moved.Uses)
	}
}

// HostUses returns every place that names a host of Redis or Sentinel: what
// clients ask for, sentinel monitor, replicaof, the servers that Sentinel knows
// beforehand, what servers announce, and the serviceName of the StatefulSets
// that run them. A place that several servers read is there once.
func (f *Facts) HostUses() []HostUse { return f.naming.uses }

func (f *Facts) hostUses() []HostUse {
	all := make([]HostUse, 0, len(f.Clients)+2*len(f.Redis)+2*len(f.Sentinels))
	seen := map[repo.Span]bool{}
	add := func(u HostUse) {
		if !u.Host.Exists() || !u.Host.Known || seen[u.Host.Place.Span] {
			return
		}
		seen[u.Host.Place.Span] = true
		u.Leads = f.Resolve(u.Host.Text, u.Namespace)
		if u.Governed != nil && strings.Contains(u.Host.Text, ".") {
			u.Leads = Resolution{Pod: -1} // no name of a Service
		}
		all = append(all, u)
	}
	for _, c := range f.Clients {
		for _, n := range c.Nodes {
			add(HostUse{Host: n.Host, Port: n.Port, Namespace: c.Namespace, Who: c.Name, Client: c})
		}
		if !c.UsesSentinel() {
			add(HostUse{Host: c.Host, Port: c.Port, Namespace: c.Namespace, Who: c.Name, Client: c})
		}
	}
	for _, s := range f.Sentinels {
		for _, m := range s.Monitors() {
			add(HostUse{Host: m.Host, Port: m.Port, Namespace: s.Namespace(), Who: "Sentinel", Server: s})
		}
		for _, known := range []string{"known-replica", "known-slave", "known-sentinel"} {
			for _, d := range s.SentinelAll(known) {
				add(HostUse{Host: d.Arg(2), Port: d.Arg(3), Namespace: s.Namespace(), Who: "Sentinel", Server: s, Peer: true})
			}
		}
		if d := s.SentinelLast("announce-ip", ""); d != nil {
			add(HostUse{Host: d.Arg(1), Namespace: s.Namespace(), Who: "Sentinel", Server: s, Peer: true})
		}
	}
	for _, s := range f.Redis {
		if d := s.ReplicaOf(); d != nil {
			add(HostUse{Host: d.Arg(0), Port: d.Arg(1), Namespace: s.Namespace(), Who: "a replica", Server: s})
		}
		if d := s.Last("replica-announce-ip", "slave-announce-ip"); d != nil {
			add(HostUse{Host: d.Arg(0), Namespace: s.Namespace(), Who: "Redis", Server: s, Peer: true})
		}
	}
	var done []*Workload
	for _, s := range f.Servers() {
		w := s.Container.Workload
		name := w.Object.Value.Get("spec", "serviceName")
		if !w.IsStateful() || !name.IsScalar() || slices.Contains(done, w) {
			continue
		}
		done = append(done, w)
		add(HostUse{
			Host:      Arg{Text: name.Text(), Known: !IsReference(name.Text()), Place: w.At(name, "")},
			Namespace: w.Object.Namespace, Who: "StatefulSet " + w.Object.Name, Governed: w,
		})
	}
	return all
}

// ServiceName returns the name of the Service that a host within the cluster
// names, "" if it cannot be told.
func (r Resolution) ServiceName(host string) string {
	labels := strings.Split(strings.TrimSuffix(strings.ToLower(host), "."), ".")
	at := 0
	switch svc := slices.Index(labels, "svc"); {
	case svc >= 2:
		at = svc - 2
	case svc >= 0:
		return ""
	case len(labels) >= 3, len(labels) == 2 && r.Namespace == "":
		at = 1 // pod.name
	}
	return labels[at]
}

// owner is who writes the place: places of one owner are one opinion.
func (u HostUse) owner() any {
	switch {
	case u.Client != nil:
		return u.Client
	case u.Server != nil:
		return u.Server
	}
	return u.Governed
}

// asking leaves out the serviceName of StatefulSets, which often is their own
// name and no opinion.
func asking(uses []HostUse) []HostUse {
	return slices.DeleteFunc(slices.Clone(uses), func(u HostUse) bool { return u.Governed != nil && u.Host.Text == u.Governed.Object.Name })
}

// owners counts the owners of places.
func owners(uses []HostUse) int {
	seen := map[any]bool{}
	for _, u := range uses {
		seen[u.owner()] = true
	}
	return len(seen)
}

// A Renamed is a Service that several parties call by another name, on which
// they agree.
type Renamed struct {
	Service *Service
	// Name is the one that is asked for.
	Name string
	Uses []HostUse
}

// Renamed returns the Services whose own name must be the mistake: two or more
// parties name one that does not exist, and the Service is named by nobody, and
// is written alike or the only one left that leads to Redis or Sentinel.
func (f *Facts) Renamed() []Renamed { return f.naming.renamed }

func (f *Facts) findRenamed() []Renamed {
	used := map[*Service]bool{}
	missing := map[string][]HostUse{}
	var order []string
	for _, u := range f.naming.uses {
		r := u.Leads
		switch {
		case r.Service != nil:
			used[r.Service] = true
		case r.Status == HostMissing && r.Correct == "":
			namespace := r.Namespace
			if namespace == "" {
				namespace = u.Namespace
			}
			key := r.ServiceName(u.Host.Text) + "\x00" + namespace
			if missing[key] == nil {
				order = append(order, key)
			}
			missing[key] = append(missing[key], u)
		}
	}
	var all []Renamed
	for _, key := range order {
		name, namespace, _ := strings.Cut(key, "\x00")
		if owners(missing[key]) < 2 {
			continue
		}
		var alike, left []*Service
		for _, s := range f.Services {
			switch {
			case used[s] || !sameNamespace(s.Object.Namespace, namespace):
			case Alike(name, s.Object.Name):
				alike = append(alike, s)
			case f.leadsAsAsked(s, missing[key]):
				left = append(left, s)
			}
		}
		switch {
		case len(alike) == 1:
			all = append(all, Renamed{alike[0], name, missing[key]})
		case len(alike) == 0 && len(left) == 1 && owners(asking(missing[key])) >= 2:
			all = append(all, Renamed{left[0], name, missing[key]})
		}
	}
	return all
}

// leadsAsAsked tells whether a Service leads to what everyone who asks for it
// wants: Redis, Sentinel, or the pods of the StatefulSet that it governs.
func (f *Facts) leadsAsAsked(s *Service, uses []HostUse) bool {
	leads := func(servers []*Server) bool {
		return slices.ContainsFunc(servers, func(t *Server) bool { return slices.Contains(s.Workloads, t.Container.Workload) })
	}
	return !slices.ContainsFunc(uses, func(u HostUse) bool {
		switch {
		case u.Governed != nil:
			return !slices.Contains(s.Workloads, u.Governed)
		case u.Client != nil && u.Client.UsesSentinel():
			return !leads(f.Sentinels)
		case u.Peer:
			return !leads(f.Redis) && !leads(f.Sentinels)
		}
		return !leads(f.Redis)
	})
}

// A Moved is a namespace in which everything is, while all hosts name another
// one.
type Moved struct {
	// Asked is the namespace of the hosts, In the one of the objects.
	Asked, In string
	// Service is the first of those that are asked for.
	Service *Service
	Uses    []HostUse
}

// Moved returns the namespace that all hosts of two or more parties name and
// that holds nothing, or nil.
func (f *Facts) Moved() *Moved { return f.naming.moved }

func (f *Facts) findMoved() *Moved {
	var m *Moved
	for _, u := range f.naming.uses {
		r := u.Leads
		if r.Namespace == "" {
			continue
		}
		if r.Status != HostOtherNamespace {
			return nil
		}
		if m == nil {
			m = &Moved{Asked: r.Namespace, In: r.Service.Object.Namespace, Service: r.Service}
		}
		if r.Namespace != m.Asked || r.Service.Object.Namespace != m.In {
			return nil
		}
		m.Uses = append(m.Uses, u)
	}
	if m == nil || owners(m.Uses) < 2 || slices.ContainsFunc(f.Env.Objects, func(o *repo.Object) bool { return o.Namespace == m.Asked }) {
		return nil
	}
	return m
}

// Agreed tells whether a place is one of those that agree with each other on a
// name or namespace which an object does not have. They are judged together.
func (f *Facts) Agreed(at repo.Span) bool { return f.naming.agreed[at] }
