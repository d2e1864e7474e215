package schema

import (
	"strings"

	"cuelang.org/go/cue"
)

// A checker holds one file against #Document. It walks the person's tree, not
// the schema, and asks CUE about each value on its own: so every mistake is
// found in one run, and CUE never evaluates all environments as one value.
type checker struct {
	reader
	loader   *Loader
	allowed  map[allowedKey]bool
	verdicts map[string]verdict  // of judge, by the fields that it reads
	noted    map[string]*finding // mistakes that environments may share
	order    []*finding          // the same, as they came

	// The first environment that is in an ApplicationSet, and all its layers.
	inSet     *environment
	inSetFull *node
}

// allowedKey is a question that many environments ask: may this type have this
// value.
type allowedKey struct {
	typ  string
	kind kind
	text string
}

// check reports what is wrong with a value and what is below it, and marks or
// removes it, so that later steps see only what may be.
func (c *checker) check(e *entry, n *node) {
	if n.broken || len(c.errs) > 2*maxErrors {
		return
	}
	if n.kind == nullKind {
		switch e.form { // a name with nothing behind it says nothing
		case structForm, mapForm, freeForm:
			n.kind = mapKind
		case listForm:
			n.kind = listKind
		}
	}
	switch e.form {
	case scalarForm:
		c.scalar(e, n)
		return
	case listForm:
		if n.kind != listKind {
			c.wrongForm(e, n)
			return
		}
		for _, item := range n.items {
			c.check(e.open().elem, item)
		}
		return
	}
	if n.kind != mapKind {
		c.wrongForm(e, n)
		return
	}
	switch e.form {
	case structForm:
		c.structure(e, n)
	case mapForm:
		c.mapping(e, n)
	case freeForm:
		if short(n.path) == "gateway.values" {
			c.chartValues(n)
		} else {
			c.vaultObject(n)
		}
	}
}

func (c *checker) structure(e *entry, n *node) {
	kept := make([]field, 0, len(n.fields))
	var meant []string
	for _, f := range n.fields {
		child := e.child(f.name)
		if child == nil && len(c.errs) > 2*maxErrors {
			break // enough is told
		}
		if child == nil {
			meant = append(meant, c.unknownField(e, n, f))
			continue
		}
		c.check(child, f.value)
		kept = append(kept, f)
	}
	n.fields = kept
	// A misspelt field is not one that was left out: no rule and no default
	// applies in its place.
	for _, name := range meant {
		if e.child(name) != nil && n.get(name) == nil {
			n.set(name, &node{broken: true})
		}
	}
	for _, child := range e.fields {
		if child.required && n.get(child.name) == nil {
			c.missing(child, n)
		}
	}
}

func (c *checker) mapping(e *entry, n *node) {
	e.open()
	kept := make([]field, 0, len(n.fields))
	for _, f := range n.fields {
		if e.keys.Exists() && !c.allows("keys "+short(n.path), e.keys, &node{kind: textKind, text: f.name}) {
			c.wrongKey(e, n, f)
			continue
		}
		c.check(e.elem, f.value)
		kept = append(kept, f)
	}
	n.broken = len(kept) < len(n.fields)
	n.fields = kept
	switch short(n.path) {
	case "redis.config":
		c.ownDirectives(n)
	case "secrets.csi.parameters":
		c.vaultObject(n)
	}
}

// scalar asks CUE about one value. Numbers become texts where both are allowed,
// as for an amount of CPU.
func (c *checker) scalar(e *entry, n *node) {
	if n.kind == nullKind || !c.allows(e.typ, e.v, n) {
		c.wrongValue(e, n)
		n.broken = true
		return
	}
	switch e.typ {
	case "#CPU":
		n.kind = textKind
	case "#DirectiveValue":
		lines(n)
	}
}

// lines gives a directive of redis.conf the form that it has in a Spec: a list
// of lines. A line that is empty stands for an empty argument.
func lines(n *node) {
	if n.kind != listKind {
		n.items = []*node{{kind: textKind, text: n.text, bare: n.bare, at: n.at, path: n.path, layer: n.layer}}
		n.kind, n.text = listKind, ""
	}
	for _, item := range n.items {
		if item.kind = textKind; strings.TrimSpace(item.text) == "" {
			item.text = `""`
		}
	}
}

// allows reports whether a value satisfies a constraint of the schema.
func (c *checker) allows(typ string, v cue.Value, n *node) bool {
	scalar := n.kind != mapKind && n.kind != listKind
	key := allowedKey{typ, n.kind, n.text}
	if scalar {
		if ok, known := c.allowed[key]; known {
			return ok
		}
	}
	ok := v.Unify(c.loader.ctx.Encode(n.value())).Validate(cue.Concrete(true)) == nil
	if scalar {
		c.allowed[key] = ok
	}
	return ok
}

// short is a path as messages name it: without the spec that it is in.
func short(path string) string {
	if rest, ok := strings.CutPrefix(path, "spec."); ok {
		return rest
	}
	if rest, ok := strings.CutPrefix(path, "environments."); ok {
		_, rest, _ = strings.Cut(rest, ".")
		if inner, ok := strings.CutPrefix(rest, "spec."); ok {
			return inner
		}
	}
	return path
}
