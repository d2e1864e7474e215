package prove

import (
	"fmt"

	"github.com/quorumwright/quorumwright/lint"
)

// gateway plans the client's view. A repository without a gateway gets one that
// knows every Sentinel, so that the write load has somebody to ask.
func (p *planner) gateway() {
	for _, c := range p.facts.Clients {
		p.plan.Gateway = p.client(c)
		break
	}
	if len(p.facts.Clients) > 1 {
		p.note("of %d gateways the first is proven", len(p.facts.Clients))
	}
	if p.plan.Gateway != nil {
		return
	}
	g := &Gateway{Name: "a client", Invented: true}
	for _, s := range p.facts.Sentinels {
		for _, m := range s.Monitors() {
			if g.Master == "" {
				g.Master = m.Name.Text
			}
		}
		if g.Password == "" {
			g.Password = p.secrets.credential(s.AuthPass(g.Master))
			g.SentinelPassword = p.secrets.credential(s.Password())
		}
	}
	for _, s := range p.plan.servers(SentinelRole) {
		g.TLS = g.TLS || s.c.TLS
		g.Nodes = append(g.Nodes, Node{Host: s.pod.Name, Port: s.c.Port})
	}
	if g.Password == "" {
		for _, s := range p.facts.Redis {
			g.Password = p.secrets.credential(s.Password())
		}
	}
	p.plan.Gateway = g
	p.note("no gateway in the repository: a client that knows every Sentinel takes its place")
}

func (p *planner) client(c *lint.Client) *Gateway {
	g := &Gateway{
		Name: c.Name, Namespace: c.Namespace, Master: c.Master.Text, User: c.Username.Text,
		Password:         p.secrets.credential(c.Password),
		SentinelPassword: p.secrets.credential(c.SentinelPassword),
		TLS:              c.SSL.Text == "true",
	}
	for _, given := range []lint.Credential{c.Password, c.SentinelPassword} {
		ref := given.Ref
		if ref == nil {
			continue
		}
		if _, ok := p.secrets.value(ref.Kind, ref.Namespace, ref.Name, ref.Key); !ok && given.Given {
			p.cause("%s reads key %s of %s %s, which has no such key: its pods do not start", c.Name, ref.Key, ref.Kind, ref.Name)
		}
	}
	for _, n := range c.Nodes {
		port, ok := n.Port.Int()
		if !ok {
			port = 26379
		}
		g.Nodes = append(g.Nodes, Node{n.Host.Text, port})
	}
	switch {
	case !c.RateLimit.Exists() && c.Complete:
		g.Unused = "ratelimit.type is not set at the top level of the values, so the chart gives the gateway MongoDB and none of its Redis settings"
	case c.RateLimit.Known && c.RateLimit.Exists() && c.RateLimit.Text != "redis":
		g.Unused = fmt.Sprintf("ratelimit.type is %s, so the gateway uses none of its Redis settings", c.RateLimit.Text)
	case !c.UsesSentinel():
		g.Unused = "the gateway names no Sentinel: it stays with one host whatever is promoted"
	}
	return g
}
