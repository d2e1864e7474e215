package yamledit

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// A change is what an edit means to do to what the file says.
type change struct {
	path   Path
	value  Value
	remove bool
}

// apply replaces a range of bytes, if what the file says then is what it said
// with the change made.
func (f *File) apply(n *yaml.Node, path Path, start, end int, text string, c change) error {
	unsafe := f.fail(n, path.String()+" cannot be edited without changing more than it", byHand)
	if start > end || end > len(f.data) {
		return unsafe
	}
	want, ok := c.in(read(f.root), c.path)
	if !ok {
		return unsafe
	}
	edited := File{name: f.name}
	data := slices.Concat(f.data[:start], []byte(text), f.data[end:])
	if err := edited.load(data); err != nil || !read(edited.root).Equal(want) {
		return unsafe
	}
	*f = edited
	return nil
}

// in returns what a value is with the change made at a path below it; a field
// that is added comes last.
func (c change) in(v Value, path Path) (Value, bool) {
	if len(path) == 0 {
		w := c.value.keyed()
		w.anchor = v.anchor // it stands before the value, and stays
		return w, true
	}
	if i, ok := item(path[0]); ok && v.Kind == List {
		if i >= len(v.Items) {
			return v, false
		}
		below, ok := c.in(v.Items[i], path[1:])
		v.Items = slices.Clone(v.Items)
		v.Items[i] = below
		return v, ok
	}
	if v.Kind != Map {
		return v, false
	}
	for i, f := range v.Fields {
		if f.Name != path[0] || f.key.Kind != Scalar || f.key.Tag == "!!merge" {
			continue
		}
		v.Fields = slices.Clone(v.Fields)
		if c.remove && len(path) == 1 {
			v.Fields = slices.Delete(v.Fields, i, i+1)
			if len(v.Fields) == 0 && !v.flow {
				return Value{Tag: "!!null"}, v.anchor == ""
			}
			return v, true
		}
		below, ok := c.in(f.Value, path[1:])
		v.Fields[i].Value = below
		return v, ok
	}
	if c.remove || len(path) > 1 {
		return v, false
	}
	v.Fields = append(slices.Clone(v.Fields), Field{Name: path[0], Value: c.value.keyed(), key: Text(path[0])})
	return v, true
}

// keyed is the value as it is read back: the keys of its maps are texts.
func (v Value) keyed() Value {
	v.Items, v.Fields = slices.Clone(v.Items), slices.Clone(v.Fields)
	for i := range v.Items {
		v.Items[i] = v.Items[i].keyed()
	}
	for i := range v.Fields {
		v.Fields[i].key = Text(v.Fields[i].Name)
		v.Fields[i].Value = v.Fields[i].Value.keyed()
	}
	return v
}
