package generate

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// OwnershipFile is the name of the file by which the base and every overlay
// know their files again: what was written, and from which input.
const OwnershipFile = ".quorumwright.json"

// An owner is a folder of the tree with the files that belong to it.
type owner struct {
	dir         string // base or overlays/ENV
	environment string // empty for the base
	own         *ownSet
	input       string  // digest of what the files were made from
	files       []*file // sorted by path, without the ownership file
}

// add puts a file into the owner's folder.
func (o *owner) add(name string, f *form) { o.addBeside(path.Join(o.dir, name), f) }

// addBeside puts a file somewhere else in the output folder.
func (o *owner) addBeside(name string, f *form) {
	o.files = append(o.files, &file{path: name, owner: o, form: f})
}

// A record is the content of an ownership file.
type record struct {
	Environment string       `json:"environment,omitempty"`
	Input       string       `json:"input"`
	Files       []recordFile `json:"files"`
}

type recordFile struct {
	Path   string `json:"path"` // relative to the output folder
	SHA256 string `json:"sha256"`
}

// record returns the ownership file: one line for each file, so that git merges
// and shows changes file by file.
func (o *owner) record() []byte {
	var b bytes.Buffer
	b.Grow(256 * (1 + len(o.files)))
	b.WriteString("{\n")
	if o.environment != "" {
		b.WriteString("  \"environment\": " + jsonText(o.environment) + ",\n")
	}
	b.WriteString("  \"input\": " + jsonText(o.input) + ",\n  \"files\": [\n")
	for i, f := range o.files {
		b.WriteString("    {\"path\":" + jsonText(f.path) + ",\"sha256\":\"" + hex.EncodeToString(f.sum[:]) + "\"}")
		if i < len(o.files)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("  ]\n}\n")
	return b.Bytes()
}

// jsonText quotes a string as JSON.
func jsonText(s string) string {
	special := func(r rune) bool { return r < ' ' || r > '~' || strings.ContainsRune(`"\<>&`, r) }
	if !strings.ContainsFunc(s, special) {
		return `"` + s + `"`
	}
	data, _ := json.Marshal(s) // every string can be
	return string(data)
}

// newTree puts the files of all owners together and refuses names that some file
// system cannot tell apart or hold.
func newTree(owners []*owner, partial bool) (*Tree, error) {
	t := &Tree{owners: owners, partial: partial}
	count := len(owners)
	for _, o := range owners {
		count += len(o.files)
	}
	t.files = make([]*file, 0, count)
	byPath := func(a, b *file) int { return cmp.Compare(a.path, b.path) }
	var p page
	for _, o := range owners {
		slices.SortFunc(o.files, byPath)
		for _, f := range o.files {
			p.Reset()
			f.form.fill(&p, o.own)
			f.sum = sha256.Sum256(p.Bytes())
		}
		record := &file{path: path.Join(o.dir, OwnershipFile), owner: o, sum: sha256.Sum256(o.record())}
		t.files = append(append(t.files, o.files...), record)
	}
	slices.SortFunc(t.files, byPath)
	names := make([]string, len(t.files))
	for i, f := range t.files {
		names[i] = f.path
	}
	if err := checkNames(names); err != nil {
		return nil, err
	}
	return t, nil
}

// readRecord reads an ownership file. One that git left with conflict markers, or
// that is damaged otherwise, owns nothing.
func readRecord(data []byte) record {
	var r record
	if json.Unmarshal(data, &r) != nil {
		return record{}
	}
	return r
}

// sum is the SHA-256 of a file's bytes, in hexadecimal.
func sum(data []byte) string {
	hash := sha256.Sum256(data)
	return hex.EncodeToString(hash[:])
}

// digest identifies the input of a file: equal inputs, equal digests.
func digest(in any) (string, error) {
	data, err := json.Marshal(in)
	if err != nil {
		return "", err
	}
	return "sha256:" + sum(data), nil
}
