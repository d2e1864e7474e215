package lint

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/internal/secret"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A Credential is a password as one side knows it.
type Credential struct {
	// Given says that the side has a password, or may have one: it is false
	// only if there is none for certain.
	Given bool
	// Known says that Secret holds it.
	Known  bool
	Secret secret.Value
	// Ref is the key that it comes from, if any.
	Ref *KeyRef
	// Place is where the side is given it: the directive, the setting, or the
	// entry of the environment behind a variable. Source is where the value
	// itself is written, the same place for a literal and none if it is not in
	// the repository.
	Place, Source Place

	// Literal is a variable, such as ${REDIS_PASSWORD}, that stands in a file
	// which the server reads as it is: nothing puts a value in its place.
	Literal string

	// origin names the entry of an external store that the value is fetched
	// from; equal origins hold one value.
	origin string
	// hash is the SHA-256 of the password in hexadecimal, for ACL users.
	hash string
	// size bounds the number of bytes of a value that is encrypted.
	size sizeRange
}

// A sizeRange bounds a number of bytes; the zero range knows nothing.
type sizeRange struct{ min, max int }

func (r sizeRange) known() bool { return r.max > 0 }

// A Match says whether two values are the same.
type Match int

const (
	// Unknown: nothing in the repository tells.
	Unknown Match = iota
	// Same and Differs are certain.
	Same
	Differs
)

// Compare tells whether two given credentials are the same: the same key of
// one Secret, the same entry of an external store, or the same text. Two
// different keys whose values cannot be read are Unknown, unless the lengths of
// their ciphertexts tell them apart. A newline at the end does not count: some
// readers cut it off, some do not (auth/unsafe-password tells).
func (c Credential) Compare(d Credential) Match {
	switch {
	case c.Ref != nil && d.Ref != nil && c.Ref.Equal(*d.Ref), c.origin != "" && c.origin == d.origin:
		return Same
	case c.Literal != "" && d.Literal != "":
		return same(c.Literal == d.Literal)
	case c.Literal != "" && d.written(), d.Literal != "" && c.written():
		return Differs
	case c.Known && d.Known:
		return same(c.text() == d.text())
	case c.hash != "" && d.hash != "":
		return same(c.hash == d.hash)
	case c.hash != "" && d.Known:
		return same(c.hash == hashOf(d.text()))
	case c.Known && d.hash != "":
		return same(hashOf(c.text()) == d.hash)
	}
	if a, b := c.bytes(), d.bytes(); a.known() && b.known() && (a.max < b.min || b.max < a.min) {
		return Differs
	}
	return Unknown
}

// written tells whether the credential is a value, readable or not, rather than
// something that may stand for one.
func (c Credential) written() bool { return c.Known || c.Ref != nil && !c.Ref.Inferred }

func same(is bool) Match {
	if is {
		return Same
	}
	return Differs
}

// text is the secret without newlines at the end.
func (c Credential) text() string { return strings.TrimRight(c.Secret.Reveal(), "\r\n") }

