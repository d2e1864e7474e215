package lint

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// maxSteps bounds files that are made of files that are made.
const maxSteps = 4

// A step is one command that a container of the pod runs before the server, or
// that starts it.
type step struct {
	container *Container
	commands  []shellCommand // of its script
	at        int            // the index of the command
	source    source
}

func (s step) command() shellCommand { return s.commands[s.at] }

// A making is how a file comes to be.
type making struct {
	parts    []part
	edited   *edit
	touched  bool
	complete bool

	depth int
}

// A part is one text of a file that is made.
type part struct {
	object *repo.Object
	text   repo.Value
	base   int
	conf   string
}

// made follows what the init containers, and then the script that starts the
// server, do to a file: cp, cat, mv, tee, here-documents, sed, envsubst, echo.
func (c *Container) made(path string, l launch) making {
	m := c.follow(c.steps(l), path, maxSteps)
	if !m.touched {
		m.complete = false // in the image, or put on the volume by someone else
	}
	return m
}

// steps returns the commands of the init containers, and then those of the
// script that starts the server, with those of the scripts that they run.
func (c *Container) steps(l launch) []step {
	var all []step
	for _, w := range c.Workload.Containers {
		if !w.Init {
			continue
		}
		words := w.words()
		for i, word := range words {
			switch {
			case isShell(baseName(word.Text)):
				if script, at, ok := w.script(words[i+1:]); ok {
					all = w.addSteps(all, w.parse(script, at), at, maxSteps)
				}
			case i == 0 && (baseName(word.Text) == "cp" || strings.HasPrefix(word.Text, "/")):
				all = w.addSteps(all, []shellCommand{{words: plainWords(words)}}, source{}, maxSteps)
			default:
				continue
			}
			break
		}
	}
	if l.script != "" {
		all = c.addSteps(all, c.parse(l.script, l.scriptAt), l.scriptAt, maxSteps)
	}
	return all
}

func (c *Container) addSteps(all []step, commands []shellCommand, at source, depth int) []step {
	for i, cmd := range commands {
		if !c.mayFollow(1) {
			break
		}
		all = append(all, step{c, commands, i, at})
		if depth == 0 {
			continue
		}
		if path, ok := cmd.runsScript(); ok {
			if text, from, ok := c.textAt(all, path); ok {
				all = c.addSteps(all, c.parse(text, from), from, depth-1)
			}
		}
	}
	return all
}

// runsScript returns the file that a command runs or reads in: sh FILE, . FILE,
// /FILE.
func (c shellCommand) runsScript() (string, bool) {
	if len(c.words) > 0 && strings.HasPrefix(c.words[0].text, "/") && !isShell(c.name()) {
		return c.words[0].text, !c.words[0].dynamic
	}
	if name := c.name(); !isShell(name) && name != "." && name != "source" {
		return "", false
	}
	for _, w := range c.words[1:] {
		switch {
		case strings.HasPrefix(w.text, "-") && strings.HasSuffix(w.text, "c"), w.dynamic:
			return "", false
		case !strings.HasPrefix(w.text, "-"):
			return w.text, true
		}
	}
	return "", false
}

// textAt returns the text that a container finds at a path after some steps, if
// it is that of one ConfigMap or Secret.
func (c *Container) textAt(before []step, path string) (string, source, bool) {
	if f := c.File(path); f.Text.Exists() {
		return f.Text.Text(), source{f.Config.Object, f.Text}, true
	}
	if !strings.HasPrefix(path, "/") {
		return "", source{}, false
	}
	m := c.follow(before, path, 1)
	if len(m.parts) != 1 || m.parts[0].base != 0 || m.edited != nil {
		return "", source{}, false
	}
	return m.parts[0].conf, source{m.parts[0].object, m.parts[0].text}, true
}

func plainWords(words []Arg) []shellWord {
	var out []shellWord
	for _, w := range words {
		out = append(out, shellWord{text: w.Text, dynamic: !w.Known})
	}
	return out
}

