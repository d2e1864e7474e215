package lint

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// serverNames are the programs that run Redis and Sentinel, in Redis and in
// Valkey images.
var serverNames = []string{"redis-server", "valkey-server", "redis-sentinel", "valkey-sentinel"}

// newServers finds out whether a container runs Redis or Sentinel, or both, how
// they are started and what they read.
func newServers(c *Container) []*Server {
	l, ok := c.launch()
	if !ok {
		if s, ok := c.bitnamiServer(); ok {
			return []*Server{s}
		}
		return nil
	}
	var all []*Server
	for _, l := range l.together() {
		s := c.server(l)
		if len(l.branches) > 1 {
			for _, branch := range l.branches {
				if b := c.server(branch); b.Sentinel == s.Sentinel {
					s.Branches = append(s.Branches, b)
				}
			}
		}
		all = append(all, s)
	}
	return all
}

// together splits the launches of a script that starts Redis and Sentinel beside
// each other in one container: one of them in the background, or as a daemon. In
// every other script the launches are branches, of which one is taken.
func (l launch) together() []launch {
	var kinds [2][]launch
	beside := false
	for _, b := range l.branches {
		kind := 0
		if b.isSentinel() {
			kind = 1
		}
		kinds[kind] = append(kinds[kind], b)
		beside = beside || b.goesOn && b.isSentinel() != l.isSentinel()
	}
	if !beside {
		return []launch{l}
	}
	var all []launch
	for _, same := range kinds {
		last := same[0]
		if len(same) > 1 {
			last.branches = same
		}
		all = append(all, last)
	}
	return all
}

func (l launch) isSentinel() bool {
	return strings.HasSuffix(l.program, "-sentinel") || slices.ContainsFunc(l.args, func(a Arg) bool { return a.Text == "--sentinel" })
}

// server reads what a server that is started so is told.
func (c *Container) server(l launch) *Server {
	s := &Server{Container: c, Version: redisconf.ImageVersion(c.Image.Repository, c.Image.Tag), Complete: true}
	if v, ok := collectionVersion(l.path); ok && s.Version.Major == 0 {
		s.Version = v
	}
	s.Sentinel = strings.HasSuffix(l.program, "-sentinel")
	words := l.args
	if len(words) > 0 && !strings.HasPrefix(words[0].Text, "-") {
		s.ConfPathAt = words[0].Place
		if words[0].Known {
			s.ConfPath = words[0].Text
		}
		words = words[1:]
		if s.ConfPath == "" {
			s.Complete, s.Made = false, true
		}
	} else if len(words) > 0 && words[0].Text == "-" {
		s.Complete, words = false, words[1:]
	}
	for i, w := range words {
		if w.Text == "--sentinel" {
			s.Sentinel = true
			words = slices.Delete(slices.Clone(words), i, i+1)
			break
		}
	}
	if s.ConfPath != "" {
		s.Conf = c.File(s.ConfPath)
		s.readConf(l)
	}
	switch {
	case len(s.Confs) > 0 || len(l.args) == 0 || strings.HasPrefix(l.args[0].Text, "--"):
		// Nothing but its options.
	case l.script != "":
		s.mountedConf(c, l.script)
	case s.Made:
		for _, w := range c.Workload.Containers {
			if script, ok := w.initScript(); ok {
				s.mountedConf(w, script)
			}
		}
	}
	if len(l.branches) > 1 {
		s.Complete, s.Made = false, true
	}
	s.findUnread(l)
	s.judgeProgram()
	s.commandLine(words)
	return s
}

// A launch is how a container starts a server.
type launch struct {
	program string
	path    string // of the program, as it is written
	args    []Arg
	// script is the text of the shell script that starts it, "" if the
	// container's command does so itself; scriptAt is where it is written.
	script   string
	scriptAt source
	// goesOn says that the script goes on while the server runs.
	goesOn bool
	// branches are, where the script starts a server in several places, each in
	// its own way, all of them; this is the last.
	branches []launch
}

// A source is a text of the repository.
type source struct {
	object *repo.Object
	value  repo.Value
}

