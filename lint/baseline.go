package lint

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// A Baseline holds the findings that a repository lives with for now. They are
// known by their fingerprints: rule, object and path, no line and no value.
type Baseline struct {
	Version int             `json:"version"` // 1
	Entries []BaselineEntry `json:"entries"`
}

// A BaselineEntry is one finding. Only Fingerprint decides; the rest is for the
// person who reads the file.
type BaselineEntry struct {
	Rule        string `json:"rule"`
	File        string `json:"file"`
	Path        string `json:"path,omitempty"`
	Fingerprint string `json:"fingerprint"`
}

// NewBaseline makes a baseline of the findings that are not suppressed.
func NewBaseline(findings []*Finding) *Baseline {
	b := &Baseline{Version: 1, Entries: []BaselineEntry{}}
	for i, print := range Fingerprints(findings) {
		if f := findings[i]; f.Suppressed == "" || f.Suppressed == inBaseline {
			p := f.Primary()
			b.Entries = append(b.Entries, BaselineEntry{f.Rule.ID, p.File, p.Path, print})
		}
	}
	return b
}

// ParseBaseline reads a baseline file.
func ParseBaseline(data []byte) (*Baseline, error) {
	var b Baseline
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err := dec.Decode(&b)
	if _, more := dec.Token(); err != nil || more != io.EOF {
		return nil, fmt.Errorf("it is not a baseline: write one with --write-baseline")
	}
	if b.Version != 1 {
		return nil, fmt.Errorf("it is a baseline of version %d, and this program reads version 1", b.Version)
	}
	return &b, nil
}

// Encode returns the baseline as a file.
func (b *Baseline) Encode() []byte {
	data, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		panic(err) // strings and numbers only
	}
	return append(data, '\n')
}

// inBaseline is the reason of a finding that the baseline holds.
const inBaseline = "in the baseline"

// Apply suppresses the findings that the baseline holds and returns the entries
// that no finding matches any more.
func (b *Baseline) Apply(findings []*Finding) (stale []BaselineEntry) {
	found := make(map[string]*Finding, len(findings))
	for i, print := range Fingerprints(findings) {
		found[print] = findings[i]
	}
	for _, e := range b.Entries {
		f := found[e.Fingerprint]
		if f == nil {
			stale = append(stale, e)
			continue
		}
		delete(found, e.Fingerprint) // an entry for each finding
		if f.Suppressed == "" {
			f.Suppressed = inBaseline
		}
	}
	return stale
}
