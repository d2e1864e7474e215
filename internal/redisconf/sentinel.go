package redisconf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/internal/spelling"
)

// A sentinelDirective is one `sentinel NAME …` of sentinelHandleConfiguration
// (sentinel.c).
type sentinelDirective struct {
	name  string
	usage string // the arguments after the name, for messages; optional ones are in brackets
	since columnSet
	// judge sees the arguments after the name; their number is right.
	judge func(j *judge, name string, args []Word)
}

var sentinelDirectives = func() []sentinelDirective {
	const always = ^columnSet(0)
	since70 := must(releases("7.0+", "all"))
	valkey8 := must(releases("none", "8.0+"))
	return []sentinelDirective{
		{"monitor", "MASTER HOST PORT QUORUM", always, (*judge).monitor},
		{"down-after-milliseconds", "MASTER MILLISECONDS", always, atLeastMilliseconds(1)},
		{"failover-timeout", "MASTER MILLISECONDS", always, atLeastMilliseconds(1)},
		{"parallel-syncs", "MASTER NUMBER", always, (*judge).parallelSyncs},
		{"notification-script", "MASTER FILE", always, nil},
		{"client-reconfig-script", "MASTER FILE", always, nil},
		{"auth-pass", "MASTER PASSWORD", always, nil},
		{"auth-user", "MASTER USER", always, nil},
		{"current-epoch", "EPOCH", always, nil},
		{"myid", "ID", always, (*judge).myID},
		{"config-epoch", "MASTER EPOCH", always, nil},
		{"leader-epoch", "MASTER EPOCH", always, nil},
		{"known-replica", "MASTER HOST PORT", always, (*judge).knownNode},
		{"known-slave", "MASTER HOST PORT", always, (*judge).knownNode},
		{"known-sentinel", "MASTER HOST PORT [ID]", always, (*judge).knownNode},
		{"rename-command", "MASTER COMMAND NEWNAME", always, nil},
		{"announce-ip", "HOST", always, nil},
		{"announce-port", "PORT", always, (*judge).announcePort},
		{"deny-scripts-reconfig", "YESNO", always, (*judge).yesNo},
		{"sentinel-user", "USER", always, nil},
		{"sentinel-pass", "PASSWORD", always, nil},
		{"resolve-hostnames", "YESNO", always, (*judge).yesNo},
		{"announce-hostnames", "YESNO", always, (*judge).yesNo},
		{"master-reboot-down-after-period", "MASTER MILLISECONDS", since70, atLeastMilliseconds(0)},
		{"primary-reboot-down-after-period", "MASTER MILLISECONDS", valkey8, atLeastMilliseconds(0)},
	}
}()

func must(s columnSet, err error) columnSet {
	if err != nil {
		panic(err) // a literal of this file is wrong, which every test would show
	}
	return s
}

// sentinel judges `sentinel …` lines.
func (j *judge) sentinel() {
	if len(j.d.Args) == 0 {
		return // redis-server takes it for the start of a Sentinel's file
	}
	if j.mode == ServerMode {
		j.fatal(WrongFile, &j.d.Key, "a sentinel directive in the file of a Redis server", "move it to the Sentinel's file")
		return
	}
	word := &j.d.Args[0]
	name := lower(cString(word.Text))
	i := slices.IndexFunc(sentinelDirectives, func(s sentinelDirective) bool { return s.name == name })
	if i < 0 {
		j.unknownSentinel(name)
		return
	}
	s := sentinelDirectives[i]
	if !s.since.has(j.index) {
		p := Problem{Kind: NotYetKnown, Word: word, Fatal: true}
		if name == "primary-reboot-down-after-period" {
			p.Kind = UnknownDirective
			p.Message = fmt.Sprintf("%s does not know sentinel %s, which came with Valkey 8.0", j.server(), name)
			if !j.column.legacy() {
				p.Suggestion = "master-reboot-down-after-period"
				p.Help = "write " + p.Suggestion
			}
		} else {
			p.Message = fmt.Sprintf("%s does not know sentinel %s, which came with Redis 7.0", j.server(), name)
		}
		j.report(p)
		return
	}
	args := j.d.Args[1:]
	fields := strings.Fields(s.usage)
	least := len(fields)
	if strings.HasSuffix(s.usage, "]") {
		least--
	}
	if len(args) < least || len(args) > len(fields) {
		p := Problem{
			Kind: WrongArgs, Word: word, Fatal: true,
			Message: fmt.Sprintf("sentinel %s has the wrong number of arguments", name),
			Help:    "write sentinel " + name + " " + strings.ReplaceAll(s.usage, "YESNO", "yes, or no"),
		}
		if len(args) > len(fields) {
			p.Word = &args[len(fields)]
		}
		j.report(p)
		return
	}
	if s.judge != nil {
		s.judge(j, name, args)
	}
}

