package importer

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// hasField are the values of the chart for which the spec has fields, or which
// it decides: they are read elsewhere.
var hasField = []string{
	"license",
	"ratelimit.type",
	"api", "portal", "ui",
	"gateway.replicaCount",
	"gateway.image.repository", "gateway.image.tag", "gateway.image.pullPolicy",
	"gateway.additionalPlugins",
	"gateway.service.type", "gateway.service.externalPort", "gateway.service.annotations",
	"gateway.resources",
	"gateway.autoscaling.enabled", "gateway.autoscaling.minReplicas", "gateway.autoscaling.maxReplicas",
	"gateway.autoscaling.targetAverageUtilization", "gateway.autoscaling.targetMemoryAverageUtilization",
	"gateway.ratelimit.type",
	"gateway.ratelimit.redis.host", "gateway.ratelimit.redis.port", "gateway.ratelimit.redis.password",
	"gateway.ratelimit.redis.username", "gateway.ratelimit.redis.sentinel", "gateway.ratelimit.redis.ssl",
}

// values keeps the further values of the chart.
func (d *draft) values(root repo.Value) {
	for _, name := range []string{"api", "portal", "ui"} {
		if v := root.Get(name, "enabled"); v.IsTrue() {
			d.result.dropped(v.Span(), "%s.enabled: a hybrid gateway runs alone, its control plane is in Gravitee Cloud", name)
		}
	}
	d.below(root, nil)
}

func (d *draft) below(v repo.Value, path []string) {
	at := strings.Join(path, ".")
	if slices.Contains(hasField, at) {
		return
	}
	if v.IsMap() && hasFields(v) {
		for name, f := range v.Fields() {
			d.below(f, append(path[:len(path):len(path)], name))
		}
		return
	}
	if len(path) == 0 || strings.HasPrefix(path[len(path)-1], "quorumwright.dev/") {
		return
	}
	value := convert(v)
	var items []repo.Span
	for _, item := range v.Items() {
		items = append(items, item.Span())
	}
	if at == "gateway.env" || at == "gateway.deployment.extraEnvs" {
		value.Items, items = withoutOwn(value.Items, items)
		if len(items) == 0 && v.IsList() {
			return
		}
	}
	d.extra.set(value, v.KeySpan(), path...).items = items
}

// withoutOwn leaves out the variables that fields of the spec decide.
func withoutOwn(env []yamledit.Value, spans []repo.Span) (kept []yamledit.Value, at []repo.Span) {
	for i, item := range env {
		name, _ := item.Get("name")
		if v := variable(name.Text); v == "gravitee_cloud_token" || v == "gravitee_license_key" || strings.HasPrefix(v, "gravitee_ratelimit_") {
			continue
		}
		kept, at = append(kept, item), append(at, spans[i])
	}
	return kept, at
}

// convert makes a value of the chart one of the spec.
func convert(v repo.Value) yamledit.Value {
	switch {
	case v.IsMap():
		m := yamledit.Value{Kind: yamledit.Map}
		for name, f := range v.Fields() {
			m.Fields = append(m.Fields, yamledit.Field{Name: name, Value: convert(f)})
		}
		return m
	case v.IsList():
		l := yamledit.Value{Kind: yamledit.List}
		for _, item := range v.Items() {
			l.Items = append(l.Items, convert(item))
		}
		return l
	}
	return scalarOf(v)
}

// fill adds redis.config and gateway.values: what the files say beyond what the
// spec gives without them.
func (im *importing) fill() error {
	files, err := im.generate()
	if err != nil {
		return err
	}
	for _, d := range im.envs {
		// What all environments share moves to the base once more.
		restore(d.spec, im.base)
		d.config(files)
		d.keep(files)
		im.mask(d)
	}
	im.base = common(im.envs)
	for range maxRounds {
		if err := im.settle(); err != nil {
			return err
		}
		_, err := im.generate()
		if err == nil || !im.clash(err) {
			return err
		}
	}
	return fmt.Errorf("the files do not become a spec: too many values of the chart clash with what the spec decides")
}

