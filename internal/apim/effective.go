package apim

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim/internal/keyfile"
	"github.com/quorumwright/quorumwright/internal/apim/internal/spans"
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
//
// It is used by one goroutine at a time, and the values must not change.
type Effective struct {
	chart *Chart
	user  Values
	// asked are the first keys that tests looked at, which many keys share.
	asked []answer
}

// An answer is what a test looks at: the value of a key, and who set it.
type answer struct {
	key    string
	value  Value
	source Source
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
	n, value := e.user.Reach(path...)
	if n < len(path) {
		// The user leaves to the chart what he does not write; but null, a scalar or
		// a list on the way take the place of the whole block.
		if n == 0 || value.Kind == Map || value.Kind == List && isIndex(path[n]) {
			return e.fromChart(path)
		}
		return Value{}, Unset
	}
	switch value.Kind {
	case Missing:
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

func (c *Chart) defaultTree() anyTree { return anyTree{c.known.values()} }

// defaults is values.yaml of a release, as far as it is catalogued. It must not
// be changed.
func defaults(release spans.Release) map[string]any {
	values := make(map[string]any)
	var walk func(n *node, into map[string]any)
	walk = func(n *node, into map[string]any) {
		if n.record != nil {
			if text, ok := keyfile.At(n.record.Default, release); ok && n.record.Live.Has(release) {
				if _, set := into[n.name]; !set {
					into[n.name] = decodeDefault(text)
				}
			}
		}
		children := n.children()
		if len(children) == 0 || children[0].name == "[]" {
			return
		}
		below, ok := decoded(into[n.name]).(map[string]any)
		if !ok {
			below = make(map[string]any)
		}
		for i := range children {
			walk(&children[i], below)
		}
		if len(below) > 0 {
			into[n.name] = below
		}
	}
	top := keys.children()
	for i := range top {
		walk(&top[i], values)
	}
	for _, r := range roots {
		if r.enabled != "" && r.live.Has(release) {
			below, ok := decoded(values[r.name]).(map[string]any)
			if !ok {
				below = make(map[string]any)
				values[r.name] = below
			}
			below["enabled"] = r.enabled == "true"
		}
	}
	return values
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
