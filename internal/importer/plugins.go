package importer

import (
	"fmt"
	"slices"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// plugins keeps the addresses of plugins that the gateway's version can use.
// The image bundles most; an older one that is downloaded would win over it.
func (d *draft) plugins(list repo.Value) {
	var at []repo.Span
	kept := yamledit.Value{Kind: yamledit.List}
	var version apim.Version
	if n := d.spec.at("gateway", "chart", "version"); n != nil {
		if v, err := apim.ParseVersion(n.value.Text); err == nil {
			version = v
		}
	}
	for i, item := range list.Items() {
		p, problems := apim.ParsePluginURL(item.Text())
		name := "a plugin"
		if p.Artifact != "" {
			name = fmt.Sprintf("%s %s", p.Artifact, p.Version)
		}
		why := ""
		for _, x := range problems {
			if x.Kind != apim.URLPlainHTTP {
				why = x.Why
			}
		}
		if p.Artifact != "" && why == "" && version != (apim.Version{}) {
			why = unusable(version, p)
		}
		if why == "" && again(list.Items()[i+1:], p.Artifact) {
			why = "it is downloaded again below, and the last one wins"
		}
		if why != "" {
			d.result.dropped(item.Span(), "%s: %s", name, why)
			continue
		}
		kept.Items, at = append(kept.Items, yamledit.Text(item.Text())), append(at, item.Span())
	}
	if len(kept.Items) == 0 {
		return
	}
	d.spec.set(kept, list.Span(), "gateway", "plugins").items = at
}

// again tells whether a plugin is among those that are downloaded later.
func again(later []repo.Value, artifact string) bool {
	return slices.ContainsFunc(later, func(v repo.Value) bool {
		p, _ := apim.ParsePluginURL(v.Text())
		return artifact != "" && p.Artifact == artifact
	})
}

// unusable says why a plugin of a version is left out, "" if it is not.
func unusable(version apim.Version, p apim.PluginURL) string {
	for _, j := range apim.JudgePlugin(version, p.Artifact, p.Version) {
		if j.Problem == apim.PluginUnknown {
			continue // one of the person's own
		}
		if j.Use != (apim.Version{}) && j.Problem == apim.PluginIncompatible {
			return fmt.Sprintf("%s; put %s beside it and add its address to gateway.plugins", j.Why, j.Use)
		}
		return j.Why
	}
	return ""
}
