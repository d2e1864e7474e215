package helm

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// standIn puts a shell script in the place of helm, which is not there on every
// machine. What is tested is how the program is started and what is made of its
// answers; the answers are those of helm 3.
func standIn(t *testing.T, script string) (notes string) {
	t.Helper()
	notes = t.TempDir()
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "helm"), []byte("#!/bin/sh\nNOTES='"+notes+"'\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	return notes
}

func open(t *testing.T) *Chart {
	t.Helper()
	c, err := Open(writeTree(t, tiny))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRender(t *testing.T) {
	t.Setenv("HELM_KUBETOKEN", "secret-of-the-person")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret-of-the-person")
	t.Setenv("HELM_PLUGINS", "/home/person/plugins")
	notes := standIn(t, `
for a in "$@"; do echo "$a"; done >"$NOTES/args"
export -p >"$NOTES/env"
while read -r line; do echo "$line"; done <"$4" >"$NOTES/values"
echo "kind: ConfigMap"
`)
	c := open(t)
	out, err := c.Render(context.Background(), Release{Name: "gw", Namespace: "apim", Values: []byte("a: b\n")})
	if err != nil || string(out) != "kind: ConfigMap\n" {
		t.Fatalf("rendered %q, %v", out, err)
	}
	args := strings.Fields(read(t, filepath.Join(notes, "args")))
	if want := []string{"template", "gw", c.dir, "--values", filepath.Join(c.temp, "values.yaml"), "--namespace", "apim"}; !slices.Equal(args, want) {
		t.Errorf("arguments %q, want %q", args, want)
	}
	env := read(t, filepath.Join(notes, "env"))
	for _, bad := range []string{"secret-of-the-person", "KUBETOKEN", "/home/person", "AWS_"} {
		if strings.Contains(env, bad) {
			t.Errorf("helm sees %s", bad)
		}
	}
	for _, name := range []string{"HOME", "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "HELM_PLUGINS", "HELM_REPOSITORY_CONFIG", "KUBECONFIG", "TMPDIR"} {
		if !strings.Contains(env, name+"='"+c.temp) && !strings.Contains(env, name+`="`+c.temp) {
			t.Errorf("%s is not a folder of the run's own", name)
		}
	}
}

func TestNoProgram(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := open(t).Render(context.Background(), Release{}); !errors.Is(err, ErrNoProgram) {
		t.Errorf("error %v", err)
	}
}

// TestRenderStops ends helm with the command.
func TestRenderStops(t *testing.T) {
	standIn(t, "exec /bin/sleep 60\n")
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := open(t).Render(ctx, Release{}); err == nil || time.Since(start) > 20*time.Second {
		t.Errorf("error %v after %s", err, time.Since(start))
	}
}

func TestFailure(t *testing.T) {
	for _, test := range []struct{ name, prints, want string }{
		{
			"nil pointer in an included template",
			`Error: template: apim/templates/gateway/gateway-deployment.yaml:67:28: executing "apim/templates/gateway/gateway-deployment.yaml" at <include (print $.Template.BasePath "/gateway/gateway-configmap.yaml") .>: error calling include: template: apim/templates/gateway/gateway-configmap.yaml:436:24: executing "apim/templates/gateway/gateway-configmap.yaml" at <.Values.gateway.ratelimit.redis.host>: nil pointer evaluating interface {}.redis

Use --debug flag to render out invalid YAML
`,
			"it fails in templates/gateway/gateway-configmap.yaml, line 436: nil pointer evaluating interface {}.redis",
		},
		{
			"a required value",
			"Error: execution error at (apim/templates/gateway/gateway-deployment.yaml:67:28): The password required to access the truststore must be provided!\n",
			"it fails in templates/gateway/gateway-deployment.yaml, line 67: The password required to access the truststore must be provided!",
		},
		{
			"a warning before the error",
			"coalesce.go:286: warning: cannot overwrite table with non table for apim.gateway\nError: values don't meet the specifications of the schema\n",
			"it fails: values don't meet the specifications of the schema",
		},
		{
			"a sub-chart that is not there",
			"Error: execution error at (apim/charts/store/templates/fail.yaml:1:3): quorumwright: missing sub-chart store\n\nUse --debug flag to render out invalid YAML\n",
			"the values switch on the sub-chart store, which is not in its folder charts",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			notes := standIn(t, "while IFS= read -r line; do printf '%s\\n' \"$line\" >&2; done <\"$NOTES/text\"\nexit 1\n")
			if err := os.WriteFile(filepath.Join(notes, "text"), []byte(test.prints), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := open(t).Render(context.Background(), Release{})
			var failure *Failure
			if !errors.As(err, &failure) || failure.Error() != test.want {
				t.Errorf("error  %v\nwant   %s", err, test.want)
			}
		})
	}
}
