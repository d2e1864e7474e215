package repo

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/secret"
)

// masks are the texts in which the known secrets can be written.
type masks struct {
	texts maskTexts
	// ranges are what is masked in the files that were printed from.
	ranges map[*file][]textRange
}

// newMasks collects the forms in which secrets appear in files: plain, quoted,
// in a URL, as base64, and the lines of those that span lines.
func newMasks(secrets []secret.Value) *masks {
	m := &masks{ranges: map[*file][]textRange{}}
	seen := map[string]bool{}
	for _, s := range secrets {
		for _, form := range forms(s.Reveal()) {
			if seen[form] {
				continue
			}
			seen[form] = true
			switch {
			case len(form) < headSize || isCommonWord(form):
				// A short or common word would mask half of a file, and what
				// is left around it would tell it. It is masked where secrets
				// stand.
			default:
				m.texts.add(form, len(form) < 6)
			}
		}
	}
	return m
}

// isCommonWord tells words that files hold for many other reasons.
func isCommonWord(s string) bool {
	if len(s) > 8 {
		return false
	}
	for _, r := range s {
		if r < 'a' || r > 'z' {
			return false
		}
	}
	return true
}

func forms(s string) []string {
	all := []string{s}
	if t := strings.TrimSpace(s); t != s {
		all = append(all, t)
	}
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != s && len(line) >= 6 {
			all = append(all, line)
		}
	}
	for _, t := range slices.Clone(all) {
		all = append(all,
			strings.ReplaceAll(t, "'", "''"),
			strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(t),
			url.QueryEscape(t), url.PathEscape(t))
	}
	for _, t := range []string{s, s + "\n"} {
		all = append(all, base64.StdEncoding.EncodeToString([]byte(t)), base64.URLEncoding.EncodeToString([]byte(t)),
			base64.RawStdEncoding.EncodeToString([]byte(t)))
	}
	return all
}

// maskRanges returns the ranges of a file that must not be printed, sorted and
// without overlaps.
func (r *Repo) maskRanges(f *file) []textRange {
	f.secretsOnce.Do(func() { f.secrets = f.findSecrets() })
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.masks == nil {
		r.masks = newMasks(r.secrets)
	}
	m := r.masks
	if ranges, ok := m.ranges[f]; ok {
		return ranges
	}
	m.ranges[f] = joinRanges(m.texts.appendIn(slices.Clone(f.secrets), f.data))
	return m.ranges[f]
}

func joinRanges(ranges []textRange) []textRange {
	slices.SortFunc(ranges, func(a, b textRange) int { return a.start - b.start })
	joined := ranges[:0]
	for _, r := range ranges {
		if r.end <= r.start {
			continue
		}
		if n := len(joined); n > 0 && r.start <= joined[n-1].end {
			joined[n-1].end = max(joined[n-1].end, r.end)
			continue
		}
		joined = append(joined, r)
	}
	return joined
}
