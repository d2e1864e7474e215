package repo

import (
	"hash/maphash"
	"slices"
	"sync"
)

// passed are files that were read, looked at and let go. Somebody who asks for
// one of them later reads it again.
type passed struct {
	names  []string // sorted
	shells []shell  // of each
	seed   maphash.Seed
	reader *reader

	mu     sync.Mutex
	recent []*file // the last ones that were asked for, the newest last
}

// A shell is what is kept of a file. There are as many as files.
type shell struct {
	sum      uint64     // of its bytes
	ids      []identity // what it defines, until the environments are known
	comments *[]Comment // nil if there are none
	// secrets are where it holds secrets by position, if an excerpt of it may be
	// shown; nil if that was not looked for.
	secrets *[]textRange
	kind    fileKind
	masked  bool // see file
	item    bool // it is an item
	root    bool // it is the kustomization of a root
}

// maxRecent bounds the files that are kept when somebody asks for them again.
// The places of one finding are in a few files.
const maxRecent = 16

// shell returns what is kept of a file, or nil.
func (p *passed) shell(name string) *shell {
	if p == nil {
		return nil
	}
	i, ok := slices.BinarySearch(p.names, name)
	if !ok {
		return nil
	}
	return &p.shells[i]
}

// again reads a file again; nil if it is not what it was. What masks keep of
// files that nobody asks for any more is dropped.
func (p *passed) again(r *Repo, name string) *file {
	s := p.shell(name)
	if s == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.IndexFunc(p.recent, func(f *file) bool { return f.name == name }); i >= 0 {
		f := p.recent[i]
		p.recent = append(slices.Delete(p.recent, i, i+1), f)
		return f
	}
	var f *file
	if s.secrets != nil {
		data, _ := p.reader.read(name)
		f = newFile(name, data)
		f.secretsOnce.Do(func() { f.secrets = *s.secrets })
	} else {
		f, _ = p.reader.readFile(name)
		f.masked = s.masked
	}
	if maphash.Bytes(p.seed, f.data) != s.sum {
		return nil
	}
	if len(p.recent) == maxRecent {
		r.forget(p.recent[0])
		p.recent = slices.Delete(p.recent, 0, 1)
	}
	p.recent = append(p.recent, f)
	return f
}

// file returns a file that was read, or nil.
func (r *Repo) file(name string) *file {
	if f := r.files[name]; f != nil {
		return f
	}
	if r.passed == nil {
		return nil
	}
	return r.passed.again(r, name)
}

// forget drops what is kept for a file.
func (r *Repo) forget(f *file) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.masks != nil {
		delete(r.masks.ranges, f)
	}
}
