package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

var redisTLSMismatch = &lint.Rule{
	ID:       "redis/tls-mismatch",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "TLS on one side of a connection only",
		Why: `Each connection needs TLS on both sides, and Redis has a switch of its own for each: tls-port to accept it, tls-replication yes for what a replica, or a Sentinel, opens, ssl in the gateway.

A Redis that accepts only TLS and whose replicas do not use it has none ("Master did not respond to command during SYNC handshake"), while SENTINEL CKQUORUM goes on saying OK. A Sentinel without tls-replication marks such a master down. One with it, but with a plain port of its own, is marked down by the other Sentinels. A client gets "Connection reset by peer" or "wrong version number".`,
		Fix:  "Switch all of them: port 0, tls-port and tls-replication yes with certificates in Redis and in Sentinel, and gateway.ratelimit.redis.ssl: true. Or none.",
		Refs: []string{refTLS},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			checkTLS(p, g)
		}
	},
}

// A tlsSide is one end of connections, as far as it is certain.
type tlsSide struct {
	tls   bool
	says  string
	place lint.Place
}

func checkTLS(p *lint.Pass, g *lint.Group) {
	if !speaksOfTLS(g) {
		return // nobody uses it
	}
	var sides []tlsSide
	// disagree adds both ends of a connection if they do not fit.
	disagree := func(accepts, opens *tlsSide) {
		if accepts == nil || opens == nil || accepts.tls == opens.tls {
			return
		}
		for _, s := range []tlsSide{*opens, *accepts} {
			if !slices.ContainsFunc(sides, func(t tlsSide) bool { return t.place.Span == s.place.Span }) {
				sides = append(sides, s)
			}
		}
	}
	clients := clientsHere(p.Facts, g)
	replicas := p.Facts.Replicas(g, nil)
	sentinels := p.Facts.SentinelCount(g)
	for _, r := range g.Redis {
		accepts := acceptsTLS(r, "Redis")
		for _, c := range clients {
			disagree(accepts, clientTLS(c))
		}
		if watchesHere(p.Facts, g) {
			for _, s := range g.Sentinels {
				disagree(accepts, opensTLS(s, "Sentinel"))
			}
		}
		if replicas.N > 0 {
			disagree(accepts, opensTLS(r, "replication"))
		}
	}
	for _, s := range g.Sentinels {
		accepts := acceptsTLS(s, "Sentinel")
		for _, c := range clients {
			if c.UsesSentinel() {
				disagree(accepts, clientTLS(c))
			}
		}
		if sentinels.N > 1 {
			disagree(accepts, opensTLS(s, "Sentinel"))
		}
	}
	if len(sides) == 0 {
		return
	}
	with := 0
	for _, s := range sides {
		if s.tls {
			with++
		}
	}
	odd := with*2 < len(sides) || with*2 == len(sides) && sides[0].tls
	slices.SortStableFunc(sides, func(a, b tlsSide) int {
		switch {
		case a.tls == b.tls:
			return 0
		case a.tls == odd:
			return -1
		}
		return 1
	})
	f := lint.Finding{Help: "switch TLS on here as well"}
	if odd {
		f.Help = "switch TLS off here, or on everywhere"
	}
	var one, other string
	for _, s := range sides {
		if s.tls == odd && one == "" {
			one = s.says
		} else if s.tls != odd && other == "" {
			other = s.says
		}
		f.Places = addPlace(f.Places, relabel(s.place, s.says))
	}
	f.Message = fmt.Sprintf("%s, but %s", one, other)
	p.Report(f)
}

// speaksOfTLS tells whether a server or client of a group says anything about TLS.
func speaksOfTLS(g *lint.Group) bool {
	speaks := func(s *lint.Server) bool { return s.Last("tls-port", "tls-replication") != nil }
	return slices.ContainsFunc(g.Redis, speaks) || slices.ContainsFunc(g.Sentinels, speaks) ||
		slices.ContainsFunc(g.Clients, func(c *lint.Client) bool { return c.SSL.Exists() })
}

func relabel(p lint.Place, label string) lint.Place { p.Label = label; return p }

// acceptsTLS tells whether a server accepts nothing but TLS, or nothing but
// plain connections; nil if it accepts both, or nobody can tell.
func acceptsTLS(s *lint.Server, who string) *tlsSide {
	port, at := s.Port()
	secure := s.Last("tls-port").Arg(0)
	n, ok := number(secure)
	switch {
	case secure.Exists() && !ok || port < 0:
		return nil
	case n > 0 && port == 0:
		return &tlsSide{true, who + " accepts TLS connections only", secure.Place}
	case n > 0 || !s.Complete:
		return nil
	}
	if !at.Exists() {
		return &tlsSide{false, who + " accepts no TLS connections", containerAt(s.Container, "")}
	}
	return &tlsSide{false, who + " accepts no TLS connections", at.Place}
}

// opensTLS tells whether the connections that a server opens use TLS.
func opensTLS(s *lint.Server, who string) *tlsSide {
	a := s.Last("tls-replication").Arg(0)
	switch {
	case a.Exists() && !a.Known || !a.Exists() && !s.Complete:
		return nil
	case strings.EqualFold(a.Text, "yes"):
		return &tlsSide{true, who + " uses TLS", a.Place}
	case a.Exists():
		return &tlsSide{false, who + " uses no TLS", a.Place}
	}
	at := s.ConfPathAt
	if m := s.Monitors(); len(m) > 0 {
		at = m[0].Directive.At("")
	} else if d := s.Last("replicaof", "slaveof", "tls-port"); d != nil {
		at = d.At("")
	}
	if !at.IsValid() {
		at = containerAt(s.Container, "")
	}
	return &tlsSide{false, who + " uses no TLS: tls-replication is not set", at}
}

// clientTLS tells whether a client uses TLS. Only of the gateway is it known
// that it does not where nothing is said.
func clientTLS(c *lint.Client) *tlsSide {
	switch {
	case c.SSL.Exists() && !c.SSL.Known:
		return nil
	case c.SSL.Exists():
		if strings.EqualFold(c.SSL.Text, "true") {
			return &tlsSide{true, c.Name + " uses TLS", c.SSL.Place}
		}
		return &tlsSide{false, c.Name + " uses no TLS", c.SSL.Place}
	case c.Name != "the gateway":
		return nil
	}
	at := c.Host
	if c.UsesSentinel() {
		at = c.Master
		if !at.Exists() {
			at = c.Nodes[0].Host
		}
	}
	if !at.Exists() {
		return nil
	}
	where := at.Place
	if c.Values != nil {
		// The key that ssl would stand below.
		if block := c.Values.Value.Get("gateway", "ratelimit", "redis"); block.IsMap() {
			where = lint.AtKey(c.Object, block, "")
		}
	}
	return &tlsSide{false, c.Name + " uses no TLS: ssl is not set", where}
}
