package lint

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// Fingerprints returns a short name for each finding that stays the same when
// lines move, made from [Finding.Key]: rule, objects and paths, no line
// and no value. Findings that have the same key get -2, -3 … in their order, so
// that no two of a report are equal (GitLab keeps only the first of equals).
func Fingerprints(findings []*Finding) []string {
	seen := make(map[string]int)
	prints := make([]string, len(findings))
	for i, f := range findings {
		sum := sha256.Sum256([]byte(f.Key()))
		print := hex.EncodeToString(sum[:16])
		seen[print]++
		if n := seen[print]; n > 1 {
			print += "-" + strconv.Itoa(n)
		}
		prints[i] = print
	}
	return prints
}
