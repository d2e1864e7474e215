package importer

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A directive is a line of redis.conf that may go into redis.config.
type directive struct {
	name, rest string
	from       repo.Span
}

// decidedBySpec are directives for which the generated redis.conf has its own
// line, or which a field of the spec stands for.
var decidedBySpec = []string{
	"port", "bind", "protected-mode", "dir", "daemonize", "supervised", "pidfile", "logfile",
	"appendonly", "requirepass", "masterauth", "primaryauth", "replicaof", "slaveof",
	"replica-announce-ip", "replica-announce-port", "slave-announce-ip", "slave-announce-port",
	"replica-priority", "slave-priority", "min-replicas-to-write", "min-slaves-to-write",
	"tls-port", "tls-replication", "tls-cert-file", "tls-key-file", "tls-ca-cert-file", "tls-auth-clients",
	"include", "sentinel", "resolve-hostnames", "announce-hostnames",
}

// directives keeps what the redis.conf of a server says. What they mean for other
// fields is read here; the rest waits for fill.
func (d *draft) directives(s *lint.Server) {
	if n, from := s.Port(); n > 0 && n != 6379 && from.Exists() {
		d.result.dropped(from.Place.Span, "port %d: Redis listens on 6379 in every generated tree", n)
	}
	for _, name := range []string{"min-replicas-to-write", "min-slaves-to-write"} {
		if n, ok := s.Last(name).Arg(0).Int(); ok && n > 0 {
			d.spec.set(number(n), s.Last(name).Arg(0).Place.Span, "redis", "minReplicasToWrite")
		}
	}
	if p, ok := s.Last("tls-port").Arg(0).Int(); ok && p > 0 {
		d.tls(s)
	}
	for _, x := range s.Directives {
		switch {
		case x.Name == "user" || x.Name == "aclfile":
			d.result.dropped(x.AtKey("").Span, "%s: the gateway cannot send a user name to Sentinel and Redis; the default user has the password of redis.auth", x.Name)
		case slices.Contains(decidedBySpec, x.Name) || len(x.Args) == 0:
		case slices.ContainsFunc(x.Args, func(a lint.Arg) bool { return !a.Known }):
			d.result.dropped(x.AtKey("").Span, "%s: its value is put in at the start", x.Name)
		default:
			d.conf = append(d.conf, directive{x.Name, rest(x), x.AtKey("").Span})
		}
	}
	if !s.Complete && d.part == "" {
		d.result.decided(at(s), "%s reads settings that are not in the files, from a script or the image: compare CONFIG GET * of a running Redis with redis.config", s.Name())
	}
}

// rest is what stands behind a directive's name, with quotes where Redis needs
// them.
func rest(x *lint.Directive) string {
	var words []string
	for _, a := range x.Args {
		words = append(words, redisconf.Quote(a.Text))
	}
	return strings.Join(words, " ")
}

// tls keeps the Secret with the certificate.
func (d *draft) tls(s *lint.Server) {
	d.spec.set(boolean(true), s.Last("tls-port").At("").Span, "redis", "tls", "enabled")
	file := s.Last("tls-cert-file").Arg(0)
	if name := s.Container.File(file.Text).Volume.Get("secret", "secretName"); name.Exists() {
		d.text(name.Text(), name.Span(), "redis", "tls", "secretName")
		return
	}
	d.result.decided(file.Place.Span, "the Secret with the certificate is not known: redis.tls.secretName takes the default")
}

// config adds the directives that the generated redis.conf does not have yet.
func (d *draft) config(files fs.FS) {
	have := generatedConf(files, d.name)
	lines := map[string][]string{}
	var order []directive
	for _, x := range d.conf {
		if _, ok := lines[x.name]; !ok {
			order = append(order, x)
		}
		if !repeats(x.name) {
			lines[x.name] = nil // the last one wins
		}
		lines[x.name] = append(lines[x.name], x.rest)
	}
	for _, x := range order {
		list := lines[x.name]
		if slices.Equal(have[x.name], list) {
			continue
		}
		v := directiveValue(list[0])
		if len(list) > 1 {
			v = yamledit.Value{Kind: yamledit.List}
			for _, l := range list {
				v.Items = append(v.Items, directiveValue(l))
			}
		}
		d.spec.set(v, x.from, "redis", "config", x.name)
	}
}

// repeats tells directives of which every line counts.
func repeats(name string) bool {
	switch name {
	case "client-output-buffer-limit", "save", "rename-command", "loadmodule", "oom-score-adj-values":
		return true
	}
	return false
}

// directiveValue writes a plain number as one.
func directiveValue(text string) yamledit.Value {
	if v, err := yamledit.FromYAML(text); err == nil && v.Tag == "!!int" && v.Text == text && !strings.HasPrefix(text, "0") {
		return v
	}
	return yamledit.Text(text)
}

// generatedConf is the redis.conf of an environment, by the names of its
// directives.
func generatedConf(files fs.FS, env string) map[string][]string {
	data, err := fs.ReadFile(files, "overlays/"+env+"/redis.conf")
	if err != nil {
		if data, err = fs.ReadFile(files, "base/redis.conf"); err != nil {
			return nil
		}
	}
	lines := map[string][]string{}
	for _, x := range redisconf.Parse(string(data)).Directives {
		var words []string
		for _, a := range x.Args {
			words = append(words, redisconf.Quote(a.Text))
		}
		lines[x.Name] = append(lines[x.Name], strings.Join(words, " "))
	}
	return lines
}