// words returns the command and arguments of a container, with $(VAR)
// replaced as Kubernetes does. They must not be changed.
func (c *Container) words() []Arg {
	if c.said != nil && c.configs == len(c.facts.Configs) {
		return c.said
	}
	command, args := c.Value.Get("command"), c.Value.Get("args")
	n := command.Len() + args.Len()
	c.said, c.saidAt, c.configs = make([]Arg, 0, n), make([]repo.Value, 0, n), len(c.facts.Configs)
	for _, list := range []repo.Value{command, args} {
		for v := range list.Elements() {
			c.said = append(c.said, c.expand(v.Text(), v, v.Span(), "$(", ")"))
			c.saidAt = append(c.saidAt, v)
		}
	}
	return c.said
}

// expand replaces variables in a word of the container's command or script.
// A word that is nothing but one variable takes its reference too.
func (c *Container) expand(text string, at repo.Value, span repo.Span, open, closing string) Arg {
	a := Arg{Text: text, Known: true, Place: place(c.Workload.Object, at, span, "")}
	if !strings.Contains(text, open) {
		return a
	}
	var b strings.Builder
	rest := text
	for {
		before, after, ok := strings.Cut(rest, open)
		b.WriteString(before)
		if !ok {
			break
		}
		name, tail, closed := strings.Cut(after, closing)
		if !closed {
			b.WriteString(open + after)
			break
		}
		rest = tail
		env, ok := c.Env(name)
		switch {
		case ok && env.Known:
			b.WriteString(env.Text)
		default:
			a.Known = false
			b.WriteString(open + name + closing)
		}
		if before == "" && tail == "" && rest == tail && text == open+name+closing {
			a.Ref, a.Written, a.Via = env.Ref, env.Written, &env.Place
		}
	}
	a.Text = b.String()
	return a
}

// launch looks for the command that starts a server.
func (c *Container) launch() (launch, bool) {
	words := c.words()
	command := c.Value.Get("command")
	hasCommand := command.IsList() && command.Len() > 0
	for i, w := range words {
		base := baseName(w.Text)
		switch {
		case slices.Contains(serverNames, base):
			return launch{program: base, path: w.Text, args: words[i+1:]}, true
		case isShell(base):
			return c.shellLaunch(words[i+1:])
		case i == 0 && hasCommand && strings.HasSuffix(base, ".sh"):
			return c.scriptLaunch(w.Text)
		}
	}
	if hasCommand {
		return launch{}, false
	}
	// No command: the image's own entrypoint starts redis-server and takes the
	// arguments as its own (docker-library/redis, docker-entrypoint.sh).
	if v := redisconf.ImageVersion(c.Image.Repository, ""); v.Flavor == redisconf.UnknownFlavor || !isServerImage(c.Image.Repository) {
		return launch{}, false
	}
	return launch{program: "redis-server", args: words}, true
}

// isServerImage tells whether the image's entrypoint is that of the official
// Redis or Valkey images.
func isServerImage(repository string) bool {
	switch strings.TrimPrefix(strings.TrimPrefix(repository, "docker.io/"), "library/") {
	case "redis", "valkey/valkey", "public.ecr.aws/docker/library/redis":
		return true
	}
	return false
}

func isShell(base string) bool {
	switch base {
	case "sh", "bash", "ash", "dash", "busybox":
		return true
	}
	return false
}

// shellLaunch reads sh -c SCRIPT and sh FILE.
func (c *Container) shellLaunch(words []Arg) (launch, bool) {
	for i, w := range words {
		switch {
		case strings.HasPrefix(w.Text, "-") && strings.HasSuffix(w.Text, "c") && i+1 < len(words):
			return c.parseLaunch(words[i+1].Text, source{c.Workload.Object, c.valueAt(words[i+1].Place)})
		case strings.HasPrefix(w.Text, "-"):
		case w.Text == "sh":
		default:
			return c.scriptLaunch(w.Text)
		}
	}
	return launch{}, false
}

// valueAt returns the element of command or args at a place.
func (c *Container) valueAt(p Place) repo.Value {
	for i, w := range c.words() {
		if w.Place.way == p.way && w.Place.Path == p.Path {
			return c.saidAt[i]
		}
	}
	return repo.Value{}
}

func (c *Container) scriptLaunch(path string) (launch, bool) {
	text, at, ok := c.textAt(c.steps(launch{}), path)
	if !ok {
		return launch{}, false
	}
	return c.parseLaunch(text, at)
}

