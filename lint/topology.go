package lint

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// PodCount returns the number of pods of a workload; known is false where
// something else decides it: an autoscaler, the number of nodes, a schedule.
func (f *Facts) PodCount(w *Workload) (n int, known bool) {
	switch w.Object.Kind {
	case "Pod":
		return 1, true
	case "Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "DeploymentConfig":
	default:
		return w.Replicas, false
	}
	if r := w.Object.Value.Get("spec", "replicas"); r.Exists() && !w.ReplicasAt.Exists() {
		return w.Replicas, false // not a number
	}
	for _, o := range f.Env.Objects {
		if o.Kind != "HorizontalPodAutoscaler" && o.Kind != "ScaledObject" || !sameNamespace(o.Namespace, w.Object.Namespace) {
			continue
		}
		target := o.Value.Get("spec", "scaleTargetRef")
		kind := target.Get("kind").Text()
		if target.Get("name").Text() == w.Object.Name && (kind == "" || kind == w.Object.Kind) {
			return w.Replicas, false
		}
	}
	return w.Replicas, true
}

// A Count is a number of processes, with where it is written.
type Count struct {
	N int
	// Known is false if there may be others.
	Known bool
	// Places are the replicas of the workloads, or the workloads' names where
	// nothing says how many.
	Places []Place
}

// SentinelCount counts the Sentinels of a group.
func (f *Facts) SentinelCount(g *Group) Count {
	c := Count{Known: len(g.AllSentinels()) > 0 && len(f.Unread()) == 0}
	for _, r := range g.Released {
		if n, known, at := r.Pods(); r.Sentinel != nil {
			c.N, c.Known, c.Places = c.N+n, c.Known && known, append(c.Places, at)
		}
	}
	for _, s := range g.Sentinels {
		n, known := f.PodCount(s.Container.Workload)
		c.N += n
		c.Known = c.Known && known
		w := s.Container.Workload
		at := w.ReplicasAt
		if !at.Exists() {
			at = w.Object.Value.Get("metadata", "name")
		}
		if !at.Exists() {
			at = w.Object.Value.Get("kind")
		}
		c.Places = append(c.Places, w.At(at, ""))
		if more := len(s.SentinelAll("known-sentinel")); more > 0 && more >= n {
			c.Known = false // more than those of the repository
		}
	}
	for _, client := range g.Clients {
		for _, node := range client.Nodes {
			switch f.Resolve(node.Host.Text, client.Namespace).Status {
			case HostExternal, HostAddress, HostUnknown:
				c.Known = false // a Sentinel that the repository does not show
			}
		}
	}
	return c
}

// Unread returns the containers that run Redis, Valkey or Sentinel in a way
// that cannot be read: images with an entrypoint of their own, scripts that are
// not in the repository.
func (f *Facts) Unread() []*Container { return f.unread }

func (f *Facts) findUnread() []*Container {
	var all []*Container
	for _, w := range f.Workloads {
		if w.Object.Kind == "Job" || w.Object.Kind == "CronJob" {
			continue
		}
		for _, c := range w.Containers {
			if !c.Init && c.mayServe() && !f.serves(c) {
				all = append(all, c)
			}
		}
	}
	return all
}

func (f *Facts) serves(c *Container) bool {
	is := func(s *Server) bool { return s.Container == c }
	return slices.ContainsFunc(f.Redis, is) || slices.ContainsFunc(f.Sentinels, is)
}

// mayServe tells whether the image is that of a server, and nothing in the
// command says that it is used for its client alone.
func (c *Container) mayServe() bool {
	name := strings.ToLower(baseName(c.Image.Repository))
	for _, beside := range []string{"proxy", "exporter", "commander", "insight", "operator", "backup"} {
		if strings.Contains(name, beside) {
			return false // works with Redis, and is none
		}
	}
	if redisconf.ImageVersion(c.Image.Repository, "").Flavor == redisconf.UnknownFlavor &&
		!strings.HasPrefix(name, "redis-sentinel") && !strings.HasPrefix(name, "redis-ha") {
		return false
	}
	for _, w := range c.words() {
		for _, tool := range []string{"redis-cli", "valkey-cli", "redis-benchmark", "sleep ", "sleep"} {
			if baseName(w.Text) == tool || strings.Contains(w.Text, tool+" ") {
				return false
			}
		}
	}
	return true
}

// Replicas counts the replicas that follow the Redis of the workloads, or every
// replica of the group if none are given. It is not Known where a script or
// something that cannot be read may make more.
func (f *Facts) Replicas(g *Group, masters []*Workload) Count {
	c := Count{Known: len(f.Unread()) == 0 && !f.HasOperator() && !f.Env.Partial}
	if c.Known && f.oneRedisPod() {
		return c // whatever a script says, there is nobody to follow
	}
	c.Known = c.Known && !f.rolesAssigned
	for _, s := range f.Redis {
		w := s.Container.Workload
		mine := slices.Contains(g.Redis, s) && (len(masters) == 0 || slices.Contains(masters, w))
		d := s.ReplicaOf()
		if d == nil {
			if !s.Complete && (mine || len(s.Confs) == 0) || s.Last("cluster-enabled").Arg(0).Text == "yes" {
				c.Known = false // in a cluster the nodes agree on their roles
			}
			continue
		}
		target := f.Resolve(d.Arg(0).Text, s.Namespace())
		leads := d.Arg(0).Known && target.Status == HostFound && slices.ContainsFunc(f.Redis, func(t *Server) bool {
			return slices.Contains(target.Workloads, t.Container.Workload)
		})
		if !leads {
			c.Known = false // of whom, nobody can tell
		}
		follows := mine || slices.ContainsFunc(target.Workloads, func(t *Workload) bool { return slices.Contains(masters, t) })
		if len(masters) == 0 {
			follows = slices.Contains(g.Redis, s)
		}
		if !follows {
			continue
		}
		n, known := f.PodCount(w)
		c.Known = c.Known && known
		if slices.Contains(target.Workloads, w) || s.Made {
			n-- // one of its own pods is the master
		}
		if n <= 0 {
			continue
		}
		c.N += n
		c.Places = append(c.Places, d.At(""))
	}
	for _, s := range g.Sentinels {
		if len(s.SentinelAll("known-replica")) > 0 || len(s.SentinelAll("known-slave")) > 0 {
			c.Known = false
		}
	}
	return c
}

