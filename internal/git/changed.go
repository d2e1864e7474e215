package git

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Changed returns the paths, relative to Top, in which the working tree differs
// from a commit: changed, new or gone, staged or not. What git ignores counts as
// new.
//
// No filter runs: a file that goes through one counts as changed as soon as git
// would have to compare it.
func (r *Repo) Changed(ctx context.Context, commit string) ([]string, error) {
	if !objectName.MatchString(commit) {
		return nil, fmt.Errorf("%q is not the name of an object", commit)
	}
	unfiltered, err := r.withoutFilters(ctx)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, args := range [][]string{
		{"diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules", "--end-of-options", commit, "--"},
		{"ls-files", "--others", "-z", "--full-name", "--", ":/"},
	} {
		out, err := r.run(ctx, call{args: args, settings: unfiltered, env: append(r.indexEnv(), "GIT_LITERAL_PATHSPECS=0")})
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

// withoutFilters returns the settings with which git runs no filter of files: it
// sends each file of the working tree that it compares through the one that
// .gitattributes names.
func (r *Repo) withoutFilters(ctx context.Context) ([]string, error) {
	out, err := r.git(ctx, "config", "--null", "--name-only", "--get-regexp", `^filter\..*\.(clean|process|required)$`)
	if err != nil && exitCode(err) != 1 {
		return nil, err
	}
	var settings []string
	for name := range splitZ(out) {
		if strings.Contains(name, "=") { // -c would take it for another setting
			return nil, fmt.Errorf("the configuration of git sets %s: the name of a filter has no =", Clean(name))
		}
		if strings.HasSuffix(name, ".required") {
			settings = append(settings, name+"=false")
		} else {
			settings = append(settings, name+"=")
		}
	}
	return settings, nil
}
