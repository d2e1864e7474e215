package chartread

import (
	"strings"
	"text/template/parse"
)

// reader follows values through the templates of a chart.
type reader struct {
	trees map[string]*parse.Tree
	uses  map[string]*use
	// template is the rendered file at the top.
	template string
	// depth guards against templates that include themselves.
	depth int
}

// use is what the templates do with a value.
type use struct {
	mode     Mode
	fallback string
	files    map[string]bool
	when     condition
}

func newReader(trees map[string]*parse.Tree) *reader {
	return &reader{trees: trees, uses: make(map[string]*use)}
}

// scope is where an action stands: the dot, the variables and the conditions
// around it.
type scope struct {
	dot       value
	variables map[string]*value
	when      condition
	// before is the text in front of the action, to see quotes.
	before string
	// out collects what a named template prints.
	out *[]flow
}

func (s *scope) inner() *scope {
	variables := make(map[string]*value, len(s.variables))
	for name, v := range s.variables {
		variables[name] = v
	}
	inner := *s
	inner.variables = variables
	return &inner
}

// under is the scope of a branch.
func (s *scope) under(when condition) *scope {
	inner := s.inner()
	inner.when = s.when.and(when)
	return inner
}

const deepest = 24

// context is the $ of a rendered file.
func context() value {
	return value{fields: map[string]value{"Values": {values: true}}}
}

// file follows a rendered file.
func (r *reader) file(name string) {
	r.template = base(name)
	root := context()
	s := &scope{dot: root, variables: map[string]*value{"$": &root}, when: always()}
	r.list(r.trees[name].Root, s)
}

// record notes what happens to a value.
func (r *reader) record(path string, mode Mode, fallback string, when condition) {
	u, ok := r.uses[path]
	if !ok {
		u = &use{files: make(map[string]bool)}
		r.uses[path] = u
	}
	u.mode |= mode
	if fallback != "" && u.fallback == "" {
		u.fallback = fallback
	}
	u.files[r.template] = true
	u.when = u.when.or(when)
}

func (r *reader) test(v value, s *scope) {
	for _, ref := range v.refs {
		r.record(ref, Tested, v.fallback, s.when)
	}
	for _, f := range v.from {
		r.record(f.path, Tested, f.fallback, s.when)
	}
	for _, ref := range v.asked {
		r.record(ref, Tested, "", s.when)
	}
}

func (r *reader) list(list *parse.ListNode, s *scope) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		r.node(node, s)
	}
}

func (r *reader) node(node parse.Node, s *scope) {
	switch node := node.(type) {
	case *parse.TextNode:
		s.before = string(node.Text)
	case *parse.ActionNode:
		v := r.pipe(node.Pipe, s)
		if len(node.Pipe.Decl) == 0 {
			r.print(v, s)
		}
		s.before = ""
	case *parse.IfNode:
		v := r.pipe(node.Pipe, s)
		r.branch(&node.BranchNode, v, v.holds(), s, s.dot)
	case *parse.WithNode:
		v := r.pipe(node.Pipe, s)
		r.branch(&node.BranchNode, v, v.holds(), s, v)
	case *parse.RangeNode:
		r.loop(node, s)
	case *parse.TemplateNode:
		dot := value{}
		if node.Pipe != nil {
			dot = r.pipe(node.Pipe, s)
		}
		r.print(r.include(node.Name, dot, s), s)
	}
}

func (r *reader) branch(node *parse.BranchNode, tested value, when condition, s *scope, dot value) {
	r.test(tested, s)
	then := s.under(when)
	then.dot = dot
	r.list(node.List, then)
	r.list(node.ElseList, s.under(when.not()))
}

