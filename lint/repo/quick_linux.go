package repo

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// The kernel can do at once what os.Root does folder by folder: open a name that
// stays below a folder, whatever symbolic links are on it. A file then costs four
// calls instead of nine, a folder four instead of one more for each entry. Only
// what goes well is done here: for everything else the caller asks os.Root, which
// also has the words for what is wrong.

// noQuick says that this kernel, or what it runs in, has no openat2.
var noQuick atomic.Bool

// openBeneath opens a name below the folder.
func (d *dirFS) openBeneath(name string, flags uint64) (fd int, err error) {
	if d.folder == nil || noQuick.Load() || !fs.ValidPath(name) {
		return 0, unix.ENOSYS
	}
	how := unix.OpenHow{
		Flags:   flags | unix.O_RDONLY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS,
	}
	fd, err = unix.Openat2(int(d.folder.Fd()), name, &how)
	if err == unix.ENOSYS || err == unix.EPERM {
		noQuick.Store(true)
	}
	return fd, err
}

// missing tells whether there is surely nothing of that name.
func (d *dirFS) missing(name string) bool {
	fd, err := d.openBeneath(name, unix.O_PATH)
	if err == nil {
		unix.Close(fd)
	}
	return err == unix.ENOENT
}

// readQuick returns the bytes of a regular file that is not larger than limit;
// false says to read it in the ordinary way.
func (d *dirFS) readQuick(name string, limit int64) ([]byte, bool) {
	fd, err := d.openBeneath(name, unix.O_NONBLOCK|unix.O_NOCTTY) // a named pipe would wait for a writer
	if err != nil {
		return nil, false
	}
	defer unix.Close(fd)
	var info unix.Stat_t
	if unix.Fstat(fd, &info) != nil || info.Mode&unix.S_IFMT != unix.S_IFREG || info.Size > limit {
		return nil, false
	}
	// One byte more than the size tells whether the file grew meanwhile.
	data := make([]byte, info.Size+1)
	n, err := unix.Read(fd, data)
	return data[:max(n, 0):max(n, 0)], err == nil && int64(n) == info.Size
}

// ReadDir returns the entries of a folder, sorted.
func (d *dirFS) ReadDir(name string) ([]fs.DirEntry, error) {
	fd, err := d.openBeneath(name, unix.O_DIRECTORY)
	if err != nil {
		return readDir(d, name)
	}
	f := os.NewFile(uintptr(fd), filepath.Join(d.dir, filepath.FromSlash(name)))
	entries, err := f.ReadDir(-1)
	f.Close()
	if err != nil {
		return readDir(d, name)
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}
