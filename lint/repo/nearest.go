package repo

import "github.com/quorumwright/quorumwright/internal/spelling"

// nearest returns the candidate that a person most likely meant; "" if none is
// near.
func nearest(word string, candidates []string) string {
	return spelling.Nearest(word, candidates, len(word)/3+1)
}
