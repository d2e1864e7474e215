package git

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// An FS shows an index or a tree as a file system: fs.ReadDirFS, fs.StatFS,
// fs.ReadFileFS and fs.ReadLinkFS. Open and Stat follow symbolic links that stay
// inside. Another repository inside of this one (a submodule) is an empty
// folder. It may be used by several goroutines.
type FS struct {
	repo    *Repo
	entries map[string]entry         // files by path
	folders map[string][]fs.DirEntry // sorted by name
}

// An entry is a file: an object of the repository, or text in memory.
type entry struct {
	mode fs.FileMode
	id   string
	data []byte // if id is empty
}

func newFS(r *Repo) *FS {
	return &FS{repo: r, entries: map[string]entry{}}
}

func (f *FS) add(name, mode, id string) error {
	m, err := fileMode(mode)
	if err != nil {
		return err
	}
	if fs.ValidPath(name) { // what is not valid cannot be asked for either
		f.entries[name] = entry{mode: m, id: id}
	}
	return nil
}

// With returns the file system as it is after the changes.
func (f *FS) With(changes []Change) *FS {
	next := &FS{repo: f.repo, entries: maps.Clone(f.entries)}
	for _, c := range changes {
		if c.Data == nil {
			delete(next.entries, c.Path)
			continue
		}
		next.entries[c.Path] = entry{mode: 0o644, data: c.Data}
	}
	next.link()
	return next
}

