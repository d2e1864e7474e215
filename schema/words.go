package schema

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
)

// wrongForm: a text where fields belong, a mapping where a list belongs.
func (c *checker) wrongForm(e *entry, n *node) {
	n.broken = true
	name := short(n.path)
	if name == "" {
		name = "a spec file"
	}
	if e.typ == "#SecretKey" && n.kind != listKind {
		c.report(n.at, n.path, KindSecretLiteral,
			name+" must refer to a Kubernetes Secret: a spec never holds the secret itself",
			fmt.Sprintf("write %s: {secretName: NAME, key: KEY}", e.name))
		return
	}
	help := ""
	switch {
	case e.form == structForm && len(e.names()) == 1:
		help = fmt.Sprintf("write %s: {%s: %s}", e.name, e.names()[0], c.loader.says(e.fields[0].typ, "write"))
	case e.form == structForm:
		help = "its fields are " + list(e.names())
	case e.form == listForm:
		help = "write [" + c.loader.says(e.open().elem.typ, "write") + "]"
	case n.path == "environments":
		help = "write the name of each environment and what it is: prod: {preset: prod}"
	case e.form == mapForm, e.form == freeForm:
		help = "write name: value, one below the other"
	}
	c.report(n.at, n.path, KindWrongType, fmt.Sprintf("%s must be %s, not %s", name, e.form.words(), c.describe(e, n)), help)
}

// wrongValue: the value of a single field is not what its type allows.
func (c *checker) wrongValue(e *entry, n *node) {
	name, says, why := short(n.path), c.loader.says(e.typ, "says"), c.loader.says(e.typ, "why")
	if n.kind == nullKind {
		c.report(n.at, n.path, KindMissing, fmt.Sprintf("%s is empty: it must be %s", name, says), c.emptyHelp(e, n))
		return
	}
	if n.kind == textKind && n.text == "" {
		c.report(n.at, n.path, KindOutOfRange, fmt.Sprintf("%s is empty: it must be %s", name, says), c.emptyHelp(e, n))
		return
	}
	kind := KindOutOfRange
	if !e.accepts(n) {
		kind = KindWrongType
	}
	message := fmt.Sprintf("%s must be %s", name, says)
	if said := c.describe(e, n); said != "" {
		message += ", not " + said
	}
	if why != "" && kind == KindOutOfRange {
		message += ": " + why
	}
	c.report(n.at, n.path, kind, message, c.correction(e, n))
}

func (c *checker) emptyHelp(e *entry, n *node) string {
	switch d := c.loader.defaultWords(e, n.path); {
	case d == "", d == "[]", strings.HasPrefix(d, "none"):
		return "remove it, or write a value"
	default:
		return fmt.Sprintf("remove it to take the default, %s, or write a value", d)
	}
}

// accepts reports whether a value is of the right type, if not of the right
// value.
func (e *entry) accepts(n *node) bool {
	k := e.v.IncompleteKind()
	switch n.kind {
	case boolKind:
		return k&cue.BoolKind != 0
	case intKind:
		return k&cue.NumberKind != 0
	case floatKind:
		return k&cue.FloatKind != 0
	case textKind:
		return k&cue.StringKind != 0
	}
	return false
}

// describe says what a person wrote, for the end of a sentence. Where it could
// be a secret only its type is named, or nothing if the type is right.
func (c *checker) describe(e *entry, n *node) string {
	switch n.kind {
	case mapKind:
		return "a mapping"
	case listKind:
		if len(n.items) == 0 {
			return "an empty list"
		}
		return "a list"
	case nullKind:
		return "empty"
	}
	quiet := e.form != scalarForm || c.loader.says(e.typ, "secret") != ""
	switch {
	case quiet && e.form == scalarForm && e.accepts(n):
		return ""
	case quiet && n.kind == textKind:
		return "a text"
	case quiet && n.kind != boolKind:
		return "a number"
	case n.kind == textKind:
		return show(n.text)
	case !e.accepts(n) && n.kind != boolKind:
		return "the number " + n.text
	}
	return n.text
}

