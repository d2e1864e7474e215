package supervisor

import (
	"os/exec"
	"syscall"
)

// limitMemory bounds the private writable memory of this process in bytes. The
// address space (RLIMIT_AS) says nothing about a Go program, which reserves
// much more than it uses.
func limitMemory(n uint64) { setLimit(syscall.RLIMIT_DATA, n) }

// watchMemory has nothing to do: the kernel does.
func watchMemory(func()) {}

// dieWithParent lets no child outlive a parent that was killed.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
