package git

import (
	"context"
	"fmt"
	"slices"
)

// Changed returns the paths, relative to Top, in which the working tree differs
// from a commit: changed, new or gone, staged or not. What git ignores counts as
// new.
func (r *Repo) Changed(ctx context.Context, commit string) ([]string, error) {
	if !objectName.MatchString(commit) {
		return nil, fmt.Errorf("%q is not the name of an object", commit)
	}
	var paths []string
	for _, args := range [][]string{
		{"diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules", "--end-of-options", commit, "--"},
		{"ls-files", "--others", "-z", "--full-name", "--", ":/"},
	} {
		out, err := r.run(ctx, call{args: args, env: append(r.indexEnv(), "GIT_LITERAL_PATHSPECS=0")})
		if err != nil {
			return nil, err
		}
		for name := range splitZ(out) {
			paths = append(paths, name)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}
