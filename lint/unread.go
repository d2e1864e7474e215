package lint

import (
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// An UnreadConf is a configuration that a container mounts and its server is
// not started on.
type UnreadConf struct {
	// Path is where the container has it, Key the ConfigMap's key, Object what
	// holds its text.
	Path, Key string
	Object    *repo.Object
	// Mount is the entry of the container's volumeMounts.
	Mount repo.Value
}

// Unread returns the configurations that are mounted for the server and not
// read by it: of its own kind, Redis or Sentinel, while nothing is at the path
// that it is started on, or it is started on none. It is empty if a script or
// an init container may bring them into use.
func (s *Server) Unread() []UnreadConf { return s.unread }

// findUnread fills unread; what such a server reads is not known.
func (s *Server) findUnread(l launch) {
	if len(s.Confs) > 0 || l.script != "" || s.Made {
		return
	}
	if s.ConfPath != "" && (s.Conf.Kind != "image" || s.Conf.Mount.Exists()) {
		return
	}
	c := s.Container
	for _, w := range c.Workload.Containers {
		if w.Init {
			s.unreadMade() // or it may put the file where it belongs
			return
		}
	}
	for _, m := range c.mountedKeys() {
		conf := redisconf.Parse(m.text.Text())
		if !strings.HasSuffix(m.key, ".conf") || isSentinelConf(conf) != s.Sentinel || !looksLikeConf(conf, s) {
			continue
		}
		if s.ConfPath == "" && strings.HasPrefix(m.path, "/docker-entrypoint") {
			continue
		}
		s.unread = append(s.unread, UnreadConf{m.path, m.key, m.config.Object, c.mountAt(m.path)})
	}
	if len(s.unread) > 0 {
		s.Complete = false
	}
}

// unreadMade finds the file that an init container puts on a volume, while the
// server is started on a path of the image, which holds no such file: the
// official images have no configuration at all.
func (s *Server) unreadMade() {
	c := s.Container
	if s.ConfPath == "" || !isServerImage(c.Image.Repository) {
		return
	}
	for mount := range c.Value.Get("volumeMounts").Elements() {
		path := strings.TrimRight(mount.Get("mountPath").Text(), "/") + "/" + baseName(s.ConfPath)
		m := c.made(path, launch{})
		if !m.touched || len(m.parts) != 1 || isSentinelConf(redisconf.Parse(m.parts[0].conf)) != s.Sentinel {
			continue
		}
		s.unread = append(s.unread, UnreadConf{path, baseName(path), m.parts[0].object, mount})
		s.Complete = false
		return
	}
}

// looksLikeConf tells whether most lines are directives of the server.
func looksLikeConf(f *redisconf.File, s *Server) bool {
	mode := redisconf.ServerMode
	if s.Sentinel {
		mode = redisconf.SentinelMode
	}
	known := 0
	for i := range f.Directives {
		ok := true
		for _, p := range redisconf.Check(s.Version, mode, &f.Directives[i]) {
			ok = ok && p.Kind != redisconf.UnknownDirective
		}
		if ok {
			known++
		}
	}
	return known > 0 && known*2 > len(f.Directives)
}

// judgeProgram takes a server for what its file is for: redis-server on the
// file of a Sentinel, or redis-sentinel on that of a Redis, is one mistake, and
// nothing else about the group is changed by it.
func (s *Server) judgeProgram() {
	sentinel, data := 0, 0
	for _, d := range s.Directives {
		switch d.Name {
		case "sentinel":
			sentinel++
		case "appendonly", "save", "masterauth", "replicaof", "slaveof", "maxmemory", "replica-announce-ip":
			data++
		}
	}
	switch {
	case !s.Sentinel && data == 0 && sentinel > 0 && 2*sentinel >= len(s.Directives):
		s.Sentinel, s.WrongProgram = true, true
	case s.Sentinel && sentinel == 0 && data > 0 && s.Complete:
		s.Sentinel, s.WrongProgram = false, true
	}
}

// mountAt returns the volumeMounts entry through which the container has a path.
func (c *Container) mountAt(path string) repo.Value { return c.File(path).Mount }
