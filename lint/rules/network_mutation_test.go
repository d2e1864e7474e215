package rules_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOneNetworkMistake makes one mistake at a time in manifests and values that are
// right, and wants one error: that of its own rule, on the line that was
// changed, or on the line that is named where no one can tell which of two is
// wrong.
func TestOneNetworkMistake(t *testing.T) {
	const redis, values = "redis.yaml", "values.yaml"
	right := map[string]string{}
	for _, name := range []string{redis, values} {
		data, err := os.ReadFile("testdata/mutations/" + name)
		if err != nil {
			t.Fatal(err)
		}
		right[name] = string(data)
	}
	if got := errorsOf(t, right); len(got) > 0 {
		t.Fatalf("the manifests should be right:\n%s", strings.Join(got, "\n"))
	}
	tests := []struct {
		file, at string // the at is part of the line
		nth      int
		old, new string
		want     string // rule, and where if it is another line
	}{
		// Hosts of the gateway.
		{values, "host:", 1, "sentinel.cache", "sentinal.cache", "network/host-unresolved"},
		{values, "host:", 1, "sentinel.cache", "sentinel.cache.svc.cluster.loca", "network/host-unresolved"},
		{values, "host:", 1, "sentinel.cache", "sentinel.svc", "network/host-unresolved"},
		{values, "host:", 1, "sentinel.cache", "sentinel.cach", "network/namespace"},
		{values, "host:", 1, "sentinel.cache", "redis-master.cache", "network/selector"},
		{values, "port:", 1, "26379", "26378", "network/port"},
		{values, "port:", 1, "26379", "6379", "network/port"},
		// What Sentinel monitors, and whom the replicas follow.
		{redis, "sentinel monitor", 1, "redis-master.cache", "redis-mastr.cache", "sentinel/monitor-target"},
		{redis, "sentinel monitor", 1, "redis-master.cache", "redis-master.cahe", "sentinel/monitor-target"},
		{redis, "sentinel monitor", 1, "master-0.", "master-1.", "sentinel/monitor-target"},
		{redis, "sentinel monitor", 1, "cluster.local", "cluster.lcoal", "sentinel/monitor-target"},
		{redis, "sentinel monitor", 1, " 6379", " 6378", "sentinel/monitor-target"},
		{redis, "replicaof", 1, "redis-master ", "redis-mastr ", "redis/replicaof-target"},
		{redis, "replicaof", 1, "master-0", "master-1", "redis/replicaof-target"},
		{redis, "replicaof", 1, "6379", "6380", "redis/replicaof-target"},
		// Names of Services.
		{redis, "  name: redis-master", 2, "redis-master", "redis-mster", "network/host-unresolved"},
		{redis, "serviceName: redis-master", 1, "redis-master", "redis-mastr", "network/host-unresolved"},
		{redis, "  name: sentinel", 4, "sentinel", "sentinels", "network/host-unresolved"},
		// Ports.
		{redis, "    port 6379", 1, "6379", "6380", "network/target-port"},
		{redis, "    port 6379", 2, "6379", "6380", "network/target-port"},
		{redis, "    port 26379", 1, "26379", "26380", "network/target-port"},
		{redis, "targetPort: 6379", 1, "6379", "6380", "network/target-port"},
		{redis, "- port: 26379", 1, "26379", "26380", "network/target-port"},
		// Selectors and labels: of Services, then of workloads and their pods.
		{redis, "    app: redis", 5, "redis", "redix", "network/selector"},
		{redis, "    role: master", 3, "master", "mastex", "network/selector"},
		{redis, "    role: master", 3, "master", "replica", "network/selector"},
		{redis, "    role: replica", 3, "replica", "replicx", "network/selector"},
		{redis, "    app: sentinel", 3, "sentinel", "sentinex", "network/selector"},
		{redis, "    app: sentinel", 3, "app", "ap", "network/selector"},
		{redis, "    app: sentinel", 3, "sentinel", "redis", "network/selector"},
		{redis, "    app: redis", 1, "redis", "redix", "manifest/selector"},
		{redis, "    app: redis", 2, "redis", "redix", "manifest/selector"},
		{redis, "    role: master", 1, "master", "mastex", "manifest/selector"},
		{redis, "    role: master", 2, "master", "mastex", "manifest/selector"},
		{redis, "    role: replica", 1, "replica", "replicx", "manifest/selector"},
		{redis, "    role: replica", 2, "replica", "replicx", "manifest/selector"},
		{redis, "    app: sentinel", 1, "sentinel", "sentinex", "manifest/selector"},
		{redis, "    app: sentinel", 2, "sentinel", "sentinex", "manifest/selector"},
		// Keys of ConfigMaps.
		{redis, "  redis.conf: |", 1, "redis.conf", "redis.cnf", "manifest/missing-key"},
		{redis, "  sentinel.conf: |", 1, "sentinel.conf", "sentinal.conf", "manifest/missing-key"},
		{redis, "  replica.conf: |", 1, "replica.conf", "replicas.conf", "manifest/missing-key redis.yaml /conf/replica.conf]"},
		{redis, "/conf/redis.conf]", 1, "redis.conf", "reddis.conf", "manifest/missing-key"},
		{redis, "/conf/replica.conf]", 1, "replica.conf", "replca.conf", "manifest/missing-key"},
		{redis, "[cp,", 1, "/conf/sentinel.conf", "/conf/sentinl.conf", "manifest/missing-key"},
		// Names of ConfigMaps and service accounts.
		{redis, "name: redis-conf", 1, "redis-conf", "redis-config", "manifest/dangling-ref"},
		{redis, "name: redis-conf", 2, "redis-conf", "redis-config", "manifest/dangling-ref"},
		{redis, "name: redis-conf", 3, "redis-conf", "reds-conf", "manifest/dangling-ref"},
		{redis, "name: sentinel-conf", 1, "sentinel-conf", "sentinel-cnf", "manifest/dangling-ref redis.yaml           name: sentinel-conf"},
		{redis, "name: sentinel-conf", 2, "sentinel-conf", "sentinl-conf", "manifest/dangling-ref"},
		{redis, "serviceAccountName", 1, "redis", "reddis", "manifest/dangling-ref"},
		// Images.
		{redis, "image:", 1, "7.2.5", "7.0.15", "image/drift"},
		{redis, "image:", 2, "7.2.5", "7.0.15", "image/drift"},
		{redis, "image:", 4, "7.2.5", "6.2.14", "image/drift"},
		{redis, "image:", 4, "redis:7.2.5", "valkey/valkey:8.0.1", "image/drift"},
		{redis, "image:", 1, "redis:7.2.5", "Redis:7.2.5", "image/invalid"},
	}
	for _, n := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9} {
		tests = append(tests, struct {
			file, at string
			nth      int
			old, new string
			want     string
		}{redis, "  namespace: cache", n, "cache", "cash", "network/namespace"})
	}
	for _, tt := range tests {
		name := fmt.Sprintf("%s/%s %d/%s", tt.file, strings.TrimSpace(tt.at), tt.nth, strings.TrimSpace(tt.new))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lines := strings.Split(right[tt.file], "\n")
			line := lineOf(t, lines, tt.at, tt.nth)
			lines[line-1] = strings.Replace(lines[line-1], tt.old, tt.new, 1)
			wrong := map[string]string{redis: right[redis], values: right[values]}
			if wrong[tt.file] = strings.Join(lines, "\n"); wrong[tt.file] == right[tt.file] {
				t.Fatalf("%q is not on line %d", tt.old, line)
			}
			rule, place, elsewhere := strings.Cut(tt.want, " ")
			file := tt.file
			if elsewhere {
				var at string
				file, at, _ = strings.Cut(place, " ")
				line = lineOf(t, strings.Split(right[file], "\n"), at, 1)
			}
			want := []string{fmt.Sprintf("%s:%d %s", file, line, rule)}
			if diff := cmp.Diff(want, errorsOf(t, wrong)); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
		})
	}
}

// lineOf returns the number of the nth line that holds a text.
func lineOf(t *testing.T, lines []string, text string, nth int) int {
	t.Helper()
	for i, l := range lines {
		if strings.Contains(l, text) {
			if nth--; nth == 0 {
				return i + 1
			}
		}
	}
	t.Fatalf("no such line: %q", text)
	return 0
}
