package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A role says what a side does with a Redis password. The order is that in
// which a person would doubt the sides when they do not agree.
type role int

const (
	roleClient   role = iota // the gateway sends it
	roleSentinel             // sentinel auth-pass
	roleRedis                // requirepass, or the ACL of the user default
	roleReplica              // masterauth
)

// A passwordHolder is one side that has to know the password of a Redis.
type passwordHolder struct {
	role role
	// says tells what the side does, for a label: "the gateway sends".
	says string
	cred lint.Credential
}

// passwordHolders returns every side of a group that knows the Redis password for
// certain, one for each place, Redis first: those who ask for it have the say.
// The list must not be changed.
func passwordHolders(f *lint.Facts, g *lint.Group) []passwordHolder {
	known := holdersOf.Of(f)
	all, ok := known[g]
	if !ok {
		all = slices.Clip(findPasswordHolders(f, g))
		known[g] = all
	}
	return all
}

var holdersOf = lint.Derive(func(*lint.Facts) map[*lint.Group][]passwordHolder { return map[*lint.Group][]passwordHolder{} })

func findPasswordHolders(f *lint.Facts, g *lint.Group) []passwordHolder {
	var all []passwordHolder
	var known lint.Distinct[repo.Span]
	add := func(r role, says string, c lint.Credential) {
		if c.Given && c.Place.IsValid() && known.Add(c.Place.Span) {
			all = append(all, passwordHolder{r, says, c})
		}
	}
	for _, s := range g.AllRedis() {
		add(roleRedis, "Redis asks for", s.Password())
	}
	for _, s := range g.AllRedis() {
		if user := s.Last("masteruser", "primaryuser"); user == nil || user.Arg(0).Text == "default" {
			add(roleReplica, "a replica sends", s.MasterAuth())
		}
	}
	for _, s := range g.AllSentinels() {
		for _, m := range watchedNames(f, s, g) {
			if user := s.SentinelLast("auth-user", m); user == nil || user.Arg(2).Text == "default" {
				add(roleSentinel, "Sentinel sends", s.AuthPass(m))
			}
		}
	}
	for _, c := range redisClients(f, g) {
		// With Sentinel the gateway logs in as default whatever username says:
		// auth/acl-user-with-sentinel is about that.
		if !c.Username.Exists() || c.Username.Text == "default" || c.Username.Text == "" {
			add(roleClient, c.Name+" sends", c.Password)
		}
	}
	return all
}

