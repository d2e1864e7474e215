package repo_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// A noNetwork counts the requests that are made.
type noNetwork struct{ requests int }

func (n *noNetwork) RoundTrip(*http.Request) (*http.Response, error) {
	n.requests++
	return nil, errors.New("no network")
}

// watch fails the test if a request is made or a program of that name started.
func watch(t testing.TB) {
	t.Helper()
	network := &noNetwork{}
	old := http.DefaultTransport
	http.DefaultTransport = network
	dir := t.TempDir()
	mark := filepath.Join(dir, "started")
	for _, name := range []string{"git", "helm", "docker", "sh", "run.sh", "ssh"} {
		script := "#!/bin/sh\necho $0 >>" + mark + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	path := os.Getenv("PATH")
	os.Setenv("PATH", dir)
	t.Cleanup(func() {
		http.DefaultTransport = old
		os.Setenv("PATH", path)
		if network.requests > 0 {
			t.Errorf("%d requests were made", network.requests)
		}
		if started, err := os.ReadFile(mark); err == nil {
			t.Errorf("programs were started: %s", started)
		}
	})
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: redis}
spec:
  template:
    spec:
      containers: [{name: redis, image: redis}]
`

// attacks are kustomizations of strangers. None may hang, start a program,
// reach the network or read what is outside.
var attacks = map[string]string{
	"remote resources":   "resources: ['https://example.com/a.yaml', 'http://example.com/a.yaml', 'git::https://example.com/a', 'git@example.com:a/b.git', 'github.com/a/b', 'ssh://git@example.com/a', 'file:///etc/passwd', 'https://example.com/a//b?ref=c', 'example.com/a.git', 'dev.azure.com/a/_git/b']",
	"remote bases":       "bases: ['https://example.com/a', 'GitHub.com/a/b']",
	"remote components":  "components: ['https://example.com/a?ref=b']",
	"remote patches":     "patches: [{path: 'https://example.com/p.yaml'}]\npatchesStrategicMerge: ['https://example.com/p.yaml']\npatchesJson6902: [{path: 'http://example.com/p', target: {kind: A, name: b}}]",
	"remote generators":  "configMapGenerator: [{name: a, files: ['https://example.com/x', 'a=http://example.com/y'], envs: ['https://example.com/z'], env: 'http://example.com/e'}]\nsecretGenerator: [{name: a, files: ['https://example.com/x']}]",
	"remote openapi":     "openapi: {path: 'https://example.com/schema.json'}\nresources: [d.yaml]",
	"remote crds":        "crds: ['https://example.com/crd.json']\nconfigurations: ['https://example.com/c.yaml']\nresources: [d.yaml]",
	"remote replacement": "replacements: [{path: 'https://example.com/r.yaml'}]\nresources: [d.yaml]",
	"remote plugins":     "generators: ['https://example.com/g.yaml']\ntransformers: ['https://example.com/g.yaml']\nvalidators: ['https://example.com/g.yaml']",
	"exec plugin":        "generators: [exec.yaml]\ntransformers: [exec.yaml]\nvalidators: [exec.yaml]\nresources: [d.yaml]",
	"inline exec plugin": "transformers:\n- |-\n  apiVersion: builtin\n  kind: PrefixTransformer\n  metadata:\n    name: x\n    annotations:\n      config.kubernetes.io/function: |\n        exec: {path: ./run.sh}\n  prefix: a\nresources: [d.yaml]",
	"plugin folder":      "generators: [plugins]\nresources: [d.yaml]",
	"patch plugin":       "transformers:\n- |-\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: x}\n  path: /etc/passwd\n  target: {kind: Deployment}\nresources: [d.yaml]",
	"helm":               "helmCharts: [{name: a, repo: 'https://example.com'}]\nhelmGlobals: {chartHome: /}\nhelmChartInflationGenerator: [{chartName: x, helmBin: ./run.sh}]",
	"outside":            "resources: [../../../etc, ../../x.yaml, /etc/hostname]\nconfigMapGenerator: [{name: a, files: [../../../etc/hostname, /etc/hostname, 'a=../../x']}]\npatches: [{path: ../../p.yaml}]",
	"itself":             "resources: [.]",
	"above":              "resources: [..]",
	"sub":                "resources: [sub]",
	"alias bomb":         "resources: [bomb.yaml]",
	"alias bomb patch":   "resources: [d.yaml]\npatches: [{path: bomb.yaml}]",
	"inline bomb":        "resources: [d.yaml]\npatches:\n- patch: |-\n    a: &a [*a]\n    kind: Deployment\n",
	"self alias":         "resources: &r [d.yaml, *r]",
	"many objects":       "resources: [many.yaml]",
	"comma":              "resources: [comma.yaml]",
	"null fields":        "resources:\npatches: null\nimages: ~\nconfigMapGenerator: [null]\n",
	"odd entries":        "resources: [{a: b}, [c], null, 1, '']\npatches: [x, {}, {path: {}}]\nconfigMapGenerator: [x, {name: {}}, {name: a, files: x, literals: {a: b}}]\nimages: [x]\nreplicas: {a: b}\nlabels: [x]\nreplacements: [x, {path: 1}]\ncomponents: x\nopenapi: x\n",
	"odd names":          "resources: [\"d.yaml\\n\", \"d\\u0000.yaml\", \"\\u001b[31m\", 'd.yaml?ref=x', 'd.yaml//', 'd..yaml']",
}

func attackFiles(kustomization string) map[string]string {
	var many strings.Builder
	for i := range 1500 {
		fmt.Fprintf(&many, "---\napiVersion: v1\nkind: Service\nmetadata: {name: s%d}\n", i)
	}
	return map[string]string{
		"k/kustomization.yaml":         kustomization,
		"k/d.yaml":                     deployment,
		"k/exec.yaml":                  "apiVersion: example.com/v1\nkind: X\nmetadata:\n  name: x\n  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: ./run.sh}\n",
		"k/plugins/kustomization.yaml": "resources: [x.yaml]\n",
		"k/plugins/x.yaml":             "apiVersion: example.com/v1\nkind: X\nmetadata: {name: x}\n",
		"k/run.sh":                     "#!/bin/sh\n",
		"k/sub/kustomization.yaml":     "resources: [..]\n",
		"k/bomb.yaml":                  "a0: &a0 {k: v}\na1: &a1 [*a0,*a0,*a0,*a0,*a0,*a0,*a0,*a0]\na2: &a2 [*a1,*a1,*a1,*a1,*a1,*a1,*a1]\na3: &a3 [*a2,*a2,*a2,*a2,*a2,*a2]\na4: &a4 [*a3,*a3,*a3,*a3,*a3,*a3]\na5: [*a4,*a4,*a4,*a4,*a4,*a4]\n",
		"k/many.yaml":                  many.String(),
		"k/comma.yaml":                 "apiVersion: v1\nkind: Service\nmetadata: {name: \"a,b\"}\n",
	}
}

func TestAttacks(t *testing.T) {
	watch(t)
	for name, text := range attacks {
		t.Run(name, func(t *testing.T) {
			r := open(t, attackFiles(text))
			if len(r.Problems) == 0 && name != "helm" && name != "null fields" {
				t.Error("nothing is said about it")
			}
			checkWords(t, r)
		})
	}
}

// quoted is what a message repeats of a file.
var quoted = regexp.MustCompile(`"(\\.|[^"\\])*"`)

