package lint

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/spelling"
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
}

// HostUses returns every place that names a host of Redis or Sentinel: what
// clients ask for, sentinel monitor, replicaof, and the serviceName of the
// StatefulSets that run them. A place that several servers read is there once.
func (f *Facts) HostUses() []HostUse {
	var all []HostUse
	add := func(u HostUse) {
		if u.Host.Exists() && u.Host.Known && !slices.ContainsFunc(all, func(o HostUse) bool { return o.Host.Place.Span == u.Host.Place.Span }) {
			all = append(all, u)
		}
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
	}
	for _, s := range f.Redis {
		if d := s.ReplicaOf(); d != nil {
			add(HostUse{Host: d.Arg(0), Port: d.Arg(1), Namespace: s.Namespace(), Who: "a replica", Server: s})
		}
	}
	var done []*Workload
	for _, s := range slices.Concat(f.Redis, f.Sentinels) {
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

// Resolve finds out what the host leads to.
func (u HostUse) Resolve(f *Facts) Resolution {
	if u.Governed != nil && strings.Contains(u.Host.Text, ".") {
		return Resolution{Pod: -1} // no name of a Service
	}
	return f.Resolve(u.Host.Text, u.Namespace)
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

// A Renamed is a Service that several places call by another name, on which
// they agree.
type Renamed struct {
	Service *Service
	// Name is the one that is asked for.
	Name string
	Uses []HostUse
}

// Renamed returns the Services whose own name must be the mistake: two or more
// places name one that does not exist, and it alone is written alike and named
// by nobody.
func (f *Facts) Renamed() []Renamed {
	uses := f.HostUses()
	used := map[*Service]bool{}
	missing := map[string][]HostUse{}
	var order []string
	for _, u := range uses {
		r := u.Resolve(f)
		switch {
		case r.Service != nil:
			used[r.Service] = true
		case r.Status == HostMissing:
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
		if len(missing[key]) < 2 {
			continue
		}
		var names []string
		for _, s := range f.Services {
			if !used[s] && sameNamespace(s.Object.Namespace, namespace) {
				names = append(names, s.Object.Name)
			}
		}
		near := spelling.Nearest(name, names, spelling.Slips(name))
		for _, s := range f.Services {
			if near != "" && s.Object.Name == near && !used[s] && sameNamespace(s.Object.Namespace, namespace) {
				all = append(all, Renamed{s, name, missing[key]})
				break
			}
		}
	}
	return all
}

// IsRenamed tells whether a place is one of those that agree on the name which
// a Service should have.
func (f *Facts) IsRenamed(at repo.Span) bool {
	for _, r := range f.Renamed() {
		for _, u := range r.Uses {
			if u.Host.Place.Span == at {
				return true
			}
		}
	}
	return false
}
