package redisconf

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// fewForms are the arguments that every directive of a shape is tried with: some
// that are right, one or two that are wrong.
func fewForms(s shape) []string {
	var f []string
	switch s.kind {
	case "bool":
		f = append(f, "no", "true")
	case "enum":
		f = append(f, s.words...)
		f = append(f, s.words[0]+"x")
	case "int":
		f = append(f, fmt.Sprint(s.lo), fmt.Sprint(s.hi))
		if s.lo > -1<<62 {
			f = append(f, fmt.Sprint(s.lo-1))
		}
		if s.hi < 1<<62 {
			f = append(f, fmt.Sprint(s.hi+1))
		}
	case "size":
		f = append(f, "100mb", "256Mi", fmt.Sprint(s.lo), fmt.Sprint(max(s.lo, 0)-1))
	case "text":
		f = append(f, `"a b"`, `""`)
	default:
		return forms(s)
	}
	return f
}

// forms are the arguments that the first directives of a shape are tried with.
func forms(s shape) []string {
	f := []string{"", "a b", `""`}
	switch s.kind {
	case "bool":
		f = append(f, "yes", "NO", "true", "1", "'yes'", "yes no")
	case "enum":
		f = append(f, s.words...)
		f = append(f, strings.ToUpper(s.words[0]), s.words[0]+"x", s.words[0]+" "+s.words[0])
	case "signal":
		f = append(f, s.words...)
		f = append(f, "save nosave", "now force", `"now force"`, "NOW", "later")
	case "int":
		f = append(f, "1", "+5", "05", "5s", "0x10", "1.5", "1k", "-0", fmt.Sprint(s.lo), fmt.Sprint(s.hi), "5 5")
		if s.lo > -1<<62 {
			f = append(f, fmt.Sprint(s.lo-1))
		}
		if s.hi < 1<<62 {
			f = append(f, fmt.Sprint(s.hi+1))
		}
	case "size", "percent":
		f = append(f, "100mb", "100MB", "1gB", "2g", "1048576", "256Mi", "1.5gb", "1 mb", "mb", "-1", "1tb", "+1mb",
			"99999999999999999999gb", "18446744073709551615", "9223372036854775808", "5%", "100%", "101%", "01%", "-1%", "%", "0")
	case "octal":
		f = append(f, "700", "0777", "1000", "8", "7x", "-1", "+7", `" 7"`, "777777777777777777777777")
	case "file":
		f = append(f, "a.rdb", "a/b", `a\b`, ".")
	case "hostname":
		f = append(f, "redis-0.redis", "a_b", strings.Repeat("x", 255), strings.Repeat("x", 256))
	case "title":
		f = append(f, "{title}", "x", `"{title} {listen-addr}"`, "{nope}", "{title", "x}", "{{", `" "`, "{}", "{port}")
	case "ignored":
		f = append(f, "yes", "no no")
	case "text":
		f = append(f, "abc", `"a b"`, "a b c")
	}
	return f
}

// ownForms are the arguments tried with the directives that have a grammar of
// their own.
var ownForms = map[string][]string{
	"bind": {"", `""`, "127.0.0.1", "127.0.0.1 -::1", `"127.0.0.1 ::1"`, "*",
		strings.Repeat("1.1.1.1 ", 16), strings.Repeat("1.1.1.1 ", 17), `"'"`},
	"save": {"", `""`, "3600 1", `"3600 1"`, "3600 1 300 100", "900", "900 1 300", "0 1", "1 0", "1 -1", "1m 1", "900 x",
		`"" 1`, `900 ""`, "+9 +1", `"900 '"`, `" "`, "900 1.5", "9223372036854775808 1"},
	"client-output-buffer-limit": {"", `""`, "normal 0 0 0", "replica 256mb 64mb 60", "slave 1 1 1", "PubSub 1 1 1", "master 1 1 1",
		"norml 1 1 1", "normal 1 1", "normal 1 1 1 pubsub 1 1 1", `"normal 1 1 1"`, "normal 1x 1 1", "normal 1 -1 1", "normal 1 1 -1",
		"normal 1 1 60s", `normal 1 1 ""`, `normal "" "" 1`, "normal 1 1 2147483648", "normal 1 1 4294967296"},
	"oom-score-adj-values":              {"", "0 200 800", "0 200", `"0 200 800"`, "-2000 0 2000", "0 0 2001", "a b c", `"" 1 2`},
	"notify-keyspace-events":            {"", `""`, "KEA", "Ex", "AKE x", "Kq", "Ag$lshzxeKEtmdn"},
	"replicaof":                         {"", "h 6379", "no one", "NO ONE", "h", "h 6379 x", `"h 6379"`, "h 65536", "h -1", "h 63x", "h 0", `h ""`, "no 1"},
	"latency-tracking-info-percentiles": {"", `""`, "50 99", "50 99.9 100", "101", "-1", "x", `"50 99"`},
	"dir":                               {"", `""`, ".", ". ."},
	"include":                           {"", "/dev/null", "/dev/null /dev/null"},
	"loadmodule":                        {"", "/m.so", "/m.so a b"},
	"sentinel":                          {"", "monitor m 127.0.0.1 6379 2", "nothing"},
	"rename-command":                    {"", "get", "get a b", "flushall xflushall", `keys ""`, "CONFG x", "Shutdown SHUTDOWN2", "del get", "sentinel x", "HMGET2 x", "config|get x"},
	"user": {"", "a", "b on", "c on nopass ~* &* +@all", "d on >pw ~a ~b", "e on ~* ~b", "f allkeys ~b", "g ~* resetkeys ~b",
		"h &* &x", "i on bogus", "j #00", "k #" + strings.Repeat("0a", 32), "l #" + strings.Repeat("0A", 32), "m <x", "n >x <x",
		"o %R~a", "p %RW~b", "q %X~b", "r %RR~b", "s (+get ~a)", "t (+get ~a", `u "(+get ~*" "~b)"`, "v +config|", "w +config|get", "x -@nonsense",
		"y +nonsense", "z clearselectors", `aa "~a b"`, `ab ""`, "ac reset", "ad !" + strings.Repeat("0a", 32), "ae on >x !" + strings.Repeat("0a", 32),
		"af %~x", "ag allchannels &x", "ah resetchannels &x", "ai NOPASS", "aj AllKeys ~x", "ak (~* ~x)", "al ()", "am sanitize-payload"},
}

