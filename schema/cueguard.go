package schema

import (
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// What evaluating a CUE file may cost. A few lines in which every value uses
// the one before twice would grow beyond any memory, so the size of the result
// is computed first.
const (
	maxExprDepth    = 100
	maxAlternatives = 8         // of | in the whole file: each may double the work
	maxCost         = 512 << 10 // bytes of source that the result is made of
)

// guard refuses what a spec has no use for and what could be expensive.
func (r *cueReader) guard(f *ast.File) {
	g := &cueGuard{r: r, cost: map[ast.Node]int{}, open: map[ast.Node]bool{}}
	for _, d := range f.Decls {
		g.walk(d, 0)
	}
	if len(r.errs) > 0 {
		return
	}
	total := 0
	for _, d := range f.Decls {
		total = saturate(total + g.price(d))
	}
	if total > maxCost && len(r.errs) == 0 {
		r.report(span{1, 1, 1, 2}, "", KindTooLarge, "the values of this file grow beyond what a spec may hold",
			"write the values out instead of building them from each other")
	}
}

type cueGuard struct {
	r            *cueReader
	alternatives int
	fields       int // in the whole file: a pattern may apply to each
	cost         map[ast.Node]int
	open         map[ast.Node]bool
	told         bool
}

func (g *cueGuard) refuse(n ast.Node, message, help string) {
	g.r.report(g.r.span(n.Pos(), n.End()), "", KindSyntax, message, help)
}

// walk checks the form of a node and what is below it, and stops at a depth
// that no spec reaches.
func (g *cueGuard) walk(n ast.Node, depth int) {
	if n == nil || g.told {
		return
	}
	if depth > maxExprDepth {
		g.told = true
		g.r.report(g.r.span(n.Pos(), token.NoPos), "", KindTooLarge, "values are nested too deep here", "write a flatter value")
		return
	}
	switch n := n.(type) {
	case *ast.ImportDecl:
		g.refuse(n, "a spec imports nothing", "write the values out")
		return
	case *ast.Attribute:
		g.refuse(n, "attributes (@) have no use in a spec", "remove it")
		return
	case *ast.ForClause:
		g.refuse(n, "a spec has no loops", "write the values out")
		return
	case *ast.CallExpr:
		g.refuse(n, "a spec calls no functions", "write the value out")
		return
	case *ast.Field:
		g.fields++
		for _, a := range n.Attrs {
			g.walk(a, depth+1)
		}
	case *ast.BasicLit:
		if (n.Kind == token.INT || n.Kind == token.FLOAT) && !number().MatchString(n.Value) {
			g.refuse(n, "this number is not written in plain decimal digits", "write plain digits, or put a text in quotes")
			return
		}
	case *ast.BinaryExpr:
		switch n.Op {
		case token.MUL:
			g.refuse(n, "a spec does not multiply", "write the result")
			return
		case token.OR:
			if g.alternatives++; g.alternatives > maxAlternatives {
				g.told = true
				g.refuse(n, "a spec with more than 8 alternatives (|) is too expensive to evaluate", "write the values themselves")
				return
			}
		}
	}
	if x, ok := n.(ast.Expr); ok {
		at := g.r.span(x.Pos(), x.End())
		if _, seen := g.r.exprs[[2]int{at.line, at.col}]; !seen {
			g.r.exprs[[2]int{at.line, at.col}] = at
		}
	}
	for _, child := range children(n) {
		g.walk(child, depth+1)
	}
}

// price is the size of what a node evaluates to, in bytes of source, with
// everything that it refers to. Circles are refused: CUE may resolve some of
// them, but nobody can tell their price.
func (g *cueGuard) price(n ast.Node) int {
	if n == nil {
		return 0
	}
	if c, ok := g.cost[n]; ok {
		return c
	}
	if g.open[n] {
		if !g.told {
			g.told = true
			g.refuse(n, "this value refers to itself", "give it a value, or move what both use to a hidden field such as _name")
		}
		return 1
	}
	g.open[n] = true
	total := 1
	switch n := n.(type) {
	case *ast.BasicLit:
		total += len(n.Value)
	case *ast.Ident:
		total += len(n.Name)
		for _, target := range targets(n) {
			total += g.price(target)
		}
	case *ast.SelectorExpr:
		for _, target := range narrow(n) {
			total += g.price(target)
		}
	case *ast.Field:
		total += g.price(n.Value)
		if name, _, err := ast.LabelName(n.Label); err == nil {
			total += len(name)
		} else { // a pattern or a computed name
			total += g.price(n.Label)
			if _, ok := n.Label.(*ast.ListLit); ok {
				total = saturate(total * g.fields)
			}
		}
	default:
		for _, child := range children(n) {
			total = saturate(total + g.price(child))
		}
	}
	delete(g.open, n)
	total = saturate(total)
	g.cost[n] = total
	return total
}

func saturate(n int) int { return min(n, maxCost+1) }

// targets are the declarations of the name that an identifier refers to.
func targets(id *ast.Ident) []ast.Node {
	if id.Node == nil {
		return nil // a type such as string, or an error that CUE tells
	}
	var decls []ast.Decl
	switch scope := id.Scope.(type) {
	case *ast.File:
		decls = scope.Decls
	case *ast.StructLit:
		decls = scope.Elts
	}
	if found := values(decls, id.Name); len(found) > 0 {
		return found
	}
	return []ast.Node{id.Node}
}

// values are the values of the fields of a name in a struct.
func values(decls []ast.Decl, name string) []ast.Node {
	var found []ast.Node
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.Field:
			if label, _, err := ast.LabelName(d.Label); err == nil && label == name {
				found = append(found, d.Value)
			}
		case *ast.LetClause:
			if d.Ident.Name == name {
				found = append(found, d.Expr)
			}
		}
	}
	return found
}

// narrow follows a.b.c through plain structs; where it cannot, all of the value
// counts.
func narrow(sel *ast.SelectorExpr) []ast.Node {
	var from []ast.Node
	switch x := sel.X.(type) {
	case *ast.Ident:
		from = targets(x)
	case *ast.SelectorExpr:
		from = narrow(x)
	default:
		return []ast.Node{sel.X}
	}
	name, _, err := ast.LabelName(sel.Sel)
	if err != nil {
		return from
	}
	var to []ast.Node
	for _, n := range from {
		s, ok := n.(*ast.StructLit)
		if !ok || !plain(s) {
			return from
		}
		to = append(to, values(s.Elts, name)...)
	}
	return to
}

// plain reports whether all that a struct has is written as name: value.
func plain(s *ast.StructLit) bool {
	for _, d := range s.Elts {
		switch d := d.(type) {
		case *ast.Field:
			if _, _, err := ast.LabelName(d.Label); err != nil {
				return false
			}
		case *ast.LetClause, *ast.CommentGroup:
		default:
			return false
		}
	}
	return true
}

// children are the nodes directly below a node.
func children(n ast.Node) []ast.Node {
	var out []ast.Node
	first := true
	ast.Walk(n, func(c ast.Node) bool {
		if first {
			first = false
			return true
		}
		out = append(out, c)
		return false
	}, nil)
	return out
}

// isCUE reports whether a file name is that of a CUE file.
func isCUE(name string) bool { return strings.HasSuffix(name, ".cue") }
