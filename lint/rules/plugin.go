package rules

import (
	"fmt"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

var pluginRules = []*lint.Rule{
	pluginBadURL,
	pluginDowngrade,
	pluginDuplicate,
	pluginIncompatible,
	pluginRedundant,
}

const refPlugins = "https://documentation.gravitee.io/apim/plugins/deployment"

// A pluginUse is an entry of gateway.additionalPlugins.
type pluginUse struct {
	use *chartUse
	at  repo.Value
	url apim.PluginURL
}

// pluginUses returns the plugins that a gateway downloads, without those whose
// address cannot be told.
func pluginUses(u *chartUse) []pluginUse {
	var all []pluginUse
	for v := range u.root.Get("gateway", "additionalPlugins").Elements() {
		if !v.IsScalar() || lint.IsReference(hostless(v.Text())) {
			continue
		}
		url, _ := apim.ParsePluginURL(v.Text())
		all = append(all, pluginUse{u, v, url})
	}
	return all
}

// hostless takes the scheme off an address, which would make it a reference.
func hostless(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return address
	}
	return rest
}

// judged returns what is wrong with a plugin in the gateway's image.
func (d pluginUse) judged(problem apim.PluginProblem) (apim.PluginJudgement, bool) {
	if d.use.image.IsZero() || d.url.Version.IsZero() {
		return apim.PluginJudgement{}, false
	}
	for _, j := range apim.JudgePlugin(d.use.image, d.url.Artifact, d.url.Version) {
		if j.Problem == problem {
			return j, true
		}
	}
	return apim.PluginJudgement{}, false
}

var pluginDowngrade = &lint.Rule{
	ID:       "plugin/downgrade",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "a downloaded plugin that is older than the bundled one, and wins",
		Why:   `The gateway image bundles most plugins. Of two files of one plugin it takes the one that was changed last, not the newer version, and a download is always newer than the image. So an old address keeps an old plugin for ever, also after the image is updated.`,
		Fix:   "Delete the entry: the image has a newer version.",
		Refs:  []string{refPlugins},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			for _, d := range pluginUses(u) {
				if j, ok := d.judged(apim.PluginDowngrade); ok {
					p.Report(lint.Finding{
						Message: j.Why, Help: "delete the entry", Places: []lint.Place{u.at(d.at, "")},
						Fixes: deleted("delete the entry", false, d.at.Span()),
					})
				}
			}
		}
	},
}

var pluginIncompatible = &lint.Rule{
	ID:       "plugin/incompatible",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a plugin whose published matrix leaves this APIM release out",
		Why:   `The README of a plugin says which of its major versions runs in which APIM releases. A plugin outside of its range is loaded anyway, wins over the bundled one, and fails at run time: classes that moved are not found, and APIs with the policy do not deploy or answer 500. The major version that the release itself ships is always taken for compatible.`,
		Fix:   "Use the version that is named, or delete the entry where the image bundles the plugin.",
		Refs:  []string{refPlugins},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			for _, d := range pluginUses(u) {
				j, ok := d.judged(apim.PluginIncompatible)
				if !ok {
					continue
				}
				f := lint.Finding{Message: j.Why, Places: []lint.Place{u.at(d.at, "")}}
				f.Help = fmt.Sprintf("use %s %s, which APIM %s is built with", d.url.Artifact, j.Use, u.image.MinorString())
				if _, bundled := d.judged(apim.PluginDowngrade); bundled {
					f.Help = fmt.Sprintf("delete the entry: the image bundles %s", j.Use)
					f.Fixes = deleted("delete the entry", false, d.at.Span())
				}
				p.Report(f)
			}
		}
	},
}

