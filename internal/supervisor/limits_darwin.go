package supervisor

import (
	"os/exec"
	"runtime/metrics"
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
			if dataSize() > memoryBound.Load() {
				over()
			}
		}
	}()
}

// dataSize is the memory in bytes that the Go runtime has mapped for writing.
func dataSize() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}

func dieWithParent(*exec.Cmd) {}
