package rules

import (
	"fmt"
	"slices"

	"github.com/quorumwright/quorumwright/lint"
)

var networkNamespace = &lint.Rule{
	ID:       "network/namespace",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a host or an object in another namespace than the rest",
		Why: `A short name is looked up in the namespace of the pod that asks. A name with a namespace is looked up there and nowhere else: NXDOMAIN if the Service is in another one.

Selectors, ConfigMaps, volumes and service accounts never reach across namespaces: a Service in a namespace of its own selects nothing, a Deployment there waits for a ConfigMap that is elsewhere.

What counts is the namespace after rendering: the transformer namespace: of kustomize moves the objects and leaves the hosts in Helm values and in redis.conf as they are.`,
		Fix:  "Write the namespace in which the Service is, or move the object to the others.",
		Refs: []string{refDNS, "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/"},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.Facts.Strays {
			reportStray(p, s)
		}
		misnamedNamespace(p)
		if m := p.Facts.Moved(); m != nil {
			reportMoved(p, m)
		}
		t := &together{pass: p}
		for _, u := range p.Facts.HostUses() {
			// The others: sentinel/monitor-target, redis/replicaof-target.
			if r := u.Leads; (u.Client != nil || u.Peer) && r.Status == lint.HostOtherNamespace && !p.Facts.Agreed(u.Host.Place.Span) {
				otherNamespace(t, u, r)
			}
		}
		t.report()
	},
}

func reportStray(p *lint.Pass, s lint.Stray) {
	p.Report(lint.Finding{
		Message: fmt.Sprintf("%s %s is alone in namespace %q, and %s %s, which belongs to it, is in %q",
			s.Object.Kind, s.Object.Name, s.Object.Namespace, s.Tie.Kind, s.Tie.Name, s.Namespace),
		Help: "write " + s.Namespace,
		Places: []lint.Place{
			lint.At(s.Object, s.Object.Value.Get("metadata", "namespace"), ""),
			lint.At(s.Tie, s.Tie.Value.Get("metadata", "namespace"), fmt.Sprintf("%s %s is here", s.Tie.Kind, s.Tie.Name)),
		},
	})
}

// misnamedNamespace finds the only Namespace of an environment, in which
// nothing is, while everything is in one that is written alike.
func misnamedNamespace(p *lint.Pass) {
	if p.Env().Partial {
		return
	}
	var made, in []string
	var at, example lint.Place
	for _, o := range p.Env().Objects {
		switch {
		case o.Kind == "Namespace":
			made = append(made, o.Name)
			at = lint.At(o, o.Value.Get("metadata", "name"), "")
		case o.Namespace != "" && !slices.Contains(in, o.Namespace):
			in = append(in, o.Namespace)
			example = lint.At(o, o.Value.Get("metadata", "namespace"), fmt.Sprintf("%s %s is in %q", o.Kind, o.Name, o.Namespace))
		}
	}
	if len(made) != 1 || len(in) != 1 || made[0] == in[0] || !lint.Alike(in[0], made[0]) {
		return
	}
	p.Report(lint.Finding{
		Message: fmt.Sprintf("Namespace %q is made, but all objects are in %q, which nothing makes", made[0], in[0]),
		Help:    "write " + in[0],
		Places:  []lint.Place{at, example},
	})
}

// reportMoved reports objects that were moved to a namespace which no host
// names. One transformer that moves them all is the place to look at.
func reportMoved(p *lint.Pass, m *lint.Moved) {
	f := lint.Finding{
		Message: fmt.Sprintf("the objects are in namespace %q, and all hosts name %q: none of them resolves", m.In, m.Asked),
		Help:    fmt.Sprintf("write %s, or %s into the hosts", m.Asked, m.In),
	}
	at := m.Service.At(m.Service.Object.Value.Get("metadata", "namespace"), "the Services are here")
	for _, u := range m.Uses {
		f.Places = addPlace(f.Places, u.Host.Labeled(u.Who+" asks for this"))
	}
	same := 0
	for _, s := range p.Facts.Services {
		if s.Object.Value.Get("metadata", "namespace").Span() == at.Span {
			same++
		}
	}
	if same > 1 || len(p.Facts.Services) == 1 {
		at.Label = ""
		f.Places = append([]lint.Place{at}, f.Places...)
	} else {
		f.Places = append(f.Places, at)
		f.Help = fmt.Sprintf("write %s into the hosts", m.In)
	}
	p.Report(f)
}

// otherNamespace reports a host whose Service exists in another namespace.
func otherNamespace(t *together, u lint.HostUse, r lint.Resolution) {
	s := r.Service
	right := inNamespace(u.Host.Text, s.Object.Namespace)
	f := lint.Finding{
		Message: fmt.Sprintf("%s asks for Service %s in namespace %q, and it is in %q", u.Who, s.Object.Name, r.Namespace, s.Object.Namespace),
		Help:    "write " + right,
		Fixes:   replace(u.Host, right, "write "+right, false),
		Places: []lint.Place{
			u.Host.Labeled(fmt.Sprintf("%s looks in %q", u.Who, r.Namespace)),
			s.At(s.Object.Value.Get("metadata", "namespace"), "the Service is here"),
		},
	}
	if r.Namespace == "" {
		f.Message = fmt.Sprintf("%s runs in namespace %q, where no Service is named %q: that one is in %q", u.Who, u.Namespace, s.Object.Name, s.Object.Namespace)
		f.Places[0].Label = fmt.Sprintf("%s looks in its own namespace", u.Who)
	}
	t.add(u.Who+"\x00"+r.Namespace+"\x00"+s.Object.Namespace, f)
}
