package prove

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// run proves a plan and logs the timeline where the test fails.
func run(t *testing.T, plan *Plan, opts Options) *Result {
	t.Helper()
	needRedis(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(10+number("SOAK", 0)+number("PASSWORDS", 0)/4)*time.Minute)
	defer cancel()
	var lines []string
	r, err := Run(ctx, plan, opts, func(e Event) {
		lines = append(lines, e.String())
		if strings.Contains(e.Text, " of ") && opts.Rounds+len(opts.Passwords) > 50 {
			t.Log(e.String()) // it takes long: show how far it is
		}
	})
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("\n" + strings.Join(lines, "\n"))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		for _, secret := range plan.Masked {
			if strings.Contains(line, secret) {
				t.Errorf("a secret is in the timeline")
			}
		}
	}
	return r
}

// passes asserts that a proof passed with nothing lost.
func passes(t *testing.T, r *Result, faults ...Fault) {
	t.Helper()
	if !r.Passed || len(r.Causes) > 0 {
		t.Errorf("does not pass: %q", r.Causes)
	}
	if len(r.Faults) != len(faults) {
		t.Fatalf("%d faults were suffered, want %q", len(r.Faults), faults)
	}
	for i, f := range faults {
		o := r.Faults[i]
		if o.Fault != f || !o.Recovered || o.Return < 0 {
			t.Errorf("fault %s: %+v", f, o)
		}
		if !f.isolates() && o.SplitBrain > 0 {
			t.Errorf("fault %s: two masters took writes for %s", f, o.SplitBrain)
		}
	}
	if r.Writes < 50 {
		t.Errorf("only %d writes were acknowledged", r.Writes)
	}
	t.Log(strings.Join(r.Figures(), "; "))
}

// TestExamples proves the examples as they are generated, byte for byte.
func TestExamples(t *testing.T) {
	for _, test := range []struct {
		example, env string
		faults       []Fault
		pods         int
	}{
		{"smallest", "dev", []Fault{KillMaster}, 3},
		{"environments", "prod", []Fault{KillMaster, KillAll}, 3},
		{"everything", "prod", []Fault{KillMaster}, 5}, // with TLS
	} {
		t.Run(test.example, func(t *testing.T) {
			t.Parallel()
			plan := planOf(t, test.example, test.env)
			if len(plan.Pods) != test.pods {
				t.Errorf("%d pods are planned, want %d", len(plan.Pods), test.pods)
			}
			r := run(t, plan, Options{Faults: test.faults})
			passes(t, r, test.faults...)
			if r.Limit != plan.DownAfter+FailoverBudget {
				t.Errorf("the limit is %s, want %s after down-after %s", r.Limit, FailoverBudget, plan.DownAfter)
			}
			o := r.Faults[0]
			if o.FirstWrite > r.Limit || o.Detection < plan.DownAfter-time.Second || o.Promotion < o.Detection || o.FirstWrite < o.Promotion {
				t.Errorf("the times make no story: %+v", o)
			}
			if o.NewMaster == "" || o.NewMaster == o.Pod {
				t.Errorf("the new master is %q, the old one was %q", o.NewMaster, o.Pod)
			}
			if r.Lost > 0 {
				t.Errorf("%d of %d acknowledged writes are lost", r.Lost, r.Writes)
			}
		})
	}
}

// TestFaults proves that the generated pods survive what happens to pods.
func TestFaults(t *testing.T) {
	for _, test := range []struct {
		name, example, env string
		faults             []Fault
		isolation          Isolation
	}{
		{"containers", "valkey", "prod", []Fault{Crash, KillSentinel, Sentinels, LoseData}, Auto},
		{"pods", "smallest", "dev", []Fault{Delete, LoseVolume, Stale}, Auto},
		{"operations", "namespaces", "prod", []Fault{Rollout, Rotate, Rotation}, Auto},
		{"network", "smallest", "dev", []Fault{Partition}, Auto},
		{"loopback", "smallest", "dev", []Fault{KillMaster, Freeze, Delete, Rotate}, Loopback},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := run(t, planOf(t, test.example, test.env, faster("deploy")), Options{Faults: test.faults, Isolation: test.isolation})
			passes(t, r, test.faults...)
			if test.isolation == Loopback && r.Isolation != Loopback {
				t.Errorf("the pods ran in %s", r.Isolation)
			}
			for _, o := range r.Faults {
				// What section 3 of the facts measured, with time for a machine under load.
				most := map[Fault]time.Duration{Crash: 5 * time.Second, KillSentinel: 4 * time.Second, Sentinels: 4 * time.Second, LoseData: 8 * time.Second, Delete: 8 * time.Second, Rollout: 8 * time.Second, Rotation: 8 * time.Second}
				if limit, ok := most[o.Fault]; ok && o.Outage > limit {
					t.Errorf("fault %s: no write was acknowledged for %s", o.Fault, o.Outage)
				}
			}
		})
	}
}