func (r *reader) loop(node *parse.RangeNode, s *scope) {
	// The variables of a range are declared in it, not assigned by its pipe.
	pipe := *node.Pipe
	pipe.Decl = nil
	v := r.pipe(&pipe, s)
	mode := Each
	if len(node.Pipe.Decl) > 1 {
		mode |= EachNamed
	}
	for _, ref := range v.refs {
		r.record(ref, mode, v.fallback, s.when)
	}
	for _, f := range v.from {
		r.record(f.path, Each, f.fallback, s.when)
	}
	element := v.element()
	body := s.under(v.holds())
	body.dot = element
	switch decl := node.Pipe.Decl; len(decl) {
	case 1:
		body.variables[decl[0].Ident[0]] = &element
	case 2:
		name := value{}
		body.variables[decl[0].Ident[0]] = &name
		body.variables[decl[1].Ident[0]] = &element
	}
	r.list(node.List, body)
	r.list(node.ElseList, s.under(v.holds().not()))
}

// print notes that a value reaches the output.
func (r *reader) print(v value, s *scope) {
	mode := Printed
	if !quotedBy(s.before) {
		mode |= Unquoted
	}
	for _, f := range v.text(mode) {
		if f.mode&Unquoted != 0 && quotedBy(s.before) {
			f.mode &^= Unquoted
		}
		r.record(f.path, f.mode, f.fallback, s.when)
		if s.out != nil {
			*s.out = append(*s.out, f)
		}
	}
}

// quotedBy says whether the text in front of an action opens a quoted scalar.
func quotedBy(before string) bool {
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return strings.Count(line, `"`)%2 == 1 || strings.Count(line, `'`)%2 == 1
}

// include follows a named template and returns what it prints.
func (r *reader) include(name string, dot value, s *scope) value {
	tree, ok := r.trees[name]
	if !ok || r.depth >= deepest {
		return value{}
	}
	r.depth++
	defer func() { r.depth-- }()
	var out []flow
	inner := &scope{
		dot: dot, variables: map[string]*value{"$": &dot}, when: s.when, before: s.before, out: &out,
	}
	r.list(tree.Root, inner)
	return value{from: out}
}

// pipe evaluates a pipeline and assigns its variables.
func (r *reader) pipe(pipe *parse.PipeNode, s *scope) value {
	var v value
	for i, command := range pipe.Cmds {
		if i == 0 {
			v = r.command(command, nil, s)
			continue
		}
		v = r.command(command, &v, s)
	}
	for _, decl := range pipe.Decl {
		name := decl.Ident[0]
		if known, ok := s.variables[name]; ok && pipe.IsAssign {
			*known = either(*known, v) // the branch may not be taken
			continue
		}
		assigned := v
		s.variables[name] = &assigned
	}
	return v
}

// command evaluates one command; last is the value piped into it.
func (r *reader) command(command *parse.CommandNode, last *value, s *scope) value {
	first := command.Args[0]
	if function, ok := first.(*parse.IdentifierNode); ok {
		args := make([]value, 0, len(command.Args))
		for _, arg := range command.Args[1:] {
			args = append(args, r.operand(arg, s))
		}
		if last != nil {
			args = append(args, *last)
		}
		return r.call(function.Ident, args, s)
	}
	return r.operand(first, s)
}

func (r *reader) operand(node parse.Node, s *scope) value {
	switch node := node.(type) {
	case *parse.DotNode:
		return s.dot
	case *parse.FieldNode:
		return descend(s.dot, node.Ident)
	case *parse.VariableNode:
		if v, ok := s.variables[node.Ident[0]]; ok {
			return descend(*v, node.Ident[1:])
		}
		return value{}
	case *parse.ChainNode:
		return descend(r.operand(node.Node, s), node.Field)
	case *parse.PipeNode:
		return r.pipe(node, s)
	case *parse.StringNode:
		return constant(node.Text)
	case *parse.NumberNode:
		return constant(node.Text)
	case *parse.BoolNode:
		return constant(node.String())
	case *parse.IdentifierNode:
		return r.call(node.Ident, nil, s)
	default:
		return value{}
	}
}

func descend(v value, names []string) value {
	for _, name := range names {
		v = v.field(name)
	}
	return v
}
