package lint

import "slices"

// A Distinct holds values, each once, in the order in which they came. To look one
// up costs the same however many there are. The zero Distinct is empty.
type Distinct[T comparable] struct {
	list  []T
	known map[T]struct{} // of list, where it is long
}

// few is how many values are looked through faster than a map of them is made.
const few = 16

// Add adds a value, and tells whether it is new.
func (d *Distinct[T]) Add(v T) bool {
	if d.Has(v) {
		return false
	}
	d.list = append(d.list, v)
	switch {
	case d.known != nil:
		d.known[v] = struct{}{}
	case len(d.list) > few:
		d.known = make(map[T]struct{}, 2*len(d.list))
		for _, v := range d.list {
			d.known[v] = struct{}{}
		}
	}
	return true
}

// Has tells whether a value is there.
func (d *Distinct[T]) Has(v T) bool {
	if d.known == nil {
		return slices.Contains(d.list, v)
	}
	_, ok := d.known[v]
	return ok
}

// All returns the values. The list must not be changed.
func (d *Distinct[T]) All() []T { return d.list }

// Len returns the number of values.
func (d *Distinct[T]) Len() int { return len(d.list) }
