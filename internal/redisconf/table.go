package redisconf

import (
	"slices"
	"strings"
)

// A directive is every row of one name, in the order of the table. The tables are
// data of the program (tables.go): a run that reads one small file would pay more
// for parsing them than for all its answers.
type directive struct {
	name string
	in   columnSet // the releases that know any of the rows
	rows []row
}

// A row is one name of one directive in some releases.
type row struct {
	name  string // the current name
	in    columnSet
	shape shape
	old   bool // found under a former name
	other string
	data  bool // Sentinel reads it without effect
}

// A shape is what a directive accepts after its name.
type shape struct {
	kind     string
	words    []string // of enum and signal
	nonEmpty bool
	lo, hi   int64
	noHi     bool // unsigned without a limit
}

// rowsOf returns the rows of a name.
func rowsOf(name string) []row {
	i, ok := slices.BinarySearchFunc(directives[:], name, func(d directive, name string) int { return strings.Compare(d.name, name) })
	if !ok {
		return nil
	}
	return directives[i].rows
}

// commandIn returns the releases that know a command, none if it is in none.
func commandIn(name string) columnSet {
	i, ok := slices.BinarySearchFunc(commands[:], name, func(c nameSet, name string) int { return strings.Compare(c.name, name) })
	if !ok {
		return 0
	}
	return commands[i].in
}

// Synonyms returns every name that some version has for the directive, name
// first: Synonyms("masterauth") is masterauth, primaryauth.
func Synonyms(name string) []string {
	names := []string{name}
	for i := 0; i < len(names); i++ {
		for _, r := range rowsOf(names[i]) {
			for _, other := range []string{r.name, r.other} {
				if other != "" && !slices.Contains(names, other) {
					names = append(names, other)
				}
			}
		}
	}
	return names
}

// sentinelCommands are the commands a Sentinel has (flag SENTINEL in
// src/commands), in every release of the tables.
var sentinelCommands = []string{
	"acl", "auth", "client", "command", "hello", "info", "ping", "psubscribe", "publish",
	"punsubscribe", "role", "sentinel", "shutdown", "subscribe", "unsubscribe",
}

// A nameSet is a name and the releases that know it.
type nameSet struct {
	name string
	in   columnSet
}

// directiveNames returns the names of directives that some release of the set
// knows, in order.
func directiveNames(set columnSet) []string {
	var names []string
	for i := range directives {
		if directives[i].in&set != 0 {
			names = append(names, directives[i].name)
		}
	}
	return names
}

// commandNames is directiveNames for commands.
func commandNames(set columnSet) []string {
	var names []string
	for i := range commands {
		if commands[i].in&set != 0 {
			names = append(names, commands[i].name)
		}
	}
	return names
}
