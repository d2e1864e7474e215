package lint

import (
	"strings"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// A sentinelSection is how a program is told about Sentinel in its configuration
// file, or in the values of its chart: two keys of one mapping, which no other
// program uses together.
type sentinelSection struct{ name, master, nodes string }

var sentinelSections = []sentinelSection{
	// Authelia, session.redis.high_availability.
	{"Authelia", "sentinel_name", "nodes"},
	// Blocky, redis: the address is the name of the master then.
	{"Blocky", "address", "sentinelAddresses"},
	// The chart of oauth2-proxy, sessionStorage.redis.sentinel.
	{"oauth2-proxy", "masterName", "connectionUrls"},
	// The chart of NetBox, tasksDatabase and cachingDatabase.
	{"NetBox", "sentinelService", "sentinels"},
}

// newConfiguredClients returns the programs that are told about Sentinel in the
// values of charts that are not read otherwise, and in configuration files in
// ConfigMaps: by a section of a known program, by variables for its containers,
// or by an address of Sentinels (redis-sentinel://…).
func newConfiguredClients(f *Facts) []*Client {
	var all []*Client
	for _, o := range f.Env.Objects {
		r := sectionReader{facts: f, object: o, namespace: o.Namespace, who: o.Kind + " " + o.Name}
		switch o.Kind {
		case "HelmRelease":
			if to := o.Value.Get("spec", "targetNamespace").Text(); to != "" {
				r.namespace = to
			}
			if r.ownChart() {
				r.walk(o.Value.Get("spec", "values"), 0)
			}
		case "Application":
			spec := o.Value.Get("spec")
			r.namespace = spec.Get("destination", "namespace").Text()
			for _, s := range append(spec.Get("sources").Items(), spec.Get("source")) {
				if helm := s.Get("helm"); helm.Exists() && r.ownChart() {
					r.walk(helm.Get("valuesObject"), 0)
					r.walk(helm.Get("values").Inner(), 0)
				}
			}
		case "ConfigMap":
			for key, text := range o.Value.Get("data").Fields() {
				if isYAMLName(key) && !springFile.MatchString(key) && strings.Contains(strings.ToLower(text.Text()), "sentinel") {
					r.walk(text.Inner(), 0)
				}
			}
		}
		all = append(all, r.clients...)
	}
	return all
}

func isYAMLName(key string) bool {
	return strings.HasSuffix(key, ".yml") || strings.HasSuffix(key, ".yaml") || strings.HasSuffix(key, ".json")
}

// A sectionReader looks for clients in the values or the configuration of an
// object.
type sectionReader struct {
	facts          *Facts
	object         *repo.Object
	namespace, who string
	clients        []*Client
}

// ownChart tells whether nothing else reads the values of the object: those of
// the gateway and of the charts of Redis, Harbor and others have readers of their
// own.
func (r *sectionReader) ownChart() bool {
	for _, v := range r.facts.Env.Values {
		if v.Object == r.object {
			return false
		}
	}
	return true
}

// maxSectionDepth bounds how deep sections are looked for.
const maxSectionDepth = 16

func (r *sectionReader) walk(v repo.Value, depth int) {
	if depth > maxSectionDepth {
		return
	}
	if v.IsScalar() && strings.Contains(v.Text(), "sentinel://") {
		if master, nodes, ok := sentinelAddress(settingOf(r.object, v)); ok {
			r.add(r.who, master, nodes, setting{})
		}
	}
	if v.IsMap() {
		r.section(v)
		r.variables(func(name string) (setting, bool) {
			e := v.Get(name)
			switch {
			case e.IsScalar():
				return settingOf(r.object, e), true
			case e.Get("valueFrom").Exists() || e.Get("value").Exists():
				return r.entry(e), true
			}
			return setting{}, false
		})
	}
	for _, e := range v.Fields() {
		r.walk(e, depth+1)
	}
	if !v.IsList() {
		return
	}
	r.variables(func(name string) (setting, bool) {
		for e := range v.Elements() {
			if e.Get("name").Text() == name {
				return r.entry(e), true
			}
		}
		return setting{}, false
	})
	for e := range v.Elements() {
		r.walk(e, depth+1)
	}
}

// entry returns the setting that one entry of an env list gives.
func (r *sectionReader) entry(e repo.Value) setting {
	a := r.facts.envValue(e, r.object, r.namespace)
	a.Known = a.Known && !isTemplated(a.Text)
	if from := e.Get("valueFrom"); from.Exists() {
		return setting{Arg: a, object: r.object, value: from}
	}
	return setting{Arg: a, object: r.object, value: e.Get("value")}
}

func (r *sectionReader) section(v repo.Value) {
	for _, s := range sentinelSections {
		master, nodes := v.Get(s.master), v.Get(s.nodes)
		if on := v.Get("enabled"); !master.IsScalar() || master.Text() == "" || !nodes.Exists() || on.Exists() && !on.IsTrue() {
			continue
		}
		r.add(s.name+" of "+r.who, settingOf(r.object, master).Arg, nodesOf(r.object, nodes), setting{})
	}
}

// variables finds a client that is told about Sentinel by variables.
func (r *sectionReader) variables(get func(string) (setting, bool)) {
	first := func(names []string) setting {
		for _, name := range names {
			if s, ok := get(name); ok && s.Exists() {
				return s
			}
		}
		return setting{}
	}
	master := first(masterVariables)
	if !master.Exists() {
		return
	}
	nodes := first(nodesVariables).nodes()
	for i := range nodes {
		if !nodes[i].Port.Exists() {
			nodes[i].Port = first(portVariables).Arg
		}
	}
	r.add("the container of "+r.who, master.Arg, nodes, first(passwordVariables))
}

func (r *sectionReader) add(name string, master Arg, nodes []Node, password setting) {
	if len(nodes) == 0 {
		return
	}
	c := r.facts.other(name, r.object, r.namespace, password.Arg, Arg{})
	c.Master, c.Nodes = master, nodes
	if ref := password.value.Get("secretKeyRef"); password.Ref != nil && ref.Exists() {
		c.Secrets = []SecretUse{{*password.Ref, At(r.object, ref.Get("name"), ""), At(r.object, ref.Get("key"), "")}}
	}
	r.clients = append(r.clients, c)
}
