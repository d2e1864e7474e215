package generate

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
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
// sorted by path, without what the files held. Files that are as they should be
// are not touched. Each file is replaced as a whole, a journal comes before them
// and the ownership files after them: a run that was interrupted leaves no half
// file, and the next one ends what it began, or makes another tree in its place.
//
// Two runs do not mix: while one writes, another that would have to write as well
// fails at once. What an interrupted run left half-written beside a file goes away
// when the file is written.
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
	changes, err := t.diff(root.FS(), true)
	if !locked && (err != nil || len(changes) > 0) { // what is read meanwhile may be gone again
		return nil, fmt.Errorf("%s: another run is writing this folder: nothing was written; run again when it is done", dir)
	}
	if err != nil {
		return nil, inFolder(dir, err)
	}
	if conflicts := conflicting(changes, opts); len(conflicts) > 0 {
		return nil, &ConflictError{conflicts}
	}
	w := writer{root: root}
	defer w.close()
	w.sweep(changes)
	w.begin(changes)
	for _, c := range changes {
		if path.Base(c.Path) != OwnershipFile {
			w.apply(c)
		}
	}
	for _, c := range changes {
		if path.Base(c.Path) == OwnershipFile {
			w.apply(c)
		}
	}
	if locked {
		w.end(t)
	}
	if w.err != nil {
		return nil, inFolder(dir, w.err)
	}
	return changes, nil
}

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
func conflicting(changes []Change, opts WriteOptions) []Change {
	var list []Change
	for _, c := range changes {
		switch c.Kind {
		case Foreign:
			// Only a file can be overwritten.
			if !opts.Force || c.Have == nil {
				list = append(list, c)
			}
		case Edited:
			if !opts.Force {
				list = append(list, c)
			}
		}
	}
	return list
}

// temporaryPrefix begins the names of files that are not written to their end. A
// random text of a fixed length follows.
const temporaryPrefix = ".quorumwright-"

// sweep removes what a run that was killed left in the folders that are to be
// written. Whoever holds the lock knows that nobody else is writing. A folder that
// is not there holds nothing; what cannot be removed is in nobody's way.
func (w *writer) sweep(changes []Change) {
	swept := map[string]bool{}
	for _, c := range changes {
		dir := path.Dir(c.Path)
		if swept[dir] || c.Have == nil && c.Kind != Missing {
			continue
		}
		swept[dir] = true
		entries, err := fs.ReadDir(w.root.FS(), dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			text, ok := strings.CutPrefix(e.Name(), temporaryPrefix)
			if ok && len(text) == len(rand.Text()) && strings.Trim(text, base32) == "" && e.Type().IsRegular() {
				_ = w.root.Remove(path.Join(dir, e.Name()))
			}
		}
	}
}

// base32 are the characters of rand.Text.
const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

// A writer applies changes until one fails.
type writer struct {
	root *os.Root
	err  error

	// The folder that was written to last, open: a path of several names is
	// looked up name by name, and the files of a folder come one after the other.
	at  string
	dir *os.Root
}

func (w *writer) apply(c Change) {
	if w.err != nil {
		return
	}
	if c.Want == nil {
		w.err = w.remove(c.Path)
	} else {
		w.err = w.replace(c.Path, c.Want)
	}
}

// replace writes a file beside the one it replaces and renames it: who reads the
// folder meanwhile sees the old file or the new one. There is no fsync: git is
// where the files are kept.
func (w *writer) replace(name string, data []byte) error {
	if err := w.open(path.Dir(name)); err != nil {
		return writeError(name, err)
	}
	temporary := temporaryPrefix + rand.Text()
	err := create(w.dir, temporary, data)
	if err == nil {
		err = w.dir.Rename(temporary, path.Base(name))
	}
	if err != nil {
		// What failed is what the person must know, not whether this does too.
		_ = w.dir.Remove(temporary)
		return writeError(name, err)
	}
	return nil
}

// open opens a folder, which it makes if it is not there.
func (w *writer) open(dir string) error {
	if w.dir != nil && w.at == dir {
		return nil
	}
	w.close()
	if err := w.folder(dir); err != nil {
		return err
	}
	var err error
	w.at = dir
	w.dir, err = w.root.OpenRoot(dir)
	return err
}

func (w *writer) close() {
	if w.dir != nil {
		_ = w.dir.Close() // nothing was written by it
		w.dir = nil
	}
}

// folder makes a folder and those above it. Whatever the umask, everybody may
// look into them, as git leaves them.
func (w *writer) folder(dir string) error {
	err := w.root.Mkdir(dir, 0o755)
	switch {
	case errors.Is(err, fs.ErrExist) || dir == ".":
		return nil
	case errors.Is(err, fs.ErrNotExist):
		if err := w.folder(path.Dir(dir)); err != nil {
			return err
		}
		err = w.root.Mkdir(dir, 0o755)
	}
	if err != nil {
		return err
	}
	return w.root.Chmod(dir, 0o755)
}

func create(dir *os.Root, name string, data []byte) error {
	f, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644) // whatever the umask
	}
	return errors.Join(err, f.Close())
}

// remove deletes a file and the folders that are empty then.
func (w *writer) remove(name string) error {
	w.close() // an open folder cannot be removed everywhere
	if err := w.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: cannot remove: %w", name, reason(err))
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if w.root.Remove(dir) != nil {
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
