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

	fs       filesys.FileSystem
	kusts    map[*kust]string // the folder of each
	order    []*kust          // in the order of the first visit: the root first
	names    map[*file]string
	files    []*file
	segments []segment
	next     int // the next free line
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
		next:  firstLine,
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

func (s *synthesis) patchFile(p patch) (string, error) {
	if p.json {
		// The lines of operations are lost anyway.
		f, data := p.operations()
		return s.plain(f, data)
	}
	if p.file != nil {
		return s.yamlFile(p.file)
	}
	return s.padded(p.text, p.inline)
}

// yamlFile writes a padded file once.
func (s *synthesis) yamlFile(f *file) (string, error) {
	if name, ok := s.names[f]; ok {
		return name, nil
	}
	return s.padded(f, Value{})
}

func (s *synthesis) padded(f *file, host Value) (string, error) {
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
	}
	return s.plain(f, b.Bytes())
}

// plain writes a file as it is and returns its name, relative to the folder of
// any kustomization.
func (s *synthesis) plain(f *file, data []byte) (string, error) {
	name := "../f/" + strconv.Itoa(len(s.files)) + ".yaml"
	s.names[f] = name
	s.files = append(s.files, f)
	return name, s.fs.WriteFile(strings.TrimPrefix(name, ".."), data)
}

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
