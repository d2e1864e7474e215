package apim

import (
	"slices"
	"strings"
)

// Unmet is a test of a template that the values fail.
type Unmet struct {
	// Atom is the test, with the index of the list element filled in.
	Atom Atom
	// Is is the effective value that fails it, and From who set it.
	Is   Value
	From Source
}

// String says the unmet condition: "it needs ratelimit.type: redis, which is
// mongodb by the chart's default".
func (u Unmet) String() string {
	var is string
	switch {
	case u.From == Unset:
		is = "unset"
	case u.Is.Kind.scalar() && u.From == FromUser && u.Atom.Op == Falsy:
		is = "set" // the value of a key that must be unset is none of the reader's business
	case u.Is.Kind.scalar() && u.Is.Text == "":
		is = "empty"
	case u.Is.Kind.scalar():
		is = u.Is.Text
	case u.Is.Len == 0:
		is = "empty"
	default:
		is = "set"
	}
	switch u.From {
	case FromChart, FromTemplate:
		is += " by " + u.From.String()
	}
	return "it needs " + u.Atom.String() + " (it is " + is + ")"
}

// Unmet returns the tests that keep a template from reading a key, none if it
// is read. Of several alternatives the one with the fewest failing tests is
// told.
func (e *Effective) Unmet(path ...string) []Unmet {
	return e.unmet(e.chart.keyOf(e.chart.walk(path).record), path)
}

func (e *Effective) unmet(key *Key, path []string) []Unmet {
	if key == nil {
		return nil
	}
	var fewest []Unmet
	for i, alternative := range key.When {
		var failing []Unmet
		for _, atom := range alternative {
			atom.Key = fillIndexes(atom.Key, path)
			value, source := e.tested(atom)
			if !atom.holds(value) {
				failing = append(failing, Unmet{Atom: atom, Is: value, From: source})
			}
		}
		if i == 0 || len(failing) < len(fewest) {
			fewest = failing
		}
	}
	return fewest
}

// maxAsked bounds what is kept: the elements of a list have keys of their own.
const maxAsked = 64

// tested is the value a test looks at. A key that this chart does not have is
// unset, whatever the user wrote.
func (e *Effective) tested(atom Atom) (Value, Source) {
	for i := range e.asked {
		if e.asked[i].key == atom.Key {
			return e.asked[i].value, e.asked[i].source
		}
	}
	a := answer{key: atom.Key}
	path := ParsePath(atom.Key)
	if at := e.chart.walk(path); at.state == Live || at.state == FreeForm {
		a.value, a.source = e.Value(path...)
	}
	if len(e.asked) < maxAsked {
		e.asked = append(e.asked, a)
	}
	return a.value, a.source
}

// fillIndexes replaces the [] of a key by the indexes that a path has in the
// same place.
func fillIndexes(key string, path []string) string {
	if !strings.Contains(key, "[]") {
		return key
	}
	filled := ParsePath(key)
	for i, element := range filled {
		if i >= len(path) || element != path[i] && element != "[]" {
			break
		}
		if element == "[]" {
			filled[i] = path[i]
		}
	}
	return JoinPath(filled)
}

// deliberate says whether every unmet test is a switch of the judged block that
// the user turned off himself: ingress.enabled: false above ingress.hosts.
func deliberate(path []string, unmet []Unmet) bool {
	return len(unmet) > 0 && !slices.ContainsFunc(unmet, func(u Unmet) bool {
		block, ok := strings.CutSuffix(u.Atom.Key, ".enabled")
		return !ok || u.From != FromUser || u.Atom.Op != Truthy ||
			!strings.HasPrefix(JoinPath(path)+".", block+".")
	})
}
