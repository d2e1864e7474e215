package lint

import "github.com/quorumwright/quorumwright/internal/spelling"

// Nearest returns the candidate that is written most like name, or "" if none
// is near: a third of the letters may differ.
func Nearest(name string, candidates []string) string {
	return spelling.Nearest(name, candidates, len(name)/3)
}

// NearestBy is Nearest with a bound of its own for the letters that differ.
func NearestBy(name string, candidates []string, letters int) string {
	return spelling.Nearest(name, candidates, letters)
}

// maxCompared is how many names of one environment are compared with others to
// find what was meant. Where thousands of names miss thousands, nobody asks.
const maxCompared = 500_000

// Nearest is Nearest for names that the environment may hold in any number: it
// finds nothing any more once very many have been compared.
func (f *Facts) Nearest(name string, candidates []string) string {
	return f.NearestBy(name, candidates, len(name)/3)
}

// NearestBy is Nearest with a bound of its own for the letters that differ.
func (f *Facts) NearestBy(name string, candidates []string, letters int) string {
	if !f.MayCompare(len(candidates)) {
		return ""
	}
	return spelling.Nearest(name, candidates, letters)
}

// MayCompare tells whether a name may be compared with n others, and counts them.
func (f *Facts) MayCompare(n int) bool {
	f.spent.compared += n
	return f.spent.compared <= maxCompared
}
