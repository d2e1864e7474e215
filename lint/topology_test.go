package lint_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// factsOf collects the facts of one file of manifests. "WORKLOAD kind name
// replicas | command | conf" stands for a workload whose pods carry its name as
// label app and mount the ConfigMap conf at /conf.
func factsOf(t *testing.T, manifests string) *lint.Facts {
	t.Helper()
	var b strings.Builder
	for doc := range strings.SplitSeq(manifests, "---\n") {
		rest, ok := strings.CutPrefix(strings.TrimSpace(doc), "WORKLOAD ")
		if !ok {
			b.WriteString("---\n" + doc)
			continue
		}
		head, command, _ := strings.Cut(rest, "|")
		f := strings.Fields(head)
		replicas := ""
		if len(f) > 2 {
			replicas = "\n  replicas: " + f[2]
		}
		b.WriteString("---\napiVersion: apps/v1\nkind: " + f[0] + "\nmetadata: {name: " + f[1] + "}\nspec:" + replicas + `
  selector: {matchLabels: {app: ` + f[1] + `}}
  template:
    metadata: {labels: {app: ` + f[1] + `}}
    spec:
      containers:
      - name: main
        image: redis:7.2.5
        command: ` + strings.TrimSpace(command) + `
        volumeMounts: [{name: conf, mountPath: /conf}]
      volumes: [{name: conf, configMap: {name: conf}}]
`)
	}
	r, err := repo.Open(fstest.MapFS{"all.yaml": {Data: []byte(b.String())}}, repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Environments) != 1 {
		t.Fatalf("%d environments, problems %v", len(r.Environments), r.Problems)
	}
	return lint.Collect(r.Environments[0])
}

const redisService = `apiVersion: v1
kind: Service
metadata: {name: redis}
spec: {clusterIP: None, selector: {app: redis}, ports: [{port: 6379}]}
---
`

func TestReplicas(t *testing.T) {
	tests := []struct {
		name, manifests string
		n               int
		known           bool
	}{
		{"alone", "WORKLOAD StatefulSet redis 1 | [redis-server]", 0, true},
		{"more masters", "WORKLOAD Deployment redis 3 | [redis-server]", 0, true},
		{"followers", "WORKLOAD StatefulSet redis 1 | [redis-server]\n---\nWORKLOAD Deployment copy 2 | [redis-server, --replicaof, redis, '6379']", 2, true},
		{"no one", "WORKLOAD StatefulSet redis 1 | [redis-server]\n---\nWORKLOAD Deployment copy 2 | [redis-server, --replicaof, 'no', one]", 0, true},
		{"of nobody known", "WORKLOAD StatefulSet redis 1 | [redis-server]\n---\nWORKLOAD Deployment copy 2 | [redis-server, --replicaof, rediss, '6379']", 0, false},
		{"by a script", `WORKLOAD StatefulSet redis 3 | [sh, -c, 'redis-server --port 6379 & redis-cli replicaof redis-0.redis 6379; wait']`, 0, false},
		{"by a job", "WORKLOAD StatefulSet redis 3 | [redis-server]\n---\nWORKLOAD Job join | [redis-cli, -h, redis-1.redis, REPLICAOF, redis-0.redis, '6379']", 0, false},
		{"by an image of its own kind", "WORKLOAD StatefulSet redis 1 | [redis-server]\n---\nWORKLOAD Deployment copy 2 | [/entrypoint-of-the-image]", 0, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := factsOf(t, redisService+test.manifests)
			var g *lint.Group
			for _, s := range f.Groups {
				if len(s.Redis) > 0 && s.Redis[0].Container.Workload.Object.Name == "redis" {
					g = s
				}
			}
			if g == nil {
				t.Fatal("no group holds the Redis")
			}
			got := f.Replicas(g, nil)
			if got.N != test.n || got.Known != test.known {
				t.Errorf("Replicas = %d, known %v; want %d, %v", got.N, got.Known, test.n, test.known)
			}
		})
	}
}

