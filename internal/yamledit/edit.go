package yamledit

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

const byHand = "edit it by hand"

// Set gives a path a value: it replaces the one that is there, or inserts the
// field with the fields above it that are missing. A value that says the same
// already is left as it is written. On an error, an *Error, the file is as it
// was.
func (f *File) Set(path Path, v Value) error {
	at, rest, err := f.descend(path)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return f.insert(at, path, rest, v)
	}
	if have := read(at.value); have.Equal(v) {
		return nil
	}
	return f.replace(at, path, v)
}

// Remove deletes a field. The lines of its value go with the comments on them;
// comments above it stay. A field that is not there is no error.
func (f *File) Remove(path Path) error {
	at, rest, err := f.descend(path)
	if err != nil || len(rest) > 0 {
		return err
	}
	if at.parent == nil || at.parent.Kind != yaml.MappingNode {
		return f.fail(at.value, path.String()+" is not a field of a mapping", byHand)
	}
	if f.holdsShared(at.value) {
		return f.fail(at.value, path.String()+" has an anchor that other places use", "write the value out in these places first")
	}
	start, end, err := f.removal(at, path)
	if err != nil {
		return err
	}
	return f.apply(at.value, path, start, end, "", change{path: path, remove: true})
}

// A spot is a node with what it stands in.
type spot struct {
	parents     []*yaml.Node // from the root down to the mapping or list that holds it
	parent      *yaml.Node   // the last of them; nil for the root
	key, value  *yaml.Node   // key is nil for a list item
	index, last int          // of the entry within its parent
}

// descend follows a path as far as the file has it, and returns the rest of it.
// It does not go through what several places share.
func (f *File) descend(path Path) (spot, Path, error) {
	at := spot{value: f.root}
	for i, name := range path {
		n := at.value
		done := path[:i].String()
		switch {
		case n.Kind == yaml.AliasNode:
			return at, nil, f.fail(n, done+" is an alias: what it stands for is written elsewhere and used in several places", "write the value out here first")
		case f.shared[n]:
			return at, nil, f.fail(n, done+" has an anchor that other places use: they would change with it", "write the value out in these places first")
		case read(n).IsNull():
			return at, path[i:], nil
		}
		next := spot{parents: append(at.parents[:len(at.parents):len(at.parents)], n), parent: n}
		found := false
		if i, ok := item(name); ok && n.Kind == yaml.SequenceNode {
			if i >= len(n.Content) {
				return at, nil, f.fail(n, done+" has no item "+name, "write the whole list")
			}
			next.value, next.index, next.last, found = n.Content[i], i, len(n.Content)-1, true
		} else if n.Kind != yaml.MappingNode {
			return at, nil, f.fail(n, done+" is no mapping: there is no field "+name+" in it", "")
		}
		for j := 0; n.Kind == yaml.MappingNode && j+1 < len(n.Content); j += 2 {
			if k := n.Content[j]; k.Kind == yaml.ScalarNode && k.Value == name && k.ShortTag() != "!!merge" {
				next.key, next.value, next.index, next.last, found = k, n.Content[j+1], j/2, len(n.Content)/2-1, true
				break
			}
		}
		if !found {
			return at, path[i:], nil
		}
		at = next
	}
	if at.value.Kind == yaml.AliasNode {
		return at, nil, f.fail(at.value, path.String()+" is an alias: what it stands for is written elsewhere and used in several places", "write the value out here first")
	}
	return at, nil, nil
}

func (f *File) holdsShared(n *yaml.Node) bool {
	if f.shared[n] {
		return true
	}
	for _, c := range n.Content {
		if f.holdsShared(c) {
			return true
		}
	}
	return false
}

