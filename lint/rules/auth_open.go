package rules

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

var authOpenRedis = &lint.Rule{
	ID:       "auth/open-redis",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "Redis without a password can be reached from the whole cluster",
		Why: `Nothing asks for a password, the server listens beyond its pod and no NetworkPolicy of the repository guards it. Every pod of the cluster can read and delete the counters, switch rate limits off, make the server a replica of another one, or have it write files.

The official images are built with protected-mode off, so that leaving it out of redis.conf does not help there.`,
		Fix:  `Set requirepass and masterauth, sentinel auth-pass and the gateway's password from one Secret, and let a NetworkPolicy admit only the gateway and the group itself.`,
		Refs: []string{refRedisSecurity, "https://kubernetes.io/docs/concepts/services-networking/network-policies/"},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			for _, part := range p.Facts.PerMaster(g) {
				checkOpen(p, part)
			}
		}
	},
}

func checkOpen(p *lint.Pass, g *lint.Group) {
	if slices.ContainsFunc(g.Clients, func(c *lint.Client) bool { return c.Password.IsCertain() }) {
		return // auth/gateway-without-password tells
	}
	f := lint.Finding{
		Message: "Redis asks for no password and listens beyond its pod, and no NetworkPolicy guards it",
		Help:    "set requirepass and masterauth from a Secret, or add a NetworkPolicy",
	}
	for _, s := range g.Redis {
		if s.Password().Given || misspelledDirective(p.Facts, s, "requirepass") || guarded(p.Facts, s.Container.Workload) {
			continue
		}
		at, open := listensBeyond(s)
		if open && at.IsValid() && !hasPlace(f.Places, at) {
			f.Places = append(f.Places, at)
		}
	}
	if len(f.Places) > 0 {
		p.Report(f)
	}
}

// listensBeyond tells whether a Redis without a password accepts connections
// from other pods, and what makes it so.
func listensBeyond(s *lint.Server) (at lint.Place, open bool) {
	if port, _ := s.Port(); port <= 0 {
		return at, false
	}
	at = confKey(s)
	if d := s.Last("bind"); d != nil {
		if !slices.ContainsFunc(d.Args, func(a lint.Arg) bool { return a.Known && !isLoopback(a.Text) }) {
			return at, false
		}
		at = d.At("")
	}
	if d := s.Last("protected-mode"); d != nil {
		return d.At(""), strings.EqualFold(d.Arg(0).Text, "no")
	}
	return at, isOfficialImage(s.Container.Image.Repository)
}

func isLoopback(address string) bool {
	address = strings.TrimPrefix(address, "-")
	a, err := netip.ParseAddr(address)
	return address == "localhost" || err == nil && a.IsLoopback()
}

// isOfficialImage tells whether the server was built with protected-mode off
// (docker-library/redis and valkey-container, Dockerfile).
func isOfficialImage(repository string) bool {
	repository = strings.TrimPrefix(strings.TrimPrefix(repository, "docker.io/"), "library/")
	return repository == "redis" || repository == "valkey/valkey"
}

// guarded tells whether a NetworkPolicy of the environment limits who reaches
// the pods. Selectors beyond labels are taken to match.
func guarded(f *lint.Facts, w *lint.Workload) bool {
	for _, o := range f.Env.Objects {
		if o.Kind != "NetworkPolicy" || o.Namespace != "" && w.Object.Namespace != "" && o.Namespace != w.Object.Namespace {
			continue
		}
		types := o.Value.Get("spec", "policyTypes").Items()
		ingress := len(types) == 0
		for _, t := range types {
			ingress = ingress || t.Text() == "Ingress"
		}
		matches := true
		for k, v := range o.Value.Get("spec", "podSelector", "matchLabels").Fields() {
			matches = matches && w.Labels[k] == v.Text()
		}
		if ingress && matches {
			return true
		}
	}
	return false
}
