//go:build unix

package generate

import (
	"errors"
	"os"
	"syscall"
)

// lockFolder tells whether this run alone may write a folder, and keeps it so
// until unlock is called. The lock is that of the operating system on the folder
// itself: there is no file, and nothing is left by a run that was killed. A file
// system without locks has them all.
func lockFolder(dir string) (unlock func(), ok bool) {
	f, err := os.Open(dir)
	if err != nil {
		return func() {}, true // what is wrong with it shows when it is written
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	return func() { f.Close() }, !errors.Is(err, syscall.EWOULDBLOCK)
}
