//go:build unix

package git

import (
	"os/exec"
	"syscall"
)

// killGroup kills a process and its children, as a terminal that is closed does.
func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
