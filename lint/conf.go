package lint

import (
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// maxIncludes bounds include directives that include one another.
const maxIncludes = 8

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

// mountedConf is for start scripts that make their configuration under a name
// that cannot be followed: the mounted file of which the script speaks, and
// which looks like what the server reads, tells most of what it will read.
func (s *Server) mountedConf(l launch) {
	s.Complete, s.Made = false, true
	for _, m := range s.Container.mountedKeys() {
		if !strings.HasSuffix(m.key, ".conf") || !s.mentions(l, m.key) {
			continue
		}
		conf := redisconf.Parse(m.text.Text())
		if isSentinelConf(conf) != s.Sentinel {
			continue
		}
		s.addText(m.config.Object, m.text, 0, m.text.Text(), m.path, &edit{}, maxIncludes)
	}
}

// mentions tells whether the start script, or a script mounted beside it,
// names the file.
func (s *Server) mentions(l launch, name string) bool {
	if strings.Contains(l.script, name) {
		return true
	}
	for _, m := range s.Container.mountedKeys() {
		if strings.HasSuffix(m.key, ".sh") && strings.Contains(l.script, m.key) && strings.Contains(m.text.Text(), name) {
			return true
		}
	}
	return false
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
	for i := range c.Directives {
		raw := &c.Directives[i]
		d := &Directive{Name: raw.Name, Raw: raw, conf: c, key: c.Place(raw.Key.Offset, raw.Key.End, "")}
		for j := range raw.Args {
			w := &raw.Args[j]
			a := Arg{Text: w.Text, Known: !e.changes(w.Text), Place: c.Place(w.Offset, w.End, "")}
			if !a.Known {
				s.Container.fill(&a, e)
				if a.Known {
					w.Text = a.Text // what the server will read there
				}
			}
			d.Args = append(d.Args, a)
		}
		s.Directives = append(s.Directives, d)
		if d.Name != "include" || s.Sentinel {
			continue
		}
		f := s.Container.File(d.Arg(0).Text)
		if depth == 0 || !f.Text.Exists() {
			s.Complete = false
			continue
		}
		s.add(f, d.Arg(0).Text, e, depth-1)
	}
}

// An edit is what a script does to a text before the server reads it.
type edit struct {
	envsubst bool
	scripts  []string // of sed and the like
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

// making is how a file comes to be.
type making struct {
	parts    []part
	edited   *edit
	touched  bool
	complete bool
}

type part struct {
	object *repo.Object
	text   repo.Value
	base   int
	conf   string
}

// made follows what the init containers, and then the script that starts the
// server, do to a file: cp, cat, mv, tee, here-documents, sed, envsubst, echo.
func (c *Container) made(path string, l launch) making {
	m := making{complete: true}
	volume, rel := c.where(path)
	for _, w := range c.Workload.Containers {
		if !w.Init {
			continue
		}
		words := w.words()
		for i, word := range words {
			switch {
			case isShell(baseName(word.Text)):
				if script, at, ok := w.script(words[i+1:]); ok {
					m.follow(w, parseShell(script), at, volume, rel)
				}
			case baseName(word.Text) == "cp" && i == 0:
				m.follow(w, []shellCommand{{words: plainWords(words)}}, source{}, volume, rel)
			default:
				continue
			}
			break
		}
	}
	if l.script != "" {
		m.follow(c, parseShell(l.script), l.scriptAt, volume, rel)
	}
	if !m.touched {
		m.complete = false // in the image, or put on the volume by someone else
	}
	return m
}

func plainWords(words []Arg) []shellWord {
	var out []shellWord
	for _, w := range words {
		out = append(out, shellWord{text: w.Text, dynamic: !w.Known})
	}
	return out
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

// where returns the volume that a path is on, and the path within it; in a
// container without a volume there, the volume is "".
func (c *Container) where(path string) (volume, rel string) {
	best := -1
	rel = path
	for _, m := range c.Value.Get("volumeMounts").Items() {
		at := strings.TrimRight(m.Get("mountPath").Text(), "/")
		if (path == at || strings.HasPrefix(path, at+"/")) && len(at) > best {
			best, volume = len(at), m.Get("name").Text()
			rel = strings.Trim(strings.Trim(m.Get("subPath").Text(), "/")+"/"+strings.TrimPrefix(path[len(at):], "/"), "/")
		}
	}
	return volume, rel
}

// follow looks for the commands that write the file at rel on the volume, as
// the container c sees it.
func (m *making) follow(c *Container, commands []shellCommand, at source, volume, rel string) {
	is := func(w shellWord) bool {
		if w.dynamic || !strings.HasPrefix(w.text, "/") {
			return false
		}
		v, r := c.where(w.text)
		return v == volume && r == rel
	}
	for n, cmd := range commands {
		args := cmd.words
		if len(args) > 0 {
			args = args[1:]
		}
		for i, target := range cmd.redirects {
			if is(target) {
				m.write(c, commands, n, at, cmd.appends[i])
			}
		}
		if len(args) == 0 {
			continue
		}
		last := args[len(args)-1]
		switch cmd.name() {
		case "cp", "mv", "install":
			for _, src := range args[:len(args)-1] {
				if strings.HasPrefix(src.text, "-") {
					continue
				}
				into := last
				into.text = strings.TrimRight(last.text, "/") + "/" + baseName(src.text)
				if is(last) || is(into) {
					m.replace()
					m.copy(c, src)
				}
			}
		case "sed":
			if is(last) {
				m.touched = true
				m.edit().scripts = append(m.edit().scripts, joinWords(args[:len(args)-1]))
				m.complete = m.complete && keepsLines("sed", args[:len(args)-1])
			}
		case "tee":
			if is(last) {
				m.write(c, commands, n, at, args[0].text == "-a")
			}
		}
	}
}

func (m *making) edit() *edit {
	if m.edited == nil {
		m.edited = &edit{}
	}
	return m.edited
}

func (m *making) replace() { m.touched, m.complete, m.parts, m.edited = true, true, nil, nil }

// copy takes over the text of a file.
func (m *making) copy(c *Container, src shellWord) {
	if src.dynamic {
		m.complete = false
		return
	}
	f := c.File(src.text)
	if !f.Text.Exists() {
		m.complete = false
		return
	}
	m.parts = append(m.parts, part{f.Config.Object, f.Text, 0, f.Text.Text()})
}

// write takes over what a command prints into the file.
func (m *making) write(c *Container, commands []shellCommand, i int, at source, add bool) {
	if !add {
		m.replace()
	}
	m.touched = true
	m.prints(c, commands, i, at)
}

// prints takes over what the command at i prints.
func (m *making) prints(c *Container, commands []shellCommand, i int, at source) {
	cmd := commands[i]
	var args []shellWord
	if len(cmd.words) > 0 {
		args = cmd.words[1:]
	}
	switch cmd.name() {
	case "cat", "tee", "":
		files := 0
		for _, a := range args {
			if !strings.HasPrefix(a.text, "-") && cmd.name() == "cat" {
				m.copy(c, a)
				files++
			}
		}
		if files == 0 {
			m.reads(c, commands, i, at)
		}
	case "sed", "envsubst", "awk":
		m.complete = m.complete && keepsLines(cmd.name(), args)
		if cmd.name() == "envsubst" {
			m.edit().envsubst = true
		} else {
			m.edit().scripts = append(m.edit().scripts, joinWords(args))
		}
		if n := len(args); n > 0 && strings.HasPrefix(args[n-1].text, "/") {
			m.copy(c, args[n-1])
		} else {
			m.reads(c, commands, i, at)
		}
	case "echo":
		for len(args) > 0 && strings.HasPrefix(args[0].text, "-") {
			args = args[1:]
		}
		if len(args) == 1 {
			// The line stands in the script word for word, but for its quotes.
			w := args[0]
			raw := at.value.Text()
			if i := strings.Index(raw[min(w.start, len(raw)):min(w.end, len(raw))], w.text); i >= 0 && w.text != "" {
				m.edit().envsubst = m.edit().envsubst || w.dynamic
				m.parts = append(m.parts, part{at.object, at.value, w.start + i, w.text})
				return
			}
		}
		m.complete = false
	default:
		m.complete = false
	}
}

// reads takes over what the command at i reads: a here-document, a file, or what
// the command before it prints.
func (m *making) reads(c *Container, commands []shellCommand, i int, at source) {
	cmd := commands[i]
	switch {
	case cmd.hasHeredoc:
		if !cmd.heredocQuoted {
			m.edit().envsubst = true
		}
		m.parts = append(m.parts, part{at.object, at.value, cmd.heredocAt, cmd.heredoc})
	case cmd.input.text != "" && cmd.name() != "": // not that of a loop
		m.copy(c, cmd.input)
	case cmd.piped && i > 0:
		m.prints(c, commands, i-1, at)
	default:
		m.complete = false
	}
}

// keepsLines tells whether a command changes words at most: envsubst, or sed with
// nothing but substitutions. It adds and drops no directive then.
func keepsLines(name string, args []shellWord) bool {
	if name == "envsubst" {
		return true
	}
	if name != "sed" {
		return false
	}
	substitutions := 0
	for _, a := range args {
		switch {
		case strings.HasPrefix(a.text, "-"), strings.HasPrefix(a.text, "/") && !strings.HasSuffix(a.text, "/d"):
		case len(a.text) > 3 && a.text[0] == 's' && strings.IndexByte("/|#,@~!:", a.text[1]) >= 0 && !strings.Contains(a.text, `\n`):
			substitutions++
		default:
			return false
		}
	}
	return substitutions > 0
}

func joinWords(words []shellWord) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(w.text + " ")
	}
	return b.String()
}
