package lint

import (
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// springRoots are the properties of Spring Boot 3 and 2 below which a client of
// Redis is set up.
var springRoots = []string{"spring.data.redis", "spring.redis"}

// newSpringClients returns the Spring applications that ask Sentinel: by
// variables of their containers, or by a configuration file in a ConfigMap.
func newSpringClients(f *Facts) []*Client {
	var all []*Client
	var used []*Config
	for _, w := range f.Workloads {
		for _, c := range w.Containers {
			if c.Init || f.serves(c) {
				continue
			}
			s := springReader{facts: f, container: c}
			for _, m := range c.mountedKeys() {
				if springFile.MatchString(m.key) {
					s.files = append(s.files, springFileOf(m.config, m.text, m.key))
					used = append(used, m.config)
				}
			}
			if client := s.client("the Spring application of "+w.Object.Kind+" "+w.Object.Name, w.Object, w.Object.Namespace); client != nil {
				all = append(all, client)
			}
		}
	}
	// What no container mounts is read through the API (Spring Cloud Kubernetes).
	for _, config := range f.Configs {
		if config.Kind != "ConfigMap" || containsConfig(used, config) {
			continue
		}
		for key, text := range config.All() {
			if !springFile.MatchString(key) {
				continue
			}
			s := springReader{facts: f, files: []springConf{springFileOf(config, text, key)}}
			if client := s.client("the Spring application of ConfigMap "+config.Name, config.Object, config.Namespace); client != nil {
				all = append(all, client)
			}
		}
	}
	return all
}

func containsConfig(all []*Config, c *Config) bool {
	for _, x := range all {
		if x == c {
			return true
		}
	}
	return false
}

// springFile tells the names of Spring's configuration files.
var springFile = pattern.New(`^(?:application|bootstrap)(?:-[A-Za-z0-9_-]+)?\.(?:ya?ml|properties)$`).Where(pattern.Begins("application", "bootstrap"))

// A springConf is one configuration file of a Spring application.
type springConf struct {
	object *repo.Object
	text   repo.Value
	root   repo.Value // of YAML
}

func springFileOf(c *Config, text repo.Value, key string) springConf {
	s := springConf{object: c.Object, text: text}
	if !strings.HasSuffix(key, ".properties") {
		s.root = text.Inner()
	}
	return s
}

// A springReader knows the settings of one Spring application.
type springReader struct {
	facts     *Facts
	container *Container // or nil
	files     []springConf
}

func (s springReader) client(name string, o *repo.Object, namespace string) *Client {
	for _, root := range springRoots {
		nodes, master := s.list(root+".sentinel.nodes"), s.get(root+".sentinel.master").Arg
		if len(nodes) == 0 || !master.Exists() {
			continue
		}
		c := s.facts.other(name, o, namespace, s.get(root+".password").Arg, s.get(root+".sentinel.password").Arg)
		c.Nodes, c.Master, c.Username = nodes, master, s.get(root+".username").Arg
		c.SSL = s.get(root + ".ssl.enabled").Arg
		if !c.SSL.Exists() {
			c.SSL = s.get(root + ".ssl").Arg
		}
		return c
	}
	return nil
}

// get returns a property: the variable that sets it wins over the files, the
// last file over the others (Spring Boot, Externalized Configuration).
func (s springReader) get(path string) setting {
	if s.container != nil {
		if a, ok := s.container.Env(variableOf(path)); ok && a.Place.IsValid() {
			return s.env(variableOf(path), a)
		}
	}
	for i := len(s.files) - 1; i >= 0; i-- {
		if v := s.files[i].value(path); v.Exists() && !v.IsMap() {
			return settingOf(s.files[i].object, v)
		}
		if a, ok := s.files[i].property(path); ok {
			return a
		}
	}
	return setting{}
}

// env makes a setting of a variable; its text has a place of its own if it is
// written as the variable's value.
func (s springReader) env(name string, a Arg) setting {
	out := setting{Arg: a, object: s.container.Workload.Object}
	for e := range s.container.Value.Get("env").Elements() {
		if e.Get("name").Text() == name && e.Get("value").Exists() {
			out.value = e.Get("value")
		}
	}
	out.Known = a.Known && !isTemplated(a.Text)
	return out
}

func (s springReader) list(path string) []Node {
	for i := len(s.files) - 1; i >= 0; i-- {
		if v := s.files[i].value(path); v.IsList() && s.get(path).Place == (Place{}) {
			return nodesOf(s.files[i].object, v)
		}
	}
	a := s.get(path)
	if a.value.IsList() {
		return nodesOf(a.object, a.value)
	}
	return a.nodes()
}

// variableOf returns the variable that Spring binds to a property.
func variableOf(path string) string {
	return strings.ToUpper(strings.ReplaceAll(strings.ReplaceAll(path, "-", ""), ".", "_"))
}

// value returns a property of a YAML file, whose keys may hold dots.
func (c springConf) value(path string) repo.Value { return dotted(c.root, path) }

func dotted(v repo.Value, path string) repo.Value {
	if path == "" {
		return v
	}
	for k, e := range v.Fields() {
		if k == path {
			return e
		}
		if rest, ok := strings.CutPrefix(path, k+"."); ok {
			if found := dotted(e, rest); found.Exists() {
				return found
			}
		}
	}
	return repo.Value{}
}

// property returns a property of a .properties file: NAME=VALUE or NAME: VALUE.
func (c springConf) property(path string) (setting, bool) {
	if c.root.Exists() {
		return setting{}, false
	}
	text, at := c.text.Text(), 0
	for line := range strings.SplitAfterSeq(text, "\n") {
		start := at
		at += len(line)
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			name, value, ok = strings.Cut(line, ":")
		}
		if !ok || strings.TrimSpace(name) != path {
			continue
		}
		trimmed := strings.TrimSpace(value)
		from := start + len(name) + 1 + strings.Index(value, trimmed)
		return setting{
			Arg: Arg{
				Text: trimmed, Known: !isTemplated(trimmed),
				Place: place(c.object, c.text, c.text.TextSpan(from, from+len(trimmed)), ""),
			},
			object: c.object, value: c.text, offset: from,
		}, true
	}
	return setting{}, false
}
