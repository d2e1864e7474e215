// Package spelling finds what a misspelt word was meant to be.
package spelling

import "strings"

// Slips returns how many slips still make a likely misspelling of a word: one
// for each four letters, and one at least.
func Slips(word string) int { return max(1, len(word)/4) }

// Nearest returns the candidate that word most likely means, at most slips
// away, or "" if there is none. Letter case counts little. The first one wins
// among equals.
func Nearest(word string, candidates []string, slips int) string {
	best, least := "", slips+1
	for _, c := range candidates {
		if d := Distance(word, c, least); d < least {
			best, least = c, d
		}
	}
	return best
}

// maxWord is the length from which on words are too long to be slips of others.
const maxWord = 127

// Distance counts the slips between two words, up to bound: a letter too many,
// a letter missing, a wrong letter, two neighbours swapped. Words that differ
// in letter case alone are one slip apart, equal words none.
func Distance(a, b string, bound int) int {
	switch {
	case a == b:
		return 0
	case strings.EqualFold(a, b):
		return min(1, bound)
	case max(len(a)-len(b), len(b)-len(a)) >= bound:
		return bound
	}
	if len(a) > maxWord || len(b) > maxWord {
		return bound
	}
	a, b = strings.ToLower(a), strings.ToLower(b)
	var rows [3][maxWord + 1]int // on the stack: words are compared by the thousand
	before, above, row := rows[0][:len(b)+1], rows[1][:len(b)+1], rows[2][:len(b)+1]
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			wrong := 1
			if a[i-1] == b[j-1] {
				wrong = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+wrong)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least >= bound {
			return bound
		}
		before, above, row = above, row, before
	}
	return min(above[len(b)], bound)
}
