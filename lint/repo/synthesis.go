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

	fs    filesys.FileSystem
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
		fs:    filesys.MakeFsInMemory(),
		kusts: map[*kust]string{},
		names: map[*file]string{},

		resources: map[*file]string{},
		next:      firstLine,
	}
}

// add writes a kustomization and all it refers to, and returns its folder.
func (s *synthesis) add(k *kust) (string, error) {
	if dir, ok := s.kusts[k]; ok {
		return dir, nil
	}
	dir := "/k" + strconv.Itoa(len(s.order))
	s.kusts[k] = dir
	s.order = append(s.order, k)
	var b bytes.Buffer
	if err := s.write(&b, k); err != nil {
		return "", err
	}
	return dir, s.fs.WriteFile(dir+"/kustomization.yaml", b.Bytes())
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

func (s *synthesis) patchFile(p patch) (string, error) {
	if p.json {
		// The lines of operations are lost anyway.
		f, data := p.operations()
		return s.plain(f, data)
	}
	if p.file != nil {
		return s.yamlFile(p.file)
	}
	return s.padded(p.text, p.inline, false)
}

// resourceFile writes a padded file of objects once.
func (s *synthesis) resourceFile(f *file) (string, error) {
	if !s.notes {
		return s.yamlFile(f)
	}
	if name, ok := s.resources[f]; ok {
		return name, nil
	}
	name, err := s.padded(f, Value{}, true)
	s.resources[f] = name
	return name, err
}

// yamlFile writes a padded file once.
func (s *synthesis) yamlFile(f *file) (string, error) {
	if name, ok := s.names[f]; ok {
		return name, nil
	}
	return s.padded(f, Value{}, false)
}

// padded writes a file; with note, each document tells its name.
func (s *synthesis) padded(f *file, host Value, note bool) (string, error) {
	base := s.next
	s.next += len(f.breaks) + 1
	s.segments = append(s.segments, segment{base, &origin{file: f, host: host}})
	var b bytes.Buffer
	for i, d := range f.docs {
		if i > 0 {
			b.WriteString("\n---\n")
		}
		line := f.yamlLine(d.text.start)
		for range base + line - 1 {
			b.WriteByte('\n')
		}
		for range d.text.start - f.breaks[line-1] {
			b.WriteByte(' ')
		}
		b.Write(f.data[d.text.start:d.text.end])
		if note {
			b.WriteString(noteKey + ": " + strconv.Quote(s.nextName()) + "\n")
		}
	}
	return s.plain(f, b.Bytes())
}

// plain writes a file as it is and returns its name, relative to the folder of
// any kustomization.
func (s *synthesis) plain(f *file, data []byte) (string, error) {
	name := s.nextName()
	s.names[f] = name
	s.files = append(s.files, f)
	return name, s.fs.WriteFile(strings.TrimPrefix(name, ".."), data)
}

// nextName is the name of the next file that is written.
func (s *synthesis) nextName() string { return "../f/" + strconv.Itoa(len(s.files)) + ".yaml" }

// plainFile writes a file that configures the build, as it is.
func (s *synthesis) plainFile(k *kust, e Value) string {
	f := k.listed[e.node]
	if f == nil {
		return ""
	}
	name, err := s.plain(f, f.data)
	if err != nil {
		return ""
	}
	return name
}
