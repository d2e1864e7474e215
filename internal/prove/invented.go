package prove

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"

	"github.com/quorumwright/quorumwright/lint"
)

// An invention is a password that stands in for one which the repository does not
// have. Each key of a Secret gets one of its own, so that who reads another key
// than Redis does is not let in. Keys that hold the same for certain share one:
// the same entry of a store, and keys of the same name of Secrets of the same
// name, which are copies of each other in several namespaces.
type invention struct {
	ref      lint.KeyRef
	password string
	used     bool
}

// from says in words where the password would come from.
func (i invention) from() string { return fmt.Sprintf("key %s of Secret %s", i.ref.Key, i.ref.Name) }

// collect lists the credentials of all sides. The first that comes from a Secret
// which cannot be read gets the first password: that of Redis, if it is one.
func (s *secrets) collect() {
	for _, list := range [][]*lint.Server{s.facts.Redis, s.facts.Sentinels} {
		for _, server := range list {
			s.given = append(s.given, credentialsOf(server)...)
		}
	}
	for _, c := range s.facts.Clients {
		s.given = append(s.given, c.Password, c.SentinelPassword)
	}
	for _, c := range s.given {
		if c.Ref != nil && c.Ref.Kind == "Secret" && !c.Known {
			s.invention(*c.Ref)
			return
		}
	}
}

// credentialsOf returns what a server asks for and what it sends.
func credentialsOf(s *lint.Server) []lint.Credential {
	all := []lint.Credential{s.Password(), s.MasterAuth(), s.SentinelPass()}
	for _, m := range s.Monitors() {
		all = append(all, s.AuthPass(m.Name.Text))
	}
	return all
}

// invention returns the password of a key, a new one if none is known to be the
// same.
func (s *secrets) invention(ref lint.KeyRef) *invention {
	for i := range s.inventions {
		if s.one || s.same(s.inventions[i].ref, ref) {
			return &s.inventions[i]
		}
	}
	password := s.password
	if len(s.inventions) > 0 {
		password = rand.Text()
	}
	s.inventions = append(s.inventions, invention{ref: ref, password: password})
	return &s.inventions[len(s.inventions)-1]
}

// same tells whether two keys hold the same.
func (s *secrets) same(a, b lint.KeyRef) bool {
	for _, c := range s.given {
		if c.Ref == nil || !c.Ref.Equal(a) {
			continue
		}
		for _, d := range s.given {
			if d.Ref == nil || !d.Ref.Equal(b) {
				continue
			}
			if match := c.Compare(d); match != lint.Unknown {
				return match == lint.Same
			}
		}
	}
	return a.Name == b.Name && a.Key == b.Key
}

// inventions tells the plan what was invented.
func (p *planner) inventions(add func(string)) {
	p.plan.Origins = map[string]string{}
	for _, i := range p.secrets.inventions {
		if !i.used {
			continue
		}
		add(i.password)
		p.plan.Origins[i.password] = i.from()
		if i.password == p.secrets.password {
			p.plan.Invented = i.password
		}
	}
	if len(p.plan.Origins) > 1 {
		p.note("nothing says that these are copies of one password, so each key has one of its own; --one-password takes them for copies")
	}
}

// otherKey says that the gateway is refused because it reads another key than the
// servers do; "" if that is not why.
func (p *proof) otherKey(ctx context.Context) string {
	g := p.load.view()
	for _, to := range []struct {
		role           Role
		name, password string
	}{{SentinelRole, "Sentinel", cmp.Or(g.SentinelPassword, g.Password)}, {RedisRole, "Redis", g.Password}} {
		sent := p.plan.Origins[to.password]
		for _, k := range p.cluster.containers(to.role) {
			asked := p.plan.Origins[p.opens(ctx, k)]
			if sent != "" && asked != "" && sent != asked {
				return fmt.Sprintf("%s sends %s the password in %s, and %s of %s asks for the one in %s: nothing in the repository says that they are the same (if they are: --one-password)",
					g.Name, to.name, sent, to.name, k.pod.Name, asked)
			}
		}
	}
	return ""
}

// opens returns the password that a server accepts; "" if none is known.
func (p *proof) opens(ctx context.Context, k *container) string {
	addr, ok := k.pod.address()
	if !ok || k.running() == nil {
		return ""
	}
	for _, password := range p.observer.known() {
		c, err := dial(ctx, hostPort(addr.String(), k.Port), p.observer.config(k.TLS))
		if err != nil {
			return ""
		}
		err = c.auth("", password)
		c.Close()
		if err == nil {
			return password
		}
	}
	return ""
}
