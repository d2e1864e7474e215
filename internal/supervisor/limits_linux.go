package supervisor

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// limitMemory bounds the private writable memory of this process in bytes. The
// address space (RLIMIT_AS) says nothing about a Go program, which reserves
// much more than it uses.
func limitMemory(n uint64) { setLimit(syscall.RLIMIT_DATA, n) }

// dataSize is what the kernel counts for that limit, in bytes; 0 if it does not
// say. (runtime/metrics would cost every start of the program.)
func dataSize() uint64 {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(statm) // in pages; see proc(5)
	if len(fields) < 6 {
		return 0
	}
	pages, _ := strconv.ParseUint(string(fields[5]), 10, 64)
	return pages * uint64(os.Getpagesize())
}

// watchMemory has nothing to do: the kernel does.
func watchMemory(func()) {}

// dieWithParent lets no child outlive a parent that was killed.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
