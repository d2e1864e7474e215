package git

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// Index shows what the index holds, which is what the next commit of a person
// will hold, from Top down. Files that are in conflict are told as an error, and
// files that were only announced with git add -N are not there: a commit would
// not hold them.
//
// The index is the one that git names to its hooks, if it is this repository's.
func (r *Repo) Index(ctx context.Context) (*FS, error) {
	out, err := r.run(ctx, call{args: []string{"ls-files", "--stage", "-z"}, env: r.indexEnv()})
	if err != nil {
		return nil, err
	}
	f := newFS(r)
	var names []string
	empty := false
	for line := range splitZ(out) {
		// MODE ID STAGE<tab>PATH
		info, name, ok := strings.Cut(line, "\t")
		fields := strings.Fields(info)
		if !ok || len(fields) != 3 {
			return nil, fmt.Errorf("git ls-files: unexpected answer")
		}
		if fields[2] != "0" {
			return nil, fmt.Errorf("%s is in conflict: resolve the merge and git add it", Clean(name))
		}
		names = append(names, name)
		empty = empty || slices.Contains(emptyBlobs, fields[1])
		if err := f.add(name, fields[0], fields[1]); err != nil {
			return nil, err
		}
	}
	if empty {
		announced, err := r.announced(ctx, names)
		if err != nil {
			return nil, err
		}
		for _, name := range announced {
			delete(f.entries, name)
		}
	}
	f.link()
	return f, nil
}

// emptyBlobs is what the index says of a file that was only announced, and of an
// empty one, in both formats of a repository.
var emptyBlobs = []string{
	"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
	"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
}

// intentToAdd is the flag of a file that was only announced.
const intentToAdd = 0x20000000

// announced returns those of the names, which are all of the index in its order,
// that were added with git add -N.
func (r *Repo) announced(ctx context.Context, names []string) ([]string, error) {
	out, err := r.run(ctx, call{args: []string{"ls-files", "--debug"}, env: r.indexEnv()})
	if err != nil {
		return nil, err
	}
	var list []string
	n := 0
	for line := range strings.Lines(string(out)) {
		// Behind each name, in which a tab would be quoted, comes
		//   size: SIZE<tab>flags: FLAGS
		info, flags, ok := strings.Cut(line, "\tflags: ")
		if !ok || !strings.HasPrefix(info, "  size: ") {
			continue
		}
		if n == len(names) {
			return nil, fmt.Errorf("git ls-files: unexpected answer")
		}
		if bits, err := strconv.ParseUint(strings.TrimSpace(flags), 16, 64); err == nil && bits&intentToAdd != 0 {
			list = append(list, names[n])
		}
		n++
	}
	if n != len(names) {
		return nil, fmt.Errorf("git ls-files: unexpected answer")
	}
	return list, nil
}

// indexEnv names the index for a call that reads it.
func (r *Repo) indexEnv() []string {
	if r.environ.index == "" {
		return nil
	}
	return []string{"GIT_INDEX_FILE=" + r.environ.index}
}

// Tree shows the tree of a commit, or any tree; with paths, only these files and
// what is below these folders.
func (r *Repo) Tree(ctx context.Context, commit string, paths ...string) (*FS, error) {
	if !objectName.MatchString(commit) {
		return nil, fmt.Errorf("%q is not the name of an object", commit)
	}
	out, err := r.git(ctx, append([]string{"ls-tree", "-r", "-z", "--full-tree", commit, "--"}, paths...)...)
	if err != nil {
		return nil, err
	}
	f := newFS(r)
	for line := range splitZ(out) {
		// MODE TYPE ID<tab>PATH
		info, name, ok := strings.Cut(line, "\t")
		fields := strings.Fields(info)
		if !ok || len(fields) != 3 {
			return nil, fmt.Errorf("git ls-tree: unexpected answer")
		}
		if err := f.add(name, fields[0], fields[2]); err != nil {
			return nil, err
		}
	}
	f.link()
	return f, nil
}

// Ignored returns those of the paths, relative to Top, that git add refuses
// because of an ignore file.
func (r *Repo) Ignored(ctx context.Context, paths []string) ([]string, error) {
	var names []string
	for _, p := range paths {
		names = append(names, "./"+p) // no magic of pathspecs, which this command has always on
	}
	out, err := r.run(ctx, call{args: []string{"check-ignore", "-z", "--stdin"}, stdin: joinZ(names), env: append(r.indexEnv(), "GIT_LITERAL_PATHSPECS=0")})
	if err != nil && exitCode(err) != 1 {
		return nil, err
	}
	var ignored []string
	for name := range splitZ(out) {
		ignored = append(ignored, strings.TrimPrefix(name, "./"))
	}
	return ignored, nil
}

// splitZ yields the parts of a text in which each part ends with NUL.
func splitZ(out []byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for len(out) > 0 {
			part, rest, _ := bytes.Cut(out, []byte{0})
			if !yield(string(part)) {
				return
			}
			out = rest
		}
	}
}

func joinZ(parts []string) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		b.WriteString(p)
		b.WriteByte(0)
	}
	return b.Bytes()
}

// fileMode translates git's mode.
func fileMode(mode string) (fs.FileMode, error) {
	switch mode {
	case "100644", "100664":
		return 0o644, nil
	case "100755":
		return 0o755, nil
	case "120000":
		return fs.ModeSymlink | 0o777, nil
	case "160000":
		return fs.ModeDir | 0o755, nil // another repository: nothing of it is here
	}
	return 0, fmt.Errorf("git: unknown mode %q", mode)
}
