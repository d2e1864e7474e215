package repo_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// guideLike is an environment of plain files as people write it: Redis,
// Sentinel, their configuration, and the values of the gateway.
func guideLike(env string) map[string]string {
	redis := `apiVersion: v1
kind: ConfigMap
metadata:
  name: redis-config
  namespace: ` + env + `
data:
  redis.conf: |
    dir /data
    port 6379
    appendonly yes
    requirepass secret
    masterauth secret
  sentinel.conf: |
    port 26379
    sentinel resolve-hostnames yes
    sentinel monitor mymaster redis-0.redis 6379 2
    sentinel auth-pass mymaster secret
`
	for _, kind := range []string{"redis", "sentinel"} {
		redis += `---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: ` + kind + `
  namespace: ` + env + `
spec:
  replicas: 3
  selector:
    matchLabels: {app: ` + kind + `}
  template:
    metadata:
      labels: {app: ` + kind + `}
    spec:
      containers:
      - name: ` + kind + `
        image: redis:7.2.5
        command: ["redis-server", "/conf/redis.conf"]
        ports:
        - containerPort: 6379
        volumeMounts:
        - {name: config, mountPath: /conf}
      volumes:
      - name: config
        configMap: {name: redis-config}
---
apiVersion: v1
kind: Service
metadata:
  name: ` + kind + `
  namespace: ` + env + `
spec:
  clusterIP: None
  selector: {app: ` + kind + `}
  ports:
  - {name: redis, port: 6379}
`
	}
	return map[string]string{"redis.yaml": redis, "values.yaml": `gateway:
  image: {repository: graviteeio/apim-gateway, tag: 4.9.0}
  env:
  - {name: gravitee_cloud_token, valueFrom: {secretKeyRef: {name: cloud, key: token}}}
  ratelimit:
    redis:
      host: redis
      port: 6379
      sentinel:
        master: mymaster
        nodes:
        - {host: sentinel, port: 26379}
ratelimit: {type: redis}
`}
}

func tree(files map[string]string) fstest.MapFS {
	t := fstest.MapFS{}
	for name, data := range files {
		t[name] = &fstest.MapFile{Data: []byte(data), Mode: 0o644}
	}
	return t
}

func benchmark(b *testing.B, fsys fstest.MapFS, opts repo.Options, envs int) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		r, err := repo.Open(fsys, opts)
		if err != nil || len(r.Environments) != envs || len(r.Problems) > 0 {
			b.Fatalf("%v, %d environments, %v", err, len(r.Environments), r.Problems)
		}
	}
}

// BenchmarkOpenFiles reads one environment of two files.
func BenchmarkOpenFiles(b *testing.B) {
	benchmark(b, tree(guideLike("prod")), repo.Options{Paths: []string{"redis.yaml", "values.yaml"}}, 1)
}

// BenchmarkOpenFolders reads environments of plain files; divide by their
// number.
func BenchmarkOpenFolders(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			files := map[string]string{}
			for i := range n {
				for name, data := range guideLike(fmt.Sprintf("e%d", i)) {
					files[fmt.Sprintf("envs/e%d/%s", i, name)] = data
				}
			}
			benchmark(b, tree(files), repo.Options{}, n)
		})
	}
}

// BenchmarkOpenOverlays renders overlays of one base; divide by their number.
// Without strategic-merge patches kustomize needs no schema.
func BenchmarkOpenOverlays(b *testing.B) {
	for _, kind := range []string{"simple", "json", "merge"} {
		for _, n := range []int{1, 10} {
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				files := map[string]string{
					"base/kustomization.yaml": "resources: [redis.yaml]\n",
					"base/redis.yaml":         guideLike("x")["redis.yaml"],
				}
				for i := range n {
					dir := fmt.Sprintf("overlays/e%d/", i)
					k := fmt.Sprintf("resources: [../../base]\nnamespace: e%d\nimages: [{name: redis, newTag: 7.2.6}]\nreplicas: [{name: redis, count: 5}]\n", i)
					switch kind {
					case "json":
						k += "patches:\n- target: {kind: Service}\n  patch: |-\n    - {op: add, path: /spec/type, value: ClusterIP}\n"
					case "merge":
						k += "patches:\n- path: p.yaml\n"
						files[dir+"p.yaml"] = "apiVersion: v1\nkind: Service\nmetadata: {name: redis, namespace: x}\nspec: {type: ClusterIP}\n"
					}
					files[dir+"kustomization.yaml"] = k
					files[dir+"values.yaml"] = guideLike("x")["values.yaml"]
				}
				benchmark(b, tree(files), repo.Options{}, n)
			})
		}
	}
}

// BenchmarkPositions asks for the place of every value of an environment.
func BenchmarkPositions(b *testing.B) {
	r, err := repo.Open(tree(guideLike("prod")), repo.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, o := range r.Environments[0].Objects {
			each(o.Value, func(v repo.Value) { _ = v.Span() })
		}
	}
}

// BenchmarkSnippet prints a whole file, masked.
func BenchmarkSnippet(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		r, err := repo.Open(tree(guideLike("prod")), repo.Options{Paths: []string{"redis.yaml"}})
		if err != nil {
			b.Fatal(err)
		}
		r.Snippet(whole("redis.yaml", 80), 1)
	}
}
