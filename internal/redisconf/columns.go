package redisconf

import (
	"fmt"
	"strconv"
	"strings"
)

// A column is one line of releases in directives.txt and commands.txt.
type column struct {
	flavor       Flavor
	major, minor int
	// open stands for every later release too: names that the tables do not
	// hold may exist there.
	open bool
}

// legacy reports that the line reads some directives by the older rules, in
// which each has a branch of its own (config.c of Redis 6.2).
func (c column) legacy() bool { return c.flavor == Redis && c.major == 6 }

// release names the line in messages.
func (c column) release() string {
	if c.open {
		return "a later version"
	}
	return fmt.Sprintf("%s %d.%d", c.flavor, c.major, c.minor)
}

var columns = []column{
	{flavor: Redis, major: 6, minor: 2},
	{flavor: Redis, major: 7, minor: 0},
	{flavor: Redis, major: 7, minor: 2},
	{flavor: Redis, major: 7, minor: 4},
	{flavor: Redis, major: 8, minor: 0},
	{flavor: Redis, major: 8, minor: 2, open: true},
	{flavor: Valkey, major: 7, minor: 2},
	{flavor: Valkey, major: 8, minor: 0},
	{flavor: Valkey, major: 8, minor: 1},
	{flavor: Valkey, major: 9, minor: 0, open: true},
}

// A columnSet is a set of indexes into columns.
type columnSet uint16

func (s columnSet) has(i int) bool { return s&(1<<i) != 0 }

// candidates returns the lines that a server of version v may be of. For a
// version older than the tables that is every line: only what is wrong in all
// of them is worth telling.
func candidates(v Version) columnSet {
	var all, same columnSet
	for i, c := range columns {
		all |= 1 << i
		if c.flavor == v.Flavor {
			same |= 1 << i
		}
	}
	if v.Flavor == UnknownFlavor || v.Major == 0 {
		if same == 0 {
			return all
		}
		return same
	}
	var chosen columnSet
	for i, c := range columns {
		if !same.has(i) {
			continue
		}
		if v.Minor < 0 {
			if c.major == v.Major || c.open && c.major < v.Major {
				chosen |= 1 << i
			}
			continue
		}
		// The last line that is not newer than v.
		if c.major < v.Major || c.major == v.Major && c.minor <= v.Minor {
			chosen = 1 << i
		}
	}
	if chosen == 0 {
		return all
	}
	return chosen
}

// isNamed tells whether text is the name of the line: major.minor.
func (c column) isNamed(text string) bool {
	major, minor, ok := strings.Cut(text, ".")
	return ok && strconv.Itoa(c.major) == major && strconv.Itoa(c.minor) == minor
}

// releases reads the two columns of a table that name Redis and Valkey lines.
func releases(redis, valkey string) (columnSet, error) {
	r, err := releaseRange(Redis, redis)
	if err != nil {
		return 0, err
	}
	v, err := releaseRange(Valkey, valkey)
	return r | v, err
}

func releaseRange(f Flavor, text string) (columnSet, error) {
	if text == "none" {
		return 0, nil
	}
	first, last := text, text
	switch {
	case text == "all":
		first, last = "", ""
	case strings.HasSuffix(text, "+"):
		first, last = strings.TrimSuffix(text, "+"), ""
	default:
		if a, b, ok := strings.Cut(text, "-"); ok {
			first, last = a, b
		}
	}
	var set columnSet
	within, closed := first == "", last == ""
	for i, c := range columns {
		if c.flavor != f {
			continue
		}
		if first != "" && c.isNamed(first) {
			within = true
		}
		if within {
			set |= 1 << i
		}
		if within && last != "" && c.isNamed(last) {
			within, closed = false, true
		}
	}
	if set == 0 || !closed {
		return 0, fmt.Errorf("%s names no line of %s", text, f)
	}
	return set, nil
}
