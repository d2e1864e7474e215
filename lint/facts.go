package lint

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// Facts are what one environment says about Redis, Sentinel and the gateway,
// collected once for all rules. Lists follow the order of the documents.
type Facts struct {
	Env       *repo.Environment
	Workloads []*Workload
	Services  []*Service
	// Configs are the ConfigMaps, and the Secrets however they are made.
	Configs []*Config
	// Redis are the redis-server processes, Sentinels the redis-sentinel ones:
	// one for each container that starts it, whatever the number of pods.
	Redis, Sentinels []*Server
	// Clients are those who ask Sentinel or Redis: the gateway first of all.
	Clients []*Client
	// Releases are what Helm charts of Redis make of their values.
	Releases []*Release
	// Groups are sets of processes and clients that belong to one another.
	Groups []*Group
	// Strays are the objects that are written in a wrong namespace. Everything
	// else here has them where they belong, and Env does.
	Strays []Stray

	servers    []*Server
	namespaces map[string]bool
	naming     naming
	// unread and rolesAssigned are what Unread returns and assignsRoles says.
	unread        []*Container
	rolesAssigned bool
	// resolved is what hosts lead to, by host and namespace of who asks.
	resolved map[[2]string]Resolution
	// limits are the bounds that were hit while the facts were collected, after spent.
	limits []Limit
	spent  spent
	// assigned are the variables that scripts set, by their first command.
	assigned map[*shellCommand]shellVars
	// byName are the first indexed Configs by kind and name.
	byName  map[[2]string][]*Config
	indexed int
	// derived is what Derived values have worked out.
	derived map[any]any
}

// Collect gathers the facts of an environment.
func Collect(env *repo.Environment) *Facts {
	env, strays := correctStrays(env)
	f := &Facts{Env: env, Strays: strays, namespaces: map[string]bool{}}
	for _, o := range env.Objects {
		switch {
		case o.Kind == "Namespace" && o.Name != "":
			f.namespaces[o.Name] = true
		case o.Namespace != "":
			f.namespaces[o.Namespace] = true
		}
		if c, ok := newConfig(o); ok {
			f.Configs = append(f.Configs, c)
		}
		f.Configs = append(f.Configs, newCSISecrets(o)...)
		if o.Kind == "Service" {
			f.Services = append(f.Services, newService(o))
		}
	}
	for _, o := range env.Objects {
		if w, ok := newWorkload(f, o); ok {
			f.Workloads = append(f.Workloads, w)
		}
	}
	for _, s := range f.Services {
		f.selectWorkloads(s)
	}
	for _, w := range f.Workloads {
		for _, c := range w.Containers {
			if c.Init {
				continue
			}
			if !f.mayServe(c) {
				break
			}
			for _, s := range newServers(c) {
				if s.Sentinel {
					f.Sentinels = append(f.Sentinels, s)
				} else {
					f.Redis = append(f.Redis, s)
				}
			}
		}
	}
	f.servers = slices.Concat(f.Redis, f.Sentinels)
	f.Releases = newReleases(f)
	f.resolved = map[[2]string]Resolution{} // from here on nothing changes what hosts lead to
	for _, v := range env.Values {
		if c, ok := newGateway(f, v); ok {
			f.Clients = append(f.Clients, c)
		}
	}
	for _, w := range f.Workloads {
		for _, container := range w.Containers {
			if c, ok := newDeployedGateway(f, container); ok {
				f.Clients = append(f.Clients, c)
			}
		}
	}
	f.Clients = append(f.Clients, newChartClients(f)...)
	f.Clients = append(f.Clients, newSpringClients(f)...)
	f.Clients = append(f.Clients, newContainerClients(f)...)
	f.Clients = append(f.Clients, newConfiguredClients(f)...)
	f.unread, f.rolesAssigned = f.findUnread(), f.assignsRoles()
	f.Groups = f.group()
	f.nameHosts()
	return f
}

// Servers returns Redis, and then Sentinels. The list must not be changed.
func (f *Facts) Servers() []*Server { return f.servers }

// sameNamespace tells whether two objects can be in one namespace. Where none
// is written, the person who applies the files decides, so nothing is against
// it; nor where a variable stands for it.
func sameNamespace(a, b string) bool {
	return a == "" || b == "" || a == b || strings.ContainsAny(a+b, "${<")
}