// checkWords asserts that no message shows text of kustomize, of the YAML
// library or of the tree in memory.
func checkWords(t *testing.T, r *repo.Repo) {
	t.Helper()
	for _, p := range r.Problems {
		if !p.Span.IsValid() || p.Message == "" {
			t.Errorf("%+v", p)
		}
		for _, raw := range []string{"/k0", "../f/", "resid", "accumulat", "yaml:", "json:", "cannot unmarshal", "\n", "0x", "goroutine"} {
			if strings.Contains(quoted.ReplaceAllString(p.Message+p.Help, ""), raw) {
				t.Errorf("%s: %s (%s) holds %q", p.Span, p.Message, p.Help, raw)
			}
		}
	}
}

// TestDiamond builds on 2^16 paths to the same base.
func TestDiamond(t *testing.T) {
	files := map[string]string{"l16/kustomization.yaml": "resources: [d.yaml]\n", "l16/d.yaml": deployment}
	for i := range 16 {
		for _, side := range []string{"a", "b"} {
			next := fmt.Sprintf("l%d", i+1)
			body := fmt.Sprintf("resources: [../%sa, ../%sb]\nnamePrefix: %s\n", next, next, side)
			if i == 15 {
				body = "resources: [../l16]\n"
			}
			files[fmt.Sprintf("l%d%s/kustomization.yaml", i, side)] = body
		}
	}
	r := open(t, files)
	if got := problems(r); len(got) != 2 || !strings.Contains(got[0], "more than 1000 times") {
		t.Errorf("%v", got)
	}
}

