package lint

import (
	"strconv"
	"testing"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// TestDistinct adds each of few and many values twice.
func TestDistinct(t *testing.T) {
	for _, n := range []int{0, 1, few, few + 1, 100} {
		var d Distinct[string]
		for round, isNew := range []bool{true, false} {
			for i := range n {
				if d.Add(strconv.Itoa(i)) != isNew {
					t.Errorf("of %d, %d is new in round %d: %v", n, i, round, !isNew)
				}
			}
		}
		if d.Len() != n || d.Has("x") {
			t.Errorf("of %d values %d are there", n, d.Len())
		}
		for i, v := range d.All() {
			if v != strconv.Itoa(i) || !d.Has(v) {
				t.Errorf("value %d of %d is %s", i, n, v)
			}
		}
	}
}

// TestMaxPlaces shows that a finding tells its first places, and that there are
// more.
func TestMaxPlaces(t *testing.T) {
	for n, want := range map[int]string{MaxPlaces: "mend it", MaxPlaces + 7: "mend it; 7 more places are like these"} {
		var got *Finding
		p := Pass{Rule: &Rule{}, Facts: &Facts{Env: &repo.Environment{}}, report: func(f *Finding) { got = f }}
		f := Finding{Help: "mend it"}
		for i := range n {
			f.Places = append(f.Places, Place{Span: repo.Span{File: "a.yaml", Line: i + 1, Column: 1, EndLine: i + 1, EndColumn: 2}})
		}
		p.Report(f)
		if got.Help != want || len(got.Places) != MaxPlaces || got.Places[MaxPlaces-1].Line != MaxPlaces {
			t.Errorf("of %d places %d are told, with %q", n, len(got.Places), got.Help)
		}
	}
}
