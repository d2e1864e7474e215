package lint

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
)

// bitnamiServer returns the server of a container that runs one of Bitnami's
// images as it comes: the image's entrypoint writes the configuration, from the
// variables of the environment and nothing else (bitnami/containers, libredis.sh,
// libredissentinel.sh and their -env.sh, 6.2 to 8). A container with a command or
// arguments of its own does not set that up.
func (c *Container) bitnamiServer() (*Server, bool) {
	kind := bitnamiImage(c.Image.Repository)
	if kind == "" || len(c.Value.Get("command").Items()) > 0 || len(c.Value.Get("args").Items()) > 0 {
		return nil, false
	}
	s := &Server{
		Container: c, Sentinel: kind == "redis-sentinel", Complete: true, ByEnv: true,
		Version: redisconf.ImageVersion(c.Image.Repository, c.Image.Tag),
	}
	b := bitnamiEnv{c}
	for m := range c.Value.Get("volumeMounts").Elements() {
		// A configuration of its own, or scripts in place of the image's.
		if at := strings.TrimRight(m.Get("mountPath").Text(), "/") + "/"; strings.HasPrefix(at, "/opt/bitnami/") || strings.HasPrefix(at, "/bitnami/redis-sentinel/conf/") {
			s.Complete = false
		}
	}
	s.Complete = s.Complete && !b.hasUnseen()
	if s.Sentinel {
		b.sentinel(s)
	} else {
		b.redis(s)
	}
	return s, true
}

// bitnamiImage returns which of Bitnami's images a repository is, "" if none.
func bitnamiImage(repository string) string {
	parts := strings.Split(repository, "/")
	name := parts[len(parts)-1]
	if name != "redis" && name != "redis-sentinel" || !slices.ContainsFunc(parts[:len(parts)-1], func(p string) bool { return strings.HasPrefix(p, "bitnami") }) {
		return ""
	}
	return name
}

// A bitnamiEnv reads the variables of a container.
type bitnamiEnv struct{ *Container }

// hasUnseen tells whether variables come from an object that is not in the
// repository.
func (b bitnamiEnv) hasUnseen() bool {
	for from := range b.Value.Get("envFrom").Elements() {
		for _, s := range []struct{ field, kind string }{{"configMapRef", "ConfigMap"}, {"secretRef", "Secret"}} {
			if name := from.Get(s.field, "name"); name.Exists() {
				if config := b.facts.config(s.kind, b.Workload.Object.Namespace, name.Text()); config == nil || !config.AllKeys {
					return true
				}
			}
		}
	}
	return false
}

// get returns a variable, or the file that NAME_FILE names; ok is false if it is
// not set, or empty.
func (b bitnamiEnv) get(name string) (a Arg, ok bool) {
	if file, set := b.Env(name + "_FILE"); set && (!file.Known || file.Text != "") {
		a = Arg{Place: file.Place}
		if f := b.File(file.Text); file.Known && f.Kind == "secret" && f.Key != "" {
			a = b.facts.keyValue(KeyRef{Kind: "Secret", Namespace: b.Workload.Object.Namespace, Name: f.Volume.Get("secret", "secretName").Text(), Key: f.Key}, file.Place)
		}
		return a, true
	}
	a, set := b.Env(name)
	if set && IsReference(a.Text) {
		a.Known = false // filled in before it is applied
	}
	return a, set && (!a.Known || a.Text != "")
}

// or returns a variable, or the default of the image, which stands nowhere: its
// place is where a person would set the variable.
func (b bitnamiEnv) or(name, preset string) Arg {
	if a, ok := b.get(name); ok {
		return a
	}
	at := b.At(b.Image.Ref, "")
	if env := b.Value.Get("env"); env.Exists() {
		at = AtKey(b.Workload.Object, env, "")
	}
	return Arg{Text: preset, Known: true, Place: at.WhereAbsent()}
}