// TestOpenAPIDoesNotLeak builds a root with a schema of its own before another
// one, which must come out as it does alone.
func TestOpenAPIDoesNotLeak(t *testing.T) {
	victim := map[string]string{
		"v/kustomization.yaml": "resources: [d.yaml]\npatches: [{path: p.yaml}]\n",
		"v/d.yaml":             deployment,
		"v/p.yaml":             strings.Replace(deployment, "image: redis}", "args: [x]}", 1),
	}
	alone := listing(open(t, victim, "v"))
	victim["a/kustomization.yaml"] = "resources: [d.yaml]\nopenapi: {path: schema.json}\n"
	victim["a/d.yaml"] = strings.Replace(deployment, "name: redis", "name: other", 1)
	victim["a/schema.json"] = `{"definitions": {"io.k8s.api.apps.v1.Deployment": {"properties": {"spec": {"properties": {"template": {"properties": {"spec": {"properties": {"containers": {"type": "array", "items": {"type": "object"}}}}}}}}}, "x-kubernetes-group-version-kind": [{"group": "apps", "kind": "Deployment", "version": "v1"}]}}}`
	open(t, victim, "a")
	if diff := cmp.Diff(alone, listing(open(t, victim, "v"))); diff != "" {
		t.Error(diff)
	}
}

// TestNoOpenAPI checks that a tree without strategic-merge patches does not
// pay for the schema of Kubernetes, which is parsed once in a process: 41,000
// allocations. So it runs in a process of its own.
func TestNoOpenAPI(t *testing.T) {
	if os.Getenv("QUORUMWRIGHT_ALONE") == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestNoOpenAPI$")
		cmd.Env = append(os.Environ(), "QUORUMWRIGHT_ALONE=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	files := map[string]string{
		"kustomization.yaml": "resources: [d.yaml]\nnamespace: x\nimages: [{name: redis, newTag: '7'}]\nreplicas: [{name: redis, count: 3}]\nlabels: [{pairs: {a: b}, includeSelectors: true}]\nconfigMapGenerator: [{name: c, literals: [a=b]}]\npatches:\n- target: {kind: Deployment}\n  patch: '[{\"op\": \"add\", \"path\": \"/metadata/labels\", \"value\": {\"a\": \"b\"}}]'\n",
		"d.yaml":             deployment,
	}
	without := allocations(t, files)
	files["kustomization.yaml"] += "- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: redis}\n    spec: {paused: true}\n"
	if with := allocations(t, files); with < without+20_000 {
		t.Errorf("%d allocations without a strategic-merge patch, then %d with one", without, with)
	}
}

func allocations(t *testing.T, files map[string]string) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := open(t, files)
	runtime.ReadMemStats(&after)
	if len(r.Problems) > 0 {
		t.Fatal(problems(r))
	}
	return after.Mallocs - before.Mallocs
}

