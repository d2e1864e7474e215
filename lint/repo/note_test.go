package repo_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNotes renders files of every form, each with a patch that writes its objects
// anew, so that nothing but the note, or what kustomize notes itself, can tell which
// file an object comes from. The note must be gone from what is rendered.
func TestNotes(t *testing.T) {
	const (
		block = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n"
		flow  = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"
		root  = "resources: [a.yaml, other]\npatches:\n- target: {kind: ConfigMap}\n  patch: '[{\"op\": \"add\", \"path\": \"/data\", \"value\": {\"new\": \"x\"}}]'\n"
	)
	for name, c := range map[string]struct {
		a    string
		more string // at the end of the kustomization
		want []string
	}{
		"block style":              {a: block, want: []string{"a a.yaml", "b other/b.yaml"}},
		"without a break":          {a: block[:len(block)-1], want: []string{"a a.yaml", "b other/b.yaml"}},
		"flow style":               {a: flow, want: []string{"a a.yaml", "b other/b.yaml"}},
		"two documents":            {a: block + "---\n" + "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n", want: []string{"a a.yaml", "b other/b.yaml", "c a.yaml"}},
		"a comment at the end":     {a: block + "# end\n", want: []string{"a a.yaml", "b other/b.yaml"}},
		"an end marker":            {a: block + "...\n", want: []string{"a a.yaml", "b other/b.yaml"}},
		"a block of text":          {a: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: |+\n    text\n\n", want: []string{"a a.yaml", "b other/b.yaml"}},
		"a list of objects":        {a: "apiVersion: v1\nkind: List\nitems:\n- " + flow + "- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n", want: []string{"a a.yaml", "b other/b.yaml", "c a.yaml"}},
		"an anchor":                {a: "&x\n" + block, want: []string{"a a.yaml", "b other/b.yaml"}},
		"JSON":                     {a: "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"a\"}}", want: []string{"a a.yaml", "b other/b.yaml"}},
		"the field itself":         {a: block + "quorumwright.dev/file: elsewhere.yaml\n", want: []string{"a a.yaml", "b other/b.yaml"}},
		"a generator that merges":  {a: block, more: "configMapGenerator: [{name: a, behavior: merge, literals: [k=w]}]\n", want: []string{"a a.yaml", "b other/b.yaml"}},
		"a generator that makes":   {a: block, more: "configMapGenerator: [{name: g, literals: [k=w]}]\ngeneratorOptions: {disableNameSuffixHash: true}\n", want: []string{"a a.yaml", "b other/b.yaml", "g kustomization.yaml"}},
		"a generator of a Secret":  {a: block, more: "secretGenerator: [{name: s, literals: [k=w]}]\ngeneratorOptions: {disableNameSuffixHash: true}\n", want: []string{"a a.yaml", "b other/b.yaml", "s kustomization.yaml"}},
		"a prefix and a namespace": {a: block, more: "namePrefix: p-\nnamespace: other\n", want: []string{"p-a a.yaml", "p-b other/b.yaml"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t, map[string]string{
				"kustomization.yaml": root + c.more, "a.yaml": c.a,
				"other/kustomization.yaml": "resources: [b.yaml]\n", "other/b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n",
			})
			for _, p := range r.Problems {
				t.Errorf("%s: %s", p.Span, p.Message)
			}
			var got []string
			for _, e := range r.Environments {
				for _, o := range e.Objects {
					got = append(got, o.Name+" "+o.Value.Get("metadata", "name").Span().File)
					for _, key := range []string{"quorumwright.dev/file", "config.kubernetes.io/origin"} {
						if o.Value.Get(key).Exists() && name != "the field itself" || o.Value.Get("metadata", "annotations", key).Exists() {
							t.Errorf("%s: %s is left", o.Name, key)
						}
					}
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
