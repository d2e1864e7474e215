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
