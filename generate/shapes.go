package generate

import (
	"encoding/json"
	"fmt"

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
