package main

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
)

// reason words an operating system error without the path, which the caller
// has said already.
func reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file or folder"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.Is(err, fs.ErrExist):
		return "exists already"
	}
	if strings.Contains(err.Error(), "path escapes from parent") { // os.Root has no name for it
		return "a symbolic link on this path leads out of the folder"
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
