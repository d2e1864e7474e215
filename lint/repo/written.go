package repo

// Written returns the object as its file has it, before kustomize gave it
// another name, namespace or anything else. It is the missing Value for an
// object that a generator makes.
func (o *Object) Written() Value {
	if t, ok := o.Value.src.(*trace); ok {
		return t.doc
	}
	return o.Value
}

// Inner returns the YAML document that the text of a scalar is, such as
// gravitee.yml in a ConfigMap; the missing Value if it is none.
func (v Value) Inner() Value {
	if !v.IsScalar() {
		return Value{}
	}
	f := parseInline(v)
	if len(f.docs) == 0 || len(f.problems) > 0 {
		return Value{}
	}
	return Value{node: f.docs[0].root, src: embedded{v, f}}
}
