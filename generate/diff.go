package generate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/regular"
)

// A Kind says how a file in a folder differs from the tree.
type Kind int

const (
	// Missing is a file that is not there: never written, or deleted.
	Missing Kind = iota + 1
	// Stale is a file as an earlier run wrote it: the spec or the program changed.
	Stale
	// Edited is a generated file that somebody changed afterwards.
	Edited
	// Foreign is something else under the name of a file: nothing that an earlier
	// run wrote, a folder, a symbolic link.
	Foreign
	// Orphaned is a generated file that no environment needs any more.
	Orphaned
)

// String returns the kind as it is told to a person.
func (k Kind) String() string {
	switch k {
	case Missing:
		return "missing"
	case Stale:
		return "stale"
	case Edited:
		return "changed by hand"
	case Foreign:
		return "in the way"
	case Orphaned:
		return "orphaned"
	}
	return "unchanged"
}

// A Change is one file in which a folder differs from the tree.
type Change struct {
	Path string // relative to the folder, with /
	Kind Kind
	Have []byte // what the folder holds; nil if nothing, or if it is no file
	Want []byte // what the tree holds; nil if the file should not be there
	Why  string // for Foreign: what is there instead; else empty
	// Shown is Have, line for line, without the secrets that somebody found in it
	// who reads more than lines; nil: Have.
	Shown []byte
	// Masked tells that no secret is left that Unified would have to hide.
	Masked bool
}

// String returns the path and the kind: "base/redis.conf: stale".
func (c Change) String() string {
	s := c.Path + ": " + c.Kind.String()
	if c.Kind == Edited && c.Want == nil {
		s += ", and no longer generated"
	}
	if c.Why != "" {
		s += ": " + c.Why
	}
	return s
}

// Diff compares the tree with the folder it was or will be written to, and
// returns a change for every file that differs, sorted by path: none means that
// the folder is up to date. What an earlier run wrote is known by the checksums
// in the ownership files. Line ends that git turned into CRLF are no difference.
//
// Files that no run ever wrote are not looked at. A tree that was generated for
// some environments leaves the files of the others alone. The error is that of
// reading a file.
func (t *Tree) Diff(have fs.FS) ([]Change, error) {
	d := differ{tree: t, have: have, plain: map[string]error{}}
	found, err := d.diff()
	if err != nil {
		return nil, err
	}
	changes := make([]Change, len(found))
	for i, c := range found {
		if c.file != nil {
			c.Want = c.file.data()
		}
		changes[i] = c.Change
	}
	return changes, nil
}

// A change is a Change with the file of the tree, nil if it has none. What that
// holds is made when it is needed: Want is only empty or nil.
type change struct {
	Change
	file *file
}

// diff is Diff.
func (d *differ) diff() ([]change, error) {
	if err := d.readRecords(); err != nil {
		return nil, err
	}
	d.readJournal()
	if len(d.records) == 0 {
		d.changes = make([]change, 0, len(d.tree.files)) // most files are missing
	}
	for _, f := range d.tree.files {
		if err := d.compare(f); err != nil {
			return nil, err
		}
	}
	if err := d.orphans(); err != nil {
		return nil, err
	}
	slices.SortFunc(d.changes, func(a, b change) int { return strings.Compare(a.Path, b.Path) })
	return d.changes, nil
}

type differ struct {
	tree     *Tree
	have     fs.FS
	recorded map[string]string // what earlier runs wrote: path to SHA-256
	begun    map[string]string // what a run that was killed may have written
	records  []string          // the ownership files that say so
	plain    map[string]error  // folders that have been looked at: nil or notPlain
	changes  []change
	crlf     bool // a file had CRLF
	brief    bool // changes say no more of what the folder has than that there is something
}

// note adds a change from what the folder has, if that is known, to a file of the
// tree, if it has one.
func (d *differ) note(c Change, f *file) {
	if d.brief && c.Have != nil {
		c.Have = []byte{}
	}
	if f != nil {
		c.Want = []byte{}
	}
	d.changes = append(d.changes, change{c, f})
}

