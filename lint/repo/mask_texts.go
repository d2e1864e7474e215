package repo

import (
	"bytes"
	"encoding/binary"
)

// maskTexts are texts that are looked for in files, all of them at once: a
// repository with a thousand environments may hold thousands of passwords, and
// every file that an excerpt is taken from is searched for every one.
type maskTexts struct {
	byHead map[uint32][]maskText // by their first bytes
	// heads has a bit for every head, by its hash: most of a file is told apart
	// from all texts by it.
	heads []uint64
}

type maskText struct {
	text []byte
	word bool // masked only where it stands as a word of its own
}

const (
	headSize = 4 // no text is shorter
	headBits = 16
)

func (m *maskTexts) add(text string, word bool) {
	if m.heads == nil {
		m.heads, m.byHead = make([]uint64, 1<<headBits/64), map[uint32][]maskText{}
	}
	head := binary.LittleEndian.Uint32([]byte(text[:headSize]))
	m.byHead[head] = append(m.byHead[head], maskText{[]byte(text), word})
	bit := headBit(head)
	m.heads[bit/64] |= 1 << (bit % 64)
}

func headBit(head uint32) uint32 { return head * 2654435769 >> (32 - headBits) }

// appendIn appends the ranges of a file that the texts stand in.
func (m *maskTexts) appendIn(ranges []textRange, data []byte) []textRange {
	if m.heads == nil {
		return ranges
	}
	for at := 0; at+headSize <= len(data); at++ {
		head := binary.LittleEndian.Uint32(data[at:])
		if bit := headBit(head); m.heads[bit/64]&(1<<(bit%64)) == 0 {
			continue
		}
		for _, t := range m.byHead[head] {
			end := at + len(t.text)
			if !bytes.HasPrefix(data[at:], t.text) {
				continue
			}
			if !t.word || (at == 0 || !isWordByte(data[at-1])) && (end == len(data) || !isWordByte(data[end])) {
				ranges = append(ranges, textRange{at, end})
			}
		}
	}
	return ranges
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}
