package apim

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim/internal/keyfile"
)

// Source says where an effective value comes from.
type Source uint8

// The sources of a value, from the weakest.
const (
	Unset           Source = iota // nobody sets it
	FromGateway                   // the gateway's own default
	FromTemplate                  // the template's own fallback
	FromChart                     // values.yaml of the chart
	FromUser                      // the user's values
	FromEnvironment               // a variable of the gateway's container
)

// String says the source in words.
func (s Source) String() string {
	return [...]string{
		"unset", "the gateway's default", "the template's default", "the chart's default", "the values", "the environment",
	}[s]
}

// Effective is what a chart sees: the user's values over its defaults.
type Effective struct {
	chart *Chart
	user  Values
}

// Effective lays values over the defaults of the chart, as Helm does: maps
// merge, lists and scalars replace, null removes a default.
func (c *Chart) Effective(values Values) *Effective {
	return &Effective{chart: c, user: values}
}

// Value returns the value that the templates see at a path, and who set it.
func (e *Effective) Value(path ...string) (Value, Source) {
	value, source := e.merged(path)
	if source != Unset && value.Kind != Null {
		return value, source
	}
	at := e.chart.walk(path)
	if at.state == Live && at.record != nil && at.record.Fallback != "" {
		return fallbackValue(at.record), FromTemplate
	}
	return Value{}, Unset
}

func (e *Effective) merged(path []string) (Value, Source) {
	value := e.user.Value(path...)
	switch value.Kind {
	case Missing:
		if !e.open(path) {
			return Value{}, Unset
		}
		return e.fromChart(path)
	case Null:
		return value, FromUser
	case Map:
		below, _ := e.chart.defaultTree().at(path)
		if defaults, ok := below.(map[string]any); ok {
			value.Len = e.count(path, defaults)
		}
	}
	return value, FromUser
}

// open tells whether the user leaves a path that he does not write to the chart:
// null, a scalar or a list on the way take the place of the whole block.
func (e *Effective) open(path []string) bool {
	for i := len(path) - 1; i > 0; i-- {
		switch e.user.Value(path[:i]...).Kind {
		case Missing:
			continue
		case Map:
			return true
		case List:
			return isIndex(path[i])
		default:
			return false
		}
	}
	return true
}

// count is the number of entries of a map of the user laid over one of the
// chart.
func (e *Effective) count(path []string, defaults map[string]any) int {
	n := e.user.Value(path...).Len
	for name := range defaults {
		switch e.user.Value(append(slices.Clone(path), name)...).Kind {
		case Missing:
			n++
		case Null:
			n--
		}
	}
	return n
}

func (e *Effective) fromChart(path []string) (Value, Source) {
	value := e.chart.defaultTree().Value(path...)
	if value.Kind == Missing {
		return value, Unset
	}
	return value, FromChart
}

func (c *Chart) defaultTree() anyTree { return anyTree{c.defaults()} }

// defaults is values.yaml of the chart, as far as it is catalogued. It must not
// be changed.
func (c *Chart) defaults() map[string]any {
	if known, ok := c.data.defaults.Load(c.release); ok {
		return known.(map[string]any)
	}
	values := make(map[string]any)
	var walk func(n *node, into map[string]any)
	walk = func(n *node, into map[string]any) {
		if n.record != nil {
			if text, ok := keyfile.At(n.record.Default, c.release); ok && n.record.Live.Has(c.release) {
				if _, set := into[n.name]; !set {
					into[n.name] = decodeDefault(text)
				}
			}
		}
		if len(n.children) == 0 || n.children[0].name == "[]" {
			return
		}
		below, ok := into[n.name].(map[string]any)
		if !ok {
			below = make(map[string]any)
		}
		for _, child := range n.children {
			walk(child, below)
		}
		if len(below) > 0 {
			into[n.name] = below
		}
	}
	for _, child := range c.data.keys.children {
		walk(child, values)
	}
	for name, r := range c.data.roots {
		if r.enabled != "" && r.live.Has(c.release) {
			below, ok := values[name].(map[string]any)
			if !ok {
				below = make(map[string]any)
				values[name] = below
			}
			below["enabled"] = r.enabled == "true"
		}
	}
	stored, _ := c.data.defaults.LoadOrStore(c.release, values)
	return stored.(map[string]any)
}

func fallbackValue(r *keyfile.Record) Value {
	kind := String
	switch t, _, _ := strings.Cut(r.Type, "|"); t {
	case "bool":
		kind = Bool
	case "int", "num":
		kind = Number
	}
	return Value{Kind: kind, Text: r.Fallback}
}

// ExternalConfig says whether the values switch the chart to a configuration
// that it does not write: then no setting lands in gravitee.yml. The chart
// searches gateway.extraVolumes for the text "- name: config", which every
// volume whose name begins with config matches.
func (e *Effective) ExternalConfig() bool {
	value, _ := e.Value("gateway", "extraVolumes")
	return strings.Contains(value.Text, "- name: config")
}

// Redundant says whether a value of the user is the chart's default again.
func (e *Effective) Redundant(path ...string) bool {
	value, theirs := e.user.Value(path...), e.chart.defaultTree().Value(path...)
	return value.Kind.scalar() && value == theirs
}
