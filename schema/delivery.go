package schema

import "fmt"

// setFields are what one ApplicationSet has once for all its environments.
var setFields = []string{"repoURL", "revision", "path", "namespace", "project", "chartRepository"}

// oneSet notes the environments that want something of their own in the
// ApplicationSet that they share.
func (c *checker) oneSet(envs []environment) {
	var first *environment
	for i := range envs {
		env := &envs[i]
		if textAt(env.full, "delivery.engine") != "argocd" || textAt(env.full, "delivery.applicationSet") != "true" {
			continue
		}
		if first == nil {
			first = env
			continue
		}
		for _, field := range setFields {
			path := "delivery." + field
			if textAt(env.full, path) == textAt(first.full, path) {
				continue
			}
			at, where := c.blame(env.full, env, false, path)
			e := &Error{
				File: c.file, Line: at.line, Column: at.col, EndLine: at.endLine, EndColumn: at.endCol,
				Path: where, Kind: KindConflict,
				Message: fmt.Sprintf("%s is not that of environment %s, but one ApplicationSet serves both", path, first.name),
				Help:    "write it once, in spec.delivery, or write applicationSet: false in one of the environments",
			}
			if n := first.full.find(path); n != nil && n.at.known() && n.at != at {
				e.Related = append(e.Related, c.related(n.at, "the one of environment "+first.name+" is here"))
			}
			c.note(env, e)
		}
	}
}
