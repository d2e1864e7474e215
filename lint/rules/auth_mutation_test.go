package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/rules"
)

// literalTree has its password as text in four places.
const literalTree = `apiVersion: v1
kind: ConfigMap
metadata: {name: redis-config}
data:
  redis.conf: |
    requirepass correct-horse
    masterauth correct-horse
    dir /data
    appendonly yes
  sentinel.conf: |
    sentinel resolve-hostnames yes
    sentinel announce-hostnames yes
    sentinel monitor mymaster redis-0.redis 6379 2
    sentinel auth-pass mymaster correct-horse
` + pods

const literalValues = valuesHead + `      password: "correct-horse"
` + sentinelNodes

// referenceTree gives everyone the password from one Secret.
const referenceTree = `apiVersion: v1
kind: Secret
metadata: {name: redis-auth}
stringData:
  password: correct-horse
  other: battery-staple
---
apiVersion: v1
kind: ConfigMap
metadata: {name: redis-config}
data:
  redis.conf: |
    dir /data
    appendonly yes
  sentinel.conf: |
    sentinel resolve-hostnames yes
    sentinel announce-hostnames yes
    sentinel monitor mymaster redis-0.redis 6379 2
` + pods

const referenceValues = valuesHead + sentinelNodes + `  env:
    - name: gravitee_ratelimit_redis_password
      valueFrom: {secretKeyRef: {name: redis-auth, key: password}}
`

const valuesHead = `ratelimit:
  type: redis
gateway:
  image:
    repository: graviteeio/apim-gateway
    tag: 4.9.32
  ratelimit:
    redis:
      host: redis
      port: 6379
`

const sentinelNodes = `      sentinel:
        master: mymaster
        nodes:
          - host: redis-0.redis
            port: 26379
`

const pods = `---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis}
spec:
  serviceName: redis
  replicas: 3
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers:
        - name: redis
          image: redis:7.2.5
          command: [redis-server, /etc/redis/redis.conf]
          ARGS
          volumeMounts: [{name: config, mountPath: /etc/redis}, {name: data, mountPath: /data}]
        - name: sentinel
          image: redis:7.2.5
          command:
            - sh
            - -c
            - |
              cp /etc/redis/sentinel.conf /data/sentinel.conf
              SENTINEL
              exec redis-sentinel /data/sentinel.conf
          env: [{name: PW, valueFrom: {secretKeyRef: {name: redis-auth, key: password}}}]
          volumeMounts: [{name: config, mountPath: /etc/redis}, {name: data, mountPath: /data}]
      volumes: [{name: config, configMap: {name: redis-config}}]
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Service
metadata: {name: redis}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector: {app: redis}
  ports: [{name: redis, port: 6379}, {name: sentinel, port: 26379}]
`

// errorsOf lints two files that belong together and returns the errors as
// "file:line rule", in order.
func errorsOf(t *testing.T, files map[string]string) []string {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	r, err := repo.Open(fsys, repo.Options{Paths: []string{"redis.yaml", "values.yaml"}})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range lint.Run(r, lint.Options{Rules: rules.All()}) {
		if f.Severity == lint.Error {
			found = append(found, fmt.Sprintf("%s:%d %s", f.Primary().File, f.Primary().Line, f.Rule.ID))
		}
		for _, secret := range []string{"correct-horse", "battery-staple", "another-one"} {
			if strings.Contains(fmt.Sprint(f.Message, f.Help, f.Places, f.Fixes), secret) {
				t.Errorf("%s shows a secret: %s", f.Rule.ID, f.Message)
			}
		}
	}
	return found
}

