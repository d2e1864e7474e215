package prove

import (
	"os"
	"os/exec"
	"syscall"
)

// newFolder makes a folder for a proof and returns what removes it. A process of
// its own does that when its standard input ends: so nothing is left even of a
// program that is killed.
func newFolder(parent, pattern string) (dir string, remove func(), err error) {
	if dir, err = os.MkdirTemp(parent, pattern); err != nil {
		return "", nil, err
	}
	cmd := exec.Command("/bin/sh", "-c", `cat >/dev/null; for try in 1 2 3 4 5 6 7 8 9; do rm -rf -- "$1" && exit; sleep 1; done`, "sh", dir)
	// Ctrl-C is for the program, which ends this one.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		os.RemoveAll(dir)
		return "", nil, err
	}
	return dir, func() { stdin.Close(); cmd.Wait() }, nil
}