// mask takes out what holds a secret of the repository: the same text may stand
// where no name tells that it is one.
func (im *importing) mask(d *draft) {
	for _, group := range [][]string{{"gateway", "values"}, {"gateway", "service", "annotations"}, {"redis", "config"}} {
		root := d.spec.at(group...)
		if root == nil {
			continue
		}
		var found [][]string
		root.leaves(nil, func(path []string, n *node) {
			if text := n.value.String(); im.repo.MaskText(text) != text {
				found = append(found, path)
			}
		})
		for _, path := range found {
			from := root.at(path...).from
			d.spec.remove(slices.Concat(group, path)...)
			im.result.secret(from, "%s holds what stands elsewhere as a secret: it is left out; write an environment variable with valueFrom.secretKeyRef", words(path))
		}
	}
}

// clash takes out the value of the chart that an error of the generator is
// about. It tells whether there was one.
func (im *importing) clash(err error) bool {
	for _, root := range im.roots() {
		values := root.at("gateway", "values")
		if values == nil {
			continue
		}
		var found []string
		values.leaves(nil, func(path []string, n *node) {
			if found == nil && strings.Contains(err.Error(), "gateway.values") && strings.Contains(err.Error(), strings.Join(path, ".")) {
				found = path
			}
		})
		if found == nil {
			continue
		}
		from := values.at(found...).from
		root.remove(append([]string{"gateway", "values"}, found...)...)
		im.result.dropped(from, "%s: the spec decides it", words(found))
		return true
	}
	return false
}

// roots are the base and the environments' own specs.
func (im *importing) roots() []*node {
	all := []*node{im.base}
	for _, d := range im.envs {
		all = append(all, d.spec)
	}
	return all
}

// restore lays a base under an environment's own spec.
func restore(spec, base *node) {
	base.leaves(nil, func(path []string, n *node) {
		c := spec.set(*n.value, n.from, path...)
		c.above, c.behind, c.items = n.above, n.behind, n.items
		for i := range path[:len(path)-1] {
			spec.at(path[:i+1]...).above = base.at(path[:i+1]...).above
		}
	})
}

// keep adds the values of the chart that the spec does not give anyway.
func (d *draft) keep(files fs.FS) {
	var given yamledit.Value
	if data, err := fs.ReadFile(files, "overlays/"+d.name+"/values.yaml"); err == nil {
		if f, err := yamledit.Parse("values.yaml", data); err == nil {
			given = f.Root()
		}
	}
	d.extra.leaves(nil, func(path []string, n *node) {
		value, items := *n.value, n.items
		if have, ok := given.At(path...); ok {
			if value, items, ok = beyond(value, items, have); !ok {
				return
			}
		}
		d.spec.set(value, n.from, append([]string{"gateway", "values"}, path...)...).items = items
	})
}

// beyond is what a value says beyond one that is given anyway: of a list of
// named things those that are not in it, of a text the rest.
func beyond(v yamledit.Value, at []repo.Span, given yamledit.Value) (yamledit.Value, []repo.Span, bool) {
	switch {
	case v.Kind == yamledit.Scalar && given.Kind == yamledit.Scalar && v.Text == given.Text:
		return v, nil, false
	case v.Kind == yamledit.Scalar && strings.HasSuffix(given.Text, "\n") && strings.HasPrefix(v.Text, given.Text):
		v.Text = v.Text[len(given.Text):]
	case v.Kind == yamledit.List && given.Kind == yamledit.List:
		if sameTexts(v, given) {
			return v, nil, false
		}
		all, spans := v.Items, at
		v.Items, at = nil, nil
		for i, item := range all {
			name, named := item.Get("name")
			if !named || !slices.ContainsFunc(given.Items, func(g yamledit.Value) bool { n, _ := g.Get("name"); return n.Text == name.Text }) {
				v.Items, at = append(v.Items, item), append(at, spans[i])
			}
		}
		return v, at, len(v.Items) > 0
	}
	return v, at, true
}

// sameTexts tells whether two values say the same, in quotes or not.
func sameTexts(v, w yamledit.Value) bool {
	if v.Kind != w.Kind || len(v.Items) != len(w.Items) || len(v.Fields) != len(w.Fields) || v.Kind == yamledit.Scalar && v.Text != w.Text {
		return false
	}
	for i := range v.Items {
		if !sameTexts(v.Items[i], w.Items[i]) {
			return false
		}
	}
	for i := range v.Fields {
		if v.Fields[i].Name != w.Fields[i].Name || !sameTexts(v.Fields[i].Value, w.Fields[i].Value) {
			return false
		}
	}
	return true
}
