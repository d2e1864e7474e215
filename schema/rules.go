package schema

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	cueerrors "cuelang.org/go/cue/errors"
)

// ruled are the fields that #Rules reads: only they go to CUE, so that
// environments that agree on them are asked about once.
var ruled = []string{
	"redis.nodes", "redis.minReplicasToWrite", "redis.persistence.enabled", "redis.persistence.reason",
	"sentinel.quorum", "sentinel.downAfter", "sentinel.failoverTimeout", "sentinel.parallelSyncs",
	"gateway.chart.version", "gateway.image.tag",
	"gateway.autoscaling.minReplicas", "gateway.autoscaling.maxReplicas",
	"secrets.provider", "delivery.engine", "delivery.applicationSet",
}

// asked are the fields of which #Rules reads no more than whether they are
// there: CUE gets true for a value, so that environments with values of their
// own are asked about once too. A mapping with nothing in it is not there.
var asked = []string{
	"secrets.externalSecrets", "secrets.externalSecrets.store.name",
	"secrets.externalSecrets.auth.key", "secrets.externalSecrets.cloudToken.key", "secrets.externalSecrets.license.key",
	"secrets.sealedSecrets", "secrets.sops",
	"secrets.csi", "secrets.csi.provider",
	"secrets.csi.auth.objectName", "secrets.csi.cloudToken.objectName", "secrets.csi.license.objectName",
	"delivery.path", "delivery.namespace", "delivery.chartRepository",
	"delivery.repoURL", "delivery.revision", "delivery.project", "delivery.source",
	"delivery.destination", "delivery.destination.server", "delivery.destination.name", "delivery.destination.labels",
}

// derived are the fields whose default #Rules computes from others.
var derived = []string{
	"sentinel.quorum", "gateway.image.tag",
	"secrets.externalSecrets.refreshInterval", "secrets.externalSecrets.store.kind", "secrets.sops.decryptionSecret",
	"delivery.path", "delivery.namespace", "delivery.chartRepository",
	"delivery.revision", "delivery.project", "delivery.applicationSet", "delivery.destination.server", "delivery.source",
}

// names are the defaults of #Rules that repeat a name. They are copied without
// asking CUE, because names differ between environments that agree otherwise.
func names(name string, spec *node) *node {
	n := &node{kind: mapKind, layer: "default"}
	putNode(n, "gateway.releaseName", nodeOf(name, "default"))
	if namespace := spec.get("namespace"); namespace != nil && !namespace.broken {
		putNode(n, "gateway.namespace", nodeOf(namespace.text, "default"))
	}
	return n
}

// A verdict is what #Rules makes of one spec.
type verdict struct {
	derived *node    // defaults that depend on other fields
	broken  []breach // rules that do not hold
}

// A breach is one rule that does not hold.
type breach struct {
	kind    string   // spec/conflict
	path    string   // the field to blame, below spec
	message string   // a sentence
	help    string   // what to write instead
	see     []string // other fields that have a part in it
}

// judge asks #Rules about a spec. A field with a mistake of its own is left out
// with its default, and CUE leaves out the rules that need it.
func (c *checker) judge(spec *node) (verdict, error) {
	in := map[string]any{}
	for _, path := range ruled {
		if n := spec.find(path); n != nil && !n.broken {
			put(in, path, n.value())
		}
	}
	for _, path := range asked {
		switch n := spec.find(path); {
		case n == nil:
		case n.kind != mapKind:
			put(in, path, true)
		case len(n.fields) > 0:
			put(in, path, map[string]any{})
		}
	}
	key, err := json.Marshal(in)
	if err != nil {
		return verdict{}, err
	}
	if v, known := c.verdicts[string(key)]; known {
		return v, nil
	}
	l := c.loader
	v := l.rules.Unify(l.ctx.Encode(in))
	out := verdict{derived: &node{kind: mapKind, layer: "default"}}
	for _, path := range derived {
		var value any
		if d, ok := v.LookupPath(cue.ParsePath(path)).Default(); ok && d.IsConcrete() && d.Decode(&value) == nil {
			putNode(out.derived, path, nodeOf(value, "default"))
		}
	}
	for _, e := range cueerrors.Errors(v.Validate(cue.All())) {
		b, ok := breachOf(e)
		if !ok {
			return verdict{}, fmt.Errorf("the embedded rules do not evaluate at %s", strings.Join(e.Path(), "."))
		}
		out.broken = append(out.broken, b)
	}
	c.verdicts[string(key)] = out
	return out, nil
}

// breachOf reads an error of #Rules: its path ends in _rules, the kind, the
// rule and the field to blame; its text is laid out as #Rules says.
func breachOf(e cueerrors.Error) (breach, bool) {
	path := e.Path()
	for len(path) > 0 && path[0] != "_rules" {
		path = path[1:]
	}
	if len(path) != 4 {
		return breach{}, false
	}
	b := breach{kind: "spec/" + unquote(path[1]), path: unquote(path[3])}
	format, args := e.Msg()
	for i, line := range strings.Split(fmt.Sprintf(format, args...), "\n") {
		switch rest, _ := strings.CutPrefix(line, "help: "); {
		case i == 0:
			b.message = line
		case rest != line:
			b.help = rest
		default:
			if see, ok := strings.CutPrefix(line, "see: "); ok {
				b.see = append(b.see, strings.Split(see, ", ")...)
			}
		}
	}
	return b, true
}

func unquote(label string) string {
	if s, err := strconv.Unquote(label); err == nil {
		return s
	}
	return label
}

// put sets a value at a dotted path, making the mappings on the way.
func put(m map[string]any, path string, v any) {
	for {
		name, rest, more := strings.Cut(path, ".")
		if !more {
			m[name] = v
			return
		}
		next, ok := m[name].(map[string]any)
		if !ok {
			next = map[string]any{}
			m[name] = next
		}
		m, path = next, rest
	}
}

func putNode(n *node, path string, v *node) {
	for {
		name, rest, more := strings.Cut(path, ".")
		if !more {
			n.set(name, v)
			return
		}
		next := n.get(name)
		if next == nil {
			next = &node{kind: mapKind, layer: v.layer}
			n.set(name, next)
		}
		n, path = next, rest
	}
}
