package lint

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/internal/redisconf"
)

var softwareCollection = pattern.New(`^/opt/rh/rh-redis([0-9])([0-9]?)/`).Where(pattern.Begins("/opt/rh/"))

// collectionVersion returns the version of a server of Red Hat's software
// collections, which name it in the path: /opt/rh/rh-redis32/… is Redis 3.2.
func collectionVersion(path string) (redisconf.Version, bool) {
	m := softwareCollection.FindStringSubmatch(path)
	if m == nil {
		return redisconf.Version{}, false
	}
	minor := m[2]
	if minor == "" {
		minor = "0"
	}
	return redisconf.ParseVersion(redisconf.Redis, m[1]+"."+minor), true
}

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
