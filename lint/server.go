package lint

import (
	"strconv"
	"unicode/utf8"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A Server is a redis-server or redis-sentinel process that a container
// starts, with the directives that it reads from its file and command line.
type Server struct {
	Container *Container
	// Sentinel tells redis-sentinel (or redis-server --sentinel) from Redis.
	Sentinel bool
	// WrongProgram says that Sentinel is what the file is for, while the command
	// starts the other program.
	WrongProgram bool
	// Version is the server's, as far as the image tells.
	Version redisconf.Version
	// Directives are in the order in which the server reads them: the file
	// with its includes, then the command line, which wins.
	Directives []*Directive
	// Complete says that the server reads nothing else. If it is false a
	// script adds or changes what cannot be seen, and what is missing here is
	// unknown rather than absent.
	Complete bool
	// ConfPath is the file named on the command line, "" if none or not known;
	// Conf is what the container finds there.
	ConfPath   string
	ConfPathAt Place
	Conf       File
	// Made says that a script or an init container writes the file at
	// ConfPath, so that Conf is not what the server reads.
	Made bool
	// Branches are, where a script starts the server in several places, the server
	// of each; Directives are those of the last.
	Branches []*Server
	// Confs are the texts that Directives come from.
	Confs []*Conf
	// ByEnv says that the image makes the configuration of the environment, so that
	// a variable is what a person sets.
	ByEnv bool
	// Settings is, for a server that a chart makes, where the values decide
	// whether it asks for a password.
	Settings Place

	unread     []UnreadConf
	secretFile *Credential // what unseen says
	read       int         // directives of Confs
	// monitors are the lines "sentinel monitor" of the first counted Directives.
	monitors []*Monitor
	counted  int
	// byMaster are the first grouped of them by the names of their masters.
	byMaster map[string][]*Monitor
	grouped  int
	named    directiveIndex
}

// A Conf is one text of configuration.
type Conf struct {
	*redisconf.File
	// Object holds the text, Text is where; Base is the offset of the
	// configuration within it, above 0 for a here-document in a script.
	Object *repo.Object
	Text   repo.Value
	Base   int
	// Path is where the container finds it.
	Path string

	whole *Place // Text, without a span
}

// Place returns the place of a range of bytes of the configuration.
func (c *Conf) Place(start, end int, label string) Place {
	if c.whole == nil {
		whole := place(c.Object, c.Text, repo.Span{}, "")
		c.whole = &whole
	}
	p := *c.whole
	p.Span, p.Label = c.Text.TextSpan(c.Base+start, c.Base+end), label
	return p
}

// A confLine is where a directive is written, from which the places of its words
// follow.
type confLine struct {
	conf *Conf
	from int
	at   Place
	// even says that the file has every character of the line as the text has it,
	// in one byte.
	even bool
}

func (c *Conf) lineOf(d *redisconf.Directive) confLine {
	from, to := d.Key.Offset, d.Key.End
	if n := len(d.Args); n > 0 {
		to = d.Args[n-1].End
	}
	l := confLine{conf: c, from: from, at: c.Place(from, to, "")}
	if !l.at.Approximate && l.at.Line == l.at.EndLine && l.at.EndColumn-l.at.Column == to-from {
		l.even = isASCII(c.Text.Text()[c.Base+from : c.Base+to])
	}
	return l
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func (l confLine) place(w *redisconf.Word) Place {
	if !l.even {
		return l.conf.Place(w.Offset, w.End, "")
	}
	p := l.at
	p.Column += w.Offset - l.from
	p.EndColumn = p.Column + w.End - w.Offset
	return p
}

// A Directive is one directive as a server reads it.
type Directive struct {
	// Name is in lower case; Args do not hold it.
	Name string
	Args []Arg
	// Raw is what redisconf judges.
	Raw *redisconf.Directive

	conf *Conf // nil for the command line
	key  Place

	checked  bool // problems are known
	problems []redisconf.Problem
}

// An Arg is one argument of a directive, or another value that a process is
// given.
type Arg struct {
	// Text is the argument if it is Known: not made by a shell, and not a
	// placeholder that an init script replaces.
	Text  string
	Known bool
	// IsName says of an argument that is not Known that it is a host name all the
	// same: a shell puts variables into one, as in redis-0.redis.$NAMESPACE.svc.
	IsName bool
	// Ref is the key of a Secret or ConfigMap that the argument comes from.
	Ref   *KeyRef
	Place Place
	// Via is the entry of an environment that gives the text, where Place only
	// names its variable; else nil.
	Via *Place
	// Written is where the text stands if it is not at Place: the value of an
	// environment variable, the key of a Secret or ConfigMap; else nil.
	Written *Place
}

// Exists tells whether the argument is given at all.
func (a Arg) Exists() bool { return a.Place.IsValid() }

// Int returns the decimal integer that a known argument holds.
func (a Arg) Int() (int, bool) {
	n, err := strconv.Atoi(a.Text)
	return n, err == nil && a.Known
}

// Labeled returns the place of the argument with a label.
func (a Arg) Labeled(label string) Place { a.Place.Label = label; return a.Place }

// Arg returns the argument at index i, or one that does not exist.
func (d *Directive) Arg(i int) Arg {
	if d == nil || i >= len(d.Args) {
		return Arg{}
	}
	return d.Args[i]
}

// Check returns what is wrong with a directive of the server by itself.
func (s *Server) Check(d *Directive) []redisconf.Problem {
	if !d.checked {
		mode := redisconf.ServerMode
		if s.Sentinel {
			mode = redisconf.SentinelMode
		}
		d.problems, d.checked = redisconf.Check(s.Version, mode, d.Raw), true
	}
	return d.problems
}

// IsKnown tells whether every argument is known.
func (d *Directive) IsKnown() bool {
	for i := range d.Args {
		if !d.Args[i].Known {
			return false
		}
	}
	return true
}

// At returns the place of the directive: of its name and arguments if they
// stand in a file, of its first word on a command line.
func (d *Directive) At(label string) Place {
	p := d.key
	if d.conf != nil {
		end := d.Raw.Key.End
		if n := len(d.Raw.Args); n > 0 {
			end = d.Raw.Args[n-1].End
		}
		p = d.conf.Place(d.Raw.Key.Offset, end, label)
	}
	p.Label = label
	return p
}

// OnOwnLine tells whether the directive stands in a file in which every line of
// the configuration is a line of its own, so that lines can be added.
func (d *Directive) OnOwnLine() bool {
	if d.conf == nil || len(d.conf.Directives) < 2 {
		return false
	}
	for i := range d.conf.Directives {
		other := &d.conf.Directives[i]
		at := d.conf.Place(other.Key.Offset, other.Key.End, "")
		if at.Approximate || at.Line-d.key.Line != other.Line-d.Raw.Line {
			return false
		}
	}
	return true
}

// AtKey returns the place of the directive's name.
func (d *Directive) AtKey(label string) Place { p := d.key; p.Label = label; return p }

// AtWord returns the place of a word of Raw; of the name for nil.
func (d *Directive) AtWord(w *redisconf.Word, label string) Place {
	for i := range d.Raw.Args {
		if &d.Raw.Args[i] == w {
			return d.Args[i].Labeled(label)
		}
	}
	return d.AtKey(label)
}

// Namespace returns the namespace of the server's pods.
func (s *Server) Namespace() string { return s.Container.Workload.Object.Namespace }

// Name returns what people call the process: redis-sentinel of
// Deployment/redis-sentinel.
func (s *Server) Name() string {
	return s.Container.Workload.Object.Kind + " " + s.Container.Workload.Object.Name
}

// A Monitor is a directive "sentinel monitor NAME HOST PORT QUORUM".
type Monitor struct {
	Directive                *Directive
	Name, Host, Port, Quorum Arg
}

// Monitors returns the masters that a Sentinel watches.
func (s *Server) Monitors() []*Monitor {
	for ; s.counted < len(s.Directives); s.counted++ {
		if d := s.Directives[s.counted]; d.isSentinel("monitor") {
			s.monitors = append(s.monitors, &Monitor{d, d.Arg(1), d.Arg(2), d.Arg(3), d.Arg(4)})
		}
	}
	return s.monitors
}

// MonitorsOf returns the lines by which a Sentinel watches a master.
func (s *Server) MonitorsOf(master string) []*Monitor {
	all := s.Monitors()
	if s.byMaster == nil || s.grouped < len(all) {
		s.byMaster, s.grouped = make(map[string][]*Monitor, len(all)), len(all)
		for _, m := range all {
			s.byMaster[m.Name.Text] = append(s.byMaster[m.Name.Text], m)
		}
	}
	return s.byMaster[master]
}

// Port returns the port that the server listens on in plain text, with where
// it is set; the default (6379, or 26379 for Sentinel) has no place. 0 means
// that it does not listen, -1 that it is not known.
func (s *Server) Port() (int, Arg) {
	if d := s.Last("port"); d != nil {
		a := d.Arg(0)
		n, err := strconv.Atoi(a.Text)
		if err != nil || !a.Known {
			return -1, a
		}
		return n, a
	}
	if !s.Complete && len(s.Confs) == 0 {
		return -1, Arg{}
	}
	if s.Sentinel {
		return 26379, Arg{}
	}
	return 6379, Arg{}
}

// Pods returns the number of pods that run the server.
func (s *Server) Pods() int { return s.Container.Workload.Replicas }
