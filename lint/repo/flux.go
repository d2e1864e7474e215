package repo

import (
	"path"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// variable is what postBuild of Flux replaces (drone/envsubst): a dollar and a
// name in braces, with or without an operator. $${…} is an escape.
var variable = pattern.New(`(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)[^}]*\}`)

const substituteMark = "kustomize.toolkit.fluxcd.io/substitute"

// substitutions records the variables in ConfigMaps which a Kustomization of
// Flux would replace by nothing: it has postBuild, its path leads to the
// environment, and it does not define them.
func (p *pairing) substitutions(envs []*Environment) {
	for _, env := range envs {
		for _, o := range env.Objects {
			if o.Kind != "Kustomization" || !strings.HasPrefix(o.APIVersion, "kustomize.toolkit.fluxcd.io/") {
				continue
			}
			build := o.Value.Get("spec", "postBuild")
			at := build.Get("substitute")
			if len(build.Get("substituteFrom").Items()) > 0 {
				continue // what the cluster defines is not known
			}
			dir := p.fromTop(path.Clean(strings.TrimPrefix(o.Value.Get("spec", "path").Text(), "./")))
			if !at.IsMap() || dir == "." {
				continue
			}
			for _, target := range envs {
				if target.Rendered && within(target.Root, dir) || target.Root == dir {
					p.substituted(target, build, at)
				}
			}
		}
	}
}

// substituted records, once for each ConfigMap, the first variable that is
// replaced.
func (p *pairing) substituted(env *Environment, build, at Value) {
	for _, o := range env.Objects {
		mark := func(field string) string { return o.Value.Get("metadata", field, substituteMark).Text() }
		if o.Kind != "ConfigMap" || mark("annotations") == "disabled" || mark("labels") == "disabled" {
			continue
		}
		if span, name, ok := firstVariable(o, build); ok && !p.told(span) {
			p.repo.Problems = append(p.repo.Problems, Problem{
				Rule:    "gitops/flux-substitution",
				Span:    span,
				Message: "Flux replaces ${" + name + "} before it is deployed, and postBuild does not define it: nothing is left",
				Help:    "set the annotation " + substituteMark + ": disabled on the ConfigMap, or write $${" + name + "}",
				Related: []Related{{at.KeySpan(), "Flux replaces variables here"}},
			})
		}
	}
}

// told tells whether a problem is recorded at a place.
func (p *pairing) told(at Span) bool {
	for _, other := range p.repo.Problems {
		if other.Rule == "gitops/flux-substitution" && other.Span == at {
			return true
		}
	}
	return false
}

// firstVariable finds a variable that postBuild does not define.
func firstVariable(o *Object, build Value) (Span, string, bool) {
	for _, text := range o.Value.Get("data").Fields() {
		for _, m := range variable.FindAllStringSubmatchIndex(text.Text(), -1) {
			name := text.Text()[m[4]:m[5]]
			escaped := m[3] > m[2]
			if !escaped && !build.Get("substitute", name).Exists() && !strings.Contains(text.Text()[m[0]:m[1]], ":") {
				return text.TextSpan(m[0], m[1]), name, true
			}
		}
	}
	return Span{}, "", false
}
