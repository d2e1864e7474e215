package schema

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/quorumwright/quorumwright/internal/apim"
)

// chartValues looks through gateway.values, which the schema leaves open, for
// what a spec never holds and for what fields of the spec decide.
func (c *checker) chartValues(values *node) {
	owned := c.loader.owned("#OwnedValues")
	for _, path := range slices.Sorted(maps.Keys(owned)) {
		c.ownedValue(values, path, owned[path])
	}
	c.free(values)
}

// ownedValue refuses a value of the chart that a field of the spec decides, and
// what would replace it from above.
func (c *checker) ownedValue(values *node, path, why string) {
	for n, at, rest := values, "", path; ; {
		name, more, below := strings.Cut(rest, ".")
		next := n.get(name)
		at = join(at, name)
		switch {
		case next == nil, next.broken:
			return
		case !below:
			kind := KindOwned
			if strings.Contains(why, "Secret") {
				kind = KindSecretLiteral
			}
			c.ownedByField(next.key, next.path, kind, "gateway.values cannot set "+at, why)
			n.remove(name)
			return
		case next.kind != mapKind:
			c.report(next.key, next.path, KindOwned, fmt.Sprintf("gateway.values cannot replace %s: fields of the spec decide %s", at, path),
				"write a mapping of the values to add, or remove it")
			next.broken = true
			return
		}
		n, rest = next, more
	}
}

// free looks at every value below n.
func (c *checker) free(n *node) {
	switch n.kind {
	case mapKind:
		variable := n.get("name") // an environment variable is {name: …, value: …}
		for _, f := range n.fields {
			name := f.name
			if name == "value" && variable != nil && variable.kind == textKind {
				name = variable.text
				if why, ok := c.loader.owned("#OwnedVariables")[variableName(name)]; ok {
					kind := KindOwned
					if strings.Contains(why, "Secret") {
						kind = KindSecretLiteral
					}
					c.ownedByField(f.value.at, f.value.path, kind, "gateway.values cannot set the variable "+show(name), why)
					continue
				}
			}
			c.freeValue(name, f.value)
		}
	case listKind:
		for _, item := range n.items {
			c.freeValue("", item)
		}
	case textKind:
		// Helm reads YAML 1.1, where these words are booleans; here they are texts.
		if boolean := yaml11(n.text); n.bare && boolean != "" {
			c.report(n.at, n.path, KindWrongType,
				fmt.Sprintf("%s is the word %s here, but Helm would read %s", short(n.path), n.text, boolean),
				fmt.Sprintf("write %s, or %q in quotes", boolean, n.text))
		}
	}
}

func (c *checker) freeValue(name string, n *node) {
	secret := secretName().MatchString(name) && isLiteral(n) ||
		n.kind == textKind && secretText().MatchString(n.text)
	if !secret {
		c.free(n)
		return
	}
	c.report(n.at, n.path, KindSecretLiteral,
		short(n.path)+" holds a secret: a spec never holds one, only where it is kept",
		"write an environment variable with valueFrom.secretKeyRef in gateway.values.gateway.env")
}

// variableName is the form in which the gateway compares environment variables.
func variableName(s string) string {
	return strings.ReplaceAll(strings.ToLower(s), ".", "_")
}

// yaml11 is the boolean that YAML 1.1 takes a word for.
func yaml11(s string) string {
	switch strings.ToLower(s) {
	case "yes", "on", "y":
		return "true"
	case "no", "off", "n":
		return "false"
	}
	return ""
}

// secretName are names of fields and variables that hold secrets.
var secretName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(pass(wd|word|phrase)?|secret|token|credentials?|licen[sc]e[._-]?key|(api|access|private|secret)[._-]?key|requirepass|masterauth)$`)
})

// secretText is a text that is a secret whatever its field is called: a private
// key, or an address with a password.
var secretText = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-1|^[a-z][a-z0-9+.-]*://[^/@\s]*:[^/@\s]+@`)
})

// isLiteral reports whether a value is written out, rather than a reference
// that the gateway resolves or a Helm mapping such as secretKeyRef.
func isLiteral(n *node) bool {
	switch n.kind {
	case intKind, floatKind:
		return true
	case textKind:
		return n.text != "" && !strings.HasPrefix(n.text, "secret://") && !strings.HasPrefix(n.text, "kubernetes://")
	}
	return false
}

// chartKeys notes the values that the chart's version does not read: Helm would
// drop them without a word.
func (c *checker) chartKeys(full *node, env *environment) {
	values, version := full.find("gateway.values"), full.find("gateway.chart.version")
	if values == nil || len(values.fields) == 0 || version == nil || version.broken {
		return
	}
	v, err := apim.ParseVersion(version.text)
	if err != nil {
		return
	}
	c.chartKey(apim.Catalogue(v), version.text, nil, values, env)
}

func (c *checker) chartKey(chart *apim.Chart, version string, path []string, n *node, env *environment) {
	below := func(name string, child *node) {
		if child.broken {
			return
		}
		path := append(path[:len(path):len(path)], name)
		verdict := chart.Lookup(path)
		switch {
		case verdict.State == apim.FreeForm:
		case verdict.State.Works():
			c.chartKey(chart, version, path, child, env)
		default:
			at := keyOf(child)
			why := "chart " + version + " does not read it, other versions do"
			if verdict.State != apim.OtherVersion { // the same in every version: told once
				why = strings.ReplaceAll(cmp.Or(verdict.Why, "no template reads it"), " of chart "+version, "")
			}
			message := fmt.Sprintf("gateway.values.%s does nothing: %s", apim.JoinPath(path), why)
			c.note(env, &Error{
				File: c.file, Line: at.line, Column: at.col, EndLine: at.endLine, EndColumn: at.endCol,
				Path: child.path, Kind: KindUnknownField, Message: message, Help: verdict.Help(),
			})
		}
	}
	for _, f := range n.fields {
		below(f.name, f.value)
	}
	for i, item := range n.items {
		below(fmt.Sprintf("[%d]", i), item)
	}
}
