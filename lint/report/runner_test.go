package report

import (
	"strings"
	"unicode"
)

// A runnerCommand is a workflow command as the runner of GitHub Actions reads
// it.
type runnerCommand struct {
	name       string
	properties map[string]string
	data       string
}

// runnerCommands are the names that the runner knows (actions/runner,
// ActionCommandManager), for both of its syntaxes.
var runnerCommands = []string{
	"add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group",
	"internal-set-repo-path", "notice", "remove-matcher", "save-state", "set-env", "set-output",
	"stop-commands", "warning",
}

// parseLine reads a line of a log as the runner does: first ::name k=v,…::data
// behind white space, else ##[name k=v;…]data anywhere.
func parseLine(line string) (runnerCommand, bool) {
	if c, ok := parseColons(line); ok {
		return c, true
	}
	return parseHashes(line)
}

func parseColons(line string) (runnerCommand, bool) {
	line, ok := strings.CutPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::")
	if !ok {
		return runnerCommand{}, false
	}
	info, data, ok := strings.Cut(line, "::")
	if !ok {
		return runnerCommand{}, false
	}
	unescape := strings.NewReplacer("%3A", ":", "%2C", ",", "%0D", "\r", "%0A", "\n", "%25", "%")
	c, ok := parseInfo(info, ",", unescape)
	c.data = strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(data)
	return c, ok
}

func parseHashes(line string) (runnerCommand, bool) {
	_, line, ok := strings.Cut(line, "##[")
	if !ok {
		return runnerCommand{}, false
	}
	info, data, ok := strings.Cut(line, "]")
	if !ok {
		return runnerCommand{}, false
	}
	unescape := strings.NewReplacer("%3B", ";", "%0D", "\r", "%0A", "\n", "%5D", "]")
	c, ok := parseInfo(info, ";", unescape)
	c.data = data
	return c, ok
}

func parseInfo(info, separator string, unescape *strings.Replacer) (runnerCommand, bool) {
	name, rest, _ := strings.Cut(info, " ")
	c := runnerCommand{name: name, properties: make(map[string]string)}
	for _, p := range strings.Split(strings.TrimSpace(rest), separator) {
		if key, value, ok := strings.Cut(p, "="); ok {
			c.properties[key] = unescape.Replace(value)
		}
	}
	for _, known := range runnerCommands {
		if strings.EqualFold(name, known) {
			return c, true
		}
	}
	return c, false
}
