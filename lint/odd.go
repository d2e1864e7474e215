package lint

// Odd tells who is out of line among parties that should agree. usual are the
// parties on the side that most are on; odd are the others that certainly
// differ from it, one list for each side, in the order of parties. Between
// sides of equal size the one that holds the earliest party is usual, so
// callers put first who has the say: Redis before those who log in to it.
// Parties that nothing is known of, and those that cannot be told from the
// usual side, are in neither list. Without a certain difference odd is empty
// and usual is the largest side.
func Odd[T any](parties []T, compare func(a, b T) Match) (usual []T, odd [][]T) {
	var sides [][]T
	for _, p := range parties {
		joined := -1
		for i := 0; i < len(sides); i++ {
			if !anyMatch(sides[i], []T{p}, compare, Same) {
				continue
			}
			if joined < 0 {
				sides[i] = append(sides[i], p)
				joined = i
				continue
			}
			// p shows that two sides are one.
			sides[joined] = append(sides[joined], sides[i]...)
			sides = append(sides[:i], sides[i+1:]...)
			i--
		}
		if joined < 0 {
			sides = append(sides, []T{p})
		}
	}
	differ := func(a, b []T) bool { return anyMatch(a, b, compare, Differs) }
	best := -1
	pick := func(fits func(i int) bool) {
		for i := range sides {
			if fits(i) && (best < 0 || len(sides[i]) > len(sides[best])) {
				best = i
			}
		}
	}
	pick(func(i int) bool {
		for j := range sides {
			if i != j && differ(sides[i], sides[j]) {
				return true
			}
		}
		return false
	})
	if best < 0 {
		pick(func(int) bool { return true })
	}
	for i, s := range sides {
		switch {
		case i == best:
			usual = s
		case differ(sides[best], s):
			odd = append(odd, s)
		}
	}
	return usual, odd
}

func anyMatch[T any](a, b []T, compare func(a, b T) Match, want Match) bool {
	for _, x := range a {
		for _, y := range b {
			if compare(x, y) == want {
				return true
			}
		}
	}
	return false
}

// CompareText compares two values that are the same only if their text is:
// master names, image references. A value that is not Known is Unknown.
func CompareText(a, b Arg) Match {
	switch {
	case !a.Known || !b.Known:
		return Unknown
	case a.Text == b.Text:
		return Same
	}
	return Differs
}
