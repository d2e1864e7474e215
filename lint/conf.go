package lint

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// maxIncludes bounds include directives that include one another, maxConfs all
// files of a server: two that each include both would be 2^8.
const (
	maxIncludes = 8
	maxConfs    = 64
)

// readConf reads the file named on the command line: straight from a mounted
// ConfigMap or Secret, or from what the init containers and the start script
// put there.
func (s *Server) readConf(l launch) {
	if s.Conf.Text.Exists() {
		s.add(s.Conf, s.ConfPath, nil, maxIncludes)
		return
	}
	if s.Conf.Kind == "configMap" || s.Conf.Kind == "secret" || s.Conf.Kind == "projected" {
		s.Complete = false // a key or an object that is not there: manifest/* tell
		return
	}
	m := s.Container.made(s.ConfPath, l)
	s.Made = m.touched
	s.Complete = s.Complete && m.complete
	for _, part := range m.parts {
		s.addText(part.object, part.text, part.base, part.conf, s.ConfPath, m.edited, maxIncludes)
	}
}

// mountedConf is for scripts that make the configuration from a file, or under a
// name, that cannot be followed: the file mounted in the script's container of
// which it speaks, and which looks like what the server reads, tells most of
// what it will read.
func (s *Server) mountedConf(in *Container, script string) {
	s.Complete, s.Made = false, true
	edits := &edit{}
	if in != s.Container {
		edits = &edit{envsubst: true, vars: shellVars{}}
	}
	for _, m := range in.mountedKeys() {
		if !strings.HasSuffix(m.key, ".conf") || !in.mentions(script, m.key) {
			continue
		}
		conf := redisconf.Parse(m.text.Text())
		if isSentinelConf(conf) != s.Sentinel {
			continue
		}
		s.addText(m.config.Object, m.text, 0, m.text.Text(), m.path, edits, maxIncludes)
	}
}

// mentions tells whether a script of the container, or one that is mounted
// beside it, names the file.
func (c *Container) mentions(script, name string) bool {
	if strings.Contains(script, name) {
		return true
	}
	for _, m := range c.mountedKeys() {
		if strings.HasSuffix(m.key, ".sh") && strings.Contains(script, m.key) && strings.Contains(m.text.Text(), name) {
			return true
		}
	}
	return false
}

// initScript returns the script that an init container runs.
func (c *Container) initScript() (string, bool) {
	if !c.Init {
		return "", false
	}
	words := c.words()
	for i, word := range words {
		if isShell(baseName(word.Text)) {
			script, _, ok := c.script(words[i+1:])
			return script, ok
		}
	}
	return "", false
}

func isSentinelConf(f *redisconf.File) bool {
	for _, d := range f.Directives {
		if d.Name == "sentinel" {
			return true
		}
	}
	return false
}

func (s *Server) add(f File, path string, e *edit, depth int) {
	text := f.Text.Text()
	s.addText(f.Config.Object, f.Text, 0, text, path, e, depth)
}

// addText adds the directives of a text, following includes.
func (s *Server) addText(o *repo.Object, at repo.Value, base int, text, path string, e *edit, depth int) {
	if !s.Container.facts.mayRead(o, at, len(text)) {
		s.Complete = false
		return
	}
	c := &Conf{File: redisconf.Parse(text), Object: o, Text: at, Base: base, Path: path}
	s.Confs = append(s.Confs, c)
	s.bound(c)
	if expanded(c.File, text, e) {
		s.Complete = false
	}
	directives := make([]Directive, len(c.Directives))
	s.Directives = slices.Grow(s.Directives, len(directives))
	for i := range c.Directives {
		raw, d := &c.Directives[i], &directives[i]
		line := c.lineOf(raw)
		*d = Directive{Name: raw.Name, Raw: raw, conf: c, key: line.place(&raw.Key)}
		if len(raw.Args) > 0 {
			d.Args = make([]Arg, len(raw.Args))
		}
		for j := range raw.Args {
			w, a := &raw.Args[j], &d.Args[j]
			a.Text, a.Known, a.Place = w.Text, !e.changes(w.Text), line.place(w)
			if !a.Known {
				s.Container.fill(a, e)
				if a.Known {
					w.Text = a.Text // what the server will read there
				}
				a.IsName = !a.Known && e.envsubst && s.Container.makesName(a.Text, e.vars, maxSteps)
			}
		}
		s.Directives = append(s.Directives, d)
		if d.Name != "include" || s.Sentinel {
			continue
		}
		if depth == 0 || len(s.Confs) >= maxConfs || s.read >= maxServed {
			s.Complete = false
			s.Container.facts.Stop(d.At(""), "include less", "this file was not read: a server reads at most %d files, %d deep in each other, with at most %d directives", maxConfs, maxIncludes, maxServed)
			continue
		}
		f := s.Container.File(d.Arg(0).Text)
		if !f.Text.Exists() {
			s.Complete = false
			continue
		}
		s.add(f, d.Arg(0).Text, e, depth-1)
	}
}

