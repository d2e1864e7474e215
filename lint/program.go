package lint

import (
	"slices"
	"strings"
)

// program returns which server a word of a script starts, "" if none: the
// program itself, or a variable that the script, or one that it reads in (. FILE),
// sets to it.
func (c *Container) program(w shellWord, first bool, commands []shellCommand) string {
	if !w.dynamic {
		if base := baseName(w.text); slices.Contains(serverNames, base) && !strings.Contains(w.text, "=") {
			return base
		}
		return ""
	}
	name, ok := shellVariable(w.text)
	if !ok || !first {
		return ""
	}
	all := slices.Clone(commands)
	for _, cmd := range commands {
		if cmd.name() != "." && cmd.name() != "source" || len(cmd.words) < 2 {
			continue
		}
		for _, m := range c.mountedKeys() {
			if m.key == baseName(cmd.words[1].text) {
				all = append(all, parseShell(m.text.Text())...)
			}
		}
	}
	for _, cmd := range all {
		for _, word := range cmd.words {
			if value, ok := strings.CutPrefix(word.text, name+"="); ok && slices.Contains(serverNames, baseName(value)) {
				return baseName(value)
			}
		}
	}
	return ""
}
