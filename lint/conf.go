package lint

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// maxIncludes bounds include directives that include one another, maxConfs all
// files of a server: two that each include both would be 2^8. No file is included
// any more where those that were read hold maxDirectives.
const (
	maxIncludes   = 8
	maxConfs      = 64
	maxDirectives = 10_000
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
	c := &Conf{File: redisconf.Parse(text), Object: o, Text: at, Base: base, Path: path}
	s.Confs = append(s.Confs, c)
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
		f := s.Container.File(d.Arg(0).Text)
		if depth == 0 || s.readsMuch() || !f.Text.Exists() {
			s.Complete = false
			continue
		}
		s.add(f, d.Arg(0).Text, e, depth-1)
	}
}

// readsMuch tells whether no more files are included: a long one that includes
// itself would be read maxConfs times.
func (s *Server) readsMuch() bool {
	read := 0
	for _, c := range s.Confs {
		read += len(c.Directives)
	}
	return len(s.Confs) >= maxConfs || read >= maxDirectives
}

// An edit is what a script does to a text before the server reads it.
type edit struct {
	envsubst bool
	vars     shellVars // of the scripts
	scripts  []string  // of sed and the like
}

// changes tells whether the edit may put something else in place of a word. A
// nil edit changes nothing.
func (e *edit) changes(word string) bool {
	if e == nil {
		return false
	}
	if e.envsubst && strings.Contains(word, "$") {
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
