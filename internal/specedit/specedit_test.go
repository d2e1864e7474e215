package specedit

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/schema"
)

func specs(t *testing.T) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("../../golden/*/quorumwright.yaml")
	if err != nil || len(names) < 5 {
		t.Fatalf("%q, %v", names, err)
	}
	all := map[string][]byte{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(filepath.Dir(name))] = data
	}
	return all
}

// TestSetEveryField sets each field that has a default to another value that the
// schema allows, in one environment of every golden spec: no other environment
// and no other field changes, and of the text nothing but one run of lines.
func TestSetEveryField(t *testing.T) {
	edits := 0
	for name, data := range specs(t) {
		before, err := schema.Parse("quorumwright.yaml", data)
		if err != nil {
			t.Fatal(err)
		}
		env := before.Environments[len(before.Environments)-1].Name
		for field, value := range map[string]string{
			"namespace": "elsewhere", "redis.image.tag": "7.2.9", "redis.masterName": "other", "redis.persistence.size": "3Gi",
			"redis.config.hz": "20", "redis.config.\"lazyfree-lazy-eviction\"": "yes", "redis.antiAffinity": "preferred",
			"redis.clusterDomain": "x.example", "redis.metrics.enabled": "true", "redis.resources.requests.cpu": "77m",
			"sentinel.downAfter": "6s", "sentinel.parallelSyncs": "1", "gateway.replicas": "9", "gateway.service.port": "81",
			"gateway.service.annotations.example.com/a.b": "8082", "gateway.values.gateway.deployment.revisionHistoryLimit": "2",
			"gateway.license.secretName": "other", "gateway.autoscaling.targetCPU": "61",
		} {
			s, err := Open("quorumwright.yaml", data)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Set(env, field+"="+value); err != nil {
				t.Errorf("%s: %s: %v", name, field, err)
				continue
			}
			edit, err := s.Finish()
			var errs schema.Errors
			if errors.As(err, &errs) {
				continue // it does not go with other fields of this spec
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(edit.Changes) == 0 {
				continue // it is so already
			}
			edits++
			for i, e := range before.Environments {
				if e.Name == env {
					continue
				}
				if diff := cmp.Diff(e, edit.Deployment.Environments[i]); diff != "" {
					t.Errorf("%s: %s in %s changed %s\n%s", name, field, env, e.Name, diff)
				}
			}
			if diff := cmp.Diff(before.Spec, edit.Deployment.Spec); diff != "" {
				t.Errorf("%s: %s in %s changed the base\n%s", name, field, env, diff)
			}
			checkElsewhere(t, before, edit, env, field)
			checkLines(t, string(data), string(edit.After))
		}
	}
	if edits < 100 {
		t.Errorf("only %d edits: the test tests nothing", edits)
	}
}

// checkElsewhere holds the environment to what it said before, but for the field
// and what follows from it.
func checkElsewhere(t *testing.T, before *schema.Deployment, edit *Edit, env, field string) {
	t.Helper()
	was, err := effective(before, env)
	if err != nil {
		t.Fatal(err)
	}
	is, err := effective(edit.Deployment, env)
	if err != nil {
		t.Fatal(err)
	}
	follow := map[string][]string{"namespace": {"gateway.namespace"}, "redis.image.tag": {"redis.image.digest"}, "gateway.license.secretName": {"secrets.sops.license", "secrets.sealedSecrets.license"}}
	set := edit.Changes[0].Field
	for _, path := range leafPaths(was, nil) {
		text := yamledit.Path(path).String()
		a, _ := was.At(path...)
		b, ok := is.At(path...)
		if (!ok || !same(a, b)) && text != set && !slices.Contains(follow[field], text) {
			t.Errorf("%s in %s changed %s from %s to %s", field, env, text, a, b)
		}
	}
}

func leafPaths(v yamledit.Value, path []string) [][]string {
	if v.Kind != yamledit.Map {
		return [][]string{path}
	}
	var all [][]string
	for _, f := range v.Fields {
		all = append(all, leafPaths(f.Value, append(path[:len(path):len(path)], f.Name))...)
	}
	return all
}

// checkLines holds an edit to one run of lines, of which it removes no more than
// one.
func checkLines(t *testing.T, before, after string) {
	t.Helper()
	a, b := strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	if gone := len(a) - head - tail; gone > 1 {
		t.Errorf("%d lines were rewritten:\n%s", gone, strings.Join(a[head:head+gone], ""))
	}
}

// Promoting twice changes nothing the second time, and what was promoted is then
// the same in both.
func TestPromoteTwice(t *testing.T) {
	for name, data := range specs(t) {
		d, err := schema.Parse("quorumwright.yaml", data)
		if err != nil {
			t.Fatal(err)
		}
		for _, from := range d.Environments {
			for _, to := range d.Environments {
				if from.Name == to.Name {
					continue
				}
				s, err := Open("quorumwright.yaml", data)
				if err != nil {
					t.Fatal(err)
				}
				if err := s.Promote(from.Name, to.Name); err != nil {
					t.Errorf("%s: %s to %s: %v", name, from.Name, to.Name, err)
					continue
				}
				edit, err := s.Finish()
				if err != nil {
					t.Fatal(err)
				}
				again, err := Open("quorumwright.yaml", edit.After)
				if err != nil {
					t.Fatal(err)
				}
				if err := again.Promote(from.Name, to.Name); err != nil {
					t.Fatal(err)
				}
				if len(again.edit.Changes) > 0 {
					t.Errorf("%s: %s to %s changes again: %v", name, from.Name, to.Name, again.edit.Changes)
				}
				got, want := environment(t, edit.Deployment, to.Name).Spec, from.Spec
				if got.Redis.Image.Tag != want.Redis.Image.Tag || got.Redis.Image.Digest != want.Redis.Image.Digest ||
					got.Gateway.Chart != want.Gateway.Chart || got.Gateway.Image.Tag != want.Gateway.Image.Tag || !slices.Equal(got.Gateway.Plugins, want.Gateway.Plugins) {
					t.Errorf("%s: %s is not as %s\n%s", name, to.Name, from.Name, edit.After)
				}
			}
		}
	}
}

func environment(t *testing.T, d *schema.Deployment, name string) schema.Environment {
	t.Helper()
	for _, e := range d.Environments {
		if e.Name == name {
			return e
		}
	}
	t.Fatalf("no environment %s", name)
	return schema.Environment{}
}
