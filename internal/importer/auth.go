package importer

import (
	"slices"

	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// auth keeps the reference to the password. What stands in plain text is told,
// and a reference takes its place.
func (d *draft) auth(g *lint.Group) {
	var all []lint.Credential
	for _, c := range g.Clients {
		all = append(all, c.Password, c.SentinelPassword)
	}
	for _, s := range g.AllRedis() {
		all = append(all, s.Password(), s.MasterAuth())
	}
	for _, s := range g.AllSentinels() {
		for _, m := range s.Monitors() {
			all = append(all, s.AuthPass(m.Name.Text))
		}
		all = append(all, s.Password())
	}
	var ref *lint.KeyRef
	var from, literal repo.Span
	more, differ := map[repo.Span]bool{}, false
	for _, c := range all {
		switch {
		case !c.Given:
		case c.Ref != nil && c.Ref.Kind == "Secret" && c.Ref.Name != "" && c.Ref.Key != "":
			if ref == nil {
				ref, from = c.Ref, c.Place.Span
			}
			differ = differ || ref.Name != c.Ref.Name || ref.Key != c.Ref.Key
		case c.Known && c.Source.IsValid():
			if !literal.IsValid() {
				literal = c.Source.Span
			}
			more[c.Source.Span] = true
		}
	}
	secret, key := "redis-auth", "password"
	if ref != nil {
		secret, key = ref.Name, ref.Key
	}
	d.text(secret, from, "redis", "auth", "secretName")
	d.text(key, from, "redis", "auth", "key")
	if literal.IsValid() {
		d.result.secret(literal, "a Redis password stands in plain text here%s: the spec refers to the key %s of Secret %s instead; change the password, since git keeps the old one", andElsewhere(len(more)-1), key, secret)
	}
	if differ {
		d.result.decided(from, "not all sides read the password from the same key of one Secret: the spec gives all of them key %s of Secret %s", key, secret)
	}
	if ref == nil && !literal.IsValid() && !slices.ContainsFunc(all, func(c lint.Credential) bool { return c.Given }) {
		d.result.decided(repo.Span{}, "Redis has no password: the spec wants one, key %s of Secret %s", key, secret)
	}
}

func andElsewhere(n int) string {
	switch {
	case n <= 0:
		return ""
	case n == 1:
		return " and in 1 other place"
	}
	return " and in " + number(n).Text + " other places"
}

// A reference is what takes the place of a secret in the values of the chart.
type reference struct {
	field       string // of the spec, below gateway
	secret, key string // where nothing is known
	what        string
}

var (
	cloudToken = reference{"cloudToken", "gravitee-cloud", "token", "the Gravitee Cloud token"}
	license    = reference{"license", "gravitee-cloud", "licensekey", "the licence key"}
)

// refer keeps the reference of a variable of the gateway, or puts one in the
// place of a text.
func (d *draft) refer(r reference, entry repo.Value) {
	if key := entry.Get("valueFrom", "secretKeyRef"); key.Exists() {
		d.text(key.Get("name").Text(), key.Get("name").Span(), "gateway", r.field, "secretName")
		d.text(key.Get("key").Text(), key.Get("key").Span(), "gateway", r.field, "key")
		return
	}
	if v := entry.Get("value"); v.Text() != "" {
		d.literal(r, v)
	}
}

// literal tells a secret in plain text and writes a reference.
func (d *draft) literal(r reference, v repo.Value) {
	if lint.IsReference(v.Text()) {
		d.result.dropped(v.Span(), "%s is put in by something else here: the spec refers to the key %s of Secret %s", r.what, r.key, r.secret)
	} else {
		d.result.secret(v.Span(), "%s stands in plain text here: the spec refers to the key %s of Secret %s instead", r.what, r.key, r.secret)
	}
	if d.spec.at("gateway", r.field) == nil {
		d.spec.set(yamledit.Text(r.secret), v.Span(), "gateway", r.field, "secretName")
		d.spec.set(yamledit.Text(r.key), v.Span(), "gateway", r.field, "key")
	}
}
