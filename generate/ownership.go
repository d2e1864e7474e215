package generate

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"slices"
)

// OwnershipFile is the name of the file by which the base and every overlay
// know their files again: what was written, and from which input.
const OwnershipFile = ".quorumwright.json"

// An owner is a folder of the tree with the files that belong to it.
type owner struct {
	dir         string // base or overlays/ENV
	environment string // empty for the base
	input       string // digest of what the files were made from
	files       []File
}

// add puts a file into the owner's folder.
func (o *owner) add(name string, data []byte) {
	o.files = append(o.files, File{path.Join(o.dir, name), data})
}

// addBeside puts a file somewhere else in the output folder.
func (o *owner) addBeside(name string, data []byte) {
	o.files = append(o.files, File{name, data})
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

// encode writes the ownership file, by way of a buffer: one line for each file,
// so that git merges and shows changes file by file.
func (o *owner) encode(b *bytes.Buffer) ([]byte, error) {
	b.Reset()
	b.WriteString("{\n")
	if o.environment != "" {
		name, err := json.Marshal(o.environment)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(b, "  \"environment\": %s,\n", name)
	}
	fmt.Fprintf(b, "  \"input\": %q,\n  \"files\": [\n", o.input)
	for i, f := range o.files {
		line, err := json.Marshal(recordFile{f.Path, sum(f.Data)})
		if err != nil {
			return nil, err
		}
		b.WriteString("    ")
		b.Write(line)
		if i < len(o.files)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("  ]\n}\n")
	return bytes.Clone(b.Bytes()), nil
}

// newTree puts the files of all owners together and refuses names that some file
// system cannot tell apart or hold.
func newTree(owners []owner, partial bool) (*Tree, error) {
	t := &Tree{owners: owners, partial: partial}
	count := len(owners)
	for _, o := range owners {
		count += len(o.files)
	}
	t.files = make([]File, 0, count)
	var buffer bytes.Buffer
	for i := range owners {
		o := &owners[i]
		slices.SortFunc(o.files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
		data, err := o.encode(&buffer)
		if err != nil {
			return nil, err
		}
		t.files = append(t.files, o.files...)
		o.files = nil // they are the tree's now
		t.files = append(t.files, File{path.Join(o.dir, OwnershipFile), data})
	}
	slices.SortFunc(t.files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	if err := checkNames(t.files); err != nil {
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
