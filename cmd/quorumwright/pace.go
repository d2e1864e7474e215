package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// The garbage that may gather before it is collected: as much as eight times of
// what is in use, but no more than maxGarbage bytes, and less where it would take
// more than modest together with what is in use. Short runs never collect any
// then, and runs over many environments take no more than those over some. What is
// in use beyond immodest is collected at leastPace, or collecting would be all we do.
const (
	maxGarbage   = 48 << 20
	leastGarbage = 12 << 20
	modest       = 52 << 20
	immodest     = 132 << 20
	mostPace     = 800 // percent, as in GOGC
	leastPace    = 60
)

// paceCollector sets the pace of the garbage collector, unless GOGC does.
func paceCollector() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(mostPace)
	onCollection(mostPace)
}

// onCollection sets the pace anew after the next collection, and from then on
// after each one. An object that nobody refers to is what tells of a collection.
func onCollection(pace int) {
	runtime.SetFinalizer(new(ticket), func(*ticket) {
		// The next collection is due when what is in use has grown by pace.
		// (runtime/metrics says what is in use, and costs every start.)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		next := paceFor(m.NextGC * 100 / uint64(100+pace))
		if next != pace {
			debug.SetGCPercent(next)
		}
		onCollection(next)
	})
}

// A ticket is large enough not to share its memory with others, which would
// keep it alive.
type ticket [4]uint64

// paceFor returns the pace for the bytes in use.
func paceFor(live uint64) int {
	if live > immodest {
		return leastPace
	}
	garbage := min(maxGarbage, max(leastGarbage, modest-min(live, modest)))
	return int(min(garbage*100/max(live, 1), mostPace))
}
