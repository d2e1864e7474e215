package lint

import (
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// sentinelURL is an address of Sentinels, as Lettuce, Gitea and clients in
// Python and Go take it:
//
//	redis-sentinel://:password@a:26379,b:26379/0#mymaster
//	redis+sentinel://a:26379,b:26379/0?master_name=mymaster
//	redis+sentinel://a:26379/mymaster/0
var sentinelURL = pattern.New(`^rediss?[-+]sentinel://(?:[^@/\s]*@)?([^/?#\s]+)(?:/([^?#\s]*))?(?:\?([^#\s]*))?(?:#(\S+))?$`)

// masterParameters are the parameters of such an address that name the master.
var masterParameters = []string{"master_name", "mastername", "mymaster", "sentinelMasterId", "sentinel_master", "service_name"}

// sentinelAddress reads an address of Sentinels; false if the text is none, or
// does not name the master.
func sentinelAddress(s setting) (master Arg, nodes []Node, ok bool) {
	if !s.Known || !strings.Contains(s.Text, "sentinel://") {
		return Arg{}, nil, false
	}
	m := sentinelURL.FindStringSubmatchIndex(s.Text)
	if m == nil {
		return Arg{}, nil, false
	}
	at := func(i int) (string, bool) {
		if m[2*i] < 0 {
			return "", false
		}
		return s.Text[m[2*i]:m[2*i+1]], true
	}
	hosts := s
	hosts.Arg, hosts.offset, hosts.Text = s.part(m[2], m[3]), s.offset+m[2], s.Text[m[2]:m[3]]
	nodes = hosts.nodes()
	if _, ok := at(4); ok {
		return s.part(m[8], m[9]), nodes, true
	}
	if query, ok := at(3); ok {
		start := m[6]
		for field := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(field, "=")
			for _, p := range masterParameters {
				if name == p && value != "" {
					return s.part(start+len(name)+1, start+len(field)), nodes, true
				}
			}
			start += len(field) + 1
		}
	}
	if way, ok := at(2); ok {
		name, _, _ := strings.Cut(way, "/")
		if strings.Trim(name, "0123456789") != "" {
			return s.part(m[4], m[4]+len(name)), nodes, true
		}
	}
	return Arg{}, nil, false
}

// addressClients returns the clients of a container that are told by an address.
func (c *Container) addressClients() []*Client {
	var all []*Client
	o := c.Workload.Object
	for e := range c.Value.Get("env").Elements() {
		if !strings.Contains(e.Get("value").Text(), "sentinel://") {
			continue
		}
		if master, nodes, ok := sentinelAddress(settingOf(o, e.Get("value"))); ok {
			client := c.facts.other("container "+c.Name+" of "+o.Kind+" "+o.Name, o, o.Namespace, Arg{}, Arg{})
			client.Master, client.Nodes = master, nodes
			all = append(all, client)
		}
	}
	return all
}
