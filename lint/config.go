package lint

import (
	"encoding/base64"
	"iter"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/secret"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A Config is a ConfigMap, or a Secret that the repository defines by one of
// the objects that become a Secret in the cluster.
type Config struct {
	Object *repo.Object
	// Kind is ConfigMap or Secret.
	Kind string
	// Name and Namespace are those that the cluster will know.
	Name, Namespace string
	// Encrypted says that the values are not readable here: SealedSecret,
	// ExternalSecret, SecretProviderClass, SOPS.
	Encrypted bool
	// AllKeys says that no key exists besides those that All yields.
	AllKeys bool

	keys []configKey
	// byName are the indices of the keys by their names, where they are many.
	byName map[string]int
}

type configKey struct {
	name  string
	value repo.Value
	coded bool // base64
	// origin names the entry of an external store, "" if it is not known.
	origin string
}

// All yields the keys in the order of the document.
func (c *Config) All() iter.Seq2[string, repo.Value] {
	return func(yield func(string, repo.Value) bool) {
		for _, k := range c.keys {
			if !yield(k.name, k.value) {
				return
			}
		}
	}
}

// Key returns the value of a key; for encrypted kinds the place that defines
// it. It is the missing Value if there is no such key.
func (c *Config) Key(name string) repo.Value {
	if i := c.find(name); i >= 0 {
		return c.keys[i].value
	}
	return repo.Value{}
}

// manyKeys is how many keys a map finds faster than a look at each of them.
const manyKeys = 64

// find returns the index of the first key of a name, or -1.
func (c *Config) find(name string) int {
	if len(c.keys) < manyKeys {
		return slices.IndexFunc(c.keys, func(k configKey) bool { return k.name == name })
	}
	if c.byName == nil {
		c.byName = map[string]int{}
		for i, k := range slices.Backward(c.keys) {
			c.byName[k.name] = i
		}
	}
	if i, ok := c.byName[name]; ok {
		return i
	}
	return -1
}

// Secret returns the readable value of a key.
func (c *Config) Secret(name string) (secret.Value, bool) {
	if c.Encrypted {
		return secret.Value{}, false
	}
	i := c.find(name)
	if i < 0 {
		return secret.Value{}, false
	}
	text := c.keys[i].value.Text()
	if c.keys[i].coded {
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			return secret.Value{}, false
		}
		text = string(b)
	}
	return secret.New(text), true
}

func newConfig(o *repo.Object) (*Config, bool) {
	c := &Config{Object: o, Name: o.Name, Namespace: o.Namespace, AllKeys: true}
	add := func(v repo.Value, coded bool) {
		for k, e := range v.Fields() {
			c.keys = append(c.keys, configKey{name: k, value: e, coded: coded})
		}
	}
	root := o.Value
	switch {
	case o.Kind == "ConfigMap":
		c.Kind = "ConfigMap"
		add(root.Get("data"), false)
		add(root.Get("binaryData"), true)
	case o.Kind == "Secret":
		c.Kind = "Secret"
		c.Encrypted = root.Get("sops").IsMap()
		add(root.Get("stringData"), false)
		add(root.Get("data"), true)
		// An empty Secret, or one of a type with a controller, is filled in the cluster.
		c.AllKeys = len(c.keys) > 0 && root.Get("type").Text() != "kubernetes.io/service-account-token"
	case o.Kind == "SealedSecret":
		// The Secret has the name of the SealedSecret, whatever the template says
		// (bitnami-labs/sealed-secrets, SealedSecret.Unseal).
		c.Kind, c.Encrypted = "Secret", true
		add(root.Get("spec", "encryptedData"), false)
		add(root.Get("spec", "template", "data"), false)
	case o.Kind == "ExternalSecret":
		c.Kind, c.Encrypted = "Secret", true
		if n := root.Get("spec", "target", "name").Text(); n != "" {
			c.Name = n
		}
		template := root.Get("spec", "target", "template")
		add(template.Get("data"), false)
		// With a template the fetched keys are only its input, unless it merges.
		if !template.Get("data").IsMap() || template.Get("mergePolicy").Text() == "Merge" {
			for d := range root.Get("spec", "data").Elements() {
				c.keys = append(c.keys, configKey{name: d.Get("secretKey").Text(), value: d.Get("secretKey")})
			}
			c.AllKeys = !root.Get("spec", "dataFrom").Exists()
		}
		c.AllKeys = c.AllKeys && !template.Get("templateFrom").Exists()
		c.keys = externalOrigins(o, c.keys)
	default:
		return nil, false
	}
	return c, true
}

// newCSISecrets returns the Secrets that a SecretProviderClass syncs.
func newCSISecrets(o *repo.Object) []*Config {
	if o.Kind != "SecretProviderClass" {
		return nil
	}
	var all []*Config
	for s := range o.Value.Get("spec", "secretObjects").Elements() {
		c := &Config{
			Object: o, Kind: "Secret", Encrypted: true, AllKeys: true,
			Name: s.Get("secretName").Text(), Namespace: o.Namespace,
		}
		for d := range s.Get("data").Elements() {
			c.keys = append(c.keys, configKey{name: d.Get("key").Text(), value: d.Get("key"), origin: csiOrigin(o, d)})
		}
		all = append(all, c)
	}
	return all
}
