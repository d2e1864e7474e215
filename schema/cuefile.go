package schema

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	cueerrors "cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// readCUE evaluates a spec written in CUE and turns the result into a tree. The
// file stands alone: it imports nothing and embeds nothing. What it may cost is
// bounded before it is evaluated, because an evaluation cannot be stopped.
//
// It is evaluated in a context of its own, which would otherwise keep it.
func readCUE(file string, data []byte) (*node, Errors) {
	r := &cueReader{reader: newReader(file, data), written: map[string]place{}, exprs: map[[2]int]span{}}
	if err := r.checkBytes(data, maxCUE); err != nil {
		return nil, Errors{err}
	}
	if bytes.Count(data, []byte(":")) > maxNodes {
		return nil, Errors{r.errorAt(1, 1, KindTooLarge, "the spec has more than 20000 fields", "split it")}
	}
	f, err := parser.ParseFile(file, data)
	if err != nil {
		r.syntax(err)
		return nil, r.errs
	}
	if r.guard(f); len(r.errs) > 0 {
		return nil, r.errs
	}
	r.index(f.Decls, "")
	v := newContext().BuildFile(f)
	if err := v.Validate(cue.Concrete(true), cue.All()); err != nil {
		r.evaluation(err)
		return nil, r.errs
	}
	root := r.read(v, "", 0)
	if root.kind == mapKind && len(root.fields) == 0 {
		return nil, append(r.errs, r.empty())
	}
	return root, r.errs
}

type cueReader struct {
	reader
	written map[string]place // where a path is first written as name: value
	exprs   map[[2]int]span  // by line and column: the longest expression that begins there
}

type place struct{ key, value span }

// span converts CUE's positions, which count bytes. Values over several lines
// are shown by their first character.
func (r *cueReader) span(from, to token.Pos) span {
	if !from.IsValid() {
		return span{1, 1, 1, 2}
	}
	a := from.Position()
	s := span{line: a.Line, col: r.column(a.Line, a.Column)}
	s.endLine, s.endCol = s.line, s.col+1
	if to.IsValid() {
		if b := to.Position(); b.Line == a.Line && b.Column > a.Column {
			s.endCol = r.column(b.Line, b.Column)
		}
	}
	return s
}

func (r *cueReader) column(line, bytes int) int {
	text := r.line(line)
	return 1 + utf8.RuneCountInString(text[:min(max(bytes-1, 0), len(text))])
}

// index notes where fields are written, so that mistakes point at the person's
// words even where a value comes from elsewhere in the file.
func (r *cueReader) index(decls []ast.Decl, path string) {
	for _, d := range decls {
		f, ok := d.(*ast.Field)
		if !ok {
			if e, ok := d.(*ast.EmbedDecl); ok {
				r.indexValue(e.Expr, path)
			}
			continue
		}
		name, _, err := ast.LabelName(f.Label)
		if err != nil || strings.HasPrefix(name, "_") || strings.HasPrefix(name, "#") {
			continue
		}
		p := join(path, name)
		if _, ok := r.written[p]; !ok {
			r.written[p] = place{r.span(f.Label.Pos(), f.Label.End()), r.span(f.Value.Pos(), f.Value.End())}
		}
		r.indexValue(f.Value, p)
	}
}

func (r *cueReader) indexValue(x ast.Expr, path string) {
	switch x := x.(type) {
	case *ast.StructLit:
		r.index(x.Elts, path)
	case *ast.ParenExpr:
		r.indexValue(x.X, path)
	case *ast.BinaryExpr:
		if x.Op == token.AND {
			r.indexValue(x.X, path)
			r.indexValue(x.Y, path)
		}
	case *ast.ListLit:
		for i, item := range x.Elts {
			r.indexValue(item, path+"["+strconv.Itoa(i)+"]")
		}
	}
}

