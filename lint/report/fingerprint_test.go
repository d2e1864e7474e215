package report

import (
	"slices"
	"testing"

	"github.com/quorumwright/quorumwright/lint"
)

func TestFingerprints(t *testing.T) {
	before := lint.Fingerprints(mismatch().Findings)

	moved := mismatch().Findings
	for _, f := range moved {
		f.Message = "told in other words"
		for i := range f.Places {
			f.Places[i].Line += 7
			f.Places[i].Label = "another value"
		}
	}
	if after := lint.Fingerprints(moved); !slices.Equal(before, after) {
		t.Errorf("lines and values change fingerprints: %q, %q", before, after)
	}

	changes := []func(*lint.Finding){
		func(f *lint.Finding) { f.Rule = plaintext },
		func(f *lint.Finding) { f.Places[0].Path = "other" },
		func(f *lint.Finding) { f.Places[1].Object = "Secret/other" },
		func(f *lint.Finding) { f.Places[0].File = "other.yaml" },
		func(f *lint.Finding) { f.Places = f.Places[:2] },
	}
	for i, change := range changes {
		other := mismatch().Findings
		change(other[1])
		if after := lint.Fingerprints(other); after[1] == before[1] || after[0] != before[0] {
			t.Errorf("change %d: %q, %q", i, before, after)
		}
	}

	f := mismatch().Findings[0]
	twins := lint.Fingerprints([]*lint.Finding{f, f, f})
	if twins[1] != twins[0]+"-2" || twins[2] != twins[0]+"-3" {
		t.Errorf("equal findings: %q", twins)
	}

	// What is shown does not change the fingerprints.
	hidden, shown := suppressed(false).numbered(), suppressed(true).numbered()
	if hidden[1].fingerprint != shown[2].fingerprint || hidden[0].fingerprint != shown[0].fingerprint {
		t.Error("fingerprints depend on what is shown")
	}
}
