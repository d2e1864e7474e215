package redisconf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/spelling"
)

// Check tells what is wrong with one directive for a server of that version.
// Where the version is not known, or not exactly, it tells only what is wrong
// in every version that it may be.
//
// It sees one line: nothing about files that must exist, names that must
// resolve, or other lines. Passwords and master names are the matter of
// CheckPassword, MasterName and MasterNameFatal.
func Check(v Version, mode Mode, d *Directive) []Problem {
	return check(v, mode, d, false)
}

// CheckFile is Check of every directive of f, in their order, with what one
// line tells about another: a file that loads modules may hold their
// directives, and a user may be declared once only. Problem.Word points into f.
// The lines in f.Errors are not repeated.
func CheckFile(v Version, mode Mode, f *File) []Problem {
	modules := len(f.All("loadmodule")) > 0
	users := map[string]bool{}
	var found []Problem
	for i := range f.Directives {
		d := &f.Directives[i]
		found = append(found, check(v, mode, d, modules)...)
		if d.Name != "user" || len(d.Args) == 0 {
			continue
		}
		if name := d.Args[0].Text; users[name] {
			found = append(found, Problem{
				Kind: BadValue, Word: &d.Args[0], Fatal: true,
				Message: "this user is declared twice",
				Help:    "write all rules of a user on one line",
			})
		} else {
			users[name] = true
		}
	}
	return found
}

func check(v Version, mode Mode, d *Directive, modules bool) []Problem {
	set := candidates(v)
	var verdicts [][]Problem
	j := judge{set: set, version: v, mode: mode, modules: modules, d: d}
	for i, c := range columns {
		if !set.has(i) {
			continue
		}
		j.column, j.index, j.problems = c, i, nil
		j.run()
		if len(j.problems) == 0 {
			return nil // see common
		}
		verdicts = append(verdicts, j.problems)
	}
	return common(verdicts)
}

// server names the server in messages.
func (j *judge) server() string {
	switch v := j.version; {
	case v.Flavor == UnknownFlavor:
		return "Redis"
	case v.Major == 0:
		return v.Flavor.String()
	default:
		return v.String()
	}
}

// common keeps what every verdict has: a problem of the last verdict stays if
// each of the others has one of its kind at the same word, or finds the line
// fatal as it does. It is fatal if that is so in all of them.
func common(verdicts [][]Problem) []Problem {
	last := verdicts[len(verdicts)-1]
	var kept []Problem
	for _, p := range last {
		everywhere, fatal := true, p.Fatal
		for _, v := range verdicts {
			isFatal := slices.ContainsFunc(v, func(q Problem) bool { return q.Fatal })
			same := slices.ContainsFunc(v, func(q Problem) bool { return q.Kind == p.Kind && q.Word == p.Word })
			everywhere = everywhere && (same || p.Fatal && isFatal)
			fatal = fatal && isFatal
		}
		if everywhere {
			p.Fatal = fatal
			kept = append(kept, p)
		}
	}
	return kept
}

// A judge holds one directive against one line of releases.
type judge struct {
	column   column
	index    int
	set      columnSet // every line that the server may be of, for suggestions
	version  Version
	mode     Mode
	modules  bool // the file loads modules
	d        *Directive
	spelling map[int]string // the nearest known name within a number of slips, once for all lines
	problems []Problem
}

func (j *judge) report(p Problem) { j.problems = append(j.problems, p) }

func (j *judge) fatal(kind Kind, at *Word, message, help string) {
	j.report(Problem{Kind: kind, Word: at, Message: message, Help: help, Fatal: true})
}

func (j *judge) run() {
	r, ok := j.find(j.d.Name)
	if !ok {
		j.unknown()
		return
	}
	if r.old {
		j.report(Problem{
			Kind: Deprecated, Word: &j.d.Key, Suggestion: r.name,
			Message: fmt.Sprintf("%s is the old name of %s", j.d.Name, r.name),
			Help:    "write " + r.name,
		})
	}
	if j.mode == SentinelMode && r.data {
		j.report(Problem{
			Kind: NoEffect, Word: &j.d.Key,
			Message: fmt.Sprintf("Sentinel reads %s and does nothing with it", j.d.Name),
			Help:    sentinelInstead[r.name],
		})
	}
	if judge := grammar(r.shape.kind); judge != nil {
		judge(j)
		return
	}
	j.single(r.shape)
}

// sentinelInstead names what a Sentinel has for directives of a data node.
var sentinelInstead = map[string]string{
	"masterauth":            "write sentinel auth-pass with the name of the master",
	"primaryauth":           "write sentinel auth-pass with the name of the master",
	"masteruser":            "write sentinel auth-user with the name of the master",
	"primaryuser":           "write sentinel auth-user with the name of the master",
	"replica-announce-ip":   "write sentinel announce-ip",
	"replica-announce-port": "write sentinel announce-port",
	"replicaof":             "write sentinel monitor",
}

