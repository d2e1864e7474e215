package redisconf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A finding is a problem without its words.
type finding struct {
	Kind       Kind
	At         string // the text of the word it points at
	Suggestion string
	Fatal      bool
}

func findings(v Version, mode Mode, text string) []finding {
	var all []finding
	for _, p := range CheckFile(v, mode, Parse(text)) {
		all = append(all, finding{p.Kind, p.Word.Text, p.Suggestion, p.Fatal})
	}
	return all
}

func is(kind Kind, at, suggestion string) []finding {
	fatal := kind != DurationWithUnit && kind != NoEffect && kind != Deprecated
	return []finding{{kind, at, suggestion, fatal}}
}

func TestCheckServer(t *testing.T) {
	for _, c := range []struct {
		version string
		line    string
		want    []finding
	}{
		{"7.2.5", "port 6379", nil},
		{"7.2.5", "maxmemory 256mb", nil},
		{"7.2.5", "requirepass \"a b\"", nil},
		{"7.2.5", "maxmemroy 256mb", is(UnknownDirective, "maxmemroy", "maxmemory")},
		{"7.2.5", "MaxMemroy 256mb", is(UnknownDirective, "MaxMemroy", "maxmemory")},
		{"7.2.5", "apendonly yes", is(UnknownDirective, "apendonly", "appendonly")},
		{"7.2.5", "port: 6379", is(UnknownDirective, "port:", "port")},
		{"7.2.5", "port=6379", is(UnknownDirective, "port=6379", "")},
		{"7.2.5", "hunter2xyz", is(UnknownDirective, "hunter2xyz", "")},
		{"7.2.5", "\ufeffport 6379", is(UnknownDirective, "\ufeffport", "")},
		{"7.2.5", "port", is(WrongArgs, "port", "")},
		{"7.2.5", "port 6379 # plain", is(WrongArgs, "#", "")},
		{"7.2.5", "requirepass a b", is(WrongArgs, "b", "")},
		{"7.2.5", "appendonly true", is(BadValue, "true", "yes")},
		{"7.2.5", "appendonly off", is(BadValue, "off", "no")},
		{"7.2.5", "appendfsync everysecond", is(BadValue, "everysecond", "everysec")},
		{"7.2.5", "maxmemory-policy allkeys-lur", is(BadValue, "allkeys-lur", "allkeys-lru")},
		{"7.2.5", "maxmemory 256Mi", is(BadValue, "256Mi", "256mb")},
		{"7.2.5", "maxmemory 1.5gb", is(BadValue, "1.5gb", "1536mb")},
		{"7.2.5", "maxmemory 1TB", is(BadValue, "1TB", "1024gb")},
		{"7.2.5", "maxmemory 2t", is(BadValue, "2t", "2000g")},
		{"7.2.5", "maxmemory much", is(BadValue, "much", "")},
		{"7.2.5", "timeout 60s", is(BadValue, "60s", "")},
		{"7.2.5", "port 65536", is(BadValue, "65536", "")},
		{"7.2.5", "slaveof h 6379", is(Deprecated, "slaveof", "replicaof")},
		{"7.2.5", "masterauth x", nil},
		{"7.2.5", "save 3600 1 300 100", nil},
		{"7.2.5", "save 3600 1 300", is(WrongArgs, "300", "")},
		{"7.2.5", "lua-replicate-commands yes", is(NoEffect, "lua-replicate-commands", "")},
		{"7.2.5", "sentinel monitor m 1.1.1.1 1 1", is(WrongFile, "sentinel", "")},
		{"7.2.5", "rename-command CONFIG \"\"", nil},
		{"7.2.5", "rename-command CONFG \"\"", is(BadValue, "CONFG", "config")},
		{"7.2.5", "rename-command config|set x", is(BadValue, "config|set", "")},
		{"7.2.5", "rename-command get set", is(BadValue, "set", "")},
		{"7.2.5", "search.workers 4", nil},
		{"7.2.5", "search.workers", is(WrongArgs, "search.workers", "")},
		{"7.2.5", "user a on >x ~* ~b", is(BadValue, "~b", "")},
		{"7.2.5", "user a on >x\nuser b on\nuser a off", is(BadValue, "a", "")},
		{"7.2.5", "include /etc/redis/*.conf", nil},
		{"7.2.5", "include a b", is(WrongArgs, "b", "")},
		{"7.2.5", "loadmodule /m.so ARG 1", nil},
		{"7.2.5", "bind 0.0.0.0 -::1", nil},

		// What came and went.
		{"6.2.14", "appenddirname x", is(NotYetKnown, "appenddirname", "")},
		{"7.0.15", "appenddirname x", nil},
		{"6.2.14", "hash-max-listpack-entries 5", is(NotYetKnown, "hash-max-listpack-entries", "hash-max-ziplist-entries")},
		{"7.0.15", "hash-max-ziplist-entries 5", is(Deprecated, "hash-max-ziplist-entries", "hash-max-listpack-entries")},
		{"6.2.14", "hash-max-ziplist-entries 5", nil},
		{"6.2.14", "gopher-enabled no", nil},
		{"7.0.15", "gopher-enabled no", is(Removed, "gopher-enabled", "")},
		{"7.0.15", "locale-collate C", is(NotYetKnown, "locale-collate", "")},
		{"7.2.5", "maxmemory-samples 100", nil},
		{"7.4.1", "maxmemory-samples 100", is(BadValue, "100", "")},
		{"7.0.15", "loglevel nothing", is(BadValue, "nothing", "")},
		{"7.2.5", "loglevel nothing", nil},
		{"7.4.1", "io-threads-do-reads yes", nil},
		{"8.0.2", "io-threads-do-reads yes", is(NoEffect, "io-threads-do-reads", "")},
		{"7.4.1", "replica-full-sync-buffer-limit 1mb", is(NotYetKnown, "replica-full-sync-buffer-limit", "")},
		{"8.0.2", "replica-full-sync-buffer-limit 1mb", nil},
		{"7.2.5", "primaryauth x", is(UnknownDirective, "primaryauth", "masterauth")},
		{"7.2.5", "rename-command HEXPIRE x", is(BadValue, "HEXPIRE", "expire")},
		{"7.4.1", "rename-command HEXPIRE x", nil},
		{"6.2.14", "rename-command FUNCTION x", is(BadValue, "FUNCTION", "")},
		{"6.2.14", "save 3600 1 300 100", is(NoEffect, "save", "")},
		{"6.2.14", "save 3600 1", nil},
		{"6.2.14", "save 0 1", is(BadValue, "0", "")},
		{"6.2.14", "save \"\"", nil},
		{"6.2.14", "notify-keyspace-events KEn", is(BadValue, "KEn", "")},
		{"6.2.14", "search.workers 4", is(NotYetKnown, "search.workers", "")},
		{"6.2.14", "bind", is(WrongArgs, "bind", "")},
		{"6.2.14", "replicaof \"h 6379\"", is(WrongArgs, "replicaof", "")},
		{"7.0.15", "replicaof \"h 6379\"", nil},
		{"6.2.14", "client-output-buffer-limit normal 0 0 0 pubsub 0 0 0", is(WrongArgs, "client-output-buffer-limit", "")},
		{"6.2.14", "user a %R~b", is(BadValue, "%R~b", "")},
		{"8.0.2", "search-timeout 500", nil},
		{"7.4.1", "search-timeout 500", is(UnknownDirective, "search-timeout", "")},
		{"8.0.2", "my-setting 500", is(UnknownDirective, "my-setting", "")},
		{"8.0.2", "loadmodule /m.so\nmy-setting 500", nil},
		{"7.4.1", "loadmodule /m.so\nmy-setting 500", is(UnknownDirective, "my-setting", "")},

		// Releases that the table does not hold.
		{"8.4.0", "lookahead 8", nil},
		{"8.0.2", "lookahead 8", is(NotYetKnown, "lookahead", "")},
		{"8.4.0", "some-new-setting 8", nil},
		{"8.4.0", "maxmemroy 1gb", is(UnknownDirective, "maxmemroy", "maxmemory")},
		{"8.4.0", "maxmemory-policy some-new-policy", nil},
		{"8.4.0", "appendonly true", is(BadValue, "true", "yes")},
		{"9.1", "maxmemroy 1gb", is(UnknownDirective, "maxmemroy", "maxmemory")},

		// Versions that are not known, or not exactly.
		{"", "maxmemroy 1gb", is(UnknownDirective, "maxmemroy", "maxmemory")},
		{"", "appenddirname x", nil},
		{"", "gopher-enabled no", nil},
		{"", "maxmemory-samples 100", nil},
		{"", "appendonly true", is(BadValue, "true", "yes")},
		{"", "some-setting 1", nil},
		{"", "primaryauth x", nil},
		{"", "maxmemory 256Mi", is(BadValue, "256Mi", "256mb")},
		{"", "save 1 2 3", nil},
		{"latest", "primaryauth x", is(UnknownDirective, "primaryauth", "masterauth")},
		{"7", "gopher-enabled no", is(Removed, "gopher-enabled", "")},
		{"7", "locale-collate C", nil},
		{"7", "save 1 2 3", is(WrongArgs, "3", "")},
		{"6", "appenddirname x", is(NotYetKnown, "appenddirname", "")},
		{"5.0.14", "appenddirname x", nil},
		{"5.0.14", "appendonly true", is(BadValue, "true", "yes")},

		{"valkey 8.0.1", "primaryauth x", nil},
		{"valkey 8.0.1", "masterauth x", nil},
		{"valkey 7.2.7", "primaryauth x", is(NotYetKnown, "primaryauth", "masterauth")},
		{"valkey 8.0.1", "import-mode yes", is(NotYetKnown, "import-mode", "")},
		{"valkey 8.1.0", "import-mode yes", nil},
		{"valkey 8.1.0", "slowlog-max-len 5", nil},
		{"valkey 8.1.0", "dynamic-hz yes", is(NoEffect, "dynamic-hz", "")},
		{"valkey 8.1.0", "io-threads 200", nil},
		{"valkey 8.0.1", "io-threads 200", is(BadValue, "200", "")},
		{"valkey 8.1.0", "replica-full-sync-buffer-limit 1mb", is(UnknownDirective, "replica-full-sync-buffer-limit", "")},
		{"valkey 8.0.1", "dbfilename \"\"", is(BadValue, "", "")},
		{"valkey 7.2.7", "dbfilename \"\"", nil},
		{"valkey 8.0.1", "cluster-announce-client-ipv4 ::1", is(BadValue, "::1", "")},
		{"valkey 8.0.1", "cluster-announce-client-ipv4 10.0.0.1", nil},
		{"valkey 8.0.1", "cluster-announce-human-nodename a;b", is(BadValue, "a;b", "")},
	} {
		if diff := cmp.Diff(c.want, findings(parseSpoken(c.version), ServerMode, c.line)); diff != "" {
			t.Errorf("%s: %q (-want +got):\n%s", c.version, c.line, diff)
		}
	}
}

