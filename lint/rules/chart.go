package rules

import (
	"strings"
	"sync"

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
	tree   lint.ChartValues
	// charts are the versions that may be meant, oldest first; never empty.
	charts []*apim.Chart
	// told says that the repository tells the version; without it charts holds
	// every known minor.
	told bool
	// byImage says that the version is only that of the image.
	byImage bool
	// image is the release of the gateway image, zero if it is not known.
	image apim.Version
	// judge returns what the charts say about the values.
	judge func() []chartJudgement
	// effective are the values as the newest chart sees them, asked what of them
	// was asked for before.
	effective *apim.Effective
	asked     []asked
	settings  map[string]apim.EnvVerdict // of variables by their names
}

// An asked value is an effective one by its dotted path.
type asked struct {
	path  string
	value apim.Value
}

// chartUses returns the gateways of an environment whose values are known.
func chartUses(p *lint.Pass) []*chartUse { return usesOf.Of(p.Facts) }

var usesOf = lint.Derive(func(f *lint.Facts) []*chartUse {
	var uses []*chartUse
	for _, c := range f.Clients {
		if c.Values != nil {
			uses = append(uses, newChartUse(c))
		}
	}
	return uses
})

func newChartUse(c *lint.Client) *chartUse {
	charts := lint.ChartsOf(c)
	u := &chartUse{
		client: c, root: c.Values.Value, tree: lint.NewChartValues(c.Values.Value),
		charts: charts.All, told: charts.Told, byImage: charts.ByImage, image: charts.Image,
	}
	u.judge = sync.OnceValue(u.judgements)
	u.effective = u.chart().Effective(u.tree)
	return u
}

// chart is the newest chart that may be meant.
func (u *chartUse) chart() *apim.Chart { return u.charts[len(u.charts)-1] }

// get returns the user's value at a path.
func (u *chartUse) get(path ...string) repo.Value { return u.tree.Get(path...) }

// is returns the effective value at a dotted path.
func (u *chartUse) is(path string) apim.Value {
	for _, a := range u.asked {
		if a.path == path {
			return a.value
		}
	}
	value, _ := u.effective.Value(apim.ParsePath(path)...)
	u.asked = append(u.asked, asked{path, value})
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
// not write it, of the nearest key above; at the top that is gateway, or else
// the first key.
func (u *chartUse) near(path, label string) lint.Place {
	elements := apim.ParsePath(path)
	for n := len(elements); n > 0; n-- {
		if v := u.tree.Get(elements[:n]...); v.Exists() {
			return u.atKey(v, label)
		}
	}
	if gateway := u.root.Get("gateway"); gateway.Exists() {
		return u.atKey(gateway, label)
	}
	for _, first := range u.root.Fields() {
		return u.atKey(first, label)
	}
	return u.at(u.root, label)
}

// variables are the entries of the container's env: gateway.env, or else
// gateway.deployment.extraEnvs.
func (u *chartUse) variables() []repo.Value {
	if env := u.root.Get("gateway", "env").Items(); len(env) > 0 {
		return env
	}
	return u.root.Get("gateway", "deployment", "extraEnvs").Items()
}

// setting says which setting an entry of env reaches.
func (u *chartUse) setting(entry repo.Value) apim.EnvVerdict {
	name := entry.Get("name").Text()
	got, ok := u.settings[name]
	if !ok {
		if u.settings == nil {
			u.settings = map[string]apim.EnvVerdict{}
		}
		got = apim.EnvSetting(u.image, name)
		u.settings[name] = got
	}
	return got
}

// variable returns the entry of env that sets a place of gravitee.yml, whatever
// the spelling of the repositories prefix.
func (u *chartUse) variable(setting string) repo.Value {
	for _, entry := range u.variables() {
		got := u.setting(entry)
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