// readRecords reads the ownership files that the tree may judge.
func (d *differ) readRecords() error {
	d.recorded = map[string]string{}
	dirs := make([]string, 0, len(d.tree.owners))
	for _, o := range d.tree.owners {
		dirs = append(dirs, o.dir)
	}
	if !d.tree.partial && d.folder("overlays") == nil {
		entries, err := fs.ReadDir(d.have, "overlays")
		if err != nil {
			return readError("overlays", err)
		}
		known := map[string]bool{}
		for _, dir := range dirs {
			known[dir] = true
		}
		for _, entry := range entries {
			if dir := "overlays/" + entry.Name(); entry.IsDir() && !known[dir] {
				dirs = append(dirs, dir)
			}
		}
	}
	for _, dir := range dirs {
		name := path.Join(dir, OwnershipFile)
		data, err := d.read(name)
		var not notPlain
		if errors.Is(err, fs.ErrNotExist) || errors.As(err, &not) {
			continue
		}
		if err != nil {
			return err
		}
		d.records = append(d.records, name)
		for _, f := range readRecord(data).Files {
			if fs.ValidPath(f.Path) {
				d.recorded[f.Path] = f.SHA256
			}
		}
	}
	return nil
}

// compare looks at one file of the tree.
func (d *differ) compare(f *file) error {
	data, err := d.read(f.path)
	var not notPlain
	switch {
	case errors.As(err, &not):
		d.note(Change{Path: f.path, Kind: Foreign, Why: string(not)}, f)
		return nil
	case errors.Is(err, fs.ErrNotExist):
		d.note(Change{Path: f.path, Kind: Missing}, f)
		return nil
	case err != nil:
		return err
	}
	have := sha256.Sum256(data)
	if have == f.sum {
		return nil
	}
	kind := Foreign
	why := "a file that quorumwright did not write"
	_, ok := d.recorded[f.path]
	switch {
	case path.Base(f.path) == OwnershipFile, d.wrote(f.path, hex.EncodeToString(have[:])):
		kind, why = Stale, ""
	case ok:
		kind, why = Edited, ""
	}
	d.note(Change{Path: f.path, Kind: kind, Have: data, Why: why}, f)
	return nil
}

// wrote tells whether a run of ours left a file with that checksum.
func (d *differ) wrote(name, sum string) bool {
	recorded, ok := d.recorded[name]
	begun, too := d.begun[name]
	return ok && recorded == sum || too && begun == sum
}

// orphans looks at the files that earlier runs wrote and the tree does not have.
func (d *differ) orphans() error {
	names := maps.Clone(d.recorded)
	maps.Copy(names, d.begun)
	for name := range names {
		if d.tree.file(name) != nil {
			continue
		}
		data, err := d.read(name)
		var not notPlain
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.As(err, &not):
			continue // whatever it is now, it is not ours
		case err != nil:
			return err
		}
		kind := Orphaned
		if !d.wrote(name, sum(data)) {
			if _, ok := d.recorded[name]; !ok {
				continue // the run that was killed did not come to it
			}
			kind = Edited
		}
		d.note(Change{Path: name, Kind: kind, Have: data}, nil)
	}
	for _, name := range d.records {
		if d.tree.file(name) != nil {
			continue
		}
		data, err := d.read(name)
		if err != nil {
			return err
		}
		d.note(Change{Path: name, Kind: Orphaned, Have: data}, nil)
	}
	return nil
}

// maxFile bounds a file in bytes: none that is generated comes near.
const maxFile = 16 << 20

// notPlain says what stands in the place of a file or of one of its folders.
type notPlain string

func (n notPlain) Error() string { return string(n) }

// read returns a regular file, with LF at the end of its lines, that no symbolic
// link leads to.
func (d *differ) read(name string) ([]byte, error) {
	if err := d.folder(path.Dir(name)); err != nil {
		return nil, err
	}
	info, err := fs.Lstat(d.have, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, err
	case err != nil:
		return nil, readError(name, err)
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, notPlain("a symbolic link")
	case info.IsDir():
		return nil, notPlain("a folder")
	case !info.Mode().IsRegular():
		return nil, notPlain("not a regular file")
	}
	data, err := regular.ReadFS(d.have, name, maxFile)
	if err != nil {
		return nil, readError(name, err)
	}
	if bytes.IndexByte(data, '\r') >= 0 {
		d.crlf = true
		data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	}
	return data, nil
}

// folder tells why no file can be under a name, going down from the root.
func (d *differ) folder(dir string) error {
	if dir == "." {
		return nil
	}
	if err, ok := d.plain[dir]; ok {
		return err
	}
	err := d.folder(path.Dir(dir))
	if err == nil {
		var info fs.FileInfo
		info, err = fs.Lstat(d.have, dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			err = readError(dir, err)
		case info.Mode()&fs.ModeSymlink != 0:
			err = notPlain("the folder " + dir + " is a symbolic link")
		case !info.IsDir():
			err = notPlain(dir + " is no folder")
		}
	}
	d.plain[dir] = err
	return err
}

// readError names the file and the reason, without the name of a system call.
func readError(name string, err error) error {
	return fmt.Errorf("%s: cannot read: %w", name, reason(err))
}

func reason(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}
