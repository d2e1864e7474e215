// Package regular answers one question: what does a file hold that somebody else
// may have put there. Only regular files are opened, none is waited for, and none
// is read beyond a bound.
package regular

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// ErrKind says that a name leads to a folder, a pipe, a device or a socket.
var ErrKind = errors.New("not a regular file")

// A SizeError says that a file is larger than it may be.
type SizeError struct{ Limit int64 } // in bytes

// Error names the bound.
func (e *SizeError) Error() string {
	if e.Limit >= 1<<20 && e.Limit%(1<<20) == 0 {
		return fmt.Sprintf("larger than %d MiB, and not read", e.Limit>>20)
	}
	return fmt.Sprintf("larger than %d KiB, and not read", e.Limit>>10)
}

// ReadFile returns the bytes of a regular file of at most limit bytes. Symbolic
// links are followed. The errors are *fs.PathError, around ErrKind or a
// *SizeError where the file is refused.
func ReadFile(name string, limit int64) ([]byte, error) {
	// Without O_NONBLOCK the open of a named pipe waits for a writer.
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ENXIO) { // a socket
		err = &fs.PathError{Op: "open", Path: name, Err: ErrKind}
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return read(f, name, limit)
}

// ReadFS is ReadFile in a file system. One of the operating system has to refuse
// pipes itself before it opens them.
func ReadFS(fsys fs.FS, name string, limit int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return read(f, name, limit)
}

func read(f fs.File, name string, limit int64) ([]byte, error) {
	refuse := func(err error) error { return &fs.PathError{Op: "read", Path: name, Err: err} }
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, refuse(ErrKind)
	case info.Size() > limit:
		return nil, refuse(&SizeError{limit})
	}
	// A file may grow, and files of the kernel say that they are empty.
	data := make([]byte, 0, info.Size()+1)
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case int64(len(data)) > limit:
			return nil, refuse(&SizeError{limit})
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return nil, err
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}
