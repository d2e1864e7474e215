package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// The garbage that may gather before it is collected: as much as four times of
// what is in use, but no more than this many bytes, unless more than that is in
// use. Short runs never collect any then, and runs over many environments are
// not several times larger than what they work on.
const (
	maxGarbage = 48 << 20
	mostPace   = 400 // percent, as in GOGC
	leastPace  = 60
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
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		next := mostPace
		if live[0].Value.Kind() == metrics.KindUint64 {
			next = paceFor(live[0].Value.Uint64())
		}
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
	return int(min(max(maxGarbage*100/max(live, 1), leastPace), mostPace))
}
