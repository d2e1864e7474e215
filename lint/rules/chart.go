package rules

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

var chartRules = []*lint.Rule{
	chartBlankPort,
	chartDeadKey,
	chartDefaultPassword,
	chartEnvDropped,
	chartEnvNameCase,
	chartHybridComponent,
	chartLicenseNameOnly,
	chartLicenseNotBase64,
	chartMetricsUnauthorized,
	chartPDBConflict,
	chartPluginsPathUnset,
	chartProbePort,
	chartRatelimitNotRedis,
	chartShutdownOrder,
	chartStringExpected,
	chartTLSTrustAll,
	chartUnknownKey,
	chartUnknownVersion,
	chartUnquotedScalar,
	chartVolumeNameConfig,
}

const refChart = "https://github.com/gravitee-io/gravitee-api-management/tree/master/helm"

// A chartUse are the values of a gateway, seen through the charts that may
// render them.
type chartUse struct {
	client *lint.Client
	root   repo.Value
	tree   valuesTree
	// charts are the versions that may be meant, oldest first; never empty.
	charts []*apim.Chart
	// told says that the repository tells the version; without it charts holds
	// every known minor.
	told bool
	// byImage says that the version is only that of the image.
	byImage bool
	// image is the release of the gateway image, zero if it is not known.
	image apim.Version
}

// chartUses returns the gateways of an environment whose values are known.
func chartUses(p *lint.Pass) []*chartUse {
	var uses []*chartUse
	for _, c := range p.Facts.Clients {
		if c.Values != nil {
			uses = append(uses, newChartUse(c))
		}
	}
	return uses
}

func newChartUse(c *lint.Client) *chartUse {
	u := &chartUse{client: c, root: c.Values.Value, tree: valuesTree{c.Values.Value}}
	tagged := false
	if tag, err := apim.ParseVersion(c.Image.Tag); err == nil {
		u.image, tagged = tag, true
	}
	text := strings.TrimSpace(c.Values.Chart.Version)
	constraint, err := apim.ParseConstraint(text)
	switch {
	case text != "" && err == nil:
		u.charts, u.told = constraint.Charts(), true
	case tagged:
		u.charts, u.told, u.byImage = []*apim.Chart{apim.Catalogue(u.image)}, true, true
	default:
		for _, minor := range apim.Minors() {
			u.charts = append(u.charts, apim.Catalogue(minor))
		}
	}
	// Without a tag the image is that of the chart.
	if version, exact := constraint.Exact(); !tagged && c.Image.Tag == "" && text != "" && err == nil && exact {
		u.image, _ = apim.ParseVersion(apim.ImageTag(version))
	}
	return u
}

// chart is the newest chart that may be meant.
func (u *chartUse) chart() *apim.Chart { return u.charts[len(u.charts)-1] }

// effective are the values as the newest chart sees them.
func (u *chartUse) effective() *apim.Effective { return u.chart().Effective(u.tree) }

// get returns the user's value at a path.
func (u *chartUse) get(path ...string) repo.Value { return u.tree.get(path) }

// is returns the effective value at a dotted path.
func (u *chartUse) is(path string) apim.Value {
	value, _ := u.effective().Value(apim.ParsePath(path)...)
	return value
}

// at returns the place of a value.
func (u *chartUse) at(v repo.Value, label string) lint.Place {
	return lint.At(u.client.Object, v, label)
}

// atKey returns the place of a value's key.
func (u *chartUse) atKey(v repo.Value, label string) lint.Place {
	return lint.AtKey(u.client.Object, v, label)
}

// near returns the place of the key at a dotted path or, where the user does
// not write it, of the nearest key above; at the top that is gateway.
func (u *chartUse) near(path, label string) lint.Place {
	elements := apim.ParsePath(path)
	for n := len(elements); n > 0; n-- {
		if v := u.tree.get(elements[:n]); v.Exists() {
			return u.atKey(v, label)
		}
	}
	return u.atKey(u.root.Get("gateway"), label)
}

// variables are the entries of the container's env: gateway.env, or else
// gateway.deployment.extraEnvs.
func (u *chartUse) variables() []repo.Value {
	if env := u.root.Get("gateway", "env").Items(); len(env) > 0 {
		return env
	}
	return u.root.Get("gateway", "deployment", "extraEnvs").Items()
}

// variable returns the entry of env that sets a place of gravitee.yml, whatever
// the spelling of the repositories prefix.
func (u *chartUse) variable(setting string) repo.Value {
	for _, entry := range u.variables() {
		got := apim.EnvSetting(u.image, entry.Get("name").Text())
		if got.Setting != "" && strings.TrimPrefix(got.Setting, "repositories.") == setting && got.State == apim.EnvMatched {
			return entry
		}
	}
	return repo.Value{}
}

// usesRedis tells whether the values configure Redis for rate limiting.
func (u *chartUse) usesRedis() bool { return u.root.Get("gateway", "ratelimit", "redis").IsMap() }

// readsRedis tells whether the chart reads that configuration.
func (u *chartUse) readsRedis() bool { return u.is("ratelimit.type").Text == "redis" }

// A valuesTree shows Helm values to package apim.
type valuesTree struct{ root repo.Value }

func (t valuesTree) get(path []string) repo.Value {
	v := t.root
	for _, element := range path {
		if !strings.HasPrefix(element, "[") {
			v = v.Get(element)
			continue
		}
		items := v.Items()
		i := slices.IndexFunc(items, func(item repo.Value) bool {
			p := item.Path()
			return p[len(p)-1] == element
		})
		if i < 0 {
			return repo.Value{}
		}
		v = items[i]
	}
	return v
}

// Value implements apim.Values.
func (t valuesTree) Value(path ...string) apim.Value {
	v := t.get(path)
	switch {
	case !v.Exists():
		return apim.Value{}
	case v.IsNull():
		return apim.Value{Kind: apim.Null}
	case v.IsMap():
		n := 0
		for range v.Fields() {
			n++
		}
		return apim.Value{Kind: apim.Map, Len: n}
	case v.IsList():
		return apim.Value{Kind: apim.List, Len: len(v.Items())}
	}
	text := v.Text()
	switch v.Tag() {
	case "!!bool":
		return apim.Value{Kind: apim.Bool, Text: boolText(v)}
	case "!!int", "!!float":
		return apim.Value{Kind: apim.Number, Text: text}
	}
	if !v.IsQuoted() && isOldBool(text) {
		return apim.Value{Kind: apim.Bool, Text: boolText(v)}
	}
	return apim.Value{Kind: apim.String, Text: text}
}

// isOldBool tells whether Helm, which reads YAML 1.1, takes a plain word for a
// truth value.
func isOldBool(text string) bool {
	switch text {
	case "yes", "Yes", "YES", "on", "On", "ON", "y", "Y", "no", "No", "NO", "off", "Off", "OFF", "n", "N":
		return true
	}
	return false
}

func boolText(v repo.Value) string {
	if v.IsTrue() {
		return "true"
	}
	return "false"
}

// Children implements apim.Tree.
func (t valuesTree) Children(path ...string) []string {
	v := t.get(path)
	var names []string
	for name := range v.Fields() {
		names = append(names, name)
	}
	for _, item := range v.Items() {
		p := item.Path()
		names = append(names, p[len(p)-1])
	}
	return names
}
