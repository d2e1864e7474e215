package apim

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/quorumwright/quorumwright/internal/apim/internal/keyfile"
	"github.com/quorumwright/quorumwright/internal/apim/internal/spans"
)

//go:embed data/keys.txt
var keysText string

//go:embed data/roots.txt
var rootsText string

//go:embed data/wrong.txt
var wrongText string

//go:embed data/releases.txt
var releasesText string

// catalogue is everything the data says, for all versions at once.
type catalogue struct {
	keys  *node
	roots map[string]root
	wrong map[string]wrongKey
	// wrongTree finds the same by the elements of their paths.
	wrongTree *wrongNode
	lines     []line // minor lines in ascending order

	perRelease sync.Map // keyAt to the *Key that it stands for
	defaults   sync.Map // spans.Release to the values.yaml of that release, as far as it is catalogued
}

// line is a minor line and its last patch that was read.
type line struct{ major, minor, last int }

// node is a step of a key path.
type node struct {
	name     string
	record   *keyfile.Record // nil for a step that is no key of its own
	children []*node         // sorted by name
	live     spans.Set       // releases in which the key or one below it lives
	always   bool            // in every release
}

// root is a top-level key whose children are not catalogued.
type root struct {
	role    string
	enabled string
	live    spans.Set
	note    string
}

// wrongNode is a step of the path of a wrong key.
type wrongNode struct {
	wrong    *wrongKey // nil for a step that is none of its own
	children map[string]*wrongNode
}

func (n *wrongNode) insert(path string, w *wrongKey) {
	for _, name := range ParsePath(path) {
		if n.children == nil {
			n.children = map[string]*wrongNode{}
		}
		if n.children[name] == nil {
			n.children[name] = &wrongNode{}
		}
		n = n.children[name]
	}
	n.wrong = w
}

// keyAt is a key as one release of the chart has it.
type keyAt struct {
	record  *keyfile.Record
	release spans.Release
}

// wrongKey is a key that people write and no template reads.
type wrongKey struct {
	use    []string // right keys, the first one replaces the wrong key
	env    string   // environment variable to use instead
	help   string   // what else to set
	effect string   // "", conditional, misleading, or elsewhere (another component reads it)
	seen   string
	why    string
}

var load = sync.OnceValue(read)

// read parses the embedded files.
func read() *catalogue {
	records, err := keyfile.Parse(keysText)
	if err != nil {
		panic("apim: keys.txt: " + err.Error()) // a test parses the file
	}
	c := &catalogue{
		keys:  &node{},
		roots: make(map[string]root),
		wrong: make(map[string]wrongKey, strings.Count(wrongText, "\n")),

		wrongTree: &wrongNode{},
	}
	in := inserter{nodes: make([]node, 0, len(records)*3/2)}
	for i := range records {
		in.insert(c.keys, &records[i])
	}
	for text := range strings.Lines(rootsText) {
		fields := strings.Split(strings.TrimSuffix(text, "\n"), "\t")
		r := root{role: fields[1]}
		for _, field := range fields[2:] {
			name, value, _ := strings.Cut(field, "=")
			switch name {
			case "enabled":
				r.enabled = value
			case "live":
				r.live = mustSpans(value)
			case "note":
				r.note = value
			}
		}
		c.roots[fields[0]] = r
	}
	for text := range strings.Lines(wrongText) {
		fields := strings.Split(strings.TrimSuffix(text, "\n"), "\t")
		var w wrongKey
		for _, field := range fields[1:] {
			name, value, _ := strings.Cut(field, "=")
			switch name {
			case "use":
				w.use = strings.Split(value, ",")
			case "env":
				w.env = value
			case "help":
				w.help = value
			case "effect":
				w.effect = value
			case "seen":
				w.seen = value
			case "why":
				w.why = value
			}
		}
		c.wrong[fields[0]] = w
		c.wrongTree.insert(fields[0], &w)
	}
	for text := range strings.Lines(releasesText) {
		first, _ := ParseVersion(strings.TrimSpace(text))
		c.lines = append(c.lines, line{first.Major, first.Minor, first.Patch})
	}
	return c
}

func mustSpans(text string) spans.Set {
	set, err := spans.Parse(text)
	if err != nil {
		panic("apim: " + err.Error()) // a test parses every span
	}
	return set
}

// An inserter builds the tree of keys. Nodes lie side by side: there are hundreds,
// and a program that judges one file pays for each piece of memory.
type inserter struct {
	nodes []node
	path  []string
}

// insert adds a record below the root node.
func (in *inserter) insert(root *node, record *keyfile.Record) {
	at := root
	in.split(record.Path)
	for _, name := range in.path {
		at = in.child(at, name)
		switch {
		case len(record.Live) == 0:
			at.always = true
		case at.live == nil:
			at.live = slices.Clip(record.Live)
		default:
			for _, span := range record.Live {
				if !slices.Contains(at.live, span) {
					at.live = append(at.live, span)
				}
			}
		}
	}
	at.record = record
}

// split is ParsePath into memory that is used again.
func (in *inserter) split(path string) {
	in.path = in.path[:0]
	if strings.ContainsAny(path, `[\`) {
		in.path = append(in.path, ParsePath(path)...)
		return
	}
	for name := range strings.SplitSeq(path, ".") {
		in.path = append(in.path, name)
	}
}

// child returns the child of a name, a new one if there is none. Keys come nearly
// in order, so that it is mostly the last one.
func (in *inserter) child(n *node, name string) *node {
	last := len(n.children) - 1
	if last >= 0 && n.children[last].name == name {
		return n.children[last]
	}
	i, ok := last+1, false
	if last >= 0 && n.children[last].name > name {
		i, ok = n.find(name)
	}
	if !ok {
		if len(in.nodes) == cap(in.nodes) {
			in.nodes = make([]node, 0, 256)
		}
		in.nodes = append(in.nodes, node{name: name})
		n.children = slices.Insert(n.children, i, &in.nodes[len(in.nodes)-1])
	}
	return n.children[i]
}

func (n *node) find(name string) (int, bool) {
	return slices.BinarySearchFunc(n.children, name, func(c *node, name string) int {
		return strings.Compare(c.name, name)
	})
}

// child is the step below; an index of a list takes the step [].
func (n *node) child(name string) *node {
	if isIndex(name) {
		name = "[]"
	}
	if i, ok := n.find(name); ok {
		return n.children[i]
	}
	return nil
}

// liveIn says whether the key, or one below it, is read in a release.
func (n *node) liveIn(r spans.Release) bool {
	return n.always || n.live.Has(r)
}
