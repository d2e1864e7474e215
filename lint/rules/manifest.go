package rules

import (
	"fmt"
	"slices"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// manifestRules judge what objects name of each other.
var manifestRules = []*lint.Rule{
	manifestDanglingRef,
	manifestMissingKey,
	manifestSelector,
	manifestUnknownField,
}

const refConfigMap = "https://kubernetes.io/docs/concepts/configuration/configmap/"

var manifestSelector = &lint.Rule{
	ID:       "manifest/selector",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a workload that does not select its own pods",
		Why:   "The API server refuses a Deployment, StatefulSet or DaemonSet whose pod template lacks a label of spec.selector: \"selector does not match template labels\". Nothing of the change arrives; with Flux and Argo CD the whole sync fails.",
		Fix:   "Write the same labels in spec.selector.matchLabels and in the template. The selector of an object that exists cannot be changed: change the template then.",
		Refs:  []string{"https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector", refLabels},
	},
	Check: func(p *lint.Pass) {
		for _, w := range p.Facts.Workloads {
			for _, asked := range w.Unmatched() {
				reportUnmatched(p, w, asked)
			}
		}
	},
}

// reportUnmatched reports one label. The Services that select the workload say
// which side is out of line.
func reportUnmatched(p *lint.Pass, w *lint.Workload, asked repo.Value) {
	path := asked.Path()
	key := path[len(path)-1]
	have := w.LabelsAt.Get(key)
	selector := w.At(asked, fmt.Sprintf("the selector asks for %s: %s", key, asked.Text()))
	template := w.At(have, fmt.Sprintf("the pods have %s: %s", key, have.Text()))
	f := lint.Finding{
		Message: fmt.Sprintf("%s %s selects %s: %s, and its pods have %s: %s", w.Object.Kind, w.Object.Name, key, asked.Text(), key, have.Text()),
		Help:    "write " + have.Text(),
		Places:  []lint.Place{selector, template},
	}
	if !have.Exists() {
		template = lint.AtKey(w.Object, w.LabelsAt, "the labels of the pods")
		f.Message = fmt.Sprintf("%s %s selects %s: %s, and its pods have no label %s", w.Object.Kind, w.Object.Name, key, asked.Text(), key)
		f.Help = fmt.Sprintf("add %s: %s to the labels of the template", key, asked.Text())
		for k, v := range w.LabelsAt.Fields() {
			if v.Text() == asked.Text() && !selectsBy(p.Facts, w, k) {
				template = lint.AtKey(w.Object, v, "the pods have it as "+k)
				f.Help = "write " + key
			}
		}
		f.Places[1] = template
	}
	for _, s := range p.Facts.Services {
		if s.Selector[key] != asked.Text() || !slices.Contains(s.Workloads, w) || len(s.Selector) == 0 {
			continue
		}
		var agrees lint.Place
		for k, v := range s.SelectorAt.Fields() {
			if k == key {
				agrees = s.At(v, fmt.Sprintf("Service %s asks for %s too", s.Object.Name, asked.Text()))
			}
		}
		f.Places = []lint.Place{template, selector, agrees}
		if have.Exists() {
			f.Help = "write " + asked.Text()
		}
		break
	}
	f.Places[0].Label = ""
	if f.Places[0].Span == template.Span && have.Exists() {
		f.Fixes = replace(lint.Arg{Place: f.Places[0]}, asked.Text(), f.Help, false)
	}
	p.Report(f)
}

// selectsBy tells whether a selector of the workload, or of a Service in front
// of it, asks for a label.
func selectsBy(f *lint.Facts, w *lint.Workload, key string) bool {
	return w.Selector.Get("matchLabels", key).Exists() || slices.ContainsFunc(f.Services, func(s *lint.Service) bool {
		return slices.Contains(s.Workloads, w) && s.Selector[key] != ""
	})
}
