package lint

import (
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

var (
	variablePattern = pattern.New(`^\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})$`)
	catPattern      = pattern.New(`^(?:\$\(|` + "`" + `)\s*(?:cat\s+|<\s*)"?([^\s"'()` + "`" + `$|;]+)"?\s*(?:\)|` + "`" + `)$`)
)

// shellVariable returns NAME of a word that is nothing but $NAME or ${NAME}.
func shellVariable(word string) (name string, ok bool) {
	m := variablePattern.FindStringSubmatch(word)
	if m == nil {
		return "", false
	}
	return m[1] + m[2], true
}

// catSecret returns the key behind a word that is nothing but $(cat FILE) of a
// file that a Secret is mounted as.
func (c *Container) catSecret(word string) (KeyRef, bool) {
	m := catPattern.FindStringSubmatch(word)
	if m == nil {
		return KeyRef{}, false
	}
	f := c.File(m[1])
	name := f.Volume.Get("secret", "secretName").Text()
	if f.Kind != "secret" || f.Key == "" || name == "" {
		return KeyRef{}, false
	}
	return KeyRef{Kind: "Secret", Namespace: c.Workload.Object.Namespace, Name: name, Key: f.Key, Inferred: true}, true
}

// fill finds out what a script puts in place of a word of a configuration: a
// variable of the environment, by envsubst, by a here-document that the shell
// expands, or by sed -e "s/WORD/$NAME/".
func (c *Container) fill(a *Arg, e *edit) {
	name, ok := e.variable(a.Text)
	if !ok {
		return
	}
	for _, other := range append([]*Container{c}, c.Workload.Containers...) {
		if env, ok := other.Env(name); ok {
			a.Ref, a.Written, a.Via = env.Ref, env.Written, env.Place
			if env.Known {
				a.Text, a.Known = env.Text, true
			}
			return
		}
	}
}

// variable returns the variable whose value an edit puts in place of a word.
func (e *edit) variable(word string) (name string, ok bool) {
	if name, ok = shellVariable(word); ok && e.envsubst {
		return name, true
	}
	for _, script := range e.scripts {
		for expression := range strings.FieldsSeq(script) {
			if len(expression) < 4 || expression[0] != 's' {
				continue
			}
			parts := strings.Split(expression[2:], expression[1:2])
			if len(parts) == 3 && strings.ReplaceAll(parts[0], `\`, "") == word {
				if name, ok = shellVariable(parts[1]); ok {
					return name, true
				}
			}
		}
	}
	return "", false
}