// parseLaunch finds the last command of a script, and of those that it runs, that
// starts a server.
func (c *Container) parseLaunch(script string, at source) (launch, bool) {
	before := c.steps(launch{})
	steps := c.addSteps(before, c.parse(script, at), at, maxSteps)[len(before):]
	var found []launch
	for _, s := range slices.Backward(steps) {
		if len(found) == maxStarts {
			c.facts.Stop(At(s.source.object, s.source.value, ""), "write a shorter script", "this script starts a server in more than %d places, the limit for one script; the first of them were not read", maxStarts)
			break
		}
		words := s.command().words
		for i, w := range words {
			base := c.program(w, i == 0, s.commands)
			if base == "" {
				continue
			}
			if i > 0 && !isWrapper(words[:i]) {
				continue
			}
			l := launch{program: base, path: w.text, script: script, scriptAt: at}
			for _, a := range words[i+1:] {
				l.args = append(l.args, c.shellArg(a, s.source, c.facts.assignments(s.commands)))
			}
			l.goesOn = s.command().goesOn || isDaemon(l.args)
			found = append(found, l)
			break
		}
	}
	if len(found) == 0 {
		return launch{}, false
	}
	last := found[0]
	if len(found) > 1 {
		last.branches = found
	}
	return last, true
}

// isDaemon tells whether a server is started as a daemon.
func isDaemon(args []Arg) bool {
	i := slices.IndexFunc(args, func(a Arg) bool { return a.Text == "--daemonize" })
	return i >= 0 && i+1 < len(args) && args[i+1].Text == "yes"
}

// isWrapper tells whether the words before a program run it, rather than look
// for it or print it.
func isWrapper(words []shellWord) bool {
	switch baseName(words[0].text) {
	case "echo", "printf", "command", "which", "type", "test", "[", "pgrep", "pkill", "killall", "grep", "ps", "kill", "apk", "apt-get":
		return false
	}
	return true
}

// shellArg turns a word of a script into an argument. Variables that the
// container's environment sets are filled in.
func (c *Container) shellArg(w shellWord, at source, vars shellVars) Arg {
	a := Arg{Text: w.text, Known: !w.dynamic, Place: place(at.object, at.value, at.value.TextSpan(w.start, w.end), "")}
	if !w.dynamic {
		return a
	}
	if ref, ok := c.catSecret(w.text); ok {
		return c.facts.keyValue(ref, a.Place)
	}
	name, whole := shellVariable(w.text)
	switch {
	case !whole:
		if text, known := c.expandShell(w.text, vars, maxSteps); known {
			a.Text, a.Known = text, true
		}
	case vars[name] != nil:
		if value, ok := c.shellValue(name, vars, maxSteps); ok {
			a.Text, a.Known, a.Ref, a.Written, a.Via = value.Text, value.Known, value.Ref, value.Written, value.Via
		}
	default:
		if env, ok := c.Env(name); ok && !vars.sets(name) {
			a.Text, a.Known, a.Ref, a.Written, a.Via = env.Text, env.Known, env.Ref, env.Written, &env.Place
		}
	}
	return a
}

// commandLine reads --name value … options, which Redis takes as further lines
// of its configuration (redis.c main).
func (s *Server) commandLine(words []Arg) {
	for i := 0; i < len(words); {
		if s.read++; s.read > maxServed {
			s.Complete = false
			s.Container.facts.Stop(words[i].Place, "write them into a file, or fewer", "a server reads at most %d directives, the limit for one server; from here on its options were not read", maxServed)
			return
		}
		name, ok := strings.CutPrefix(words[i].Text, "--")
		if !ok {
			s.Complete = s.Complete && words[i].Known
			i++
			continue
		}
		d := &Directive{key: words[i].Place, Raw: &redisconf.Directive{}}
		fields := strings.Fields(name)
		if len(fields) == 0 {
			i++
			continue
		}
		d.Name = strings.ToLower(fields[0])
		for _, rest := range fields[1:] {
			d.Args = append(d.Args, Arg{Text: rest, Known: words[i].Known, Place: words[i].Place})
		}
		for i++; i < len(words) && !strings.HasPrefix(words[i].Text, "--"); i++ {
			// What a variable behind the value holds may be more options.
			s.Complete = s.Complete && (words[i].Known || len(d.Args) == 0)
			d.Args = append(d.Args, words[i])
		}
		d.Raw.Name, d.Raw.Key.Text = d.Name, d.Name
		for _, a := range d.Args {
			d.Raw.Args = append(d.Raw.Args, redisconf.Word{Text: a.Text})
		}
		s.Directives = append(s.Directives, d)
	}
}
