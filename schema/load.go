package schema

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"

	"cuelang.org/go/cue"
)

// A Loader reads spec files. It compiles the schema at its first use and
// answers questions that many environments have in common once. It may be used
// concurrently, but reads one file at a time: workers have a Loader each.
type Loader struct {
	mu       sync.Mutex
	ctx      *cue.Context
	schema   cue.Value // package schema
	presets  cue.Value // package overlays, field presets
	rules    cue.Value // #Rules
	document *entry    // #Document
	spec     *entry    // #Spec
	defaults *node     // #Defaults
	settings *node     // fields providers and engines: #ProviderDefaults and #EngineDefaults
	preset   map[string]*node
	words    map[string]string            // of types, by name and attribute
	tables   map[string]map[string]string // of owned.cue, by name
	failed   error
}

// NewLoader returns a Loader that has compiled nothing yet.
func NewLoader() *Loader { return &Loader{} }

var shared = sync.OnceValue(NewLoader)

// Load reads the spec file name in fsys: CUE if it ends in .cue, else YAML or
// JSON. The error is Errors if the file breaks the schema.
func Load(fsys fs.FS, name string) (*Deployment, error) { return shared().Load(fsys, name) }

// Parse reads a spec from data; name is what positions and Deployment.Source
// call it, and decides between CUE and YAML as for Load.
func Parse(name string, data []byte) (*Deployment, error) { return shared().Parse(name, data) }

// Load is the function Load with a Loader of one's own.
func (l *Loader) Load(fsys fs.FS, name string) (*Deployment, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("not a regular file")}
	}
	data, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, err
	}
	return l.Parse(name, data)
}

// Parse is the function Parse with a Loader of one's own.
func (l *Loader) Parse(name string, data []byte) (*Deployment, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.compile(); err != nil {
		return nil, err
	}
	var root *node
	var errs Errors
	if isCUE(name) {
		root, errs = readCUE(name, data)
	} else {
		root, errs = readYAML(name, data)
	}
	if root == nil || slices.ContainsFunc(errs, func(e *Error) bool { return e.Kind == KindTooLarge }) {
		return nil, errs.sorted() // the tree is not whole
	}
	c := &checker{
		reader:   reader{file: name, errs: errs},
		loader:   l,
		allowed:  map[allowedKey]bool{},
		verdicts: map[string]verdict{},
	}
	d, err := c.deployment(root)
	if err != nil {
		return nil, err
	}
	if len(c.errs) > 0 {
		return nil, c.errs.sorted()
	}
	d.Source = name
	return d, nil
}

// compile builds the CUE packages.
func (l *Loader) compile() error {
	if l.ctx != nil {
		return l.failed
	}
	m := NewModule()
	l.ctx = m.Context
	overlays, err := m.Package("overlays")
	if err != nil {
		l.failed = err
		return err
	}
	if l.schema, l.failed = m.Package("schema"); l.failed != nil {
		return l.failed
	}
	l.presets = overlays.LookupPath(cue.ParsePath("presets"))
	l.rules = l.schema.LookupPath(cue.ParsePath("#Rules"))
	l.document = newEntry("", l.schema.LookupPath(cue.ParsePath("#Document")), true)
	l.spec = l.document.child("spec")
	l.words = map[string]string{}
	l.tables = map[string]map[string]string{}
	l.preset = map[string]*node{}
	if l.defaults, l.failed = decodeCUE(l.schema.LookupPath(cue.ParsePath("#Defaults")), "default"); l.failed != nil {
		return l.failed
	}
	l.settings = &node{kind: mapKind}
	for _, part := range []struct{ name, path string }{{"providers", "#ProviderDefaults"}, {"engines", "#EngineDefaults"}} {
		n, err := decodeCUE(l.schema.LookupPath(cue.ParsePath(part.path)), "default")
		if err != nil {
			l.failed = err
			return err
		}
		l.settings.set(part.name, n)
	}
	return nil
}

// chosen are the defaults of the provider and of the engine that a spec uses.
func (l *Loader) chosen(spec *node) *node {
	n := &node{kind: mapKind, layer: "default"}
	if s := l.settings.get("providers").get(textAt(spec, "secrets.provider")); s != nil {
		n.set("secrets", s)
	}
	if s := l.settings.get("engines").get(textAt(spec, "delivery.engine")); s != nil {
		n.set("delivery", s)
	}
	return n
}

