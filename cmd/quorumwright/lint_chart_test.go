package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// TestChartWithoutHelm asks for a chart where there is no helm.
func TestChartWithoutHelm(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var out, errs bytes.Buffer
	code := run(context.Background(), []string{"lint", "--chart", "chart"}, streams{strings.NewReader(""), &out, &errs})
	if code != exitFailed || out.Len() > 0 {
		t.Errorf("exit code %d, output %q", code, out.String())
	}
	for _, part := range []string{"quorumwright: --chart chart: helm is not on PATH", "helm.sh/docs/intro/install", "need no helm"} {
		if !strings.Contains(errs.String(), part) {
			t.Errorf("the message has no %q: %s", part, errs.String())
		}
	}
}
