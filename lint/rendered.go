package lint

import (
	"slices"
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A Disagreement is a setting that a chart renders otherwise than the catalogue
// says.
type Disagreement struct {
	// Setting is the place in gravitee.yml, Key the chart value behind it.
	Setting, Key string
	// Place is where the value is written; invalid for a default.
	Place Place
	// Want and Got are what the catalogue says and what is rendered, fit to be
	// printed; "" for nothing.
	Want, Got string
}

// RenderedConfiguration returns gravitee.yml of the gateway among the objects
// that a chart renders; the missing Value if there is none.
func RenderedConfiguration(client *Client, objects []*repo.Object) repo.Value {
	name, _ := ChartsOf(client).Newest().Effective(ChartValues{Root: client.Values.Value}).Value("gateway", "name")
	suffix := "-" + orDefault(name.Text, "gateway")
	for _, o := range objects {
		if conf := o.Value.Get("data", "gravitee.yml"); o.Kind == "ConfigMap" && strings.HasSuffix(o.Name, suffix) && conf.Exists() {
			return conf.Inner()
		}
	}
	return repo.Value{}
}

// Disagreements compares what the catalogue says about a chart and the values of
// a client with gravitee.yml as the chart renders it: every setting that the
// catalogue expects must be there, with its value.
func Disagreements(r *repo.Repo, client *Client, chart *apim.Chart, conf repo.Value) []Disagreement {
	values := ChartValues{Root: client.Values.Value}
	c := &configurator{repo: r, client: client, values: values}
	var all []Disagreement
	for _, s := range chart.Effective(values).Settings(apim.Version{}, nil) {
		if s.From == apim.FromGateway || s.Name == "license.key" {
			continue // not written into gravitee.yml
		}
		got := configured(conf, s.Name)
		if sameSetting(s.Value, got) {
			continue
		}
		written := values.Get(s.Key...)
		d := Disagreement{Setting: s.Name, Key: apim.JoinPath(s.Key)}
		if s.From == apim.FromUser {
			d.Place = c.at(written)
		}
		var masked bool
		d.Want, masked = c.shown(s.Name, s.Key, s.Value, written)
		switch {
		case got.Exists() && masked:
			d.Got = mask
		case got.Exists():
			d.Got, _ = c.shown(s.Name, s.Key, apim.Value{Kind: apim.String, Text: got.Text()}, repo.Value{})
		}
		all = append(all, d)
	}
	return all
}

// configured returns a place of gravitee.yml, under repositories too.
func configured(conf repo.Value, name string) repo.Value {
	for _, root := range []repo.Value{conf, conf.Get("repositories")} {
		v := root
		for _, element := range apim.ParsePath(name) {
			if index, ok := strings.CutPrefix(element, "["); ok {
				n, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
				items := v.Items()
				if err != nil || n >= len(items) {
					v = repo.Value{}
					break
				}
				v = items[n]
				continue
			}
			v = v.Get(element)
		}
		if v.Exists() {
			return v
		}
	}
	return repo.Value{}
}

// sameSetting compares a value of the catalogue with a rendered one. Helm writes
// numbers in its own way (1e+06), and a text with characters of YAML's own that
// is pasted without quotes may come back as anything: chart/unquoted-scalar tells
// that.
func sameSetting(want apim.Value, got repo.Value) bool {
	switch {
	case want.Kind == apim.Missing || want.Text == "" && want.Kind == apim.String:
		return !got.Exists() || got.IsNull() || got.Text() == ""
	case !got.Exists():
		return want.Kind == apim.Bool && want.Text == "false" // a switch that leaves its block out
	case want.Kind == apim.List, want.Kind == apim.Map:
		return want.Len > 0 == (len(got.Items()) > 0 || got.IsMap())
	case want.Text == got.Text(), want.Kind == apim.Bool && want.Text == boolText(got):
		return true
	case want.Kind == apim.Number:
		m, err := strconv.ParseFloat(want.Text, 64)
		n, other := strconv.ParseFloat(got.Text(), 64)
		return err == nil && other == nil && m == n
	}
	return unpasted(want.Text) == got.Text() || strings.ContainsAny(want.Text, "#:{}[],&*!|>'\"%@`\n")
}

// RenderedFindings are the findings of what a chart renders that say more than
// those of the values it was rendered from: no rule is told twice.
func RenderedFindings(rendered, told []*Finding) []*Finding {
	var more []*Finding
	for _, f := range rendered {
		inText := slices.ContainsFunc(f.Places, func(p Place) bool { return p.InText() })
		known := slices.ContainsFunc(told, func(g *Finding) bool { return g.Rule == f.Rule })
		if inText && !known && f.Rule.Family() != "lint" {
			more = append(more, f)
		}
	}
	return more
}
