package repo

// parseInline reads the text of a scalar as YAML of its own.
func parseInline(v Value) *file {
	f := newFile("", []byte(v.Text()))
	f.problems = f.parse()
	return f
}

// inlineSpan returns where a span of the text of a scalar is written.
func inlineSpan(host Value, inner *file, s Span) Span {
	if s.Line < 1 || s.Line > len(inner.lines) || s.EndLine > len(inner.lines) || s.EndLine < s.Line {
		return host.Span()
	}
	start, end := inner.column(s.Line, s.Column), inner.column(s.EndLine, s.EndColumn)
	t := host.TextSpan(start+inner.bom, end+inner.bom)
	t.Approximate = t.Approximate || s.Approximate
	return t
}

// An embedded locates the nodes of YAML that is the text of a scalar.
type embedded struct {
	host  Value
	inner *file
}

func (e embedded) value(v Value) Span { return inlineSpan(e.host, e.inner, e.inner.value(v)) }

func (e embedded) key(v Value) Span { return inlineSpan(e.host, e.inner, e.inner.key(v)) }

func (e embedded) text(v Value, from, to int) Span {
	return inlineSpan(e.host, e.inner, e.inner.text(v, from, to))
}

// docValue returns the root of a document of a patch.
func (p patch) docValue(d *document) Value {
	if p.text != nil {
		return Value{node: d.root, src: embedded{p.inline, p.text}}
	}
	return d.value()
}
