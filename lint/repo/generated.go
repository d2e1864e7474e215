package repo

import (
	"encoding/base64"
	"slices"
	"strings"
)

// isGenerator tells whether a generator makes the object: kustomize adds a
// hash to the name, and prefixes and suffixes.
func (t *trace) isGenerator(g generator) bool {
	name := g.at.Get("name").Text()
	if g.kind != t.object.Kind || name == "" {
		return false
	}
	for _, k := range t.kusts {
		for _, h := range k.generators {
			// The longest of several names that fit is the right one.
			if other := h.at.Get("name").Text(); h.kind == g.kind && len(other) > len(name) && strings.Contains(t.object.Name, other) {
				return false
			}
		}
	}
	return strings.Contains(t.object.Name, name)
}

// generated finds the source of a key of a generated ConfigMap or Secret.
func (t *trace) generated(k *kust, v Value) spot {
	if len(v.path) != 2 || v.path[0] != "data" && v.path[0] != "binaryData" {
		return spot{}
	}
	key := v.path[1]
	for _, g := range slices.Backward(k.generators) {
		if !t.isGenerator(g) {
			continue
		}
		for _, src := range slices.Backward(g.sources) {
			switch {
			case src.env:
				if s := envLine(src.file, key, v, g.kind); s.found() {
					return s
				}
			case src.key != key:
			case src.file != nil:
				s := contentSpot(src.file, v.node.Value)
				s.entry = src.at
				return s
			default:
				s := literalSpot(src, v.node.Value, g.kind)
				s.entry = src.at
				return s
			}
		}
	}
	return spot{}
}

// contentSpot is the file that became a value: as it is, or as base64.
func contentSpot(f *file, value string) spot {
	if string(f.data) == value && f.bom == 0 {
		return spot{content: f, exact: true}
	}
	return spot{content: f}
}

// literalSpot is the value in key=value.
func literalSpot(src source, value, kind string) spot {
	_, text, _ := strings.Cut(src.at.Text(), "=")
	off := len(src.at.Text()) - len(text)
	if n := len(text); n >= 2 && text[0] == text[n-1] && (text[0] == '"' || text[0] == '\'') {
		text, off = text[1:n-1], off+1
	}
	if kind == "Secret" {
		return spot{at: src.at, off: -1}
	}
	return spot{at: src.at, off: off, exact: text == value}
}

// envLine finds a key in a file of key=value lines.
func envLine(f *file, key string, v Value, kind string) spot {
	for i := range f.lines {
		r := f.lineRange(i + 1)
		line := string(f.data[r.start:r.end])
		blanks := len(line) - len(strings.TrimLeft(line, " \t"))
		name, value, _ := strings.Cut(line[blanks:], "=")
		if name != key {
			continue
		}
		want := v.node.Value
		if kind == "Secret" {
			if raw, err := base64.StdEncoding.DecodeString(want); err == nil {
				want = string(raw)
			}
		}
		if value == want {
			return spot{content: f, from: r.start + blanks + len(name) + 1, exact: kind != "Secret"}
		}
	}
	return spot{}
}

// generatedKey returns where the key of a generated value is written: before
// the = of its entry, or as the name of the file.
func (s spot) generatedKey(key string) (Span, bool) {
	text := s.entry.Text()
	switch {
	case s.content != nil && !s.entry.Exists() && s.from > len(key):
		return s.content.span(s.from-1-len(key), s.from-1), true
	case strings.HasPrefix(text, key+"="):
		return s.entry.TextSpan(0, len(key)), true
	case text != "" && strings.HasSuffix(text, key):
		return s.entry.TextSpan(len(text)-len(key), len(text)), true
	}
	return Span{}, false
}