// TestOnePasswordMistake changes one thing about passwords and wants one new
// error: that of the rule, at the line of the change.
func TestOnePasswordMistake(t *testing.T) {
	literal := map[string]string{
		"redis.yaml":  strings.NewReplacer("          ARGS\n", "", "              SENTINEL\n", "", "          env: [{name: PW, valueFrom: {secretKeyRef: {name: redis-auth, key: password}}}]\n", "").Replace(literalTree),
		"values.yaml": literalValues,
	}
	reference := map[string]string{
		"redis.yaml": strings.NewReplacer(
			"ARGS", "args: [--requirepass, $(PW), --masterauth, $(PW)]\n          env:\n            - name: PW\n              valueFrom: {secretKeyRef: {name: redis-auth, key: password}}",
			"SENTINEL", `echo "sentinel auth-pass mymaster ${PW}" >> /data/sentinel.conf`).Replace(referenceTree),
		"values.yaml": referenceValues,
	}
	for _, tt := range []struct {
		name          string
		files         map[string]string
		file, old, to string
		want          string // the rule; "" if nothing new is said
	}{
		{"requirepass", literal, "redis.yaml", "requirepass correct-horse", "requirepass another-one", "auth/password-mismatch"},
		{"masterauth", literal, "redis.yaml", "masterauth correct-horse", "masterauth another-one", "auth/password-mismatch"},
		{"auth-pass", literal, "redis.yaml", "auth-pass mymaster correct-horse", "auth-pass mymaster another-one", "auth/password-mismatch"},
		{"gateway", literal, "values.yaml", "correct-horse", "another-one", "auth/password-mismatch"},
		{"one letter in another case", literal, "values.yaml", "correct-horse", "correct-Horse", "auth/password-mismatch"},
		{"quotes make no other password", literal, "redis.yaml", "requirepass correct-horse", `requirepass "correct-horse"`, ""},
		{"no quotes make no other password", literal, "values.yaml", `"correct-horse"`, "correct-horse", ""},
		{"quotes within quotes", literal, "values.yaml", `"correct-horse"`, `'"correct-horse"'`, ""},
		{"a variable of a template", literal, "values.yaml", `"correct-horse"`, `"${REDIS_PASSWORD}"`, ""},
		{"no masterauth", literal, "redis.yaml", "    masterauth correct-horse\n", "", "auth/missing-masterauth"},
		{"empty masterauth", literal, "redis.yaml", "masterauth correct-horse", `masterauth ""`, "auth/missing-masterauth"},
		{"no auth-pass", literal, "redis.yaml", "    sentinel auth-pass mymaster correct-horse\n", "", "auth/missing-auth-pass"},
		{"auth-pass in a comment", literal, "redis.yaml", "sentinel auth-pass", "# sentinel auth-pass", "auth/missing-auth-pass"},
		{"gateway without a password", literal, "values.yaml", "      password: \"correct-horse\"\n", "", "auth/gateway-without-password"},
		{"gateway with an empty password", literal, "values.yaml", `"correct-horse"`, `""`, "auth/gateway-without-password"},
		{"no requirepass", literal, "redis.yaml", "    requirepass correct-horse\n", "", "auth/gateway-without-password"},
		{"Sentinel's own password", literal, "redis.yaml", "    sentinel resolve-hostnames yes\n", "    sentinel resolve-hostnames yes\n    requirepass another-one\n", "auth/sentinel-password-unreachable"},
		{"Sentinel's own password is that of Redis", literal, "redis.yaml", "    sentinel resolve-hostnames yes\n", "    sentinel resolve-hostnames yes\n    requirepass correct-horse\n", ""},
		{"a user", literal, "values.yaml", "      password:", "      username: gateway\n      password:", "auth/acl-user-with-sentinel"},
		{"the user default", literal, "values.yaml", "      password:", "      username: default\n      password:", ""},
		{"a placeholder", literal, "values.yaml", "tag: 4.9.32", "tag: 4.9.32\n  env:\n    - name: gravitee_cloud_token\n      value: CLOUD TOKEN", "secret/placeholder"},
		{"monitor another name", literal, "redis.yaml", "monitor mymaster", "monitor mymastr", "sentinel/unknown-master"},
		{"misspelled requirepass", literal, "redis.yaml", "requirepass", "requirepas", "redis/unknown-directive"},
		{"misspelled masterauth", literal, "redis.yaml", "masterauth", "masterauht", "redis/unknown-directive"},
		{"broken quotes", literal, "redis.yaml", "requirepass correct-horse", `requirepass "correct-horse`, "redis/bad-value"},

		{"key of Redis", reference, "redis.yaml", "              valueFrom: {secretKeyRef: {name: redis-auth, key: password}}", "              valueFrom: {secretKeyRef: {name: redis-auth, key: other}}", "auth/password-mismatch"},
		{"key of Sentinel", reference, "redis.yaml", "env: [{name: PW, valueFrom: {secretKeyRef: {name: redis-auth, key: password}}}]", "env: [{name: PW, valueFrom: {secretKeyRef: {name: redis-auth, key: other}}}]", "auth/password-mismatch"},
		{"key of the gateway", reference, "values.yaml", "key: password", "key: other", "auth/password-mismatch"},
		{"missing key of the gateway", reference, "values.yaml", "key: password", "key: passwd", "secret/dangling-ref"},
		{"misspelled Secret", reference, "values.yaml", "name: redis-auth", "name: redis-auht", "secret/dangling-ref"},
		{"a Secret that is made elsewhere", reference, "values.yaml", "name: redis-auth", "name: gateway-credentials", ""},
		{"the key of the Secret", reference, "redis.yaml", "  password: correct-horse", "  passwrod: correct-horse", "secret/dangling-ref"},
		{"another value of the Secret", reference, "redis.yaml", "password: correct-horse", "password: another-one", ""},
		{"a newline at the end of the value", reference, "redis.yaml", "  password: correct-horse\n", "  password: |\n    correct-horse\n", "auth/unsafe-password"},
		{"a blank in the value", reference, "redis.yaml", "password: correct-horse", "password: correct-horse another-one", "auth/unsafe-password"},
		{"a gateway that takes a literal", reference, "values.yaml", "valueFrom: {secretKeyRef: {name: redis-auth, key: password}}", "value: another-one", "auth/password-mismatch"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := tt.files[tt.file]
			changed := strings.Replace(text, tt.old, tt.to, 1)
			if changed == text {
				t.Fatal("nothing changed")
			}
			line := 1
			for i := 0; changed[i] == text[i]; i++ {
				if text[i] == '\n' {
					line++
				}
			}
			files := map[string]string{}
			for name, text := range tt.files {
				files[name] = text
			}
			files[tt.file] = changed
			before := map[string]int{}
			for _, f := range errorsOf(t, tt.files) {
				before[f[strings.Index(f, " "):]]++
			}
			var added []string
			for _, f := range errorsOf(t, files) {
				if rule := f[strings.Index(f, " "):]; before[rule] > 0 {
					before[rule]--
				} else {
					added = append(added, f)
				}
			}
			got, want := strings.Join(added, ", "), ""
			if tt.want != "" {
				want = fmt.Sprintf("%s:%d %s", tt.file, line, tt.want)
			}
			if strings.Contains(tt.to, tt.old) || len(tt.to) < len(tt.old) {
				// What is missing, or added, is told near the change.
				got, want = atFile(got), atFile(want)
			}
			if got != want {
				t.Errorf("new errors: %q, want %q", got, want)
			}
		})
	}
}

