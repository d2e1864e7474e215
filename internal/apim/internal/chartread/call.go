package chartread

import "slices"

// call evaluates a function.
func (r *reader) call(name string, args []value, s *scope) value {
	at := func(i int) value {
		if i >= 0 && i < len(args) {
			return args[i]
		}
		return value{}
	}
	last := at(len(args) - 1)
	switch name {
	case "default":
		return withDefault(at(0), last)
	case "required":
		for _, ref := range last.refs {
			r.record(ref, Required, last.fallback, s.when)
		}
		return last
	case "coalesce":
		joined := value{}
		for _, arg := range args {
			joined = either(joined, arg)
		}
		return joined
	case "deepCopy", "mustDeepCopy", "omit", "pick", "uniq", "compact", "sortAlpha", "without":
		return at(0)
	case "merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite", "concat":
		joined := value{}
		for _, arg := range args {
			joined = either(joined, arg)
		}
		return joined
	case "append", "prepend":
		added := at(0)
		added.items = append(slices.Clone(added.items), last)
		return added
	case "dict":
		return dict(args)
	case "set":
		return set(at(0), at(1), at(2))
	case "unset":
		return at(0)
	case "list", "tuple":
		return value{items: args}
	case "get":
		return at(0).field(at(1).literal)
	case "index":
		return index(at(0), args[min(1, len(args)):])
	case "dig":
		return r.dig(args)
	case "first", "last", "mustFirst", "mustLast":
		return last.element()
	case "hasKey":
		return hasKey(at(0), at(1).literal)
	case "toYaml", "toJson", "toPrettyJson", "toToml", "toRawJson":
		return value{from: last.text(Passed)}
	case "tpl":
		return value{from: at(0).text(Rendered)}
	case "include":
		return r.include(at(0).literal, at(1), s)
	case "quote", "squote":
		return value{from: unquotedOff(join2(args, Printed))}
	case "ternary":
		r.test(at(2), s)
		return either(at(0), at(1))
	}
	if v, ok := truth(name, args); ok {
		return v
	}
	// Any other function makes a text or a number of what it is given.
	mode := Printed
	if name != "b64enc" && name != "sha256sum" {
		mode |= Unquoted
	}
	made := value{from: join2(args, mode)}
	if name == "len" && len(args) == 1 {
		made = args[0]
		made.measured = true
	}
	return made
}

func join2(args []value, mode Mode) []flow {
	var flows []flow
	for _, arg := range args {
		flows = append(flows, arg.text(mode)...)
	}
	return flows
}

func unquotedOff(flows []flow) []flow {
	for i := range flows {
		flows[i].mode &^= Unquoted
	}
	return flows
}

// withDefault is "default fallback v".
func withDefault(fallback, v value) value {
	if fallback.hasLiteral {
		if v.fallback == "" {
			v.fallback = fallback.literal
		}
		for i := range v.from {
			if v.from[i].fallback == "" {
				v.from[i].fallback = fallback.literal
			}
		}
		return v
	}
	if len(fallback.refs) == 0 && len(fallback.from) == 0 {
		return v // default dict, default (list)
	}
	return either(v, fallback)
}

func dict(args []value) value {
	made := value{fields: make(map[string]value)}
	for i := 0; i+1 < len(args); i += 2 {
		made.fields[args[i].literal] = args[i+1]
	}
	return made
}

// set changes a dict in place, as the template function does.
func set(target, name, v value) value {
	if target.fields != nil && name.hasLiteral {
		if old, ok := target.fields[name.literal]; ok {
			v = either(old, v)
		}
		target.fields[name.literal] = v
	}
	return target
}

func index(v value, names []value) value {
	for _, name := range names {
		switch {
		case name.hasLiteral && !isNumber(name.literal):
			v = v.field(name.literal)
		default:
			v = v.element()
		}
	}
	return v
}

func isNumber(text string) bool {
	return text != "" && text[0] >= '0' && text[0] <= '9'
}

// dig is "dig name… fallback v".
func (r *reader) dig(args []value) value {
	if len(args) < 3 {
		return value{}
	}
	v, fallback := args[len(args)-1], args[len(args)-2]
	for _, name := range args[:len(args)-2] {
		v = v.field(name.literal)
	}
	return withDefault(fallback, v)
}

func hasKey(v value, name string) value {
	field := v.field(name)
	if len(field.refs) != 1 {
		return value{when: &condition{alternatives: [][]test{nil}, opaque: true}, asked: field.refs}
	}
	return value{
		when:  &condition{alternatives: [][]test{{{key: field.refs[0], present: true}}}},
		asked: field.refs,
	}
}

// truth evaluates the functions that make a truth value.
func truth(name string, args []value) (value, bool) {
	var asked []string
	for _, arg := range args {
		asked = union(asked, union(arg.refs, arg.asked))
		for _, f := range arg.from {
			asked = union(asked, []string{f.path})
		}
	}
	result := func(c condition) (value, bool) { return value{when: &c, asked: asked}, true }
	switch name {
	case "and":
		all := always()
		for _, arg := range args {
			all = all.and(arg.holds())
		}
		// "and" yields its last operand, which a with may go on with.
		v, _ := result(all)
		if len(args) > 0 {
			v.refs = args[len(args)-1].refs
		}
		return v, true
	case "or":
		any := condition{}
		plain := value{}
		for _, arg := range args {
			any = any.or(arg.holds())
			plain = either(plain, arg)
		}
		plain.when, plain.asked = &any, asked
		return plain, true
	case "not", "empty":
		if len(args) == 1 {
			return result(args[0].holds().not())
		}
	case "eq":
		return result(equals(args))
	case "ne":
		return result(equals(args).not())
	case "gt", "ge":
		if len(args) == 2 && args[0].measured && args[1].literal == "0" && name == "gt" {
			plain := args[0]
			plain.measured = false
			return result(plain.holds())
		}
		return result(opaque())
	case "lt", "le", "contains", "hasPrefix", "hasSuffix", "has", "kindIs", "typeIs", "semverCompare", "regexMatch", "deepEqual":
		return result(opaque())
	}
	return value{}, false
}

// equals is "eq v constant…".
func equals(args []value) condition {
	if len(args) < 2 {
		return opaque()
	}
	v, others := args[0], args[1:]
	if v.hasLiteral && len(v.refs) == 0 && len(others) == 1 {
		v, others = others[0], []value{v}
	}
	if len(v.refs) != 1 || len(v.from) > 0 {
		return opaque()
	}
	any := condition{}
	for _, other := range others {
		if !other.hasLiteral || len(other.refs) > 0 {
			return opaque()
		}
		t := test{key: v.refs[0], value: other.literal}
		if other.literal == "" {
			t.not = true // equal to nothing is the same as unset
		}
		any.alternatives = append(any.alternatives, []test{t})
	}
	return any
}
