package repo_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// TestLargeFilesThatConcernNobody checks that the bound for one file is told
// only of files that may hold something to judge.
func TestLargeFilesThatConcernNobody(t *testing.T) {
	padding := "# " + strings.Repeat("-", 300) + "\n"
	const crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: redisclusters.example.org}\n"
	const dashboard = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: dashboards}\n"
	const server = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: redis}\n"
	tooLarge := "x.yaml:1:1 yaml/limits: the file is larger than 256 bytes, the limit for one file, and was not read"
	tests := []struct {
		name, text string
		paths      []string
		want       []string
	}{
		{"a definition, although it names redis", crd + padding, nil, nil},
		{"definitions and dashboards", crd + padding + "---\n" + dashboard, nil, nil},
		{"a word of ours in another document", crd + padding + "---\n" + server, nil, []string{tooLarge}},
		{"a word of ours before the kind", "# Redis\n" + dashboard + padding, nil, []string{tooLarge}},
		{"no manifest at all", padding, nil, []string{tooLarge}},
		{"a file that the person names", crd + padding, []string{"x.yaml"}, []string{tooLarge}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree := fstest.MapFS{"x.yaml": {Data: []byte(tt.text), Mode: 0o644}}
			r, err := repo.Open(tree, repo.Options{Paths: tt.paths, MaxFileSize: 256})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, problems(r)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestLargeFilesInABuild checks that definitions beyond the bound are left out
// of a build, and the rest is still judged.
func TestLargeFilesInABuild(t *testing.T) {
	tree := fstest.MapFS{
		"kustomization.yaml": {Data: []byte("resources: [crds.yaml, map.yaml]\n"), Mode: 0o644},
		"map.yaml":           {Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: redis}\n"), Mode: 0o644},
		"crds.yaml": {Data: []byte("apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\n# " +
			strings.Repeat("-", 300)), Mode: 0o644},
	}
	r, err := repo.Open(tree, repo.Options{MaxFileSize: 256})
	if err != nil {
		t.Fatal(err)
	}
	if got := problems(r); len(got) > 0 {
		t.Error(got)
	}
	if len(r.Environments) != 1 || len(r.Environments[0].Objects) != 1 || !r.Environments[0].Partial {
		t.Errorf("the build does not hold the rest: %+v", r.Environments)
	}
}
