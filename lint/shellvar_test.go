package lint_test

import (
	"strings"
	"testing"

	"github.com/quorumwright/quorumwright/lint"
)

// TestPasswordsOfScripts looks for the key behind a password that a script
// puts into the configuration.
func TestPasswordsOfScripts(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		// key is what masterauth comes from; "" if that is not known.
		key string
	}{
		{"a here-document with a variable", `
cat > /data/redis.conf <<EOF
masterauth $REDIS_PASSWORD
EOF
exec redis-server /data/redis.conf`, "password"},
		{"a here-document with braces", `
cat <<EOF > /data/redis.conf
masterauth ${REDIS_PASSWORD}
EOF
exec redis-server /data/redis.conf`, "password"},
		{"a quoted here-document is a literal", `
cat <<'EOF' > /data/redis.conf
masterauth ${REDIS_PASSWORD}
EOF
exec redis-server /data/redis.conf`, ""},
		{"sed", `
sed -e "s/__PASSWORD__/${REDIS_PASSWORD}/" /etc/redis/template.conf > /data/redis.conf
exec redis-server /data/redis.conf`, "password"},
		{"sed with another delimiter", `
sed "s|__PASSWORD__|$REDIS_PASSWORD|g" /etc/redis/template.conf > /data/redis.conf
exec redis-server /data/redis.conf`, "password"},
		{"sed of something else", `
sed "s|__PORT__|$REDIS_PASSWORD|g" /etc/redis/template.conf > /data/redis.conf
exec redis-server /data/redis.conf`, ""},
		{"an option with a variable", `exec redis-server --masterauth "$REDIS_PASSWORD"`, "password"},
		{"an option with a file", `exec redis-server --masterauth "$(cat /run/secrets/auth/password)"`, "password"},
		{"an option with a file in backticks", "exec redis-server --masterauth `cat /run/secrets/auth/password`", "password"},
		{"an option with a file of a ConfigMap", `exec redis-server --masterauth "$(cat /etc/redis/template.conf)"`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := collect(t, map[string]string{"redis.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: redis}
data:
  template.conf: |
    masterauth __PASSWORD__
---
apiVersion: v1
kind: Pod
metadata: {name: redis}
spec:
  containers:
    - name: redis
      image: redis:7.2.5
      command:
        - sh
        - -c
        - |` + strings.ReplaceAll("\n"+strings.TrimSpace(tt.script), "\n", "\n          ") + `
      env: [{name: REDIS_PASSWORD, valueFrom: {secretKeyRef: {name: redis-auth, key: password}}}]
      volumeMounts:
        - {name: config, mountPath: /etc/redis}
        - {name: auth, mountPath: /run/secrets/auth}
        - {name: data, mountPath: /data}
  volumes:
    - {name: config, configMap: {name: redis}}
    - {name: auth, secret: {secretName: redis-auth}}
    - {name: data, emptyDir: {}}
`})
			if len(f.Redis) != 1 {
				t.Fatalf("%d Redis", len(f.Redis))
			}
			c := f.Redis[0].MasterAuth()
			key := ""
			if c.Ref != nil {
				key = c.Ref.Key
			}
			if key != tt.key {
				t.Errorf("masterauth is read from key %q, want %q", key, tt.key)
			}
			if c.Known {
				t.Error("the value is in no file, and yet it is known")
			}
			if literal := strings.Contains(tt.name, "literal"); (c.Literal != "") != literal {
				t.Errorf("literal: %q", c.Literal)
			}
			if other := (lint.Credential{Given: true, Known: true}); (c.Compare(other) == lint.Differs) != (c.Literal != "") {
				t.Error("only a literal differs from a password that is known")
			}
		})
	}
}
