package supervisor

import (
	"fmt"
	"time"
)

// What one piece of work may cost. Honest work stays far below: a build of 1,000
// objects takes 0.6 s and 100 MiB.
const (
	maxCPU    = 10 * time.Second // processor time of all threads
	maxMemory = 1 << 30          // bytes that the heap may grow by
	maxStack  = 64 << 20         // bytes of one goroutine
	// maxWall is for work that waits instead of computing, and for a child
	// that is too busy to notice its own limit.
	maxWall = 60 * time.Second
	// What is done besides pieces of work may take maxBesides, and maxPerMiB of what
	// was read: five times what it takes to read, judge and print plain files.
	maxBesides = time.Minute
	maxPerMiB  = time.Second
	// All pieces together may take maxSpent, and maxEach for each one besides. A
	// usual build takes a tenth of that.
	maxSpent = time.Minute
	maxEach  = 100 * time.Millisecond
	// maxTotalMemory bounds all of the child in bytes, also while it reads.
	maxTotalMemory = 4 << 30
)

// A Limit names what ran out.
type Limit string

// The limits.
const (
	Time   Limit = "time"
	Memory Limit = "memory"
	Stack  Limit = "stack"
	// Total is the time of all pieces of work together.
	Total Limit = "total"
	// Crash is a fatal error of another kind: a defect, but not a Go trace.
	Crash Limit = "crash"
	// Killed says that somebody else ended the child: the kernel, when the
	// memory of the machine is used up, or a person.
	Killed Limit = "killed"
)

// A Death is the error of a child that did not come to its end.
type Death struct {
	Limit Limit
	// Work is what the child was doing, in the words given to Begin; "" if none.
	Work string
}

// Spent says in words how much it was: "more than 10 s of processor time"; "" if the
// death is no matter of a limit.
func (d *Death) Spent() string {
	switch d.Limit {
	case Total:
		return fmt.Sprintf("more than %d s of processor time", int(maxSpent.Seconds()))
	case Time:
		return fmt.Sprintf("more than %d s of processor time", int(maxCPU.Seconds()))
	case Memory:
		return fmt.Sprintf("more than %d GiB of memory", d.memory()>>30)
	case Stack:
		return fmt.Sprintf("more than %d MiB of stack", maxStack>>20)
	}
	return ""
}

// Error says which limit was hit by what.
func (d *Death) Error() string {
	work := d.Work
	if work == "" {
		work = "reading the files"
	}
	switch d.Limit {
	case Time:
		if d.Work == "" {
			return fmt.Sprintf("resource limit: time: %s took more than %d s, and %d s for each MiB", work, int(maxBesides.Seconds()), int(maxPerMiB.Seconds()))
		}
		return fmt.Sprintf("resource limit: time: %s took more than %d s", work, int(maxCPU.Seconds()))
	case Memory:
		return fmt.Sprintf("resource limit: memory: %s took more than %d GiB", work, d.memory()>>30)
	case Stack:
		return fmt.Sprintf("resource limit: stack: %s took more than %d MiB", work, maxStack>>20)
	case Killed:
		return fmt.Sprintf("killed from outside while %s; the memory of the machine may be used up", work)
	}
	return fmt.Sprintf("internal error while %s; please report what you ran", work)
}

func (d *Death) memory() int64 {
	if d.Work == "" {
		return maxTotalMemory
	}
	return maxMemory
}