// unknownField returns the field that the person most likely meant, or "".
func (c *checker) unknownField(e *entry, n *node, f field) string {
	at, path := f.value.key, f.value.path
	if secretName().MatchString(f.name) && isLiteral(f.value) {
		c.report(at, path, KindSecretLiteral,
			fmt.Sprintf("unknown field %s: a spec never holds a secret, only where it is kept", short(path)),
			"write "+c.loader.reference(n.path, f.name)+", and keep the value in that Kubernetes Secret")
		return ""
	}
	help := "the fields here are " + list(e.names())
	also, near := c.loader.also(e, f.name), nearest(f.name, e.names())
	switch home := c.loader.elsewhere(n.path, f.name); {
	case also != "":
		help, near = "the field is called "+also, also
	case near != "":
		help = "did you mean " + near
	case home != "":
		help = "it belongs under " + home
	}
	c.report(at, path, KindUnknownField, "unknown field "+short(path), help)
	return near
}

func (c *checker) wrongKey(e *entry, n *node, f field) {
	what, typ := "name of an environment", "#"+attr(e.v, "keys")
	if n.path != "environments" {
		what = "key of " + short(n.path)
	}
	help := "write a name such as " + c.loader.says(typ, "write")
	if better := c.firstAllowed("keys "+short(n.path), e.keys, nameCorrections(f.name)); better != "" {
		help = "write " + better
	}
	message := fmt.Sprintf("the %s must be %s, not %s", what, c.loader.says(typ, "says"), show(f.name))
	if why := c.loader.says(typ, "why"); why != "" {
		message += ": " + why
	}
	c.report(f.value.key, f.value.path, KindOutOfRange, message, help)
}

// missing: a required field of a mapping, told at the mapping's name.
func (c *checker) missing(e *entry, n *node) {
	at := n.key
	if !at.known() {
		at = n.at
	}
	path := join(n.path, e.name)
	help := fmt.Sprintf("add %s: %s", e.name, c.loader.says(e.typ, "write"))
	switch e.name {
	case "apiVersion", "kind":
		help = fmt.Sprintf("add %s: %s", e.name, c.loader.says(e.typ, "says"))
	case "metadata":
		help = "add metadata: {name: gravitee}"
	case "environments":
		help = "add environments: {prod: {preset: prod}}"
	}
	c.report(at, path, KindMissing, short(path)+" is missing", help)
}

// says is the text of an attribute of a type, such as @says("…").
func (l *Loader) says(typ, name string) string {
	key := typ + "@" + name
	if s, ok := l.words[key]; ok {
		return s
	}
	s := ""
	if typ != "" {
		if a := l.schema.LookupPath(cue.ParsePath(typ)).Attribute(name); a.Err() == nil {
			s, _ = a.String(0)
			if a.NumArgs() == 0 || s == "" {
				s = name // a mark such as @secret()
			}
		}
	}
	l.words[key] = s
	return s
}

// also is the field of a struct that lists a name among those by which people
// look for it.
func (l *Loader) also(e *entry, name string) string {
	for _, f := range e.open().fields {
		a := f.v.Attribute("also")
		for i := range a.NumArgs() {
			asked, _ := a.Arg(i) // @also(replicas) or @also("version=image.tag")
			asked, place, _ := strings.Cut(asked, "=")
			switch {
			case !strings.EqualFold(asked, name):
			case place != "":
				return place
			default:
				return f.name
			}
		}
	}
	return ""
}

// reference is what to write instead of a secret: the field that refers to it.
func (l *Loader) reference(path, name string) string {
	name = strings.ToLower(name)
	in := short(path)
	switch {
	case strings.Contains(name, "licen"):
		return "gateway.license: {secretName: NAME, key: KEY}"
	case strings.Contains(name, "token"):
		return "gateway.cloudToken: {secretName: NAME, key: KEY}"
	case strings.HasPrefix(in, "redis"), strings.HasPrefix(in, "sentinel"), strings.Contains(in, "redis"):
		return "redis.auth: {secretName: NAME, key: KEY}"
	}
	return "a reference {secretName: NAME, key: KEY} in redis.auth, gateway.cloudToken or gateway.license"
}

// elsewhere is the one place in the schema where a field of this name exists.
func (l *Loader) elsewhere(path, name string) string {
	// A field of a spec that stands beside spec.
	if slices.Contains(l.spec.names(), name) {
		switch {
		case path == "":
			return "spec"
		case strings.HasPrefix(path, "environments.") && !strings.Contains(path, ".spec"):
			return path + ".spec"
		}
	}
	var homes []string
	var walk func(e *entry, path string)
	walk = func(e *entry, path string) {
		if e.form != structForm {
			return
		}
		for _, f := range e.open().fields {
			if f.name == name {
				homes = append(homes, path)
			}
			walk(f, join(path, f.name))
		}
	}
	walk(l.spec, "")
	if len(homes) != 1 || homes[0] == "" {
		return ""
	}
	return homes[0]
}
