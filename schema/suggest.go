package schema

import "strings"

// nearest is the word that a misspelt one most likely stands for, or "" if
// none is near.
func nearest(word string, words []string) string {
	word = strings.ToLower(word)
	best, bestDistance := "", max(1, len(word)/3)+1
	for _, w := range words {
		lower := strings.ToLower(w)
		d := editDistance(word, lower)
		if len(word) >= 3 && len(lower) >= 3 && !strings.Contains(word+lower, ".") && (strings.HasPrefix(word, lower) || strings.HasPrefix(lower, word)) {
			d = min(d, 1) // production for prod
		}
		if d < bestDistance {
			best, bestDistance = w, d
		}
	}
	return best
}

// editDistance counts insertions, deletions, substitutions and swaps of
// neighbours between two words.
func editDistance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
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
