package lint

import "github.com/quorumwright/quorumwright/lint/repo"

// A KeyRef names a key of a Secret or ConfigMap.
type KeyRef struct {
	// Kind is Secret or ConfigMap.
	Kind, Namespace, Name, Key string
	// Inferred says that no reference is written: the value is read by a
	// script from a file of the mounted Secret.
	Inferred bool
}

// Equal tells whether both name the same key; where a namespace is not
// written, it is not held against them.
func (r KeyRef) Equal(o KeyRef) bool {
	return r.Kind == o.Kind && r.Name == o.Name && r.Key == o.Key && sameNamespace(r.Namespace, o.Namespace)
}

// Env returns the value of an environment variable of the container, from env
// and then envFrom, as Kubernetes gives it to the process.
func (c *Container) Env(name string) (Arg, bool) {
	if e, ok := c.envEntry(name); ok {
		return c.facts.envValue(e, c.Workload.Object, c.Workload.Object.Namespace), true
	}
	sources := c.Value.Get("envFrom").Items()
	for i := len(sources) - 1; i >= 0; i-- { // the last one wins
		from := sources[i]
		prefix := from.Get("prefix").Text()
		for _, s := range []struct{ field, kind string }{{"configMapRef", "ConfigMap"}, {"secretRef", "Secret"}} {
			ref := from.Get(s.field, "name")
			if !ref.Exists() || len(name) < len(prefix) || name[:len(prefix)] != prefix {
				continue
			}
			key := name[len(prefix):]
			config := c.facts.config(s.kind, c.Workload.Object.Namespace, ref.Text())
			if config == nil || !config.Key(key).Exists() {
				continue
			}
			return c.facts.keyValue(KeyRef{Kind: s.kind, Namespace: c.Workload.Object.Namespace, Name: ref.Text(), Key: key},
				c.At(ref, "")), true
		}
	}
	return Arg{}, false
}

// manyEntries is how many entries of a list a map finds faster than a look at each.
const manyEntries = 32

// envEntry returns the first entry of env that has a name.
func (c *Container) envEntry(name string) (repo.Value, bool) {
	env := c.Value.Get("env")
	if env.Len() < manyEntries {
		for e := range env.Elements() {
			if e.Get("name").Text() == name {
				return e, true
			}
		}
		return repo.Value{}, false
	}
	if c.env == nil {
		c.env = make(map[string]repo.Value, env.Len())
		for e := range env.Elements() {
			name := e.Get("name").Text()
			if _, ok := c.env[name]; !ok {
				c.env[name] = e
			}
		}
	}
	e, ok := c.env[name]
	return e, ok
}

// envValue reads one entry of an env list: value, or a reference to a key.
func (f *Facts) envValue(e repo.Value, o *repo.Object, namespace string) Arg {
	if v := e.Get("value"); v.Exists() {
		at := At(o, v, "")
		return Arg{Text: v.Text(), Known: true, Place: at, Written: &at}
	}
	from := e.Get("valueFrom")
	for _, s := range []struct{ field, kind string }{{"secretKeyRef", "Secret"}, {"configMapKeyRef", "ConfigMap"}} {
		if ref := from.Get(s.field); ref.Exists() {
			at := ref.Get("key")
			if !at.Exists() {
				at = ref
			}
			return f.keyValue(KeyRef{
				Kind: s.kind, Namespace: namespace, Name: ref.Get("name").Text(), Key: ref.Get("key").Text(),
			}, At(o, at, ""))
		}
	}
	if from.Get("fieldRef", "fieldPath").Text() == "metadata.namespace" && namespace != "" {
		return Arg{Text: namespace, Known: true, Place: At(o, e, "")}
	}
	return Arg{Place: At(o, e, "")}
}

// keyValue returns what a key holds, if the repository can tell. The place is
// that of the reference.
func (f *Facts) keyValue(ref KeyRef, at Place) Arg {
	a := Arg{Ref: &ref, Place: at}
	config := f.config(ref.Kind, ref.Namespace, ref.Name)
	if config == nil {
		return a
	}
	if s, ok := config.Secret(ref.Key); ok {
		a.Text, a.Known = s.Reveal(), config.Key(ref.Key).Exists()
		written := At(config.Object, config.Key(ref.Key), "")
		a.Written = &written
	}
	return a
}
