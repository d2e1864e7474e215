package lint

// A Derived is something that several rules work out of the facts of an
// environment, such as its secrets. It is a package variable of the rules, made
// with Derive.
type Derived[T any] struct{ make func(*Facts) T }

// Derive returns what a function makes of facts. The function must not depend
// on anything else.
func Derive[T any](make func(*Facts) T) *Derived[T] { return &Derived[T]{make} }

// Of returns what is derived from the facts. It is worked out at the first use;
// who gets it must not change it. Facts are used by one goroutine at a time.
func (d *Derived[T]) Of(f *Facts) T {
	if known, ok := f.derived[d]; ok {
		return known.(T)
	}
	value := d.make(f)
	if f.derived == nil {
		f.derived = map[any]any{}
	}
	f.derived[d] = value
	return value
}
