package generate

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const domain = ".redis-headless.gravitee-apim.svc.cluster.local"

// fakeCLI answers from files: HOST.PORT for commands on standard input and
// HOST.PORT.COMMAND for one in the arguments. A failover lets the files of the
// folder after take effect.
const fakeCLI = `#!/bin/sh
[ "$REDISCLI_AUTH" = s3cret ] || exit 1
while [ $# -gt 0 ]; do
	case $1 in
	-h) host=$2; shift 2 ;;
	-p) port=$2; shift 2 ;;
	*) break ;;
	esac
done
file=$FAKE/${host%%.*}.$port
case "$*" in
"sentinel failover mymaster") echo "failover by ${host%%.*}" >>"$FAKE/log"; cp "$FAKE"/after/* "$FAKE"; echo OK ;;
"info sentinel") cat "$file.tilt" 2>/dev/null || echo sentinel_tilt:0 ;;
"") cat >/dev/null; cat "$file" ;;
*) cat "$file.$1" ;;
esac
`

// fakeServer shows what it was started with.
const fakeServer = `#!/bin/sh
echo "# $2 ${REDISCLI_AUTH-}${VALKEYCLI_AUTH-}"
cat "$1"
`

// A startedPod is a pod whose servers are fakes.
type startedPod struct {
	pod
	fake string
}

