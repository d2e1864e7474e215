package prove

import (
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"github.com/quorumwright/quorumwright/lint"
)

// secrets knows the values of ConfigMaps and Secrets, and invents those that
// are not in the repository: see invented.go.
type secrets struct {
	facts *lint.Facts
	plan  *Plan
	// one says that all invented passwords are one.
	one bool
	// password is the invented one of Redis, and of what nothing tells where it
	// comes from.
	password   string
	inventions []invention
	given      []lint.Credential
	seen       []string
	pair       *certificate
	ca         string
	told       map[string]bool
}

func newSecrets(f *lint.Facts, plan *Plan, one bool) *secrets {
	// rand.Text is base 32: letters and digits only.
	s := &secrets{facts: f, plan: plan, one: one, password: rand.Text(), told: map[string]bool{}}
	s.collect()
	return s
}

// all returns every secret text, for masking.
func (s *secrets) all() []string {
	all := append(slices.Clone(s.seen), s.password)
	for _, i := range s.inventions {
		all = append(all, i.password)
	}
	return all
}

func (s *secrets) remember(text string) {
	if text != "" && !slices.Contains(s.seen, text) {
		s.seen = append(s.seen, text)
	}
}

// value returns the text of a key. ok is false if the key does not exist.
func (s *secrets) value(kind, namespace, name, key string) (text string, ok bool) {
	c := s.facts.Config(kind, namespace, name)
	if c != nil {
		if v, known := c.Secret(key); known {
			if kind == "Secret" {
				s.remember(v.Reveal())
			}
			return v.Reveal(), true
		}
		if !c.Encrypted || c.AllKeys && !c.Key(key).Exists() {
			return "", false
		}
	}
	if kind != "Secret" {
		return "", false
	}
	return s.invent(namespace, name, key), true
}

// invent makes a value for a key of a Secret that cannot be read.
func (s *secrets) invent(namespace, name, key string) string {
	switch key {
	case "tls.crt", "tls.key", "ca.crt":
		if s.pair == nil {
			s.pair = newCertificate()
			s.ca = s.pair.ca
		}
		s.tell(name, "a certificate made for this proof stands in for its certificate")
		return map[string]string{"tls.crt": s.pair.cert, "tls.key": s.pair.key, "ca.crt": s.pair.ca}[key]
	}
	s.tell(name, "a random password stands in for its values")
	i := s.invention(lint.KeyRef{Kind: "Secret", Namespace: namespace, Name: name, Key: key})
	i.used = true
	return i.password
}

func (s *secrets) tell(name, what string) {
	if !s.told[name+what] {
		s.told[name+what] = true
		s.plan.Notes = append(s.plan.Notes, fmt.Sprintf("Secret %s is not readable in the repository: %s", name, what))
	}
}

// keys returns all keys of a ConfigMap or Secret as files. Of a Secret that the
// repository does not have, those keys that something refers to. missing says
// that the repository has no such object.
func (s *secrets) keys(kind, namespace, name string) (files []File, missing bool) {
	c := s.facts.Config(kind, namespace, name)
	var names []string
	if c != nil {
		for key := range c.All() {
			names = append(names, key)
		}
	}
	if kind == "Secret" && (c == nil || !c.AllKeys) {
		for _, key := range s.referred(name) {
			if !slices.Contains(names, key) {
				names = append(names, key)
			}
		}
	}
	for _, key := range names {
		if text, ok := s.value(kind, namespace, name, key); ok {
			files = append(files, File{Path: key, Data: []byte(text)})
		}
	}
	return files, c == nil
}

// referred returns the keys of a Secret that passwords are read from, and those
// of a certificate if that is what the servers look for in it.
func (s *secrets) referred(name string) []string {
	var keys []string
	add := func(c lint.Credential) {
		if c.Ref != nil && c.Ref.Kind == "Secret" && c.Ref.Name == name && !slices.Contains(keys, c.Ref.Key) {
			keys = append(keys, c.Ref.Key)
		}
	}
	for _, list := range [][]*lint.Server{s.facts.Redis, s.facts.Sentinels} {
		for _, server := range list {
			add(server.Password())
			add(server.MasterAuth())
			for _, d := range []string{"tls-cert-file", "tls-key-file", "tls-ca-cert-file"} {
				path := server.Last(d).Arg(0).Text
				if f := server.Container.File(path); f.Kind == "secret" && f.Volume.Get("secret", "secretName").Text() == name && f.Key != "" && !slices.Contains(keys, f.Key) {
					keys = append(keys, f.Key)
				}
			}
		}
	}
	for _, c := range s.facts.Clients {
		add(c.Password)
		add(c.SentinelPassword)
	}
	return keys
}

// credential returns the password of one side; "" if it has none or nothing
// tells.
func (s *secrets) credential(c lint.Credential) string {
	switch {
	case !c.Given:
		return ""
	case c.Known:
		s.remember(c.Secret.Reveal())
		return c.Secret.Reveal()
	case c.Ref != nil:
		text, _ := s.value(c.Ref.Kind, c.Ref.Namespace, c.Ref.Name, c.Ref.Key)
		return text
	case c.Place.IsValid():
		return s.password
	}
	return ""
}

// passwords makes every password known that a server may have, the likely ones
// first, and how long Sentinel waits for a master.
func (p *planner) passwords() {
	add := func(text string) {
		if text != "" && !slices.Contains(p.plan.Passwords, text) {
			p.plan.Passwords = append(p.plan.Passwords, text)
		}
	}
	for _, list := range [][]*lint.Server{p.facts.Redis, p.facts.Sentinels} {
		for _, s := range list {
			for _, c := range credentialsOf(s) {
				add(p.secrets.credential(c))
			}
			for _, m := range s.Monitors() {
				if ms, ok := s.SentinelLast("down-after-milliseconds", m.Name.Text).Arg(2).Int(); ok {
					p.plan.DownAfter = time.Duration(ms) * time.Millisecond
				}
			}
		}
	}
	for _, text := range p.secrets.seen {
		add(text)
	}
	p.inventions(add)
}
