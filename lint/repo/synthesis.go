package repo

import (
	"bytes"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// A synthesis is the tree that kustomize gets to see in place of the person's:
// in memory, holding nothing but what was checked, under names of our own. So
// no text of the repository is ever taken for an address, a command or a path.
//
// Every YAML document is padded with empty lines. A node's line thus tells the
// file and line that it comes from, wherever the build moves it.
type synthesis struct {
	// partial says that something is left out of the build, and with it what
	// is meant for it.
	partial bool

	kusts map[*kust]string // the folder of each
	order []*kust          // in the order of the first visit: the root first
	names map[*file]string
	// notes says that objects tell where they come from: see canNote. resources
	// are the files of such objects.
	notes     bool
	resources map[*file]string
	files     []*file
	segments  []segment
	next      int // the next free line
	// writes are what the tree will hold: a file of the person's is copied when
	// the tree is built, not before.
	writes []write
	// gaps are the values that are left open, and origins the origins that
	// several trees share; both may be nil.
	gaps    *gaps
	origins map[*file]*origin
	passing bool // origins is not added to
}

// A write is one file of the tree.
type write struct {
	name string
	data []byte // as it is; or else
	file *file  // the documents of this file, padded, with the gaps open
	base int    // see segment
	note bool   // each document tells the name
	// whole says that the file is copied without padding, trimmed that white
	// space around it is left out, content that it is what a generator puts into
	// an object.
	whole, trimmed, content bool
}

// A segment is the lines of one file, or of the text of an inline patch.
type segment struct {
	base int // a node's line minus base is the line in the file
	src  *origin
}

// An origin is where the nodes of a segment are written.
type origin struct {
	file *file
	host Value // of inline text, whose file is the text alone
	// index holds the nodes of the file by their places; it is made when it is
	// first asked for.
	once  sync.Once
	index map[nodePlace][]*yaml.Node
}

// A nodePlace is where a node begins, in lines of its file.
type nodePlace struct{ line, column int }

// firstLine is above the lines of what kustomize writes anew while it builds:
// JSON 6902 patches give a resource lines that count from 1.
const firstLine = 4096

func newSynthesis() *synthesis {
	return &synthesis{
		kusts:     map[*kust]string{},
		names:     map[*file]string{},
		resources: map[*file]string{},
		next:      firstLine,
	}
}

// add plans a kustomization and all it refers to, and returns its folder.
func (s *synthesis) add(k *kust) string {
	if dir, ok := s.kusts[k]; ok {
		return dir
	}
	dir := "/k" + strconv.Itoa(len(s.order))
	s.kusts[k] = dir
	s.order = append(s.order, k)
	at := len(s.writes)
	s.writes = append(s.writes, write{name: dir + "/kustomization.yaml"})
	var b bytes.Buffer
	s.write(&b, k)
	s.writes[at].data = b.Bytes()
	return dir
}

// tree makes the tree in memory.
func (s *synthesis) tree() (filesys.FileSystem, error) {
	fs := filesys.MakeFsInMemory()
	for _, w := range s.writes {
		if err := fs.WriteFile(strings.TrimPrefix(w.name, ".."), s.text(w)); err != nil {
			return nil, err
		}
	}
	return fs, nil
}

// planned drops what is only needed until the tree is built.
func (s *synthesis) planned() {
	s.writes, s.kusts, s.names, s.resources, s.gaps = nil, nil, nil, nil, nil
}

// sources returns the names of the files that the tree is made of.
func (s *synthesis) sources() []string {
	var names []string
	for _, k := range s.order {
		names = append(names, k.file.name)
	}
	for _, f := range s.files {
		if f != nil && f.name != "" { // the text of an inline patch has no name
			names = append(names, f.name)
		}
	}
	return names
}

func (s *synthesis) patchFile(p patch) string {
	switch {
	case p.json && p.text != nil:
		// The lines of operations are lost anyway.
		return s.plain(p.text, write{file: p.text, whole: true, trimmed: true})
	case p.json:
		return s.plain(p.file, write{file: p.file, whole: true})
	case p.file != nil:
		return s.yamlFile(p.file)
	}
	return s.padded(p.text, p.inline, false)
}

// resourceFile plans a padded file of objects once.
func (s *synthesis) resourceFile(f *file) string {
	if !s.notes {
		return s.yamlFile(f)
	}
	if name, ok := s.resources[f]; ok {
		return name
	}
	name := s.padded(f, Value{}, true)
	s.resources[f] = name
	return name
}

// yamlFile plans a padded file once.
func (s *synthesis) yamlFile(f *file) string {
	if name, ok := s.names[f]; ok {
		return name
	}
	return s.padded(f, Value{}, false)
}

// padded plans a file with room before its documents; with note, each document
// tells its name.
func (s *synthesis) padded(f *file, host Value, note bool) string {
	base := s.next
	s.next += len(f.breaks) + 1
	s.segments = append(s.segments, segment{base, s.originOfFile(f, host)})
	return s.plain(f, write{file: f, base: base, note: note})
}

func (s *synthesis) originOfFile(f *file, host Value) *origin {
	if o := s.origins[f]; o != nil {
		return o
	}
	o := &origin{file: f, host: host}
	if s.origins != nil && !s.passing {
		s.origins[f] = o
	}
	return o
}

// plain plans a file and returns its name, relative to the folder of any
// kustomization.
func (s *synthesis) plain(f *file, w write) string {
	w.name = "../f/" + strconv.Itoa(len(s.files)) + ".yaml"
	s.names[f] = w.name
	s.files = append(s.files, f)
	s.writes = append(s.writes, w)
	return w.name
}

// text returns what is written.
func (s *synthesis) text(w write) []byte {
	switch {
	case w.file == nil:
		return w.data
	case w.content:
		return s.gaps.content(w.file)
	case w.trimmed:
		return bytes.TrimSpace(s.gaps.open(w.file, 0, len(w.file.data)))
	case w.whole:
		return s.gaps.open(w.file, 0, len(w.file.data))
	}
	var b bytes.Buffer
	for i, d := range w.file.docs {
		if i > 0 {
			b.WriteString("\n---\n")
		}
		line := w.file.yamlLine(d.text.start)
		writeTimes(&b, '\n', w.base+line-1)
		writeTimes(&b, ' ', d.text.start-w.file.breaks[line-1])
		b.Write(s.gaps.open(w.file, d.text.start, d.text.end))
		if w.note {
			b.WriteString(noteKey + ": " + strconv.Quote(w.name) + "\n")
		}
	}
	return b.Bytes()
}

func writeTimes(b *bytes.Buffer, c byte, n int) {
	b.Grow(n)
	at := b.AvailableBuffer()[:n]
	for i := range at {
		at[i] = c
	}
	b.Write(at)
}

// plainFile plans a file that configures the build, as it is.
func (s *synthesis) plainFile(k *kust, e Value) string {
	f := k.listed[e.node]
	if f == nil {
		return ""
	}
	return s.plain(f, write{file: f, whole: true})
}
