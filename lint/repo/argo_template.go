package repo

import (
	"strings"
)

// expand fills in the parameters of an ApplicationSet, in the form of its old
// templates, {{name}}, and of Go templates, {{.name}}. From the first action on
// that cannot be told the text stays as it is.
func expand(s string, params map[string]string) string {
	if params == nil || !strings.Contains(s, "{{") {
		return s
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "{{")
		if !ok {
			b.WriteString(before)
			return b.String()
		}
		action, after, ok := strings.Cut(rest, "}}")
		trimmed, left := strings.CutPrefix(action, "- ")
		trimmed, right := strings.CutSuffix(trimmed, " -")
		value, known := evaluate(trimmed, params)
		if !ok || !known {
			b.WriteString(before + "{{" + rest)
			return b.String()
		}
		if left {
			before = strings.TrimRight(before, " \t\r\n")
		}
		if right {
			after = strings.TrimLeft(after, " \t\r\n")
		}
		b.WriteString(before)
		b.WriteString(value)
		s = after
	}
}

// evaluate returns what an action of a template gives: a parameter, an element
// of one, a text, piped through functions that are known here.
func evaluate(action string, params map[string]string) (string, bool) {
	if value, ok := params[strings.TrimSpace(action)]; ok {
		return value, true // {{path[0]}} of the old templates
	}
	value, ok := "", false
	for i, command := range splitPipe(action) {
		words, fine := templateWords(command)
		if !fine || len(words) == 0 {
			return "", false
		}
		if i == 0 {
			if value, ok = operand(words, params); ok {
				continue
			}
		} else {
			words = append(words, templateWord{text: value, literal: true})
		}
		if value, ok = call(words, params); !ok {
			return "", false
		}
	}
	return value, ok
}

// operand returns the value of a command that calls no function: a parameter
// or a text, or an element of a list or a mapping by index.
func operand(words []templateWord, params map[string]string) (string, bool) {
	if len(words) == 1 {
		return words[0].value(params)
	}
	if words[0].literal || words[0].text != "index" || words[1].literal {
		return "", false
	}
	key := strings.TrimPrefix(words[1].text, ".")
	for _, w := range words[2:] {
		if !w.literal && strings.Trim(w.text, "0123456789") != "" {
			return "", false
		}
		if key != "" {
			key += "."
		}
		key += w.text
	}
	value, ok := params[key]
	return value, ok
}

// call returns what a function gives; those of Go templates and Sprig that
// people use on names and paths.
func call(words []templateWord, params map[string]string) (string, bool) {
	if words[0].literal {
		return "", false
	}
	var args []string
	for _, w := range words[1:] {
		value, ok := w.value(params)
		if !ok {
			return "", false
		}
		args = append(args, value)
	}
	switch name := words[0].text; {
	case len(args) == 1:
		switch name {
		case "lower":
			return strings.ToLower(args[0]), true
		case "upper":
			return strings.ToUpper(args[0]), true
		case "trim":
			return strings.TrimSpace(args[0]), true
		case "toString", "print":
			return args[0], true
		case "normalize":
			return normalized(args[0]), true
		case "quote":
			return `"` + args[0] + `"`, !strings.ContainsAny(args[0], "\"\\\n")
		}
	case len(args) == 2:
		switch name {
		case "trimPrefix":
			return strings.TrimPrefix(args[1], args[0]), true
		case "trimSuffix":
			return strings.TrimSuffix(args[1], args[0]), true
		case "default":
			if args[1] == "" {
				return args[0], true
			}
			return args[1], true
		}
	case len(args) == 3 && name == "replace":
		return strings.ReplaceAll(args[2], args[0], args[1]), true
	}
	if words[0].text == "printf" && len(args) > 0 {
		parts := strings.Split(args[0], "%s")
		if len(parts) != len(args) || strings.Contains(strings.Join(parts, ""), "%") {
			return "", false
		}
		text := parts[0]
		for i, part := range parts[1:] {
			text += args[i+1] + part
		}
		return text, true
	}
	return "", false
}

// A templateWord is a word of an action: a text in quotes, or something else.
type templateWord struct {
	text    string
	literal bool
}

func (w templateWord) value(params map[string]string) (string, bool) {
	if w.literal {
		return w.text, true
	}
	value, ok := params[strings.TrimPrefix(w.text, ".")]
	return value, ok
}

// splitPipe splits an action at the bars outside of quotes.
func splitPipe(action string) []string {
	var all []string
	var quote byte
	start := 0
	for i := 0; i < len(action); i++ {
		switch c := action[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '`':
			quote = c
		case c == '|':
			all = append(all, action[start:i])
			start = i + 1
		}
	}
	return append(all, action[start:])
}

// templateWords splits a command into words; false if it is more than words.
func templateWords(command string) ([]templateWord, bool) {
	var all []templateWord
	for rest := strings.TrimSpace(command); rest != ""; rest = strings.TrimLeft(rest, " \t\r\n") {
		if rest[0] == '"' || rest[0] == '`' {
			text, after, ok := strings.Cut(rest[1:], rest[:1])
			if !ok || strings.Contains(text, `\`) {
				return nil, false
			}
			all = append(all, templateWord{text, true})
			rest = after
			continue
		}
		end := strings.IndexAny(rest, " \t\r\n\"`")
		if end < 0 {
			end = len(rest)
		}
		if strings.ContainsAny(rest[:end], "()$:=") {
			return nil, false
		}
		all = append(all, templateWord{text: rest[:end]})
		rest = rest[end:]
	}
	return all, true
}

// normalized returns a text as a name of Kubernetes, as Argo CD makes one
// (applicationset/utils, SanitizeName): lower case, with everything else than
// letters, digits, dots and dashes made a dash.
func normalized(text string) string {
	const longest = 253
	out := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '-'
	}, strings.ToLower(text))
	return strings.Trim(out[:min(len(out), longest)], "-.")
}
