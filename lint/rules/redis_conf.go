package rules

import (
	"fmt"
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint"
)

var redisUnknownDirective = &lint.Rule{
	ID:       "redis/unknown-directive",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a directive that the server of this image does not know",
		Why: `Redis, Valkey and Sentinel read every line of their file before anything else, and end at the first name that they do not know: "FATAL CONFIG FILE ERROR … Bad directive or wrong number of arguments", in Sentinel "Unrecognized sentinel configuration statement." The pod goes into a crash loop. Names differ between versions: what a newer image reads stops an older one.

The version is that of the image which reads the file. Where the tag names none, only what no version knows is reported.`,
		Fix:  "Correct the name, or run an image that knows the directive.",
		Refs: []string{refRedisConfig, refValkeyConfig, refSentinel},
	},
	Check: func(p *lint.Pass) {
		reportConf(p, func(k redisconf.Kind) bool {
			switch k {
			case redisconf.UnknownDirective, redisconf.NotYetKnown, redisconf.Removed, redisconf.WrongFile:
				return true
			}
			return false
		})
		for _, s := range p.Facts.Servers() {
			wrongProgram(p, s)
		}
	},
}

// wrongProgram finds redis-server on the file of a Sentinel, and the reverse.
func wrongProgram(p *lint.Pass, s *lint.Server) {
	if !s.WrongProgram {
		return
	}
	f := lint.Finding{
		Message: "redis-sentinel is started on the file of a Redis server: it monitors nothing and holds no data",
		Places:  []lint.Place{s.ConfPathAt},
		Help:    "start redis-server",
	}
	if s.Sentinel {
		f.Message = "redis-server is started on the file of a Sentinel, and ends at its first sentinel line"
		f.Help = "start redis-sentinel, or redis-server with --sentinel"
		f.Places = append(f.Places, s.All("sentinel")[0].At("only Sentinel reads this"))
	}
	p.Report(f)
}

var redisBadValue = &lint.Rule{
	ID:       "redis/bad-value",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a value, or a number of arguments, that the server refuses",
		Why: `A line with too many or too few arguments, a number out of range, a word where yes or no is wanted, or a quote that is never closed ends the server at start: "FATAL CONFIG FILE ERROR", with the line. The pod goes into a crash loop.

Some values are worse, for Sentinel reads as much of a number as it can and says nothing: a quorum of 2x is 2.`,
		Fix:  "Write the value as the directive wants it. Values with white space or quotes go in double quotes, with a backslash before a quote inside.",
		Refs: []string{refRedisConfig, refValkeyConfig, refSentinel},
	},
	Check: func(p *lint.Pass) {
		reportConf(p, func(k redisconf.Kind) bool { return k == redisconf.WrongArgs || k == redisconf.BadValue })
		seen := spanSet{}
		for _, s := range p.Facts.Servers() {
			for _, c := range s.Confs {
				for _, e := range c.Errors {
					if at := c.Place(e.Offset, e.End, ""); at.IsValid() && seen.add(at) {
						what, help, _ := strings.Cut(e.Message, "; ")
						p.ReportAt(at, help, "%s", what)
					}
				}
			}
			duplicateMaster(p, s, seen)
		}
	},
}

// reportConf reports problems of single directives, once for each place however
// many servers read it.
func reportConf(p *lint.Pass, wanted func(redisconf.Kind) bool) {
	seen := spanSet{}
	for _, c := range confProblems.Of(p.Facts) {
		s, problem := c.server, c.Problem
		if !wanted(problem.Kind) || !problem.Fatal && problem.Kind != redisconf.BadValue || moduleMayKnow(s, problem) {
			continue
		}
		at := c.directive.AtWord(problem.Word, "")
		if !at.IsValid() || !seen.add(at) {
			continue
		}
		f := lint.Finding{Message: problem.Message, Help: problem.Help, Places: []lint.Place{at}}
		if !problem.Fatal {
			f.Severity = lint.Warning
		}
		if ref := s.Container.Image.Ref; s.Version.Known && (problem.Kind == redisconf.NotYetKnown || problem.Kind == redisconf.Removed) {
			f.Places = append(f.Places, s.Container.At(ref, "the image that reads it"))
		}
		if f.Help == "" && problem.Suggestion != "" {
			f.Help = "write " + problem.Suggestion
		}
		if problem.Suggestion != "" {
			f.Fixes = replace(lint.Arg{Place: at}, problem.Suggestion, "write "+problem.Suggestion, false)
		}
		p.Report(f)
	}
}

// A confProblem is what is wrong with a directive of a server by itself.
type confProblem struct {
	redisconf.Problem
	server    *lint.Server
	directive *lint.Directive
}

// confProblems are those of all servers, in the order in which they read them. Of
// directives that a script changes only wrong names are among them.
var confProblems = lint.Derive(func(f *lint.Facts) []confProblem {
	var all []confProblem
	for _, servers := range [][]*lint.Server{f.Redis, f.Sentinels} {
		for _, s := range servers {
			for _, d := range s.Directives {
				problems := s.Check(d)
				if len(problems) == 0 || !d.IsKnown() && !unknownName(s, d) {
					continue // what a script puts there decides
				}
				for _, problem := range problems {
					all = append(all, confProblem{problem, s, d})
				}
			}
		}
	}
	return all
})

