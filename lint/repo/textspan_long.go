package repo

import (
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// longScalar is the length in bytes from which what tells where a scalar is
// written is kept: a place for each of thousands of directives would otherwise
// take the square of the length.
const longScalar = 16 << 10

// A longText tells where the text of one long scalar is written.
type longText struct {
	plain bool // as it is
	// lines are the offsets of the lines in the text of a literal block; offsets
	// are, for each, the byte of the file where it is written, -1 where that is not
	// the same text.
	lines, offsets []int

	mapped sync.Once
	bytes  []int // of textMap
	ok     bool
}

func (f *file) longExtent(n *yaml.Node, begin, from, to int) (start, end int, ok bool) {
	kept, found := f.long.Load(n)
	if !found {
		kept, _ = f.long.LoadOrStore(n, f.readLong(n, begin))
	}
	t := kept.(*longText)
	if t.plain {
		return begin + from, begin + to, true
	}
	if t.lines != nil {
		start, end, ok = f.literalRange(n, from, to, func(i int) (int, bool) {
			line, exact := slices.BinarySearch(t.lines, i)
			if !exact {
				line--
			}
			return t.offsets[line] + i - t.lines[line], t.offsets[line] >= 0
		})
		if ok {
			return start, end, true
		}
	}
	t.mapped.Do(func() { t.bytes, t.ok = f.textMap(n, begin) })
	if !t.ok {
		return 0, 0, false
	}
	return f.mappedExtent(n, t.bytes, from, to)
}

func (f *file) readLong(n *yaml.Node, begin int) *longText {
	t := &longText{}
	if n.Style&^yaml.TaggedStyle == 0 {
		end := begin + len(n.Value)
		t.plain = end <= len(f.data) && string(f.data[begin:end]) == n.Value
	}
	if n.Style&yaml.LiteralStyle == 0 || len(f.breaks) != len(f.lines) {
		return t
	}
	first, indent, _ := f.blockStart(n, begin)
	for at, line := 0, first; at <= len(n.Value); line++ {
		text, _, more := strings.Cut(n.Value[at:], "\n")
		offset := -1
		if line <= len(f.breaks) {
			if start := f.breaks[line-1] + indent; start+len(text) <= len(f.data) && string(f.data[start:start+len(text)]) == text {
				offset = start
			}
		}
		t.lines, t.offsets = append(t.lines, at), append(t.offsets, offset)
		if !more {
			break
		}
		at += len(text) + 1
	}
	return t
}
