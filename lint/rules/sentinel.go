package rules

import (
	"slices"
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// sentinelRules judge the Sentinels of a group: what they watch, whether they
// can agree, and whether there is anything to fail over to.
var sentinelRules = []*lint.Rule{
	sentinelAnnounce,
	sentinelBlockedFailover,
	sentinelConfigReadOnly,
	sentinelDisagree,
	sentinelEphemeralIdentity,
	sentinelHostnameWithoutResolve,
	sentinelInvalidMasterName,
	sentinelMasterNameMismatch,
	sentinelMonitorTarget,
	sentinelMonitorThroughService,
	sentinelNoReplica,
	sentinelQuorumNotMajority,
	sentinelQuorumUnreachable,
	sentinelReadinessOnReplication,
	sentinelSentinelCount,
	sentinelSharedMyID,
	sentinelTimers,
	sentinelUnknownMaster,
}

const (
	refSentinel   = "https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/"
	refSentinelIP = "https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#ip-addresses-and-dns-names"
	refValkey     = "https://valkey.io/topics/sentinel/"
)

// A watch is one line "sentinel monitor" with every Sentinel that reads it.
type watch struct {
	*lint.Monitor
	server  *lint.Server
	servers []*lint.Server
}

// watches returns the lines "sentinel monitor" of the servers that can be
// judged: with the right number of arguments, and once for a name. Servers that read one text share
// its lines.
func watches(servers []*lint.Server) []*watch {
	var all []*watch
	at := map[repo.Span]*watch{}
	for _, s := range servers {
		var own lint.Distinct[string]
		for _, m := range s.Monitors() {
			if len(m.Directive.Args) != 5 || m.Name.Known && own.Has(m.Name.Text) {
				continue // redis/bad-value
			}
			own.Add(m.Name.Text)
			span := m.Name.Place.Span
			w := at[span]
			if w == nil {
				w = &watch{Monitor: m, server: s}
				at[span] = w
				all = append(all, w)
			}
			if n := len(w.servers); n == 0 || w.servers[n-1] != s {
				w.servers = append(w.servers, s)
			}
		}
	}
	return all
}

// watchesHere tells whether a Sentinel of the group may watch a Redis of the
// repository, rather than one that lies elsewhere for certain.
func watchesHere(f *lint.Facts, g *lint.Group) bool {
	return slices.ContainsFunc(g.Sentinels, func(s *lint.Server) bool {
		monitors := s.Monitors()
		return len(monitors) == 0 || slices.ContainsFunc(monitors, func(m *lint.Monitor) bool { return !f.Elsewhere(m.Host, s.Namespace()) })
	})
}

// clientsHere returns the clients of a group that may mean its servers: not
// those whose every host lies elsewhere, or cannot be told.
func clientsHere(f *lint.Facts, g *lint.Group) []*lint.Client {
	var all []*lint.Client
	for _, c := range g.Clients {
		hosts := []lint.Arg{c.Host}
		if len(c.Nodes) > 0 {
			hosts = nil
			for _, n := range c.Nodes {
				hosts = append(hosts, n.Host)
			}
		}
		if slices.ContainsFunc(hosts, func(h lint.Arg) bool {
			return !h.Exists() || h.Known && !f.Elsewhere(h, c.Namespace) && f.Resolve(h.Text, c.Namespace).Status != lint.HostUnknown
		}) {
			all = append(all, c)
		}
	}
	return all
}

// masterNames returns the names that the lines watch, and whether all of them
// can be read.
func masterNames(all []*watch) (names lint.Distinct[string], known bool) {
	known = true
	for _, w := range all {
		known = known && w.Name.Known
		names.Add(w.Name.Text)
	}
	return names, known
}

// lost tells whether a directive that a rule misses may be there with a mistake
// in it that another rule reports: a line that cannot be split, or a name that
// is nearly the wanted one.
func lost(s *lint.Server, wanted string) bool {
	for _, c := range s.Confs {
		for _, e := range c.Errors {
			if e.Name == "" || e.Name == "sentinel" || e.Name == wanted {
				return true
			}
		}
	}
	for _, d := range s.Directives {
		name := d.Name
		if name != "sentinel" && lint.Nearest(name, []string{"sentinel"}) != "" && strings.EqualFold(d.Arg(0).Text, wanted) {
			return true
		}
		if name == "sentinel" {
			name = strings.ToLower(d.Arg(0).Text)
			if name == wanted && len(d.Args) < 2 {
				return true
			}
		}
		if name != wanted && lint.Nearest(name, []string{wanted}) != "" && !isDirective(s, d) {
			return true
		}
	}
	return false
}

// isDirective tells whether the server knows the name of the directive.
func isDirective(s *lint.Server, d *lint.Directive) bool {
	for _, p := range s.Check(d) {
		switch p.Kind {
		case redisconf.UnknownDirective, redisconf.NotYetKnown, redisconf.Removed, redisconf.WrongFile:
			return false
		}
	}
	return true
}

// before tells whether the server is surely older than Redis major.minor; all
// of Valkey is younger than Redis 7.2.
func before(v redisconf.Version, major, minor int) bool {
	return v.Flavor == redisconf.Redis && v.Major > 0 &&
		(v.Major < major || v.Major == major && v.Minor >= 0 && v.Minor < minor)
}

// seemsBefore62 tells whether a server is older than Redis 6.2, or seems so: it
// runs an image of somebody's own, without a version, in a workload whose API was
// removed in 2019, before Redis 6.2. Rules about what came with 6.2 are silent then.
func seemsBefore62(s *lint.Server) bool {
	return before(s.Version, 6, 2) ||
		s.Version.Major == 0 && s.Container.Workload.HasRemovedAPI() && !s.Container.HasOfficialImage()
}

// number reads an argument that is a plain decimal number.
func number(a lint.Arg) (int, bool) {
	n, err := strconv.Atoi(a.Text)
	return n, err == nil && a.Known
}

// isYes tells whether the last directive of that name switches something on;
// sure is false if it cannot be told.
func isYes(s *lint.Server, sub string) (yes, sure bool) {
	d := s.SentinelLast(sub, "")
	if d == nil {
		return false, s.Lacks(sub) && !lost(s, sub)
	}
	a := d.Arg(1)
	return strings.EqualFold(a.Text, "yes"), a.Known && (strings.EqualFold(a.Text, "yes") || strings.EqualFold(a.Text, "no"))
}

// maxJoined is how many words are told in one sentence.
const maxJoined = 20

// quoted joins names as people read them: "a", "b" and "c".
func quoted(names []string) string {
	var q []string
	for _, n := range names[:min(len(names), maxJoined)] {
		q = append(q, strconv.Quote(n))
	}
	return joinedOf(q, len(names))
}

// joined joins words: a, b and c.
func joined(words []string) string { return joinedOf(words[:min(len(words), maxJoined)], len(words)) }

// joinedOf joins the first of some words.
func joinedOf(words []string, of int) string {
	if n := len(words); n < of {
		return strings.Join(words, ", ") + " and " + strconv.Itoa(of-n) + " more"
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// count writes a number with its noun: 1 Sentinel, 3 Sentinels.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// nameAt returns the place of a workload's name.
func nameAt(w *lint.Workload, label string) lint.Place {
	for _, path := range [][]string{{"metadata", "name"}, {"metadata", "generateName"}, {"kind"}} {
		if v := w.Object.Value.Get(path...); v.Exists() {
			return w.At(v, label)
		}
	}
	return w.At(w.Object.Value, label)
}

// containerAt returns the place of a container's name, or of what else there is.
func containerAt(c *lint.Container, label string) lint.Place {
	for _, key := range []string{"name", "image"} {
		if v := c.Value.Get(key); v.Exists() {
			return c.At(v, label)
		}
	}
	return c.At(c.Value, label)
}

// addPlace adds a place unless its span is there already. Of more places than
// are told it does not matter.
func addPlace(places []lint.Place, p lint.Place) []lint.Place {
	if !p.IsValid() || len(places) <= lint.MaxPlaces && slices.ContainsFunc(places, func(q lint.Place) bool { return q.Span == p.Span }) {
		return places
	}
	return append(places, p)
}

// replace returns the fix that writes another text in place of an argument, or
// none where the place is not that of the argument itself.
func replace(a lint.Arg, text, title string, safe bool) []lint.Fix {
	if !a.Place.IsValid() || a.Place.IsAbsent() || a.Place.Approximate || a.Ref != nil || a.Place.Line != a.Place.EndLine {
		return nil
	}
	return []lint.Fix{{Title: title, Safe: safe, Edits: []lint.Edit{{Span: a.Place.Span, New: text}}}}
}

// spanSet remembers places that have been judged.
type spanSet map[repo.Span]bool

// add tells whether the place is new.
func (s spanSet) add(p lint.Place) bool {
	if s[p.Span] {
		return false
	}
	s[p.Span] = true
	return true
}
