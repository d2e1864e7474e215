package redisconf

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright/internal/spelling"
)

// grammar returns what judges the directives of a shape that has rules of its
// own, or nil for the shapes with a single argument.
func grammar(kind string) func(*judge) {
	switch kind {
	case "bind":
		return (*judge).bind
	case "client-output-buffer-limit":
		return (*judge).bufferLimit
	case "dir":
		return (*judge).dir
	case "include":
		return func(j *judge) { j.exactly(1, "one file") }
	case "latency-tracking-info-percentiles":
		return (*judge).percentiles
	case "loadmodule":
		return func(j *judge) { j.atLeast(1, "a file and the module's arguments") }
	case "notify-keyspace-events":
		return (*judge).events
	case "oom-score-adj-values":
		return (*judge).scores
	case "rename-command":
		return (*judge).renameCommand
	case "replicaof":
		return (*judge).replicaof
	case "save":
		return (*judge).save
	case "sentinel":
		return (*judge).sentinel
	case "signal":
		return (*judge).signal
	case "user":
		return (*judge).user
	}
	return nil
}

func (j *judge) exactly(n int, wording string) bool {
	if len(j.d.Args) != n {
		j.wrongArgs(n, wording)
		return false
	}
	return true
}

func (j *judge) atLeast(n int, wording string) bool {
	if len(j.d.Args) < n {
		j.wrongArgs(n, wording)
		return false
	}
	return true
}

// A value is one argument after Redis has split a lone argument once more.
type value struct {
	text string
	at   *Word
}

// values returns the arguments of a directive that takes several. From 7.0 on
// a lone one that is not empty is split again by the same rules, so that
// "3600 1" in quotes is two; what cannot be split counts as none.
func (j *judge) values() []value {
	if args := j.d.Args; len(args) == 1 && args[0].Text != "" && !j.column.legacy() {
		words, err := split(cString(args[0].Text))
		if err != nil {
			return nil
		}
		var vs []value
		for _, w := range words {
			vs = append(vs, value{w.Text, &args[0]})
		}
		return vs
	}
	var vs []value
	for i := range j.d.Args {
		vs = append(vs, value{j.d.Args[i].Text, &j.d.Args[i]})
	}
	return vs
}

// bind takes up to 16 addresses; a lone empty one means none.
func (j *judge) bind() {
	vs := j.values()
	if j.column.legacy() && !j.atLeast(1, "one or more addresses") {
		return
	}
	if len(vs) > 16 {
		j.fatal(WrongArgs, vs[16].at, "bind takes at most 16 addresses", "")
	}
}

func (j *judge) dir() {
	if j.exactly(1, "one folder") && cString(j.d.Args[0].Text) == "" {
		j.fatal(BadValue, &j.d.Args[0], "dir must not be empty", "write the folder of the data, such as /data")
	}
}

// save takes pairs of seconds and changes; a lone empty argument means never.
func (j *judge) save() {
	vs := j.values()
	if len(vs) == 1 && cString(vs[0].text) == "" {
		return
	}
	if j.column.legacy() && len(vs) != 2 {
		j.report(Problem{
			Kind: NoEffect, Word: &j.d.Key,
			Message: j.server() + " silently ignores a save line that is not one pair",
			Help:    "write one line `save SECONDS CHANGES` for each pair, or save \"\" to switch snapshots off",
		})
		return
	}
	const help = "write pairs of seconds and changes, such as save 3600 1, or save \"\" for no snapshots"
	if len(vs)%2 != 0 {
		j.fatal(WrongArgs, vs[len(vs)-1].at, "save takes pairs of seconds and changes", help)
		return
	}
	for i, v := range vs {
		n, rest, _ := strtoll(v.text, 10)
		if j.column.legacy() {
			short, _ := atoi(v.text)
			n, rest = int64(short), ""
		}
		if rest != "" || i%2 == 0 && n < 1 || n < 0 {
			what := "the number of changes must be 0 or more"
			if i%2 == 0 {
				what = "the seconds of save must be 1 or more"
			}
			j.fatal(BadValue, v.at, what, help)
		}
	}
}

// bufferLimit takes groups of class, hard limit, soft limit and seconds.
func (j *judge) bufferLimit() {
	const help = "write client-output-buffer-limit CLASS HARD SOFT SECONDS, such as replica 256mb 64mb 60"
	vs := j.values()
	if j.column.legacy() {
		if len(vs) != 4 {
			j.fatal(WrongArgs, &j.d.Key, j.d.Name+" takes a class, two sizes and seconds", help)
			return
		}
	} else if len(vs)%4 != 0 {
		j.fatal(WrongArgs, &j.d.Key, j.d.Name+" takes groups of a class, two sizes and seconds", help)
		return
	}
	for i, v := range vs {
		switch i % 4 {
		case 0:
			class := lower(cString(v.text))
			if !slices.Contains([]string{"normal", "replica", "slave", "pubsub"}, class) {
				j.report(Problem{
					Kind: BadValue, Word: v.at, Fatal: true, Help: help,
					Message:    "the class of a buffer limit is normal, replica or pubsub",
					Suggestion: spelling.Nearest(class, []string{"normal", "replica", "pubsub"}, tolerance(len(class))),
				})
			}
		case 3:
			n, rest, _ := strtoll(v.text, 10)
			if int32(n) < 0 || rest != "" && !j.column.legacy() {
				j.fatal(BadValue, v.at, "the seconds of a buffer limit must be a whole number", help)
			}
		default:
			if _, ok := parseSize(v.text); !ok && !j.column.legacy() {
				j.fatal(BadValue, v.at, "a buffer limit is a size such as 64mb", help)
			}
		}
	}
}

