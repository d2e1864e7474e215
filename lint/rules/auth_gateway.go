package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

var authGatewayWithoutPassword = &lint.Rule{
	ID:       "auth/gateway-without-password",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "only one of Redis and the gateway has a password",
		Why: `Where Redis asks for a password and the gateway has none, every command is refused with "NOAUTH Authentication required". The gateway starts and serves; its rate limit and quota policies let every request pass while Redis does not answer them.

The other way round everything works, which is worse: the gateway offers its password, Redis takes it from anyone, and everyone who reaches the port can read, write and reconfigure it while the files look as if it were protected.`,
		Fix:  `Give the gateway the password by gateway.env, as gravitee_ratelimit_redis_password with valueFrom.secretKeyRef; set requirepass and masterauth on every Redis and auth-pass on every Sentinel.`,
		Refs: []string{refRedisSecurity, refSecret},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			for _, part := range p.Facts.PerMaster(g) {
				for _, c := range redisClients(p.Facts, part) {
					checkGatewayPassword(p, part, c)
				}
			}
		}
	},
}

func checkGatewayPassword(p *lint.Pass, g *lint.Group, c *lint.Client) {
	if len(g.AllRedis()) == 0 || !c.UsesSentinel() && !c.Host.Exists() {
		return
	}
	asking, open := 0, 0
	for _, s := range g.AllRedis() {
		switch {
		case s.Password().IsCertain():
			asking++
		case !s.Password().Given && !misspelledDirective(p.Facts, s, "requirepass"):
			open++
		}
	}
	switch {
	case !c.Password.Given && c.Complete && asking == len(g.AllRedis()):
		missing := c.Password.Place
		if !missing.IsValid() {
			missing = settingsKey(c)
		}
		asks := passwordHolders(p.Facts, g)[0]
		help := "add gravitee_ratelimit_redis_password to gateway.env, with valueFrom.secretKeyRef"
		if ref := asks.cred.Ref; ref != nil && ref.Kind == "Secret" {
			help += fmt.Sprintf(" to %s, as Redis has it", keyName(*ref))
		}
		p.Report(lint.Finding{
			Message: c.Name + " sends no password to Redis, which asks for one: every command is refused with NOAUTH",
			Places:  []lint.Place{missing, labeledPlace(asks.cred.Place, "Redis asks for a password")},
			Help:    help,
		})
	case c.Password.IsCertain() && open == len(g.AllRedis()):
		reportOpen(p, g, c)
	}
}

// settingsKey returns where a person would add a setting of the client.
func settingsKey(c *lint.Client) lint.Place {
	if c.Values != nil {
		if redis := c.Values.Value.Get("gateway", "ratelimit", "redis"); redis.Exists() {
			return lint.AtKey(c.Object, redis, "")
		}
	}
	for _, a := range []lint.Arg{c.Master, c.Host} {
		if a.Exists() {
			return a.Labeled("")
		}
	}
	if len(c.Nodes) > 0 {
		return c.Nodes[0].Host.Labeled("")
	}
	return lint.Place{}
}

// reportOpen reports a gateway with a password for a Redis without one. If the
// replicas or Sentinel have a password too, it is Redis that is out of line.
func reportOpen(p *lint.Pass, g *lint.Group, c *lint.Client) {
	all := passwordHolders(p.Facts, g)
	f := lint.Finding{
		Message: "Redis asks for no password although " + c.Name + " sends one: whoever reaches it can read and change everything",
		Help:    "set requirepass to the password that the others send, or remove it from all of them",
	}
	for _, h := range all {
		f.Places = append(f.Places, labeledPlace(h.cred.Place, h.says+" a password"))
	}
	redis := confKey(g.AllRedis()[0])
	if len(all) == 1 || !redis.IsValid() {
		f.Places = append(f.Places, labeledPlace(redis, "no requirepass here"))
	} else {
		f.Places = append([]lint.Place{redis}, f.Places...)
	}
	p.Report(f)
}

// confKey returns where a person would add a directive: what switches the
// password off, or the key of the file that the server starts with.
func confKey(s *lint.Server) lint.Place {
	if at := s.Password().Place; at.IsValid() {
		return labeledPlace(at, "")
	}
	if s.Settings.IsValid() {
		return s.Settings
	}
	if len(s.Confs) > 0 {
		return lint.AtKey(s.Confs[0].Object, s.Confs[0].Text, "")
	}
	for _, field := range []string{"args", "command", "image"} {
		if v := s.Container.Value.Get(field); v.Exists() {
			return lint.AtKey(s.Container.Workload.Object, v, "")
		}
	}
	return lint.Place{}
}

