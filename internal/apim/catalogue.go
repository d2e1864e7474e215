package apim

import (
	"github.com/quorumwright/quorumwright/internal/apim/internal/keyfile"
	"github.com/quorumwright/quorumwright/internal/apim/internal/spans"
)

// The catalogue is data of the program, in tables.go, so that nothing has to be
// parsed before the first question: a run that judges two files would pay more
// for that than for all its answers. A tree is an array in which the children
// of a node lie side by side, sorted by name.

// node is a step of a key path.
type node struct {
	name         string
	record       *keyfile.Record // nil for a step that is no key of its own
	live         spans.Set       // releases in which the key or one below it lives
	always       bool            // in every release
	first, count uint16          // its children in keyNodes
}

// keys is the root of the tree of keys.
var keys = &keyNodes[0]

func (n *node) children() []node { return keyNodes[n.first : n.first+n.count] }

// child is the step below; an index of a list takes the step [].
func (n *node) child(name string) *node {
	return stepNamed(n.children(), name, func(n *node) string { return n.name })
}

// stepNamed finds the step of a name in sorted steps, which are not copied; an
// index of a list is the step [].
func stepNamed[N any](steps []N, name string, nameOf func(*N) string) *N {
	if isIndex(name) {
		name = "[]"
	}
	for low, high := 0, len(steps); low < high; {
		middle := (low + high) / 2
		switch at := nameOf(&steps[middle]); {
		case at == name:
			return &steps[middle]
		case at < name:
			low = middle + 1
		default:
			high = middle
		}
	}
	return nil
}

// liveIn says whether the key, or one below it, is read in a release.
func (n *node) liveIn(r spans.Release) bool {
	return n.always || n.live.Has(r)
}

// root is a top-level key whose children are not catalogued.
type root struct {
	name    string
	role    string
	enabled string // the default of its key enabled, "" if it has none
	live    spans.Set
	note    string
}

// rootNamed returns the root of a name, nil if there is none.
func rootNamed(name string) *root {
	for i := range roots {
		if roots[i].name == name {
			return &roots[i]
		}
	}
	return nil
}

// wrongKey is a key that people write and no template reads.
type wrongKey struct {
	path   string
	use    []string // right keys, the first one replaces the wrong key
	env    string   // environment variable to use instead
	help   string   // what else to set
	effect string   // "", conditional, misleading, or elsewhere (another component reads it)
	seen   string
	why    string
}

// wrongNode is a step of the path of a wrong key.
type wrongNode struct {
	name         string
	wrong        *wrongKey // nil for a step that is none of its own
	first, count uint16    // its children in wrongNodes
}

// child is the step below; an index of a list takes the step [].
func (n *wrongNode) child(name string) *wrongNode {
	return stepNamed(wrongNodes[n.first:n.first+n.count], name, func(n *wrongNode) string { return n.name })
}
