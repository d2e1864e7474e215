package repo

import (
	"slices"
	"strings"
)

// replaced finds the source of a value that a replacement copied.
func (t *trace) replaced(v Value) spot {
	for _, k := range t.kusts {
		for _, e := range slices.Backward(k.value.Get("replacements").Items()) {
			if p := e.Get("path"); p.Exists() {
				f := k.listed[p.node]
				if f == nil {
					continue
				}
				for _, d := range f.docs {
					for _, r := range append(d.value().Items(), d.value()) {
						if s := t.replacement(r, v); s.found() {
							return s
						}
					}
				}
				continue
			}
			if s := t.replacement(e, v); s.found() {
				return s
			}
		}
	}
	return spot{}
}

func (t *trace) replacement(r Value, v Value) spot {
	for _, target := range r.Get("targets").Items() {
		if !t.selected(target.Get("select")) {
			continue
		}
		for _, p := range target.Get("fieldPaths").Items() {
			if !t.isFieldPath(p.Text(), v.path) {
				continue
			}
			if c := r.Get("sourceValue"); c.Exists() {
				return at(c, c.Text() == v.node.Value)
			}
			if s := t.replacementSource(r.Get("source"), v); s.found() {
				return s
			}
			return at(r.Get("source"), false)
		}
	}
	return spot{}
}

// replacementSource returns the value that a replacement copies, if the object
// that holds it is part of the build and still holds it.
func (t *trace) replacementSource(source Value, v Value) spot {
	field := source.Get("fieldPath").Text()
	if field == "" {
		field = "metadata.name"
	}
	for _, o := range t.env.Objects {
		src, ok := o.Value.src.(*trace)
		if !ok || src == t {
			continue
		}
		if src.place(); !src.selected(source) {
			continue
		}
		val := o.Value.Get(fieldSegments(field)...)
		if val.IsScalar() && val.Text() == v.node.Value {
			return at(val, !val.Span().Approximate)
		}
	}
	return spot{}
}

// fieldSegments splits a field path of kustomize: dots separate, \. does not.
func fieldSegments(s string) []string {
	var segs []string
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == '.':
			segs = append(segs, b.String())
			b.Reset()
		case s[i] == '[':
			end := strings.IndexByte(s[i:], ']')
			if end < 0 {
				return append(segs, b.String()+s[i:])
			}
			if b.Len() > 0 {
				segs = append(segs, b.String())
				b.Reset()
			}
			segs = append(segs, s[i:i+end+1])
			i += end
			if i+1 < len(s) && s[i+1] == '.' {
				i++
			}
		default:
			b.WriteByte(s[i])
		}
	}
	if b.Len() > 0 {
		segs = append(segs, b.String())
	}
	return segs
}

// isFieldPath tells whether a field path of kustomize leads to a path of the
// rendered object.
func (t *trace) isFieldPath(field string, p Path) bool {
	segs := fieldSegments(field)
	if len(segs) != len(p) {
		return false
	}
	n := t.root
	for i, seg := range segs {
		switch {
		case isIndex(p[i]):
			item := step(n, p[i])
			key, value, ok := strings.Cut(strings.Trim(seg, "[]"), "=")
			if ok {
				if c := child(item, key); c == nil || c.Value != value {
					return false
				}
			} else if seg != "*" && "["+strings.Trim(seg, "[]")+"]" != p[i] {
				return false
			}
		case seg != p[i] && seg != "*":
			return false
		}
		n = step(n, p[i])
	}
	return true
}