// misnamed are lines that begin with no directive of the server.
var misnamed = []string{
	"maxmemroy 1gb", "max-memory 1gb", "port: 6379", "port=6379", "PORT 0", "Save 1 1", `"port" 0`, "primaryauth x", "import-mode no", "gopher-enabled no",
	"lookahead 3", "hide-user-data-from-log yes", "server-cpulist 0", "server_cpulist 0", "repl-rdb-channel yes", "locale-collate C",
	"foo", "foo bar", "search-timeout 5", "#no", "'#no' x", `"" x`, `""`, "loglevel nothing", "maxmemory-samples 65",
	"search.timeout", "lua-time-limit 5", "slave-priority 5", "slaveof no one", "list-max-ziplist-entries 5 5",
}

func TestServerAcceptsWhatCheckAccepts(t *testing.T) {
	t.Parallel()
	v := installed(t)
	var lines []string
	seen := map[string]int{}
	for _, name := range directiveNames(candidates(v)) {
		for _, r := range rowsOf(name) {
			if r.in&candidates(v) == 0 {
				continue
			}
			tries := fewForms(r.shape)
			if seen[r.shape.kind]++; seen[r.shape.kind] <= 2 || r.name == "maxmemory" || r.name == "port" {
				tries = forms(r.shape)
			}
			if own, ok := ownForms[r.shape.kind]; ok {
				tries = own
			}
			if strings.HasPrefix(r.name, "lua-enable-") {
				continue // it came with some patch of each release
			}
			if r.name == "logfile" || r.name == "activedefrag" {
				// The one opens its file, the other depends on how the server was built.
				tries = []string{"", `""`, "a b"}
			}
			for _, f := range tries {
				lines = append(lines, strings.TrimRight(name+" "+f, " "))
			}
		}
	}
	lines = append(lines, misnamed...)
	compareVerdicts(t, v, ServerMode, []string{"port 0"}, lines)
}

