package repo

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/secret"
)

// masks are the texts in which the known secrets can be written.
type masks struct {
	texts [][]byte
	bare  [][]byte // masked only where they stand as a word of their own
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
			case len(form) < 4 || isCommonWord(form):
				// A short or common word would mask half of a file, and what
				// is left around it would tell it. It is masked where secrets
				// stand.
			case len(form) < 6:
				m.bare = append(m.bare, []byte(form))
			default:
				m.texts = append(m.texts, []byte(form))
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

	ranges := slices.Clone(f.secrets)
	for _, t := range m.texts {
		ranges = appendOccurrences(ranges, f.data, t, false)
	}
	for _, t := range m.bare {
		ranges = appendOccurrences(ranges, f.data, t, true)
	}
	m.ranges[f] = joinRanges(ranges)
	return m.ranges[f]
}

func appendOccurrences(ranges []textRange, data, text []byte, word bool) []textRange {
	for at := 0; ; {
		i := bytes.Index(data[at:], text)
		if i < 0 {
			return ranges
		}
		start, end := at+i, at+i+len(text)
		if !word || (start == 0 || !isWordByte(data[start-1])) && (end == len(data) || !isWordByte(data[end])) {
			ranges = append(ranges, textRange{start, end})
		}
		at = start + 1
	}
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
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
