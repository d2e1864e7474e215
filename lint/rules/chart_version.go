package rules

import (
	"fmt"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/lint"
)

var chartUnknownVersion = &lint.Rule{
	ID:       "chart/unknown-version",
	Severity: lint.Info,
	Doc: lint.Doc{
		Title: "a chart version newer or older than the catalogue",
		Why: `The rules of the families chart and plugin rest on a catalogue that was read from the releases of the chart. The version in use is not among them, so the nearest one is used. A key that came or went since then may be judged wrongly.

The version is that of the Application, the HelmRelease, the helmCharts entry or the spec, or else --chart-version, or else the minor version of the gateway image.`,
		Fix:  "Use a newer release of the tool, or render the chart with lint --chart to check a finding.",
		Refs: []string{refChart},
	},
	Check: func(p *lint.Pass) {
		var told []string
		found := map[string]*lint.Finding{}
		for _, u := range chartUses(p) {
			chart := u.chart()
			if !u.told || chart.Match == apim.Exact {
				continue
			}
			at := u.client.Values.Chart.At
			if u.byImage || !at.Exists() {
				at = u.client.Image.Ref
			}
			place := u.at(at, "")
			if !place.IsValid() {
				place = u.near("gateway", "")
			}
			message := fmt.Sprintf("chart %s is not in the catalogue: the values are judged as those of %s", chart.Asked, chart.Version)
			if u.byImage {
				message = fmt.Sprintf("no chart version is told, and the catalogue has none for image %s: the values are judged as those of %s", u.image, chart.Version)
			}
			if found[message] == nil {
				told = append(told, message)
				found[message] = &lint.Finding{Message: message}
			} else {
				place.Label = "the same version"
			}
			found[message].Places = append(found[message].Places, place)
		}
		for _, message := range told {
			p.Report(*found[message])
		}
	},
}
