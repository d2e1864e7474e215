package apim

import (
	"fmt"
	"strings"
)

// A Constraint is a range of chart versions as a HelmRelease, an Argo CD
// Application or helm --version takes it: "4.9.x", "~4.9.0", "^4.9",
// ">=4.9.0 <4.11.0", "4.9.0 - 4.10.0", "4.9 || 4.12".
type Constraint struct {
	text         string
	alternatives [][]bound
}

// bound is one comparison with a version.
type bound struct {
	op      string // <, <=, >, >=, =, !=
	version Version
}

// ParseConstraint reads a range. A plain version means exactly this one, a
// plain "4.9" or "4.9.x" every patch of it, "*" or "" every version.
func ParseConstraint(text string) (Constraint, error) {
	c := Constraint{text: text}
	for alternative := range strings.SplitSeq(text, "||") {
		bounds, err := parseAlternative(alternative)
		if err != nil {
			return Constraint{}, err
		}
		c.alternatives = append(c.alternatives, bounds)
	}
	return c, nil
}

func parseAlternative(text string) ([]bound, error) {
	if from, to, ok := strings.Cut(text, " - "); ok {
		low, err := parseBound(">=" + strings.TrimSpace(from))
		if err != nil {
			return nil, err
		}
		high, err := parseBound("<=" + strings.TrimSpace(to))
		return append(low, high...), err
	}
	// An operator may stand apart from its version.
	var joined []string
	for _, field := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		if n := len(joined); n > 0 && strings.Trim(joined[n-1], "<>=!~^") == "" {
			joined[n-1] += field
			continue
		}
		joined = append(joined, field)
	}
	var bounds []bound
	for _, item := range joined {
		b, err := parseBound(item)
		if err != nil {
			return nil, err
		}
		bounds = append(bounds, b...)
	}
	return bounds, nil
}

func parseBound(item string) ([]bound, error) {
	rest := strings.TrimLeft(item, "<>=!~^")
	op := item[:len(item)-len(rest)]
	version, given, err := parseWildcard(rest)
	if err != nil {
		return nil, err
	}
	if given == 0 {
		return nil, nil // any version
	}
	above := func(level int) Version { // the first version beyond the given numbers
		switch level {
		case 1:
			return Version{Major: version.Major + 1}
		case 2:
			return Version{Major: version.Major, Minor: version.Minor + 1}
		default:
			return Version{Major: version.Major, Minor: version.Minor, Patch: version.Patch + 1}
		}
	}
	within := func(level int) []bound { return []bound{{">=", version}, {"<", above(level)}} }
	switch op {
	case "", "=", "==":
		return within(given), nil
	case "~", "~>":
		return within(min(given, 2)), nil
	case "^":
		if version.Major > 0 || given == 1 {
			return within(1), nil
		}
		return within(2), nil
	case ">":
		return []bound{{">=", above(given)}}, nil
	case "<=", "=<":
		return []bound{{"<", above(given)}}, nil
	case ">=", "=>":
		return []bound{{">=", version}}, nil
	case "<":
		return []bound{{"<", version}}, nil
	case "!=":
		return []bound{{"!=", version}}, nil
	}
	return nil, fmt.Errorf("%q is not a version range: unknown operator %s", item, op)
}

// parseWildcard reads up to three numbers, any of which may be x, X or *; given
// is how many numbers stand before the first wildcard.
func parseWildcard(text string) (v Version, given int, err error) {
	numbers, _, _ := strings.Cut(strings.TrimPrefix(text, "v"), "-")
	numbers, _, _ = strings.Cut(numbers, "+")
	parts := strings.Split(numbers, ".")
	if len(parts) > 3 {
		return v, 0, fmt.Errorf("%q is not a version range", text)
	}
	fields := [3]*int{&v.Major, &v.Minor, &v.Patch}
	for i, part := range parts {
		if part == "x" || part == "X" || part == "*" || part == "" && len(parts) == 1 {
			return v, given, nil
		}
		n, err := parseNumber(part)
		if err != nil {
			return v, 0, fmt.Errorf("%q is not a version range", text)
		}
		*fields[i] = n
		given++
	}
	return v, given, nil
}

// Allows says whether a version lies in the range.
func (c Constraint) Allows(v Version) bool {
	for _, alternative := range c.alternatives {
		ok := true
		for _, b := range alternative {
			order := v.Compare(b.version)
			switch b.op {
			case ">=":
				ok = ok && order >= 0
			case "<":
				ok = ok && order < 0
			case "!=":
				ok = ok && order != 0
			}
		}
		if ok {
			return true
		}
	}
	return false
}

// Exact is the one version that the range names, if it names just one.
func (c Constraint) Exact() (Version, bool) {
	version, err := ParseVersion(strings.TrimLeft(strings.TrimSpace(c.text), "="))
	return version, err == nil && !version.Partial
}

// Charts returns the newest known chart of each minor line in the range, oldest
// first. A range that only allows unknown versions gives the nearest chart.
func (c Constraint) Charts() []*Chart {
	if v, ok := c.Exact(); ok {
		return []*Chart{Catalogue(v)}
	}
	var charts []*Chart
	for _, newest := range Minors() {
		for patch := newest.Patch; patch >= 0; patch-- {
			v := Version{Major: newest.Major, Minor: newest.Minor, Patch: patch}
			if c.Allows(v) {
				charts = append(charts, Catalogue(v))
				break
			}
		}
	}
	if len(charts) > 0 {
		return charts
	}
	for _, alternative := range c.alternatives {
		for _, b := range alternative {
			if b.op == ">=" {
				return []*Chart{Catalogue(b.version)}
			}
		}
	}
	return []*Chart{Latest()}
}