var authSentinelPasswordUnreachable = &lint.Rule{
	ID:       "auth/sentinel-password-unreachable",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "Sentinel asks for a password that the gateway cannot send",
		Why: `requirepass in sentinel.conf guards Sentinel itself. The gateway has one password for both: its Redis client sends the password of Redis to Sentinel too. No version of the chart from 4.6 to 4.12 writes gateway.ratelimit.redis.sentinel.password into gravitee.yml, and the client prefers the Redis password even where it is given by a variable.

So with any other password on Sentinel the gateway is refused with "WRONGPASS" or "NOAUTH" before it has asked for the master: it never connects.`,
		Fix:  `Set requirepass of every Sentinel to the Redis password, or leave it out and let a NetworkPolicy guard port 26379.`,
		Refs: []string{refSentinel},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			for _, part := range p.Facts.PerMaster(g) {
				checkSentinelPassword(p, part)
			}
		}
	},
}

func checkSentinelPassword(p *lint.Pass, g *lint.Group) {
	i := slices.IndexFunc(redisClients(p.Facts, g), func(c *lint.Client) bool { return c.IsGateway() && c.UsesSentinel() })
	if i < 0 {
		return
	}
	c := redisClients(p.Facts, g)[i]
	// The usual password is meant, not the client's own: whether that is wrong
	// is for auth/password-mismatch to say.
	sends, _ := passwordDisagreement(p.Facts, g)
	var wrong []lint.Credential
	for _, s := range g.AllSentinels() {
		asks := s.Password()
		known := func(d lint.Credential) bool { return d.Place.Span == asks.Place.Span }
		if !asks.IsCertain() || slices.ContainsFunc(wrong, known) {
			continue
		}
		differs := slices.ContainsFunc(sends, func(h passwordHolder) bool { return h.cred.Compare(asks) == lint.Differs })
		if differs || len(sends) == 0 && hasNoPassword(c) {
			wrong = append(wrong, asks)
		}
	}
	if len(wrong) == 0 {
		return
	}
	names := numberSecrets(append(credentialsOf(sends), wrong...))
	f := lint.Finding{
		Message: fmt.Sprintf("Sentinel asks for a password of its own, but %s has none to send", c.Name),
		Help:    "remove requirepass from sentinel.conf, or set it to the Redis password",
	}
	if len(sends) > 0 {
		f.Message = fmt.Sprintf("Sentinel asks for %s, but %s can send it nothing but the Redis password, %s", names.name(wrong[0]), c.Name, names.name(sends[0].cred))
	}
	for _, w := range wrong {
		f.Places = append(f.Places, labeledPlace(w.Place, "Sentinel asks for "+names.name(w)))
	}
	for _, h := range sends {
		f.Places = append(f.Places, labeledPlace(h.cred.Place, h.says+" "+names.name(h.cred)))
	}
	if at := c.SentinelPassword.Place; at.IsValid() {
		f.Places = append(f.Places, labeledPlace(at, "this never reaches Sentinel"))
	}
	p.Report(f)
}

// hasNoPassword tells whether a client certainly has nothing to send to
// Sentinel. The chart ignores sentinel.password; as a variable it is used as
// long as there is no Redis password.
func hasNoPassword(c *lint.Client) bool {
	dead := strings.HasPrefix(c.SentinelPassword.Place.Resolved().Path, "gateway.ratelimit.")
	return c.Complete && !c.Password.Given && (!c.SentinelPassword.Given || dead)
}

var authACLUserWithSentinel = &lint.Rule{
	ID:       "auth/acl-user-with-sentinel",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "an ACL user together with Sentinel, which ignores it",
		Why:   `With sentinel nodes the gateway's Redis client logs in with the password alone, as the user default, whatever username says; that is so in every version from 4.6 to 4.12. If the password belongs to the named user only, Redis refuses it with WRONGPASS. If default knows it too, the gateway has the rights of default, not those that the ACL gives to the user.`,
		Fix:   `Remove username and give the rights and the password to the user default; or leave Sentinel out and connect by host and port.`,
		Refs:  []string{"https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/"},
	},
	Check: func(p *lint.Pass) {
		for _, c := range p.Facts.Clients {
			if !c.IsGateway() || !c.UsesSentinel() || !c.Username.Exists() || c.Username.Text == "" && c.Username.Known || c.Username.Text == "default" {
				continue
			}
			at := c.Username.Labeled("")
			places := []lint.Place{at}
			if c.Master.Exists() {
				places = append(places, c.Master.Labeled("Sentinel is asked for the master"))
			} else {
				places = append(places, c.Nodes[0].Host.Labeled("Sentinel is asked for the master"))
			}
			p.Report(lint.Finding{
				Message: "username is ignored together with sentinel: " + c.Name + " logs in to Redis as the user default",
				Places:  places,
				Help:    "remove username, and give its rights and password to the ACL user default",
			})
		}
	},
}