// link builds the folders from the paths of the files.
func (f *FS) link() {
	f.folders = map[string][]fs.DirEntry{".": nil}
	for name, e := range f.entries {
		if e.mode.IsDir() {
			f.folder(name)
			continue
		}
		dir := path.Dir(name)
		f.folder(dir)
		f.folders[dir] = append(f.folders[dir], &info{fs: f, name: path.Base(name), entry: e})
	}
	for dir := range f.folders {
		slices.SortFunc(f.folders[dir], func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	}
}

func (f *FS) folder(dir string) {
	if _, ok := f.folders[dir]; ok {
		return
	}
	f.folders[dir] = nil
	parent := path.Dir(dir)
	f.folder(parent)
	f.folders[parent] = append(f.folders[parent], folderInfo(path.Base(dir)))
}

func folderInfo(name string) *info {
	return &info{name: name, entry: entry{mode: fs.ModeDir | 0o755}}
}

// Paths returns the paths of all files, sorted.
func (f *FS) Paths() []string { return slices.Sorted(maps.Keys(f.entries)) }

// Equal tells whether both hold the same files. They must be of one repository.
func (f *FS) Equal(other *FS) (bool, error) {
	if len(f.entries) != len(other.entries) {
		return false, nil
	}
	for name, a := range f.entries {
		b, ok := other.entries[name]
		if !ok || a.mode != b.mode {
			return false, nil
		}
		if a.id == b.id && a.id != "" {
			continue
		}
		if a.id != "" && b.id != "" {
			return false, nil
		}
		one, err := f.content(a)
		if err != nil {
			return false, err
		}
		two, err := other.content(b)
		if err != nil || !bytes.Equal(one, two) {
			return false, err
		}
	}
	return true, nil
}

// maxLinks bounds how many symbolic links may follow each other.
const maxLinks = 40

var (
	errEscapes = errors.New("path escapes from parent")
	errLinks   = errors.New("too many symbolic links")
)

// resolve follows the symbolic links on the way to a name, and the last one too
// if asked to.
func (f *FS) resolve(op, name string, last bool) (string, error) {
	if !fs.ValidPath(name) {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	done, todo := ".", strings.Split(name, "/")
	for links := 0; len(todo) > 0; {
		part := todo[0]
		todo = todo[1:]
		if part == "." {
			continue
		}
		if part == ".." {
			if done == "." {
				return "", &fs.PathError{Op: op, Path: name, Err: errEscapes}
			}
			done = path.Dir(done)
			continue
		}
		at := path.Join(done, part)
		e, ok := f.entries[at]
		if !ok || e.mode&fs.ModeSymlink == 0 || len(todo) == 0 && !last {
			done = at
			continue
		}
		if links++; links > maxLinks {
			return "", &fs.PathError{Op: op, Path: name, Err: errLinks}
		}
		target, err := f.content(e)
		if err != nil {
			return "", &fs.PathError{Op: op, Path: name, Err: err}
		}
		if path.IsAbs(string(target)) {
			return "", &fs.PathError{Op: op, Path: name, Err: errEscapes}
		}
		todo = append(strings.Split(string(target), "/"), todo...)
		todo = slices.DeleteFunc(todo, func(p string) bool { return p == "" })
	}
	return done, nil
}

func (f *FS) content(e entry) ([]byte, error) {
	if e.id == "" {
		return e.data, nil
	}
	kind, data, err := f.repo.read(e.id)
	if err == nil && kind != "blob" {
		err = fmt.Errorf("git: %s is not a file", e.id[:12])
	}
	return data, err
}

// stat returns what a resolved name is.
func (f *FS) stat(op, name, resolved string) (*info, error) {
	if _, ok := f.folders[resolved]; ok {
		return folderInfo(path.Base(name)), nil
	}
	e, ok := f.entries[resolved]
	if !ok {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return &info{fs: f, name: path.Base(name), entry: e}, nil
}

// Stat implements fs.StatFS.
func (f *FS) Stat(name string) (fs.FileInfo, error) { return f.about("stat", name, true) }

// Lstat implements fs.ReadLinkFS.
func (f *FS) Lstat(name string) (fs.FileInfo, error) { return f.about("lstat", name, false) }

func (f *FS) about(op, name string, last bool) (fs.FileInfo, error) {
	at, err := f.resolve(op, name, last)
	if err != nil {
		return nil, err
	}
	i, err := f.stat(op, name, at)
	if err != nil {
		return nil, err
	}
	return i, i.measure()
}

// ReadLink implements fs.ReadLinkFS.
func (f *FS) ReadLink(name string) (string, error) {
	at, err := f.resolve("readlink", name, false)
	if err != nil {
		return "", err
	}
	e, ok := f.entries[at]
	switch {
	case !ok:
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrNotExist}
	case e.mode&fs.ModeSymlink == 0:
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	target, err := f.content(e)
	return string(target), err
}

// ReadFile implements fs.ReadFileFS.
func (f *FS) ReadFile(name string) ([]byte, error) {
	file, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	open, ok := file.(*openFile)
	if !ok {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("is a folder")}
	}
	return open.data, nil
}

// ReadDir implements fs.ReadDirFS.
func (f *FS) ReadDir(name string) ([]fs.DirEntry, error) {
	at, err := f.resolve("readdir", name, true)
	if err != nil {
		return nil, err
	}
	list, ok := f.folders[at]
	if !ok {
		err := fs.ErrNotExist
		if _, file := f.entries[at]; file {
			err = errors.New("not a folder")
		}
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	return slices.Clone(list), nil
}

// Open implements fs.FS.
func (f *FS) Open(name string) (fs.File, error) {
	at, err := f.resolve("open", name, true)
	if err != nil {
		return nil, err
	}
	i, err := f.stat("open", name, at)
	if err != nil {
		return nil, err
	}
	if i.IsDir() {
		return &openFolder{info: i, rest: slices.Clone(f.folders[at])}, nil
	}
	data, err := f.content(i.entry)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	i.size = int64(len(data))
	return &openFile{info: i, data: data, Reader: bytes.NewReader(data)}, nil
}

// An info is the fs.FileInfo and the fs.DirEntry of a file or a folder.
type info struct {
	fs   *FS
	name string
	entry
	size int64
}

// measure finds out the size.
func (i *info) measure() (err error) {
	switch {
	case i.entry.mode.IsDir():
	case i.id == "":
		i.size = int64(len(i.data))
	default:
		i.size, err = i.fs.repo.size(i.id)
	}
	return err
}

func (i *info) Name() string       { return i.name }
func (i *info) Size() int64        { return i.size }
func (i *info) Mode() fs.FileMode  { return i.mode }
func (i *info) Type() fs.FileMode  { return i.mode.Type() }
func (i *info) IsDir() bool        { return i.mode.IsDir() }
func (i *info) ModTime() time.Time { return time.Time{} }
func (i *info) Sys() any           { return nil }

func (i *info) Info() (fs.FileInfo, error) {
	measured := *i
	return &measured, measured.measure()
}

type openFile struct {
	info *info
	data []byte
	*bytes.Reader
}

func (o *openFile) Stat() (fs.FileInfo, error) { return o.info, nil }
func (o *openFile) Close() error               { return nil }

type openFolder struct {
	info *info
	rest []fs.DirEntry
}

func (o *openFolder) Stat() (fs.FileInfo, error) { return o.info, nil }
func (o *openFolder) Close() error               { return nil }
func (o *openFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: o.info.name, Err: errors.New("is a folder")}
}

func (o *openFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		list := o.rest
		o.rest = nil
		return list, nil
	}
	if len(o.rest) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(o.rest))
	list := o.rest[:n]
	o.rest = o.rest[n:]
	return list, nil
}
