package schema

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"cuelang.org/go/cue"

	"github.com/quorumwright/quorumwright/internal/redisconf"
)

// ownDirectives refuses the directives of a layer that fields of the spec
// decide, and brings names to lower case, as Redis compares them.
func (c *checker) ownDirectives(config *node) {
	kept := config.fields[:0:0]
	first := map[string]*node{}
	for _, f := range config.fields {
		name := strings.ToLower(f.name)
		if why, owned := c.loader.owned("#OwnedDirectives")[name]; owned {
			kind := KindOwned
			if strings.Contains(why, "Secret") {
				kind = KindSecretLiteral
			}
			c.ownedByField(f.value.key, f.value.path, kind, "redis.config cannot set "+name, why)
			continue
		}
		if before := first[name]; before != nil {
			e := c.report(f.value.key, f.value.path, KindDuplicateKey,
				fmt.Sprintf("%s is written twice: Redis ignores upper and lower case", short(f.value.path)), "keep one of the two")
			e.Related = append(e.Related, c.related(before.key, "first written here"))
			continue
		}
		first[name] = f.value
		kept = append(kept, field{name, f.value})
	}
	config.fields = kept
}

// ownedByField refuses a setting that fields of the spec decide. Why is the
// text of a table in owned.cue: the reason and what to write, or the latter
// alone.
func (c *checker) ownedByField(at span, path, kind, message, why string) {
	reason, instead, two := strings.Cut(why, "; ")
	if !two {
		reason, instead = "it has a field of its own", why
	}
	c.report(at, path, kind, message+": "+reason, instead)
}

// owned is a table of owned.cue.
func (l *Loader) owned(table string) map[string]string {
	if t, ok := l.tables[table]; ok {
		return t
	}
	t := map[string]string{}
	if err := l.schema.LookupPath(cue.ParsePath(table)).Decode(&t); err != nil {
		l.failed = err
	}
	l.tables[table] = t
	return t
}

// directives notes what the image's version of Redis would refuse. It reads the
// complete spec, because an environment may run another version than the base.
func (c *checker) directives(full *node, env *environment) {
	config, repository, tag := full.find("redis.config"), full.find("redis.image.repository"), full.find("redis.image.tag")
	if config == nil {
		return
	}
	var version redisconf.Version // any, until the image says which
	if repository != nil && !repository.broken && tag != nil && !tag.broken {
		version = redisconf.ImageVersion(repository.text, tag.text)
	}
	for _, f := range config.fields {
		if f.value.broken {
			continue
		}
		for _, line := range f.value.items {
			c.directive(version, full, f, line, env)
		}
	}
}

// directive notes what is wrong with one line.
func (c *checker) directive(version redisconf.Version, full *node, f field, line *node, env *environment) {
	at, path := line.at, line.path
	if !at.known() {
		at, path = c.blame(full, env, false, "redis.image.tag")
	}
	kind := KindOutOfRange
	note := func(at span, message, help string) {
		c.note(env, &Error{
			File: c.file, Line: at.line, Column: at.col, EndLine: at.endLine, EndColumn: at.endCol,
			Path: path, Kind: kind, Message: "redis.config: " + message, Help: help,
		})
	}
	if strings.ContainsAny(line.text, "\r\n") {
		note(at, f.name+" must be one line", "write a list with one entry for each line")
		return
	}
	file := redisconf.Parse(f.name + " " + line.text)
	for _, e := range file.Errors {
		note(at, e.Message, "")
	}
	if len(file.Errors) > 0 || len(file.Directives) != 1 {
		if len(file.Errors) == 0 {
			note(at, "this is no directive of redis.conf", "write its name, such as maxmemory")
		}
		return
	}
	d := &file.Directives[0]
	if d.Name == "rename-command" && len(d.Args) > 0 && slices.Contains(c.loader.neededCommands(), strings.ToUpper(d.Args[0].Text)) {
		note(at, "rename-command cannot rename "+strings.ToUpper(d.Args[0].Text)+": Sentinel, the probes or the gateway send it", "remove it")
		return
	}
	for _, p := range redisconf.Check(version, redisconf.ServerMode, d) {
		place := at
		switch {
		case p.Word == nil:
		case p.Word == &d.Key:
			if f.value.key.known() && line.at.known() {
				place = f.value.key
			}
		default:
			place = within(line, p.Word.Column-utf8.RuneCountInString(f.name)-1, p.Word.EndColumn-utf8.RuneCountInString(f.name)-1)
		}
		if !place.known() {
			place = at
		}
		help := p.Help
		if help == "" && p.Suggestion != "" {
			help = "write " + p.Suggestion
		}
		kind = KindOutOfRange
		switch p.Kind {
		case redisconf.UnknownDirective, redisconf.NotYetKnown, redisconf.Removed, redisconf.WrongFile:
			kind = KindUnknownField
		}
		note(place, p.Message, help)
	}
}

// within is the place of the characters from column to end (counting from 1)
// inside a text, if the file shows them as they are.
func within(n *node, column, end int) span {
	s := n.at
	quotes := 0
	if !n.bare {
		quotes = 2
	}
	if !s.known() || s.endLine != s.line || s.endCol-s.col != utf8.RuneCountInString(n.text)+quotes {
		return s // block text or escapes
	}
	start := s.col + quotes/2
	return span{s.line, start + column - 1, s.line, start + end - 1}
}

// neededCommands are the commands that must keep their names.
func (l *Loader) neededCommands() []string {
	var names []string
	if err := l.schema.LookupPath(cue.ParsePath("#NeededCommands")).Decode(&names); err != nil {
		return nil
	}
	return names
}
