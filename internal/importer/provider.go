package importer

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

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

// A made is a field that refers to a Secret, and the object that makes it.
type made struct {
	field  string // of the settings of a provider
	secret string
	key    string
	maker  *lint.Config
}

// provider keeps where the Secrets come from, if all of them come from one store
// of the External Secrets Operator or from one vault of the CSI driver, or are
// encrypted files of a tree of ours. Whatever else makes them goes on making
// them: for the spec they exist.
func (d *draft) provider(all ...*lint.Facts) {
	var list []made
	var makers []*lint.Config
	for _, s := range secretFields {
		name, key := d.spec.at(s.parent, s.field, "secretName"), d.spec.at(s.parent, s.field, "key")
		if name == nil || key == nil {
			continue
		}
		c := maker(all, name.value.Text)
		if c == nil {
			continue
		}
		if !slices.Contains(makers, c) {
			makers = append(makers, c)
		}
		list = append(list, made{s.field, name.value.Text, key.value.Text, c})
	}
	if len(list) == len(secretFields) && (d.externalSecrets(list) || d.csi(list) || d.encrypted(list, all)) {
		return
	}
	if auth := d.spec.at("redis", "auth"); auth != nil {
		auth.above = []string{
			"The password stays in the cluster: a Secret of this name and key has to be there, for Redis",
			"and for the gateway.",
		}
	}
	for _, c := range makers {
		d.goesOn(c)
	}
}

// goesOn tells what becomes of an object that makes a Secret.
func (d *draft) goesOn(c *lint.Config) {
	o, from := c.Object, c.Object.Value.Get("metadata", "name").Span()
	switch {
	case o.Kind == "Secret" && !c.Encrypted:
		d.result.secret(from, "Secret %s stands in git unencrypted: the spec refers to it and holds nothing of it; change its values and encrypt it", o.Name)
	case o.Value.Get("metadata", "labels", "app.kubernetes.io/managed-by").Text() == "quorumwright":
	case o.Kind == "SecretProviderClass":
		d.result.dropped(from, "SecretProviderClass %s: its Secret is there only while a pod mounts it, and the generated pods do not: write secrets.provider csi with its objects (quorumwright explain spec.secrets.csi)", o.Name)
	case o.Kind == "Secret":
		d.result.decided(from, "Secret %s, which SOPS encrypts, is not moved: keep it beside the generated tree, or choose secrets.provider sops and move it (quorumwright explain spec.secrets.sops)", o.Name)
	case o.Kind == "SealedSecret":
		d.result.decided(from, "SealedSecret %s goes on making its Secret: keep it beside the generated tree, or choose secrets.provider sealed-secrets and move it (quorumwright explain spec.secrets.sealedSecrets)", o.Name)
	default:
		d.result.decided(from, "%s %s goes on making its Secret: keep it beside the generated tree", o.Kind, o.Name)
	}
}

// maker is the object that defines a Secret.
func maker(all []*lint.Facts, name string) *lint.Config {
	for _, f := range all {
		for _, c := range configs(f) {
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

// externalSecrets keeps the entries of a store. It tells whether they are of one.
func (d *draft) externalSecrets(list []made) bool {
	var entries []remote
	for _, m := range list {
		e, ok := remoteEntry(m.maker.Object, m.key)
		if !ok || len(entries) > 0 && (e.store != entries[0].store || e.kind != entries[0].kind) {
			return false
		}
		entries = append(entries, e)
	}
	at := func(path ...string) []string { return append([]string{"secrets", "externalSecrets"}, path...) }
	first := entries[0]
	d.text("external-secrets", first.from, "secrets", "provider")
	d.text(first.store, first.from, at("store", "name")...)
	d.text(first.kind, first.from, at("store", "kind")...)
	d.text(first.refresh, first.from, at("refreshInterval")...)
	for i, m := range list {
		d.text(entries[i].key, entries[i].from, at(m.field, "key")...)
		d.text(entries[i].property, entries[i].from, at(m.field, "property")...)
	}
	return true
}

// encryptedDefault is where a spec looks for an encrypted Secret.
func encryptedDefault(secret string) string { return "secrets/" + secret + ".yaml" }

// encrypted keeps where the encrypted Secrets of a tree of ours lie. Those of
// other people lie where the generated kustomization cannot list them.
func (d *draft) encrypted(list []made, all []*lint.Facts) bool {
	provider, settings := "", ""
	var files []string
	for _, m := range list {
		kind := m.maker.Object.Value.Get("kind")
		switch {
		case d.part == "" || !m.maker.Encrypted:
			return false
		case kind.Text() == "SealedSecret" && provider != "sops":
			provider, settings = "sealed-secrets", "sealedSecrets"
		case kind.Text() == "Secret" && provider != "sealed-secrets":
			provider, settings = "sops", "sops"
		default:
			return false
		}
		file, ok := d.inOverlay(kind.Span().File)
		if !ok {
			return false
		}
		if d.spec.at("gateway", "namespace") != nil {
			_, file, _ = strings.Cut(file, "/") // redis or gateway: the folder of its place
		}
		files = append(files, file)
	}
	from := list[0].maker.Object.Value.Get("kind").Span()
	d.text(provider, from, "secrets", "provider")
	for i, m := range list {
		if files[i] != encryptedDefault(m.secret) {
			d.text(files[i], from, "secrets", settings, m.field)
		}
	}
	d.encryptedFiles = map[string]string{}
	for _, f := range all {
		for _, c := range configs(f) {
			source := c.Object.Value.Get("kind").Span().File
			if file, ok := d.inOverlay(source); ok && c.Encrypted {
				d.encryptedFiles["overlays/"+d.name+"/"+file] = source
			}
		}
	}
	return true
}

// inOverlay is a file's path below the overlay of the environment in a tree of ours.
func (d *draft) inOverlay(file string) (string, bool) {
	_, rest, ok := strings.Cut("/"+file, "/overlays/"+d.name+"/")
	return rest, ok
}

func configs(f *lint.Facts) []*lint.Config {
	if f == nil {
		return nil
	}
	return f.Configs
}

// revision keeps the number that rolls the pods when a secret changes.
func (d *draft) revision(annotations repo.Value) {
	v := annotations.Get(revisionAnnotation)
	if n, err := strconv.Atoi(v.Text()); err == nil && n > 0 {
		d.spec.set(yamledit.Value{Tag: "!!int", Text: v.Text()}, v.Span(), "secrets", "revision")
	}
}
