package schema

import (
	"bytes"
	"maps"
	"slices"
	"strconv"

	"cuelang.org/go/cue/parser"

	"github.com/quorumwright/quorumwright"
)

// exported are the files of package schema that say what a spec is.
var exported = []string{"spec.cue", "redis.cue", "sentinel.cue", "gateway.cue", "secrets.cue", "delivery.cue", "types.cue", "defaults.cue", "deployment.cue"}

// CUE returns the schema as one CUE file that stands alone: #Document, #Spec
// and what they refer to, for cue vet and for editors.
func CUE() ([]byte, error) {
	imports := map[string]bool{}
	var bodies [][]byte
	var head []byte
	for _, name := range exported {
		src, err := quorumwright.CUE.ReadFile("schema/" + name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(name, src, parser.ImportsOnly, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		end := 0
		for _, d := range f.Decls {
			end = d.End().Offset()
			if head == nil { // the comment and the package clause of the first file
				head = src[:end]
			}
		}
		for spec := range f.ImportSpecs() {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return nil, err
			}
			imports[path] = true
		}
		bodies = append(bodies, bytes.TrimSpace(src[end:]))
	}
	var out bytes.Buffer
	out.Write(head)
	out.WriteString("\n\nimport (\n")
	for _, path := range slices.Sorted(maps.Keys(imports)) {
		out.WriteString("\t" + strconv.Quote(path) + "\n")
	}
	out.WriteString(")\n")
	for _, body := range bodies {
		out.WriteString("\n")
		out.Write(body)
		out.WriteString("\n")
	}
	return out.Bytes(), nil
}
