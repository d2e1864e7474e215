package apim

import (
	"strings"
)

// A Condition says when a template reads a key: one of the alternatives must
// hold, each a list of atoms that must all hold. An empty condition always
// holds.
type Condition [][]Atom

// An Atom is one test of a Helm value.
type Atom struct {
	Key string // dotted path, list elements as []
	Op  Op
	// Values are the accepted (Equal) or refused (NotEqual) texts.
	Values []string
}

// Op is the test that an atom makes.
type Op uint8

// The tests a template makes.
const (
	Truthy   Op = iota // set, and neither false, 0, "" nor empty
	Falsy              // the opposite
	Equal              // equal to one of Values
	NotEqual           // equal to none of Values
)

// String is the atom as a person reads it: "ratelimit.type: redis".
func (a Atom) String() string {
	switch a.Op {
	case Falsy:
		if strings.HasSuffix(a.Key, "nabled") {
			return a.Key + ": false"
		}
		return a.Key + " unset"
	case Equal:
		return a.Key + ": " + strings.Join(a.Values, " or ")
	case NotEqual:
		return a.Key + " other than " + strings.Join(a.Values, " or ")
	default:
		if strings.HasSuffix(a.Key, "nabled") {
			return a.Key + ": true"
		}
		return a.Key + " set"
	}
}

// String is the condition as a person reads it.
func (c Condition) String() string {
	alternatives := make([]string, len(c))
	for i, alternative := range c {
		atoms := make([]string, len(alternative))
		for j, atom := range alternative {
			atoms[j] = atom.String()
		}
		alternatives[i] = strings.Join(atoms, " and ")
	}
	return strings.Join(alternatives, ", or ")
}

// parseCondition reads the stored form: alternatives joined by " | ", atoms by
// " & "; an atom is key, !key, key=a|b or key!=a.
func parseCondition(text string) Condition {
	if text == "" {
		return nil
	}
	var condition Condition
	for alternative := range strings.SplitSeq(text, " | ") {
		var atoms []Atom
		for atom := range strings.SplitSeq(alternative, " & ") {
			atoms = append(atoms, parseAtom(atom))
		}
		condition = append(condition, atoms)
	}
	return condition
}

func parseAtom(text string) Atom {
	if key, ok := strings.CutPrefix(text, "!"); ok {
		return Atom{Key: key, Op: Falsy}
	}
	if key, value, ok := strings.Cut(text, "!="); ok {
		return Atom{Key: key, Op: NotEqual, Values: []string{value}}
	}
	if key, values, ok := strings.Cut(text, "="); ok {
		return Atom{Key: key, Op: Equal, Values: strings.Split(values, "|")}
	}
	return Atom{Key: text}
}

// holds says whether the atom holds for a value; known is false when the chart
// version has no such key, which makes every test of it vacuous.
func (a Atom) holds(value Value) bool {
	switch a.Op {
	case Falsy:
		return !value.Truthy()
	case Equal:
		for _, want := range a.Values {
			if value.Kind.scalar() && value.Text == want {
				return true
			}
		}
		return false
	case NotEqual:
		for _, refused := range a.Values {
			if value.Kind.scalar() && value.Text == refused {
				return false
			}
		}
		return true
	default:
		return value.Truthy()
	}
}
