package generate

import (
	"bufio"
	"encoding/json"
	"io"
	"io/fs"
	"iter"
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
func (w *writer) begin(changes []change) {
	isNew := func(c change) bool { return c.file != nil && c.isRecord() }
	if !slices.ContainsFunc(changes, isNew) {
		return
	}
	begun := readJournal(w.root().FS())
	w.journal(func(yield func([]byte) bool) {
		for _, record := range begun {
			if !yield(record) {
				return
			}
		}
		for _, c := range changes {
			if isNew(c) && !yield(c.file.data()) {
				return
			}
		}
	})
}

// end takes from the journal what the tree has settled.
func (w *writer) end(t *Tree) {
	var left []json.RawMessage
	if t.partial {
		left = slices.DeleteFunc(readJournal(w.root().FS()), func(data json.RawMessage) bool { return t.judges(readRecord(data)) })
	}
	switch {
	case w.err != nil:
	case len(left) == 0:
		w.err = w.remove(journalFile)
	default:
		w.journal(func(yield func([]byte) bool) {
			for _, record := range left {
				if !yield(record) {
					return
				}
			}
		})
	}
}

// journal writes ownership files as the journal, one after the other.
func (w *writer) journal(records iter.Seq[[]byte]) {
	if w.err != nil {
		return
	}
	w.err = w.replace(journalFile, func(to io.Writer) error {
		b := bufio.NewWriterSize(to, 1<<16)
		before := "["
		for record := range records {
			b.WriteString(before)
			b.Write(record)
			before = ","
		}
		b.WriteString("]\n")
		return b.Flush() // tells what went wrong before it, too
	})
}
