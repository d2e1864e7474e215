package chartread

import (
	"slices"
	"strings"
)

// test is one look at a value: key, !key, key=x or key!=x.
type test struct {
	key   string
	not   bool
	value string // "" for a test of truth
	// present is hasKey: the key is there, whatever its value.
	present bool
}

func (t test) String() string {
	switch {
	case t.value != "" && t.not:
		return t.key + "!=" + t.value
	case t.value != "":
		return t.key + "=" + t.value
	case t.not:
		return "!" + t.key
	default:
		return t.key
	}
}

func (t test) negated() test {
	t.not = !t.not
	return t
}

// condition is a list of alternatives, each a list of tests that all hold.
type condition struct {
	alternatives [][]test
	// opaque says that some test was left out because it is no plain one.
	opaque bool
}

// always holds without a test; it is the neutral element of and.
func always() condition { return condition{alternatives: [][]test{nil}} }

// opaque is a test that cannot be told: it may hold or not.
func opaque() condition { return condition{alternatives: [][]test{nil}, opaque: true} }

func truthy(key string) condition { return condition{alternatives: [][]test{{{key: key}}}} }

// tooMany bounds the alternatives; beyond, the condition is given up.
const tooMany = 64

func (c condition) and(d condition) condition {
	both := condition{opaque: c.opaque || d.opaque}
	for _, a := range c.alternatives {
		for _, b := range d.alternatives {
			if joined, ok := join(a, b); ok {
				both.alternatives = append(both.alternatives, joined)
			}
		}
	}
	return both.bounded()
}

func (c condition) or(d condition) condition {
	return condition{
		alternatives: append(slices.Clone(c.alternatives), d.alternatives...),
		opaque:       c.opaque || d.opaque,
	}.bounded()
}

func (c condition) not() condition {
	if c.opaque {
		return opaque()
	}
	negated := always()
	for _, alternative := range c.alternatives {
		var any condition
		for _, t := range alternative {
			any.alternatives = append(any.alternatives, []test{t.negated()})
		}
		negated = negated.and(any)
	}
	return negated
}

func (c condition) bounded() condition {
	c.alternatives = absorb(c.alternatives)
	if len(c.alternatives) > tooMany {
		return opaque()
	}
	return c
}

// join puts two lists of tests together; ok is false when they contradict.
func join(a, b []test) (joined []test, ok bool) {
	joined = slices.Clone(a)
	for _, t := range b {
		if slices.Contains(joined, t.negated()) {
			return nil, false
		}
		for _, other := range joined {
			if t.key == other.key && t.value != "" && other.value != "" && t.value != other.value && !t.not && !other.not {
				return nil, false
			}
		}
		if !slices.Contains(joined, t) {
			joined = append(joined, t)
		}
	}
	return joined, true
}

// absorb drops alternatives that a weaker one covers.
func absorb(alternatives [][]test) [][]test {
	var kept [][]test
	for i, a := range alternatives {
		covered := false
		for j, b := range alternatives {
			if i != j && subset(b, a) && (len(b) < len(a) || j < i) {
				covered = true
				break
			}
		}
		if !covered {
			kept = append(kept, a)
		}
	}
	return kept
}

func subset(small, large []test) bool {
	return !slices.ContainsFunc(small, func(t test) bool { return !slices.Contains(large, t) })
}

// simplify writes the condition of a key in the form of the catalogue, without
// what the key implies itself: that the key and the maps around it are there,
// and that the gateway is on.
func (c condition) simplify(path string) (when string, opaque bool) {
	around := path + "."
	implied := func(t test) bool {
		return t.key == "gateway.enabled" || t.value == "" && (t.present || !t.not) && strings.HasPrefix(around, t.key+".") ||
			t.value == "" && !t.not && strings.HasPrefix(around, t.key+"[]")
	}
	var left [][]test
	for _, alternative := range c.alternatives {
		var tests []test
		for _, t := range alternative {
			if implied(t) {
				continue
			}
			// A condition on the key itself only says when it is worth printing.
			if t.key == path {
				continue
			}
			t.present = false
			if !slices.Contains(tests, t) {
				tests = append(tests, t)
			}
		}
		tests = slices.DeleteFunc(tests, func(t test) bool { return needless(t, tests) })
		left = append(left, tests)
	}
	left = merge(absorb(left))
	var written []string
	for _, alternative := range left {
		if len(alternative) == 0 {
			return "", c.opaque
		}
		words := make([]string, len(alternative))
		for i, t := range alternative {
			words[i] = t.String()
		}
		slices.Sort(words)
		written = append(written, strings.Join(words, " & "))
	}
	slices.Sort(written)
	return strings.Join(slices.Compact(written), " | "), c.opaque
}

// needless says whether another test implies one: key=y implies key and
// key!=x, key.below implies key.
func needless(t test, tests []test) bool {
	return slices.ContainsFunc(tests, func(other test) bool {
		if other == t || other.not {
			return false
		}
		sameKey := other.key == t.key && other.value != ""
		return sameKey && (t.not && t.value != "" || !t.not && t.value == "") ||
			!t.not && t.value == "" && strings.HasPrefix(other.key, t.key+".")
	})
}

// merge drops tests that a pair of alternatives makes needless: of t & a | !t &
// b the second is b when b implies a.
func merge(alternatives [][]test) [][]test {
	for step(alternatives) {
		alternatives = absorb(alternatives)
	}
	return alternatives
}

// step drops one needless test in place; every step shortens the condition.
func step(alternatives [][]test) bool {
	for i, a := range alternatives {
		for j, b := range alternatives {
			if i == j {
				continue
			}
			for k, t := range a {
				opposite := slices.Index(b, t.negated())
				if opposite < 0 {
					continue
				}
				rest := slices.Delete(slices.Clone(a), k, k+1)
				other := slices.Delete(slices.Clone(b), opposite, opposite+1)
				if subset(rest, other) {
					alternatives[j] = other
					return true
				}
			}
		}
	}
	return false
}
