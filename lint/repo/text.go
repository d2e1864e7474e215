package repo

import "strconv"

// AddText reads manifests that are in no file, such as what helm makes of a
// chart, and returns their objects. The name stands for the text in spans and
// snippets; it is in angle brackets, so that it is taken for no file.
func (r *Repo) AddText(name string, text []byte) []*Object {
	file := "<" + name + ">"
	for n := 2; r.files[file] != nil; n++ {
		file = "<" + name + " " + strconv.Itoa(n) + ">"
	}
	f := newFile(file, text)
	f.problems = f.parse()
	r.files[f.name] = f
	return f.objects()
}

// InText tells whether a span lies in a text that is in no file.
func (s Span) InText() bool { return len(s.File) > 0 && s.File[0] == '<' }
