package lint_test

import (
	"strings"
	"testing"

	"github.com/quorumwright/quorumwright/lint"
)

// cache is a Redis of three pods and a Sentinel in namespace cache.
const cache = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis, namespace: cache}
spec:
  replicas: 3
  serviceName: redis-headless
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers: [{name: redis, image: "redis:7.2.5", command: [redis-server]}]
---
apiVersion: v1
kind: Service
metadata: {name: redis-headless, namespace: cache}
spec: {clusterIP: None, selector: {app: redis}, ports: [{port: 6379}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: sentinel, namespace: cache}
data:
  sentinel.conf: |
    sentinel monitor mymaster redis-0.redis-headless.cache.svc.cluster.local 6379 2
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: sentinel, namespace: cache}
spec:
  replicas: 3
  selector: {matchLabels: {app: sentinel}}
  template:
    metadata: {labels: {app: sentinel}}
    spec:
      containers:
      - name: sentinel
        image: redis:7.2.5
        command: [redis-sentinel, /conf/sentinel.conf]
        volumeMounts: [{name: conf, mountPath: /conf}]
      volumes: [{name: conf, configMap: {name: sentinel}}]
`

func TestResolve(t *testing.T) {
	f := factsOf(t, cache)
	tests := []struct {
		host, namespace string
		want            lint.HostStatus
		pod             int
		correct         string
	}{
		{"redis-headless", "cache", lint.HostFound, -1, ""},
		{"redis-headless", "", lint.HostFound, -1, ""},
		{"redis-headless", "gateway", lint.HostOtherNamespace, -1, ""},
		{"redis-headless.cache", "gateway", lint.HostFound, -1, ""},
		{"redis-headless.cache.svc", "", lint.HostFound, -1, ""},
		{"REDIS-headless.cache.svc.cluster.local.", "", lint.HostFound, -1, ""},
		{"redis-headless.cache.svc.prod.example", "", lint.HostFound, -1, ""},
		{"redis-2.redis-headless", "cache", lint.HostFound, 2, ""},
		{"redis-2.redis-headless.cache", "", lint.HostFound, 2, ""},
		{"redis-3.redis-headless", "cache", lint.HostMissing, -1, ""},
		{"redis-3.redis-headless.cache.svc.cluster.local", "", lint.HostMissing, -1, ""},
		{"redis-0.redis-headles", "cache", lint.HostMissing, -1, ""},
		{"redis-0.redis-headles.cache", "", lint.HostMissing, -1, ""},
		{"redis-0.redis-headless.cash", "", lint.HostOtherNamespace, -1, ""},
		{"redis-headless.cash", "", lint.HostOtherNamespace, -1, ""},
		{"redis-headless.svc", "cache", lint.HostMissing, -1, "redis-headless.cache.svc"},
		{"redis-headless.svc.cluster.local", "cache", lint.HostMissing, -1, "redis-headless.cache.svc.cluster.local"},
		{"redis-0.redis-headless.svc.cluster.local", "cache", lint.HostMissing, -1, "redis-0.redis-headless.cache.svc.cluster.local"},
		{"redis-headless.cache.scv.cluster.local", "", lint.HostMissing, -1, "redis-headless.cache.svc.cluster.local"},
		{"redis-headless.cache.sv", "", lint.HostMissing, -1, "redis-headless.cache.svc"},
		{"redis-1.redis-headless.cache.svc.cluster.locl", "", lint.HostMissing, -1, "redis-1.redis-headless.cache.svc.cluster.local"},
		{"redis.example.com", "", lint.HostExternal, -1, ""},
		{"cache.abc123.0001.euw1.cache.amazonaws.com", "", lint.HostExternal, -1, ""},
		{"10.0.0.7", "", lint.HostAddress, -1, ""},
		{"localhost", "", lint.HostLoopback, -1, ""},
		{"${REDIS_HOST}", "", lint.HostUnknown, -1, ""},
	}
	for _, tt := range tests {
		r := f.Resolve(tt.host, tt.namespace)
		if r.Status != tt.want || r.Pod != tt.pod || r.Correct != tt.correct {
			t.Errorf("Resolve(%q, %q) = status %d, pod %d, correct %q; want %d, %d, %q",
				tt.host, tt.namespace, r.Status, r.Pod, r.Correct, tt.want, tt.pod, tt.correct)
		}
	}
}

// TestRenamed holds the judgement of who is wrong to the number of those who
// agree.
func TestRenamed(t *testing.T) {
	if got := factsOf(t, cache).Renamed(); len(got) > 0 {
		t.Errorf("nothing is renamed, got %q for %s", got[0].Name, got[0].Service.Object.Name)
	}
	// The Service alone: Sentinel and the StatefulSet agree.
	got := factsOf(t, strings.Replace(cache, "{name: redis-headless,", "{name: redis-headles,", 1)).Renamed()
	if len(got) != 1 || got[0].Name != "redis-headless" || len(got[0].Uses) != 2 {
		t.Errorf("renamed %+v, want one with the uses of Sentinel and the StatefulSet", got)
	}
	// Sentinel alone: the StatefulSet and the Service agree.
	if got := factsOf(t, strings.Replace(cache, "redis-0.redis-headless.cache", "redis-0.redis-headles.cache", 1)).Renamed(); len(got) > 0 {
		t.Errorf("the Service %s has the right name", got[0].Service.Object.Name)
	}
}

func TestStrays(t *testing.T) {
	tests := []struct {
		name, old, new string
		want           string // the stray
	}{
		{"nothing", "", "", ""},
		{"a Service", "{name: redis-headless, namespace: cache}", "{name: redis-headless, namespace: cash}", "Service/cash/redis-headless"},
		{"a ConfigMap", "{name: sentinel, namespace: cache}\ndata", "{name: sentinel, namespace: default}\ndata", "ConfigMap/default/sentinel"},
		{"a workload", "kind: Deployment\nmetadata: {name: sentinel, namespace: cache}", "kind: Deployment\nmetadata: {name: sentinel, namespace: gateway}", "Deployment/gateway/sentinel"},
		// A host that leads to the namespace shows that it is meant.
		{"a Service that is asked for there", "{name: redis-headless, namespace: cache}", "{name: redis-headless, namespace: other, annotations: {}}\n" +
			"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: hint, namespace: cache}\ndata: {host: redis-headless.other.svc}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: cache}", ""},
	}
	for _, tt := range tests {
		f := factsOf(t, strings.Replace(cache, tt.old, tt.new, 1))
		got := ""
		for _, s := range f.Strays {
			got += s.Object.ID()
			if s.Namespace != "cache" {
				t.Errorf("%s: belongs to %q, want cache", tt.name, s.Namespace)
			}
		}
		if got != tt.want {
			t.Errorf("%s: strays %q, want %q", tt.name, got, tt.want)
		}
		if tt.want != "" && len(f.Groups) != 1 {
			t.Errorf("%s: %d groups, want the one that would be there", tt.name, len(f.Groups))
		}
	}
}

func TestSlips(t *testing.T) {
	const two = "{app: redis, tier: data}"
	tests := []struct {
		selector, labels string
		want             string // the key and value that the pods have; "" for no slip
		selects          bool
	}{
		{"{app: redis}", "{app: redis}", "", true},
		{"{app: rediss}", "{app: redis}", "app redis", true},
		{"{ap: redis}", "{app: redis}", "app redis", true},
		{"{app: redis-1}", "{app: redis-2}", "", false},
		{"{app: memcached}", "{app: redis}", "", false},
		{"{app: rediss, tier: data}", two, "app redis", true},
		{"{app: rediss, tier: dat}", two, "", false},
		{"{component: redis, tier: data}", two, "app redis", true},
	}
	for _, tt := range tests {
		f := factsOf(t, `apiVersion: v1
kind: Service
metadata: {name: cache}
spec: {selector: `+tt.selector+`, ports: [{port: 6379}]}
---
apiVersion: v1
kind: Pod
metadata: {name: redis, labels: `+tt.labels+`}
spec: {containers: [{name: redis, image: "redis:7.2.5"}]}
`)
		s := f.Services[0]
		got := ""
		if s.Slip != nil {
			got = s.Slip.HaveKey + " " + s.Slip.HaveValue
		}
		if got != tt.want || (len(s.Workloads) == 1) != tt.selects {
			t.Errorf("selector %s on %s: slip %q, %d workloads; want %q, selects %v", tt.selector, tt.labels, got, len(s.Workloads), tt.want, tt.selects)
		}
	}
}
