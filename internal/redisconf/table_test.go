package redisconf

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTableIsConsistent(t *testing.T) {
	for _, n := range directives {
		for i, c := range columns {
			var found []row
			for _, r := range n.rows {
				if r.in.has(i) {
					found = append(found, r)
				}
			}
			if len(found) > 1 {
				t.Errorf("%s has %d rows for %s %d.%d", n.name, len(found), c.flavor, c.major, c.minor)
			}
			for _, r := range found {
				if r.name != n.name && !slices.ContainsFunc(rowsOf(r.name), func(m row) bool { return m.in.has(i) && m.name == r.name }) {
					t.Errorf("%s is a second name of %s, which %s %d.%d does not have", n.name, r.name, c.flavor, c.major, c.minor)
				}
			}
		}
		if n.name != lower(n.name) || n.in == 0 {
			t.Errorf("%s is not in lower case, or known nowhere", n.name)
		}
	}
	for _, kind := range append([]string{"signal"}, ownShapes...) {
		if grammar(kind) == nil {
			t.Errorf("the shape %s has no grammar", kind)
		}
	}
	for _, kind := range append([]string{"enum", "int", "size", "percent"}, plainShapes...) {
		if grammar(kind) != nil {
			t.Errorf("the shape %s has a grammar and takes a single argument", kind)
		}
	}
}

// TestTableCounts holds the number of names in each release against the number
// counted in config.c: entries of the table of standard configs, their aliases,
// the ignored names, and the words with branches of their own. Added to these
// are the names that came with a later patch of a release: one for Redis 6.2,
// 7.2 and 7.4, two for Valkey. Redis 8.0 and Valkey 8.1 are counted from the
// releases before them and what is listed as new.
func TestTableCounts(t *testing.T) {
	got := map[string]int{}
	for i, c := range columns {
		if c.open {
			continue
		}
		for _, n := range directives {
			if n.in.has(i) {
				got[Version{Flavor: c.flavor, Major: c.major, Minor: c.minor, Patch: -1}.String()]++
			}
		}
	}
	want := map[string]int{
		"Redis 6.2": 176 + 1, "Redis 7.0": 205, "Redis 7.2": 210 + 1, "Redis 7.4": 217 + 1, "Redis 8.0": 217 + 1 + 3,
		"Valkey 7.2": 210 + 2, "Valkey 8.0": 231 + 2, "Valkey 8.1": 231 + 2 + 16,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadTables(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"port", "no shape"},
		{"port all all", "no shape"},
		{"port all all integer", "unknown shape"},
		{"port all all int", "needs an argument"},
		{"port all all int 5", "no range"},
		{"port all all int a..b", "invalid syntax"},
		{"port 7.1 all bool", "names no line of Redis"},
		{"port all 6.2+ bool", "names no line of Valkey"},
		{"port 7.0-6.2 all bool", "names no line of Redis"},
		{"port all all bool alias=x", "unknown word"},
	} {
		if _, err := readDirectives(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want an error with %q", c.text, err, c.want)
		}
	}
	for _, text := range []string{"all all", "5.0 all get"} {
		if _, err := readCommands(text); err == nil {
			t.Errorf("%q is read without an error", text)
		}
	}
}

func TestSynonyms(t *testing.T) {
	for _, c := range [][]string{
		{"masterauth", "primaryauth"},
		{"primaryauth", "masterauth"},
		{"replicaof", "slaveof"},
		{"slaveof", "replicaof"},
		{"hash-max-ziplist-entries", "hash-max-listpack-entries"},
		{"port"},
		{"no-such-directive"},
	} {
		if diff := cmp.Diff(c, Synonyms(c[0])); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestCandidates(t *testing.T) {
	for _, c := range []struct {
		flavor  Flavor
		text    string
		want    string
		comment string
	}{
		{Redis, "7.2.5", "R7.2", ""},
		{Redis, "7", "R7.0 R7.2 R7.4", ""},
		{Redis, "8", "R8.0 R8.2+", ""},
		{Redis, "8.0-rc1", "R8.0", ""},
		{Redis, "8.6.1", "R8.2+", "later than the table"},
		{Redis, "9", "R8.2+", ""},
		{Redis, "latest", "R6.2 R7.0 R7.2 R7.4 R8.0 R8.2+", ""},
		{Redis, "6.0.20", "R6.2 R7.0 R7.2 R7.4 R8.0 R8.2+ V7.2 V8.0 V8.1 V9.0+", "earlier than the table"},
		{Valkey, "8", "V8.0 V8.1", ""},
		{Valkey, "9.1", "V9.0+", ""},
		{UnknownFlavor, "7.2", "R6.2 R7.0 R7.2 R7.4 R8.0 R8.2+ V7.2 V8.0 V8.1 V9.0+", ""},
	} {
		set := candidates(ParseVersion(c.flavor, c.text))
		var names []string
		for i, col := range columns {
			if set.has(i) {
				name := col.flavor.String()[:1] + strings.TrimPrefix(Version{Flavor: col.flavor, Major: col.major, Minor: col.minor, Patch: -1}.String(), col.flavor.String()+" ")
				if col.open {
					name += "+"
				}
				names = append(names, name)
			}
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%v %s: %s, want %s", c.flavor, c.text, got, c.want)
		}
	}
}
