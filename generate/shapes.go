package generate

import (
	"encoding/json"
	"fmt"
	"strings"

	"cuelang.org/go/cue"

	"github.com/quorumwright/quorumwright/schema"
)

// shapes evaluates the definitions of the .cue files beside it, which it compiles
// once.
type shapes struct {
	module *schema.Module
	root   cue.Value
	known  map[string]node // results, by definition and input
}

func newShapes() (*shapes, error) {
	module := schema.NewModule()
	root, err := module.Package("generate")
	if err != nil {
		return nil, err
	}
	return &shapes{module: module, root: root, known: map[string]node{}}, nil
}

// maxKnown bounds what is remembered: environments have sizes in common, but
// there may be many environments.
const maxKnown = 256

// fill returns a definition with its input as one concrete value. It evaluates a
// definition once for all environments that it has to know the same of. The
// result must not be changed.
func (s *shapes) fill(definition string, in any) (node, error) {
	data, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("shape %s: %w", definition, err)
	}
	key := definition + " " + string(data)
	if n, ok := s.known[key]; ok {
		return n, nil
	}
	v := s.root.LookupPath(cue.MakePath(cue.Def(definition)))
	n, err := readNode(v.FillPath(cue.MakePath(cue.Def("in")), s.module.Context.Encode(in)))
	if err != nil {
		return nil, fmt.Errorf("shape %s: %w", definition, err)
	}
	if len(s.known) == maxKnown {
		clear(s.known)
	}
	s.known[key] = n
	return n, nil
}

// A hole stands in an input for a value that every environment has of its own
// and that shapes only pass on. They are filled in afterwards, so that the shape
// is evaluated once for all these environments. The characters are for private
// use: no spec holds them.
const (
	holeDomain      = "\uE000domain\uE001"
	holeNamespace   = "\uE000namespace\uE001"
	holeEnvironment = "\uE000environment\uE001"
	holeGateway     = "\uE000gateway\uE001" // its namespace
)

// fillHoles returns a copy of a node with the values in the place of their holes.
func fillHoles(n node, values *strings.Replacer) node {
	switch n := n.(type) {
	case *mapping:
		m := &mapping{fields: make([]field, len(n.fields))}
		for i, f := range n.fields {
			m.fields[i] = field{f.key, fillHoles(f.value, values), f.comment}
		}
		return m
	case []any:
		list := make([]any, len(n))
		for i, item := range n {
			list[i] = fillHoles(item, values)
		}
		return list
	case string:
		return values.Replace(n)
	}
	return n
}
