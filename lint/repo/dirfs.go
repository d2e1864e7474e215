package repo

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// DirFS returns the files below dir for Open: regular files and folders only.
// Symbolic links are followed as long as they stay inside; a named pipe or a
// device is refused without waiting for it.
//
// Open reads more than dir when a path asks for it: if dir lies in a git
// repository, kustomizations may refer to all of the repository, and a path
// that the person gives may lie anywhere.
func DirFS(dir string) fs.FS { return &dirFS{dir: dir} }

// errNotRegular says that a name leads to a pipe, a device or a socket.
var errNotRegular = errors.New("not a regular file")

type dirFS struct {
	dir    string
	root   *os.Root // opened at the first use
	folder *os.File // the root as a file, once prepared
}

func (d *dirFS) open(name string, flag int) (*os.File, error) {
	if d.root == nil {
		root, err := os.OpenRoot(d.dir)
		if err != nil {
			return nil, err
		}
		d.root = root
	}
	return d.root.OpenFile(name, flag, 0)
}

// Open opens a regular file or a folder.
func (d *dirFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	// Without O_NONBLOCK the open of a named pipe waits for a writer.
	f, err := d.open(name, os.O_RDONLY|syscall.O_NONBLOCK)
	if errors.Is(err, syscall.ENXIO) { // a socket
		err = &fs.PathError{Op: "open", Path: name, Err: errNotRegular}
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: name, Err: errNotRegular}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Stat tells what a name leads to.
func (d *dirFS) Stat(name string) (fs.FileInfo, error) {
	if d.missing(name) {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return fs.Stat(struct{ fs.FS }{d}, name)
}

// prepare opens the root, so that later use by several goroutines only reads.
func (d *dirFS) prepare() error {
	f, err := d.open(".", os.O_RDONLY)
	d.folder = f
	return err
}

// readDir reads a folder through Open.
func readDir(d *dirFS, name string) ([]fs.DirEntry, error) {
	return fs.ReadDir(struct{ fs.FS }{d}, name)
}

// A mount is a file system and where it lies for the person.
type mount struct {
	fsys fs.FS
	// dir is the working directory within fsys.
	dir string
	// abs is the absolute path of the root of fsys, with slashes, and wd that
	// of the working directory; both are "" if fsys is not on a disk.
	abs, wd string
}

// name returns the name within fsys of a path that is relative to the working
// directory, or absolute; false if it lies outside.
func (m *mount) name(display string) (string, bool) {
	if m.abs == "" {
		name := path.Join(m.dir, display)
		return name, !path.IsAbs(display) && fs.ValidPath(name)
	}
	if m.wd == m.abs && fs.ValidPath(display) && filepath.IsLocal(display) {
		return display, true // as nearly all are
	}
	if !path.IsAbs(display) && !filepath.IsAbs(display) {
		display = path.Join(m.wd, display)
	}
	if display == m.abs {
		return ".", true
	}
	return strings.CutPrefix(display, strings.TrimSuffix(m.abs, "/")+"/")
}

// mounts returns the file system of the working directory, widened to the git
// repository that it lies in.
func newMount(fsys fs.FS, dir string) (*mount, error) {
	d, ok := fsys.(*dirFS)
	if !ok {
		return &mount{fsys: fsys, dir: path.Clean(dir)}, nil
	}
	wd, err := filepath.Abs(filepath.Join(d.dir, filepath.FromSlash(dir)))
	if err != nil {
		return nil, err
	}
	return diskMount(wd, wd)
}

// diskMount mounts the git repository that holds start, or start itself if
// there is none. wd is the working directory.
func diskMount(start, wd string) (*mount, error) {
	root := start
	for at := start; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			root = at
			break
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	d := &dirFS{dir: root}
	if err := d.prepare(); err != nil {
		return nil, err
	}
	return &mount{fsys: d, abs: filepath.ToSlash(root), wd: filepath.ToSlash(wd)}, nil
}
