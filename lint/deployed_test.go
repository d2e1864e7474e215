package lint_test

import (
	"strings"
	"testing"
)

// deployedGateway is a gateway as the chart renders it: %ENV% are its variables.
const deployedGateway = `apiVersion: v1
kind: ConfigMap
metadata: {name: gateway, namespace: apim}
data:
  gravitee.yml: |
    %ROOT%
      type: redis
      redis:
        host: redis
        port: 6379
        password: correct-horse
        sentinel:
          master: mymaster
          nodes:
            - host: redis-0.redis
              port: 26379
            - host: redis-1.redis
              port: 26379
---
apiVersion: v1
kind: ConfigMap
metadata: {name: variables, namespace: apim}
data: {GRAVITEE_RATELIMIT_REDIS_SENTINEL_MASTER: other}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: gateway, namespace: apim}
spec:
  selector: {matchLabels: {app: gateway}}
  template:
    metadata: {labels: {app: gateway}}
    spec:
      containers:
        - name: gateway
          image: graviteeio/apim-gateway:4.9.32
          %ENV%
          volumeMounts:
            - {name: config, mountPath: /opt/graviteeio-gateway/config/gravitee.yml, subPath: gravitee.yml}
      volumes: [{name: config, configMap: {name: gateway}}]
`

func TestDeployedGateway(t *testing.T) {
	for _, tt := range []struct {
		name, root, env  string
		master, password string
		masterLine       int
		complete         bool
	}{
		{name: "gravitee.yml", root: "ratelimit:", master: "mymaster", password: "correct-horse", masterLine: 13, complete: true},
		{name: "gravitee.yml from 4.12 on", root: "repositories:\n      ratelimit:", master: "mymaster", password: "correct-horse", masterLine: 14, complete: true},
		{name: "a variable", root: "ratelimit:", env: "env: [{name: gravitee_ratelimit_redis_sentinel_master, value: blue}]",
			master: "blue", password: "correct-horse", masterLine: 36, complete: true},
		{name: "a variable from a ConfigMap", root: "ratelimit:", env: "envFrom: [{configMapRef: {name: variables}}]",
			master: "other", password: "correct-horse", masterLine: 36, complete: true},
		{name: "variables that are not there", root: "ratelimit:", env: "envFrom: [{secretRef: {name: elsewhere}}]",
			master: "mymaster", password: "correct-horse", masterLine: 13},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.NewReplacer("%ROOT%", tt.root, "%ENV%", tt.env).Replace(deployedGateway)
			if strings.Contains(tt.root, "\n") {
				before, after, _ := strings.Cut(text, tt.root+"\n")
				body, rest, _ := strings.Cut(after, "---")
				text = before + tt.root + "\n" + strings.ReplaceAll("  "+strings.TrimSuffix(body, "\n"), "\n", "\n  ") + "\n---" + rest
			}
			f := collect(t, map[string]string{"gateway.yaml": text})
			if len(f.Clients) != 1 {
				t.Fatalf("%d clients", len(f.Clients))
			}
			c := f.Clients[0]
			if c.Master.Text != tt.master || c.Master.Place.Line != tt.masterLine {
				t.Errorf("master %q in line %d, want %q in line %d", c.Master.Text, c.Master.Place.Line, tt.master, tt.masterLine)
			}
			if got := c.Password.Secret.Reveal(); got != tt.password {
				t.Errorf("password %q, want %q", got, tt.password)
			}
			if len(c.Nodes) != 2 || c.Nodes[1].Host.Text != "redis-1.redis" {
				t.Errorf("nodes: %v", c.Nodes)
			}
			if c.Complete != tt.complete {
				t.Errorf("complete: %v", c.Complete)
			}
		})
	}
}
