package supervisor

import (
	"os/exec"
	"sync/atomic"
	"time"
)

var memoryBound atomic.Uint64

// limitMemory bounds the memory of this process in bytes. macOS does
// not enforce RLIMIT_DATA, so watchMemory does.
func limitMemory(n uint64) { memoryBound.Store(n) }

// watchMemory calls over when the bound is passed.
func watchMemory(over func()) {
	go func() {
		for range time.Tick(10 * time.Millisecond) {
			if heapSize() > memoryBound.Load() {
				over()
			}
		}
	}()
}

func dieWithParent(*exec.Cmd) {}
