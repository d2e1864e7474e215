package repo_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// TestBuildsAreIsolated builds roots of many kinds a hundred times in any order,
// among them one with a schema of its own: each comes out as it does alone.
// kustomize keeps state that is global to the process.
func TestBuildsAreIsolated(t *testing.T) {
	patch := strings.Replace(deployment, "image: redis}", "args: [x]}", 1)
	files := map[string]string{
		"schema/kustomization.yaml": "resources: [d.yaml]\npatches: [{path: p.yaml}]\nopenapi: {path: schema.json}\n",
		"schema/d.yaml":             strings.Replace(deployment, "name: redis", "name: other", 1),
		"schema/p.yaml":             strings.Replace(patch, "name: redis", "name: other", 1),
		"schema/schema.json":        `{"definitions": {"io.k8s.api.apps.v1.Deployment": {"properties": {"spec": {"properties": {"template": {"properties": {"spec": {"properties": {"containers": {"type": "array", "items": {"type": "object"}}}}}}}}}, "x-kubernetes-group-version-kind": [{"group": "apps", "kind": "Deployment", "version": "v1"}]}}}`,
		"merge/kustomization.yaml":  "resources: [d.yaml]\npatches: [{path: p.yaml}]\n",
		"merge/d.yaml":              deployment,
		"merge/p.yaml":              patch,
		"json/kustomization.yaml":   "resources: [d.yaml]\nnamePrefix: a-\npatches: [{target: {kind: Deployment}, patch: '[{op: add, path: /spec/paused, value: true}]'}]\n",
		"json/d.yaml":               deployment,
		"labels/kustomization.yaml": "resources: [d.yaml]\nnamespace: x\nlabels: [{pairs: {a: b}, includeSelectors: true}]\nimages: [{name: redis, newTag: '7'}]\n",
		"labels/d.yaml":             deployment,
		"broken/kustomization.yaml": "resources: [d.yaml]\npatches: [{path: p.yaml}]\n",
		"broken/d.yaml":             deployment,
		"broken/p.yaml":             strings.Replace(patch, "name: redis", "name: nobody", 1),
		"crd/kustomization.yaml":    "resources: [d.yaml]\nconfigurations: [c.yaml]\nnamePrefix: b-\n",
		"crd/d.yaml":                deployment,
		"crd/c.yaml":                "namePrefix: [{path: metadata/annotations/name, create: true}]\n",
	}
	roots := []string{"schema", "merge", "json", "labels", "broken", "crd"}
	alone := map[string][]string{}
	for _, root := range []string{"merge", "json", "labels", "broken", "crd", "schema"} {
		alone[root] = outcome(t, files, root)
	}
	for range 100 {
		root := roots[rand.IntN(len(roots))]
		if diff := cmp.Diff(alone[root], outcome(t, files, root)); diff != "" {
			t.Fatalf("%s: %s", root, diff)
		}
	}
}

// outcome is every value that a root renders to, and what is wrong with it.
func outcome(t *testing.T, files map[string]string, root string) []string {
	t.Helper()
	r := open(t, files, root)
	lines := problems(r)
	for _, e := range r.Environments {
		for _, o := range e.Objects {
			each(o.Value, func(v repo.Value) {
				lines = append(lines, o.ID()+" "+v.Path().String()+" "+v.Tag()+" "+v.Text())
			})
		}
	}
	return lines
}
