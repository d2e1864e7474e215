package importer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// readRedis fills in what the manifests and the values of a Redis chart say.
func (d *draft) readRedis(f *lint.Facts) {
	g := d.group(f)
	redis, sentinels := g.AllRedis(), g.AllSentinels()
	all := slices.Concat(redis, sentinels)
	if len(all) == 0 {
		return
	}
	first := all[0]
	if ns, from := namespace(first, g); ns != "" {
		d.text(ns, from, "namespace")
	} else {
		d.result.decided(repo.Span{}, "the namespace of Redis is written nowhere: the spec takes the default")
	}
	if labels := first.Container.Workload.Object.Value.Get("metadata", "labels"); labels.Get("app.kubernetes.io/managed-by").Text() == "quorumwright" {
		d.part = labels.Get("app.kubernetes.io/part-of").Text()
	}
	d.image(first)
	d.nodes(f, g)
	d.auth(g)
	if len(redis) > 0 {
		d.directives(redis[0])
		d.storage(f, redis[0])
		d.workload(redis[0])
	}
	if len(sentinels) > 0 {
		d.sentinel(sentinels[0])
	}
	for _, r := range g.Released {
		d.chart(r)
	}
	d.clusterDomain(g)
	d.replaced(f, g)
}

// group picks the Redis to import: the one that the gateway asks, else the
// first with Sentinels, else the first.
func (d *draft) group(f *lint.Facts) *lint.Group {
	best, score := &lint.Group{}, -1
	for _, g := range f.Groups {
		s := 0
		if len(g.AllSentinels()) > 0 {
			s++
		}
		if len(g.Clients) > 0 {
			s += 2
		}
		if len(g.AllRedis())+len(g.AllSentinels()) > 0 && s > score {
			best, score = g, s
		}
	}
	for _, g := range f.Groups {
		for _, s := range g.AllRedis() {
			if g != best {
				d.result.dropped(at(s), "%s belongs to another Redis: a spec describes one, import it into a spec of its own", s.Name())
			}
		}
	}
	parts := f.PerMaster(best)
	if len(parts) < 2 {
		return best
	}
	chosen := parts[0]
	for _, p := range parts {
		if len(p.Clients) > len(chosen.Clients) {
			chosen = p
		}
	}
	for _, p := range parts {
		if p != chosen {
			d.result.dropped(repo.Span{}, "the master %q, which the same Sentinels watch: a spec has one, import it into a spec of its own", p.Master)
		}
	}
	return chosen
}

// namespace is where a server runs, or else where its clients look for it.
func namespace(s *lint.Server, g *lint.Group) (string, repo.Span) {
	if ns := s.Namespace(); ns != "" {
		return ns, repo.Span{}
	}
	for _, h := range hosts(g) {
		if m := serviceHost.FindStringSubmatch(h.Text); m != nil && h.Known {
			return m[1], h.Place.Span
		}
	}
	return "", repo.Span{}
}

// at is where a server is written.
func at(s *lint.Server) repo.Span {
	return s.Container.Workload.Object.Value.Get("metadata", "name").Span()
}

func (d *draft) text(text string, from repo.Span, path ...string) {
	if text != "" {
		d.spec.set(yamledit.Text(text), from, path...)
	}
}

func number(n int) yamledit.Value { return yamledit.Value{Tag: "!!int", Text: strconv.Itoa(n)} }

func boolean(b bool) yamledit.Value {
	return yamledit.Value{Tag: "!!bool", Text: strconv.FormatBool(b)}
}

var (
	plainVersion = pattern.New(`^v?([0-9]+\.[0-9]+\.[0-9]+)`)
	ownImage     = pattern.New(`(^|/)bitnami[a-z]*/|(^|/)(redis|valkey)-(cluster|stack|ha|sentinel)`)
)

// image keeps the image, or its version where the image is made for another way
// to start.
func (d *draft) image(s *lint.Server) {
	i := s.Container.Image
	from := i.Ref.Span()
	if i.Repository == "" && i.Tag == "" {
		return
	}
	if ownImage.MatchString(i.Repository) {
		name := "redis"
		if strings.Contains(i.Repository, "valkey") {
			name = "valkey/valkey"
		}
		m := plainVersion.FindStringSubmatch(i.Tag)
		if m == nil {
			d.result.dropped(from, "the image %s has an entrypoint of its own, and its tag %q is no version: write the version that runs, a lower one cannot read the data", i.Repository, i.Tag)
			return
		}
		d.result.dropped(from, "the image %s has an entrypoint of its own: the spec takes %s:%s", i.Repository, name, m[1])
		d.text(name, from, "redis", "image", "repository")
		d.text(m[1], from, "redis", "image", "tag")
		return
	}
	d.text(i.Repository, from, "redis", "image", "repository")
	d.text(i.Tag, from, "redis", "image", "tag")
	d.text(i.Digest, from, "redis", "image", "digest")
}

// nodes counts the pods: each will run a Redis and a Sentinel.
func (d *draft) nodes(f *lint.Facts, g *lint.Group) {
	redis, sentinels := 0, 0
	var from repo.Span
	seen := map[*lint.Workload]bool{}
	count := func(s *lint.Server, n *int) {
		w := s.Container.Workload
		pods, _ := f.PodCount(w)
		*n += pods
		if !seen[w] && !from.IsValid() {
			from = w.ReplicasAt.Span()
			if !from.IsValid() {
				from = at(s)
			}
		}
		seen[w] = true
	}
	for _, s := range g.Redis {
		count(s, &redis)
	}
	for _, s := range g.Sentinels {
		count(s, &sentinels)
	}
	for _, r := range g.Released {
		n, _, place := r.Pods()
		redis += n
		if r.Sentinel != nil {
			sentinels += n
		}
		from = place.Span
	}
	n := max(redis, sentinels, 3)
	if n%2 == 0 {
		n++
	}
	nodes := d.spec.set(number(n), from, "redis", "nodes")
	if redis != n || sentinels != n {
		nodes.behind = "pods, each with a Redis and a Sentinel"
		d.result.decided(from, "%s and %s become %d pods, each a Redis and a Sentinel: one master and %d replicas", times(redis, "Redis", "Redis"), times(sentinels, "Sentinel", "Sentinels"), n, n-1)
	}
}

