package repo_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// words are what overlays write into the same place, and oddValues what they do
// now and then: words that stand in the base as well or that kustomize knows, and
// what YAML reads in several ways.
var (
	freshWords = []string{"env-1", "env-2", "env-3", "prod", "staging", "dev", "7.2.6", "7.2.7-alpine", "v1.2", "512Mi", "1Gi", "a.b-c_d", "x9", "some-where.svc"}
	oddValues  = []string{
		"redis", "default", "conf", "pre-redis", "redis-dev", "mid-redis", "delete", "merge", "three", "cache", "own-one",
		"true", "yes", "1e3", "0x1f", "2001-01-01", "12", "1.5", "null", "1_000", "10.0.0.1", "qzgap0000q", "836294700019", "UPPER", "a b", "a/b:c",
	}
)

// overlayTree is a base with what is between, and overlays that differ in the
// values of some fields only.
func overlayTree(rnd *rand.Rand, overlays int) map[string]string {
	thin := 1 + rnd.IntN(3) // the fewer things there are, the more overlays share
	chance := func(n int) bool { return rnd.IntN(n*thin) == 0 }
	files := map[string]string{
		"base/redis.yaml": `apiVersion: apps/v1
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
      serviceAccountName: redis
      containers:
      - name: redis
        image: "redis:7.0.1"
        resources: {requests: {memory: 256Mi}}
        env:
        - name: B
          value: two
      - name: sentinel
        image: redis:7.0.1
        ports:
        - containerPort: 26379
      volumes:
      - name: conf
        configMap:
          name: conf
---
apiVersion: v1
kind: Service
metadata:
  name: redis
spec:
  selector: {app: redis}
  ports:
  - {name: redis, port: 6379}
`,
		"base/conf.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: plain\ndata:\n  redis.conf: |\n    port 6379\n  word: two\n",
		"base/role.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: some}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: redis}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: rb}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}\nsubjects:\n- {kind: ServiceAccount, name: redis, namespace: other}\n- {kind: ServiceAccount, name: default}\n",
	}
	base := "resources: [redis.yaml, conf.yaml, role.yaml]\n"
	generates := chance(2)
	if generates {
		base += "configMapGenerator:\n- name: conf\n  literals: [k=v, 'q=\"quoted value\"']\n"
	}
	if chance(3) {
		base += "namePrefix: pre-\n"
	}
	if chance(6) {
		base += "replacements:\n- source: {kind: ConfigMap, name: plain, fieldPath: data.word}\n  targets: [{select: {kind: Service}, fieldPaths: [metadata.annotations.word], options: {create: true}}]\n"
	}
	files["base/kustomization.yaml"] = base
	mid := "resources: [../base]\n"
	if chance(2) {
		mid += "namePrefix: mid-\n"
	}
	if chance(2) {
		mid += "labels:\n- pairs: {tier: cache}\n  includeSelectors: true\n"
	}
	below := "base"
	if chance(2) {
		below = "mid"
		files["mid/kustomization.yaml"] = mid + "commonAnnotations: {by: us}\n"
	}
	files["comp/kustomization.yaml"] = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages: [{name: redis, newTag: 7.0.9}]\npatches:\n- path: patch.yaml\n"
	files["comp/patch.yaml"] = "apiVersion: v1\nkind: Service\nmetadata:\n  name: " + "redis" + "\nspec:\n  clusterIP: None\n"

	// What overlays have in common, with @ where values stand, and !, where they
	// do in files, and ^ where numbers do.
	k := "resources:\n- ../../" + below + "\n"
	shared := map[string]string{}
	if chance(2) {
		k += "namespace: @\n"
	}
	if chance(2) {
		k += "images:\n- name: redis\n  newTag: @\n"
	}
	if chance(4) {
		k += "replicas:\n- name: redis\n  count: 3\n"
	}
	if chance(4) {
		k += []string{"nameSuffix: -dev\n", "namePrefix: @-\n", "nameSuffix: -@\n", "namePrefix: @-\nnameSuffix: -@\n"}[rnd.IntN(4)]
	}
	if chance(2) {
		k += "commonAnnotations:\n  note: @\n"
	}
	if chance(2) {
		k += "labels:\n- pairs: {environment: @, more: @}\n  includeSelectors: " + fmt.Sprint(chance(2)) + "\n"
	}
	if chance(4) {
		k += "components: [../../comp]\n"
	}
	if generated := overlayGenerators(chance, generates, shared); generated != "" {
		k += generated
	}
	if chance(8) {
		k += "replacements:\n- source: {kind: ConfigMap, name: plain, fieldPath: data.word}\n  targets: [{select: {kind: Service}, fieldPaths: [metadata.annotations.word], options: {create: true}}]\n"
	}
	if chance(4) {
		k = strings.Replace(k, "resources:\n", "resources:\n- own.yaml\n", 1)
		shared["own.yaml"] = "# !\n# and !\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: !\n  labels: {stage: !}\ndata:\n  word: !\n  flow: {x: two, y: !}\n"
	}
	patches := ""
	if chance(2) {
		patches += "- path: patch.yaml\n"
		shared["patch.yaml"] = "# For !.\n\napiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: redis\nspec:\n  template:\n    spec:\n      serviceAccountName: !\n      containers:\n      - name: redis\n        env:\n        - name: C\n          value: !\n        - {name: D, value: !}\n        - name: E\n          value: \"!\"\n        - name: F\n          value: \"^\"\n        - name: G\n          valueFrom: {configMapKeyRef: {name: own, key: k}}\n        - name: H\n          valueFrom: {secretKeyRef: {name: own, key: k}}\n      terminationGracePeriodSeconds: ^\n      activeDeadlineSeconds: \"^\"\n"
	}
	if chance(2) {
		patches += "- patch: |-\n    apiVersion: v1\n    kind: ConfigMap\n    metadata:\n      name: plain\n      annotations:\n        who: !\n    data:\n      word: !\n      sentinel.conf: |\n        sentinel monitor m redis 6379 2\n"
	}
	if chance(2) {
		patches += "- target:\n    kind: StatefulSet\n    name: redis\n  patch: |\n    - op: replace\n      path: /spec/template/spec/containers/0/resources/requests/memory\n      value: !\n    - {op: replace, path: /spec/serviceName, value: !}\n    - {op: add, path: /metadata/annotations, value: {a: !, b: c, d: \"^\"}}\n    - op: add\n      path: /spec/minReadySeconds\n      value: ^\n    - {op: add, path: /spec/revisionHistoryLimit, value: ^}\n"
	}
	if chance(4) {
		patches += "- target: {kind: Service, labelSelector: environment=prod}\n  patch: '[{\"op\": \"add\", \"path\": \"/spec/type\", \"value\": \"ClusterIP\"}]'\n"
	}
	if chance(4) {
		patches += "- target: {kind: Service}\n  path: ops.json\n"
		shared["ops.json"] = "[\n  {\"op\": \"add\", \"path\": \"/spec/externalName\", \"value\": \"!\"}, {\"op\": \"test\", \"path\": \"/spec/ports/0/name\", \"value\": \"redis\"}\n]\n"
	}
	if patches != "" {
		k += "patches:\n" + patches
	}
	shared["kustomization.yaml"] = k

	odd := []int{5, 50, 1000, 1000}[rnd.IntN(4)] // how rare odd values are
	for i := range overlays {
		dir := fmt.Sprintf("overlays/e%d/", i)
		tied := freshWords[rnd.IntN(len(freshWords))]
		for _, name := range slices.Sorted(maps.Keys(shared)) {
			var b strings.Builder
			for at, c := range shared[name] {
				value := tied
				switch {
				case c != '@' && c != '!':
				case chance(odd):
					value = oddValues[rnd.IntN(len(oddValues))]
				case (at+len(name))%3 > 0:
					value = freshWords[rnd.IntN(len(freshWords))]
					if !chance(odd) {
						value += strconv.Itoa(rnd.IntN(100_000))
					}
				}
				switch c {
				case '^':
					b.WriteString(strconv.Itoa(rnd.IntN(500)))
				case '@':
					if slices.Contains([]string{"true", "yes", "1e3", "0x1f", "12", "1.5", "null", "1_000", "2001-01-01"}, value) && !chance(20) {
						value = `"` + value + `"`
					}
					b.WriteString(value)
				case '!':
					b.WriteString(value)
				default:
					b.WriteRune(c)
				}
			}
			files[dir+name] = b.String()
		}
	}
	return files
}