// config returns the ConfigMap or Secret of a name as seen from a namespace.
func (f *Facts) config(kind, namespace, name string) *Config {
	if f.byName == nil {
		f.byName = make(map[[2]string][]*Config, len(f.Configs))
	}
	for ; f.indexed < len(f.Configs); f.indexed++ {
		c := f.Configs[f.indexed]
		at := [2]string{c.Kind, c.Name}
		f.byName[at] = append(f.byName[at], c)
	}
	for _, c := range f.byName[[2]string{kind, name}] {
		if sameNamespace(c.Namespace, namespace) {
			return c
		}
	}
	return nil
}

// Config returns the ConfigMap (kind ConfigMap) or Secret (kind Secret) of a
// name as seen from a namespace, or nil.
func (f *Facts) Config(kind, namespace, name string) *Config { return f.config(kind, namespace, name) }

// A Group is a Redis with its replicas, the Sentinels that watch it, and the
// clients that ask them. An environment mostly has one.
type Group struct {
	// Master is the name that all Sentinels give the master, "" if they watch
	// several or do not agree; only PerMaster fills it in.
	Master           string
	Redis, Sentinels []*Server
	Clients          []*Client
	// Released are the releases of Helm charts that belong to the group. Their
	// servers have directives, and no containers to look at.
	Released []*Release

	parts []*Group // what PerMaster returns
}

// AllRedis returns the Redis servers of the group, those of charts among them.
func (g *Group) AllRedis() []*Server {
	if len(g.Released) == 0 {
		return slices.Clip(g.Redis)
	}
	all := slices.Clone(g.Redis)
	for _, r := range g.Released {
		all = append(all, r.Redis)
	}
	return all
}

// AllSentinels returns the Sentinels of the group, those of charts among them.
func (g *Group) AllSentinels() []*Server {
	if len(g.Released) == 0 {
		return slices.Clip(g.Sentinels)
	}
	all := slices.Clone(g.Sentinels)
	for _, r := range g.Released {
		if r.Sentinel != nil {
			all = append(all, r.Sentinel)
		}
	}
	return all
}

// group joins what refers to each other. What refers to nothing that the
// repository has (a host with a mistake in it, say) joins the only group there
// is, so that one mistake does not hide the others.
func (f *Facts) group() []*Group {
	n := len(f.Redis) + len(f.Releases) + len(f.Sentinels) + len(f.Clients)
	parent := make([]int, n)
	for i := range parent {
		parent[i] = i
	}
	var find func(int) int
	find = func(i int) int {
		if parent[i] != i {
			parent[i] = find(parent[i])
		}
		return parent[i]
	}
	join := func(i, j int) { parent[max(find(i), find(j))] = min(find(i), find(j)) }
	// A release stands for its Redis and its Sentinels.
	redis, releases := 0, len(f.Redis)
	sentinels, clients := releases+len(f.Releases), releases+len(f.Releases)+len(f.Sentinels)
	var released []*Server
	for _, r := range f.Releases {
		released = append(released, r.Redis)
	}
	joinWorkloads := func(i int, r Resolution, servers []*Server, base int) {
		for j, s := range servers {
			if slices.Contains(r.Workloads, s.Container.Workload) {
				join(i, base+j)
			}
		}
	}
	for i, s := range f.Redis {
		for _, d := range append(s.All("replicaof"), s.All("slaveof")...) {
			r := f.Resolve(d.Arg(0).Text, s.Namespace())
			joinWorkloads(redis+i, r, f.Redis, redis)
			joinWorkloads(redis+i, r, released, releases)
			joinWorkloads(redis+i, f.called(r, d.Arg(0).Text), f.Redis, redis)
		}
		for j, t := range f.Redis[:i] {
			if s.Container.Workload == t.Container.Workload {
				join(redis+i, redis+j)
			}
		}
	}
	for i, s := range f.Sentinels {
		for _, m := range s.Monitors() {
			r := f.Resolve(m.Host.Text, s.Namespace())
			joinWorkloads(sentinels+i, r, f.Redis, redis)
			joinWorkloads(sentinels+i, r, released, releases)
			joinWorkloads(sentinels+i, f.called(r, m.Host.Text), f.Redis, redis)
		}
		for j, t := range f.Redis {
			if s.Container.Workload == t.Container.Workload {
				join(sentinels+i, redis+j)
			}
		}
		for j, t := range f.Sentinels[:i] {
			if s.Container.Workload == t.Container.Workload || f.watchSame(s, t) {
				join(sentinels+i, sentinels+j)
			}
		}
	}
	for i, c := range f.Clients {
		for _, node := range c.Nodes {
			r := f.Resolve(node.Host.Text, c.Namespace)
			joinWorkloads(clients+i, r, f.Sentinels, sentinels)
			joinWorkloads(clients+i, r, f.Redis, redis)
			joinWorkloads(clients+i, r, released, releases)
		}
		if len(c.Nodes) == 0 {
			r := f.Resolve(c.Host.Text, c.Namespace)
			joinWorkloads(clients+i, r, f.Redis, redis)
			joinWorkloads(clients+i, r, released, releases)
		}
	}
	for i, s := range f.Sentinels {
		if j, ok := f.writtenBeside(s, func(j int) int { return find(redis + j) }); ok && !f.joined(find, sentinels+i, sentinels) {
			join(sentinels+i, redis+j)
		}
	}
	// With one Redis workload (or one master and its replicas) in sight, whoever
	// is left alone can only mean that one. A release without a name may be that
	// of anything.
	if len(f.Redis) > 0 && f.oneOf(find, redis, len(f.Redis)) {
		for i := range f.Sentinels {
			join(redis, sentinels+i)
		}
	}
	servers := clients
	if servers > 0 && f.oneOf(find, 0, servers) && !slices.ContainsFunc(f.Releases, func(r *Release) bool { return r.Name == "" }) {
		for i := range f.Clients {
			join(0, clients+i)
		}
	}
	byRoot := map[int]*Group{}
	var groups []*Group
	at := func(i int) *Group {
		g := byRoot[find(i)]
		if g == nil {
			g = &Group{}
			byRoot[find(i)] = g
			groups = append(groups, g)
		}
		return g
	}
	for i, s := range f.Redis {
		g := at(redis + i)
		g.Redis = append(g.Redis, s)
	}
	for i, r := range f.Releases {
		g := at(releases + i)
		g.Released = append(g.Released, r)
	}
	for i, s := range f.Sentinels {
		g := at(sentinels + i)
		g.Sentinels = append(g.Sentinels, s)
	}
	for i, c := range f.Clients {
		g := at(clients + i)
		g.Clients = append(g.Clients, c)
	}
	return groups
}

