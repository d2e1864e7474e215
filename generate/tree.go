package generate

import (
	"cmp"
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
	files   []File // sorted by path
	owners  []owner
	partial bool // made for some environments only: the others are not judged
}

// Files returns the files, sorted by path. They must not be changed.
func (t *Tree) Files() []File { return t.files }

// File returns the content of a file.
func (t *Tree) File(path string) ([]byte, bool) {
	i, ok := slices.BinarySearchFunc(t.files, path, func(f File, path string) int { return cmp.Compare(f.Path, path) })
	if !ok {
		return nil, false
	}
	return t.files[i].Data, true
}

// FS shows the tree as a file system, as if it had been written, with more files
// beside it: those of EncryptedFiles, without which it does not build.
func (t *Tree) FS(more ...File) fs.FS {
	m := make(fstest.MapFS, len(t.files)+len(more))
	for _, f := range slices.Concat(t.files, more) {
		m[f.Path] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
	}
	return m
}
