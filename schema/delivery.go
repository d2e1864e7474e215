package schema

import "fmt"

// setFields are what one ApplicationSet has once for all its environments.
var setFields = []string{"repoURL", "revision", "path", "namespace", "project", "chartRepository"}

// oneSet notes what an environment wants of its own in the ApplicationSet that
// it shares with the one before it that has one.
func (c *checker) oneSet(env *environment, full *node) {
	if textAt(full, "delivery.engine") != "argocd" || textAt(full, "delivery.applicationSet") != "true" {
		return
	}
	if c.inSet == nil {
		c.inSet, c.inSetFull = env, full
		return
	}
	first, firstFull := c.inSet, c.inSetFull
	for _, field := range setFields {
		path := "delivery." + field
		if textAt(full, path) == textAt(firstFull, path) {
			continue
		}
		at, where := c.blame(full, env, false, path)
		e := &Error{
			File: c.file, Line: at.line, Column: at.col, EndLine: at.endLine, EndColumn: at.endCol,
			Path: where, Kind: KindConflict,
			Message: fmt.Sprintf("%s is not that of environment %s, but one ApplicationSet serves both", path, first.name),
			Help:    "write it once, in spec.delivery, or write applicationSet: false in one of the environments",
		}
		if n := firstFull.find(path); n != nil && n.at.known() && n.at != at {
			e.Related = append(e.Related, c.related(n.at, "the one of environment "+first.name+" is here"))
		}
		c.note(env, e)
	}
}
