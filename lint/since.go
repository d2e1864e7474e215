package lint

import (
	"path"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// A Change is the set of files in which a repository differs from what it was.
// With one, only what it can affect is judged.
type Change struct {
	files map[string]bool
	dirs  map[string]bool // that hold them
}

// NewChange returns the change of files that are new, other or gone, by their
// names as in repo.Span.
func NewChange(files []string) *Change {
	c := &Change{files: map[string]bool{}, dirs: map[string]bool{}}
	for _, f := range files {
		c.files[f] = true
		c.dirs[path.Dir(f)] = true
	}
	return c
}

// scope divides the files of a repository: those of environments that are judged
// and those that only others are made of. A file that belongs to no environment
// is in neither.
func (c *Change) scope(envs []*repo.Environment) (judged []*repo.Environment, ours, theirs map[string]bool) {
	ours, theirs = map[string]bool{}, map[string]bool{}
	for _, env := range envs {
		into := theirs
		if c.affects(env) {
			judged = append(judged, env)
			into = ours
		}
		for _, f := range env.Files {
			into[f] = true
		}
	}
	return judged, ours, theirs
}

// affects tells whether an environment is made of a file that changed, or lies
// in a folder where one did: what is new there may belong to it, and what is gone
// may have.
func (c *Change) affects(env *repo.Environment) bool {
	for _, f := range env.Files {
		if c.files[f] || c.dirs[path.Dir(f)] {
			return true
		}
	}
	return c.dirs[env.Root]
}

// concerns tells whether a problem is in scope: one of a file that changed or
// belongs to a judged environment, or one without an environment, such as a
// build that failed.
func (c *Change) concerns(p repo.Problem, ours, theirs map[string]bool) bool {
	return c.files[p.Span.File] || ours[p.Span.File] || !theirs[p.Span.File]
}
