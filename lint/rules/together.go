package rules

import (
	"slices"

	"github.com/quorumwright/quorumwright/lint"
)

// together collects the findings of a pass and joins those with one cause: the
// first one speaks, and the places of the others stand behind it.
type together struct {
	pass   *lint.Pass
	causes []string
	all    []lint.Finding
}

// add adds a finding. An empty cause is one of its own. The label of its primary
// place is shown only if others of the same cause follow.
func (t *together) add(cause string, f lint.Finding) {
	i := -1
	if cause != "" {
		i = slices.Index(t.causes, cause)
	}
	if i < 0 {
		t.causes, t.all = append(t.causes, cause), append(t.all, f)
		return
	}
	first := &t.all[i]
	for _, at := range f.Places {
		first.Places = addPlace(first.Places, at)
	}
	if len(first.Fixes) > 0 && len(f.Fixes) > 0 {
		first.Fixes[0].Edits = append(first.Fixes[0].Edits, f.Fixes[0].Edits...)
		first.Fixes[0].Title = "write the right name in all places"
	}
}

// report reports what was collected.
func (t *together) report() {
	for _, f := range t.all {
		f.Places[0].Label = ""
		t.pass.Report(f)
	}
}
