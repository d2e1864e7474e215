package repo

import (
	"fmt"
	"io"
	"log"
	"os"
	"path"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/openapi"

	"github.com/quorumwright/quorumwright/internal/supervisor"
)

// building makes builds follow one another: kustomize keeps state that is
// global to the process, and parallel builds give wrong results.
var building sync.Mutex

// render builds a root. Everything that it can find is checked before, so that
// the build neither reads a file nor reaches the network; what can still go
// wrong is put into words by failure.
func (ks *kustomizations) render(root *kust) *Environment {
	if ks.stop != nil {
		return nil
	}
	w, ok := ks.check(root)
	if !ok {
		return nil
	}
	if ks.beforeBuild(len(ks.files), w); ks.stop != nil {
		return nil
	}
	marked, sh := ks.marked(root)
	if sh != nil {
		if r := ks.shared(sh, marked, root.dir); r != nil {
			ks.repo.shared++
			return ks.environment(root, marked, r)
		}
	}
	s := ks.synthesis(root, nil)
	r, err := render(s, root.dir)
	if err != nil {
		ks.failure(s, root, err)
		return nil
	}
	if sh != nil {
		ks.await(sh, r, marked.gaps.values)
	}
	return ks.environment(root, s, r)
}

// synthesis plans the tree of a root.
func (ks *kustomizations) synthesis(root *kust, g *gaps) *synthesis {
	s := newSynthesis()
	s.origins, s.passing = ks.origins, ks.passing
	s.partial = isPartial(root)
	s.notes = canNote(root)
	s.gaps = g
	s.add(root)
	return s
}

// marked plans the tree of a root with marks in its gaps, and returns its
// shape; nil if it shares none.
func (ks *kustomizations) marked(root *kust) (*synthesis, *shape) {
	g := ks.gapsOf(root)
	if g == nil {
		return nil, nil
	}
	s := ks.synthesis(root, g)
	sum := s.shapeOf(root)
	sh := ks.shapes.known[sum]
	if sh == nil {
		sh = &shape{}
		ks.shapes.known[sum] = sh
	}
	return s, sh
}

// environment returns what a root renders to.
func (ks *kustomizations) environment(root *kust, s *synthesis, r *rendering) *Environment {
	s.planned()
	ks.repo.Roots++
	env := &Environment{Root: root.dir, Rendered: true, Partial: s.partial, Files: s.sources()}
	for _, name := range env.Files {
		env.weigh(ks.files[name])
	}
	for i, n := range r.roots {
		o := objectOf(Value{node: n})
		o.Value.src = &trace{synthesis: s, env: env, from: r.from[i], root: n, object: o}
		env.Objects = append(env.Objects, o)
	}
	return env
}

// isPartial tells whether something is left out of the build of a
// kustomization. The check before has refused cycles.
func isPartial(k *kust) bool {
	if k.partial {
		return true
	}
	for _, r := range slices.Concat(k.resources, k.components) {
		if r.kust != nil && isPartial(r.kust) {
			return true
		}
	}
	return false
}

// renderingWork begins what supervision calls the build of a folder.
const renderingWork = "rendering "

// IsRender tells whether a piece of work, as supervision calls it, is the build of
// one folder: an Open that comes after its death does the rest, and reports it.
func IsRender(work string) bool { return strings.HasPrefix(work, renderingWork) }

// build runs kustomize on what is planned. A panic of kustomize is an error.
// display is what the person calls the folder.
func build(s *synthesis, display string) (rm resmap.ResMap, err error) {
	fs, err := s.tree()
	if err != nil {
		return nil, err
	}
	building.Lock()
	defer building.Unlock()
	if d := supervisor.Died(renderingWork + display); d != nil {
		return nil, d
	}
	defer silence()()
	defer supervisor.Begin(renderingWork + display)()
	defer func() {
		if p := recover(); p != nil {
			rm, err = nil, errPanic
		}
	}()
	for _, k := range s.order {
		if k.value.Get("openapi").Exists() {
			openapi.ResetOpenAPI()
			defer openapi.ResetOpenAPI()
			break
		}
	}
	opts := krusty.MakeDefaultOptions()
	opts.LoadRestrictions = types.LoadRestrictionsNone // all that can be loaded was checked
	opts.PluginConfig = types.DisabledPluginConfig()
	return krusty.MakeKustomizer(opts).Run(fs, s.kusts[s.order[0]])
}