// layer is what a preset sets; nil for "".
func (l *Loader) layer(preset string) (*node, error) {
	if preset == "" {
		return nil, nil
	}
	if n := l.preset[preset]; n != nil {
		return n, nil
	}
	n, err := decodeCUE(l.presets.LookupPath(cue.MakePath(cue.Str(preset))), "preset "+preset)
	if err == nil {
		l.preset[preset] = n
	}
	return n, err
}

// decodeCUE makes a tree of a concrete value of the module; directives of
// redis.conf get the form that they have in a Spec.
func decodeCUE(v cue.Value, layer string) (*node, error) {
	var value any
	if err := v.Decode(&value); err != nil {
		return nil, fmt.Errorf("embedded CUE: %w", err)
	}
	n := nodeOf(value, layer)
	if config := n.find("redis.config"); config != nil {
		for _, f := range config.fields {
			lines(f.value)
		}
	}
	return n, nil
}

// environment is one environment of the file while it is put together.
type environment struct {
	name   string
	node   *node // nil if the file has no environments
	preset string

	// unsized is set if the preset is not known: sizes are then not either.
	unsized bool
}

// deployment checks a file and puts its layers together. Mistakes go to c.errs;
// the result counts only if there are none. The error is a defect of the
// embedded schema.
func (c *checker) deployment(root *node) (*Deployment, error) {
	c.check(c.loader.document, root)
	name := ""
	if n := root.find("metadata.name"); n != nil && !n.broken {
		name = n.text
	}
	base := overlay(c.loader.defaults, root.get("spec"))
	envs := c.environments(root)
	d := &Deployment{Name: name, Environments: make([]Environment, 0, len(envs))}
	for i := range envs {
		env := &envs[i]
		preset, err := c.loader.layer(env.preset)
		if err != nil {
			return nil, err
		}
		full, err := c.complete(name, overlay(overlay(base, preset), env.node.get("spec")), env)
		if err != nil {
			return nil, err
		}
		c.oneSet(env, full)
		if len(c.errs)+len(c.order) > 0 {
			continue
		}
		// One after the other: the layers of all would fill the memory.
		spec, err := decode(full)
		if err != nil {
			return nil, err
		}
		d.Environments = append(d.Environments, Environment{Name: env.name, Preset: env.preset, Spec: spec})
		env.node = nil
	}
	c.tell(envs)
	if len(c.errs) > 0 {
		return nil, nil
	}
	full, err := c.complete(name, base, nil)
	if err != nil {
		return nil, err
	}
	d.Spec, err = decode(full)
	return d, err
}

// environments lists those of the file by name. If the file has none, one
// without a name stands for the base, so that its mistakes are told as well.
func (c *checker) environments(root *node) []environment {
	all := root.get("environments")
	if all == nil || all.kind != mapKind || len(all.fields) == 0 {
		if all != nil && all.kind == mapKind && !all.broken {
			c.report(keyOf(all), all.path, KindMissing, "environments is empty: a deployment has at least one", "add prod: {preset: prod}")
		}
		return []environment{{}}
	}
	var envs []environment
	for _, f := range all.fields {
		env := environment{name: f.name, node: f.value}
		if p := f.value.get("preset"); p != nil {
			if env.unsized = p.broken; !p.broken {
				env.preset = p.text
			}
		}
		envs = append(envs, env)
	}
	slices.SortFunc(envs, func(a, b environment) int { return cmp.Compare(a.name, b.name) })
	return envs
}

// complete adds the defaults that depend on other fields, and notes for env what
// does not hold between the fields; env is nil for the base, which is never
// deployed alone.
func (c *checker) complete(name string, full *node, env *environment) (*node, error) {
	v, err := c.judge(full)
	if err != nil {
		return nil, err
	}
	full = overlay(overlay(overlay(v.derived, names(name, full)), c.loader.chosen(full)), full)
	if env != nil {
		c.breaches(full, v.broken, env)
		c.directives(full, env)
		if !env.unsized {
			c.amounts(full, env)
		}
		c.chartKeys(full, env)
		c.secretSources(full, env)
	}
	return full, nil
}

func keyOf(n *node) span {
	if n.key.known() {
		return n.key
	}
	return n.at
}
