package report

import (
	"io"

	"github.com/quorumwright/quorumwright/lint"
)

// configurationsVersion is the version of the JSON that WriteConfigurationsJSON
// writes.
const configurationsVersion = "1"

type jsonConfigurations struct {
	Version  string              `json:"version"`
	Gateways []jsonConfiguration `json:"gateways"`
}

type jsonConfiguration struct {
	// Object holds the values; "" for a plain file.
	Object string `json:"object"`
	// Chart is the release whose defaults are told, ChartAsked what the
	// repository or the person says, Image the release of the image.
	Chart      string            `json:"chart"`
	ChartAsked string            `json:"chartAsked"`
	Image      string            `json:"image"`
	Store      string            `json:"store"`
	Notes      []string          `json:"notes"`
	Settings   []jsonSetting     `json:"settings"`
	Ignored    []jsonAreaIgnored `json:"ignored"`
}

type jsonSetting struct {
	Area     string        `json:"area"`
	Setting  string        `json:"setting"`
	Value    string        `json:"value"`
	Masked   bool          `json:"masked"`
	Source   string        `json:"source"`
	Key      string        `json:"key"`
	Variable string        `json:"variable"`
	At       *jsonRange    `json:"at"`
	Ignored  []jsonIgnored `json:"ignored"`
}

type jsonIgnored struct {
	Name string     `json:"name"`
	Why  string     `json:"why"`
	Help string     `json:"help"`
	At   *jsonRange `json:"at"`
}

type jsonAreaIgnored struct {
	Area string `json:"area"`
	jsonIgnored
}

// jsonSources name who sets a value, for programs.
var jsonSources = map[lint.Source]string{
	lint.FromNobody: "unset", lint.FromGateway: "gateway", lint.FromTemplate: "template", lint.FromChart: "chart",
	lint.FromUser: "values", lint.FromEnvironment: "environment",
}

// WriteConfigurationsJSON writes all settings of gateways for programs. Every
// key is always there; at is null for defaults.
func WriteConfigurationsJSON(w io.Writer, all []*lint.Configuration) error {
	out := jsonConfigurations{Version: configurationsVersion, Gateways: []jsonConfiguration{}}
	for _, c := range all {
		g := jsonConfiguration{
			Chart: c.Charts.Newest().Version.String(), ChartAsked: utf8Text(c.Client.Values.Chart.Version),
			Store: utf8Text(c.Store), Notes: []string{}, Settings: []jsonSetting{}, Ignored: []jsonAreaIgnored{},
		}
		if !c.Charts.Image.IsZero() {
			g.Image = c.Charts.Image.String()
		}
		if o := c.Client.Values.Object; o != nil {
			g.Object = utf8Text(o.ID())
		}
		for _, n := range c.Notes {
			g.Notes = append(g.Notes, utf8Text(n))
		}
		for _, a := range c.Areas {
			for _, s := range a.Settings {
				g.Settings = append(g.Settings, newJSONSetting(a.Name, s))
			}
			for _, i := range a.Ignored {
				g.Ignored = append(g.Ignored, jsonAreaIgnored{a.Name, newJSONIgnored(i)})
			}
		}
		out.Gateways = append(out.Gateways, g)
	}
	return encodeJSON(w, out)
}

func newJSONSetting(area string, s lint.Setting) jsonSetting {
	out := jsonSetting{
		Area: area, Setting: utf8Text(s.Name), Value: utf8Text(s.Value), Masked: s.Masked, Source: jsonSources[s.From],
		Key: utf8Text(s.Key), Variable: utf8Text(s.Variable), At: jsonAt(s.Place), Ignored: []jsonIgnored{},
	}
	for _, i := range s.Ignored {
		out.Ignored = append(out.Ignored, newJSONIgnored(i))
	}
	return out
}

func newJSONIgnored(i lint.Ignored) jsonIgnored {
	return jsonIgnored{Name: utf8Text(i.Name), Why: utf8Text(i.Why), Help: utf8Text(i.Help), At: jsonAt(i.Place)}
}

func jsonAt(p lint.Place) *jsonRange {
	if !p.IsValid() {
		return nil
	}
	at := newJSONRange(p.Span)
	return &at
}
