package generate

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// WriteOptions say what Write may do. The zero value is the careful one.
type WriteOptions struct {
	// Force overwrites files that were changed by hand or that are not ours. It
	// never follows or replaces a symbolic link or a folder.
	Force bool
}

// A ConflictError lists what Write would have to overwrite. Nothing was written.
type ConflictError struct {
	Changes []Change // of kind Edited and Foreign
}

// Error names every file, one a line.
func (e *ConflictError) Error() string {
	lines := make([]string, len(e.Changes))
	for i, c := range e.Changes {
		lines[i] = c.String()
	}
	return strings.Join(lines, "\n")
}

// Write makes the folder dir equal to the tree and returns what it changed,
// sorted by path, without what the files held and hold. Files that are as they
// should be are not touched. Each file is replaced as a whole, a journal comes
// before them all and each ownership file after those that it lists: a run that
// was interrupted leaves no half file, and the next one ends what it began, or
// makes another tree in its place.
//
// Two runs do not mix: while one writes, another that would have to write as well
// fails at once. What interrupted runs left half-written goes away.
//
// Orphaned files are removed, with the folders that they leave empty. If a file
// was changed by hand or is not ours, nothing is written and the error is a
// *ConflictError. Nothing outside of dir is written or removed, also not through
// a symbolic link inside of it.
func (t *Tree) Write(dir string, opts WriteOptions) ([]Change, error) {
	root, err := openRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	unlock, locked := lockFolder(dir)
	defer unlock()
	d := differ{tree: t, have: root.FS(), brief: true, plain: map[string]error{}}
	changes, err := d.diff()
	if !locked {
		if err != nil || len(changes) > 0 { // what is read meanwhile may be gone again
			return nil, fmt.Errorf("%s: another run is writing this folder: nothing was written; run again when it is done", dir)
		}
		return nil, nil
	}
	if err != nil {
		return nil, inFolder(dir, err)
	}
	if conflicts := conflicting(changes, opts); len(conflicts) > 0 {
		return nil, &ConflictError{conflicts}
	}
	w := newWriter(root)
	defer w.leave(1)
	w.sweep(&d)
	w.begin(changes)
	for _, i := range inOrder(changes) {
		w.apply(changes[i])
	}
	w.end(t)
	if w.err != nil {
		return nil, inFolder(dir, w.err)
	}
	made := make([]Change, len(changes))
	for i, c := range changes {
		made[i] = c.Change
	}
	return made, nil
}

// inOrder returns the numbers of the changes in the order in which they are made.
// What an ownership file lists, and what it does not list any more, is done before
// it: a file that is there is known by the checksum that its owner has of it.
func inOrder(changes []change) []int {
	phase := func(c *change) int {
		switch {
		case c.file != nil:
			return 1
		case c.isRecord():
			return 2
		}
		return 0
	}
	order := make([]int, len(changes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &changes[i], &changes[j]
		if by := phase(a) - phase(b); by != 0 {
			return by
		}
		if a.file != nil && a.file.owner != b.file.owner {
			return strings.Compare(a.file.owner.dir, b.file.owner.dir)
		}
		if last := a.isRecord(); last != b.isRecord() {
			if last {
				return 1
			}
			return -1
		}
		return i - j
	})
	return order
}

// isRecord tells whether an ownership file changes.
func (c change) isRecord() bool { return path.Base(c.Path) == OwnershipFile }

// openRoot opens the output folder and makes it if it is not there.
func openRoot(dir string) (*os.Root, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("%s: cannot make the output folder: %w", dir, reason(err))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot open the output folder: %w", dir, reason(err))
	}
	return root, nil
}

// conflicting returns the changes that must not be made.
func conflicting(changes []change, opts WriteOptions) []Change {
	var list []Change
	for _, c := range changes {
		switch c.Kind {
		case Foreign:
			// Only a file can be overwritten.
			if !opts.Force || c.Have == nil {
				list = append(list, c.Change)
			}
		case Edited:
			if !opts.Force {
				list = append(list, c.Change)
			}
		}
	}
	return list
}

// temporaryPrefix begins the names of files that are not written to their end. A
// random text of a fixed length follows.
const temporaryPrefix = ".quorumwright-"

