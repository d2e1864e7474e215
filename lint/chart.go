package lint

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// Charts are the releases of the APIM chart that may render the values of a
// gateway.
type Charts struct {
	// All are those that may be meant, oldest first; never empty. A range of
	// versions gives the newest known release of each minor line in it.
	All []*apim.Chart
	// Told says that the repository or the person tells the version; without it
	// All holds every known minor line.
	Told bool
	// ByImage says that the version is only that of the image's minor line:
	// chart and image have the same in every sound installation.
	ByImage bool
	// Image is the release of the gateway image, zero if it is not known.
	// Without a tag it is that of the chart.
	Image apim.Version
}

// Newest is the newest chart that may be meant.
func (c Charts) Newest() *apim.Chart { return c.All[len(c.All)-1] }

// ChartsOf returns the charts that may render the values of a client.
func ChartsOf(client *Client) Charts {
	var c Charts
	tag, err := apim.ParseVersion(client.Image.Tag)
	tagged := err == nil
	if tagged {
		c.Image = tag
	}
	text := strings.TrimSpace(client.Values.Chart.Version)
	constraint, err := apim.ParseConstraint(text)
	switch {
	case text != "" && err == nil:
		c.All, c.Told = constraint.Charts(), true
	case tagged:
		minor := apim.Version{Major: tag.Major, Minor: tag.Minor, Partial: true}
		c.All, c.Told, c.ByImage = []*apim.Chart{apim.Catalogue(minor)}, true, true
	default:
		for _, minor := range apim.Minors() {
			c.All = append(c.All, apim.Catalogue(minor))
		}
	}
	if !tagged && client.Image.Tag == "" && text != "" && err == nil {
		if version, exact := constraint.Exact(); exact {
			c.Image, _ = apim.ParseVersion(apim.ImageTag(version))
		}
	}
	return c
}

// ChartValues shows Helm values to package apim.
type ChartValues struct {
	Root repo.Value
	// known are the mappings on the way to the last path that was asked for, if
	// not nil.
	known *[]chartLevel
}

// A chartLevel is what stands at a path of values: for a large mapping with the
// values below it by their keys.
type chartLevel struct {
	path  []string
	value repo.Value
	below map[string]repo.Value
}

// NewChartValues returns values of which very many are asked for: what was found
// on the way to one helps to find the next. They are for one goroutine.
func NewChartValues(root repo.Value) ChartValues {
	return ChartValues{Root: root, known: &[]chartLevel{{value: root}}}
}

// level returns what stands at a path.
func (t ChartValues) level(path []string) *chartLevel {
	depth := len(path)
	if depth < len(*t.known) && slices.Equal((*t.known)[depth].path, path) {
		return &(*t.known)[depth]
	}
	l := chartLevel{path: slices.Clone(path), value: t.level(path[:depth-1]).child(path[depth-1])}
	*t.known = append((*t.known)[:depth], l)
	return &(*t.known)[depth]
}

// child returns the value at one more element of the path.
func (l *chartLevel) child(name string) repo.Value {
	if l.below == nil && l.value.IsMap() && l.value.Len() >= manyKeys {
		l.below = map[string]repo.Value{}
		for key, v := range l.value.Fields() {
			l.below[key] = v
		}
	}
	if l.below != nil && !strings.HasPrefix(name, "[") {
		return l.below[name]
	}
	return stepInto(l.value, name)
}

// Get returns the value at a path, the missing Value if there is none. An
// element of a list is named [0], [1], ….
func (t ChartValues) Get(path ...string) repo.Value {
	if n := len(path); t.known != nil && n > 0 {
		return t.level(path[:n-1]).child(path[n-1])
	}
	v := t.Root
	for _, element := range path {
		v = stepInto(v, element)
	}
	return v
}

func stepInto(v repo.Value, element string) repo.Value {
	if strings.HasPrefix(element, "[") {
		return v.Item(element)
	}
	return v.Get(element)
}

// Reach implements apim.Values.
func (t ChartValues) Reach(path ...string) (int, apim.Value) {
	v := t.Root
	for n, element := range path {
		next := stepInto(v, element)
		if !next.Exists() {
			return n, ChartValueOf(v)
		}
		v = next
	}
	return len(path), ChartValueOf(v)
}

// Value implements apim.Values.
func (t ChartValues) Value(path ...string) apim.Value { return ChartValueOf(t.Get(path...)) }

// ChartValueOf is a value as package apim sees it.
func ChartValueOf(v repo.Value) apim.Value {
	switch {
	case !v.Exists():
		return apim.Value{}
	case v.IsNull():
		return apim.Value{Kind: apim.Null}
	case v.IsMap():
		return apim.Value{Kind: apim.Map, Len: v.Len()}
	case v.IsList():
		return apim.Value{Kind: apim.List, Len: v.Len()}
	}
	text := v.Text()
	switch v.Tag() {
	case "!!bool":
		return apim.Value{Kind: apim.Bool, Text: boolText(v)}
	case "!!int", "!!float":
		return apim.Value{Kind: apim.Number, Text: text}
	}
	if !v.IsQuoted() && isOldBool(text) {
		return apim.Value{Kind: apim.Bool, Text: boolText(v)}
	}
	return apim.Value{Kind: apim.String, Text: text}
}

// isOldBool tells whether Helm, which reads YAML 1.1, takes a plain word for a
// truth value.
func isOldBool(text string) bool {
	switch text {
	case "yes", "Yes", "YES", "on", "On", "ON", "y", "Y", "no", "No", "NO", "off", "Off", "OFF", "n", "N":
		return true
	}
	return false
}

func boolText(v repo.Value) string {
	if v.IsTrue() {
		return "true"
	}
	return "false"
}

// Sketch implements apim.Sketcher.
func (t ChartValues) Sketch(s *apim.Sketch) { sketch(s, "", t.Root) }

// sketch adds a value under a key; the answer is whether to go on.
func sketch(s *apim.Sketch, name string, v repo.Value) bool {
	kind := func(kind apim.ValueKind) apim.ValueKind {
		if v.IsNull() {
			return apim.Null // by its tag, whatever it holds
		}
		return kind
	}
	switch {
	case v.IsMap():
		s.Open(kind(apim.Map))
		for key, below := range v.Fields() {
			if !s.Key(key) || !sketch(s, key, below) {
				return false
			}
		}
		return s.End()
	case v.IsList():
		s.Open(kind(apim.List))
		for below := range v.Elements() {
			if !sketch(s, "[]", below) {
				return false
			}
		}
		return s.End()
	}
	s.Scalar(name, ChartValueOf(v))
	return true
}

// Children implements apim.Tree.
func (t ChartValues) Children(path ...string) []string {
	v := t.Get(path...)
	n := v.Len()
	if n == 0 {
		return nil
	}
	names := make([]string, 0, n)
	for name := range v.Fields() {
		names = append(names, name)
	}
	if v.IsList() {
		for i := range n {
			names = append(names, repo.IndexName(i))
		}
	}
	return names
}