var pluginRedundant = &lint.Rule{
	ID:       "plugin/redundant",
	Severity: lint.Info,
	Doc: lint.Doc{
		Title: "a downloaded plugin that the image bundles in the same version",
		Why:   `Every start of a pod downloads all of gateway.additionalPlugins in one chain of commands; one failed download keeps the pod from starting. A plugin that the image holds in the same version only adds that risk, and becomes a downgrade with the next update of the image.`,
		Fix:   "Delete the entries.",
		Refs:  []string{refPlugins},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			f := lint.Finding{Help: "delete the entries"}
			var names []string
			for _, d := range pluginUses(u) {
				if _, ok := d.judged(apim.PluginRedundant); ok {
					names = append(names, d.url.Artifact+" "+d.url.Version.String())
					f.Places = append(f.Places, u.at(d.at, ""))
				}
			}
			if len(names) == 0 {
				continue
			}
			if len(names) == 1 {
				f.Help = "delete the entry"
			}
			f.Message = fmt.Sprintf("the image already bundles %s", joined(names))
			var spans []repo.Span
			for _, at := range f.Places {
				spans = append(spans, at.Span)
			}
			f.Fixes = deleted(f.Help, true, spans...)
			for i := 1; i < len(f.Places); i++ {
				f.Places[i].Label = "bundled as well"
			}
			p.Report(f)
		}
	},
}

var pluginDuplicate = &lint.Rule{
	ID:       "plugin/duplicate",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "one plugin is downloaded twice",
		Why:   `Of two files of one plugin the gateway takes the one that was changed last: here the one that is downloaded last, whatever its version.`,
		Fix:   "Keep one entry.",
		Refs:  []string{refPlugins},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			var artifacts []string
			downloads := map[string][]pluginUse{}
			for _, d := range pluginUses(u) {
				name := d.url.Artifact
				if name != "" && len(downloads[name]) == 0 {
					artifacts = append(artifacts, name)
				}
				downloads[name] = append(downloads[name], d)
			}
			for _, name := range artifacts {
				all := downloads[name]
				if len(all) == 1 {
					continue
				}
				f := lint.Finding{Help: "keep one entry"}
				var versions []string
				for _, d := range all {
					f.Places = append(f.Places, u.at(d.at, ""))
					versions = append(versions, versionOr(d.url.Version))
				}
				last := len(versions) - 1
				f.Places[last].Label = "downloaded last: this one wins"
				var spans []repo.Span
				for _, at := range f.Places[:last] {
					spans = append(spans, at.Span)
				}
				f.Fixes = deleted("keep the one that wins", true, spans...)
				f.Message = fmt.Sprintf("%s is downloaded %d times (%s): the last one wins", name, len(versions), joined(versions))
				p.Report(f)
			}
		}
	},
}

func versionOr(v apim.Version) string {
	if v.IsZero() {
		return "no version"
	}
	return v.String()
}

var pluginBadURL = &lint.Rule{
	ID:       "plugin/bad-url",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a plugin address that the init container or the gateway cannot use",
		Why: `The chart pastes the addresses of gateway.additionalPlugins without quotes into one shell command: rm FILE; wget ADDRESS. An ampersand, as in every presigned address, ends the command; quotes, blanks and brackets break it. What follows the last slash becomes the name of the file, a query included, and the gateway loads only names that end in .zip.

Over http anyone on the way can replace the plugin: there is no checksum.`,
		Fix:  "Serve the plugins under plain https addresses that end in .zip.",
		Refs: []string{refPlugins, refChart},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			for v := range u.root.Get("gateway", "additionalPlugins").Elements() {
				if !v.IsScalar() || lint.IsReference(hostless(v.Text())) {
					continue
				}
				_, problems := apim.ParsePluginURL(v.Text())
				if len(problems) == 0 {
					continue
				}
				f := lint.Finding{Help: "serve it under an https address that ends in .zip", Places: []lint.Place{u.at(v, "")}}
				var why []string
				f.Severity = lint.Warning
				for _, problem := range problems {
					why = append(why, problem.Why)
					if problem.Kind != apim.URLPlainHTTP {
						f.Severity = lint.Error
					}
				}
				f.Message = "the address of a plugin does not work: " + strings.Join(why, "; ")
				if f.Severity == lint.Warning {
					f.Message, f.Help = "a plugin: "+why[0], "use https"
				}
				p.Report(f)
			}
		}
	},
}