func TestSentinelCount(t *testing.T) {
	const monitor = "[redis-server, --sentinel, --sentinel monitor m redis 6379 2]"
	const scaler = "\n---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: s}\nspec: {scaleTargetRef: {kind: Deployment, name: s}, minReplicas: 1, maxReplicas: 9}\n"
	tests := []struct {
		name, manifests string
		n               int
		known           bool
	}{
		{"written", "WORKLOAD Deployment s 3 | " + monitor, 3, true},
		{"one if nothing is said", "WORKLOAD Deployment s | " + monitor, 1, true},
		{"several workloads", "WORKLOAD Deployment s 1 | " + monitor + "\n---\nWORKLOAD StatefulSet u 2 | " + monitor, 3, true},
		{"one for each node", "WORKLOAD DaemonSet s | " + monitor, 1, false},
		{"scaled by load", "WORKLOAD Deployment s 3 | " + monitor + scaler, 3, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := factsOf(t, redisService+"WORKLOAD StatefulSet redis 1 | [redis-server]\n---\n"+test.manifests)
			if len(f.Groups) != 1 {
				t.Fatalf("%d groups", len(f.Groups))
			}
			got := f.SentinelCount(f.Groups[0])
			if got.N != test.n || got.Known != test.known {
				t.Errorf("SentinelCount = %d, known %v; want %d, %v", got.N, got.Known, test.n, test.known)
			}
			if len(got.Places) == 0 {
				t.Error("no place says how many there are")
			}
		})
	}
}

// TestWrittenByShell shows what is taken from a configuration that a script
// writes: nothing that the shell makes of its own accord.
func TestWrittenByShell(t *testing.T) {
	tests := []struct {
		name, script string
		directives   string
		complete     bool
	}{
		{"plain", "cat > /run/s.conf <<E\nport 5000\nsentinel monitor m redis 6379 2\nE\n", "port sentinel", true},
		{"a line of its own", "cat > /run/s.conf <<E\nport 5000\n$(cat /tmp/master)\nE\n", "port", false},
		{"a loop", "cat > /run/s.conf <<E\nport 5000\n$(for p in a b; do\n  echo known $p\ndone)\ndir /tmp\nE\n", "port dir", false},
		{"quotes of the shell", "cat > /run/s.conf <<E\nport 5000\nrequirepass \\\"$PW\"x\nE\n", "port", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			script := strings.ReplaceAll(strings.TrimSuffix(test.script, "\n"), "\n", "\n    ")
			f := factsOf(t, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  start.sh: |\n    "+script+"\n    exec redis-sentinel /run/s.conf\n---\nWORKLOAD StatefulSet s 3 | [sh, /conf/start.sh]")
			if len(f.Sentinels) != 1 {
				t.Fatalf("%d Sentinels", len(f.Sentinels))
			}
			var names []string
			for _, d := range f.Sentinels[0].Directives {
				names = append(names, d.Name)
			}
			if got := strings.Join(names, " "); got != test.directives || f.Sentinels[0].Complete != test.complete {
				t.Errorf("directives %q, complete %v; want %q, %v", got, f.Sentinels[0].Complete, test.directives, test.complete)
			}
		})
	}
}

// TestUnreadConf shows when a mounted configuration counts as not used.
func TestUnreadConf(t *testing.T) {
	const conf = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  redis.conf: |\n    appendonly yes\n    port 6379\n---\n"
	tests := []struct {
		name, command string
		unread        bool
	}{
		{"read", "[redis-server, /conf/redis.conf]", false},
		{"another path", "[redis-server, /etc/redis.conf]", true},
		{"no path", "[redis-server]", true},
		{"options instead", "[redis-server, --appendonly, 'yes']", true},
		{"a script that names it", "[sh, -c, 'cp /conf/redis.conf /tmp/r.conf; redis-server /tmp/r.conf']", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := factsOf(t, conf+"WORKLOAD StatefulSet redis 1 | "+test.command)
			if len(f.Redis) != 1 {
				t.Fatalf("%d Redis servers", len(f.Redis))
			}
			if got := len(f.Redis[0].Unread()) > 0; got != test.unread {
				t.Errorf("unread = %v, want %v", got, test.unread)
			}
			if test.unread && f.Redis[0].Complete {
				t.Error("what the server reads is known although its file is not read")
			}
		})
	}
}

// TestProgramOfTheOtherFile shows that a server is taken for what its file is
// for.
func TestProgramOfTheOtherFile(t *testing.T) {
	const conf = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  redis.conf: appendonly yes\n  sentinel.conf: sentinel monitor m redis 6379 2\n---\n"
	f := factsOf(t, conf+"WORKLOAD StatefulSet a 1 | [redis-server, /conf/sentinel.conf]\n---\nWORKLOAD StatefulSet b 1 | [redis-sentinel, /conf/redis.conf]\n---\nWORKLOAD StatefulSet c 1 | [redis-server, /conf/redis.conf]")
	if len(f.Sentinels) != 1 || len(f.Redis) != 2 {
		t.Fatalf("%d Sentinels and %d Redis servers, want 1 and 2", len(f.Sentinels), len(f.Redis))
	}
	if !f.Sentinels[0].WrongProgram || !f.Redis[0].WrongProgram || f.Redis[1].WrongProgram {
		t.Error("WrongProgram is not told of a and b alone")
	}
}