func (r *cueReader) read(v cue.Value, path string, depth int) *node {
	n := &node{path: path, at: r.span(v.Pos(), token.NoPos)}
	if p, ok := r.written[path]; ok {
		n.key, n.at = p.key, p.value
	} else {
		switch x := v.Source().(type) {
		case *ast.Field:
			n.key, n.at = r.span(x.Label.Pos(), x.Label.End()), r.span(x.Value.Pos(), x.Value.End())
		case ast.Expr:
			n.at = r.span(x.Pos(), x.End())
		}
	}
	if !r.count(n.at, path, depth) {
		n.broken = true
		return n
	}
	switch v.Kind() {
	case cue.NullKind:
	case cue.BoolKind:
		b, _ := v.Bool()
		n.kind, n.text = boolKind, strconv.FormatBool(b)
	case cue.IntKind, cue.FloatKind, cue.NumberKind:
		data, _ := v.MarshalJSON()
		n.kind, n.text = intKind, string(data)
		if v.Kind() != cue.IntKind {
			n.kind = floatKind
		}
		if len(n.text) > 20 {
			r.report(n.at, path, KindOutOfRange, "this number is too long", "write a smaller one")
			n.broken = true
		}
	case cue.StringKind:
		s, _ := v.String()
		n.kind, n.text = textKind, s
	case cue.ListKind:
		n.kind = listKind
		it, _ := v.List()
		for i := 0; it.Next(); i++ {
			n.items = append(n.items, r.read(it.Value(), path+"["+strconv.Itoa(i)+"]", depth+1))
		}
	case cue.StructKind:
		n.kind = mapKind
		it, err := v.Fields()
		for err == nil && it.Next() {
			name := it.Selector().Unquoted()
			child := r.read(it.Value(), join(path, name), depth+1)
			if !child.key.known() {
				child.key = child.at
			}
			n.fields = append(n.fields, field{name, child})
		}
	default:
		r.report(n.at, path, KindWrongType, short(path)+" is of a kind that a spec cannot hold", "write a text, a number, true or false")
		n.broken = true
	}
	return n
}

// syntax words what the CUE parser found; its own text may quote the file.
func (r *cueReader) syntax(err error) {
	for _, e := range cueerrors.Errors(err) {
		format, _ := e.Msg()
		message, help := "this is not valid CUE", "compare it with the lines around"
		switch {
		case strings.Contains(format, "not terminated"):
			message, help = "a quote is not closed", "close it"
		case strings.Contains(format, "expected"):
			message, help = "something is missing before this place, or this does not belong here", "look for a brace, bracket, comma or colon that is not there"
		case strings.Contains(format, "depth"):
			message, help = "values are nested too deep here", "write a flatter value"
		case strings.Contains(format, "import"):
			message, help = "a spec imports nothing", "write the values out"
		}
		r.report(r.span(e.Position(), token.NoPos), "", KindSyntax, message, help)
	}
}

// evaluation words why a file has no single value.
func (r *cueReader) evaluation(err error) {
	for _, e := range cueerrors.Errors(err) {
		path := ""
		for _, label := range e.Path() {
			path = join(path, unquote(label))
		}
		var at []span
		for _, p := range cueerrors.Positions(e) {
			s := r.span(p, token.NoPos)
			if whole, ok := r.exprs[[2]int{s.line, s.col}]; ok {
				s = whole
			}
			at = append(at, s)
		}
		if len(at) == 0 {
			at = append(at, r.written[path].value)
			if !at[0].known() {
				at[0] = span{1, 1, 1, 2}
			}
		}
		name := short(path)
		if name == "" {
			name = "the spec"
		}
		format, _ := e.Msg()
		kind, message, help := KindSyntax, name+" cannot be evaluated", "write the value out"
		switch {
		case strings.HasPrefix(format, "conflicting values"):
			kind, message, help = KindConflict, name+" has two different values", "keep one; an environment's own spec may replace a value of spec"
		case strings.HasPrefix(format, "reference"):
			// Which name it is, is not told: it may be a secret without its quotes.
			message, help = name+" refers to something that is not in this file", "define it, or put a text in quotes"
		case strings.HasPrefix(format, "incomplete"), strings.HasPrefix(format, "non-concrete"):
			kind, message, help = KindMissing, name+" has no value yet", "give it one"
		case strings.Contains(format, "not allowed"):
			kind, message, help = KindUnknownField, name+" is not allowed by a definition in this file", "add it to the definition, or remove it"
		case strings.Contains(format, "cycle"):
			message, help = name+" refers to itself", "give it a value"
		}
		out := r.report(at[0], path, kind, message, help)
		for _, other := range at[1:] {
			out.Related = append(out.Related, r.related(other, "this has a part in it"))
		}
	}
}
