package redisconf

import (
	_ "embed" // the tables
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed directives.txt
var directivesText string

//go:embed commands.txt
var commandsText string

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

// rows holds every directive under every name it goes by.
var rows = sync.OnceValue(func() map[string][]row {
	found, err := readDirectives(directivesText)
	if err != nil {
		panic(err) // the embedded table is broken, which the tests would show
	}
	return found
})

// commands holds the releases that know each command.
var commands = sync.OnceValue(func() map[string]columnSet {
	found, err := readCommands(commandsText)
	if err != nil {
		panic(err) // as above
	}
	return found
})

// Synonyms returns every name that some version has for the directive, name
// first: Synonyms("masterauth") is masterauth, primaryauth.
func Synonyms(name string) []string {
	names := []string{name}
	for i := 0; i < len(names); i++ {
		for _, r := range rows()[names[i]] {
			for _, other := range []string{r.name, r.other} {
				if other != "" && !slices.Contains(names, other) {
					names = append(names, other)
				}
			}
		}
	}
	return names
}

func readDirectives(text string) (map[string][]row, error) {
	found := make(map[string][]row, strings.Count(text, "\n"))
	var fields []string
	for line := range strings.Lines(text) {
		fields = slices.AppendSeq(fields[:0], strings.FieldsSeq(line))
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		if len(fields) < 4 {
			return nil, fmt.Errorf("directives.txt: %s has no shape", fields[0])
		}
		in, err := releases(fields[1], fields[2])
		if err != nil {
			return nil, fmt.Errorf("directives.txt: %s: %w", fields[0], err)
		}
		r := row{name: fields[0], in: in}
		rest := fields[3:]
		if r.shape, rest, err = readShape(rest); err != nil {
			return nil, fmt.Errorf("directives.txt: %s: %w", fields[0], err)
		}
		var aliases []row
		for _, f := range rest {
			key, alias, _ := strings.Cut(f, "=")
			switch key {
			case "data":
				r.data = true
			case "old", "also":
				aliases = append(aliases, row{other: alias, old: key == "old"})
				r.other = alias
			default:
				return nil, fmt.Errorf("directives.txt: %s: unknown word %q", fields[0], f)
			}
		}
		found[r.name] = append(found[r.name], r)
		for _, a := range aliases {
			name := a.other
			a.name, a.in, a.shape, a.data, a.other = r.name, r.in, r.shape, r.data, r.name
			found[name] = append(found[name], a)
		}
	}
	return found, nil
}

func readShape(fields []string) (shape, []string, error) {
	kind, nonEmpty := strings.CutSuffix(fields[0], "!")
	s := shape{kind: kind, nonEmpty: nonEmpty}
	fields = fields[1:]
	switch kind {
	case "enum", "signal", "int", "size", "percent":
		if len(fields) == 0 {
			return s, nil, fmt.Errorf("shape %s needs an argument", kind)
		}
		var err error
		if kind == "enum" || kind == "signal" {
			s.words = strings.Split(fields[0], "|")
		} else {
			err = s.readRange(fields[0])
		}
		return s, fields[1:], err
	}
	if !slices.Contains(plainShapes, kind) && !slices.Contains(ownShapes, kind) {
		return s, nil, fmt.Errorf("unknown shape %s", kind)
	}
	return s, fields, nil
}

var (
	plainShapes = []string{
		"bool", "octal", "text", "file", "hostname", "nodename", "ip4", "ip6", "title", "ignored", "any",
	}
	// ownShapes are shapes of one directive, or few; grammar has a function for
	// each, and for signal.
	ownShapes = []string{
		"bind", "client-output-buffer-limit", "dir", "include", "latency-tracking-info-percentiles",
		"loadmodule", "notify-keyspace-events", "oom-score-adj-values", "rename-command", "replicaof",
		"save", "sentinel", "user",
	}
)

func (s *shape) readRange(text string) error {
	lo, hi, ok := strings.Cut(text, "..")
	if !ok {
		return fmt.Errorf("%s is no range", text)
	}
	number := func(text string, empty int64) (int64, error) {
		switch text {
		case "":
			return empty, nil
		case "i32":
			return math.MaxInt32, nil
		case "-i32":
			return math.MinInt32, nil
		case "u32":
			return math.MaxUint32, nil
		case "max":
			return math.MaxInt64, nil
		}
		return strconv.ParseInt(text, 10, 64)
	}
	var err error
	if s.lo, err = number(lo, math.MinInt64); err != nil {
		return err
	}
	s.noHi = hi == ""
	s.hi, err = number(hi, math.MaxInt64)
	return err
}

func readCommands(text string) (map[string]columnSet, error) {
	found := map[string]columnSet{}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		if len(fields) < 3 {
			return nil, fmt.Errorf("commands.txt: a line without commands")
		}
		in, err := releases(fields[0], fields[1])
		if err != nil {
			return nil, fmt.Errorf("commands.txt: %w", err)
		}
		for _, name := range fields[2:] {
			found[name] |= in
		}
	}
	return found, nil
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

// sortedNames lists every directive, under every name.
var sortedNames = sync.OnceValue(func() []nameSet {
	in := map[string]columnSet{}
	for name, found := range rows() {
		for _, r := range found {
			in[name] |= r.in
		}
	}
	return sortNames(in)
})

// sortedCommands lists every command.
var sortedCommands = sync.OnceValue(func() []nameSet { return sortNames(commands()) })

func sortNames(in map[string]columnSet) []nameSet {
	var all []nameSet
	for name, set := range in {
		all = append(all, nameSet{name, set})
	}
	slices.SortFunc(all, func(a, b nameSet) int { return strings.Compare(a.name, b.name) })
	return all
}

// within returns the names that some release of the set knows, in order.
func within(all []nameSet, set columnSet) []string {
	var names []string
	for _, n := range all {
		if n.in&set != 0 {
			names = append(names, n.name)
		}
	}
	return names
}