var sentinelForms = []string{
	"monitor a 127.0.0.1 6379 2", "monitor b 127.0.0.1 6379", "monitor c 127.0.0.1 6379 0", "monitor d 127.0.0.1 6379 x",
	"monitor e 127.0.0.1 6379 2x", "monitor f 127.0.0.1 0 1", "monitor g 127.0.0.1 70000 1", "monitor h 127.0.0.1 x 1",
	"monitor i 127.0.0.1 -1 1", "monitor j 127.0.0.1 6379 2 3", "MONITOR k 127.0.0.1 6379 +2", `monitor l 127.0.0.1 "6379 " 2`,
	"monitor n 127.0.0.1 6379 4294967297", "monitor o 127.0.0.1 4294973675 1",
	"down-after-milliseconds m 5000", "down-after-milliseconds m 10s", "down-after-milliseconds m 0", "down-after-milliseconds m -1",
	"down-after-milliseconds m x", "down-after-milliseconds m", "down-after-milliseconds 5000", "down-after-milliseconds m 5000 x",
	"down-after-milliseconds m 2147483648", `down-after-milliseconds m ""`, "down-after-millis m 5000", "Down-After-Milliseconds m 7",
	"failover-timeout m 60000", "failover-timeout m 3m", "failover-timeout m 0", "failover-timeout m",
	"parallel-syncs m 1", "parallel-syncs m 0", "parallel-syncs m -1", "parallel-syncs m x", "parallel-syncs m 1 2",
	"auth-pass m x", "auth-pass m", "auth-pass m x y", `auth-pass m "x y"`, "auth-user m u", "auth-user u",
	"current-epoch 1", "current-epoch x", "current-epoch", "config-epoch m 1", "config-epoch 1", "leader-epoch m 0", "leader-epoch m",
	"myid " + strings.Repeat("a", 40), "myid " + strings.Repeat("a", 39), "myid", "myid " + strings.Repeat("G", 40), "myid a b",
	"known-replica m 127.0.0.1 7001", "known-slave m 127.0.0.1 7002", "known-replica m 127.0.0.1", "known-replica m 127.0.0.1 70001",
	"known-replica m 127.0.0.1 x", "known-sentinel m 127.0.0.1 26379", "known-sentinel m 127.0.0.1 26379 " + strings.Repeat("b", 40),
	"known-sentinel m 127.0.0.1", "known-sentinel m 127.0.0.1 70000 c", "known-sentinel m 127.0.0.1 1 d e", "known-sentinel m 127.0.0.1 -7",
	"rename-command m CONFIG x", "rename-command m CONFIG", "rename-command CONFIG x",
	"announce-ip 127.0.0.1", `announce-ip ""`, "announce-ip", "announce-ip a b", "announce-port 26379", "announce-port x", "announce-port",
	"announce-port 70000", "deny-scripts-reconfig yes", "deny-scripts-reconfig true", "deny-scripts-reconfig",
	"sentinel-user u", "sentinel-user", "sentinel-pass p", "sentinel-pass p q", "sentinel-pass",
	"resolve-hostnames no", "resolve-hostnames NO", "resolve-hostnames on", "resolve-hostnames", "announce-hostnames no", "announce-hostnames 1",
	"master-reboot-down-after-period m 0", "master-reboot-down-after-period m 5s", "master-reboot-down-after-period m -1",
	"master-reboot-down-after-period m", "primary-reboot-down-after-period m 5", "bogus", "bogus m 1", "port 26379", `""`,
}

var sentinelPlainForms = []string{
	"port 0", "port x", "requirepass p", "masterauth p", "appendonly yes", "appendonly true", "replicaof h 6379", "maxmemory 1gb",
	"protected-mode no", "bogus", "tls-replication yes", "rename-command get x", "rename-command ping x", "rename-command sentinel x",
	"rename-command bogus x", "user a on", "user b bogus", "loglevel debug", "loglevel loud", `logfile ""`, "sentinel",
}

func TestSentinelAcceptsWhatCheckAccepts(t *testing.T) {
	t.Parallel()
	var lines []string
	for _, f := range sentinelForms {
		lines = append(lines, "sentinel "+f)
	}
	head := []string{"port 0", "sentinel monitor m 127.0.0.1 6379 2"}
	v := installed(t)
	compareVerdicts(t, v, SentinelMode, head, lines)

	compareVerdicts(t, v, SentinelMode, head, sentinelPlainForms)
}

func compareVerdicts(t *testing.T, v Version, mode Mode, head, lines []string) {
	t.Helper()
	var refused map[int]string
	if mode == SentinelMode {
		// Sentinel reads its directives by kind, not by line: a line at a time.
		refused = oneByOne(t, mode, head, lines)
	} else {
		refused = refusalsInParts(t, mode, head, lines)
	}
	compare(t, v, mode, lines, refused)
}

func oneByOne(t *testing.T, mode Mode, head, lines []string) map[int]string {
	t.Helper()
	redisServer(t)
	dir := t.TempDir()
	found := map[int]string{}
	for i, line := range lines {
		refused, err := refusals(dir, mode, head, []string{line})
		if err != nil {
			t.Fatal(err)
		}
		for at, text := range refused {
			found[i+at] = text
		}
	}
	return found
}

// compare holds our verdict against the server's: fatal or not.
func compare(t *testing.T, v Version, mode Mode, lines []string, refused map[int]string) {
	t.Helper()
	fatal := 0
	for i, line := range lines {
		f := Parse(line)
		ours := ""
		for _, e := range f.Errors {
			ours = e.Message
		}
		for _, p := range CheckFile(v, mode, f) {
			if p.Fatal && ours == "" {
				ours = p.Message
			}
		}
		theirs, isRefused := refused[i]
		if isRefused {
			fatal++
		}
		if (ours != "") != isRefused {
			t.Errorf("%s\n\tserver: %q\n\twe:     %q", line, theirs, ours)
		}
	}
	t.Logf("%d lines compared, the server refuses %d", len(lines), fatal)
	if len(refused) == 0 || slices.Max(slices.Collect(maps.Keys(refused))) >= len(lines) {
		t.Error("the server refused nothing, or lines that were not asked: the comparison is broken")
	}
}
