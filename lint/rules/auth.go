package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

var authRules = []*lint.Rule{
	authACLUserWithSentinel,
	authGatewayWithoutPassword,
	authMissingAuthPass,
	authMissingMasterauth,
	authOpenRedis,
	authPasswordMismatch,
	authSentinelPasswordUnreachable,
	authUnsafePassword,
}

const (
	refRedisSecurity = "https://redis.io/docs/latest/operate/oss_and_stack/management/security/"
	refSecret        = "https://kubernetes.io/docs/concepts/configuration/secret/"
)

var authPasswordMismatch = &lint.Rule{
	ID:       "auth/password-mismatch",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "the sides of one Redis use different passwords",
		Why: `Redis, its replicas, its Sentinels and the gateway have to know one password. Whoever has another one fails in its own way, and most of them silently.

The gateway is refused with "WRONGPASS invalid username-password pair or user is disabled"; its rate limit policy then lets every request pass. A Sentinel with a wrong auth-pass starts, answers its clients, marks the healthy master down, sees no replica and no other Sentinel, and never fails over. A replica with a wrong masterauth logs "Unable to AUTH to MASTER" every second and stays empty; on a master the wrong masterauth shows only after the first failover, when it cannot follow the new one. A replica whose requirepass differs from its master's is never promoted.

Passwords are compared without being shown: equal text, the same key of one Secret and the same entry of an external store are the same; ciphertexts of different length differ; what cannot be read is not judged.`,
		Fix:  `Let Redis, Sentinel and the gateway read one key of one Secret. Where the text itself stands in several files, write the same text in all of them.`,
		Refs: []string{refRedisSecurity, refReplication, refSentinel},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			for _, part := range p.Facts.PerMaster(g) {
				checkPasswords(p, part)
			}
		}
	},
}

// passwordDisagreement returns the sides that hold a group's usual password,
// and one list of sides for each other password.
func passwordDisagreement(f *lint.Facts, g *lint.Group) (usual []passwordHolder, odd [][]passwordHolder) {
	known := disagreements.Of(f)
	d, ok := known[g]
	if !ok {
		holders := passwordHolders(f, g)
		if len(holders) > maxHolders {
			f.Stop(holders[maxHolders].cred.Place, "split the environment", "one Redis has more than %d sides that know its password, the limit; from here on they were not compared", maxHolders)
			holders = holders[:maxHolders]
		}
		d.usual, d.odd = lint.Odd(holders, func(a, b passwordHolder) lint.Match { return a.cred.Compare(b.cred) })
		known[g] = d
	}
	return d.usual, d.odd
}

// maxHolders is how many sides of one group are compared, each with each.
const maxHolders = 1000

// disagreements are what passwordDisagreement found of each group.
var disagreements = lint.Derive(func(*lint.Facts) map[*lint.Group]disagreement { return map[*lint.Group]disagreement{} })

type disagreement struct {
	usual []passwordHolder
	odd   [][]passwordHolder
}

func checkPasswords(p *lint.Pass, g *lint.Group) {
	right, odd := passwordDisagreement(p.Facts, g)
	right = right[:min(len(right), lint.MaxPlaces)]
	for _, wrong := range odd {
		wrong = slices.Clone(wrong)
		slices.SortStableFunc(wrong, func(a, b passwordHolder) int { return int(a.role) - int(b.role) })
		names := numberSecrets(credentialsOf(append(slices.Clone(wrong), right...)))
		f := lint.Finding{Message: mismatchMessage(g, names, wrong[0], right), Help: mismatchHelp(g, names, wrong[0], right)}
		if first := wrong[0].cred; misses(first, right) {
			f.Places = append(f.Places, labeledPlace(first.Source, names.name(first)+" is written here"))
		}
		for _, h := range append(wrong, right...) {
			f.Places = append(f.Places, labeledPlace(h.cred.Place, h.says+" "+names.name(h.cred)))
		}
		for _, h := range append(wrong, right...) {
			c := h.cred
			written := labeledPlace(c.Source, names.name(c)+" is written here")
			if c.Source.IsValid() && !hasPlace(f.Places, c.Source) {
				f.Places = append(f.Places, written)
			}
		}
		p.Report(f)
	}
}

// misses tells whether the value behind a reference, rather than the reference,
// is what a person would edit: nobody on the right side uses a reference that
// this one could have been.
func misses(c lint.Credential, right []passwordHolder) bool {
	if !c.Source.IsValid() || c.Source.Span == c.Place.Span {
		return false
	}
	return c.Ref == nil || !slices.ContainsFunc(right, func(h passwordHolder) bool { return h.cred.Ref != nil })
}

