package git

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// ErrConflict says that two changes of a file touch the same lines.
var ErrConflict = errors.New("both changed the same lines")

// Merge puts two changes of one file together, as git does with lines. The error
// is ErrConflict if they touch the same lines.
func (r *Repo) Merge(ctx context.Context, ours, base, theirs []byte) ([]byte, error) {
	dir, err := os.MkdirTemp("", "quorumwright-git-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	args := []string{"merge-file", "-p", "-q"}
	for name, data := range map[string][]byte{"1": ours, "2": base, "3": theirs} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"1", "2", "3"} {
		args = append(args, filepath.Join(dir, name))
	}
	out, err := r.git(ctx, args...)
	if code := exitCode(err); code > 0 && code < 128 {
		return nil, ErrConflict
	}
	return out, err
}
