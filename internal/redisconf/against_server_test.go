package redisconf

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// slots are directives that take any text and do nothing at start, so that many
// values can be read back from one server.
var slots = []string{
	"masterauth", "masteruser", "replica-announce-ip", "cluster-announce-ip", "syslog-ident", "ignore-warnings",
	"tls-cert-file", "tls-key-file", "tls-key-file-pass", "tls-client-cert-file", "tls-client-key-file",
	"tls-client-key-file-pass", "tls-dh-params-file", "tls-ca-cert-file", "tls-ca-cert-dir", "tls-protocols", "tls-ciphers",
}

// readBack gives every rest of a line to a slot of a real server and returns
// the values that it holds.
func readBack(t *testing.T, rests []string) []string {
	t.Helper()
	var values []string
	for part := range slices.Chunk(rests, len(slots)) {
		lines := []string{"port 0", `save ""`}
		for i, rest := range part {
			lines = append(lines, slots[i]+" "+rest)
		}
		r := start(t, ServerMode, lines...)
		for i := range part {
			reply := r.ask("CONFIG", "GET", slots[i])
			if len(reply) != 2 {
				t.Fatalf("CONFIG GET %s: %q", slots[i], reply)
			}
			values = append(values, reply[1])
		}
		r.stop()
	}
	return values
}

// rawRests are ends of lines as people write them.
func rawRests() []string {
	var rests []string
	add := func(line string) {
		if _, rest, ok := strings.Cut(line, "requirepass "); ok && !strings.Contains(rest, "\x00") {
			rests = append(rests, rest)
		}
	}
	for _, c := range wordCases {
		add(c.line)
	}
	for _, c := range brokenCases {
		add(c.line)
	}
	random := rand.New(rand.NewPCG(7, 11))
	alphabet := []string{"a", `"`, `"`, "'", "'", `\`, `\`, "x4", "1", "n", " ", "\t", "\v", "#", "é", "\r"}
	for range 110 {
		var b strings.Builder
		for range 1 + random.IntN(9) {
			b.WriteString(alphabet[random.IntN(len(alphabet))])
		}
		rests = append(rests, b.String())
	}
	return rests
}

// TestAgainstServer holds the words of Parse against those of the real server:
// the lines that it refuses, and the bytes of the values that it takes.
func TestAgainstServer(t *testing.T) {
	t.Parallel()
	rests := rawRests()
	var lines []string
	for _, rest := range rests {
		lines = append(lines, "masterauth "+rest)
	}
	refused := refusalsInParts(t, ServerMode, []string{"port 0"}, lines)

	var taken, want []string
	for i, line := range lines {
		f := Parse(line)
		unbalanced := len(f.Errors) > 0
		text, isRefused := refused[i]
		if unbalanced != strings.HasPrefix(text, "Unbalanced quotes") {
			t.Errorf("%q: the server says %q, Parse has the errors %v", line, text, f.Errors)
			continue
		}
		if isRefused {
			if words := texts(f); !unbalanced && len(words) == 2 {
				t.Errorf("%q: the server refuses %d words: %s", line, len(words), text)
			}
			continue
		}
		taken = append(taken, rests[i])
		want = append(want, texts(f)[1])
	}
	if len(taken) < 40 || len(refused) < 40 {
		t.Fatalf("the server takes %d lines and refuses %d, too few of one for a comparison", len(taken), len(refused))
	}
	if diff := cmp.Diff(want, readBack(t, taken)); diff != "" {
		t.Errorf("values that Parse (-) and the server (+) read:\n%s", diff)
	}
	t.Logf("%d lines compared, %d refused", len(lines), len(refused))
}

// TestServerReadsQuote writes every byte, and more, with Quote.
func TestServerReadsQuote(t *testing.T) {
	t.Parallel()
	var values, rests []string
	for b := 1; b < 256; b += 16 {
		var s strings.Builder
		for c := b; c < min(b+16, 256); c++ {
			s.WriteByte(byte(c))
		}
		values = append(values, s.String())
	}
	values = append(values, "a b", " a ", `"a"`, `\`, `\x41`, "#", "it's", "ü\u00a0\u200b", "\ufeff", `$(x) ${y} %s`)
	for _, c := range passwordCases {
		if !strings.Contains(c.password, "\x00") {
			values = append(values, c.password)
		}
	}
	for _, v := range values {
		rests = append(rests, Quote(v))
	}
	if diff := cmp.Diff(values, readBack(t, rests)); diff != "" {
		t.Errorf("what Quote wrote (-) and the server read (+):\n%s", diff)
	}
	// Only masterauth and requirepass can hold a NUL byte.
	if got := readBack(t, []string{Quote("a\x00b")}); got[0] != "a\x00b" {
		t.Errorf("a NUL byte is read back as %q", got[0])
	}
}

// TestSentinelKeepsWhatIsAccepted starts a Sentinel, lets it rewrite its file
// and starts it again: passwords and names that are accepted must survive, the
// others must not.
func TestSentinelKeepsWhatIsAccepted(t *testing.T) {
	t.Parallel()
	var lines []string
	passwords := map[string]string{}
	add := func(name, password string) {
		lines = append(lines, Line("sentinel", "monitor", name, "127.0.0.1", "1", "1"), Line("sentinel", "auth-pass", name, password))
		passwords[name] = password
	}
	for i, c := range passwordCases {
		if c.want == "" {
			add(fmt.Sprintf("m%d", i), c.password)
		}
	}
	for _, name := range []string{"a.B_c-9", "my:master", "*", "#m", "m$x", "mäster"} {
		if MasterNameFatal(name) != nil {
			t.Errorf("%q must be accepted", name)
		}
		add(name, "x")
	}
	r := start(t, SentinelMode, append([]string{"port 0"}, lines...)...)
	waitForRewrite(t, r.file)
	r.stop()
	text, err := os.ReadFile(r.file)
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string]string{}
	for _, d := range Parse(string(text)).Sentinel("auth-pass") {
		kept[d.Args[1].Text] = d.Args[2].Text
	}
	if diff := cmp.Diff(passwords, kept); diff != "" {
		t.Errorf("passwords before (-) and after (+) Sentinel rewrote its file:\n%s", diff)
	}
	r.run(SentinelMode)
	if got := len(r.ask("SENTINEL", "masters")); got == 0 {
		t.Error("no masters after the second start")
	}

	for _, bad := range []struct{ name, password string }{
		{"m", "a b"}, {"m", " a"}, {"m", `a"b`}, {"m", "it's"}, {"m", `"wrapped"`}, {"m", "a\nb"},
		{"my master", "x"}, {`my"master`, "x"}, {"my\nmaster", "x"}, {"", "x"},
	} {
		if CheckPassword(bad.password) == nil && MasterNameFatal(bad.name) == nil {
			t.Errorf("the name %q with the password %q is accepted", bad.name, bad.password)
		}
		r := start(t, SentinelMode, "port 0",
			Line("sentinel", "monitor", bad.name, "127.0.0.1", "1", "1"), Line("sentinel", "auth-pass", bad.name, bad.password))
		waitForRewrite(t, r.file)
		r.stop()
		text, err := os.ReadFile(r.file)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range Parse(string(text)).Sentinel("auth-pass") {
			if len(d.Args) == 3 && d.Args[1].Text == bad.name && d.Args[2].Text == bad.password {
				t.Errorf("the name %q with the password %q survives the rewrite", bad.name, bad.password)
			}
		}
	}
}