// bound drops what a configuration holds beyond the limits of a server.
func (s *Server) bound(c *Conf) {
	room, monitors := max(maxServed-s.read, 0), 0
	for i := range c.Directives {
		if i >= room {
			s.cut(c, i, "a server reads at most %d directives, the limit for one server; from here on they were not read", maxServed)
			break
		}
		if d := &c.Directives[i]; d.Name == "sentinel" && len(d.Args) > 0 && strings.EqualFold(d.Args[0].Text, "monitor") {
			if monitors++; monitors > maxMonitors {
				s.cut(c, i, "a Sentinel watches at most %d masters, the limit for one Sentinel; from here on the file was not read", maxMonitors)
				break
			}
		}
	}
	if len(c.Errors) > maxServed {
		at := c.Errors[maxServed]
		s.Container.facts.Stop(c.Place(at.Offset, at.End, ""), "split the file", "more than %d lines of this file cannot be read, the limit for one server; from here on they are not told", maxServed)
		c.Errors = c.Errors[:maxServed]
	}
	s.read += len(c.Directives)
	s.Container.facts.spent.directives += len(c.Directives)
}

// cut drops the directives of a configuration from one on.
func (s *Server) cut(c *Conf, from int, format string, args ...any) {
	at := c.Directives[from].Key
	s.Complete = false
	s.Container.facts.Stop(c.Place(at.Offset, at.End, ""), "split the file", format, args...)
	c.Directives = c.Directives[:from]
}

// An edit is what a script does to a text before the server reads it.
type edit struct {
	envsubst bool
	vars     shellVars // of the scripts
	scripts  []string  // of sed and the like
	size     int       // of scripts, in bytes
	learnt   []*shellCommand
}

// run adds a script of sed and the like. Beyond maxEdits nothing is known of what
// they change.
func (e *edit) run(script string) {
	if e.size += len(script); e.size <= maxEdits {
		e.scripts = append(e.scripts, script)
	}
}

// changes tells whether the edit may put something else in place of a word. A
// nil edit changes nothing.
func (e *edit) changes(word string) bool {
	if e == nil {
		return false
	}
	if e.envsubst && strings.Contains(word, "$") || e.size > maxEdits {
		return true
	}
	for _, s := range e.scripts {
		if len(word) > 2 && strings.Contains(s, word) {
			return true
		}
		// sed -e "s/__PASSWORD__/$PASSWORD/": the word holds the pattern.
		for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '|' || r == '#' || r == ',' || r == '@' || r == '~' }) {
			if len(part) > 3 && strings.Contains(word, strings.ReplaceAll(part, `\`, "")) {
				return true
			}
		}
	}
	return false
}

// script returns the script that a shell is given: sh -c SCRIPT or sh FILE.
func (c *Container) script(words []Arg) (string, source, bool) {
	for i, w := range words {
		switch {
		case strings.HasPrefix(w.Text, "-") && strings.HasSuffix(w.Text, "c") && i+1 < len(words):
			return words[i+1].Text, source{c.Workload.Object, c.valueAt(words[i+1].Place)}, true
		case strings.HasPrefix(w.Text, "-"):
		default:
			f := c.File(w.Text)
			if f.Text.Exists() {
				return f.Text.Text(), source{f.Config.Object, f.Text}, true
			}
			return "", source{}, false
		}
	}
	return "", source{}, false
}