// beforeBuild lets the caller take precautions, once, before a build of so many
// files that is not small. Its error ends all.
func (r *reader) beforeBuild(files int, w work) {
	if files > maxSmallFiles || r.total > maxSmallSize || r.aliased || !w.isSmall() {
		r.supervise()
	}
}

// supervise calls Options.Supervise, once.
func (r *reader) supervise() {
	if r.warned {
		return
	}
	r.warned = true
	if r.opts.Supervise != nil {
		r.stop = r.opts.Supervise()
	}
}

var errPanic = fmt.Errorf("kustomize broke down")

// silence keeps kustomize from writing its warnings to standard error, to
// which it writes directly and through package log. The returned function ends
// that.
func silence() func() {
	stderr, logged := os.Stderr, log.Writer()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return func() {}
	}
	os.Stderr = null
	log.SetOutput(io.Discard)
	return func() {
		os.Stderr = stderr
		log.SetOutput(logged)
		null.Close()
	}
}

// check finds what would make the build fail or not end: broken parts, cycles,
// and more work than can be afforded. The problems are told where they are.
func (ks *kustomizations) check(root *kust) (work, bool) {
	c := checker{kustomizations: ks, cost: map[*kust]work{}}
	w, ok := c.visit(root, nil)
	switch {
	case !ok:
		return w, false
	case w.visits > maxVisits:
		c.limit(root, fmt.Sprintf("the root uses kustomizations more than %d times in all, and was not built", maxVisits), "let fewer paths lead to the same base")
		return w, false
	case w.objects > maxResources:
		c.limit(root, fmt.Sprintf("the root holds more than %d objects and was not built", maxResources), "split it")
		return w, false
	}
	return w, true
}

type checker struct {
	*kustomizations
	cost map[*kust]work
}

func (c *checker) limit(k *kust, message, help string) {
	c.repo.Problems = append(c.repo.Problems, limitProblem(k.file.name, message, help))
}

// visit adds up what a kustomization costs. above are those that lead to it.
func (c *checker) visit(k *kust, above []*kust) (work, bool) {
	k.checked = true
	if w, ok := c.cost[k]; ok {
		return w, true
	}
	if k.broken {
		return work{}, false
	}
	if len(above) >= maxNesting {
		c.limit(k, fmt.Sprintf("kustomizations build on each other more than %d deep here, and the root was not built", maxNesting), "")
		return work{}, false
	}
	w := work{visits: 1, objects: len(k.generators)}
	above = append(above, k)
	ok := true
	for _, r := range slices.Concat(k.resources, k.components) {
		if r.kust == nil {
			w.objects += len(r.file.objects())
			continue
		}
		if i := slices.IndexFunc(above, func(a *kust) bool { return within(a.dir, r.kust.dir) }); i >= 0 {
			c.cycle(k, r, above[i])
			ok = false
			continue
		}
		sub, fine := c.visit(r.kust, above)
		ok = ok && fine
		w.add(sub)
	}
	w.add(k.own(w.objects))
	if ok {
		c.cost[k] = w
	}
	return w, ok
}

// within tells whether dir is parent or lies below it.
func within(dir, parent string) bool {
	return dir == parent || parent == "." && dir != ".." && !strings.HasPrefix(dir, "../") && !path.IsAbs(dir) || strings.HasPrefix(dir, parent+"/")
}

func (c *checker) cycle(k *kust, r reference, first *kust) {
	message := "this kustomization builds on itself through this entry"
	if first.dir != r.kust.dir {
		message = "this folder holds the kustomization that builds on it, which kustomize refuses"
	}
	c.problem(k, r.at.Span(), message, "move what both need into a base beside them")
}

const originAnnotation = "config.kubernetes.io/origin"

// dropOrigin removes what the build notes about where an object comes from.
func dropOrigin(root *yaml.Node) {
	meta := child(root, "metadata")
	annotations := child(meta, "annotations")
	if annotations == nil {
		return
	}
	removeKey(annotations, originAnnotation)
	if len(annotations.Content) == 0 {
		removeKey(meta, "annotations")
	}
}

func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func removeKey(n *yaml.Node, key string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content = append(n.Content[:i:i], n.Content[i+2:]...)
			return
		}
	}
}