// oneRedisPod tells whether a single pod runs Redis in the environment.
func (f *Facts) oneRedisPod() bool {
	pods := 0
	for _, s := range f.Redis {
		n, known := f.PodCount(s.Container.Workload)
		if !known || s.Last("cluster-enabled").Arg(0).Text == "yes" {
			return false
		}
		pods += n
	}
	return pods == 1 && len(f.Releases) == 0
}

// ReplicaOf returns the directive that makes the server a replica at its start,
// or nil. "no one" makes a master.
func (s *Server) ReplicaOf() *Directive {
	d := s.Last("replicaof", "slaveof")
	if d == nil || strings.EqualFold(d.Arg(0).Text, "no") && strings.EqualFold(d.Arg(1).Text, "one") {
		return nil
	}
	return d
}

// AssignsRoles tells whether something in the environment may make a running
// Redis a replica.
func (f *Facts) AssignsRoles() bool { return f.rolesAssigned }

// assignsRoles tells whether something in the environment may make a running
// Redis a replica: a script, a hook or a job that speaks of it.
func (f *Facts) assignsRoles() bool {
	speaks := func(text string) bool {
		text = strings.ToLower(text)
		return strings.Contains(text, "replicaof") || strings.Contains(text, "slaveof")
	}
	for _, c := range f.Configs {
		if c.Kind != "ConfigMap" {
			continue
		}
		for key, text := range c.All() {
			if isScript(key, text.Text()) && speaks(text.Text()) {
				return true
			}
		}
	}
	for _, w := range f.Workloads {
		for _, c := range w.Containers {
			v := c.Value
			if f.serves(c) && !c.runsShell() {
				v = v.Get("lifecycle") // its directives are read one by one
			}
			if anyText(v, speaks) {
				return true
			}
		}
	}
	return false
}

// runsShell tells whether the container's command is a shell or a script.
func (c *Container) runsShell() bool {
	for _, w := range c.words() {
		base := baseName(w.Text)
		if isShell(base) || strings.HasSuffix(base, ".sh") {
			return true
		}
	}
	return false
}

// isScript tells a script from other keys of a ConfigMap.
func isScript(key, text string) bool {
	return strings.HasSuffix(key, ".sh") || strings.HasPrefix(text, "#!") ||
		strings.Contains(text, "redis-cli") || strings.Contains(text, "valkey-cli")
}

// anyText tells whether a scalar within v satisfies the test.
func anyText(v repo.Value, is func(string) bool) bool {
	for e := range v.Elements() {
		if anyText(e, is) {
			return true
		}
	}
	for _, e := range v.Fields() {
		if anyText(e, is) {
			return true
		}
	}
	return v.IsScalar() && is(v.Text())
}

// Lacks tells whether the server certainly reads no such directive, or Sentinel
// directive: everything that it reads is seen, or what is seen does not have it
// and neither a script nor anything else in its pod so much as names it.
func (s *Server) Lacks(directive string) bool {
	if s.Last(directive) != nil || s.SentinelLast(directive, "") != nil {
		return false
	}
	return s.Complete || len(s.Confs) > 0 && !s.Container.facts.PodSays(s.Container.Workload, func(text string) bool {
		return strings.Contains(strings.ToLower(text), directive)
	})
}

// ExecTexts returns what an exec probe or hook runs: the words of its command,
// and the mounted scripts that they name, with those that these read in.
func (c *Container) ExecTexts(handler repo.Value) []repo.Value {
	all := handler.Get("exec", "command").Items()
	for i := 0; i < len(all); i++ {
		for _, m := range c.mountedKeys() {
			if isScript(m.key, m.text.Text()) && strings.Contains(all[i].Text(), m.key) &&
				!slices.ContainsFunc(all, func(v repo.Value) bool { return v.Span() == m.text.Span() }) {
				all = append(all, m.text)
			}
		}
	}
	return all
}

// PodSays tells whether a text in the workload's pod, or in a ConfigMap that
// one of its containers mounts, satisfies the test.
func (f *Facts) PodSays(w *Workload, is func(string) bool) bool {
	if anyText(w.Pod, is) {
		return true
	}
	for _, c := range w.Containers {
		for _, m := range c.mountedKeys() {
			if is(m.text.Text()) {
				return true
			}
		}
	}
	return false
}

// watchSame tells whether two Sentinels monitor one Redis, known or not to the
// repository, by whatever name.
func (f *Facts) watchSame(s, t *Server) bool {
	for _, m := range s.Monitors() {
		for _, n := range t.Monitors() {
			if !m.Host.Known || !n.Host.Known || m.Host.Text == "" || m.Port.Text != n.Port.Text {
				continue
			}
			a, b := f.Resolve(m.Host.Text, s.Namespace()), f.Resolve(n.Host.Text, t.Namespace())
			switch {
			case a.Status == HostLoopback || b.Status == HostLoopback:
			case a.Service != nil && a.Service == b.Service:
				return true
			case m.Host.Text == n.Host.Text && a.Status == b.Status && s.Namespace() == t.Namespace():
				return true
			}
		}
	}
	return false
}
