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
	// maxRead and maxReadBytes bound the configurations of all servers, which may
	// read one text a thousand times.
	maxRead      = 60_000
	maxReadBytes = 32 << 20
	// maxCommands is how many commands of one script are followed, maxFollowed how
	// many looks at commands and variables the files and words of all scripts may
	// take, maxStarts how many places of a script may start a server, and maxEdits
	// how many bytes of programs for sed may change one file.
	maxCommands = 2_000
	maxFollowed = 2_000_000
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
}

// mayRead tells whether a server may read one more text of a configuration, and
// counts it.
func (f *Facts) mayRead(o *repo.Object, text repo.Value, size int) bool {
	if f.spent.bytes += size; f.spent.bytes <= maxReadBytes && f.spent.directives < maxRead {
		return true
	}
	f.Stop(At(o, text, ""), "split the environment", "all servers together read more than %d directives or %d MiB of configuration, the limit for one environment; from here on it was not read", maxRead, maxReadBytes>>20)
	return false
}
