package repo

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// The bounds of what is read. A file or a folder beyond them is a problem that
// names the bound, never left out in silence.
const (
	maxFileSize  = 1 << 20
	maxFiles     = 200_000
	maxTotalSize = 1 << 30
	maxDirDepth  = 64
)

// A loader reads files by the name that the person sees: relative to the
// working directory, or as given.
type loader struct {
	mounts  []*mount
	exclude []string
	maxSize int64

	reads *Reads // nil: nothing is recorded
	stdin []byte
	wd    string // absolute, "" if not on a disk
	total int64
	// noSops are the folders that were searched and hold no rules of SOPS.
	noSops map[string]bool
}

// stdinName is the name of the file that comes from standard input.
const stdinName = "<stdin>"

// locate returns the file system that holds a path and the name in it.
func (l *loader) locate(display string) (fs.FS, string, bool) {
	for _, m := range l.mounts {
		if name, ok := m.name(display); ok {
			return m.fsys, name, true
		}
	}
	return nil, "", false
}

// give makes a path readable that the person typed, wherever it lies.
func (l *loader) give(display string) error {
	if _, _, ok := l.locate(display); ok {
		return nil
	}
	if l.wd == "" {
		return fmt.Errorf("%s: %w", display, fs.ErrNotExist)
	}
	abs := filepath.FromSlash(display)
	if !filepath.IsAbs(abs) {
		abs = filepath.Join(filepath.FromSlash(l.wd), abs)
	}
	m, err := diskMount(filepath.Dir(abs), filepath.FromSlash(l.wd))
	if err != nil {
		return err
	}
	l.mounts = append(l.mounts, m)
	if l.reads != nil {
		l.reads.note(askDir, ".", answer{}, false) // another mount is not recorded
	}
	return nil
}

// stat tells what a path leads to.
func (l *loader) stat(display string) (fs.FileInfo, error) {
	fsys, name, ok := l.locate(display)
	if !ok {
		return nil, errOutside
	}
	return fs.Stat(fsys, name)
}

// errOutside says that a path leads out of what may be read.
var errOutside = errors.New("outside of the repository")

// isOutside tells whether a path, or a symbolic link on it, leads out of what
// may be read. The error of os.Root for that has no name.
func isOutside(err error) bool {
	return errors.Is(err, errOutside) || strings.Contains(err.Error(), "path escapes from parent")
}

// errFolder says that a folder stands where a file is expected.
var errFolder = errors.New("a folder")

// tooLarge says that a file is larger than that bound for one file.
type tooLarge int64

func (tooLarge) Error() string { return "too large" }

func isTooLarge(err error) bool { return errors.As(err, new(tooLarge)) }

// errTooMuch says that all files together are larger than their bound.
var errTooMuch = errors.New("too much")

// A quickReader is a file system that reads a regular file up to a size with
// little ado; false says nothing but that it has to be read in the ordinary way.
type quickReader interface {
	readQuick(name string, limit int64) ([]byte, bool)
}

// read returns the bytes of a regular file.
func (l *loader) read(display string) ([]byte, error) {
	if display == stdinName {
		if int64(len(l.stdin)) > l.maxSize {
			return nil, tooLarge(l.maxSize)
		}
		return l.stdin, nil
	}
	fsys, name, ok := l.locate(display)
	if !ok {
		return nil, errOutside
	}
	if q, ok := fsys.(quickReader); ok {
		if data, ok := q.readQuick(name, l.maxSize); ok {
			return data, nil
		}
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, errFolder
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	if info.Size() > l.maxSize {
		return nil, tooLarge(l.maxSize)
	}
	// One byte more than the size tells whether the file grew meanwhile, and
	// lets a file that did not grow be read with one call.
	data := make([]byte, info.Size()+1)
	n, err := io.ReadFull(f, data)
	switch {
	case err == nil:
		rest, err := io.ReadAll(io.LimitReader(f, l.maxSize-int64(n)+1))
		if err != nil {
			return nil, err
		}
		if data = append(data, rest...); int64(len(data)) > l.maxSize {
			return nil, tooLarge(l.maxSize)
		}
		return data, nil
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return data[:n:n], nil
	}
	return nil, err
}

// A walker finds the files of a folder that may concern us.
type walker struct {
	*loader
	files    []string
	problems []Problem
}

// walk adds the files below a folder, sorted.
func (w *walker) walk(dir string, depth int) {
	fsys, name, ok := w.locate(dir)
	if !ok {
		return
	}
	if depth > maxDirDepth {
		w.problems = append(w.problems, limitProblem(dir,
			fmt.Sprintf("folders are nested more than %d deep here; what is below was not read", maxDirDepth), "give the path of the folder to lint"))
		return
	}
	entries, err := fs.ReadDir(fsys, name)
	if err != nil {
		w.problems = append(w.problems, unreadable(dir, err))
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	if err == nil && !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == sopsName }) {
		if w.noSops == nil {
			w.noSops = map[string]bool{}
		}
		w.noSops[dir] = true
	}
	for _, e := range entries {
		at := path.Join(dir, e.Name())
		if len(w.files) >= maxFiles {
			w.problems = append(w.problems, limitProblem(at,
				fmt.Sprintf("there are more than %d files; from here on nothing was read", maxFiles), "give the paths of the folders to lint"))
			return
		}
		switch {
		case w.excluded(at):
		case e.IsDir() && !skippedDir(e.Name()):
			w.walk(at, depth+1)
		case e.IsDir() || !isCandidate(e.Name()):
		case e.Type().IsRegular():
			w.files = append(w.files, at)
		case e.Type()&fs.ModeSymlink != 0:
			w.link(at)
		default:
			w.problems = append(w.problems, unreadable(at, errNotRegular))
		}
	}
}