// overlayGenerators is the generators of overlays: with values that differ, alone
// and in files, of objects of their own and of those of the base.
func overlayGenerators(chance func(int) bool, below bool, shared map[string]string) string {
	entries := ""
	if chance(2) {
		entries += "- name: own\n  literals: [k=@, n=^, 'url=redis://@:6379/0', q=two, 'w=\"x y\"', e=]\n"
	}
	if below && chance(2) {
		entries += "- name: conf\n  behavior: merge\n  literals: [k=@]\n  files: [own.conf]\n"
		shared["own.conf"] = "# of !\nsentinel monitor ! redis 6379 2\n"
	}
	if chance(3) {
		entries += "- name: files\n  files: [word.txt, as.conf=own.conf, two.conf]\n"
		shared["word.txt"], shared["own.conf"], shared["two.conf"] = "!", "bind ! \r\n\tx: !\n ", "\n  port 1\n\n"
		if chance(2) {
			entries += "  options: {disableNameSuffixHash: true}\n"
		}
	}
	if chance(4) {
		entries += "- name: env\n  envs: [own.env]\n"
		shared["own.env"] = "A=!\n# B=two\n\nC=two\n  D=^\nE=x !\r\nF="
	}
	generators := ""
	if entries != "" {
		generators = "configMapGenerator:\n" + entries
	}
	if chance(3) {
		generators += "secretGenerator:\n- name: sec\n  literals: [password=@, b=two]\n  files: [key.pem]\n- name: own\n  literals: [k=@]\n  type: Opaque\n"
		shared["key.pem"] = "!"
		if chance(2) {
			shared["key.pem"] = "-- ! --\n0123456789012345678901234567890123456789012345678901234567890123456789\n"
		}
	}
	return generators
}

