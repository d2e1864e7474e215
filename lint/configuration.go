package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A Configuration is what a gateway works with: its gravitee.yml after the
// values, the defaults of the chart and the variables of its container, and
// what was ignored on the way.
type Configuration struct {
	// Client is the gateway, Charts are those that may render its values. The
	// newest one is told.
	Client *Client
	Charts Charts
	// Store says in one sentence what rate limiting runs on, and why.
	Store string
	// Notes are what else a person should know to read the rest.
	Notes []string
	Areas []Area
}

// An Area is a part of the configuration, such as rate limiting.
type Area struct {
	Name     string
	Settings []Setting
	// Ignored belong to the area and to none of its settings.
	Ignored []Ignored
}

// A Source says who sets a setting.
type Source = apim.Source

// The sources of a setting.
const (
	FromNobody      = apim.Unset
	FromGateway     = apim.FromGateway
	FromTemplate    = apim.FromTemplate
	FromChart       = apim.FromChart
	FromUser        = apim.FromUser
	FromEnvironment = apim.FromEnvironment
)

// A Setting is one place of gravitee.yml.
type Setting struct {
	Name string
	// Value is fit to be printed: a secret is masked. It is "" where the chart
	// writes nothing behind the key.
	Value  string
	Masked bool
	// From says who sets it.
	From Source
	// Variable is the environment variable that sets it, or "".
	Variable string
	// Key is the chart value behind it, or "".
	Key string
	// Place is where it is written, invalid for defaults.
	Place Place
	// Ignored would have set it, or depend on it.
	Ignored []Ignored
}

// An Ignored is a value or a variable without effect.
type Ignored struct {
	// Name is the path of the value or the name of the variable.
	Name  string
	Place Place
	Why   string
	// Help says what to write instead, or "".
	Help string
}

// areas are the parts of the configuration with the beginnings of the names in
// them: of gravitee.yml, and of what people write in the values.
var areas = []struct {
	name     string
	prefixes []string
}{
	{"rate limiting", []string{"ratelimit", "services.ratelimit", "redis", "repositories.ratelimit"}},
	{"sync", []string{"services.sync", "distributed-sync", "distributedSync", "cluster", "sync"}},
	{"services", []string{"services"}},
	{"secrets", []string{"secrets", "license", "cloud"}},
	{"reporters", []string{"reporters", "es"}},
}

// OtherArea is the name of the area of all that is in no other one.
const OtherArea = "other"

func areaOf(name string) string {
	for _, a := range areas {
		for _, p := range a.prefixes {
			if name == p || strings.HasPrefix(name, p+".") || strings.HasPrefix(name, p+"[") {
				return a.name
			}
		}
	}
	return OtherArea
}

// mask stands for a secret; its width tells nothing.
const mask = "********"

// Configurations returns what the gateways of an environment work with, in the
// order of their values. Only gateways whose Helm values are known have one.
func Configurations(r *repo.Repo, env *repo.Environment) []*Configuration {
	facts := Collect(env)
	for _, s := range facts.Secrets() {
		r.AddSecret(s)
	}
	var all []*Configuration
	for _, c := range facts.Clients {
		if c.Values != nil {
			all = append(all, configure(r, facts, c))
		}
	}
	return all
}

// A configurator makes one Configuration.
type configurator struct {
	repo      *repo.Repo
	facts     *Facts
	client    *Client
	charts    Charts
	values    ChartValues
	effective *apim.Effective
	entries   []repo.Value // of the container's env
	out       *Configuration
	areas     map[string]*Area
}

func configure(r *repo.Repo, f *Facts, client *Client) *Configuration {
	charts := ChartsOf(client)
	c := &configurator{
		repo: r, facts: f, client: client, charts: charts, values: ChartValues{Root: client.Values.Value},
		out: &Configuration{Client: client, Charts: charts}, areas: map[string]*Area{},
	}
	c.effective = charts.Newest().Effective(c.values)
	c.entries = append(c.entries, (gatewayReader{facts: f, values: client.Values}).env().Items()...)
	for _, a := range areas {
		c.areas[a.name] = &Area{Name: a.name}
	}
	c.areas[OtherArea] = &Area{Name: OtherArea}
	c.settings()
	c.ignored()
	c.out.Store = c.store()
	c.out.Notes = c.notes()
	for _, a := range areas {
		c.out.Areas = append(c.out.Areas, *c.areas[a.name])
	}
	c.out.Areas = append(c.out.Areas, *c.areas[OtherArea])
	return c.out
}

// settings fills in the effective settings.
func (c *configurator) settings() {
	var variables []apim.Variable
	for _, e := range c.entries {
		v := apim.Variable{Name: e.Get("name").Text()}
		if a := c.envArg(e); a.Known {
			v.Value = apim.Value{Kind: apim.String, Text: a.Text}
		}
		variables = append(variables, v)
	}
	for _, s := range c.effective.Settings(c.charts.Image, variables) {
		set := Setting{Name: s.Name, From: s.From, Key: apim.JoinPath(s.Key)}
		switch {
		case s.From == FromEnvironment:
			entry := c.entries[s.By]
			set.Variable, set.Place = entry.Get("name").Text(), c.at(entry.Get("name"))
			set.Value, set.Masked = c.envText(s.Name, entry)
		default:
			v := c.values.Get(s.Key...)
			if s.From == FromUser {
				set.Place = c.at(v)
			}
			set.Value, set.Masked = c.shown(s.Name, s.Key, s.Value, v)
		}
		if s.BeatenKey {
			set.Ignored = append(set.Ignored, Ignored{
				Name: set.Key, Place: c.atKey(c.values.Get(s.Key...)), Why: "the variable " + set.Variable + " wins over gravitee.yml",
			})
		}
		for _, i := range s.BeatenVariables {
			name := c.entries[i].Get("name")
			set.Ignored = append(set.Ignored, Ignored{
				Name: name.Text(), Place: c.at(name), Why: "the variable " + set.Variable + " wins",
			})
		}
		area := c.areas[areaOf(set.Name)]
		area.Settings = append(area.Settings, set)
	}
	// The switch of an area stands before what hangs on it.
	limits := c.areas["rate limiting"].Settings
	slices.SortStableFunc(limits, func(a, b Setting) int { return isSwitch(b) - isSwitch(a) })
}