// parseSpoken reads "7.2", "valkey 8.0" and "" for a version not known at all.
func parseSpoken(text string) Version {
	if text == "" {
		return Version{}
	}
	if rest, ok := strings.CutPrefix(text, "valkey "); ok {
		return ParseVersion(Valkey, rest)
	}
	return ParseVersion(Redis, text)
}

func TestCheckSentinel(t *testing.T) {
	for _, c := range []struct {
		version string
		line    string
		want    []finding
	}{
		{"7.2.5", "sentinel monitor mymaster redis-0.redis 6379 2", nil},
		{"7.2.5", "sentinel monitor mymaster redis-0.redis 6379 2x", []finding{{BadValue, "2x", "", false}}},
		{"7.2.5", "sentinel monitor mymaster redis-0.redis 6379 0", is(BadValue, "0", "")},
		{"7.2.5", "sentinel monitor mymaster redis-0.redis 70000 2", is(BadValue, "70000", "")},
		{"7.2.5", "sentinel monitor mymaster redis-0.redis 0 2", []finding{{BadValue, "0", "", false}}},
		{"7.2.5", "sentinel monitor mymaster redis-0.redis:6379 2", is(WrongArgs, "monitor", "")},
		{"7.2.5", "sentinel monitor mymaster h 6379 2 # three", is(WrongArgs, "#", "")},
		{"7.2.5", "sentinel moniter mymaster h 6379 2", is(UnknownDirective, "moniter", "monitor")},
		{"7.2.5", "sentinel port 26379", is(UnknownDirective, "port", "")},
		{"7.2.5", "sentinel down-after-milliseconds m 5000", nil},
		{"7.2.5", "sentinel down-after-milliseconds m 5000ms", nil},
		{"7.2.5", "sentinel down-after-milliseconds m 10s", is(DurationWithUnit, "10s", "10000")},
		{"7.2.5", "sentinel failover-timeout m 3M", is(DurationWithUnit, "3M", "180000")},
		{"7.2.5", "sentinel failover-timeout m '3 min'", is(DurationWithUnit, "3 min", "180000")},
		{"7.2.5", "sentinel failover-timeout m 6e4", is(DurationWithUnit, "6e4", "")},
		{"7.2.5", "sentinel failover-timeout m 0", is(BadValue, "0", "")},
		{"7.2.5", "sentinel failover-timeout m soon", is(BadValue, "soon", "")},
		{"7.2.5", "sentinel parallel-syncs m 0", []finding{{BadValue, "0", "", false}}},
		{"7.2.5", "sentinel resolve-hostnames true", is(BadValue, "true", "yes")},
		{"7.2.5", "sentinel RESOLVE-hostnames YES", nil},
		{"7.2.5", "sentinel myid abc", is(BadValue, "abc", "")},
		{"7.2.5", "sentinel auth-pass m a b", is(WrongArgs, "b", "")},
		{"7.2.5", "sentinel announce-port x", []finding{{BadValue, "x", "", false}}},
		{"7.2.5", "sentinel master-reboot-down-after-period m 0", nil},
		{"6.2.16", "sentinel master-reboot-down-after-period m 0", is(NotYetKnown, "master-reboot-down-after-period", "")},
		{"7.2.5", "sentinel primary-reboot-down-after-period m 0", is(UnknownDirective, "primary-reboot-down-after-period", "master-reboot-down-after-period")},
		{"valkey 8.0.1", "sentinel primary-reboot-down-after-period m 0", nil},
		{"valkey 8.0.1", "sentinel master-reboot-down-after-period m 0", nil},
		{"8.0.2", "requirepas x", []finding{{UnknownDirective, "requirepas", "requirepass", false}}},
		{"", "requirepas x", []finding{{UnknownDirective, "requirepas", "requirepass", false}}},
		{"", "sentinel master-reboot-down-after-period m 0", nil},
		{"", "sentinel down-after-milliseconds m 10s", is(DurationWithUnit, "10s", "10000")},
		{"", "sentinel resolve-hostname yes", is(UnknownDirective, "resolve-hostname", "resolve-hostnames")},
		{"7.2.5", "port 26379", nil},
		{"7.2.5", "requirepass x", nil},
		{"7.2.5", "masterauth x", is(NoEffect, "masterauth", "")},
		{"7.2.5", "appendonly yes", is(NoEffect, "appendonly", "")},
		{"7.2.5", "bogus-directive yes", is(UnknownDirective, "bogus-directive", "")},
		{"7.2.5", "rename-command ping x", nil},
		{"7.2.5", "rename-command get x", is(BadValue, "get", "")},
		{"7.2.5", "sentinel rename-command m CONFIG x", nil},
		{"7.2.5", "sentinel", nil},
	} {
		if diff := cmp.Diff(c.want, findings(parseSpoken(c.version), SentinelMode, c.line)); diff != "" {
			t.Errorf("%s: %q (-want +got):\n%s", c.version, c.line, diff)
		}
	}
}

