package rules_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/rules"
)

// findingsOf lints two files that belong together, and returns the findings of
// the families sentinel and redis as "file:line rule", in order.
func findingsOf(t *testing.T, redis, values string) []string {
	t.Helper()
	fsys := fstest.MapFS{"redis.yaml": {Data: []byte(redis)}, "values.yaml": {Data: []byte(values)}}
	r, err := repo.Open(fsys, repo.Options{Paths: []string{"redis.yaml", "values.yaml"}})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range lint.Run(r, lint.Options{Rules: rules.All()}) {
		if family := f.Rule.Family(); family == "sentinel" || family == "redis" {
			at := f.Primary()
			found = append(found, fmt.Sprintf("%s:%d %s", at.File, at.Line, f.Rule.ID))
		}
	}
	return found
}

// TestOneMistakeOneFinding changes one thing in the broken example and wants
// one more finding: that of the rule, at the line of the change. A rule of ""
// stands for a change that is none of these families' business, so that nothing
// new may be said.
func TestOneMistakeOneFinding(t *testing.T) {
	redis, err := os.ReadFile("../../golden/broken/redis.yaml")
	if err != nil {
		t.Fatal(err)
	}
	values, err := os.ReadFile("../../golden/broken/values.yaml")
	if err != nil {
		t.Fatal(err)
	}
	goodValues := strings.Replace(string(values), "master: mymaster", "master: edge-master", 1)
	before := map[string]bool{}
	for _, f := range findingsOf(t, string(redis), goodValues) {
		before[f] = true
	}
	tests := []struct{ name, old, new, rule string }{
		{"client's name", "master: edge-master", "master: edge-mastre", "sentinel/master-name-mismatch"},
		{"client's name in another case", "master: edge-master", "master: Edge-Master", "sentinel/master-name-mismatch"},
		{"monitored name", "monitor edge-master", "monitor edgemaster", "sentinel/unknown-master"},
		{"name of auth-pass", "auth-pass edge-master", "auth-pass edge_master", "sentinel/unknown-master"},
		{"name of a timer", "failover-timeout edge-master", "failover-timeout mymaster", "sentinel/unknown-master"},
		{"comma in the name", "monitor edge-master", "monitor edge,master", "sentinel/unknown-master"},
		{"host misspelled", "edge-master ratelimit-primary", "edge-master ratelimit-primry", "sentinel/monitor-target"},
		{"host of the Sentinels", "edge-master ratelimit-primary", "edge-master ratelimit-sentinel", "sentinel/monitor-target"},
		{"host in another namespace", "edge-master ratelimit-primary", "edge-master ratelimit-primary.egde.svc.cluster.local", "sentinel/monitor-target"},
		{"localhost", "edge-master ratelimit-primary", "edge-master localhost", "sentinel/monitor-target"},
		{"the full name of the host", "edge-master ratelimit-primary", "edge-master ratelimit-primary.edge.svc.cluster.local", ""},
		{"port of the master", "ratelimit-primary 6379 2", "ratelimit-primary 6380 2", "sentinel/monitor-target"},
		{"port of the Service", "    - port: 6379\n---", "    - port: 6380\n      targetPort: 6379\n---", "sentinel/monitor-target"},
		{"name of the Service", "kind: Service\nmetadata:\n  name: ratelimit-primary", "kind: Service\nmetadata:\n  name: ratelimit-main", "sentinel/monitor-target"},
		{"quorum above all", "6379 2", "6379 5", "sentinel/quorum-unreachable"},
		{"quorum of all", "6379 2", "6379 3", "sentinel/quorum-not-majority"},
		{"quorum of one", "6379 2", "6379 1", "sentinel/quorum-not-majority"},
		{"quorum of none", "6379 2", "6379 0", "redis/bad-value"},
		{"quorum missing", "6379 2", "6379", "redis/bad-value"},
		{"two Sentinels", "replicas: 3", "replicas: 2", "sentinel/sentinel-count"},
		{"four Sentinels", "replicas: 3", "replicas: 4", "sentinel/sentinel-count"},
		{"down-after with a unit", "edge-master 8000", "edge-master 8s", "sentinel/timers"},
		{"down-after too short", "edge-master 8000", "edge-master 80", "sentinel/timers"},
		{"down-after zero", "edge-master 8000", "edge-master 0", "redis/bad-value"},
		{"failover-timeout with a unit", "edge-master 60000", "edge-master 3m", "sentinel/timers"},
		{"failover-timeout below down-after", "edge-master 60000", "edge-master 6000", "sentinel/timers"},
		{"directive misspelled", "sentinel monitor", "sentinel montior", "redis/unknown-directive"},
		{"sentinel misspelled", "sentinel monitor", "sentinal monitor", "redis/unknown-directive"},
		{"directive of Redis misspelled", "appendonly yes", "append-only yes", "redis/unknown-directive"},
		{"boolean", "appendonly yes", "appendonly true", "redis/bad-value"},
		{"quote", "masterauth Tr0ub4dor-and-3", "masterauth \"Tr0ub4dor-and-3", "redis/bad-value"},
		{"server of the wrong kind", "[redis-sentinel, ", "[redis-server, ", "redis/unknown-directive"},
		{"Sentinel of the wrong kind", "[redis-server, ", "[redis-sentinel, ", "redis/unknown-directive"},
		{"path of the command", "redis-server, /etc/redis/redis.conf", "redis-server, /etc/redis.conf", "redis/config-not-used"},
		{"path of the mount", "mountPath: /etc/redis/redis.conf", "mountPath: /etc/redis/redis.cnf", "redis/config-not-used"},
		{"no path", "redis-server, /etc/redis/redis.conf", "redis-server", "redis/config-not-used"},
		{"an old image", "image: redis:7.2.5\n          command: [redis-sentinel", "image: redis:6.0.20\n          command: [redis-sentinel", ""},
		{"one password", "requirepass Tr0ub4dor-and-3", "requirepass correct-horse", ""},
		{"selector of the Service", "selector: {app: ratelimit-primary}\n  ports", "selector: {app: ratelimit-prim}\n  ports", ""},
		{"selector of the other kind", "selector: {app: ratelimit-primary}\n  ports", "selector: {app: ratelimit-sentinel}\n  ports", ""},
		{"labels of the pods", "labels: {app: ratelimit-primary}", "labels: {app: ratelimit-prim}", ""},
		{"name of the ConfigMap", "kind: ConfigMap\nmetadata:\n  name: ratelimit-config", "kind: ConfigMap\nmetadata:\n  name: ratelimit-conf", ""},
		{"key of Sentinel", "  sentinel.conf: |", "  sentinel.cnf: |", ""},
		{"key of Redis", "  redis.conf: |", "  redis.cnf: |", ""},
		{"subPath", "subPath: sentinel.conf", "subPath: sentinel.cfg", ""},
		{"node of the client", "host: ratelimit-sentinel.edge", "host: ratelimit-sentinels.edge", ""},
		{"namespace of the Sentinels", "name: ratelimit-sentinel\n  namespace: edge\nspec:\n  replicas", "name: ratelimit-sentinel\n  namespace: core\nspec:\n  replicas", ""},
		{"namespace of the master's Service", "kind: Service\nmetadata:\n  name: ratelimit-primary\n  namespace: edge", "kind: Service\nmetadata:\n  name: ratelimit-primary\n  namespace: core", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, v := strings.Replace(string(redis), test.old, test.new, 1), strings.Replace(goodValues, test.old, test.new, 1)
			file, text, old := "redis.yaml", r, string(redis)
			if r == old {
				file, text, old = "values.yaml", v, goodValues
			}
			if text == old {
				t.Fatal("nothing changed")
			}
			line := 1
			for i := 0; text[i] == old[i]; i++ {
				if text[i] == '\n' {
					line++
				}
			}
			if file == "redis.yaml" {
				v = goodValues
			}
			want := ""
			if test.rule != "" {
				want = fmt.Sprintf("%s:%d %s", file, line, test.rule)
			}
			var added []string
			shift := strings.Count(test.new, "\n") - strings.Count(test.old, "\n")
			for _, f := range findingsOf(t, r, v) {
				if !before[f] && !before[shifted(f, file, line, shift)] {
					added = append(added, f)
				}
			}
			if got := strings.Join(added, ", "); got != want {
				t.Errorf("new findings: %q, want %q", got, want)
			}
		})
	}
}

// shifted returns what a finding below a line was called before lines were
// added there.
func shifted(finding, file string, line, by int) string {
	var at int
	var rule string
	if _, err := fmt.Sscanf(finding, file+":%d %s", &at, &rule); err != nil || at <= line {
		return finding
	}
	return fmt.Sprintf("%s:%d %s", file, at-by, rule)
}
