package generate

import (
	"cmp"
	"crypto/sha256"
	"io/fs"
	"slices"
	"testing/fstest"
)

// A File is one generated file.
type File struct {
	Path string // relative to the output folder, with /
	Data []byte
}

// A Tree is the set of files that a deployment becomes, in memory, with the
// ownership files that say which of them belongs to what.
type Tree struct {
	files   []*file // sorted by path
	owners  []*owner
	partial bool // made for some environments only: the others are not judged
}

// A file is a File of which not the bytes are kept, but what makes them: those of
// thousands of environments would fill the memory.
type file struct {
	path  string
	sum   [sha256.Size]byte // of the bytes
	owner *owner
	form  *form // nil for the ownership file
}

// data returns the bytes of the file. They must not be changed.
func (f *file) data() []byte {
	if f.form == nil {
		return f.owner.record()
	}
	return f.form.bytes(f.owner.own)
}

// Files returns the files, sorted by path. They must not be changed.
func (t *Tree) Files() []File {
	files := make([]File, len(t.files))
	for i, f := range t.files {
		files[i] = File{f.path, f.data()}
	}
	return files
}

// File returns the content of a file.
func (t *Tree) File(path string) ([]byte, bool) {
	if f := t.file(path); f != nil {
		return f.data(), true
	}
	return nil, false
}

func (t *Tree) file(path string) *file {
	i, ok := slices.BinarySearchFunc(t.files, path, func(f *file, path string) int { return cmp.Compare(f.path, path) })
	if !ok {
		return nil
	}
	return t.files[i]
}

// FS shows the tree as a file system, as if it had been written, with more files
// beside it: those of EncryptedFiles, without which it does not build.
func (t *Tree) FS(more ...File) fs.FS {
	m := make(fstest.MapFS, len(t.files)+len(more))
	for _, f := range slices.Concat(t.Files(), more) {
		m[f.Path] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
	}
	return m
}