func TestMessages(t *testing.T) {
	for _, c := range []struct {
		version, line string
		mode          Mode
		want          string
	}{
		{"7.2.5", "maxmemroy 1gb", ServerMode, "Redis 7.2.5 does not know the directive maxmemroy (did you mean maxmemory)"},
		{"", "maxmemroy 1gb", ServerMode, "Redis does not know the directive maxmemroy (did you mean maxmemory)"},
		{"valkey 8.0", "maxmemroy 1gb", ServerMode, "Valkey 8.0 does not know the directive maxmemroy (did you mean maxmemory)"},
		{"7.2.5", "hunter2xyz", ServerMode, "Redis 7.2.5 does not know this directive"},
		{"6.2", "appenddirname x", ServerMode, "Redis 6.2 does not know appenddirname, which came with Redis 7.0"},
		{"7.0.15", "gopher-enabled no", ServerMode, "Redis 7.0.15 does not know gopher-enabled any more, Redis 6.2 was the last to read it"},
		{"8.0", "lookahead 1", ServerMode, "Redis 8.0 does not know lookahead, which came with a later version"},
		{"7.2", "primaryauth x", ServerMode, "Redis 7.2 does not know primaryauth, which is a directive of Valkey (write masterauth)"},
		{"7.2", "requirepass a b c", ServerMode, "requirepass takes one argument, here are 3 (put a value that holds white space in double quotes)"},
		{"7.2", "port 1 # x", ServerMode, "port takes one argument, here are 3 (a comment needs a line of its own)"},
		{"7.2", "appendonly on", ServerMode, "appendonly takes yes or no (write yes)"},
		{"7.2", "port 70000", ServerMode, "port takes a whole number from 0 to 65535"},
		{"7.2", "maxclients 10k", ServerMode, "maxclients takes a whole number from 1 to 4294967295 (write digits only, without a unit, a plus sign or a leading zero)"},
		{"7.2", "maxmemory 1Gi", ServerMode, "maxmemory takes a size such as 256mb (write 1gb)"},
		{"7.2", "sentinel down-after-milliseconds m 10s", SentinelMode, "down-after-milliseconds has a unit, Sentinel reads it as 10 milliseconds and says nothing (write 10000)"},
		{"7.2", "sentinel monitor m h 6379 2x", SentinelMode, "the quorum is not a plain number, Sentinel reads it as 2 and says nothing (write digits only)"},
		{"7.2", "sentinel monitor m h 6379", SentinelMode, "sentinel monitor has the wrong number of arguments (write sentinel monitor MASTER HOST PORT QUORUM)"},
		{"7.2", "sentinel resolve-hostnames 1", SentinelMode, "sentinel resolve-hostnames takes yes or no (write yes)"},
		{"7.2", "masterauth x", SentinelMode, "Sentinel reads masterauth and does nothing with it (write sentinel auth-pass with the name of the master)"},
	} {
		f := Parse(c.line)
		found := Check(parseSpoken(c.version), c.mode, &f.Directives[0])
		if len(found) != 1 {
			t.Errorf("%s: %q: %d problems, want one", c.version, c.line, len(found))
			continue
		}
		got := found[0].Message
		if found[0].Help != "" {
			got += " (" + found[0].Help + ")"
		}
		if got != c.want {
			t.Errorf("%s: %q\n got: %s\nwant: %s", c.version, c.line, got, c.want)
		}
	}
}

