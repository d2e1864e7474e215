package generate

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"path"
	"slices"

	"github.com/quorumwright/quorumwright/internal/regular"
)

// journalFile is what a run writes before all others and removes after them: the
// ownership files that will be there. A run that is killed leaves it, and the next
// one knows by it what the other may have written, whatever its own spec says.
const journalFile = ".quorumwright-journal.json"

// readJournal returns the ownership files that runs began to put in force and did
// not. A journal that cannot be read says nothing.
func readJournal(have fs.FS) []json.RawMessage {
	var begun []json.RawMessage
	if data, err := regular.ReadFS(have, journalFile, maxFile); err == nil {
		_ = json.Unmarshal(data, &begun)
	}
	return begun
}

// judges tells whether the files of an ownership file are the tree's to judge:
// those of other environments are not, if it was made for some.
func (t *Tree) judges(r record) bool {
	if !t.partial {
		return true
	}
	for _, o := range t.owners {
		if o.environment == r.Environment {
			return true
		}
	}
	return false
}

// readJournal collects what a run that was killed may have written.
func (d *differ) readJournal() {
	d.begun = map[string]string{}
	for _, data := range readJournal(d.have) {
		if r := readRecord(data); d.tree.judges(r) {
			for _, f := range r.Files {
				if fs.ValidPath(f.Path) {
					d.begun[f.Path] = f.SHA256
				}
			}
		}
	}
}

// begin adds the ownership files among the changes to the journal.
func (w *writer) begin(changes []Change) {
	begun := readJournal(w.root.FS())
	n := len(begun)
	for _, c := range changes {
		if path.Base(c.Path) == OwnershipFile && c.Want != nil {
			begun = append(begun, c.Want)
		}
	}
	if len(begun) > n {
		w.journal(begun)
	}
}

// end takes from the journal what the tree has settled.
func (w *writer) end(t *Tree) {
	var left []json.RawMessage
	if t.partial {
		left = slices.DeleteFunc(readJournal(w.root.FS()), func(data json.RawMessage) bool { return t.judges(readRecord(data)) })
	}
	w.journal(left)
}

func (w *writer) journal(begun []json.RawMessage) {
	switch {
	case w.err != nil:
		return
	case len(begun) == 0:
		w.err = w.remove(journalFile)
		return
	}
	var b bytes.Buffer
	for i, data := range begun {
		b.WriteByte("[,"[min(i, 1)])
		b.Write(data)
	}
	b.WriteString("]\n")
	w.err = w.replace(journalFile, b.Bytes())
}
