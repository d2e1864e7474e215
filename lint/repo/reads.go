package repo

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// Reads records what Open learns from the disk: which files and folders there
// are, and a checksum of all that it reads. As long as all of that is the same,
// Open with the same options gives the same Repo.
type Reads struct {
	mu     sync.Mutex
	mount  *mount
	seen   map[string]answer // by kind and name
	unsure bool
}

// An answer is what a folder or file said, as a checksum.
type answer [sha256.Size]byte

// The kinds of questions that are asked of a file system.
const (
	askStat = 's' // is there such a file or folder
	askDir  = 'd' // what does the folder hold
	askFile = 'f' // what does the file hold
)

// on begins to record a mount. Only one that lies on a disk can be asked again.
func (r *Reads) on(m *mount) fs.FS {
	r.mount, r.seen = m, map[string]answer{}
	r.unsure = m.abs == ""
	return &recorded{m.fsys, r}
}

func (r *Reads) note(kind byte, name string, a answer, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := string(kind) + name
	before, known := r.seen[key]
	r.unsure = r.unsure || !ok || known && before != a
	r.seen[key] = a
}

// place tells the folder that is read, and the one that paths are relative to,
// from all others. It names neither.
func (m *mount) place() [sha256.Size]byte { return sha256.Sum256([]byte(m.abs + "\x00" + m.wd)) }

// Bytes returns what was recorded; false if it cannot be asked for again, such
// as where a file could not be read.
func (r *Reads) Bytes() ([]byte, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.unsure || r.mount == nil {
		return nil, false
	}
	var b bytes.Buffer
	place := r.mount.place()
	b.Write(place[:])
	// The files of a folder follow one another.
	for _, key := range slices.SortedFunc(maps.Keys(r.seen), func(a, b string) int { return cmp.Or(cmp.Compare(a[1:], b[1:]), cmp.Compare(a[0], b[0])) }) {
		a := r.seen[key]
		b.WriteString(key + "\x00")
		b.Write(a[:])
	}
	return b.Bytes(), true
}

// Same tells whether a folder on the disk still says what was recorded when it
// was opened with the same options.
func Same(fsys fs.FS, dir string, recorded []byte) bool {
	m, err := newMount(fsys, cmp.Or(dir, "."))
	if err != nil || m.abs == "" {
		return false
	}
	place := m.place()
	rest, ok := bytes.CutPrefix(recorded, place[:])
	if !ok {
		return false
	}
	type question struct {
		kind byte
		name string
		want answer
	}
	var all []question
	for len(rest) > 0 {
		end := bytes.IndexByte(rest, 0)
		if end < 1 || len(rest) < end+1+sha256.Size {
			return false
		}
		all = append(all, question{rest[0], string(rest[1:end]), answer(rest[end+1 : end+1+sha256.Size])})
		rest = rest[end+1+sha256.Size:]
	}
	var wg sync.WaitGroup
	var changed atomic.Bool
	part := (len(all) + workers - 1) / workers
	for some := range slices.Chunk(all, max(part, 1)) {
		wg.Go(func() {
			var buffer []byte
			for _, q := range some {
				if changed.Load() {
					return
				}
				var got answer
				ok := false
				switch q.kind {
				case askStat:
					_, got, ok = statAnswer(m.fsys, q.name)
				case askDir:
					_, got, ok = dirAnswer(m.fsys, q.name)
				case askFile:
					got, ok = fileAnswer(m.fsys, q.name, &buffer)
				}
				if !ok || got != q.want {
					changed.Store(true)
				}
			}
		})
	}
	wg.Wait()
	return !changed.Load()
}

// A recorded file system notes what it is asked and what it says.
type recorded struct {
	fs.FS
	reads *Reads
}

func (r *recorded) Stat(name string) (fs.FileInfo, error) {
	info, a, ok := statAnswer(r.FS, name)
	r.reads.note(askStat, name, a, ok)
	if info == nil {
		return fs.Stat(r.FS, name) // the error, whichever it is
	}
	return info, nil
}

func (r *recorded) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, a, ok := dirAnswer(r.FS, name)
	r.reads.note(askDir, name, a, ok)
	if !ok {
		return fs.ReadDir(r.FS, name)
	}
	return entries, nil
}

func (r *recorded) readQuick(name string, limit int64) ([]byte, bool) {
	q, ok := r.FS.(quickReader)
	if !ok {
		return nil, false
	}
	data, ok := q.readQuick(name, limit)
	if ok {
		r.reads.note(askFile, name, sha256.Sum256(data), true)
	}
	return data, ok
}

// Open notes what the file holds when it has been read to its end.
func (r *recorded) Open(name string) (fs.File, error) {
	f, err := r.FS.Open(name)
	if err != nil {
		r.reads.note(askFile, name, answer{}, false)
		return nil, err
	}
	return &recordedFile{File: f, name: name, reads: r.reads}, nil
}

type recordedFile struct {
	fs.File
	name  string
	reads *Reads
	data  []byte
	whole bool
}

func (f *recordedFile) Read(b []byte) (int, error) {
	n, err := f.File.Read(b)
	f.data = append(f.data, b[:n]...)
	f.whole = f.whole || errors.Is(err, io.EOF)
	return n, err
}

func (f *recordedFile) Close() error {
	f.reads.note(askFile, f.name, sha256.Sum256(f.data), f.whole)
	return f.File.Close()
}

func statAnswer(fsys fs.FS, name string) (fs.FileInfo, answer, bool) {
	info, err := fs.Stat(fsys, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, answer{'n'}, true
	case err != nil:
		return nil, answer{}, false
	case info.IsDir():
		return info, answer{'d'}, true
	}
	return info, answer{'f'}, info.Mode().IsRegular()
}

func dirAnswer(fsys fs.FS, name string) ([]fs.DirEntry, answer, bool) {
	entries, err := fs.ReadDir(fsys, name)
	if err != nil {
		return nil, answer{}, false
	}
	h := sha256.New()
	for _, e := range entries {
		io.WriteString(h, e.Name())
		h.Write([]byte{0, byte(e.Type() >> 24), byte(e.Type() >> 16)})
	}
	return entries, answer(h.Sum(nil)), true
}

func fileAnswer(fsys fs.FS, name string, buffer *[]byte) (answer, bool) {
	f, err := fsys.Open(name)
	if err != nil {
		return answer{}, false
	}
	defer f.Close()
	b := (*buffer)[:0]
	if cap(b) == 0 {
		b = make([]byte, 0, 64<<10)
	}
	for {
		if len(b) == cap(b) {
			if len(b) > maxTotalSize {
				return answer{}, false
			}
			b = append(b, 0)[:len(b)]
		}
		n, err := f.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return answer{}, false
		}
	}
	*buffer = b
	return sha256.Sum256(b), true
}