// sweep removes what runs that were killed left in the folders that they wrote, as
// far as the journal tells, and in those that are to be written. Whoever holds the
// lock knows that nobody else is writing. What cannot be removed is in nobody's
// way.
func (w *writer) sweep(d *differ) {
	folders := map[string]bool{".": true} // where the journal is written
	for name := range d.begun {
		folders[path.Dir(name)] = true
	}
	for _, c := range d.changes {
		if c.Have != nil || c.Kind == Missing {
			folders[path.Dir(c.Path)] = true
		}
	}
	for dir := range folders {
		if d.plain[dir] != nil {
			continue // not there, or not a folder
		}
		entries, err := fs.ReadDir(w.root().FS(), dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			text, ok := strings.CutPrefix(e.Name(), temporaryPrefix)
			if ok && len(text) == len(rand.Text()) && strings.Trim(text, base32) == "" && e.Type().IsRegular() {
				_ = w.root().Remove(path.Join(dir, e.Name()))
			}
		}
	}
}

// base32 are the characters of rand.Text.
const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

// A writer applies changes until one fails.
type writer struct {
	temporary string // the name of a file that is not written to its end
	err       error

	// The folder that was written to last and those that it is in, open, the
	// output folder first: the system looks up a path name by name, and the files
	// of a folder come one after the other.
	folders []folder
}

type folder struct {
	name string
	*os.Root
}

func newWriter(root *os.Root) *writer {
	return &writer{temporary: temporaryPrefix + rand.Text(), folders: []folder{{".", root}}}
}

// root is the output folder.
func (w *writer) root() *os.Root { return w.folders[0].Root }

func (w *writer) apply(c change) {
	switch {
	case w.err != nil:
	case c.file == nil:
		w.err = w.remove(c.Path)
	default:
		w.err = w.replace(c.Path, func(to io.Writer) error {
			_, err := to.Write(c.file.data())
			return err
		})
	}
}

// replace writes a file beside the one it replaces and renames it: who reads the
// folder meanwhile sees the old file or the new one. There is no fsync: git is
// where the files are kept.
func (w *writer) replace(name string, write func(io.Writer) error) error {
	dir, err := w.open(path.Dir(name))
	if err != nil {
		return writeError(name, err)
	}
	if err = create(dir, w.temporary, write); err == nil {
		err = dir.Rename(w.temporary, path.Base(name))
	}
	if err != nil {
		// What failed is what the person must know, not whether this does too.
		_ = dir.Remove(w.temporary)
		return writeError(name, err)
	}
	return nil
}

// open opens a folder and those above it, and makes those that are not there.
func (w *writer) open(dir string) (*os.Root, error) {
	n := 1
	if dir != "." {
		for name := range strings.SplitSeq(dir, "/") {
			if n == len(w.folders) || w.folders[n].name != name {
				w.leave(n)
				root, err := enter(w.folders[n-1].Root, name)
				if err != nil {
					return nil, err
				}
				w.folders = append(w.folders, folder{name, root})
			}
			n++
		}
	}
	w.leave(n)
	return w.folders[n-1].Root, nil
}

// leave closes all folders but the first n.
func (w *writer) leave(n int) {
	for _, f := range w.folders[n:] {
		_ = f.Close() // nothing was written by it
	}
	w.folders = w.folders[:n]
}

// enter opens a folder, which it makes if it is not there. Whatever the umask,
// everybody may look into it, as git leaves folders.
func enter(in *os.Root, name string) (*os.Root, error) {
	made := in.Mkdir(name, 0o755)
	if made != nil && !errors.Is(made, fs.ErrExist) {
		return nil, made
	}
	dir, err := in.OpenRoot(name)
	if err != nil || made != nil {
		return dir, err
	}
	if info, err := in.Lstat(name); err != nil || info.Mode().Perm() != 0o755 {
		if err := in.Chmod(name, 0o755); err != nil {
			_ = dir.Close()
			return nil, err
		}
	}
	return dir, nil
}

func create(dir *os.Root, name string, write func(io.Writer) error) error {
	f, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if err = write(f); err == nil {
		var info fs.FileInfo
		if info, err = f.Stat(); err == nil && info.Mode().Perm() != 0o644 {
			err = f.Chmod(0o644) // whatever the umask
		}
	}
	return errors.Join(err, f.Close())
}

// remove deletes a file and the folders that are empty then.
func (w *writer) remove(name string) error {
	w.leave(1) // an open folder cannot be removed everywhere
	if err := w.root().Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: cannot remove: %w", name, reason(err))
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if w.root().Remove(dir) != nil {
			break // not empty: somebody else's files are in it
		}
	}
	return nil
}

func writeError(name string, err error) error {
	return fmt.Errorf("%s: cannot write: %w", name, reason(err))
}

// inFolder puts the output folder before the path of a file.
func inFolder(dir string, err error) error {
	return fmt.Errorf("%s/%w", strings.TrimSuffix(dir, "/"), err)
}
