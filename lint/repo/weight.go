package repo

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// What a build in the caller's own process may be made of: a child process costs
// more than the build of an overlay or two, which a hook does at every commit.
// Within these bounds, and those of check, nothing is known that makes kustomize
// use up its time, memory or stack. What is to be judged together is bound in
// bytes too, also where nothing is built.
const (
	maxSmallFiles = 50
	maxSmallSize  = 128 << 10 // bytes of all files that were read
	// The rest is for one root: what kustomize does grows with the product.
	maxSmallSteps = 5_000   // transformations, each counted for every object that it looks at
	maxSmallBytes = 4 << 20 // bytes of all that is built from, counted for every object
)

// A work is what the use of a kustomization costs.
type work struct {
	visits  int // kustomizations, each counted as often as it is used
	objects int
	steps   int // transformations times objects
	bytes   int // of kustomizations, resources, patches and what generators read
	// grows says that something may make objects larger each time it is done, or
	// call itself: copies within an object, variables, a schema of one's own. Some
	// thirty lines of these fill any memory.
	grows bool
}

// isSmall tells whether a root may be built in the caller's own process.
func (w work) isSmall() bool {
	return !w.grows && w.steps <= maxSmallSteps && w.bytes*max(w.objects, 1) <= maxSmallBytes
}

func (w *work) add(sub work) {
	w.visits = min(w.visits+sub.visits, maxVisits+1)
	w.objects = min(w.objects+sub.objects, maxResources+1)
	w.steps = min(w.steps+sub.steps, maxSmallSteps+1)
	w.bytes = min(w.bytes+sub.bytes, maxSmallBytes+1)
	w.grows = w.grows || sub.grows
}

// growing are the fields of a kustomization that may make objects grow.
var growing = []string{"replacements", "vars", "openapi", "configurations", "crds", "transformers", "generators", "validators"}

// own is what a kustomization itself adds to the work on so many objects.
func (k *kust) own(objects int) work {
	w := work{bytes: len(k.file.data)}
	entries := 0
	n := k.value.node
	for i := 0; n != nil && n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		field, v := n.Content[i].Value, n.Content[i+1]
		switch {
		case field == "resources" || field == "bases" || field == "components":
		case slices.Contains(growing, field):
			w.grows = true
		case v.Kind == yaml.ScalarNode:
			entries++
		default:
			entries += len(v.Content)
		}
	}
	for _, p := range k.patches {
		if p.file != nil {
			w.bytes += len(p.file.data)
		}
		w.grows = w.grows || p.copies()
	}
	for _, g := range k.generators {
		for _, s := range g.sources {
			entries++
			if s.file != nil {
				w.bytes += len(s.file.data)
			}
		}
	}
	for _, r := range k.resources {
		if r.file != nil {
			w.bytes += len(r.file.data)
		}
	}
	w.bytes = min(w.bytes, maxSmallBytes+1)
	w.steps = min(entries*max(objects, 1), maxSmallSteps+1)
	return w
}

// copies tells whether one of the operations of a patch copies a part of the object
// into it, as one can do again with the copy.
func (p patch) copies() bool {
	if !p.json || len(p.docs) == 0 {
		return false
	}
	return slices.ContainsFunc(p.docs[0].value().Items(), func(op Value) bool { return op.Get("op").Text() == "copy" })
}
