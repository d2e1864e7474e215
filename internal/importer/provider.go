package importer

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// revisionAnnotation is what a generated tree rolls pods with.
const revisionAnnotation = "quorumwright.dev/secrets-revision"

// secretFields are the fields of the spec that refer to a Secret, with what
// their settings below a provider are called.
var secretFields = []struct{ parent, field string }{
	{"redis", "auth"}, {"gateway", "cloudToken"}, {"gateway", "license"},
}

// provider keeps where the Secrets come from, if all of them come from one store
// of the External Secrets Operator. Whatever else makes them goes on making
// them: for the spec they exist.
func (d *draft) provider(all ...*lint.Facts) {
	var makers []*repo.Object
	var entries []remote
	external := true
	for _, s := range secretFields {
		name, key := d.spec.at(s.parent, s.field, "secretName"), d.spec.at(s.parent, s.field, "key")
		if name == nil || key == nil {
			external = false
			continue
		}
		c := maker(all, name.value.Text)
		if c == nil {
			external = false
			continue
		}
		if !slices.Contains(makers, c.Object) {
			makers = append(makers, c.Object)
		}
		entry, ok := remoteEntry(c.Object, key.value.Text)
		external = external && ok
		entries = append(entries, entry)
	}
	for _, e := range entries {
		external = external && e.store == entries[0].store && e.kind == entries[0].kind
	}
	if external && len(entries) == len(secretFields) {
		d.externalSecrets(entries)
		return
	}
	for _, o := range makers {
		switch {
		case o.Value.Get("metadata", "labels", "app.kubernetes.io/managed-by").Text() == "quorumwright":
		case o.Kind == "SecretProviderClass":
			d.result.dropped(o.Value.Get("metadata", "name").Span(), "SecretProviderClass %s: its Secret is there only while a pod mounts it, and the generated pods do not: write secrets.provider csi with its objects (quorumwright explain spec.secrets.csi)", o.Name)
		default:
			d.result.decided(o.Value.Get("metadata", "name").Span(), "%s %s goes on making its Secret: keep it beside the generated tree", o.Kind, o.Name)
		}
	}
}

// maker is the object that defines a Secret.
func maker(all []*lint.Facts, name string) *lint.Config {
	for _, f := range all {
		if f == nil {
			continue
		}
		for _, c := range f.Configs {
			if c.Kind == "Secret" && c.Name == name {
				return c
			}
		}
	}
	return nil
}

// A remote is one entry of an external store.
type remote struct {
	store, kind, key, property, refresh string
	from                                repo.Span
}

// remoteEntry reads where an ExternalSecret takes a key from. One with a template
// makes something of its entries that no field says.
func remoteEntry(o *repo.Object, key string) (remote, bool) {
	spec := o.Value.Get("spec")
	if o.Kind != "ExternalSecret" || spec.Get("target", "template").Exists() || spec.Get("dataFrom").Exists() {
		return remote{}, false
	}
	for _, e := range spec.Get("data").Items() {
		if e.Get("secretKey").Text() != key {
			continue
		}
		ref := e.Get("remoteRef")
		return remote{
			store:    spec.Get("secretStoreRef", "name").Text(),
			kind:     cmp.Or(spec.Get("secretStoreRef", "kind").Text(), "SecretStore"),
			key:      ref.Get("key").Text(),
			property: ref.Get("property").Text(),
			refresh:  spec.Get("refreshInterval").Text(),
			from:     ref.Span(),
		}, ref.Get("key").Text() != "" && !ref.Get("version").Exists()
	}
	return remote{}, false
}

func (d *draft) externalSecrets(entries []remote) {
	at := func(path ...string) []string { return append([]string{"secrets", "externalSecrets"}, path...) }
	first := entries[0]
	d.text("external-secrets", first.from, "secrets", "provider")
	d.text(first.store, first.from, at("store", "name")...)
	d.text(first.kind, first.from, at("store", "kind")...)
	d.text(first.refresh, first.from, at("refreshInterval")...)
	for i, s := range secretFields {
		d.text(entries[i].key, entries[i].from, at(s.field, "key")...)
		d.text(entries[i].property, entries[i].from, at(s.field, "property")...)
	}
}

// revision keeps the number that rolls the pods when a secret changes.
func (d *draft) revision(annotations repo.Value) {
	v := annotations.Get(revisionAnnotation)
	if n, err := strconv.Atoi(v.Text()); err == nil && n > 0 {
		d.spec.set(yamledit.Value{Tag: "!!int", Text: v.Text()}, v.Span(), "secrets", "revision")
	}
}