// where returns the volume that a path is on, and the path within it; in a
// container without a volume there, the volume is "".
func (c *Container) where(path string) (volume, rel string) {
	best := -1
	rel = path
	mounts := c.Value.Get("volumeMounts")
	if !c.mayFollow(looksThrough(mounts)) {
		return volume, rel
	}
	for m := range mounts.Elements() {
		at := strings.TrimRight(m.Get("mountPath").Text(), "/")
		if (path == at || strings.HasPrefix(path, at+"/")) && len(at) > best {
			best, volume = len(at), m.Get("name").Text()
			rel = strings.Trim(strings.Trim(m.Get("subPath").Text(), "/")+"/"+strings.TrimPrefix(path[len(at):], "/"), "/")
		}
	}
	return volume, rel
}

// follow looks for the steps that write the file at a path of the container.
func (c *Container) follow(steps []step, path string, depth int) making {
	m := making{complete: true, depth: depth}
	volume, rel := c.where(path)
	for i, s := range steps {
		if !c.mayFollow(1) {
			m.complete = false
			break
		}
		m.step(steps[:i], s, volume, rel)
	}
	return m
}

// step takes over what a step does to the file at rel on a volume.
func (m *making) step(before []step, s step, volume, rel string) {
	is := func(w shellWord) bool {
		if w.dynamic || !strings.HasPrefix(w.text, "/") {
			return false
		}
		v, r := s.container.where(w.text)
		return v == volume && r == rel
	}
	cmd := s.command()
	for i, target := range cmd.redirects {
		if is(target) {
			m.write(before, s, cmd.appends[i])
		}
	}
	if len(cmd.words) < 2 {
		return
	}
	args := cmd.words[1:]
	last := args[len(args)-1]
	switch cmd.name() {
	case "cp", "mv", "install":
		for _, from := range args[:len(args)-1] {
			if src, ok := copied(from, last, baseName(rel), is); ok {
				m.replace(func() { m.copy(before, s.container, src) })
			}
		}
	case "sed":
		if is(last) {
			m.touched = true
			m.edit().learn(s)
			m.edit().run(joinWords(args[:len(args)-1]))
			m.complete = m.complete && keepsLines("sed", args[:len(args)-1])
		}
	case "tee":
		if is(last) {
			m.write(before, s, args[0].text == "-a")
		}
	}
}

// copied tells whether cp FROM TO writes the file that is looked for, whose name
// is base, and returns what it is a copy of.
func copied(from, to shellWord, base string, is func(shellWord) bool) (shellWord, bool) {
	if strings.HasPrefix(from.text, "-") {
		return from, false
	}
	folder := strings.TrimRight(to.text, "/") + "/"
	for _, all := range []string{"/*", "/."} { // every file of a folder
		if dir, ok := strings.CutSuffix(from.text, all); ok && !from.dynamic {
			to.text = folder + base
			from.text = dir + "/" + base
			return from, is(to)
		}
	}
	if is(to) {
		return from, true
	}
	to.text = folder + baseName(from.text)
	return from, is(to)
}

func (m *making) edit() *edit {
	if m.edited == nil {
		m.edited = &edit{}
	}
	return m.edited
}

// replace begins the file anew. A script that writes it twice, and not from what
// it was, does so in two branches: which it is nobody can tell.
func (m *making) replace(fill func()) {
	old := m.parts
	m.touched, m.complete, m.parts, m.edited = true, true, nil, nil
	fill()
	for i, p := range old {
		if i >= len(m.parts) || m.parts[i].base != p.base || m.parts[i].text.Span() != p.text.Span() {
			m.complete = false
		}
	}
}

// copy takes over the text of a file: a mounted one, or one that was made
// before.
func (m *making) copy(before []step, c *Container, src shellWord) {
	if src.dynamic {
		m.complete = false
		return
	}
	if f := c.File(src.text); f.Text.Exists() {
		m.parts = append(m.parts, part{f.Config.Object, f.Text, 0, f.Text.Text()})
		return
	}
	if m.depth == 0 {
		m.complete = false
		return
	}
	m.take(c.follow(before, src.text, m.depth-1))
}

// take takes over another file that is made.
func (m *making) take(sub making) {
	m.complete = m.complete && sub.touched && sub.complete
	m.parts = append(m.parts, sub.parts...)
	if sub.edited != nil {
		m.edit().know(sub.edited.vars)
		m.edit().envsubst = m.edit().envsubst || sub.edited.envsubst
		for _, script := range sub.edited.scripts {
			m.edit().run(script)
		}
	}
}

