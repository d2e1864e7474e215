package lint

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/spelling"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A Slip is one label that a selector asks for and that the pods which are meant
// do not have.
type Slip struct {
	// Key and Value are what the selector asks for, Asked where.
	Key, Value string
	Asked      repo.Value
	// Have is the label of the pods.
	HaveKey, HaveValue string
	Have               repo.Value
}

// matchLabels returns what the workload's own selector asks for.
func (w *Workload) matchLabels() repo.Value {
	if w.Object.Kind == "ReplicationController" || w.Object.Kind == "DeploymentConfig" {
		return w.Selector
	}
	return w.Selector.Get("matchLabels")
}

// Unmatched returns the labels that the workload's own selector asks for and its
// pod template does not have. The API server refuses such a workload.
func (w *Workload) Unmatched() []repo.Value {
	var all []repo.Value
	for key, v := range w.matchLabels().Fields() {
		if have, ok := w.Labels[key]; !ok || have != v.Text() {
			all = append(all, v)
		}
	}
	return all
}

// selectWorkloads fills in the workloads of a Service. A selector that selects
// nothing, or not the StatefulSet that the Service is for, and would but for one
// slip, is judged as if it were right.
func (f *Facts) selectWorkloads(s *Service) {
	for _, w := range f.Workloads {
		if sameNamespace(s.Object.Namespace, w.Object.Namespace) && selects(s.Selector, w.Labels) {
			s.Workloads = append(s.Workloads, w)
		}
	}
	if len(s.Selector) == 0 {
		return
	}
	// Others have Services of the same name that lead elsewhere on purpose.
	if w := f.governed(s); w != nil && s.Headless && !slices.Contains(s.Workloads, w) {
		if slip, ok := s.slip(w, true); ok && len(w.Unmatched()) == 0 {
			s.Slip, s.Workloads = &slip, []*Workload{w}
			return
		}
	}
	if len(s.Workloads) > 0 {
		return
	}
	for _, w := range f.Workloads {
		if sameNamespace(s.Object.Namespace, w.Object.Namespace) && selects(s.Selector, labels(w.matchLabels())) {
			s.Workloads = append(s.Workloads, w) // its template is wrong: manifest/selector
		}
	}
	if len(s.Workloads) > 0 {
		return
	}
	var meant []*Workload
	for _, w := range f.Workloads {
		if _, ok := s.slip(w, false); ok && sameNamespace(s.Object.Namespace, w.Object.Namespace) {
			meant = append(meant, w)
		}
	}
	if len(meant) == 0 || f.HasOperator() {
		return
	}
	slip, _ := s.slip(meant[0], false)
	for _, w := range meant[1:] {
		// Several have the label that is meant, or several may be meant.
		if other, _ := s.slip(w, false); other.HaveKey != slip.HaveKey || other.HaveValue != slip.HaveValue {
			return
		}
	}
	s.Slip, s.Workloads = &slip, meant
}

// governed returns the only StatefulSet that has the Service as its serviceName:
// it must be among those that the Service selects.
func (f *Facts) governed(s *Service) *Workload {
	var found *Workload
	for _, w := range f.Workloads {
		if w.IsStateful() && sameNamespace(s.Object.Namespace, w.Object.Namespace) && w.Object.Value.Get("spec", "serviceName").Text() == s.Object.Name {
			if found != nil {
				return nil
			}
			found = w
		}
	}
	return found
}

// slip returns the only label that keeps a Service from selecting a workload's
// pods, if it is written like one that they have, or if it is sure that the
// workload is meant.
func (s *Service) slip(w *Workload, sure bool) (Slip, bool) {
	var found []Slip
	for key, asked := range s.SelectorAt.Fields() {
		value := asked.Text()
		have := w.LabelsAt.Get(key)
		if have.Exists() && have.Text() == value {
			continue
		}
		slip := Slip{Key: key, Value: value, Asked: asked, HaveKey: key, HaveValue: have.Text(), Have: have}
		if !have.Exists() {
			var keys []string
			for k, v := range w.LabelsAt.Fields() {
				if v.Text() == value && s.Selector[k] == "" {
					keys = append(keys, k)
				}
			}
			slip.HaveKey, slip.HaveValue = spelling.Nearest(key, keys, spelling.Slips(key)), value
			if slip.HaveKey == "" && len(keys) == 1 && len(s.Selector) > 1 {
				slip.HaveKey = keys[0] // the other labels are right
			}
			slip.Have = w.LabelsAt.Get(slip.HaveKey)
			if slip.HaveKey == "" {
				return Slip{}, false
			}
		} else if !sure && !Alike(value, have.Text()) {
			return Slip{}, false
		}
		found = append(found, slip)
	}
	if len(found) != 1 {
		return Slip{}, false
	}
	return found[0], true
}

// Alike tells whether one word is a likely misspelling of another. Words that
// differ in their digits alone are meant as they are.
func Alike(a, b string) bool {
	if a == b || strings.Map(noDigit, a) == strings.Map(noDigit, b) {
		return a == b
	}
	return spelling.Nearest(a, []string{b}, spelling.Slips(a)) != ""
}

func noDigit(r rune) rune {
	if r >= '0' && r <= '9' {
		return -1
	}
	return r
}

// HasOperator tells whether custom resources of an operator make Redis pods
// that the repository does not show.
func (f *Facts) HasOperator() bool { return operated.Of(f) }

var operated = Derive(func(f *Facts) bool {
	return slices.ContainsFunc(f.Env.Objects, func(o *repo.Object) bool {
		group, _, _ := strings.Cut(strings.ToLower(o.APIVersion), "/")
		kind := strings.ToLower(o.Kind)
		return strings.Contains(group, "redis") || strings.Contains(group, "valkey") ||
			strings.Contains(group, ".") && (strings.Contains(kind, "redis") || strings.Contains(kind, "valkey"))
	})
})