// TestPositionsOfRandomTrees renders random trees with the features that
// overlays use and checks every position.
func TestPositionsOfRandomTrees(t *testing.T) {
	approximate := map[string]int{}
	for seed := range uint64(60) {
		files := randomTree(rand.New(rand.NewPCG(seed, 7)))
		r := open(t, files)
		if len(r.Problems) > 0 {
			t.Fatalf("seed %d: %+v\n%v", seed, r.Problems, files)
		}
		checkPositions(t, r)
		for _, e := range r.Environments {
			for _, o := range e.Objects {
				each(o.Value, func(v repo.Value) {
					if v.IsScalar() && v.Span().Approximate {
						approximate[v.Path().String()]++
					}
				})
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d: %v", seed, files)
		}
	}
	// What no file holds as it is rendered: names, references to names and
	// images that are put together, and what a generator makes around its data.
	for p, n := range approximate {
		switch {
		case strings.HasSuffix(p, "name"), strings.HasSuffix(p, "image"), p == "spec.serviceName", strings.HasSuffix(p, "env[0].value"), p == "kind", p == "apiVersion", p == "type",
			strings.HasPrefix(p, "data.") && strings.HasSuffix(p, "secret"):
		default:
			t.Errorf("%s is approximate in %d places", p, n)
		}
	}
}

func randomTree(rnd *rand.Rand) map[string]string {
	chance := func(n int) bool { return rnd.IntN(n) == 0 }
	crlf := chance(4)
	files := map[string]string{}
	write := func(name, text string) {
		if crlf {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		files[name] = text
	}
	write("base/redis.yaml", `# Redis
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: redis
  labels: {app: redis}
spec:
  replicas: 1
  serviceName: redis
  selector:
    matchLabels: {app: redis}
  template:
    metadata:
      labels:
        app: redis
    spec:
      containers:
      - name: redis
        image: "redis:7.0.1"
        args:
        - redis-server
        - --port
        - "6379"
        env:
        - {name: A, value: 'one'}
        - name: B
          value: |-
            two
            lines
      - name: sentinel
        image: redis:7.0.1
        ports:
        - containerPort: 26379
      volumes:
      - name: conf
        configMap:
          name: conf
---
# the Service
apiVersion: v1
kind: Service
metadata:
  name: redis
spec:
  selector: {app: redis}
  ports:
  - {name: redis, port: 6379}
  - {name: sentinel, port: 26379}
`)
	write("base/conf.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: plain\ndata:\n  redis.conf: |\n    port 6379\n    requirepass x\n")
	base := "resources:\n- redis.yaml\n- conf.yaml\n"
	if chance(2) {
		base += "configMapGenerator:\n- name: conf\n  files: [gen.conf, renamed=gen.conf]\n  literals: [k=v, 'q=\"quoted value\"']\n"
		files["base/gen.conf"] = "dir /data\nmasterauth y\n"
	}
	if chance(3) {
		base += "namePrefix: pre-\n"
	}
	if chance(3) {
		base += "commonLabels: {team: a}\n"
	}
	write("base/kustomization.yaml", base)
	write("mid/kustomization.yaml", "resources: [../base]\nlabels:\n- pairs: {tier: cache}\n  includeSelectors: "+fmt.Sprint(chance(2))+"\n")
	write("comp/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- path: patch.yaml\n")
	write("comp/patch.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: redis\nspec:\n  clusterIP: None\n  ports:\n  - {port: 6379, appProtocol: tcp}\n")
	for _, env := range []string{"dev", "prod"} {
		k := "resources:\n- ../../" + []string{"base", "mid"}[rnd.IntN(2)] + "\n"
		if chance(2) {
			k += "namespace: " + env + "\n"
		}
		if chance(2) {
			k += "images:\n- name: redis\n  newTag: \"7.2.5\"\n"
		}
		if chance(2) {
			k += "replicas:\n- name: redis\n  count: 3\n"
		}
		if chance(3) {
			k += "nameSuffix: -" + env + "\n"
		}
		if chance(3) {
			k += "commonAnnotations:\n  note: 'hi there'\n"
		}
		if chance(3) {
			k += "components: [../../comp]\n"
		}
		if chance(3) && strings.Contains(base, "configMapGenerator") {
			k += "configMapGenerator:\n- name: conf\n  behavior: " + []string{"merge", "replace"}[rnd.IntN(2)] + "\n  literals:\n  - k=other\n"
		}
		if chance(3) {
			k += "secretGenerator:\n- name: auth\n  literals: [secret=x]\n"
		}
		if chance(4) {
			k += "replacements:\n- source: {kind: ConfigMap, name: plain, fieldPath: metadata.name}\n  targets:\n  - select: {kind: StatefulSet}\n    fieldPaths: [\"spec.template.spec.containers.[name=redis].env.[name=A].value\"]\n"
		}
		patches := ""
		if chance(2) {
			patches += "- path: patch.yaml\n"
			write("overlays/"+env+"/patch.yaml", "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: redis\nspec:\n  template:\n    spec:\n      containers:\n      - name: sentinel\n        env:\n        - name: C\n          value: three\n      terminationGracePeriodSeconds: 30\n")
		}
		if chance(2) {
			patches += "- patch: |-\n    apiVersion: v1\n    kind: ConfigMap\n    metadata:\n      name: plain\n    data:\n      sentinel.conf: |\n        sentinel monitor m redis 6379 2\n        # c\n"
		}
		if chance(2) {
			patches += "- target:\n    kind: StatefulSet\n    name: redis\n  patch: |\n    - op: add\n      path: /spec/template/spec/containers/0/command\n      value: [started, -x]\n    - {op: replace, path: /spec/serviceName, value: 'changed'}\n"
		}
		if chance(3) {
			patches += "- target: {kind: Service}\n  path: ops.json\n"
			write("overlays/"+env+"/ops.json", "[\n  {\"op\": \"add\", \"path\": \"/spec/ports/0\", \"value\": {\"name\": \"new\", \"port\": 1}}\n]\n")
		}
		if patches != "" {
			k += "patches:\n" + patches
		}
		write("overlays/"+env+"/kustomization.yaml", k)
	}
	return files
}

func FuzzKustomizationPreflight(f *testing.F) {
	for _, text := range attacks {
		f.Add(text)
	}
	f.Add("resources: [d.yaml]\nimages: [{name: redis, newTag: '7'}]\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - {op: replace, path: /metadata/name, value: x}\n")
	f.Add("resources: [d.yaml]\npatches:\n- path: d.yaml\nnamePrefix: a\nreplicas: [{name: redis, count: 2}]\nvars: [{name: A, objref: {kind: Deployment, name: redis, apiVersion: apps/v1}}]\n")
	watch(f)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		files := attackFiles(text)
		delete(files, "k/many.yaml") // it takes most of the time
		r := open(t, files)
		checkWords(t, r)
		checkPositions(t, r)
	})
}