func (c Credential) bytes() sizeRange {
	if n := len(c.text()); c.Known && n > 0 {
		return sizeRange{n, n}
	}
	return c.size
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// IsCertain tells whether the side has a password for certain, known or not,
// rather than that it may have one.
func (c Credential) IsCertain() bool {
	return c.Given && c.Place.IsValid() && (c.Ref == nil || !c.Ref.Inferred)
}

// credential makes a credential of a value that a process is given. Templates
// and ciphertexts are not Known, whatever their text. An empty password is
// none: the place tells where it is written.
func (f *Facts) credential(a Arg) Credential {
	c := Credential{Given: a.Exists(), Known: a.Known, Secret: secret.New(a.Text), Ref: a.Ref, Place: a.Place}
	if a.Written != nil {
		c.Source = *a.Written
	}
	if a.Via != nil && a.Via.IsValid() {
		c.Place = *a.Via
	}
	if a.Known && a.Ref == nil && !c.Source.IsValid() {
		c.Source = a.Place
	}
	if n, ok := sopsSize(a.Text); ok {
		c.size = sizeRange{n, n}
	}
	if a.Ref != nil {
		if config := f.config(a.Ref.Kind, a.Ref.Namespace, a.Ref.Name); config != nil {
			c.origin = config.origin(a.Ref.Key)
			c.size = config.size(a.Ref.Key)
			if c.size.known() && a.Ref.Inferred {
				c.size.min -= 2 // a script that reads a file drops newlines
			}
		}
	}
	switch {
	case IsReference(a.Text):
		c.Known, c.Source = false, Place{}
	case c.Known && c.Secret.IsEmpty():
		c.Given = false
	}
	return c
}

// unseen is the credential of a server of which not everything can be seen: a
// script may add the directive. The key of the only Secret that is mounted as
// a file is then where it comes from.
func (s *Server) unseen() Credential {
	if s.Complete {
		return Credential{}
	}
	if s.secretFile == nil {
		c := s.findSecretFile()
		s.secretFile = &c
	}
	return *s.secretFile
}

func (s *Server) findSecretFile() Credential {
	c := Credential{Given: true}
	var found []Credential
	for m := range s.Container.Value.Get("volumeMounts").Elements() {
		volume, kind := s.Container.Workload.volume(m.Get("name").Text())
		if kind != "secret" {
			continue
		}
		name := volume.Get("secret", "secretName")
		items := volume.Get("secret", "items").Items()
		for _, item := range items {
			if key := item.Get("key"); strings.Contains(key.Text()+item.Get("path").Text(), "pass") {
				found = append(found, Credential{Given: true, Place: s.Container.At(key, ""), Ref: &KeyRef{
					Kind: "Secret", Namespace: s.Namespace(), Name: name.Text(), Key: key.Text(), Inferred: true,
				}})
			}
		}
	}
	if len(found) == 1 {
		c = found[0]
		a := s.Container.facts.keyValue(*c.Ref, c.Place)
		c = s.Container.facts.credential(a)
	}
	return c
}

// Password returns what clients of the server must send: requirepass, which
// for Sentinel guards Sentinel itself. The password "" switches it off.
func (s *Server) Password() Credential { return s.password("requirepass") }

// MasterAuth returns what a replica sends to its master. Valkey knows the
// directive as primaryauth too.
func (s *Server) MasterAuth() Credential { return s.password("masterauth", "primaryauth") }

func (s *Server) password(directives ...string) Credential {
	if directives[0] == "requirepass" {
		// An ACL for the user default resets what requirepass set (acl.c,
		// ACLLoadConfiguredUsers); with an aclfile requirepass is not used.
		if c, ok := s.UserPassword("default"); ok {
			return c
		}
		if s.Last("aclfile") != nil {
			return Credential{Given: true}
		}
	}
	if d := s.Last(directives...); d != nil {
		if len(d.Args) > 1 {
			return Credential{Given: true} // the line is broken: redis/bad-value
		}
		return s.literal(s.Container.facts.credential(d.Arg(0)), d, d.Arg(0))
	}
	return s.unseen()
}

// literal marks a credential that is a variable in a file which the server reads
// as it is. Nothing is marked where variables in manifests show that a pipeline
// fills them in before they are applied, but for $(NAME), which none does; nor
// where something in the pod replaces text, and may make the file anew.
func (s *Server) literal(c Credential, d *Directive, a Arg) Credential {
	if d.conf == nil || !s.Complete || !a.Known || a.Ref != nil || !strings.Contains(a.Text, "$") || s.Container.facts.PodSays(s.Container.Workload, replacesText) {
		return c // nothing is a variable
	}
	if name, ok := shellVariable(a.Text); ok && name != "" && !s.Container.facts.prepared(path.Dir(d.key.File)) || parenthesized.MatchString(a.Text) {
		c.Literal = a.Text
	}
	return c
}

func replacesText(script string) bool {
	for _, tool := range []string{"envsubst", "sed ", "awk ", "perl ", "gomplate", "confd"} {
		if strings.Contains(script, tool) {
			return true
		}
	}
	return false
}

var parenthesized = pattern.New(`^\$\([A-Z][A-Z0-9_]*\)$`).Where(pattern.Begins("$("))

// prepared tells whether the manifests of a folder hold variables that Kubernetes
// does not know: a pipeline or Flux fills them in.
func (f *Facts) prepared(folder string) bool {
	var variables func(v repo.Value) bool
	variables = func(v repo.Value) bool {
		for key, e := range v.Fields() {
			switch key {
			case "command", "args", "annotations", "data", "stringData":
				continue
			}
			if variables(e) {
				return true
			}
		}
		for e := range v.Elements() {
			if variables(e) {
				return true
			}
		}
		_, whole := shellVariable(v.Text())
		return v.IsScalar() && (whole || strings.Contains(v.Text(), "${"))
	}
	for _, o := range f.Env.Objects {
		if o.Value.Get("spec", "postBuild").Exists() {
			return true
		}
		if o.Kind != "ConfigMap" && path.Dir(o.Value.Span().File) == folder && variables(o.Value) {
			return true
		}
	}
	return false
}

// UserPassword returns the password of an ACL user of the configuration:
// "user NAME on >password …". ok is false if there is no such user.
func (s *Server) UserPassword(name string) (c Credential, ok bool) {
	for _, d := range s.All("user") {
		if d.Arg(0).Text == name && d.Arg(0).Known {
			c, ok = s.aclPassword(d), true
		}
	}
	return c, ok
}

// aclPassword reads the password of "user default on >password …". Of several
// passwords, as in a rotation, none is the one.
func (s *Server) aclPassword(d *Directive) Credential {
	c := Credential{Given: true, Place: d.At("")}
	found := 0
	for i, a := range d.Args {
		if i == 0 || a.Text == "" {
			continue
		}
		switch {
		case a.Text == "nopass":
			return Credential{Place: a.Place}
		case a.Text == "resetpass" || a.Text == "reset":
			c, found = Credential{Given: true, Place: d.At("")}, 0
		case a.Text[0] == '>':
			found++
			a.Text = a.Text[1:]
			c = s.Container.facts.credential(a)
		case a.Text[0] == '#':
			found++
			c = Credential{Given: true, Place: a.Place}
			if len(a.Text) == 65 && a.Known {
				c.hash = strings.ToLower(a.Text[1:])
			}
		}
	}
	if found > 1 {
		return Credential{Given: true, Place: d.At("")}
	}
	return c
}

// AuthPass returns what a Sentinel sends to the Redis of a master name.
func (s *Server) AuthPass(master string) Credential {
	if d := s.SentinelLast("auth-pass", master); d != nil {
		if len(d.Args) > 3 {
			return Credential{Given: true}
		}
		return s.literal(s.Container.facts.credential(d.Arg(2)), d, d.Arg(2))
	}
	return s.unseen()
}

// SentinelPass returns what a Sentinel sends to the other Sentinels: its own
// requirepass unless sentinel-pass says otherwise.
func (s *Server) SentinelPass() Credential {
	if d := s.SentinelLast("sentinel-pass", ""); d != nil {
		return s.Container.facts.credential(d.Arg(1))
	}
	return s.Password()
}
