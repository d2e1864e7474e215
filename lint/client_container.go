package lint

import (
	"strings"
)

// A dialect is how a program is told about Sentinel on its command line, by flags
// that take their value after "=" or as the next word.
type dialect struct {
	name          string
	master, nodes string
	password      string
}

// dialects are those of programs that are deployed with Sentinel often.
var dialects = []dialect{
	// argoproj/argo-cd, util/cache: --sentinel may be repeated.
	{name: "Argo CD", nodes: "--sentinel", master: "--sentinelmaster"},
	// oauth2-proxy, pkg/apis/options.
	{name: "oauth2-proxy", nodes: "--redis-sentinel-connection-urls", master: "--redis-sentinel-master-name", password: "--redis-password"},
	// oliver006/redis_exporter and others ask one server: they are no clients of Sentinel.
}

// newContainerClients returns the programs whose containers are told about
// Sentinel by flags, or by variables whose names leave no doubt.
func newContainerClients(f *Facts) []*Client {
	var all []*Client
	for _, w := range f.Workloads {
		for _, c := range w.Containers {
			if c.Init || f.serves(c) || c.mayServe() {
				continue
			}
			all = append(all, c.addressClients()...)
			if client := c.flagClient(); client != nil {
				all = append(all, client)
			} else if client := c.variableClient(); client != nil {
				all = append(all, client)
			}
		}
	}
	return all
}

func (c *Container) flagClient() *Client {
	words := c.words()
	for _, d := range dialects {
		var nodes []Node
		var master, password Arg
		for i := range words {
			flag, value, ok := c.flag(words, i)
			if !ok {
				continue
			}
			switch flag {
			case d.nodes:
				nodes = append(nodes, value.nodes()...)
			case d.master:
				master = value.Arg
			case d.password:
				password = value.Arg
			}
		}
		if len(nodes) == 0 || !master.Exists() {
			continue
		}
		client := c.facts.other(d.name+" of "+c.Workload.Object.Kind+" "+c.Workload.Object.Name, c.Workload.Object, c.Workload.Object.Namespace, password, Arg{})
		client.Nodes, client.Master = nodes, master
		return client
	}
	return nil
}

// flag returns the flag at a word, and its value: behind "=", or the next word.
func (c *Container) flag(words []Arg, i int) (string, setting, bool) {
	w := words[i]
	if !strings.HasPrefix(w.Text, "--") {
		return "", setting{}, false
	}
	whole := setting{Arg: w, object: c.Workload.Object, value: c.valueAt(w.Place)}
	if name, _, ok := strings.Cut(w.Text, "="); ok {
		part := whole.part(len(name)+1, len(w.Text))
		return name, setting{Arg: part, object: whole.object, value: whole.value, offset: len(name) + 1}, true
	}
	if i+1 >= len(words) {
		return "", setting{}, false
	}
	next := words[i+1]
	return w.Text, setting{Arg: next, object: c.Workload.Object, value: c.valueAt(next.Place)}, true
}

// variableNames are the variables by which programs are told about Sentinel, the
// most telling first.
var (
	masterVariables = []string{
		"REDIS_SENTINEL_MASTER", "REDIS_SENTINEL_MASTER_NAME", "REDIS_SENTINEL_MASTER_SET", "REDIS_SENTINEL_MASTER_GROUP_NAME",
		"SENTINEL_MASTER", "SENTINEL_MASTER_NAME", "REDIS_MASTER_NAME", "REDIS_MASTER_SET", "REDIS_SENTINEL_NAME", "REDIS_SENTINEL_SET",
		"REDIS_SENTINEL_SERVICE_NAME", "REDIS_SENTINEL_SERVICE", "REDIS_SENTINEL_MASTERNAME", "AUTHELIA_SESSION_REDIS_HIGH_AVAILABILITY_SENTINEL_NAME",
	}
	nodesVariables = []string{
		"REDIS_SENTINEL_NODES", "REDIS_SENTINEL_HOSTS", "REDIS_SENTINELS", "REDIS_SENTINEL_ADDRS", "REDIS_SENTINEL_ADDRESSES",
		"REDIS_SENTINEL_ENDPOINTS", "REDIS_SENTINEL_URLS", "REDIS_SENTINEL_HOST", "REDIS_SENTINEL_ADDR", "REDIS_SENTINEL_ADDRESS",
		"SENTINEL_NODES", "SENTINEL_HOSTS", "SENTINEL_ADDRS", "SENTINEL_ADDRESS", "SENTINEL_ADDR", "SENTINELS",
	}
	portVariables     = []string{"REDIS_SENTINEL_PORT", "SENTINEL_PORT"}
	passwordVariables = []string{"REDIS_PASSWORD", "REDIS_PASS", "REDIS_AUTH"}
)

func (c *Container) variableClient() *Client {
	master, nodes := c.variable(masterVariables), c.variable(nodesVariables).nodes()
	if !master.Exists() || len(nodes) == 0 {
		return nil
	}
	for i := range nodes {
		if !nodes[i].Port.Exists() {
			nodes[i].Port = c.variable(portVariables).Arg
		}
	}
	o := c.Workload.Object
	client := c.facts.other("container "+c.Name+" of "+o.Kind+" "+o.Name, o, o.Namespace, c.variable(passwordVariables).Arg, Arg{})
	client.Nodes, client.Master = nodes, master.Arg
	return client
}

// variable returns the first of several variables that the container has.
func (c *Container) variable(names []string) setting {
	for _, name := range names {
		if a, ok := c.Env(name); ok && a.Place.IsValid() {
			return springReader{container: c}.env(name, a)
		}
	}
	return setting{}
}
