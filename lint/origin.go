package lint

import (
	"strings"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// origin returns the name of the entry of an external store that a key is
// fetched from, "" if that is not known. It says nothing but whether two keys
// hold one value.
func (c *Config) origin(key string) string {
	for _, k := range c.keys {
		if k.name == key {
			return k.origin
		}
	}
	return ""
}

// size bounds the length of an encrypted value: SOPS keeps it. Below data it
// is the base64 text that is encrypted.
func (c *Config) size(key string) sizeRange {
	for _, k := range c.keys {
		if k.name != key || !c.Encrypted {
			continue
		}
		n, ok := sopsSize(k.value.Text())
		switch {
		case !ok:
		case k.coded:
			return sizeRange{n/4*3 - 2, n / 4 * 3}
		default:
			return sizeRange{n, n}
		}
	}
	return sizeRange{}
}

// csiOrigin names an object that a SecretProviderClass mounts.
func csiOrigin(class *repo.Object, data repo.Value) string {
	name := data.Get("objectName").Text()
	if name == "" {
		return ""
	}
	return strings.Join([]string{"csi", class.Namespace, class.Name, name}, "\x00")
}

// externalOrigins adds the origins to the keys of an ExternalSecret: store,
// key, property and version of spec.data, or of the only dataFrom.extract. A
// key that spec.target.template makes of nothing but one fetched value has that
// value's origin.
func externalOrigins(o *repo.Object, keys []configKey) []configKey {
	spec := o.Value.Get("spec")
	fetched := map[string]string{}
	for d := range spec.Get("data").Elements() {
		store := d.Get("sourceRef", "storeRef")
		if !store.Exists() {
			store = spec.Get("secretStoreRef")
		}
		fetched[d.Get("secretKey").Text()] = externalOrigin(o, store, d.Get("remoteRef"), d.Get("remoteRef", "property").Text())
	}
	from := spec.Get("dataFrom").Items()
	extract := func(name string) string {
		if len(from) != 1 || from[0].Get("rewrite").Exists() || from[0].Get("sourceRef").Exists() {
			return ""
		}
		return externalOrigin(o, spec.Get("secretStoreRef"), from[0].Get("extract"), name)
	}
	template := spec.Get("target", "template", "data")
	for i, k := range keys {
		name := k.name
		if template.Get(name).Exists() {
			name = templateField(k.value.Text())
		}
		if origin, ok := fetched[name]; ok {
			keys[i].origin = origin
		} else if name != "" {
			keys[i].origin = extract(name)
		}
	}
	return keys
}

func externalOrigin(o *repo.Object, store, ref repo.Value, property string) string {
	key := ref.Get("key").Text()
	if key == "" || store.Get("name").Text() == "" {
		return ""
	}
	kind, namespace := store.Get("kind").Text(), ""
	if kind == "" {
		kind = "SecretStore"
	}
	if kind == "SecretStore" {
		namespace = o.Namespace
	}
	return strings.Join([]string{
		"external", kind, namespace, store.Get("name").Text(), key, property,
		ref.Get("version").Text(), ref.Get("decodingStrategy").Text(), ref.Get("conversionStrategy").Text(),
	}, "\x00")
}

// templateField returns x of "{{ .x }}", or "" for any other template.
func templateField(text string) string {
	text, ok := strings.CutPrefix(strings.TrimSpace(text), "{{")
	if !ok || !strings.HasSuffix(text, "}}") {
		return ""
	}
	name, ok := strings.CutPrefix(strings.TrimSpace(strings.TrimSuffix(text, "}}")), ".")
	if !ok || strings.ContainsAny(name, " .|(){}") {
		return ""
	}
	return name
}