// replace writes another value in the place of one.
func (f *File) replace(at spot, path Path, v Value) error {
	if f.holdsShared(at.value) {
		return f.fail(at.value, path.String()+" has an anchor that other places use: they would change with it", "write the value out in these places first")
	}
	if items, ok := f.sameLength(at.value, v); ok {
		for i, item := range items {
			if err := f.Set(path.Join(item), v.Items[i]); err != nil {
				return err
			}
		}
		return nil
	}
	w := f.writer(at)
	if isEmpty(at.value) {
		return f.fill(at, path, v, w)
	}
	start, end, ok := f.extent(at.value)
	if !ok {
		return f.fail(at.value, path.String()+" is written in a form that cannot be edited safely", byHand)
	}
	if at.value.Kind != yaml.ScalarNode && bytes.ContainsRune(f.data[start:end], '#') {
		return f.fail(at.value, path.String()+" holds comments, which would be lost", byHand)
	}
	flow := f.inFlow(at)
	switch {
	case v.Kind == Scalar:
		v.quote = at.value.Style & quoted
		w.WriteString(scalar(v, v.quote, flow))
	case at.value.Kind == yaml.ScalarNode || isFlow(at.value) || flow || len(v.Items)+len(v.Fields) == 0:
		w.flow(v)
	case v.Kind == List && at.value.Kind == yaml.SequenceNode:
		w.items(v, f.column(start), false)
	case v.Kind == Map && at.value.Kind == yaml.MappingNode:
		w.fields(v, f.column(start))
	default:
		w.flow(v)
	}
	if at.value.Kind != yaml.ScalarNode && !isFlow(at.value) && (v.Kind == Scalar || len(v.Items)+len(v.Fields) == 0 || strings.HasPrefix(w.String(), "{")) {
		// What stood on lines of its own moves up behind the colon.
		var ok bool
		if start, ok = f.behindColon(at, start); !ok {
			return f.fail(at.value, path.String()+" holds comments, which would be lost", byHand)
		}
		text := w.String()
		w.Reset()
		w.WriteString(" " + text)
	}
	return f.apply(at.value, path, start, end, w.String(), change{path: path, value: v})
}

// behindColon returns the end of the colon above a value in block style, if
// there is nothing but space between them.
func (f *File) behindColon(at spot, start int) (int, bool) {
	if at.key == nil {
		return 0, false
	}
	colon, ok := f.colon(at.key)
	return colon, ok && len(bytes.TrimSpace(f.data[colon:start])) == 0
}

// sameLength tells that only items of a list change, each of which can be
// replaced alone, so that comments between them stay.
func (f *File) sameLength(n *yaml.Node, v Value) ([]string, bool) {
	if n.Kind != yaml.SequenceNode || v.Kind != List || len(n.Content) != len(v.Items) || len(v.Items) == 0 {
		return nil, false
	}
	var items []string
	for i, c := range n.Content {
		if c.Kind != yaml.ScalarNode || isEmpty(c) || v.Items[i].Kind != Scalar {
			return nil, false
		}
		items = append(items, "["+itoa(i)+"]")
	}
	return items, true
}

// fill writes a value where a key has none yet.
func (f *File) fill(at spot, path Path, v Value, w *writer) error {
	if at.key == nil || at.value.Anchor != "" || at.value.Style&yaml.TaggedStyle != 0 {
		return f.fail(at.value, path.String()+" is written in a form that cannot be edited safely", byHand)
	}
	colon, ok := f.colon(at.key)
	if !ok {
		return f.fail(at.key, path.String()+" is written in a form that cannot be edited safely", byHand)
	}
	if f.inFlow(at) {
		w.WriteByte(' ')
		w.flow(v)
		return f.apply(at.key, path, colon, colon, w.String(), change{path: path, value: v})
	}
	w.below(v, f.column(f.begin(at.key)))
	where := colon
	if w.String()[0] != ' ' { // on lines of its own, below a comment behind the key
		where = f.lineEnd(colon)
	}
	return f.apply(at.key, path, where, where, w.String(), change{path: path, value: v})
}

