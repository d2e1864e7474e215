package schema

import (
	"strings"

	"github.com/quorumwright/quorumwright/internal/spelling"
)

// nearest is the word that a misspelt one most likely stands for, or "" if
// none is near.
func nearest(word string, words []string) string {
	word = strings.ToLower(word)
	best, bestDistance := "", max(1, len(word)/3)+1
	for _, w := range words {
		lower := strings.ToLower(w)
		d := spelling.Distance(word, lower, bestDistance)
		if len(word) >= 3 && len(lower) >= 3 && !strings.Contains(word+lower, ".") && (strings.HasPrefix(word, lower) || strings.HasPrefix(lower, word)) {
			d = min(d, 1) // production for prod
		}
		if d < bestDistance {
			best, bestDistance = w, d
		}
	}
	return best
}

// list joins words to "a, b and c".
func list(words []string) string { return enumerate(words, " and ") }

// alternatives joins words to "a, b or c".
func alternatives(words []string) string { return enumerate(words, " or ") }

func enumerate(words []string, conjunction string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + conjunction + words[last]
}