// set adds a line of the configuration if its variable is set.
func (b bitnamiEnv) set(s *Server, variable, name string, before ...Arg) {
	if a, ok := b.get(variable); ok {
		s.directive(name, append(before, a)...)
	}
}

func (b bitnamiEnv) isYes(name string) bool {
	a, _ := b.get(name)
	return !a.Known && a.Exists() || slices.Contains([]string{"yes", "true", "1"}, strings.ToLower(a.Text))
}

func (b bitnamiEnv) redis(s *Server) {
	for _, more := range []string{"REDIS_EXTRA_FLAGS", "REDIS_ACLFILE", "REDIS_OVERRIDES_FILE"} {
		if _, ok := b.get(more); ok {
			s.Complete = false
		}
	}
	s.Complete = s.Complete && !b.isYes("REDIS_TLS_ENABLED")
	s.directive("dir", word("/bitnami/redis/data"))
	b.set(s, "REDIS_PORT_NUMBER", "port")
	b.set(s, "REDIS_AOF_ENABLED", "appendonly")
	b.set(s, "REDIS_PASSWORD", "requirepass")
	if a, ok := b.get("REDIS_DISABLE_COMMANDS"); ok && a.Known {
		for _, command := range strings.FieldsFunc(a.Text, func(r rune) bool { return r == ',' || r == ' ' }) {
			s.directive("rename-command", Arg{Text: command, Known: true, Place: a.Place}, Arg{Known: true, Place: a.Place})
		}
	}
	mode, ok := b.get("REDIS_REPLICATION_MODE")
	switch {
	case ok && !mode.Known:
		s.Complete = false
	case mode.Text == "master":
		b.set(s, "REDIS_PASSWORD", "masterauth")
	case mode.Text == "slave" || mode.Text == "replica":
		b.set(s, "REDIS_MASTER_PASSWORD", "masterauth")
		host := b.or("REDIS_MASTER_HOST", "")
		if _, asks := b.get("REDIS_SENTINEL_HOST"); asks || host.Text == "" {
			host = Arg{Place: host.Place} // Sentinel says which
		}
		s.directive("replicaof", host, b.or("REDIS_MASTER_PORT_NUMBER", "6379"))
	}
}

func (b bitnamiEnv) sentinel(s *Server) {
	s.Complete = s.Complete && !b.isYes("REDIS_SENTINEL_TLS_ENABLED")
	master, host := b.or("REDIS_MASTER_SET", "mymaster"), b.or("REDIS_MASTER_HOST", "redis")
	b.set(s, "REDIS_SENTINEL_PORT_NUMBER", "port")
	b.set(s, "REDIS_SENTINEL_PASSWORD", "requirepass")
	s.directive("sentinel", word("monitor"), master, host, b.or("REDIS_MASTER_PORT_NUMBER", "6379"), b.or("REDIS_SENTINEL_QUORUM", "2"))
	b.set(s, "REDIS_SENTINEL_DOWN_AFTER_MILLISECONDS", "sentinel", word("down-after-milliseconds"), master)
	b.set(s, "REDIS_SENTINEL_FAILOVER_TIMEOUT", "sentinel", word("failover-timeout"), master)
	b.set(s, "REDIS_MASTER_PASSWORD", "sentinel", word("auth-pass"), master)
	b.set(s, "REDIS_MASTER_USER", "sentinel", word("auth-user"), master)
	b.set(s, "REDIS_SENTINEL_ANNOUNCE_IP", "sentinel", word("announce-ip"))
	b.set(s, "REDIS_SENTINEL_ANNOUNCE_PORT", "sentinel", word("announce-port"))
	s.directive("sentinel", word("resolve-hostnames"), b.or("REDIS_SENTINEL_RESOLVE_HOSTNAMES", "yes"))
	s.directive("sentinel", word("announce-hostnames"), b.or("REDIS_SENTINEL_ANNOUNCE_HOSTNAMES", "no"))
}
