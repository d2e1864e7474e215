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
	var names Distinct[string]
	several := false
	for _, s := range g.AllSentinels() {
		monitors := s.Monitors()
		several = several || len(monitors) > 1
		for _, m := range monitors {
			names.Add(m.Name.Text)
		}
	}
	if !several {
		whole := *g
		if names.Len() == 1 {
			whole.Master = names.All()[0]
		}
		return []*Group{&whole}
	}
	parts := make([]*Group, names.Len())
	byName := make(map[string]int, len(parts))
	for i, name := range names.All() {
		parts[i], byName[name] = &Group{Master: name}, i
	}
	running := map[*Workload][]*Server{} // of g.Redis
	for _, t := range g.Redis {
		running[t.Container.Workload] = append(running[t.Container.Workload], t)
	}
	watchedBy := map[*Server][]int{} // the parts that watch a Redis
	members := 0
	for _, s := range g.Sentinels {
		for _, m := range s.Monitors() {
			if members++; members > maxMembers {
				f.Stop(m.Name.Place, "split the environment", "the Sentinels watch more than %d masters and Redis, each counted as often as it is watched, the limit for one group; from here on they were not judged", maxMembers)
				break
			}
			i := byName[m.Name.Text]
			parts[i].Sentinels = append(parts[i].Sentinels, s)
			for _, w := range f.Resolve(m.Host.Text, s.Namespace()).Workloads {
				for _, t := range running[w] {
					if port, _ := t.Port(); port <= 0 || m.Port.Text == "" || samePort(m.Port, port) {
						watchedBy[t] = append(watchedBy[t], i)
						members++
					}
				}
			}
		}
	}
	for _, r := range g.Released {
		if r.Sentinel != nil {
			i := byName[r.Sentinel.Monitors()[0].Name.Text]
			parts[i].Released = append(parts[i].Released, r)
		}
	}
	for _, t := range g.Redis {
		in := slices.Clone(watchedBy[t])
		if d := t.Last("replicaof", "slaveof"); d != nil { // a replica of one of the watched
			for _, w := range f.Resolve(d.Arg(0).Text, t.Namespace()).Workloads {
				for _, master := range running[w] {
					in = append(in, watchedBy[master]...)
				}
			}
		}
		slices.Sort(in)
		for _, i := range slices.Compact(in) {
			parts[i].Redis = append(parts[i].Redis, t)
		}
	}
	for _, c := range g.Clients {
		if i, ok := byName[c.Master.Text]; ok && c.Master.Known {
			parts[i].Clients = append(parts[i].Clients, c)
		}
	}
	return parts
}

func samePort(a Arg, port int) bool {
	n, ok := a.Int()
	return !ok || n == port
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