func credentialsOf(all []passwordHolder) []lint.Credential {
	var out []lint.Credential
	for _, h := range all {
		out = append(out, h.cred)
	}
	return out
}

func labeledPlace(p lint.Place, label string) lint.Place { p.Label = label; return p }

func hasPlace(places []lint.Place, p lint.Place) bool {
	return slices.ContainsFunc(places, func(q lint.Place) bool { return q.Span == p.Span })
}

func mismatchMessage(g *lint.Group, names secretNumbers, wrong passwordHolder, right []passwordHolder) string {
	has, want := names.name(wrong.cred), names.name(right[0].cred)
	if wrong.cred.Literal != "" {
		has += ", as nothing fills it in"
	}
	asks := "the others use " + want
	if i := slices.IndexFunc(right, func(h passwordHolder) bool { return h.role == roleRedis }); i >= 0 {
		asks = "Redis asks for " + names.name(right[i].cred)
	}
	switch wrong.role {
	case roleSentinel:
		who := "Sentinel"
		if g.Master != "" {
			who = fmt.Sprintf("Sentinel logs in to master %q with another password:", g.Master)
			return fmt.Sprintf("%s it sends %s, %s", who, has, asks)
		}
		return fmt.Sprintf("%s logs in to Redis with another password: it sends %s, %s", who, has, asks)
	case roleRedis:
		return fmt.Sprintf("Redis asks for another password than it is sent: it asks for %s, the others use %s", has, want)
	case roleReplica:
		return fmt.Sprintf("a replica logs in to its master with another password: masterauth is %s, %s", has, asks)
	}
	return fmt.Sprintf("%s logs in to Redis with another password: it sends %s, %s", strings.TrimSuffix(wrong.says, " sends"), has, asks)
}

func mismatchHelp(g *lint.Group, names secretNumbers, wrong passwordHolder, right []passwordHolder) string {
	want := right[0]
	if i := slices.IndexFunc(right, func(h passwordHolder) bool { return h.cred.Ref != nil }); i >= 0 {
		want = right[i]
	}
	if wrong.cred.Literal != "" {
		return "let the start script write the value into a copy of the file, with envsubst or sed"
	}
	name := names.name(want.cred)
	help := fmt.Sprintf("write %s here, as at %s", name, want.cred.Place.Span)
	if want.cred.Ref != nil {
		help = fmt.Sprintf("read %s here too", name)
	}
	if want.cred.Known && isPlaceholder(want.cred.Secret) {
		help = fmt.Sprintf("%s comes from the documentation: write a password of your own in all %d places", name, len(right)+1)
	}
	return help
}

var authMissingMasterauth = &lint.Rule{
	ID:       "auth/missing-masterauth",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "Redis asks for a password and its replicas send none",
		Why: `masterauth is what a replica sends to its master. A replica without it logs "MASTER aborted replication with an error: NOAUTH Authentication required" every second, stays empty and is never promoted.

The master needs it as much as the replicas: until the first failover nothing shows, then the former master comes back as a replica that can never follow the new one. The redundancy is gone without a message anywhere else.`,
		Fix:  `Set masterauth to the value of requirepass on every Redis of the group, the first master too.`,
		Refs: []string{refReplication, refSentinel},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			for _, part := range p.Facts.PerMaster(g) {
				checkMasterauth(p, part)
			}
		}
	},
}

func checkMasterauth(p *lint.Pass, g *lint.Group) {
	var places []lint.Place
	var who *lint.Server
	for _, s := range branchesOf(g.Redis) {
		if s.MasterAuth().Given || misspelledDirective(p.Facts, s, "masterauth") {
			continue
		}
		at := masterauthPlace(s)
		if !needsMasterauth(p.Facts, g, s) || hasPlace(places, at) {
			continue
		}
		if who == nil {
			who = s
		}
		places = append(places, at)
	}
	if who == nil {
		return
	}
	places[0].Label = ""
	what := "requirepass is set and masterauth is not"
	if d := who.Last("replicaof", "slaveof"); d != nil && !who.Password().Given {
		what = "the master of this replica asks for a password and masterauth is not set"
	}
	consequence := "after a failover the former master cannot follow the new one"
	if len(g.Sentinels) == 0 {
		consequence = "the replica never gets any data"
	}
	help := "add a line masterauth with the value of requirepass"
	if who.ByEnv {
		help = "set REDIS_MASTER_PASSWORD, and REDIS_REPLICATION_MODE, beside REDIS_PASSWORD"
	}
	p.Report(lint.Finding{Message: what + ": " + consequence, Places: places, Help: help})
}