func (j *judge) find(name string) (row, bool) {
	for _, r := range rowsOf(name) {
		if r.in.has(j.index) {
			return r, true
		}
	}
	return row{}, false
}

// modulePrefixes begin the settings of the modules that the images of Redis 8
// load; they carry no dot.
var modulePrefixes = []string{"search-", "ts-", "bf-", "cf-", "vset-"}

func (j *judge) unknown() {
	name := j.d.Name
	if strings.Contains(name, ".") {
		j.moduleSetting()
		return
	}
	redis8 := j.column.flavor == Redis && j.column.major >= 8
	if redis8 && (j.modules || slices.ContainsFunc(modulePrefixes, func(p string) bool { return strings.HasPrefix(name, p) })) {
		return
	}
	if found := rowsOf(name); len(found) > 0 {
		j.elsewhere(found)
		return
	}
	limit := tolerance(len(name))
	if j.column.open {
		limit = min(limit, 1)
	}
	suggestion, ok := j.spelling[limit]
	if !ok {
		if j.spelling == nil {
			j.spelling = map[int]string{}
		}
		suggestion = spelling.Nearest(name, directiveNames(j.set), limit)
		j.spelling[limit] = suggestion
	}
	help := ""
	if trimmed := strings.TrimRight(name, ":="); trimmed != name && len(rowsOf(trimmed)) > 0 {
		help, suggestion = "separate the name and the value by a space", trimmed
	} else if head, _, ok := strings.Cut(name, "="); ok && len(rowsOf(head)) > 0 {
		help = "separate the name and the value by a space"
	} else if strings.HasPrefix(name, "\ufeff") {
		help = "the file begins with a byte order mark, which Redis takes for part of the name; save it without"
	} else if suggestion != "" {
		help = "did you mean " + suggestion
	} else if j.column.open {
		return // a later release may know it
	}
	j.report(Problem{
		Kind: UnknownDirective, Word: &j.d.Key, Help: help, Suggestion: suggestion,
		// Redis 8 keeps unknown names for modules, which a Sentinel does not load.
		Fatal:   !redis8 || j.mode == ServerMode,
		Message: fmt.Sprintf("%s does not know %s", j.server(), j.shown(suggestion != "")),
	})
}

// shown names the directive, unless it may be something else, such as the rest
// of a password that was broken over two lines.
func (j *judge) shown(likely bool) string {
	name := j.d.Name
	for _, c := range []byte(name) {
		if !('a' <= c && c <= 'z' || c == '-' || c == '_') && !(likely && isAlnum(c)) {
			return "this directive"
		}
	}
	if len(name) > 50 {
		return "this directive"
	}
	return "the directive " + name
}

// elsewhere tells about a directive that only other releases know.
func (j *judge) elsewhere(found []row) {
	var in columnSet
	for _, r := range found {
		in |= r.in
	}
	p := Problem{Kind: UnknownDirective, Word: &j.d.Key, Fatal: true}
	if _, ok := j.find(found[0].other); ok && found[0].other != "" {
		p.Suggestion = found[0].other
		p.Help = "write " + p.Suggestion
	}
	earlier, later := -1, -1
	for i, c := range columns {
		if c.flavor != j.column.flavor || !in.has(i) {
			continue
		}
		if i < j.index {
			earlier = i
		} else if later < 0 {
			later = i
		}
	}
	name := j.d.Name
	switch {
	case later >= 0:
		p.Kind = NotYetKnown
		p.Message = fmt.Sprintf("%s does not know %s, which came with %s", j.server(), name, columns[later].release())
	case earlier >= 0:
		p.Kind = Removed
		p.Message = fmt.Sprintf("%s does not know %s any more, %s was the last to read it", j.server(), name, columns[earlier].release())
	case j.column.flavor == Redis:
		p.Message = fmt.Sprintf("%s does not know %s, which is a directive of Valkey", j.server(), name)
	default:
		p.Message = fmt.Sprintf("%s does not know %s, which is a directive of Redis", j.server(), name)
	}
	j.report(p)
}

// moduleSetting judges a name with a dot, which belongs to a module from 7.0 on.
func (j *judge) moduleSetting() {
	switch {
	case j.column.legacy():
		j.fatal(NotYetKnown, &j.d.Key, j.server()+" reads no settings of modules from its file, Redis 7.0 was the first", "")
	case len(j.d.Args) == 0:
		j.fatal(WrongArgs, &j.d.Key, "the setting of a module needs a value", "")
	}
}
