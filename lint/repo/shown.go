package repo

import (
	"bytes"
	"unicode/utf8"
)

// Masks tells whether a snippet of a span would have anything of it masked:
// judging by where it stands, or because a secret that is known stands in it.
func (r *Repo) Masks(s Span) bool {
	f := r.file(s.File)
	if f == nil || s.Line < 1 || s.Line > len(f.lines) || s.EndLine < s.Line || s.EndLine > len(f.lines) {
		return false
	}
	start, end := f.column(s.Line, s.Column), f.column(s.EndLine, s.EndColumn)
	for _, m := range r.maskRanges(f) {
		if m.start < end && m.end > start {
			return true
		}
	}
	return false
}

// IsSecretName tells whether a secret stands under a key, judging by its name
// and by that of the key above.
func IsSecretName(parent, key string) bool { return isSecretKey(parent, key) }

// MaskText returns a text of a program without the secrets that are known, and
// with control characters written out.
func (r *Repo) MaskText(text string) string {
	f := newFile("", []byte(text))
	r.mu.Lock()
	if r.masks == nil {
		r.masks = newMasks(r.secrets)
	}
	ranges := r.masks.texts.appendIn(nil, f.data)
	r.mu.Unlock()
	shown, _, _ := printable(f.data, textRange{0, len(f.data)}, joinRanges(ranges), textRange{-1, -1})
	return shown
}

// Blanked returns what Bytes returns with every byte of a secret as 0, so that
// edits can be made at the same offsets. [Printable] shows the result.
func (r *Repo) Blanked(name string) ([]byte, bool) {
	text, ok := r.Bytes(name)
	if !ok {
		return nil, false
	}
	f := r.file(name)
	text = bytes.ReplaceAll(text, []byte{0}, []byte{1})
	for _, m := range r.maskRanges(f) {
		clear(text[m.start+f.bom : m.end+f.bom])
	}
	return text, true
}

// Mask returns a text that lies in no repository as it may be printed, line for
// line. name is that of its file.
func Mask(name string, text []byte) []byte {
	f := newFile(name, text)
	if isCandidate(name) {
		f.parse()
	}
	text = bytes.ReplaceAll(text, []byte{0}, []byte{1})
	for _, m := range joinRanges(f.findSecrets()) {
		for i := m.start + f.bom; i < m.end+f.bom; i++ {
			if text[i] != '\n' {
				text[i] = 0
			}
		}
	}
	return Printable(text)
}

// Printable returns a text with its blanked secrets as a mask and its control
// characters written out, but for tabs and the ends of lines.
func Printable(text []byte) []byte {
	var b bytes.Buffer
	for len(text) > 0 {
		r, w := utf8.DecodeRune(text)
		switch {
		case r == 0:
			b.WriteString(mask)
			text = bytes.TrimLeft(text, "\x00")
			continue
		case r == '\n', r == '\r' && len(text) > 1 && text[1] == '\n':
			b.WriteRune(r)
		default:
			b.WriteString(escapeRune(r, text[:w]))
		}
		text = text[w:]
	}
	return b.Bytes()
}
