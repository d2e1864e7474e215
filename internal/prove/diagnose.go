package prove

import (
	"fmt"
	"slices"
	"strings"
)

// causes says what keeps the topology from being complete, most telling first,
// from what the processes say: why they ended, whom they refuse, what Sentinel
// thinks of it. Words like "not yet" are none: a cause stays until somebody
// changes the configuration.
func (p *proof) causes(s state) []string {
	var all []string
	add := func(format string, args ...any) {
		if c := fmt.Sprintf(format, args...); !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	for _, c := range p.plan.Causes {
		add("%s", c)
	}
	p.crashes(add)
	p.doors(s, add)
	p.links(s, add)
	p.watchers(s, add)
	if lost := p.misannounced(s); lost != "" {
		add("%s", lost)
	}
	if len(s.redis) == 1 {
		add("there is one Redis and no replica: nothing can be promoted when it is lost")
	}
	return all
}

// crashes are containers that end again and again.
func (p *proof) crashes(add func(string, ...any)) {
	type key struct{ what, reason string }
	var order []key
	pods := map[key][]string{}
	for _, pod := range p.pods {
		for _, k := range pod.containers {
			k.mu.Lock()
			n := len(k.crashes)
			var reason string
			if n > 0 {
				reason = k.crashes[n-1]
			}
			k.mu.Unlock()
			if n < 2 || k.running() != nil && k.isReady() {
				continue
			}
			what := k.Name
			switch k.Role {
			case RedisRole:
				what = "Redis"
			case SentinelRole:
				what = "Sentinel"
			}
			id := key{what, reason}
			if pods[id] == nil {
				order = append(order, id)
			}
			pods[id] = append(pods[id], pod.Name)
		}
	}
	for _, id := range order {
		reason := id.reason
		if reason == "" {
			reason = "it says nothing"
		}
		add("%s of %s ends at every start: %s%s", id.what, strings.Join(pods[id], ", "), reason, remedy(reason))
	}
}

// remedies say what to do about the last words of a server.
var remedies = []struct{ said, do string }{
	{"Can't resolve instance hostname", "sentinel monitor names a host: Sentinel needs sentinel resolve-hostnames yes"},
	{"is not writable", "Sentinel rewrites its file: start it on a copy in a writable folder"},
	{"No such master with specified name", "a directive names a master that no sentinel monitor declares"},
	{"Unbalanced quotes", "a password or name with a quote does not survive in this file"},
	{"can't open config file", "the command names a file that is not mounted"},
	{"Read-only file system", "only volumes can be written: a claim or an emptyDir"},
}

func remedy(reason string) string {
	for _, r := range remedies {
		if strings.Contains(reason, r.said) {
			return " (" + r.do + ")"
		}
	}
	return ""
}

// links are replicas whose master does not let them in.
func (p *proof) links(s state, add func(string, ...any)) {
	var none, wrong []string
	for _, r := range s.redis {
		if !r.up() || r.role != "slave" || r.link == "up" {
			continue
		}
		said := lastOf(r.logs.all(), "NOAUTH", "WRONGPASS", "Can't handle RDB", "Unable to AUTH to MASTER")
		switch {
		case strings.Contains(said, "WRONGPASS"), strings.Contains(said, "Unable to AUTH"):
			wrong = append(wrong, r.pod.Name)
		case strings.Contains(said, "NOAUTH"):
			none = append(none, r.pod.Name)
		case said != "":
			add("%s cannot follow its master: %s", r.pod.Name, said)
		}
	}
	if len(wrong) > 0 {
		add("masterauth of %s is not the password of the master (WRONGPASS)", strings.Join(wrong, ", "))
	}
	if len(none) > 0 {
		add("masterauth of %s is missing: the master wants a password (NOAUTH)", strings.Join(none, ", "))
	}
}

// lastOf returns the last line that holds one of the words.
func lastOf(lines []string, words ...string) string {
	for i := len(lines) - 1; i >= 0; i-- {
		for _, w := range words {
			if strings.Contains(lines[i], w) {
				return strings.TrimSpace(prefix.ReplaceAllString(lines[i], ""))
			}
		}
	}
	return ""
}

// judge makes the verdict of what was seen.
func (p *proof) judge() {
	r := p.result
	for _, c := range r.Checks {
		if !c.OK && len(r.Causes) == 0 {
			r.Causes = append(r.Causes, c.What+": no, "+c.Why)
		}
	}
	ok := p.complete && len(r.Faults) > 0
	for _, o := range r.Faults {
		ok = ok && o.Recovered
		if !o.Recovered && len(r.Causes) == 0 {
			r.Causes = append(r.Causes, fmt.Sprintf("no recovery from the fault %s within %s", o.Fault, seconds(r.Limit)))
		}
	}
	for _, c := range r.Checks {
		ok = ok && c.OK
	}
	r.Passed = ok && len(r.Causes) == 0
	if !r.Passed && len(r.Causes) == 0 {
		r.Causes = append(r.Causes, "the topology was never complete")
	}
}
