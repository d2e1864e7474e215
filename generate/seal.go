package generate

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
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
	files   []sealed // sorted by path
	partial bool
}

type sealed struct {
	path string
	sum  [sha256.Size]byte
}

// Seal returns the seal of a tree.
func (t *Tree) Seal() *Seal {
	s := &Seal{files: make([]sealed, len(t.files)), partial: t.partial}
	for i, f := range t.files {
		s.files[i] = sealed{f.path, f.sum}
	}
	return s
}

// sealVersion begins the text of a seal.
const sealVersion = "seal 1"

// MarshalText writes a seal: a line for each file.
func (s *Seal) MarshalText() ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %t\n", sealVersion, s.partial)
	for _, f := range s.files {
		b.WriteString(hex.EncodeToString(f.sum[:]))
		b.WriteByte(' ')
		b.WriteString(f.path)
		b.WriteByte('\n')
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
	s.files = nil
	for lines.Scan() {
		text, name, _ := strings.Cut(lines.Text(), " ")
		sum, err := hex.DecodeString(text)
		if err != nil || len(sum) != sha256.Size || !fs.ValidPath(name) || len(s.files) > 0 && s.files[len(s.files)-1].path >= name {
			return errSeal
		}
		s.files = append(s.files, sealed{name, [sha256.Size]byte(sum)})
	}
	if len(s.files) == 0 {
		return errSeal
	}
	return lines.Err()
}

// Holds tells whether Diff of the tree finds no change in a folder. It says no
// where it is not sure; then Diff has to find out.
func (s *Seal) Holds(have fs.FS) bool {
	if _, err := fs.Lstat(have, journalFile); !errors.Is(err, fs.ErrNotExist) {
		return false // a run was killed: what it left is still there
	}
	d := differ{have: have, plain: map[string]error{}}
	for _, f := range s.files {
		data, err := d.read(f.path)
		if err != nil || sha256.Sum256(data) != f.sum || d.crlf {
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
		if _, ours := slices.BinarySearchFunc(s.files, record, func(f sealed, path string) int { return cmp.Compare(f.path, path) }); ours {
			continue
		}
		if _, err := fs.Lstat(have, record); !errors.Is(err, fs.ErrNotExist) && e.IsDir() {
			return false
		}
	}
	return true
}
