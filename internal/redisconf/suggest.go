package redisconf

// tolerance is the number of slips that still make a likely misspelling of a
// word of that length.
func tolerance(length int) int {
	switch {
	case length < 4:
		return 0
	case length < 8:
		return 1
	case length < 14:
		return 2
	}
	return 3
}
