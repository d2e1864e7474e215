package lint

import (
	"fmt"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// Bounds of what is collected of one environment, far above what people write.
// They keep the work of rules that compare things with each other small, however
// the things are written.
const (
	// maxServed is how many directives of one server are read, maxMonitors how many
	// masters of one Sentinel.
	maxServed   = 10_000
	maxMonitors = 1_000
	// maxMembers is how many Sentinels and Redis all masters of a group have
	// together, each counted for every master that it watches or is.
	maxMembers = 5_000
	// maxServers is how many servers are read, maxNodes how many Sentinels a client
	// asks whose variables are looked for one by one.
	maxServers = 2_000
	maxNodes   = 100
	// maxRead and maxReadBytes bound the configurations of all servers, which may
	// read one text a thousand times.
	maxRead      = 60_000
	maxReadBytes = 32 << 20
	// maxCommands is how many commands of one script are followed, maxFollowed how
	// many looks at commands and variables the files and words of all scripts may
	// take, maxStarts how many places of a script may start a server, and maxEdits
	// how many bytes of programs for sed may change one file.
	maxCommands = 2_000
	maxFollowed = 4_000_000
	maxStarts   = 64
	maxEdits    = 16 << 10
)

// A Limit is where collecting the facts of an environment stopped at a bound:
// what lies behind it was not judged.
type Limit struct {
	At      Place
	Message string
	Help    string
}

// Limits returns the bounds that were hit, each place once.
func (f *Facts) Limits() []Limit { return f.limits }

// Stop records a bound that was hit, at the place from which on nothing was judged.
func (f *Facts) Stop(at Place, help, format string, args ...any) {
	l := Limit{at, fmt.Sprintf(format, args...), help}
	for _, other := range f.limits {
		if other.At.Span == at.Span || other.Message == l.Message && len(f.limits) >= maxLimits {
			return
		}
	}
	if len(f.limits) < 2*maxLimits {
		f.limits = append(f.limits, l)
	}
}

// maxLimits is how many places of one bound are told; the next ones say nothing
// new.
const maxLimits = 20

// spent counts what collecting the facts has cost.
type spent struct {
	directives, bytes, steps, compared int
	// readAll, followedAll and servedAll say that a bound was told.
	readAll, followedAll, servedAll bool
}

// mayRead tells whether a server may read one more text of a configuration, and
// counts it.
func (f *Facts) mayRead(o *repo.Object, text repo.Value, size int) bool {
	if f.spent.bytes += size; f.spent.bytes <= maxReadBytes && f.spent.directives < maxRead {
		return true
	}
	if f.spent.readAll {
		return false
	}
	f.spent.readAll = true
	f.Stop(At(o, text, ""), "split the environment", "all servers together read more than %d directives or %d MiB of configuration, the limit for one environment; from here on it was not read", maxRead, maxReadBytes>>20)
	return false
}

// mayFollow tells whether what scripts do in a container may be followed n looks
// further.
func (c *Container) mayFollow(n int) bool {
	if c.facts.spent.steps += n; c.facts.spent.steps <= maxFollowed {
		return true
	}
	if c.facts.spent.followedAll {
		return false
	}
	c.facts.spent.followedAll = true
	c.facts.Stop(c.At(c.Value, ""), "write shorter scripts, or mount less", "to follow the scripts and mounts of all containers takes more than %d steps, the limit for one environment; from here on they were not followed", maxFollowed)
	return false
}

// parse returns the commands of a script.
func (c *Container) parse(script string, at source) []shellCommand {
	commands := parseShell(script)
	if len(commands) > maxCommands {
		c.facts.Stop(At(at.object, at.value, ""), "write a shorter script", "this script has more than %d commands, the limit for one script; those after them were not followed", maxCommands)
		commands = commands[:maxCommands]
	}
	return commands
}

// assignments returns the variables that the commands of a script set.
func (f *Facts) assignments(commands []shellCommand) shellVars {
	if len(commands) == 0 {
		return nil
	}
	vars, ok := f.assigned[&commands[0]]
	if !ok {
		vars = assignments(commands)
		if f.assigned == nil {
			f.assigned = map[*shellCommand]shellVars{}
		}
		f.assigned[&commands[0]] = vars
	}
	return vars
}

// looksThrough is how many looks it takes to look through a list: the few entries
// that people write count as one.
func looksThrough(list repo.Value) int { return max(1, list.Len()-manyEntries) }

// mayServe tells whether one more container may be looked at for servers.
func (f *Facts) mayServe(c *Container) bool {
	if len(f.Redis)+len(f.Sentinels) < maxServers {
		return true
	}
	if f.spent.servedAll {
		return false
	}
	f.spent.servedAll = true
	f.Stop(c.At(c.Value, ""), "split the environment", "more than %d servers, the limit for one environment; from here on they were not read", maxServers)
	return false
}

// mayAsk tells whether a client may have one more Sentinel after n, by variables of
// its own; at is where it is told otherwise.
func (f *Facts) mayAsk(n int, o *repo.Object, at repo.Value) bool {
	if n < maxNodes {
		return true
	}
	f.Stop(At(o, at, ""), "name fewer Sentinels", "more than %d Sentinels are given in variables, the limit for one client; the others were not read", maxNodes)
	return false
}