// branchesOf returns the servers as each branch of their scripts starts them.
func branchesOf(servers []*lint.Server) []*lint.Server {
	var all []*lint.Server
	for _, s := range servers {
		if len(s.Branches) > 0 {
			all = append(all, s.Branches...)
		} else {
			all = append(all, s)
		}
	}
	return all
}

// needsMasterauth tells whether a Redis may have to log in to a master that
// asks for a password: to its own after a failover, or to the one that it is a
// replica of.
func needsMasterauth(f *lint.Facts, g *lint.Group, s *lint.Server) bool {
	if len(g.Sentinels) > 0 && s.Password().IsCertain() {
		return true
	}
	replicaof := s.Last("replicaof", "slaveof")
	if replicaof == nil {
		return false
	}
	r := f.Resolve(replicaof.Arg(0).Text, s.Namespace())
	return slices.ContainsFunc(g.Redis, func(t *lint.Server) bool {
		return t != s && slices.Contains(r.Workloads, t.Container.Workload) && t.Password().IsCertain()
	})
}

// masterauthPlace returns where a person would write masterauth.
func masterauthPlace(s *lint.Server) lint.Place {
	if empty := s.MasterAuth().Place; empty.IsValid() {
		return labeledPlace(empty, "masterauth is empty here too")
	}
	const missing = "masterauth is missing here too"
	if d := s.Last("requirepass"); d != nil {
		return d.AtKey(missing)
	}
	if d := s.Last("replicaof", "slaveof"); d != nil {
		return d.AtKey(missing)
	}
	return labeledPlace(s.Password().Place, missing)
}

var authMissingAuthPass = &lint.Rule{
	ID:       "auth/missing-auth-pass",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "Redis asks for a password and Sentinel sends none",
		Why:   `A Sentinel without auth-pass starts and answers clients, but Redis refuses it: it marks the healthy master s_down, finds no replica and no other Sentinel (they meet through Redis), and "SENTINEL CKQUORUM" says NOQUORUM. Clients keep working until the day the master dies: there is no failover.`,
		Fix:   `Add "sentinel auth-pass NAME PASSWORD" for every monitored master, with the value of requirepass.`,
		Refs:  []string{refSentinel},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			for _, part := range p.Facts.PerMaster(g) {
				checkAuthPass(p, part)
			}
		}
	},
}

func checkAuthPass(p *lint.Pass, g *lint.Group) {
	i := slices.IndexFunc(g.Redis, func(s *lint.Server) bool { return s.Password().IsCertain() })
	if i < 0 || slices.ContainsFunc(g.Redis, func(s *lint.Server) bool { return !s.Password().Given }) {
		return
	}
	var places []lint.Place
	var master string
	for _, s := range g.Sentinels {
		if misspelledDirective(p.Facts, s, "auth-pass") {
			continue
		}
		for _, m := range s.Monitors() {
			if g.Master != "" && g.Master != m.Name.Text || !m.Name.Known || p.Facts.Elsewhere(m.Host, s.Namespace()) || s.AuthPass(m.Name.Text).Given {
				continue
			}
			at := m.Name.Labeled("auth-pass is missing here too")
			if empty := s.AuthPass(m.Name.Text).Place; empty.IsValid() {
				at = labeledPlace(empty, "auth-pass is empty here too")
			}
			if !hasPlace(places, at) {
				if master == "" {
					master = m.Name.Text
				}
				places = append(places, at)
			}
		}
	}
	if len(places) == 0 {
		return
	}
	places[0].Label = ""
	places = append(places, labeledPlace(g.Redis[i].Password().Place, "Redis asks for a password"))
	help := fmt.Sprintf("add a line \"sentinel auth-pass %s\" with the value of requirepass", master)
	if slices.ContainsFunc(g.Sentinels, func(s *lint.Server) bool { return s.ByEnv }) {
		help = "set REDIS_MASTER_PASSWORD to the password of Redis"
	}
	p.Report(lint.Finding{
		Message: fmt.Sprintf("Sentinel has no password for master %q, which asks for one: it will mark the healthy master down and never fail over", master),
		Places:  places,
		Help:    help,
	})
}