// TestPasswordsOfTwoNamespaces has two Redis of one name, each with a password
// of its own, and a gateway of which nobody knows where it runs.
func TestPasswordsOfTwoNamespaces(t *testing.T) {
	one := func(namespace, password string) string {
		return strings.NewReplacer("NAMESPACE", namespace, "PASSWORD", password).Replace(`apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis, namespace: NAMESPACE}
spec:
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers:
        - name: redis
          image: redis:7.2.5
          args: [--requirepass, PASSWORD, --masterauth, PASSWORD]
---
apiVersion: v1
kind: Service
metadata: {name: redis, namespace: NAMESPACE}
spec:
  clusterIP: None
  selector: {app: redis}
  ports: [{port: 6379}]
`)
	}
	files := map[string]string{
		"redis.yaml":  one("dev", "correct-horse") + "---\n" + one("prod", "battery-staple"),
		"values.yaml": valuesHead + "      password: battery-staple\n",
	}
	for _, f := range errorsOf(t, files) {
		t.Errorf("a guess: %s", f)
	}
	files["values.yaml"] = strings.Replace(files["values.yaml"], "host: redis", "host: redis.dev", 1)
	if got := strings.Join(errorsOf(t, files), ", "); got != "values.yaml:11 auth/password-mismatch" {
		t.Errorf("got %q", got)
	}
}

// atFile leaves the line out of "file:line rule".
func atFile(found string) string {
	file, rest, ok := strings.Cut(found, ":")
	if !ok {
		return found
	}
	return file + rest[strings.Index(rest, " "):]
}