// unknownName tells whether the name itself is what is wrong.
func unknownName(s *lint.Server, d *lint.Directive) bool { return !isDirective(s, d) }

// moduleMayKnow tells whether a module that the server loads may know the
// directive.
func moduleMayKnow(s *lint.Server, problem redisconf.Problem) bool {
	return problem.Kind == redisconf.UnknownDirective && problem.Suggestion == "" && s.Last("loadmodule") != nil
}

// duplicateMaster finds two lines for one master in one Sentinel.
func duplicateMaster(p *lint.Pass, s *lint.Server, seen spanSet) {
	if s.Made {
		return // perhaps in two branches of a script
	}
	first := map[string]lint.Arg{}
	for _, w := range s.Monitors() {
		if !w.Name.Known || !w.Name.Exists() {
			continue
		}
		one, twice := first[w.Name.Text]
		if !twice {
			first[w.Name.Text] = w.Name
			continue
		}
		if seen.add(w.Name.Place) {
			p.Report(lint.Finding{
				Message: fmt.Sprintf("%q is monitored twice: Sentinel ends at start with \"Duplicate master name.\"", w.Name.Text),
				Places:  []lint.Place{w.Name.Place, one.Labeled("monitored here before")},
				Help:    "remove one of the lines, or give it another name",
			})
		}
	}
}

var redisConfigNotUsed = &lint.Rule{
	ID:       "redis/config-not-used",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a configuration is mounted, and the server is started on another file",
		Why:   `A file that redis-server is not started on has no effect. If the command names a path where nothing is mounted, the server ends: "Fatal error, can't open config file". If it names none, Redis starts with its defaults: no password, no replication, no persistence beyond snapshots in the container, and protected mode refuses every client from another pod.`,
		Fix:   "Start the server on the path where the file is mounted: mountPath itself with subPath, else mountPath and the key.",
		Refs:  []string{refRedisConfig, "https://kubernetes.io/docs/concepts/storage/volumes/#using-subpath"},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.Facts.Servers() {
			unread := s.Unread()
			if len(unread) == 0 {
				continue
			}
			u := unread[0]
			c := s.Container
			mount := c.At(u.Mount.Get("mountPath"), fmt.Sprintf("%s %s has it as %s", u.Object.Kind, u.Object.Name, u.Path))
			if s.ConfPath == "" {
				f := lint.Finding{
					Message: fmt.Sprintf("the server is started without a file, and %s is never read", u.Path),
					Places:  []lint.Place{commandAt(c), mount},
					Help:    "name the file in the command: " + startCommand(s) + " " + u.Path,
				}
				if len(s.Directives) > 0 {
					f.Severity = lint.Warning // its options may be all that is meant
				}
				p.Report(f)
				continue
			}
			started := s.ConfPathAt
			started.Label = "the server is started on this path"
			f := lint.Finding{
				Message: fmt.Sprintf("nothing is mounted at %s: the configuration is at %s, and the server does not start", s.ConfPath, u.Path),
				Places:  []lint.Place{started, mount},
				Help:    "write " + u.Path,
				Fixes:   replace(lint.Arg{Place: started}, u.Path, "write "+u.Path, false),
			}
			if misplaced(p.Facts, s, u) {
				f.Places = []lint.Place{mount, started}
				f.Help, f.Fixes = "mount it at "+s.ConfPath, nil
				f.Message = fmt.Sprintf("the configuration is mounted at %s, but the server is started on %s, where nothing is: it does not start", u.Path, s.ConfPath)
			}
			p.Report(f)
		}
	},
}

// commandAt returns where the container's command is written, or its name.
func commandAt(c *lint.Container) lint.Place {
	for _, key := range []string{"command", "args"} {
		if v := c.Value.Get(key); v.Exists() {
			return lint.AtKey(c.Workload.Object, v, "")
		}
	}
	return containerAt(c, "")
}

func startCommand(s *lint.Server) string {
	name := "redis"
	if s.Version.Flavor == redisconf.Valkey {
		name = "valkey"
	}
	if s.Sentinel {
		return name + "-sentinel"
	}
	return name + "-server"
}

// misplaced tells whether the mount, rather than the command, is the odd one:
// the command ends in the key's own name and the mount does not, or more of the
// other containers use the command's folder.
func misplaced(f *lint.Facts, s *lint.Server, u lint.UnreadConf) bool {
	dir, base := splitPath(s.ConfPath)
	mountDir, mountBase := splitPath(u.Path)
	if base != mountBase {
		return base == u.Key
	}
	votes := 0
	for _, w := range f.Workloads {
		for _, c := range w.Containers {
			if c == s.Container {
				continue
			}
			for m := range c.Value.Get("volumeMounts").Elements() {
				path := m.Get("mountPath").Text()
				at, _ := splitPath(path)
				if at == dir || path == dir {
					votes++
				}
				if at == mountDir || path == mountDir {
					votes--
				}
			}
		}
	}
	return votes > 0
}

func splitPath(path string) (dir, base string) {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)], path[i+1:]
}
