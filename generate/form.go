package generate

import (
	"bytes"
	"strings"

	"github.com/quorumwright/quorumwright/schema"
)

// A form is what files hold that differ only in what every environment has of
// its own. That is left open, so that the rest is written, and kept, once.
type form struct {
	written []byte // never changed
	open    []opening
}

// An opening is the place in a form of something that has holes.
type opening struct {
	at    int                  // in what is written
	write func(*page, *ownSet) // with the holes filled in
}

// fill writes a form with what an environment has of its own.
func (f *form) fill(p *page, own *ownSet) {
	from := 0
	for _, o := range f.open {
		p.Write(f.written[from:o.at])
		o.write(p, own)
		from = o.at
	}
	p.Write(f.written[from:])
}

// bytes returns a form with what an environment has of its own. The bytes must not
// be changed.
func (f *form) bytes(own *ownSet) []byte {
	if len(f.open) == 0 {
		return f.written
	}
	var p page
	p.Grow(len(f.written) + 64*len(f.open))
	f.fill(&p, own)
	return p.Bytes()
}

// A page is what forms are written to, and files.
type page struct {
	bytes.Buffer
	open []opening
}

// leave leaves what has holes open.
func (p *page) leave(write func(*page, *ownSet)) {
	p.open = append(p.open, opening{p.Len(), write})
}

// form returns what is on the page, which is empty then.
func (p *page) form() *form {
	f := &form{bytes.Clone(p.Bytes()), p.open}
	p.Reset()
	p.open = nil
	return f
}

// A hole stands in an input for a value that every environment has of its own
// and that shapes only pass on. They are filled in afterwards, so that the shape
// is evaluated once for all these environments. The characters are for private
// use: no spec holds them.
const (
	holeBegin       = "\uE000"
	holeDomain      = "\uE000domain\uE001"
	holeNamespace   = "\uE000namespace\uE001"
	holeEnvironment = "\uE000environment\uE001"
	holeGateway     = "\uE000gateway\uE001" // its namespace
)

// hasHoles tells whether something of a string is left open.
func hasHoles(s string) bool { return strings.Contains(s, holeBegin) }

// An ownSet is what an environment has of its own.
type ownSet struct {
	environment, namespace, gateway, domain string
}

func newOwnSet(name string, spec *schema.Spec) *ownSet {
	return &ownSet{
		environment: name,
		namespace:   spec.Namespace,
		gateway:     spec.Gateway.Namespace,
		domain:      spec.Namespace + ".svc." + spec.Redis.ClusterDomain,
	}
}

// fill returns a string with the values in the place of their holes.
func (o *ownSet) fill(s string) string {
	s = strings.ReplaceAll(s, holeDomain, o.domain)
	s = strings.ReplaceAll(s, holeNamespace, o.namespace)
	s = strings.ReplaceAll(s, holeGateway, o.gateway)
	return strings.ReplaceAll(s, holeEnvironment, o.environment)
}
