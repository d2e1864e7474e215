package schema

import "slices"

// Layers are laid over each other: the defaults, the base spec, the preset, the
// environment's own spec. A later mapping adds to an earlier one field by
// field; any other later value replaces the earlier one. The values keep the
// place where they were written.

// follows are fields that belong to the value beside them: when a layer sets
// that value and not the field, the field of the layers below does not apply.
// A digest pins the tag it was written with, not the next one.
var follows = map[string][]string{
	"digest": {"tag", "repository"},
	"reason": {"enabled"},
}

// providerOf and engineOf are #ProviderOf and #EngineOf: a layer that chooses
// another provider or engine drops what the layers below say to theirs.
var (
	providerOf = map[string]string{
		"externalSecrets": "external-secrets", "sealedSecrets": "sealed-secrets", "sops": "sops", "csi": "csi",
	}
	engineOf = map[string]string{
		"repoURL": "argocd", "revision": "argocd", "project": "argocd", "destination": "argocd", "applicationSet": "argocd",
		"source": "flux",
	}
)

// overlay lays upper over lower and returns the result; neither is changed, but
// parts of them are shared.
func overlay(lower, upper *node) *node {
	switch {
	case upper == nil:
		return lower
	case lower == nil, lower.kind != mapKind, upper.kind != mapKind:
		return upper
	}
	out := *upper
	out.fields = make([]field, 0, len(lower.fields)+len(upper.fields))
	out.broken = lower.broken || upper.broken
	if !upper.at.known() {
		out.at, out.key, out.path, out.layer = lower.at, lower.key, lower.path, lower.layer
	}
	place := places(upper.fields)
	for _, f := range lower.fields {
		if place(f.name) >= 0 || !superseded(f.name, lower, upper) {
			out.fields = append(out.fields, f)
		}
	}
	place = places(out.fields)
	for _, f := range upper.fields {
		if i := place(f.name); i >= 0 {
			out.fields[i].value = overlay(out.fields[i].value, f.value)
		} else {
			out.fields = append(out.fields, f)
		}
	}
	return &out
}

// places returns where a field is among some; -1 if it is not. Looking through
// all of them for each of as many others would take for ever where they are many.
func places(fields []field) func(name string) int {
	if len(fields) < 64 {
		return func(name string) int {
			return slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		}
	}
	index := make(map[string]int, len(fields))
	for i, f := range fields {
		index[f.name] = i
	}
	return func(name string) int {
		if i, ok := index[name]; ok {
			return i
		}
		return -1
	}
}

// superseded reports whether a field of a lower layer, which the upper layer does
// not set, follows a value that the upper layer replaces.
func superseded(name string, lower, upper *node) bool {
	switch short(upper.path) {
	case "secrets": // the settings of another provider
		owner, chosen := providerOf[name], upper.get("provider")
		return owner != "" && chosen != nil && chosen.text != owner
	case "secrets.csi": // what another plugin was told
		was, chosen := lower.get("provider"), upper.get("provider")
		return was != nil && chosen != nil && chosen.text != was.text
	case "delivery": // the settings of another engine
		owner, chosen := engineOf[name], upper.get("engine")
		return chosen != nil && (chosen.text == "none" || owner != "" && chosen.text != owner)
	case "delivery.destination": // another way to name a cluster
		return len(upper.fields) > 0
	}
	for _, other := range follows[name] {
		if upper.get(other) != nil {
			return true
		}
	}
	return false
}
