package generate

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// A Seal is what is left of a tree to tell whether a folder is equal to it: the
// paths of its files with their checksums. Who keeps the seal of what a spec
// gives need not evaluate the spec again to know that nothing has changed.
type Seal struct {
	sums    map[string]string // by path
	partial bool
}

// Seal returns the seal of a tree.
func (t *Tree) Seal() *Seal {
	s := &Seal{sums: make(map[string]string, len(t.files)), partial: t.partial}
	for _, f := range t.files {
		s.sums[f.Path] = sum(f.Data)
	}
	return s
}

// sealVersion begins the text of a seal.
const sealVersion = "seal 1"

// MarshalText writes a seal: a line for each file.
func (s *Seal) MarshalText() ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %t\n", sealVersion, s.partial)
	names := make([]string, 0, len(s.sums))
	for name := range s.sums {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "%s %s\n", s.sums[name], name)
	}
	return b.Bytes(), nil
}

var errSeal = errors.New("not a seal")

// UnmarshalText reads a seal.
func (s *Seal) UnmarshalText(text []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Scan()
	switch lines.Text() {
	case sealVersion + " true":
		s.partial = true
	case sealVersion + " false":
		s.partial = false
	default:
		return errSeal
	}
	s.sums = map[string]string{}
	for lines.Scan() {
		sum, name, ok := strings.Cut(lines.Text(), " ")
		if !ok || !fs.ValidPath(name) {
			return errSeal
		}
		s.sums[name] = sum
	}
	if len(s.sums) == 0 {
		return errSeal
	}
	return lines.Err()
}

// Holds tells whether Diff of the tree finds no change in a folder. It says no
// where it is not sure; then Diff has to find out.
func (s *Seal) Holds(have fs.FS) bool {
	d := differ{have: have, plain: map[string]error{}}
	for name, want := range s.sums {
		data, err := d.read(name)
		if err != nil || sum(data) != want || d.crlf {
			return false
		}
	}
	if s.partial {
		return true
	}
	// What is owned by nobody whom the tree knows may be orphaned.
	if d.folder("overlays") != nil {
		return true
	}
	entries, err := fs.ReadDir(have, "overlays")
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	for _, e := range entries {
		record := path.Join("overlays", e.Name(), OwnershipFile)
		if _, ours := s.sums[record]; ours {
			continue
		}
		if _, err := fs.Lstat(have, record); !errors.Is(err, fs.ErrNotExist) && e.IsDir() {
			return false
		}
	}
	return true
}