// TestSlowStart proves that a master which is late at the first start, so that
// the Sentinels replace it while it comes, takes no write beside the new one.
func TestSlowStart(t *testing.T) {
	t.Parallel()
	late := edit{"deploy/base/scripts/start-redis.sh", "\nread_secret\n", "\n[ $POD_NAME != redis-0 ] || sleep 1.8\nread_secret\n"}
	r := run(t, planOf(t, "smallest", "dev", faster("deploy"), late), Options{Faults: []Fault{KillSentinel}})
	passes(t, r, KillSentinel)
	if r.SplitBrain > 0 {
		t.Errorf("two masters took writes for %s", r.SplitBrain)
	}
}

// TestPlanted proves that each mistake is found by what it does, and named.
func TestPlanted(t *testing.T) {
	start := "deploy/base/scripts/"
	for _, test := range []struct {
		name  string
		edit  edit
		cause string
	}{
		{"wrong auth-pass", edit{start + "start-sentinel.sh", `sentinel auth-pass $master_name $password`, `sentinel auth-pass $master_name not$password`}, "sentinel auth-pass is not the password of Redis"},
		{"wrong master name", edit{"deploy/overlays/prod/values.yaml", "master: mymaster", "master: my-master"}, "the gateway asks for the master my-master, the Sentinels know mymaster"},
		{"quorum 4 of 3", edit{"deploy/base/sentinel.conf", "6379 2\n", "6379 4\n"}, "quorum is 4 and there are 3 Sentinels"},
		{"no requirepass", edit{start + "start-redis.sh", `"requirepass $password" `, ``}, "refuses every other pod (DENIED)"},
		{"Redis on another port", edit{"deploy/overlays/prod/redis.conf", "port 6379", "port 6380"}, "Sentinel looks for the master redis-0 at port 6379, its Redis listens on 6380"},
		{"Redis on loopback only", edit{"deploy/overlays/prod/redis.conf", "protected-mode yes", "bind 127.0.0.1"}, "refuses connections to its pod's address"},
		{"wrong announced name", edit{start + "start-redis.sh", `replica-announce-ip $self`, `replica-announce-ip redis.example`}, "a replica announces itself as redis.example, which leads to no pod"},
		{"replicas that never follow", edit{start + "start-redis.sh", `*) echo "replicaof $master $redis_port" ;;`, `*) ;;`}, "took writes as masters at the same time"},
		{"a directive misspelt", edit{"deploy/overlays/prod/redis.conf", "tcp-keepalive 60", "tcp-keepaliv 60"}, "tcp-keepaliv 60"},
		{"wrong port of a node", edit{"deploy/overlays/prod/values.yaml", "port: 26379", "port: 26380"}, "the gateway asks Sentinel at port 26380, the Sentinels listen on 26379"},
		{"wrong host of a node", edit{"deploy/overlays/prod/values.yaml", "host: redis-1.redis-headless", "host: redis-1.redis-headles"}, "no Service of that name leads to pods here"},
		{"unit after a time", edit{"deploy/base/sentinel.conf", "mymaster 2000", "mymaster 2s"}, "down-after-milliseconds of mymaster is 2 ms"},
		{"Sentinels that refuse each other", edit{start + "start-sentinel.sh", `sentinel sentinel-pass $password`, `sentinel sentinel-pass $POD_NAME`}, "the Sentinels take each other for down"},
		{"liveness that fails", edit{start + "probe-redis.sh", `live) [ -n`, `live) [ -z`}, "the liveness probe of redis in redis-0 fails"},
		{"nothing saved", edit{"deploy/overlays/prod/redis.conf", "appendonly yes", "appendonly no"}, "writes nothing to its volume claim at /data"},
		{"another Secret", edit{"deploy/overlays/prod/values.yaml", "name: redis-auth", "name: gateway-redis"}, "the gateway sends Sentinel the password in key password of Secret gateway-redis, and Sentinel of redis-0 asks for the one in key password of Secret redis-auth"},
		{"no masterauth", edit{start + "start-redis.sh", ` "masterauth $password"`, ``}, "is missing: the master wants a password (NOAUTH)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := run(t, planOf(t, "environments", "prod", faster("deploy"), test.edit), Options{})
			if r.Passed {
				t.Error("passes")
			}
			if len(r.Causes) != 1 || !strings.Contains(r.Causes[0], test.cause) {
				t.Errorf("the causes are %q, want only one, with %q", r.Causes, test.cause)
			}
		})
	}
}

// TestGuide proves why the Redis of many guides cannot fail over: its Sentinels
// end at every start, for one reason behind the other, and nothing is promoted.
func TestGuide(t *testing.T) {
	const file = "redis.yaml"
	for _, test := range []struct {
		name   string
		edits  []edit
		causes []string
	}{
		{"as it is", nil, []string{"Can't resolve instance hostname", "there is one Redis and no replica"}},
		{"with names resolved", []edit{{file, "sentinel monitor edge-master", "sentinel resolve-hostnames yes\n    sentinel monitor edge-master"}},
			[]string{"is not writable: Read-only file system", "there is one Redis and no replica"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			fsys := copyOf(t, "../../golden/broken")
			for _, e := range test.edits {
				fsys[e.file].Data = []byte(strings.ReplaceAll(string(fsys[e.file].Data), e.old, e.new))
			}
			r := run(t, planFrom(t, fsys, ""), Options{Isolation: Namespaces})
			for _, want := range test.causes {
				if !strings.Contains(strings.Join(r.Causes, "\n"), want) {
					t.Errorf("the causes are %q, want one with %q", r.Causes, want)
				}
			}
			if len(r.Faults) != 1 || r.Faults[0].Promotion >= 0 || r.Faults[0].Recovered || r.Passed {
				t.Errorf("something was promoted: %+v", r.Faults)
			}
		})
	}
}