// watchedNames returns the master names by which a Sentinel may mean the group's
// Redis: those it monitors there, and those that it gives a password without
// monitoring them, which is a mistake in the name (sentinel/unknown-master) and
// no reason to be silent about the password.
func watchedNames(f *lint.Facts, s *lint.Server, g *lint.Group) []string {
	var names []string
	monitors := s.Monitors()
	means := monitors
	if g.Master != "" {
		means = s.MonitorsOf(g.Master)
	}
	for _, m := range means {
		if !f.Elsewhere(m.Host, s.Namespace()) {
			names = append(names, m.Name.Text)
		}
	}
	if len(monitors) <= 1 {
		var known lint.Distinct[string]
		for _, m := range monitors {
			known.Add(m.Name.Text)
		}
		for _, d := range s.SentinelAll("auth-pass") {
			if name := d.Arg(1).Text; known.Add(name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// redisClients returns the clients of a group that mean its Redis: not those
// whose every host lies elsewhere, or may.
func redisClients(f *lint.Facts, g *lint.Group) []*lint.Client {
	var all []*lint.Client
	for _, c := range g.Clients {
		elsewhere := func(host lint.Arg) bool { return f.Elsewhere(host, c.Namespace) || ambiguous(f, host, c.Namespace) }
		here := func(n lint.Node) bool { return !elsewhere(n.Host) }
		switch {
		case !c.UsesSentinel() && !elsewhere(c.Host), c.UsesSentinel() && (len(c.Nodes) == 0 || slices.ContainsFunc(c.Nodes, here)):
			all = append(all, c)
		}
	}
	return all
}

// ambiguous tells whether a host names one of several Services, and nobody
// knows the namespace from which it is asked for.
func ambiguous(f *lint.Facts, host lint.Arg, namespace string) bool {
	if namespace != "" || f.Resolve(host.Text, "").Namespace != "" {
		return false
	}
	names, found := strings.Split(host.Text, "."), 0
	for _, s := range f.Services {
		if s.Object.Name == names[len(names)-1] {
			found++
		}
	}
	return found > 1
}

// A secretNumbers gives secrets their names in one finding: "secret #1" is the one
// that is written first.
type secretNumbers []lint.Credential

func numberSecrets(all []lint.Credential) secretNumbers {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b lint.Credential) int {
		return cmp.Or(a.Source.Compare(b.Source.Span), a.Place.Compare(b.Place.Span))
	})
	var n secretNumbers
	for _, c := range sorted {
		if c.Known && !slices.ContainsFunc(n, func(d lint.Credential) bool { return sameText(c, d) }) {
			n = append(n, c)
		}
	}
	return n
}

func sameText(c, d lint.Credential) bool {
	return c.Known && d.Known && c.Compare(d) == lint.Same
}

// name returns what a credential is called: secret #1, or the key that it is
// read from.
func (n secretNumbers) name(c lint.Credential) string {
	i := slices.IndexFunc(n, func(d lint.Credential) bool { return sameText(c, d) })
	switch {
	case c.Literal != "":
		return "the text " + c.Literal
	case c.Known && c.Secret.IsEmpty():
		return "an empty password"
	case c.Ref != nil && i >= 0:
		return fmt.Sprintf("%s (secret #%d)", keyName(*c.Ref), i+1)
	case c.Ref != nil:
		return keyName(*c.Ref)
	case i >= 0:
		return fmt.Sprintf("secret #%d", i+1)
	}
	return "a password that cannot be read here"
}

func keyName(r lint.KeyRef) string { return fmt.Sprintf("key %q of %s %q", r.Key, r.Kind, r.Name) }

// misspelledDirective tells whether a server's configuration holds something that is
// likely meant to be the directive but is not read as it: a line with broken
// quotes, one without a value, a name that is written nearly alike, a master
// name that nobody monitors. Another rule tells of that, and that the directive
// is missing is no cause of its own.
func misspelledDirective(f *lint.Facts, s *lint.Server, directive string) bool {
	known, at := misspelled.Of(f), serverDirective{s, directive}
	is, ok := known[at]
	if !ok {
		is = holdsMisspelled(s, directive)
		known[at] = is
	}
	return is
}

// misspelled are the answers of misspelledDirective.
var misspelled = lint.Derive(func(*lint.Facts) map[serverDirective]bool { return map[serverDirective]bool{} })

type serverDirective struct {
	server    *lint.Server
	directive string
}

func holdsMisspelled(s *lint.Server, directive string) bool {
	for _, c := range s.Confs {
		for _, e := range c.Errors {
			if e.Name == "" || e.Name == "sentinel" || nearDirective(e.Name, directive) {
				return true
			}
		}
	}
	for _, d := range s.Directives {
		switch {
		case d.Name == directive && len(d.Args) == 0, d.Name != directive && nearDirective(d.Name, directive):
			return true
		case d.Name != "sentinel" || !nearDirective(d.Arg(0).Text, directive):
		case d.Arg(0).Text != directive || len(d.Args) < 3 || !monitorsMaster(s, d.Arg(1).Text):
			return true
		}
	}
	return false
}

func nearDirective(name, directive string) bool { return lint.Nearest(name, []string{directive}) != "" }

func monitorsMaster(s *lint.Server, master string) bool {
	return s.SentinelLast("monitor", master) != nil
}