// waitForRewrite waits until Sentinel has written its own id into the file.
func waitForRewrite(t *testing.T, file string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if text, err := os.ReadFile(file); err == nil && strings.Contains(string(text), "sentinel myid") {
			return
		}
	}
	t.Fatal("Sentinel did not rewrite its file within 10 s")
}

// TestCommaInMasterName lets two Sentinels monitor one server under two names.
// They meet under the one and never under the one with a comma.
func TestCommaInMasterName(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	start(t, ServerMode, "port "+port, "bind 127.0.0.1", `save ""`)
	var sentinels []*running
	for range 2 {
		own := freePort(t)
		sentinels = append(sentinels, start(t, SentinelMode, "port "+own, "bind 127.0.0.1",
			"sentinel announce-ip 127.0.0.1", "sentinel announce-port "+own,
			"sentinel monitor good 127.0.0.1 "+port+" 2", "sentinel monitor bad,name 127.0.0.1 "+port+" 2"))
	}
	others := func(r *running, name string) string {
		reply := r.ask("SENTINEL", "master", name)
		for i := 0; i+1 < len(reply); i += 2 {
			if reply[i] == "num-other-sentinels" {
				return reply[i+1]
			}
		}
		t.Fatalf("SENTINEL master %s: %q", name, reply)
		return ""
	}
	deadline := time.Now().Add(30 * time.Second)
	for _, s := range sentinels {
		for others(s, "good") != "1" {
			if time.Now().After(deadline) {
				t.Fatal("the Sentinels did not meet under the plain name either")
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	time.Sleep(2500 * time.Millisecond) // one more round of hello messages
	for _, s := range sentinels {
		if n := others(s, "bad,name"); n != "0" {
			t.Errorf("a Sentinel knows %s others under the name with a comma", n)
		}
	}
	if MasterNameFatal("bad,name") == nil || MasterNameFatal("good") != nil {
		t.Error("MasterNameFatal does not say so")
	}
}

// TestTableKnowsConfigGet holds the table against what the server lists.
func TestTableKnowsConfigGet(t *testing.T) {
	t.Parallel()
	v := installed(t)
	server := start(t, ServerMode, "port 0", `save ""`)
	reply := server.ask("CONFIG", "GET", "*")
	listed := map[string]bool{}
	for i := 0; i+1 < len(reply); i += 2 {
		listed[reply[i]] = true
	}
	if len(listed) < 150 {
		t.Fatalf("CONFIG GET lists only %d names", len(listed))
	}
	known := directiveNames(candidates(v))
	for name := range listed {
		// Redis 6.2 lists this one and yet refuses it in the file.
		if !slices.Contains(known, name) && name != "watchdog-period" {
			t.Errorf("the table does not know %s", name)
		}
	}
	// What the list leaves out must answer to its own name, unless it is a word
	// of the file only, or read and ignored.
	for _, name := range known {
		r, _ := (&judge{index: slices.IndexFunc(columns, func(c column) bool {
			return c.flavor == v.Flavor && c.major == v.Major && c.minor == v.Minor
		})}).find(name)
		fileOnly := []string{"include", "loadmodule", "rename-command", "sentinel", "user", "cluster-config-file"}
		if listed[name] || r.shape.kind == "ignored" || slices.Contains(fileOnly, name) || strings.HasPrefix(name, "lua-enable-") {
			continue
		}
		if reply := server.ask("CONFIG", "GET", name); len(reply) != 2 || reply[0] != name {
			t.Errorf("the table has %s, which the server does not know", name)
		}
	}
}
