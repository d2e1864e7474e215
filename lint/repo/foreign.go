package repo

import (
	"bufio"
	"bytes"
	"io"
	"slices"
)

// maxForeignSize bounds the files beyond Options.MaxFileSize that are looked
// through line by line for whether they concern us at all.
const maxForeignSize = 64 << 20

// ourWords are the words of which one stands in every manifest that concerns
// us.
var ourWords = [][]byte{[]byte("redis"), []byte("valkey"), []byte("sentinel"), []byte("gravitee")}

// tooLargeForUs tells whether a file that is too large to be read holds
// manifests that have nothing to do with Redis, Sentinel or the gateway: the
// definitions of custom resources, dashboards. Nothing is lost by not reading
// them.
func (r *reader) tooLargeForUs(name string) bool {
	fsys, at, ok := r.locate(name)
	if !ok {
		return false
	}
	f, err := fsys.Open(at)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() > maxForeignSize {
		return false
	}
	return isForeign(f)
}

// isForeign tells whether every document either defines a custom resource or
// says none of our words. Text that names no kind is not known well enough.
func isForeign(text io.Reader) bool {
	lines := bufio.NewReaderSize(text, 64<<10)
	var kinds, ours, definition bool
	foreign := func() bool { return definition || !ours }
	for {
		line, err := lines.ReadSlice('\n')
		switch {
		case isMarkerLine(line, "---"):
			if !foreign() {
				return false
			}
			ours, definition = false, false
		case bytes.HasPrefix(line, []byte("kind:")):
			kinds = true
			definition = bytes.Contains(line, []byte("CustomResourceDefinition"))
		}
		if !ours && slices.ContainsFunc(ourWords, func(w []byte) bool { return bytes.Contains(bytes.ToLower(line), w) }) {
			ours = true
		}
		switch err {
		case nil, bufio.ErrBufferFull:
		case io.EOF:
			return kinds && foreign()
		default:
			return false
		}
	}
}

// dropForeign drops the bound as a problem of files that nobody named and that
// are none of ours.
func (r *reader) dropForeign() {
	r.repo.Problems = slices.DeleteFunc(r.repo.Problems, func(p Problem) bool {
		f := r.files[p.Span.File]
		return f != nil && f.foreign && !f.given && !f.listed
	})
}
