package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

var networkPolicyBlocks = &lint.Rule{
	ID:       "network/policy-blocks",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "a NetworkPolicy that cuts a way which the group needs",
		Why: `Once a policy selects a pod for a direction, everything that no rule allows is dropped, without a word in any log: connections time out. Needed are the gateway to every Sentinel and every Redis, Sentinel to every Redis and every other Sentinel, and each Redis to the others, since any of them may be the master.

The ways between Sentinels are missed most often. Sentinels that do not hear each other are each alone, never have a quorum, and no failover starts; nothing shows it before the master is lost. Pods whose egress is restricted need DNS too, on port 53, if hosts are names.

A cluster without a network plugin that enforces policies drops nothing. So this is a warning.`,
		Fix:  "Allow the named port from the named pods in the policy.",
		Refs: []string{"https://kubernetes.io/docs/concepts/services-networking/network-policies/"},
	},
	Check: func(p *lint.Pass) {
		var policies []*repo.Object
		for _, o := range p.Env().Objects {
			if o.Kind == "NetworkPolicy" && strings.HasPrefix(o.APIVersion, "networking.k8s.io/") {
				policies = append(policies, o)
			}
		}
		if len(policies) == 0 || p.Env().Partial {
			return
		}
		b := blocked{pass: p, policies: policies}
		for _, g := range p.Facts.Groups {
			b.group(g)
		}
		b.report()
	},
}

// A peer is one end of a connection.
type peer struct {
	name      string
	namespace string
	labels    map[string]string
	// open says that the pods may have further labels.
	open     bool
	workload *lint.Workload
}

func peerOf(s *lint.Server) peer {
	w := s.Container.Workload
	return peer{serverWord(s), w.Object.Namespace, w.Labels, false, w}
}

// gatewayPeer returns the pods that the chart makes: name, instance and
// component (gateway-deployment.yaml, charts 4.6 to 4.12).
func gatewayPeer(c *lint.Client) peer {
	p := peer{name: c.Name, namespace: c.Namespace, labels: map[string]string{}, open: true}
	if c.Values == nil {
		return p
	}
	component := c.Values.Value.Get("gateway", "name").Text()
	if component == "" {
		component = "gateway"
	}
	p.labels["app.kubernetes.io/component"] = component
	name := c.Values.Value.Get("nameOverride").Text()
	if name == "" && c.Values.Chart.Name != "" {
		name = c.Values.Chart.Name
	}
	p.labels["app.kubernetes.io/name"] = name
	p.labels["app.kubernetes.io/instance"] = c.Values.Release
	for key, value := range p.labels {
		if value == "" {
			delete(p.labels, key)
		}
	}
	return p
}

type blocked struct {
	pass     *lint.Pass
	policies []*repo.Object
	cuts     []cut
}

// A cut is a policy that drops what goes in one direction.
type cut struct {
	policy  *repo.Object
	ingress bool
	ways    []string
	ends    []lint.Place
}

// group looks at every way that a group needs.
func (b *blocked) group(g *lint.Group) {
	servers := different(slices.Concat(g.Redis, g.Sentinels))
	for _, to := range servers {
		ports := listening(to)
		if len(ports) == 0 {
			continue
		}
		for _, from := range servers {
			alone := from == to && from.Pods() < 2
			if !alone && (to.Sentinel == from.Sentinel || from.Sentinel) {
				b.way(peerOf(from), peerOf(to), ports)
			}
		}
		for _, c := range g.Clients {
			if to.Sentinel == c.UsesSentinel() || !to.Sentinel {
				b.way(gatewayPeer(c), peerOf(to), ports)
			}
		}
	}
	for _, s := range servers {
		if usesNames(s) {
			b.egress(peerOf(s), peer{name: "the name server", open: true}, []int{53})
		}
	}
}

// different returns one server of each kind of pods: policies see no more of
// them than namespace, labels and ports.
func different(servers []*lint.Server) []*lint.Server {
	seen := map[string]bool{}
	return slices.DeleteFunc(servers, func(s *lint.Server) bool {
		w := s.Container.Workload
		key := fmt.Sprint(w.Object.Namespace, w.Labels, listening(s), s.Sentinel, w.Replicas > 1)
		known := seen[key]
		seen[key] = true
		return known
	})
}

// usesNames tells whether a server has to look up names.
func usesNames(s *lint.Server) bool {
	for _, m := range s.Monitors() {
		if isHostName(m.Host) {
			return true
		}
	}
	d := s.ReplicaOf()
	return d != nil && isHostName(d.Arg(0))
}

func (b *blocked) way(from, to peer, ports []int) {
	b.ingress(from, to, ports)
	if from.workload != nil {
		b.egress(from, to, ports)
	}
}

func (b *blocked) ingress(from, to peer, ports []int) { b.judge(from, to, to, true, ports) }
func (b *blocked) egress(from, to peer, ports []int)  { b.judge(from, to, from, false, ports) }

