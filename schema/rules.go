package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"cuelang.org/go/cue"
	cueerrors "cuelang.org/go/cue/errors"
)

// ruled are the fields that #Rules reads: only they go to CUE, so that
// environments that agree on them are asked about once.
var ruled = []string{
	"redis.nodes", "redis.minReplicasToWrite", "redis.persistence.enabled", "redis.persistence.reason",
	"sentinel.quorum", "sentinel.downAfter", "sentinel.failoverTimeout", "sentinel.parallelSyncs",
	"redis.image.repository", "redis.image.tag",
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

// withParts tells for each field of asked whether fields below it are among
// them.
var withParts = sync.OnceValue(func() []bool {
	parts := make([]bool, len(asked))
	for i, path := range asked {
		parts[i] = slices.ContainsFunc(asked, func(other string) bool { return strings.HasPrefix(other, path+".") })
	}
	return parts
})

// derived are the fields whose default #Rules computes from ruled ones.
var derived = []string{"sentinel.quorum", "gateway.image.tag"}

// names are the defaults of #Rules that repeat a name. They are copied without
// asking CUE, because names differ between environments that agree otherwise.
func names(name string, spec *node) *node {
	n := &node{kind: mapKind, layer: "default"}
	putNode(n, "gateway.releaseName", nodeOf(name, "default"))
	if namespace := spec.get("namespace"); namespace != nil && !namespace.broken {
		putNode(n, "gateway.namespace", nodeOf(namespace.text, "default"))
	}
	if block := map[string]string{"sealed-secrets": "sealedSecrets", "sops": "sops"}[textAt(spec, "secrets.provider")]; block != "" {
		for _, purpose := range purposes {
			if secret := textAt(spec, purpose.field+".secretName"); secret != "" {
				putNode(n, "secrets."+block+"."+purpose.name, nodeOf("secrets/"+secret+".yaml", "default"))
			}
		}
	}
	return n
}

// A purpose is one secret of a deployment: what the settings of a provider call
// it, and the field that refers to it.
type purpose struct{ name, field string }

var purposes = []purpose{
	{"auth", "redis.auth"},
	{"cloudToken", "gateway.cloudToken"},
	{"license", "gateway.license"},
}

// textAt is the text of a field without a mistake of its own, else "".
func textAt(n *node, path string) string {
	if n = n.find(path); n == nil || n.broken {
		return ""
	}
	return n.text
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
	var key []byte // of all that goes to CUE
	for i, path := range ruled {
		if n := spec.find(path); n != nil && !n.broken {
			key = n.appendKey(append(key, byte(i)))
		}
	}
	for i, path := range asked {
		switch presence(spec, path, withParts()[i]).(type) {
		case bool:
			key = append(key, byte(len(ruled)+i), 1)
		case map[string]any:
			key = append(key, byte(len(ruled)+i), 2)
		}
	}
	if v, known := c.verdicts[string(key)]; known {
		return v, nil
	}
	in := map[string]any{}
	for _, path := range ruled {
		if n := spec.find(path); n != nil && !n.broken {
			put(in, path, n.value())
		}
	}
	for i, path := range asked {
		if v := presence(spec, path, withParts()[i]); v != nil {
			put(in, path, v)
		}
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

// presence is what CUE gets for a field of asked: true or an empty mapping if it
// is there, else nil. Below a text that stands in the place of a mapping nothing
// is missing: the text is the mistake. holds says whether fields below it are
// asked for too.
func presence(spec *node, path string, holds bool) any {
	n, rest := spec, path
	for rest != "" && n != nil && n.kind == mapKind {
		var name string
		name, rest, _ = strings.Cut(rest, ".")
		n = n.get(name)
	}
	switch {
	case n == nil:
		return nil
	case n.kind == mapKind && len(n.fields) == 0 && !n.broken:
		return nil
	case n.kind == mapKind:
		return map[string]any{}
	case holds && rest == "", rest != "" && !strings.HasPrefix(path, "secrets."):
		return nil
	}
	return true
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