// write takes over what a command prints into the file.
func (m *making) write(before []step, s step, add bool) {
	m.touched = true
	if add {
		m.prints(before, s)
	} else {
		m.replace(func() { m.prints(before, s) })
	}
}

// prints takes over what a command prints.
func (m *making) prints(before []step, s step) {
	cmd := s.command()
	var args []shellWord
	if len(cmd.words) > 0 {
		args = cmd.words[1:]
	}
	switch cmd.name() {
	case "cat", "tee", "":
		files := 0
		for _, a := range args {
			if !strings.HasPrefix(a.text, "-") && cmd.name() == "cat" {
				m.copy(before, s.container, a)
				files++
			}
		}
		if files == 0 {
			m.reads(before, s)
		}
	case "sed", "envsubst", "awk":
		m.edit().learn(s)
		m.complete = m.complete && keepsLines(cmd.name(), args)
		if cmd.name() == "envsubst" {
			m.edit().envsubst = true
		} else {
			m.edit().run(joinWords(args))
		}
		if n := len(args); n > 0 && strings.HasPrefix(args[n-1].text, "/") {
			m.copy(before, s.container, args[n-1])
		} else {
			m.reads(before, s)
		}
	case "echo":
		for len(args) > 0 && strings.HasPrefix(args[0].text, "-") {
			args = args[1:]
		}
		if len(args) == 1 {
			// The line stands in the script word for word, but for its quotes.
			w, raw := args[0], s.source.value.Text()
			if i := strings.Index(raw[min(w.start, len(raw)):min(w.end, len(raw))], w.text); i >= 0 && w.text != "" {
				m.edit().envsubst = m.edit().envsubst || w.dynamic
				m.text(before, s, w.start+i, w.text)
				return
			}
		}
		m.complete = false
	default:
		m.complete = false
	}
}

// reads takes over what a command reads: a here-document, a file, or what the
// command before it prints.
func (m *making) reads(before []step, s step) {
	cmd := s.command()
	switch {
	case cmd.hasHeredoc:
		if !cmd.heredocQuoted {
			m.edit().envsubst = true
		}
		m.text(before, s, cmd.heredocAt, cmd.heredoc)
	case cmd.input.text != "" && cmd.name() != "": // not that of a loop
		m.copy(before, s.container, cmd.input)
	case cmd.piped && s.at > 0:
		s.at--
		m.prints(before[:max(len(before)-1, 0)], s)
	default:
		m.complete = false
	}
}

// catLine is a line of a text for which the shell puts a file.
var catLine = pattern.New(`(?m)^[ \t]*\$\(cat ([^\s)]+)\)[ \t]*$`)

// learn adds the variables of the script of a step.
func (e *edit) learn(s step) {
	if first := &s.commands[0]; !slices.Contains(e.learnt, first) {
		e.learnt = append(e.learnt, first)
		e.know(s.container.facts.assignments(s.commands))
	}
}

// know adds the variables of another script; one that both set is not known.
func (e *edit) know(vars shellVars) {
	if e.vars == nil {
		e.vars = shellVars{}
	}
	for name, w := range vars {
		if old, ok := e.vars[name]; ok && old != nil && w != nil && *old != *w {
			w = nil
		}
		e.vars[name] = w
	}
}

// text takes over a text of a script, and the files that it reads in.
func (m *making) text(before []step, s step, base int, text string) {
	m.edit().learn(s)
	from := 0
	for _, at := range catLine.FindAllStringSubmatchIndex(text, -1) {
		path := text[at[2]:at[3]]
		sub := making{complete: true, touched: true}
		switch f := s.container.File(path); {
		case f.Kind == "secret":
			continue // a value, not lines
		case f.Text.Exists():
			sub.parts = []part{{f.Config.Object, f.Text, 0, f.Text.Text()}}
		case m.depth == 0:
			continue
		default:
			if sub = s.container.follow(before, path, m.depth-1); !sub.touched {
				continue
			}
		}
		m.parts = append(m.parts, part{s.source.object, s.source.value, base + from, text[from:at[0]]})
		m.take(sub)
		from = at[1]
	}
	m.parts = append(m.parts, part{s.source.object, s.source.value, base + from, text[from:]})
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