// TestNoProblemRepeatsAValue puts a canary in every argument of every directive.
func TestNoProblemRepeatsAValue(t *testing.T) {
	const canary = "c4n4ry-Zz"
	names := []string{"sentinel bogus", canary, "x" + canary}
	for _, n := range directives {
		names = append(names, n.name)
	}
	for _, s := range sentinelDirectives {
		names = append(names, "sentinel "+s.name)
	}
	told := 0
	for _, name := range names {
		for _, args := range []string{"", " " + canary, " " + canary + " " + canary, strings.Repeat(" "+canary, 3), strings.Repeat(" "+canary, 4)} {
			for _, version := range []string{"", "6.2", "7.2.5", "8.0", "8.4", "valkey 8.1"} {
				for _, mode := range []Mode{ServerMode, SentinelMode} {
					for _, p := range CheckFile(parseSpoken(version), mode, Parse(name+args)) {
						told++
						if strings.Contains(strings.ToLower(p.Message+p.Help+p.Suggestion), strings.ToLower(canary)) {
							t.Fatalf("%s%s: a value is repeated: %+v", name, args, p)
						}
						if p.Message == "" || strings.HasSuffix(p.Message, ".") {
							t.Fatalf("%s%s: not a message: %q", name, args, p.Message)
						}
					}
				}
			}
		}
	}
	if told < 1000 {
		t.Errorf("only %d problems were told, the test does not reach them", told)
	}
}