// TestSharedBuilds renders overlays that share their builds, and compares each
// with what it gives alone, places included, and with what kustomize makes of
// the files as they are.
func TestSharedBuilds(t *testing.T) {
	const seeds, overlays = 16, 6
	shared, failed := 0, 0
	for seed := range uint64(seeds) {
		files := overlayTree(rand.New(rand.NewPCG(seed, 11)), overlays)
		all := open(t, files)
		shared += repo.Shared(all)
		byRoot := map[string][]string{}
		for _, e := range all.Environments {
			i := slices.IndexFunc(e.Files, func(f string) bool {
				return strings.HasPrefix(f, "overlays/") && strings.HasSuffix(f, "kustomization.yaml")
			})
			root := path.Dir(e.Files[i])
			byRoot[root] = append(byRoot[root], told(e)...)
		}
		for i := range overlays {
			root := fmt.Sprintf("overlays/e%d", i)
			alone := open(t, files, root)
			if repo.Shared(alone) > 0 {
				t.Fatal("one overlay alone shares a build")
			}
			var want []string
			for _, e := range alone.Environments {
				want = append(want, told(e)...)
			}
			if diff := cmp.Diff(want, byRoot[root]); diff != "" {
				t.Fatalf("seed %d, %s: alone and shared (-,+):\n%s\n%v", seed, root, diff, files)
			}
			if len(alone.Environments) != 1 {
				failed++
				continue
			}
			if diff := cmp.Diff(built(t, files, root), texts(alone.Environments[0])); diff != "" {
				t.Fatalf("seed %d, %s: kustomize and we (-,+):\n%s\n%v", seed, root, diff, files)
			}
		}
	}
	t.Logf("of %d overlays %d share a build, %d are not built at all", seeds*overlays, shared, failed)
	if shared < seeds || failed > seeds*overlays/2 {
		t.Errorf("of %d overlays %d share a build and %d are not built at all: this tests little", seeds*overlays, shared, failed)
	}
}

// told is every value of an environment with all that is known of it.
func told(e *repo.Environment) []string {
	lines := []string{fmt.Sprint(e.Rendered, e.Partial)}
	for _, o := range e.Objects {
		each(o.Value, func(v repo.Value) {
			line := fmt.Sprintf("%s %s %s %q %t %c", o.ID(), v.Path(), v.Tag(), v.Text(), v.IsQuoted(), v.Quote())
			line += " " + span(v.Span()) + " " + span(v.KeySpan())
			if n := len(v.Text()); n > 1 {
				line += " " + span(v.TextSpan(0, 1)) + " " + span(v.TextSpan(n/2, n))
			}
			lines = append(lines, line)
		})
	}
	return lines
}

// texts is every value of an environment.
func texts(e *repo.Environment) []string {
	var lines []string
	for _, o := range e.Objects {
		each(o.Value, func(v repo.Value) {
			if !v.IsMap() && !v.IsList() {
				lines = append(lines, fmt.Sprintf("%s %s %q", v.Path(), v.Tag(), v.Text()))
			}
		})
	}
	return lines
}

// built is every value of what kustomize makes of a folder.
func built(t *testing.T, files map[string]string, root string) []string {
	t.Helper()
	fs := filesys.MakeFsInMemory()
	for name, text := range files {
		if err := fs.WriteFile("/"+name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	opts := krusty.MakeDefaultOptions()
	opts.LoadRestrictions = types.LoadRestrictionsNone
	rm, err := krusty.MakeKustomizer(opts).Run(fs, "/"+root)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, res := range rm.Resources() {
		lines = append(lines, scalars(nil, res.YNode())...)
	}
	return lines
}

func scalars(at repo.Path, n *yaml.Node) []string {
	var lines []string
	below := func(seg string) repo.Path { return append(slices.Clone(at), seg) }
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			lines = append(lines, scalars(below(n.Content[i].Value), n.Content[i+1])...)
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			lines = append(lines, scalars(below(fmt.Sprintf("[%d]", i)), c)...)
		}
	default:
		text := n.Value
		if n.ShortTag() == "!!null" {
			text = ""
		}
		lines = append(lines, fmt.Sprintf("%s %s %q", at, n.ShortTag(), text))
	}
	return lines
}
