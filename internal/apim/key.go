package apim

import (
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim/internal/keyfile"
)

// Kind says what may stand below a key.
type Kind uint8

// The kinds of keys.
const (
	Leaf     Kind = iota // a scalar
	Object               // a map with the keys of the catalogue
	Items                // a list of maps with the keys of the catalogue
	ListOf               // a list of scalars
	MapOf                // a map with any key and scalar values
	Free                 // anything: passed through as it is
	Template             // a string (block scalar) that the chart renders as a template
)

// String names the kind.
func (k Kind) String() string {
	return [...]string{"leaf", "object", "items", "list", "map", "free", "template"}[k]
}

var kinds = map[string]Kind{
	"": Leaf, "object": Object, "items": Items, "list": ListOf, "map": MapOf, "free": Free, "template": Template,
}

// Key is one Helm value of one release of the chart.
type Key struct {
	// Path is dotted, list elements as []: gateway.servers[].port.
	Path string
	// Types are the YAML types the chart expects: str, int, num, bool, list,
	// map. Inferred from the template when values.yaml has no default.
	Types []string
	Kind  Kind
	// Default is the value in values.yaml as JSON, "" if the key is not in
	// values.yaml. Strings beyond 60 characters are cut and end with ….
	Default string
	// Fallback is what the template uses when the key is unset.
	Fallback string
	// When is the condition under which a template reads the key.
	When Condition
	// Lands names the rendered objects that change with the key.
	Lands []string
	// Required says that rendering fails when the key is unset although the
	// block around it is used.
	Required bool
	// Unquoted says that the value is pasted into YAML without quotes.
	Unquoted bool
	// Templated says that the value is rendered as a template.
	Templated bool
	// Kubernetes is the type of a value that is passed through to an object.
	Kubernetes string
	// Setting is the place of the value in gravitee.yml, "" if it lands
	// elsewhere.
	Setting string
	// Note is what a person should know.
	Note string
	// Versions are the releases in which the key is read, "" for all known.
	Versions string
}

// lands spells out the letters of the catalogue.
var lands = map[rune]string{
	'C': "ConfigMap", 'D': "Deployment", 'S': "Service", 'I': "Ingress", 'R': "HTTPRoute",
	'H': "HorizontalPodAutoscaler", 'P': "PodDisruptionBudget", 'A': "ServiceAccount",
	'L': "Secret", 'N': "NetworkPolicy", 'M': "PEM registry ConfigMap", 'X': "extra manifests",
}

// key returns the key of a record, which must not be changed.
func (c *Chart) key(r *keyfile.Record) *Key {
	if k, ok := c.known.keys.Load(r); ok {
		return k.(*Key)
	}
	k, _ := c.known.keys.LoadOrStore(r, c.newKey(r))
	return k.(*Key)
}

func (c *Chart) newKey(r *keyfile.Record) *Key {
	k := &Key{
		Path: r.Path, Types: recordTypes(r), Kind: kinds[r.Kind], Fallback: r.Fallback,
		Required: r.Required, Unquoted: r.Unquoted, Templated: r.Templated,
		Kubernetes: r.Kubernetes, Note: r.Note, Versions: r.Live.String(),
	}
	k.Default, _ = keyfile.At(r.Default, c.release)
	k.Setting, _ = keyfile.At(r.Setting, c.release)
	k.When = c.condition(r)
	for _, letter := range r.Lands {
		k.Lands = append(k.Lands, lands[letter])
	}
	return k
}

// recordTypes are the types of a key without those of its elements.
func recordTypes(r *keyfile.Record) []string {
	types := strings.Split(r.Type, "|")
	for i, t := range types {
		types[i], _, _ = strings.Cut(t, ":")
	}
	return types
}

func (c *Chart) condition(r *keyfile.Record) Condition {
	text, _ := keyfile.At(r.When, c.release)
	return parseCondition(text)
}

// Keys returns every key that the chart reads, sorted by path.
func (c *Chart) Keys() []*Key {
	var all []*Key
	var walk func(*node)
	walk = func(n *node) {
		if n.record != nil && n.record.Live.Has(c.release) {
			all = append(all, c.key(n.record))
		}
		children := n.children()
		for i := range children {
			walk(&children[i])
		}
	}
	walk(keys)
	return all
}