// TestInterrupted makes sure that nothing stays behind.
func TestInterrupted(t *testing.T) {
	needRedis(t)
	for _, isolation := range []Isolation{Auto, Loopback} {
		t.Run(string(isolation), func(t *testing.T) {
			// Not parallel: it looks for what it has left in a folder of its own.
			dir := t.TempDir()
			t.Setenv("TMPDIR", dir)
			plan := planOf(t, "smallest", "dev")
			ctx, cancel := context.WithCancel(t.Context())
			_, err := Run(ctx, plan, Options{Isolation: isolation}, func(e Event) {
				if strings.HasPrefix(e.Text, "complete") {
					cancel()
				}
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Run returns %v", err)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			if left, _ := filepath.Glob(fmt.Sprintf("/dev/shm/quorumwright-proof-%d-*", os.Getpid())); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			if out, _ := exec.Command("pgrep", "-P", strconv.Itoa(os.Getpid())).Output(); len(out) > 0 {
				t.Errorf("processes are left: %s", out)
			}
		})
	}
}

// TestMissing says how to install what is missing.
func TestMissing(t *testing.T) {
	plan := planOf(t, "smallest", "dev")
	_, err := Run(t.Context(), plan, Options{Server: filepath.Join(t.TempDir(), "redis-server")}, func(Event) {})
	var missing *MissingError
	if !errors.As(err, &missing) || !strings.Contains(err.Error(), "apt-get install redis-server") {
		t.Errorf("Run returns %v", err)
	}
}

// TestPasswords tries PASSWORDS random passwords (4 if it is not set), drawn from
// PASSWORDS_SEED: each is refused before anything starts, or lets in everyone who
// knows it, and nobody else, through a start, a failover and a second start. Some
// are here because a reader might take them for something else.
func TestPasswords(t *testing.T) {
	t.Parallel()
	passwords := append([]string{
		"#comment", "-x", `back\slash\`, `\\\n\0101\2\c`, "a b", " blank", `quo"te`, "quo'te", "$HOME`id`$(id)", "%s%n%25", "*", "~", "{}[]()<>|;&!?,:@^=+", "caf\u00e9", strings.Repeat("x", 512),
	}, RandomPasswords(number("PASSWORDS", 4), uint64(number("PASSWORDS_SEED", 1)))...)
	const at = 4                                                                        // so many at the same time
	printable := edit{"deploy/base/statefulset.yaml", "value: uri", "value: printable"} // as for a gateway from 4.12 on
	for i := range at {
		t.Run(strconv.Itoa(i+1), func(t *testing.T) {
			t.Parallel()
			part := passwords[len(passwords)*i/at : len(passwords)*(i+1)/at]
			r := run(t, planOf(t, "smallest", "dev", printable), Options{Faults: []Fault{KillSentinel}, Passwords: part})
			if !r.Passed || len(r.Trials) != len(part) {
				t.Errorf("%d of %d passwords were tried: %q", len(r.Trials), len(part), r.Causes)
			}
			for j, trial := range r.Trials {
				t.Logf("%d bytes: start %.1f s, failover %.1f s, second start %.1f s %s", trial.Length, trial.Start.Seconds(), trial.Failover.Seconds(), trial.Again.Seconds(), trial.Refused)
				if !trial.Held {
					t.Errorf("%q: %s", part[j], trial.Why)
				}
				if refused := strings.ContainsAny(part[j], " \"'\u00e9") || strings.Contains(part[j], "${") || strings.Contains(part[j], "://"); refused != (trial.Refused != "") {
					t.Errorf("%q is refused: %q, want %v", part[j], trial.Refused, refused)
				}
			}
			t.Log(strings.Join(r.Figures(), "; "))
		})
	}
}

// number reads a variable of the environment.
func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// TestSoak breaks random things SOAK times (6 if it is not set), from the seed
// SOAK_SEED.
func TestSoak(t *testing.T) {
	t.Parallel()
	rounds := number("SOAK", 6)
	r := run(t, planOf(t, "smallest", "dev", faster("deploy")), Options{Faults: []Fault{KillSentinel}, Rounds: rounds, Seed: uint64(number("SOAK_SEED", 1))})
	if !r.Passed || len(r.Rounds) != rounds {
		t.Errorf("%d of %d rounds: %q", len(r.Rounds), rounds, r.Causes)
	}
	for i, round := range r.Rounds {
		if !round.Recovered {
			t.Errorf("round %d: %s", i+1, round.What)
		}
	}
	t.Log(strings.Join(r.Figures(), "; "))
}
