package lint

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

var (
	variablePattern = pattern.New(`^\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})$`).Where(pattern.Begins("$"))
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
// variable of the script or of the environment, by envsubst, by a here-document
// that the shell expands, or by sed -e "s/WORD/$NAME/".
func (c *Container) fill(a *Arg, e *edit) {
	name, ok := e.variable(a.Text)
	if !ok {
		if text, known := c.expandShell(a.Text, e.vars, maxSteps); e.envsubst && known {
			a.Text, a.Known = text, true
		}
		return
	}
	if value, ok := c.shellValue(name, e.vars, maxSteps); ok {
		a.Ref, a.Written, a.Via = value.Ref, value.Written, value.Via
		if value.Known {
			a.Text, a.Known = value.Text, true
		}
	}
}

// A shellVars holds what a script sets variables to; a variable that it sets in
// several places is nil.
type shellVars map[string]*shellWord

// sets tells whether the script sets a variable.
func (v shellVars) sets(name string) bool { _, ok := v[name]; return ok }

// assignments returns the variables that the commands of a script set.
func assignments(commands []shellCommand) shellVars {
	vars := shellVars{}
	set := func(name string, w *shellWord) {
		if _, again := vars[name]; again {
			w = nil
		}
		vars[name] = w
	}
	for _, cmd := range commands {
		words := cmd.words
		switch cmd.name() {
		case "export", "local", "readonly", "declare":
			words = words[1:]
		case "for", "read":
			for _, w := range words[1:] {
				set(w.text, nil)
			}
			continue
		}
		// NAME=value before a command is for that command alone.
		alone := !slices.ContainsFunc(words, func(w shellWord) bool {
			name, _, ok := strings.Cut(w.text, "=")
			return !ok || !variableName.MatchString(name)
		})
		if !alone {
			continue
		}
		for _, w := range words {
			name, value, _ := strings.Cut(w.text, "=")
			set(name, &shellWord{text: value, dynamic: w.dynamic && strings.ContainsAny(value, "$`")})
		}
	}
	return vars
}

var variableName = pattern.New(`^[A-Za-z_][A-Za-z0-9_]*$`)

// shellValue returns what a variable of a script holds: what the script sets it
// to, or else the environment of a container of the pod.
func (c *Container) shellValue(name string, vars shellVars, depth int) (Arg, bool) {
	if w, set := vars[name]; set {
		if w == nil || depth == 0 {
			return Arg{}, false
		}
		if ref, ok := c.catSecret(w.text); ok {
			a := c.facts.keyValue(ref, Place{})
			return a, true
		}
		if other, ok := shellVariable(w.text); ok && other != name {
			return c.shellValue(other, vars, depth-1)
		}
		text, known := c.expandShell(w.text, vars, depth-1)
		return Arg{Text: text, Known: known}, known
	}
	for _, other := range append([]*Container{c}, c.Workload.Containers...) {
		if env, ok := other.Env(name); ok {
			at := env.Place
			env.Via = &at
			return env, true
		}
	}
	return Arg{}, false
}

// maxExpanded bounds the bytes of a word after expansion: variables that are made
// of variables could grow without end.
const maxExpanded = 64 << 10

var expansionPattern = pattern.New(`\$(?:[A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*\})`)

// expandShell puts the values of variables in place of them; known is false if
// one of them, or anything else that the shell expands, is not known.
func (c *Container) expandShell(text string, vars shellVars, depth int) (expanded string, known bool) {
	if depth == 0 {
		return "", false
	}
	var b strings.Builder
	for c.mayFollow(1) {
		at := expansionPattern.FindStringIndex(text)
		if at == nil {
			break
		}
		name, _ := shellVariable(text[at[0]:at[1]])
		value, ok := c.shellValue(name, vars, depth-1)
		if !ok || !value.Known {
			return "", false
		}
		b.WriteString(text[:at[0]] + value.Text)
		text = text[at[1]:]
		if b.Len() > maxExpanded {
			return "", false
		}
	}
	b.WriteString(text)
	return b.String(), !strings.ContainsAny(text, "$`")
}

// nameAround is a host name of at least two labels once its variables are cut out.
var nameAround = pattern.New(`^[a-zA-Z0-9.-]*[a-z0-9-]\.[a-z][a-z0-9-]*[a-zA-Z0-9.-]*$`)

// makesName tells whether a word is a host name whatever its variables hold, or
// one that the script sets to such a name.
func (c *Container) makesName(word string, vars shellVars, depth int) bool {
	if name, ok := shellVariable(word); ok {
		w := vars[name]
		return w != nil && depth > 0 && c.makesName(w.text, vars, depth-1)
	}
	return expansionPattern.MatchString(word) && nameAround.MatchString(expansionPattern.ReplaceAllString(word, ""))
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