// judge looks for a rule that lets a connection through at one of its ends.
func (b *blocked) judge(from, to, end peer, ingress bool, ports []int) {
	field, list, far := "ingress", "from", from
	if !ingress {
		field, list, far = "egress", "to", to
	}
	var selecting []*repo.Object
	for _, o := range b.policies {
		if !governs(o, ingress) || !sameSpace(o.Namespace, end.namespace) || selectorMatch(o.Value.Get("spec", "podSelector"), end) != yes {
			continue
		}
		selecting = append(selecting, o)
		for rule := range o.Value.Get("spec", field).Elements() {
			if min(peersMatch(o, rule.Get(list), far), portsMatch(rule.Get("ports"), to, ports)) > no {
				return // allowed, or not to be told
			}
		}
	}
	if len(selecting) == 0 {
		return
	}
	o := selecting[0]
	i := slices.IndexFunc(b.cuts, func(c cut) bool { return c.policy == o && c.ingress == ingress })
	if i < 0 {
		i = len(b.cuts)
		b.cuts = append(b.cuts, cut{policy: o, ingress: ingress})
	}
	c := &b.cuts[i]
	if way := fmt.Sprintf("%s to %s (port %d)", from.name, to.name, ports[0]); !slices.Contains(c.ways, way) {
		c.ways = append(c.ways, way)
	}
	c.ends = addPlace(c.ends, nameAt(end.workload, "the policy selects these pods"))
}

func (b *blocked) report() {
	for _, c := range b.cuts {
		field := "egress"
		if c.ingress {
			field = "ingress"
		}
		spec := c.policy.Value.Get("spec")
		at := lint.AtKey(c.policy, spec.Get(field), "")
		if !spec.Get(field).Exists() {
			at = lint.AtKey(c.policy, spec.Get("podSelector"), "")
		}
		b.pass.Report(lint.Finding{
			Message: fmt.Sprintf("NetworkPolicy %s has no %s rule for %s", c.policy.Name, field, joined(c.ways)),
			Help:    "add a rule with these pods and ports",
			Places:  append([]lint.Place{at}, c.ends...),
		})
	}
}

// governs tells whether a policy restricts a direction: policyTypes says so, or
// by default ingress always and egress if there are rules.
func governs(o *repo.Object, ingress bool) bool {
	types := o.Value.Get("spec", "policyTypes").Items()
	want := "Egress"
	if ingress {
		want = "Ingress"
	}
	if len(types) == 0 {
		return ingress || o.Value.Get("spec", "egress").Exists()
	}
	return slices.ContainsFunc(types, func(v repo.Value) bool { return v.Text() == want })
}

// A truth is what can be told of a match.
type truth int

const (
	no truth = iota
	maybe
	yes
)

// selectorMatch tells whether a label selector matches pods.
func selectorMatch(selector repo.Value, p peer) truth {
	result := yes
	for key, v := range selector.Get("matchLabels").Fields() {
		have, ok := p.labels[key]
		switch {
		case ok && have == v.Text():
		case !ok && p.open:
			result = min(result, maybe)
		default:
			return no
		}
	}
	if len(selector.Get("matchExpressions").Items()) > 0 {
		result = min(result, maybe)
	}
	return result
}

// peersMatch tells whether a rule's list of peers has the pods; no list has all.
func peersMatch(policy *repo.Object, list repo.Value, p peer) truth {
	if len(list.Items()) == 0 {
		return yes
	}
	best := no
	for e := range list.Elements() {
		match := yes
		if e.Get("ipBlock").Exists() {
			match = maybe
		}
		if p.workload == nil && p.labels == nil {
			match = min(match, maybe) // the name server: anywhere
		} else {
			if e.Get("podSelector").Exists() {
				match = min(match, selectorMatch(e.Get("podSelector"), p))
			}
			if ns := e.Get("namespaceSelector"); ns.Exists() {
				match = min(match, namespaceMatch(ns, p))
			} else if e.Get("podSelector").Exists() {
				switch {
				case policy.Namespace == "" || p.namespace == "":
					match = min(match, maybe)
				case policy.Namespace != p.namespace:
					match = no
				}
			}
		}
		best = max(best, match)
	}
	return best
}

// namespaceMatch judges a namespaceSelector by the label that every namespace
// has.
func namespaceMatch(selector repo.Value, p peer) truth {
	result := yes
	for key, v := range selector.Get("matchLabels").Fields() {
		if key != "kubernetes.io/metadata.name" || p.namespace == "" {
			result = min(result, maybe)
		} else if v.Text() != p.namespace {
			return no
		}
	}
	if len(selector.Get("matchExpressions").Items()) > 0 {
		result = min(result, maybe)
	}
	return result
}

// portsMatch tells whether a rule has one of the ports; no list has all.
func portsMatch(list repo.Value, to peer, ports []int) truth {
	if len(list.Items()) == 0 {
		return yes
	}
	for e := range list.Elements() {
		port := e.Get("port")
		if proto := e.Get("protocol").Text(); proto == "UDP" && !slices.Contains(ports, 53) || proto == "SCTP" {
			continue
		}
		n, err := strconv.Atoi(port.Text())
		switch {
		case !port.Exists():
			return yes
		case err != nil:
			if to.workload == nil || named(to.workload, port.Text(), ports) {
				return yes
			}
		case slices.Contains(ports, n):
			return yes
		default:
			end, ok := e.Get("endPort").Int()
			if ok && slices.ContainsFunc(ports, func(p int) bool { return n <= p && p <= end }) {
				return yes
			}
		}
	}
	return no
}

// named tells whether a container port of the pods with that name is one of the
// ports.
func named(w *lint.Workload, name string, ports []int) bool {
	for _, c := range w.Containers {
		for d := range c.Value.Get("ports").Elements() {
			if n, ok := d.Get("containerPort").Int(); ok && d.Get("name").Text() == name && slices.Contains(ports, n) {
				return true
			}
		}
	}
	return false
}