func (j *judge) unknownSentinel(name string) {
	var names []string
	for _, s := range sentinelDirectives {
		if s.since&j.set != 0 {
			names = append(names, s.name)
		}
	}
	p := Problem{
		Kind: UnknownDirective, Word: &j.d.Args[0], Fatal: true,
		Suggestion: spelling.Nearest(name, names, tolerance(len(name))),
		Message:    "this is no directive of Sentinel",
	}
	switch {
	case p.Suggestion != "":
		p.Help = "did you mean sentinel " + p.Suggestion
	case len(rowsOf(name)) > 0:
		p.Help = "write " + name + " without sentinel before it"
	case j.column.open:
		return
	}
	j.report(p)
}

// monitor judges MASTER HOST PORT QUORUM.
func (j *judge) monitor(_ string, args []Word) {
	if n, clean := atoi(args[3].Text); n <= 0 {
		j.fatal(BadValue, &args[3], "the quorum must be a whole number of at least 1", "")
	} else if !clean {
		j.readAs(&args[3], BadValue, "the quorum", n)
	}
	j.port(&args[2], true)
}

func (j *judge) knownNode(_ string, args []Word) {
	if len(args) == 3 && lower(j.d.Args[0].Text) == "known-sentinel" {
		return // the old form without an id is read and forgotten
	}
	j.port(&args[2], true)
}

func (j *judge) announcePort(_ string, args []Word) { j.port(&args[0], false) }

// port judges a port that Sentinel reads by atoi.
func (j *judge) port(w *Word, checked bool) {
	n, clean := atoi(w.Text)
	switch {
	case n < 0 || n > 65535:
		j.report(Problem{Kind: BadValue, Word: w, Fatal: checked, Message: "the port must be a number from 1 to 65535"})
	case !clean:
		j.readAs(w, BadValue, "the port", n)
	case n == 0 && checked:
		j.report(Problem{Kind: BadValue, Word: w, Message: "nothing listens on port 0"})
	}
}

// readAs reports a value that Sentinel reads otherwise than it is written,
// without a word.
func (j *judge) readAs(w *Word, kind Kind, what string, n int) {
	j.report(Problem{
		Kind: kind, Word: w,
		Message: fmt.Sprintf("%s is not a plain number, Sentinel reads it as %d and says nothing", what, n),
		Help:    "write digits only",
	})
}

func (j *judge) parallelSyncs(_ string, args []Word) {
	w := &args[1]
	if n, clean := atoi(w.Text); !clean {
		j.readAs(w, BadValue, "parallel-syncs", n)
	} else if n < 1 {
		j.report(Problem{
			Kind: BadValue, Word: w,
			Message: "parallel-syncs below 1: no replica is told to follow the new master until the failover times out",
			Help:    "write 1 or more",
		})
	}
}

func (j *judge) myID(_ string, args []Word) {
	if len(cString(args[0].Text)) != 40 {
		j.fatal(BadValue, &args[0], "the id of a Sentinel has 40 characters", "write 40 hexadecimal digits, or remove the line: Sentinel makes an id itself")
	}
}

func (j *judge) yesNo(name string, args []Word) {
	n := len(j.problems)
	if !j.oneOf(&args[0], []string{"yes", "no"}) {
		j.problems[n].Message = "sentinel " + name + " takes yes or no"
	}
}

// atLeastMilliseconds judges MASTER MILLISECONDS.
func atLeastMilliseconds(least int) func(*judge, string, []Word) {
	return func(j *judge, name string, args []Word) {
		w := &args[1]
		n, clean := atoi(w.Text)
		meant := milliseconds(w.Text)
		switch {
		case n < least:
			p := Problem{
				Kind: BadValue, Word: w, Fatal: true,
				Message: fmt.Sprintf("%s must be a whole number of milliseconds, at least %d", name, least),
			}
			if meant > 0 {
				p.Suggestion = fmt.Sprint(meant)
				p.Help = "write " + p.Suggestion
			}
			j.report(p)
		case clean || meant == int64(n):
		case meant > 0:
			j.report(Problem{
				Kind: DurationWithUnit, Word: w,
				Message:    fmt.Sprintf("%s has a unit, Sentinel reads it as %d milliseconds and says nothing", name, n),
				Help:       fmt.Sprintf("write %d", meant),
				Suggestion: fmt.Sprint(meant),
			})
		default:
			j.readAs(w, DurationWithUnit, name, n)
		}
	}
}

var duration = pattern.New(`^([0-9]{1,9})[ ]?([a-z]+)$`).Where(endsInUnit)

// endsInUnit tells a text that ends in a letter.
func endsInUnit(s string) bool { return s != "" && s[len(s)-1] >= 'a' && s[len(s)-1] <= 'z' }

var durationUnits = map[string]int64{
	"ms": 1, "msec": 1, "millis": 1, "milliseconds": 1,
	"s": 1000, "sec": 1000, "secs": 1000, "second": 1000, "seconds": 1000,
	"m": 60000, "min": 60000, "mins": 60000, "minute": 60000, "minutes": 60000,
	"h": 3600000, "hour": 3600000, "hours": 3600000,
}

// milliseconds reads a duration with a unit as a person means it, or returns 0.
func milliseconds(text string) int64 {
	m := duration.FindStringSubmatch(lower(text))
	if m == nil {
		return 0
	}
	n, _ := parseInteger(m[1])
	return n * durationUnits[m[2]]
}