// insert adds a field, and those above it that are missing, to what the file
// has of the path.
func (f *File) insert(at spot, path, rest Path, v Value) error {
	name := rest[0]
	for i := len(rest) - 1; i > 0; i-- {
		if _, ok := item(rest[i]); ok {
			return f.fail(at.value, path.String()+" is an item of a list that is not there", "write the whole list")
		}
		v = Value{Kind: Map, Fields: []Field{{Name: rest[i], Value: v}}}
	}
	if _, ok := item(name); ok {
		return f.fail(at.value, path.String()+" is an item of a list that is not there", "write the whole list")
	}
	above := path[:len(path)-len(rest)]
	if at.value.Kind != yaml.MappingNode { // null: a mapping with nothing in it
		return f.replace(at, above, Value{Kind: Map, Fields: []Field{{Name: name, Value: v}}})
	}
	w := f.writer(at)
	c := change{path: above.Join(name), value: v}
	if isFlow(at.value) {
		return f.insertFlow(at.value, c, w, name)
	}
	end, ok := f.collectionEnd(at.value, f.begin(at.value))
	if !ok {
		return f.fail(at.value, "after "+above.String()+" nothing can be added safely", byHand)
	}
	end = f.lineEnd(end)
	column := f.column(f.begin(at.value.Content[0]))
	w.line(column)
	w.entry(name, v, column)
	return f.apply(at.value, path, end, end, w.String(), c)
}

// insertFlow adds a field to {a: b}.
func (f *File) insertFlow(n *yaml.Node, c change, w *writer, name string) error {
	start, end, ok := f.extent(n)
	if !ok || end-start < 2 {
		return f.fail(n, c.path.String()+" cannot be added safely here", byHand)
	}
	last := len(n.Content) - 1
	if last < 0 {
		if inside := f.data[start+1 : end-1]; len(inside) > 0 && len(bytes.TrimSpace(inside)) > 0 {
			return f.fail(n, c.path.String()+" cannot be added safely here", byHand)
		}
		w.WriteString("{")
		w.flowEntry(name, c.value)
		w.WriteString("}")
		return f.apply(n, c.path, start, end, w.String(), c)
	}
	at, ok := f.entryEnd(n.Content[last-1], n.Content[last])
	if !ok {
		return f.fail(n, c.path.String()+" cannot be added safely here", byHand)
	}
	if comma := f.skipSpace(at); f.data[comma] == ',' { // {a: b,}
		at = comma + 1
		w.WriteByte(' ')
	} else {
		w.WriteString(", ")
	}
	w.flowEntry(name, c.value)
	return f.apply(n, c.path, at, at, w.String(), c)
}

// removal returns the bytes of a field with what separates it from the others.
func (f *File) removal(at spot, path Path) (start, end int, err error) {
	refuse := f.fail(at.key, path.String()+" cannot be removed safely", byHand)
	start = f.begin(at.key)
	end, ok := f.entryEnd(at.key, at.value)
	if !ok {
		return 0, 0, refuse
	}
	if !isFlow(at.parent) {
		line := f.lineStart(start)
		if len(bytes.Trim(f.data[line:start], " ")) > 0 || start == f.begin(f.root) && at.last == 0 {
			return 0, 0, refuse
		}
		end = f.lineEnd(end)
		if w := breakAt(f.data, end); w > 0 {
			return line, end + w, nil
		}
		if line == 0 {
			return 0, 0, refuse
		}
		return f.textEnd(line), end, nil // the last line takes the break above it along
	}
	switch {
	case at.index < at.last:
		end = f.begin(at.parent.Content[2*at.index+2])
	case at.index > 0:
		var ok bool
		if start, ok = f.entryEnd(at.parent.Content[2*at.index-2], at.parent.Content[2*at.index-1]); !ok {
			return 0, 0, refuse
		}
	}
	if bytes.ContainsRune(f.data[start:end], '#') {
		return 0, 0, f.fail(at.key, path.String()+" stands beside a comment, which would be lost", byHand)
	}
	return start, end, nil
}

// textEnd is the end of the text of the line before a line that begins at an
// offset.
func (f *File) textEnd(line int) int { return f.lineEnd(f.lineStart(line - 1)) }

// inFlow tells whether a value stands within brackets.
func (f *File) inFlow(at spot) bool {
	for _, p := range at.parents {
		if isFlow(p) {
			return true
		}
	}
	return false
}

// column is how many characters stand before an offset on its line.
func (f *File) column(at int) int {
	line := f.data[f.lineStart(at):at]
	return len([]rune(string(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")))))
}
