package lint

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// A gatewayReader reads settings of gravitee.yml from the values of the chart
// and from what is laid over them.
type gatewayReader struct {
	facts  *Facts
	values *repo.Values
	// settings are the variables by the paths that they set, where they are many.
	settings map[string]repo.Value
}

func newGatewayReader(f *Facts, v *repo.Values) gatewayReader {
	g := gatewayReader{facts: f, values: v}
	if env := g.env(); env.Len() >= manyEntries {
		g.settings = make(map[string]repo.Value, env.Len())
		for e := range env.Elements() {
			if path, ok := settingOfVariable(e.Get("name").Text()); ok && !g.settings[path].Exists() {
				g.settings[path] = e
			}
		}
	}
	return g
}

func (g gatewayReader) arg(v repo.Value) Arg {
	if !v.Exists() || v.IsNull() {
		return Arg{}
	}
	text := unpasted(v.Text())
	return Arg{Text: text, Known: !IsReference(text), Place: At(g.values.Object, v, "")}
}

// unpasted returns what the gateway reads of a text that the chart pastes
// without quotes: quotes inside the quotes of the values end up as the quotes
// in gravitee.yml.
func unpasted(text string) string {
	n := len(text)
	switch {
	case n >= 2 && text[0] == '"' && text[n-1] == '"' && !strings.ContainsAny(text[1:n-1], `"\`):
		return text[1 : n-1]
	case n >= 2 && text[0] == '\'' && text[n-1] == '\'':
		return strings.ReplaceAll(text[1:n-1], "''", "'")
	}
	return text
}

// setting returns a setting of gravitee.yml, given the chart's value for it.
// The first of these has it: the environment (gateway.env, then
// gateway.deployment.envFrom, the last source first), the value, and what a
// HelmRelease puts in its place from a Secret or ConfigMap
// (spec.valuesFrom[].targetPath; inline values win).
func (g gatewayReader) setting(v repo.Value, path string) Arg {
	if e := g.settings[strings.ToLower(path)]; e.Exists() {
		return g.facts.envValue(e, g.values.Object, g.values.Namespace)
	}
	for e := range g.env().Elements() {
		if g.settings != nil {
			break
		}
		if isSetting(e.Get("name").Text(), path) {
			return g.facts.envValue(e, g.values.Object, g.values.Namespace)
		}
	}
	if a, ok := g.envFrom(path); ok {
		return a
	}
	target := "gateway." + path
	if path == "ratelimit.type" {
		target = path
	}
	if a := g.arg(v); a.Exists() {
		return a
	}
	return g.targetPath(target)
}

// env returns the variables of the container: gateway.env, or else
// gateway.deployment.extraEnvs (gateway-deployment.yaml of every chart from 4.6
// to 4.12).
func (g gatewayReader) env() repo.Value {
	env := g.values.Value.Get("gateway", "env")
	if !env.IsList() || len(env.Items()) == 0 {
		env = g.values.Value.Get("gateway", "deployment", "extraEnvs")
	}
	return env
}

var envSources = []struct{ field, kind string }{{"configMapRef", "ConfigMap"}, {"secretRef", "Secret"}}

func (g gatewayReader) envFrom(path string) (Arg, bool) {
	sources := g.values.Value.Get("gateway", "deployment", "envFrom").Items()
	for _, from := range slices.Backward(sources) {
		for _, s := range envSources {
			name := from.Get(s.field, "name")
			config := g.facts.config(s.kind, g.values.Namespace, name.Text())
			if !name.Exists() || config == nil {
				continue
			}
			for key := range config.All() {
				if isSetting(from.Get("prefix").Text()+key, path) {
					ref := KeyRef{Kind: s.kind, Namespace: g.values.Namespace, Name: name.Text(), Key: key}
					return g.facts.keyValue(ref, At(g.values.Object, name, "")), true
				}
			}
		}
	}
	return Arg{}, false
}

func (g gatewayReader) targetPath(path string) Arg {
	o := g.values.Object
	if o == nil || o.Kind != "HelmRelease" {
		return Arg{}
	}
	for _, from := range slices.Backward(o.Value.Get("spec", "valuesFrom").Items()) {
		if from.Get("targetPath").Text() != path {
			continue
		}
		key := "values.yaml"
		if k := from.Get("valuesKey"); k.Exists() {
			key = k.Text()
		}
		ref := KeyRef{Kind: from.Get("kind").Text(), Namespace: o.Namespace, Name: from.Get("name").Text(), Key: key}
		return g.facts.keyValue(ref, At(o, from.Get("targetPath"), ""))
	}
	return Arg{}
}

// complete tells whether everything that can set a value is in the repository:
// every source of gateway.deployment.envFrom, and no whole values file that
// only the cluster has.
func (g gatewayReader) complete() bool {
	for from := range g.values.Value.Get("gateway", "deployment", "envFrom").Elements() {
		for _, s := range envSources {
			name := from.Get(s.field, "name")
			if config := g.facts.config(s.kind, g.values.Namespace, name.Text()); name.Exists() && (config == nil || !config.AllKeys) {
				return false
			}
		}
	}
	if o := g.values.Object; o != nil && o.Kind == "HelmRelease" {
		for from := range o.Value.Get("spec", "valuesFrom").Elements() {
			kind := from.Get("kind").Text()
			if !from.Get("targetPath").Exists() && (kind != "ConfigMap" || g.facts.config(kind, o.Namespace, from.Get("name").Text()) == nil) {
				return false
			}
		}
	}
	return !g.values.Partial
}

// isSetting tells whether a variable sets gravitee.yml's path, as people write
// it: the gateway itself is strict about the case of camelCase names
// (gravitee-common, RelaxedPropertySource), which chart/env-name-case judges.
func isSetting(name, path string) bool {
	set, ok := settingOfVariable(name)
	return ok && set == strings.ToLower(path)
}

// settingOfVariable returns the path that a variable sets, in lower case.
func settingOfVariable(name string) (string, bool) {
	name = strings.ReplaceAll(strings.ToLower(name), "_", ".")
	rest, ok := strings.CutPrefix(name, "gravitee.")
	return strings.TrimPrefix(rest, "repositories."), ok
}
