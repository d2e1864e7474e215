//go:build unix

package git

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps a signal to our process group from a child.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
