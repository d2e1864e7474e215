//go:build linux || darwin

package supervisor

import (
	"syscall"
	"time"
)

// setLimit lowers what the kernel lets this process use. The hard limit stays,
// so that the next piece of work can have its own.
func setLimit(resource int, n uint64) {
	var l syscall.Rlimit
	if syscall.Getrlimit(resource, &l) != nil {
		return // not on this system: the parent's clock is left
	}
	l.Cur = min(n, l.Max)
	_ = syscall.Setrlimit(resource, &l)
}

// setCPU makes the kernel send SIGXCPU when this process has used so much
// processor time in all; 0 is for no bound.
func setCPU(total time.Duration) {
	n := ^uint64(0)
	if total > 0 {
		n = uint64((total + time.Second - 1) / time.Second)
	}
	setLimit(syscall.RLIMIT_CPU, n)
}

// processorTime is what this process has used until now.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
