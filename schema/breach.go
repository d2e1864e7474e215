package schema

import (
	"fmt"
	"strings"
)

// A finding is a mistake that one or more environments have, because it stands
// in what they share.
type finding struct {
	err  *Error
	envs []string
}

// note keeps a mistake of an environment until tell knows which others have it.
func (c *checker) note(env *environment, e *Error) {
	key := fmt.Sprint(e.Line, e.Column, e.Kind, e.Message)
	f := c.noted[key]
	if f == nil {
		f = &finding{err: e}
		if c.noted == nil {
			c.noted = map[string]*finding{}
		}
		c.noted[key] = f
		c.order = append(c.order, f)
	}
	f.envs = append(f.envs, env.name)
}

// tell reports what was noted, each cause once. A mistake that not all
// environments have names those that do, unless it stands within one.
func (c *checker) tell(envs []environment) {
	for _, f := range c.order {
		if len(f.envs) < len(envs) && !strings.HasPrefix(f.err.Path, "environments.") {
			word := "environment "
			if len(f.envs) > 1 {
				word = "environments "
			}
			names := f.envs
			if len(names) > 5 {
				names = append(names[:5:5], fmt.Sprintf("%d more", len(names)-5))
			}
			f.err.Message = "in " + word + list(names) + ", " + f.err.Message
		}
		c.errs = append(c.errs, f.err)
	}
}

// breaches notes the rules of #Rules that do not hold.
func (c *checker) breaches(full *node, broken []breach, env *environment) {
	for _, b := range broken {
		at, path := c.blame(full, env, b.kind == KindMissing, append([]string{b.path}, b.see...)...)
		e := &Error{
			File: c.file, Line: at.line, Column: at.col, EndLine: at.endLine, EndColumn: at.endCol,
			Path: path, Kind: b.kind, Message: b.message, Help: b.help,
		}
		for _, see := range b.see {
			if n := full.find(see); n != nil && n.at.known() && n.at != at {
				said := fmt.Sprintf("%s is %s here", see, n.text)
				if n.broken { // whatever it is, it is not shown
					said = see + " is here"
				}
				e.Related = append(e.Related, c.related(n.at, said))
			}
		}
		c.note(env, e)
	}
}

// blame finds the place to show for a rule between fields: the first of the
// paths that a person wrote, else the nearest thing above it that a person
// wrote. With key set it is the name of the field instead of its value.
func (c *checker) blame(full *node, env *environment, key bool, paths ...string) (span, string) {
	for _, p := range paths {
		if n := full.find(p); n != nil && n.at.known() {
			if key {
				return keyOf(n), n.path
			}
			return n.at, n.path
		}
	}
	for p := paths[0]; ; {
		i := strings.LastIndexByte(p, '.')
		if i < 0 {
			break
		}
		p = p[:i]
		if n := full.find(p); n != nil && n.key.known() {
			path := n.path
			for name := range strings.SplitSeq(strings.TrimPrefix(paths[0], p+"."), ".") {
				path = join(path, name)
			}
			return n.key, path
		}
	}
	switch {
	case env.node.get("preset") != nil:
		return env.node.get("preset").at, "environments." + env.name + ".spec." + paths[0]
	case env.node != nil:
		return keyOf(env.node), "environments." + env.name + ".spec." + paths[0]
	}
	return span{1, 1, 1, 2}, "spec." + paths[0]
}
