package renew

import (
	"slices"
	"strings"
)

// agree says whether a reviewed condition and a derived one say the same. When
// the templates hold tests that cannot be read, the derived condition is only
// the readable part, which the reviewed one must imply.
func agree(reviewed, derived string, opaque bool) bool {
	a, b := alternatives(reviewed), alternatives(derived)
	return implies(a, b) && (opaque || implies(b, a))
}

// implies says whether every alternative of one condition is stricter than one
// of the other.
func implies(strict, weak [][]string) bool {
	for _, s := range strict {
		if !slices.ContainsFunc(weak, func(w []string) bool {
			return !slices.ContainsFunc(w, func(atom string) bool { return !slices.Contains(s, atom) })
		}) {
			return false
		}
	}
	return true
}

// alternatives splits a condition, with key=a|b as two alternatives, key=true
// as key, and without what another atom implies: key!=x and key beside key=y,
// key beside key.below.
func alternatives(condition string) [][]string {
	if condition == "" {
		return [][]string{nil}
	}
	var all [][]string
	for alternative := range strings.SplitSeq(condition, " | ") {
		spread := [][]string{nil}
		for atom := range strings.SplitSeq(alternative, " & ") {
			var grown [][]string
			for _, choice := range choices(atom) {
				for _, before := range spread {
					grown = append(grown, append(slices.Clone(before), choice))
				}
			}
			spread = grown
		}
		for i, atoms := range spread {
			spread[i] = slices.DeleteFunc(atoms, func(atom string) bool {
				key, _, not := strings.Cut(atom, "!=")
				return slices.ContainsFunc(atoms, func(other string) bool {
					return strings.HasPrefix(other, key+"=") && (not || other != atom) ||
						!not && strings.HasPrefix(other, key+".")
				})
			})
		}
		all = append(all, spread...)
	}
	return all
}

func choices(atom string) []string {
	key, values, ok := strings.Cut(atom, "=")
	if !ok || strings.HasSuffix(key, "!") {
		return []string{atom}
	}
	var all []string
	for value := range strings.SplitSeq(values, "|") {
		if value == "true" {
			all = append(all, key)
			continue
		}
		all = append(all, key+"="+value)
	}
	return all
}