// called returns the workloads that a host means by their own name, where there
// is no Service of that name.
func (f *Facts) called(r Resolution, host string) Resolution {
	var meant Resolution
	if r.Status != HostMissing || r.Service != nil {
		return meant
	}
	for _, w := range f.Workloads {
		if w.Object.Name == r.ServiceName(host) {
			meant.Workloads = append(meant.Workloads, w)
		}
	}
	return meant
}

// joined tells whether a member is in one set with one of those before limit.
func (f *Facts) joined(find func(int) int, member, limit int) bool {
	for i := range limit {
		if find(i) == find(member) {
			return true
		}
	}
	return false
}

// writtenBeside returns the index of the Redis that a Sentinel must mean whose
// monitored host leads to nothing that is here: the only one that is written
// with it, in one ConfigMap or else in one file. set tells the sets apart.
func (f *Facts) writtenBeside(s *Server, set func(int) int) (int, bool) {
	for _, m := range s.Monitors() {
		if f.Elsewhere(m.Host, s.Namespace()) {
			return 0, false
		}
	}
	shares := func(t *Server) bool {
		return slices.ContainsFunc(s.Confs, func(c *Conf) bool {
			return slices.ContainsFunc(t.Confs, func(d *Conf) bool { return c.Object == d.Object })
		})
	}
	file := func(s *Server) string { return s.Container.Workload.Object.Value.Span().File }
	for _, beside := range []func(*Server) bool{shares, func(t *Server) bool { return file(t) != "" && file(s) == file(t) }} {
		found := -1
		for j, t := range f.Redis {
			if !sameNamespace(t.Namespace(), s.Namespace()) || !beside(t) {
				continue
			}
			if found >= 0 && set(found) != set(j) {
				found = -1
				break
			}
			found = j
		}
		if found >= 0 {
			return found, true
		}
	}
	return 0, false
}

// oneOf tells whether count members from base on are all in one set.
func (f *Facts) oneOf(find func(int) int, base, count int) bool {
	for i := range count {
		if find(base+i) != find(base) {
			return false
		}
	}
	return true
}
