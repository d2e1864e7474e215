package lint

import "slices"

// PerMaster splits a group whose Sentinels watch several masters into one group
// for each name. Every other group is returned as it is, with the name if all
// of its Sentinels agree on one. A Redis that no name can be told of is in none
// of the parts. What it returns must not be changed.
func (f *Facts) PerMaster(g *Group) []*Group {
	if g.parts == nil {
		g.parts = f.perMaster(g)
	}
	return g.parts
}

func (f *Facts) perMaster(g *Group) []*Group {
	var names []string
	several := false
	for _, s := range g.AllSentinels() {
		monitors := s.Monitors()
		several = several || len(monitors) > 1
		for _, m := range monitors {
			if !slices.Contains(names, m.Name.Text) {
				names = append(names, m.Name.Text)
			}
		}
	}
	if !several {
		whole := *g
		if len(names) == 1 {
			whole.Master = names[0]
		}
		return []*Group{&whole}
	}
	var parts []*Group
	for _, name := range names {
		part := &Group{Master: name}
		watched := map[*Server]bool{}
		for _, s := range g.Sentinels {
			for _, m := range s.Monitors() {
				if m.Name.Text != name {
					continue
				}
				part.Sentinels = append(part.Sentinels, s)
				r := f.Resolve(m.Host.Text, s.Namespace())
				for _, t := range g.Redis {
					if port, _ := t.Port(); slices.Contains(r.Workloads, t.Container.Workload) && (port <= 0 || m.Port.Text == "" || samePort(m.Port, port)) {
						watched[t] = true
					}
				}
			}
		}
		for _, r := range g.Released {
			if r.Sentinel != nil && r.Sentinel.Monitors()[0].Name.Text == name {
				part.Released = append(part.Released, r)
			}
		}
		for _, t := range g.Redis {
			if watched[t] || f.follows(t, g.Redis, watched) {
				part.Redis = append(part.Redis, t)
			}
		}
		for _, c := range g.Clients {
			if c.Master.Known && c.Master.Text == name {
				part.Clients = append(part.Clients, c)
			}
		}
		parts = append(parts, part)
	}
	return parts
}

func samePort(a Arg, port int) bool {
	n, ok := a.Int()
	return !ok || n == port
}

// follows tells whether a Redis is a replica of one of the watched.
func (f *Facts) follows(s *Server, all []*Server, watched map[*Server]bool) bool {
	d := s.Last("replicaof", "slaveof")
	if d == nil {
		return false
	}
	r := f.Resolve(d.Arg(0).Text, s.Namespace())
	for _, t := range all {
		if watched[t] && slices.Contains(r.Workloads, t.Container.Workload) {
			return true
		}
	}
	return false
}

// Elsewhere tells whether a host certainly leads out of what the repository
// holds: an address, or a name that nothing suggests is ours.
func (f *Facts) Elsewhere(host Arg, namespace string) bool {
	if !host.Exists() || !host.Known {
		return false
	}
	s := f.Resolve(host.Text, namespace).Status
	return s == HostExternal || s == HostAddress
}
