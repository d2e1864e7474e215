package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is generated is in sync, and lint has nothing to say about it, whoever
// makes the secrets and whatever applies the files. Each case lies in a
// repository of its own, so that the paths of the engines lead somewhere.
func TestGoldenIsClean(t *testing.T) {
	specs, err := filepath.Glob("../../golden/*/quorumwright.yaml")
	if err != nil || len(specs) < 10 {
		t.Fatalf("%d specs, %v", len(specs), err)
	}
	for _, spec := range specs {
		t.Run(filepath.Base(filepath.Dir(spec)), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Dir(spec))); err != nil {
				t.Fatal(err)
			}
			t.Chdir(dir)
			check := func() (int, string) {
				var out, errs bytes.Buffer
				code := run(context.Background(), []string{"check", "--fail-on", "info", "--output", "concise"}, streams{strings.NewReader(""), &out, &errs})
				return code, out.String() + errs.String()
			}
			if code, out := check(); code != exitClean || out != "" {
				t.Errorf("exit %d\n%s", code, out)
			}
			// The check sees what the engine deploys: a chart that is not the gateway's.
			for _, file := range []string{"argocd/*.yaml", "flux/*/gateway/helmrelease.yaml"} {
				names, err := filepath.Glob(filepath.Join(dir, "deploy", file))
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range names {
					data, err := os.ReadFile(name)
					if err != nil {
						t.Fatal(err)
					}
					other := bytes.ReplaceAll(data, []byte(`"4.9.32"`), []byte(`"4.10.28"`))
					if bytes.Equal(other, data) {
						continue // the version is a parameter
					}
					if err := os.WriteFile(name, other, 0o644); err != nil {
						t.Fatal(err)
					}
					if code, out := check(); code != exitFindings || !strings.Contains(out, "image/gateway-chart-skew") {
						t.Errorf("%s with another chart: exit %d\n%s", filepath.Base(name), code, out)
					}
					if err := os.WriteFile(name, data, 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
}