// link adds a symbolic link to a file. Links to folders are not followed: what
// they lead to is found where it lies.
func (w *walker) link(name string) {
	info, err := w.stat(name)
	switch {
	case err == nil && info.Mode().IsRegular():
		w.files = append(w.files, name)
	case err == nil && !info.IsDir():
		w.problems = append(w.problems, unreadable(name, errNotRegular))
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		w.problems = append(w.problems, unreadable(name, err))
	}
}

// skippedDir tells the folders that hold no manifests of the person: those of
// tools (.git, .github, .terraform) and of package managers.
func skippedDir(name string) bool {
	return strings.HasPrefix(name, ".") && name != "." && name != ".." || name == "node_modules"
}

// isCandidate tells the files that may hold manifests or values by their name.
func isCandidate(name string) bool {
	if name == "Kustomization" {
		return true
	}
	if strings.HasPrefix(name, ".") {
		return false
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

// excluded tells whether the configuration leaves a path out.
func (l *loader) excluded(display string) bool {
	for _, pattern := range l.exclude {
		if matchGlob(strings.TrimSuffix(pattern, "/"), display) {
			return true
		}
	}
	return false
}

// matchGlob is MatchPath, but a pattern without a slash matches the last element of
// the path, as in .gitignore.
func matchGlob(pattern, name string) bool {
	if !strings.Contains(pattern, "/") && pattern != "**" {
		ok, err := path.Match(pattern, path.Base(name))
		return ok && err == nil
	}
	return MatchPath(pattern, name)
}

// MatchPath matches a path with a pattern in which * and ? stay within one folder
// and ** crosses folders.
func MatchPath(pattern, name string) bool {
	want, have := strings.Split(strings.TrimPrefix(pattern, "./"), "/"), strings.Split(name, "/")
	// Only the last ** that was met is ever made longer: what an earlier one could
	// take instead, the last one can take as well. Trying all would be exponential.
	w, h, last, from := 0, 0, -1, 0
	for h < len(have) {
		if w < len(want) && want[w] == "**" {
			if w++; w == len(want) {
				return true
			}
			last, from = w, h
			continue
		}
		if w < len(want) {
			if ok, err := path.Match(want[w], have[h]); ok && err == nil {
				w, h = w+1, h+1
				continue
			}
		}
		if last < 0 {
			return false
		}
		from++
		w, h = last, from
	}
	return w == len(want)
}

// limitProblem says that a bound kept something from being read.
func limitProblem(file, message, help string) Problem {
	return Problem{Rule: "yaml/limits", Span: fileSpan(file), Message: message, Help: help}
}

// unreadable says why a file could not be read.
func unreadable(file string, err error) Problem {
	p := Problem{Rule: "yaml/limits", Span: fileSpan(file)}
	var large tooLarge
	switch {
	case errors.As(err, &large):
		p.Message = fmt.Sprintf("the file is larger than %s, the limit for one file, and was not read", size(int64(large)))
		p.Help = "split it, leave it out with exclude in .quorumwright.yaml, or raise the limit with --max-file-size"
	case errors.Is(err, errTooMuch):
		p.Message = fmt.Sprintf("all files together are larger than %s; this one and those after it were not read", size(maxTotalSize))
		p.Help = "give the paths of the folders to lint"
	case errors.Is(err, errNotRegular):
		p.Message = "this is a pipe, a device or a socket, and was not read"
		p.Help = "only regular files are read"
	case errors.Is(err, errFolder):
		p.Message = "this is a folder, and a file is expected"
	case isOutside(err):
		p.Message = "this leads out of the repository and was not read"
		p.Help = "run from the folder that holds both, or give its path"
	case errors.Is(err, fs.ErrPermission):
		p.Message = "the file could not be read: no permission"
	case errors.Is(err, fs.ErrNotExist):
		p.Message = "the file does not exist"
	default:
		p.Message = "the file could not be read"
		if errno := syscall.Errno(0); errors.As(err, &errno) {
			p.Message += ": " + errno.Error()
		}
	}
	return p
}

func size(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// fileSpan names a file as a whole.
func fileSpan(file string) Span {
	return Span{File: file, Line: 1, Column: 1, EndLine: 1, EndColumn: 1, Approximate: true}
}
