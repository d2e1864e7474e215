package repo

import (
	"path"
	"strings"
)

// ownershipFile stands in every folder that is generated from a spec.
const ownershipFile = ".quorumwright.json"

// specVersion returns the chart's version in the spec that a values file is
// generated from, as the spec writes it for the file's environment; the missing
// Value if it writes none, or if the spec is not among what was read. A spec in
// CUE is not looked into.
func (r *reader) specVersion(f *file) Value {
	dir := path.Dir(f.name)
	if _, err := r.stat(path.Join(dir, ownershipFile)); err != nil {
		return Value{}
	}
	// The spec stands above the tree: the nearest one is that of the tree.
	for at := path.Dir(dir); ; at = path.Dir(at) {
		for _, name := range []string{"quorumwright.yaml", "quorumwright.yml"} {
			spec := r.specs[path.Join(at, name)]
			if spec == nil {
				spec = r.files[path.Join(at, name)]
			}
			if spec != nil && spec.kind == specFile && len(spec.docs) == 1 {
				return chartOfSpec(spec.docs[0].value(), path.Base(dir))
			}
		}
		if at == "." || at == "/" || strings.HasSuffix(at, "..") {
			return Value{}
		}
	}
}

// chartOfSpec returns the version that a spec writes for an environment.
func chartOfSpec(spec Value, env string) Value {
	own := spec.Get("environments", env, "spec", "gateway", "chart", "version")
	return own.orSelf(spec.Get("spec", "gateway", "chart", "version"))
}