func newStartedPod(t *testing.T, shell []string) startedPod {
	t.Helper()
	p := startedPod{newPod(t, shell), t.TempDir()}
	for _, dir := range []string{"bin", "after"} {
		if err := os.Mkdir(filepath.Join(p.fake, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, script := range map[string]string{"redis-cli": fakeCLI, "redis-server": fakeServer} {
		if err := os.WriteFile(filepath.Join(p.fake, "bin", name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	put(t, p.dir, "password", "s3cret")
	for _, name := range []string{"redis.conf", "sentinel.conf"} {
		data, err := os.ReadFile(filepath.Join(p.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		put(t, p.dir, name, strings.ReplaceAll(string(data), "dir /data", "dir "+p.dir+"/data"))
	}
	if err := os.Mkdir(filepath.Join(p.dir, "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	return p
}

// sentinel says what the Sentinel of a pod answers.
func (p startedPod) sentinel(t *testing.T, pod string, epoch int, master string) {
	t.Helper()
	put(t, p.fake, pod+".26379", fmt.Sprintf("name\nmymaster\nip\nold%s\nflags\nmaster\nlast-ok-ping-reply\n300\ndown-after-milliseconds\n5000\nconfig-epoch\n%d\nquorum\n2\n%s%s\n6379\n", domain, epoch, master, domain))
}

// start runs a start script and returns the lines of the file that the server
// was started with.
func (p startedPod) start(t *testing.T, script string) (conf []string, told string) {
	t.Helper()
	cmd := exec.Command(p.shell[0], append(p.shell[1:], filepath.Join(p.dir, "scripts", script))...)
	cmd.Env = []string{
		"PATH=" + filepath.Join(p.fake, "bin") + ":" + os.Getenv("PATH"), "FAKE=" + p.fake, "POD_NAME=redis-1",
		"REDIS_ETC=" + p.dir, "REDIS_RUN=" + p.dir, "REDIS_SECRET=" + filepath.Join(p.dir, "password"),
	}
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v: %s", script, err, &errs)
	}
	first, rest, _ := strings.Cut(strings.ReplaceAll(strings.ReplaceAll(out.String(), p.dir, "DIR"), domain, ""), "\n")
	if strings.Contains(first, "s3cret") {
		t.Error("the server has the password in its environment")
	}
	for line := range strings.Lines(rest) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			conf = append(conf, line)
		}
	}
	return conf, strings.ReplaceAll(errs.String(), domain, "")
}

// only keeps the lines that begin with one of the words.
func only(lines []string, beginnings ...string) []string {
	kept := []string{}
	for _, line := range lines {
		for _, beginning := range beginnings {
			if strings.HasPrefix(line, beginning) {
				kept = append(kept, line)
			}
		}
	}
	return kept
}

func eachStartedPod(t *testing.T, test func(t *testing.T, p startedPod)) {
	for _, shell := range shells(t) {
		t.Run(strings.Join(shell, " "), func(t *testing.T) { test(t, newStartedPod(t, shell)) })
	}
}

func TestStartSentinel(t *testing.T) {
	eachStartedPod(t, func(t *testing.T, p startedPod) {
		first, told := p.start(t, "start-sentinel.sh")
		if !strings.Contains(told, "the master is redis-0") {
			t.Errorf("told %s", told)
		}
		if len(only(first, "sentinel myid")) != 1 || len(strings.Fields(only(first, "sentinel myid")[0])[2]) != 40 {
			t.Errorf("myid: %q", only(first, "sentinel myid"))
		}
		again, _ := p.start(t, "start-sentinel.sh")
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("a second start makes another file: -first +second\n%s", diff)
		}
		want := []string{
			"port 26379",
			"protected-mode yes",
			"dir DIR/data/sentinel",
			"sentinel resolve-hostnames yes",
			"sentinel announce-hostnames yes",
			"sentinel monitor mymaster redis-0 6379 2",
			"sentinel known-replica mymaster redis-1 6379",
			"sentinel known-replica mymaster redis-2 6379",
			"sentinel down-after-milliseconds mymaster 5000",
			"sentinel failover-timeout mymaster 60000",
			"sentinel parallel-syncs mymaster 1",
			"sentinel deny-scripts-reconfig yes",
			"sentinel announce-ip redis-1",
			"sentinel auth-pass mymaster s3cret",
			"requirepass s3cret",
			"sentinel sentinel-pass s3cret",
			"sentinel config-epoch mymaster 0",
		}
		var rest []string
		for _, line := range first {
			if !strings.HasPrefix(line, "sentinel myid") && !strings.HasPrefix(line, "sentinel known-sentinel") {
				rest = append(rest, line)
			}
		}
		if diff := cmp.Diff(want, rest); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if got := only(first, "sentinel known-sentinel mymaster redis-0 26379 ", "sentinel known-sentinel mymaster redis-2 26379 "); len(got) != 2 {
			t.Errorf("known Sentinels: %q", got)
		}
	})
}

// The newest promotion wins, wherever it is known; a host that is no pod of this
// group never does.
func TestStartSentinelFindsMaster(t *testing.T) {
	tests := []struct {
		name       string
		peers      map[string]string // pod to "EPOCH MASTER"
		remembered string            // "EPOCH MASTER"
		want       []string
	}{
		{"nobody knows", nil, "", []string{"sentinel monitor mymaster redis-0", "sentinel config-epoch mymaster 0"}},
		{"a peer knows", map[string]string{"redis-0": "3 redis-2"}, "", []string{"sentinel monitor mymaster redis-2", "sentinel config-epoch mymaster 3"}},
		{"the newer peer", map[string]string{"redis-0": "9 redis-0", "redis-2": "10 redis-2"}, "11 elsewhere",
			[]string{"sentinel monitor mymaster redis-2", "sentinel config-epoch mymaster 10"}},
		{"memory is newer", map[string]string{"redis-0": "1 redis-0", "redis-2": "1 redis-0"}, "2 redis-1",
			[]string{"sentinel monitor mymaster redis-1", "sentinel config-epoch mymaster 2"}},
		{"memory is older", map[string]string{"redis-0": "3 redis-0"}, "2 redis-1",
			[]string{"sentinel monitor mymaster redis-0", "sentinel config-epoch mymaster 3"}},
	}
	eachStartedPod(t, func(t *testing.T, p startedPod) {
		for _, test := range tests {
			for _, pod := range []string{"redis-0", "redis-1", "redis-2"} {
				if err := os.RemoveAll(filepath.Join(p.fake, pod+".26379")); err != nil {
					t.Fatal(err)
				}
			}
			for pod, answer := range test.peers {
				var epoch int
				var master string
				if _, err := fmt.Sscan(answer, &epoch, &master); err != nil {
					t.Fatal(err)
				}
				p.sentinel(t, pod, epoch, master)
			}
			memory := ""
			if test.remembered != "" {
				epoch, master, _ := strings.Cut(test.remembered, " ")
				memory = "sentinel monitor mymaster " + master + domain + " 6379 2\nsentinel config-epoch mymaster " + epoch +
					"\nsentinel leader-epoch mymaster 7\nsentinel current-epoch 8\nsentinel known-replica mymaster gone 6379\n"
			}
			put(t, p.dir, "data/sentinel/sentinel.conf", memory)
			conf, _ := p.start(t, "start-sentinel.sh")
			if test.remembered != "" {
				test.want = append(test.want, "sentinel leader-epoch mymaster 7", "sentinel current-epoch 8")
			}
			for _, want := range test.want {
				if len(only(conf, want)) != 1 {
					t.Errorf("%s: no line %q in\n%s", test.name, want, strings.Join(conf, "\n"))
				}
			}
			members := only(conf, "sentinel monitor", "sentinel known-replica")
			for _, pod := range []string{"redis-0", "redis-1", "redis-2"} {
				if strings.Count(strings.Join(members, "\n")+"\n", " "+pod+" ") != 1 {
					t.Errorf("%s: %s is not there once: %q", test.name, pod, members)
				}
			}
			if len(members) != 3 {
				t.Errorf("%s: members %q", test.name, members)
			}
		}
	})
}

func TestStartRedis(t *testing.T) {
	common := []string{"include DIR/redis.conf", "replica-announce-ip redis-1", "requirepass s3cret", "masterauth s3cret"}
	replicaOf := func(pod string) []string { return append(common[:4:4], "replicaof "+pod+" 6379") }
	const (
		empty = "loading:0\r\nrole:slave\r\n"
		full  = "loading:0\r\nrole:slave\r\ndb0:keys=3,expires=0\r\n"
	)
	type state struct{ masters, infos [3]string } // by pod: "EPOCH MASTER" and INFO
	tests := []struct {
		name     string
		hasData  bool
		now      state
		after    state // once a failover has been asked for
		want     []string
		failover bool
	}{
		{name: "replica", now: state{masters: [3]string{"1 redis-0", "1 redis-0"}}, want: replicaOf("redis-0")},
		{name: "one Sentinel is behind", now: state{masters: [3]string{"1 redis-0", "2 redis-2", "2 redis-2"}}, want: replicaOf("redis-2")},
		{name: "master with data", hasData: true, now: state{masters: [3]string{"1 redis-1", "1 redis-1"}}, want: common},
		{name: "master at first start", now: state{masters: [3]string{"0 redis-1", "0 redis-1"}, infos: [3]string{empty, "", empty}}, want: append(common[:4:4], "replicaof 127.0.0.1 1")},
		{
			name:     "empty master hands over",
			now:      state{masters: [3]string{"1 redis-1", "1 redis-1"}, infos: [3]string{empty, "", full}},
			after:    state{masters: [3]string{"2 redis-2", "2 redis-2"}},
			want:     replicaOf("redis-2"),
			failover: true,
		},
	}
	write := func(t *testing.T, p startedPod, prefix string, s state) {
		for i := range 3 {
			pod := fmt.Sprintf("redis-%d", i)
			if s.masters[i] != "" {
				epoch, master, _ := strings.Cut(s.masters[i], " ")
				var n int
				if _, err := fmt.Sscan(epoch, &n); err != nil {
					t.Fatal(err)
				}
				p.sentinel(t, prefix+pod, n, master)
			}
			if s.infos[i] != "" {
				put(t, p.fake, prefix+pod+".6379.info", s.infos[i])
			}
		}
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			eachStartedPod(t, func(t *testing.T, p startedPod) {
				if test.hasData {
					put(t, p.dir, "data/appendonlydir/appendonly.aof.manifest", "")
				}
				write(t, p, "", test.now)
				write(t, p, "after/", test.after)
				conf, told := p.start(t, "start-redis.sh")
				if diff := cmp.Diff(test.want, conf); diff != "" {
					t.Errorf("-want +got\n%s\n%s", diff, told)
				}
				_, err := os.Stat(filepath.Join(p.fake, "log"))
				if asked := err == nil; asked != test.failover {
					t.Errorf("asked for a failover: %v", asked)
				}
				password, err := os.ReadFile(filepath.Join(p.dir, "exporter.json"))
				if want := `{"redis://127.0.0.1:6379":"s3cret"}`; err != nil || string(password) != want {
					t.Errorf("exporter.json: %s, %v", password, err)
				}
			})
		})
	}
}

// fakeSleep lets the files of the folder after take effect at the second call. It
// is one that knows no fractions of a second if WHOLE is set.
const fakeSleep = `#!/bin/sh
echo "$1" >>"$FAKE/slept"
[ "$(wc -l <"$FAKE/slept")" -lt 2 ] || cp "$FAKE"/after/* "$FAKE"
case $1 in *.*) [ ! -e "$FAKE/whole" ] || { echo "sleep: invalid number '$1'" >&2; exit 1; } ;; esac
`

// A pod that waits asks again after a fifth of a second, or after a second where
// sleep takes whole numbers only, and tells nobody about that.
func TestStartRedisWaits(t *testing.T) {
	for name, want := range map[string]string{"fractions": "0.2\n0.2\n", "whole": "0.2\n1\n"} {
		t.Run(name, func(t *testing.T) {
			eachStartedPod(t, func(t *testing.T, p startedPod) {
				if p.shell[0] == "busybox" {
					// Its own sleep goes before any other, and takes fractions.
					p.shell = []string{"sh"}
				}
				if err := os.WriteFile(filepath.Join(p.fake, "bin", "sleep"), []byte(fakeSleep), 0o755); err != nil {
					t.Fatal(err)
				}
				put(t, p.fake, name, "")
				for _, pod := range []string{"redis-0", "redis-2"} {
					p.sentinel(t, "after/"+pod, 1, "redis-2")
				}
				conf, told := p.start(t, "start-redis.sh")
				if len(only(conf, "replicaof redis-2 6379")) != 1 {
					t.Errorf("no replica of redis-2: %q", conf)
				}
				if strings.Contains(told, "invalid") {
					t.Errorf("tells of sleep: %s", told)
				}
				slept, err := os.ReadFile(filepath.Join(p.fake, "slept"))
				if err != nil || !strings.HasPrefix(string(slept), want) {
					t.Errorf("slept %q, want %q first: %v", slept, want, err)
				}
			})
		})
	}
}

// The password reaches the files byte by byte: some shells take a backslash in what
// echo prints for the beginning of something else.
func TestStartWritesPasswordAsItIs(t *testing.T) {
	const password = `a\\b\nc\0101\x41\2\cz%s$HOME*#`
	eachStartedPod(t, func(t *testing.T, p startedPod) {
		anyone := strings.Replace(fakeCLI, `[ "$REDISCLI_AUTH" = s3cret ] || exit 1`, "", 1)
		if err := os.WriteFile(filepath.Join(p.fake, "bin", "redis-cli"), []byte(anyone), 0o755); err != nil {
			t.Fatal(err)
		}
		put(t, p.dir, "password", password)
		p.sentinel(t, "redis-0", 1, "redis-0")
		p.sentinel(t, "redis-2", 1, "redis-0")
		for script, want := range map[string][]string{
			"start-redis.sh":    {"requirepass " + password, "masterauth " + password},
			"start-sentinel.sh": {"sentinel auth-pass mymaster " + password, "requirepass " + password, "sentinel sentinel-pass " + password},
		} {
			conf, _ := p.start(t, script)
			for _, line := range want {
				if len(only(conf, line)) != 1 {
					t.Errorf("%s: no line %q in\n%s", script, line, strings.Join(conf, "\n"))
				}
			}
		}
	})
}

// A Sentinel that was held up says yes to a failover and begins half a minute
// later: another one is asked, if there is one.
func TestAskFailover(t *testing.T) {
	tests := []struct {
		name         string
		tilt, silent []string
		asked        string
	}{
		{"all answer", nil, nil, "failover by redis-0\n"},
		{"the first one is in TILT", []string{"redis-0"}, nil, "failover by redis-2\n"},
		{"the first one does not answer", nil, []string{"redis-0"}, "failover by redis-2\n"},
		{"all are in TILT", []string{"redis-0", "redis-2"}, nil, "failover by redis-0\n"},
		{"nobody answers", nil, []string{"redis-0", "redis-2"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			eachStartedPod(t, func(t *testing.T, p startedPod) {
				for _, pod := range test.tilt {
					put(t, p.fake, pod+".26379.tilt", "sentinel_masters:1\r\nsentinel_tilt:1\r\n")
				}
				for _, pod := range test.silent {
					put(t, p.fake, pod+".26379.tilt", "")
				}
				put(t, p.fake, "after/redis-0.26379", "")
				_, errs, err := p.run(`speak_as s3cret; ask_failover "$others"`, "PATH="+filepath.Join(p.fake, "bin")+":"+os.Getenv("PATH"), "FAKE="+p.fake)
				if (err == nil) != (test.asked != "") {
					t.Errorf("%v: %s", err, errs)
				}
				log, _ := os.ReadFile(filepath.Join(p.fake, "log"))
				if string(log) != test.asked {
					t.Errorf("asked: %q, want %q", log, test.asked)
				}
			})
		})
	}
}

// A Secret that has changed is taken by the running servers beside the old
// password, over standard input, so that pods can restart one by one.
func TestProbeAcceptsNewPassword(t *testing.T) {
	const cli = `#!/bin/sh
echo "$REDISCLI_AUTH says: $(cat) $*" | sed "s/ -h .* -p [0-9]*//" >>"$FAKE/log"
case "$*" in *ping*) echo PONG ;; esac
`
	for _, shell := range shells(t) {
		t.Run(strings.Join(shell, " "), func(t *testing.T) {
			p := newStartedPod(t, shell)
			if err := os.WriteFile(filepath.Join(p.fake, "bin", "redis-cli"), []byte(cli), 0o755); err != nil {
				t.Fatal(err)
			}
			run := filepath.Join(p.dir, "run")
			put(t, run, "password", "s3cret")
			put(t, p.dir, "data/sentinel/sentinel.conf", "sentinel auth-pass mymaster s3cret\nsentinel sentinel-pass s3cret\n")
			probe := func(script string, args ...string) string {
				put(t, p.fake, "log", "")
				cmd := exec.Command(p.shell[0], append(append(p.shell[1:], filepath.Join(p.dir, "scripts", script)), args...)...)
				cmd.Env = []string{
					"PATH=" + filepath.Join(p.fake, "bin") + ":" + os.Getenv("PATH"), "FAKE=" + p.fake, "POD_NAME=redis-1",
					"REDIS_ETC=" + p.dir, "REDIS_RUN=" + run, "REDIS_SECRET=" + filepath.Join(p.dir, "password"),
				}
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%s: %v: %s", script, err, out)
				}
				log, err := os.ReadFile(filepath.Join(p.fake, "log"))
				if err != nil {
					t.Fatal(err)
				}
				return string(log)
			}
			for _, secret := range []string{"s3cret", "n3w", "has blank"} {
				put(t, p.dir, "password", secret)
				for _, test := range [][]string{{"probe-redis.sh", "ready"}, {"probe-sentinel.sh"}} {
					log := probe(test[0], test[1:]...)
					if got := strings.Contains(log, "s3cret says: ACL SETUSER default >n3w\n"); got != (secret == "n3w") {
						t.Errorf("%s with %q: %s", test[0], secret, log)
					}
					if !strings.Contains(log, " says:  ping\n") {
						t.Errorf("%s does not ask whether the server answers: %s", test[0], log)
					}
				}
			}
		})
	}
}