// scores takes three numbers.
func (j *judge) scores() {
	vs := j.values()
	if len(vs) != 3 {
		j.fatal(WrongArgs, &j.d.Key, j.d.Name+" takes three numbers", "write one for the master, one for replicas and one for child processes")
		return
	}
	for _, v := range vs {
		if n, rest, _ := strtoll(v.text, 10); rest != "" || n < -2000 || n > 2000 {
			j.fatal(BadValue, v.at, j.d.Name+" takes numbers from -2000 to 2000", "")
		}
	}
}

// events takes a set of letters.
func (j *judge) events() {
	if !j.exactly(1, "one set of letters") {
		return
	}
	letters := "Ag$lshzxeKEtmdn"
	if j.column.legacy() {
		letters = "Ag$lshzxeKEtmd"
	}
	w := &j.d.Args[0]
	if !j.column.open && strings.Trim(cString(w.Text), letters) != "" {
		j.fatal(BadValue, w, j.d.Name+" holds a letter that is no class of events", "the classes are "+letters)
	}
}

// replicaof takes a host and a port, or no one.
func (j *judge) replicaof() {
	vs := j.values()
	if len(vs) != 2 {
		p := Problem{
			Kind: WrongArgs, Word: &j.d.Key, Fatal: true,
			Message: j.d.Name + " takes a host and a port",
			Help:    "write replicaof HOST PORT",
		}
		if len(vs) > 2 {
			p.Word = vs[2].at
		}
		j.report(p)
		return
	}
	if lower(cString(vs[0].text)) == "no" && lower(cString(vs[1].text)) == "one" {
		return
	}
	port, rest, _ := strtoll(vs[1].text, 10)
	if n := int32(port); n < 0 || n > 65535 || rest != "" {
		j.fatal(BadValue, vs[1].at, "the port of the master must be a number from 1 to 65535", "")
	} else if n == 0 {
		j.report(Problem{Kind: BadValue, Word: vs[1].at, Message: "no master listens on port 0"})
	}
}

// percentiles takes numbers from 0 to 100; a lone empty argument means none.
func (j *judge) percentiles() {
	vs := j.values()
	if len(vs) == 1 && vs[0].text == "" {
		return
	}
	for _, v := range vs {
		if n, err := strconv.ParseFloat(v.text, 64); err != nil || !(0 <= n && n <= 100) {
			j.fatal(BadValue, v.at, j.d.Name+" takes numbers from 0 to 100", "")
		}
	}
}

// signal takes one or more flags.
func (j *judge) signal() {
	r, _ := j.find(j.d.Name)
	vs := j.values()
	if len(vs) == 0 {
		j.fatal(WrongArgs, &j.d.Key, fmt.Sprintf("%s takes one of %s", j.d.Name, strings.Join(r.shape.words, ", ")), "")
		return
	}
	if j.column.open {
		return
	}
	seen := map[string]bool{}
	for _, v := range vs {
		w := *v.at
		w.Text = v.text
		if n := len(j.problems); !j.oneOf(&w, r.shape.words) {
			j.problems[n].Word = v.at
			continue
		}
		seen[lower(cString(v.text))] = true
	}
	if seen["save"] && seen["nosave"] {
		j.fatal(BadValue, vs[0].at, j.d.Name+" cannot have both save and nosave", "")
	}
}

// renameCommand takes a command and its new name; an empty one removes it.
func (j *judge) renameCommand() {
	if !j.exactly(2, "a command and its new name") {
		return
	}
	from, to := &j.d.Args[0], &j.d.Args[1]
	known := func(name string) bool { return commandIn(name).has(j.index) }
	names := commandNames(j.set)
	if j.mode == SentinelMode {
		known = func(name string) bool { return slices.Contains(sentinelCommands, name) }
		names = sentinelCommands
	}
	if name := lower(from.Text); !known(name) {
		limit := tolerance(len(name) + 1)
		if j.column.open && j.mode == ServerMode {
			limit = min(limit, 1)
		}
		p := Problem{Kind: BadValue, Word: from, Fatal: true, Suggestion: spelling.Nearest(name, names, limit)}
		exists := commandIn(name) != 0
		switch {
		case strings.Contains(name, "|"):
			p.Message = "rename-command cannot rename a subcommand"
			p.Help = "take it away from the users instead, by a rule of user"
		case j.mode == SentinelMode && exists:
			p.Suggestion = ""
			p.Message = "Sentinel does not have this command"
			p.Help = "write sentinel rename-command with the name of the master for a command that is renamed there"
		case p.Suggestion != "":
			p.Message = fmt.Sprintf("%s does not have this command", j.server())
			p.Help = "did you mean " + p.Suggestion
		case j.column.open:
			return
		default:
			p.Message = fmt.Sprintf("%s does not have this command", j.server())
			p.Help = "commands of modules cannot be renamed here, take them away from the users instead"
		}
		j.report(p)
		return
	}
	if name := lower(to.Text); name != lower(from.Text) && known(name) {
		j.fatal(BadValue, to, "the new name is that of another command", "")
	}
}