func times(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// sentinel keeps the master's name, the quorum and the timers.
func (d *draft) sentinel(s *lint.Server) {
	monitors := s.Monitors()
	if len(monitors) == 0 {
		return
	}
	m := monitors[0]
	if m.Name.Known {
		d.text(m.Name.Text, m.Name.Place.Span, "redis", "masterName")
	}
	if n, ok := m.Quorum.Int(); ok {
		d.spec.set(number(n), m.Quorum.Place.Span, "sentinel", "quorum")
	}
	for _, t := range []struct{ directive, field string }{
		{"down-after-milliseconds", "downAfter"}, {"failover-timeout", "failoverTimeout"},
	} {
		if a := s.SentinelLast(t.directive, m.Name.Text).Arg(2); a.Exists() {
			if n, ok := a.Int(); ok {
				d.text(duration(n), a.Place.Span, "sentinel", t.field)
			}
		}
	}
	if a := s.SentinelLast("parallel-syncs", m.Name.Text).Arg(2); a.Exists() {
		if n, ok := a.Int(); ok {
			d.spec.set(number(n), a.Place.Span, "sentinel", "parallelSyncs")
		}
	}
	d.resources(s.Container.Value.Get("resources"), "sentinel", "resources")
	for _, name := range []string{"notification-script", "client-reconfig-script", "rename-command", "auth-user", "sentinel-user"} {
		for _, x := range s.SentinelAll(name) {
			d.result.dropped(x.At("").Span, "sentinel %s: the generated sentinel.conf has no place for it", name)
		}
	}
}

// duration writes milliseconds as a spec does, in seconds where that is exact.
func duration(milliseconds int) string {
	if milliseconds%1000 == 0 {
		return strconv.Itoa(milliseconds/1000) + "s"
	}
	return strconv.Itoa(milliseconds) + "ms"
}

var (
	domain      = pattern.New(`\.svc\.([a-z0-9][a-z0-9.-]*[a-z0-9])\.?$`)
	serviceHost = pattern.New(`\.([a-z0-9-]+)\.svc(\.|$)`)
)

// clusterDomain reads the DNS domain of the cluster off the host names.
func (d *draft) clusterDomain(g *lint.Group) {
	for _, h := range hosts(g) {
		if m := domain.FindStringSubmatch(h.Text); m != nil && h.Known {
			if m[1] != "cluster.local" { // the default of every cluster, and of the spec
				d.text(m[1], h.Place.Span, "redis", "clusterDomain")
			}
			return
		}
	}
}

// hosts are the names under which Sentinels and clients know Redis.
func hosts(g *lint.Group) []lint.Arg {
	var all []lint.Arg
	for _, s := range g.AllSentinels() {
		for _, m := range s.Monitors() {
			all = append(all, m.Host)
		}
	}
	for _, c := range g.Clients {
		all = append(all, c.Host)
		for _, n := range c.Nodes {
			all = append(all, n.Host)
		}
	}
	return all
}

// resources keeps what a container asks for and may use.
func (d *draft) resources(v repo.Value, path ...string) {
	for kind, amounts := range v.Fields() {
		for name, amount := range amounts.Fields() {
			if kind != "requests" && kind != "limits" || name != "cpu" && name != "memory" {
				d.result.dropped(amount.Span(), "%s.%s.%s: the spec has cpu and memory", strings.Join(path, "."), kind, name)
				continue
			}
			d.text(amount.Text(), amount.Span(), append(slices.Clone(path), kind, name)...)
		}
	}
}

// replaced lists the objects that the generated ones replace.
func (d *draft) replaced(f *lint.Facts, g *lint.Group) {
	var names []string
	var from repo.Span
	add := func(o *repo.Object) {
		if o.Value.Get("metadata", "labels", "app.kubernetes.io/managed-by").Text() == "quorumwright" {
			return
		}
		if name := o.Kind + " " + o.Name; !slices.Contains(names, name) {
			names = append(names, name)
			if !from.IsValid() {
				from = o.Value.Get("metadata", "name").Span()
			}
		}
	}
	for _, s := range slices.Concat(g.Redis, g.Sentinels) {
		add(s.Container.Workload.Object)
	}
	for _, s := range f.Services {
		for _, w := range s.Workloads {
			if slices.ContainsFunc(slices.Concat(g.Redis, g.Sentinels), func(r *lint.Server) bool { return r.Container.Workload == w }) {
				add(s.Object)
			}
		}
	}
	if len(names) == 0 {
		return
	}
	are := "are"
	if len(names) == 1 {
		are = "is"
	}
	first := ""
	if slices.Contains(names, "StatefulSet redis") {
		first = "; the old StatefulSet redis has to be deleted first, since it cannot be changed into the new one"
	}
	d.result.decided(from, "%s %s replaced by StatefulSet redis with Services redis-headless and redis-sentinel: names, and the data behind them, do not move by themselves%s", strings.Join(names, ", "), are, first)
}