func isSwitch(s Setting) int {
	if s.Name == "ratelimit.type" {
		return 1
	}
	return 0
}

func (c *configurator) at(v repo.Value) Place    { return At(c.client.Object, v, "") }
func (c *configurator) atKey(v repo.Value) Place { return AtKey(c.client.Object, v, "") }

func (c *configurator) envArg(entry repo.Value) Arg {
	return c.facts.envValue(entry, c.client.Values.Object, c.client.Values.Namespace)
}

// envText is the value of a variable as it may be printed: a text, or where it
// comes from.
func (c *configurator) envText(setting string, entry repo.Value) (text string, masked bool) {
	a := c.envArg(entry)
	if a.Ref != nil {
		return fmt.Sprintf("%s %s, key %s", a.Ref.Kind, a.Ref.Name, a.Ref.Key), false
	}
	return c.shown(setting, nil, apim.Value{Kind: apim.String, Text: a.Text}, entry.Get("value"))
}

// userinfo is the name and password in an address.
var userinfo = pattern.New(`://[^/@\s]*@`)

// shown is a value as it may be printed.
func (c *configurator) shown(setting string, key []string, value apim.Value, written repo.Value) (text string, masked bool) {
	switch {
	case value.Kind == apim.List || value.Kind == apim.Map:
		return map[apim.ValueKind]string{apim.List: "[]", apim.Map: "{}"}[value.Kind], false
	case value.Text == "" || IsReference(value.Text) && !strings.HasPrefix(value.Text, "ENC["):
		return userinfo.ReplaceAllString(value.Text, "://"+mask+"@"), false
	case isSecretPath(apim.ParsePath(setting)), isSecretPath(key), written.Exists() && c.repo.Masks(written.Span()):
		return mask, true
	}
	text = userinfo.ReplaceAllString(value.Text, "://"+mask+"@")
	return text, text != value.Text
}

// isSecretPath tells whether a secret stands at a path, by the names on it. What
// stands below a login is one unless it is known not to be.
func isSecretPath(path []string) bool {
	named := slices.DeleteFunc(slices.Clone(path), func(e string) bool { return strings.HasPrefix(e, "[") })
	n := len(named)
	if n == 0 {
		return false
	}
	parent, leaf := "", named[n-1]
	for _, name := range named[:n-1] {
		switch parent = name; strings.ToLower(name) {
		case "users": // users.admin: <password>
			return true
		case "auth", "authentication", "security", "credentials", "login":
			if !openLogin[strings.ToLower(leaf)] {
				return true
			}
		}
	}
	return repo.IsSecretName(parent, leaf)
}

// openLogin are keys of a login that hold no secret.
var openLogin = map[string]bool{
	"type": true, "method": true, "enabled": true, "username": true, "user": true, "source": true, "host": true, "port": true,
	"realm": true, "provider": true, "name": true,
}

// notes say what the configuration rests on.
func (c *configurator) notes() []string {
	var notes []string
	chart := c.charts.Newest()
	switch {
	case c.charts.ByImage:
		notes = append(notes, fmt.Sprintf("no chart version is told: the defaults are those of chart %s, the newest of the minor version of image %s", chart.Version, c.charts.Image))
	case !c.charts.Told:
		notes = append(notes, fmt.Sprintf("neither a chart version nor an image tag is told: the defaults are those of chart %s, the newest known", chart.Version))
	case len(c.charts.All) > 1:
		notes = append(notes, fmt.Sprintf("several charts match %s: the defaults are those of %s, the newest", c.client.Values.Chart.Version, chart.Version))
	}
	switch {
	case chart.Match != apim.Exact && c.charts.Told:
		notes = append(notes, fmt.Sprintf("chart %s is not in the catalogue: it is taken for %s", chart.Asked, chart.Version))
	case len(notes) == 0:
		notes = append(notes, "the defaults are those of chart "+chart.Version.String())
	}
	if c.effective.ExternalConfig() {
		notes = append(notes, "gateway.extraVolumes has a volume whose name begins with config: the chart then writes no gravitee.yml, and only variables are shown")
	}
	kind, _ := c.effective.Value("ratelimit", "type")
	if redis, _ := c.effective.Value("gateway", "ratelimit", "redis"); kind.Text == "redis" && redis.Kind != apim.Map {
		notes = append(notes, "helm cannot render the chart: ratelimit.type is redis, and there is no gateway.ratelimit.redis")
	}
	if enabled, _ := c.effective.Value("gateway", "enabled"); !enabled.Truthy() {
		notes = append(notes, "gateway.enabled is false: there is no gateway")
	}
	for from := range c.values.Get("gateway", "deployment", "envFrom").Elements() {
		for _, s := range envSources {
			if name := from.Get(s.field, "name"); name.Exists() {
				notes = append(notes, fmt.Sprintf("%s %s gives further variables (gateway.deployment.envFrom), which may win over what is shown", s.kind, name.Text()))
			}
		}
	}
	return notes
}
