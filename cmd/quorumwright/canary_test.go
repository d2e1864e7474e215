package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/quorumwright/quorumwright/lint/report"
)

// secretPlaces is a repository with a secret of its own in every place that may
// hold one: {NAME} stands for a secret, {NAME|base64} for the same in base64.
var secretPlaces = map[string]string{
	"redis.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: redis, namespace: gravitee}
data:
  redis.conf: |
    port 6379
    requirepass {requirepass}
    masterauth "{masterauth}"
    masteruser replica
    user replica on >{acl} ~* +@all
    rename-command CONFIG {renamed}
    tls-key-file-pass {keypass}
    appendonly true
  sentinel.conf: |
    sentinel monitor mymaster redis-0.redis 6379 4
    sentinel auth-pass mymaster {authpass}
    sentinel sentinel-pass {sentinelpass}
    requirepass {sentinelrequire}
    sentinel down-after-milliseconds mymaster 10s
---
apiVersion: v1
kind: Secret
metadata: {name: redis-auth, namespace: gravitee}
stringData:
  password: {stringdata}
data:
  token: {data|base64}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis, namespace: gravitee}
spec:
  replicas: 3
  serviceName: redis
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers:
        - name: redis
          image: redis:7.2.5
          command: [sh, -c, "redis-server /conf/redis.conf --masterauth {option} && redis-cli -a {cli} ping"]
          env:
            - {name: REDIS_PASSWORD, value: "{env}"}
            - {name: REDIS_URL, value: "redis://:{url}@redis-0.redis:6379/0"}
            - {name: OTHER, valueFrom: {secretKeyRef: {name: redis-auth, key: pasword}}}
          livenessProbe: {exec: {command: [redis-cli, -a, "{probe}", ping]}}
          volumeMounts: [{name: conf, mountPath: /conf}]
        - name: sentinel
          image: redis:6.2.14
          command: [redis-sentinel, /conf/sentinel.conf]
          volumeMounts: [{name: conf, mountPath: /conf}]
      volumes: [{name: conf, configMap: {name: redis}}]
`,
	"values.yaml": `license: {key: {licence|base64}}
gateway:
  image: {repository: graviteeio/apim-gateway, tag: 4.9.0}
  env:
    - {name: gravitee_ratelimit_redis_password, value: "{variable}"}
    - {name: gravitee_cloud_token, value: "{cloud}"}
    - {name: gravitee_ratelimit_redis_trustall, value: "true"}
  services: {core: {http: {port: 19082, authentication: {password: "{basic}"}}}}
  ratelimit:
    type: redis
    redis:
      username: "gateway #x"
      password: "{gateway}"
      ssl: {keystore: {password: "{keystore}"}, trustStore: {password: {truststore}}}
      sentinel:
        master: myMaster
        password: {sentinel}
        nodes: [{host: redis.gravitee.svc.cluster.local, port: 6379}]
mongo: {uri: "mongodb://apim:{mongo}@mongo:27017/apim", auth: {password: {mongoauth}}}
smtp: {password: {smtp}}
other:
  password: |
    {block}
  user: x
`,
	"flux/release.yaml": `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: gravitee, namespace: gravitee}
spec:
  chart: {spec: {chart: apim, version: 4.9.32}}
  values:
    ratelimit: {type: redis}
    gateway: {ratelimit: {redis: {host: nowhere, port: 6379, password: "{release}"}}}
`,
	"argo/app.yaml": `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: gravitee}
spec:
  source:
    chart: apim
    targetRevision: 4.9.32
    repoURL: https://user:{repourl}@charts.example.com
    helm:
      parameters: [{name: gateway.ratelimit.redis.password, value: "{parameter}"}]
      values: |
        gateway: {ratelimit: {redis: {host: nowhere, password: "{inline}"}}}
`,
	"tree/kustomization.yaml": `namespace: gravitee
resources: [set.yaml]
secretGenerator:
  - {name: redis-auth, literals: ["password={literal}"], envs: [secret.env]}
configMapGenerator:
  - {name: conf, files: [redis.conf]}
patches:
  - target: {kind: ConfigMap, name: direct}
    patch: '[{"op": "replace", "path": "/data/redis.conf", "value": "requirepass {patch}\nmasterauth {patchother}"}]'
`,
	"tree/secret.env": "token={envfile}\n",
	"tree/redis.conf": "requirepass {generated}\nmasterauth {generatedother}\n",
	"tree/set.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: direct}
data: {redis.conf: "requirepass {patched}\n"}
`,
}

var secretPattern = regexp.MustCompile(`\{([a-z]+)(\|base64)?\}`)

// plantSecrets writes the repository with its secrets and returns them by the names of
// their places.
func plantSecrets(t *testing.T, places map[string]string) map[string]string {
	t.Helper()
	secrets := map[string]string{}
	for name, text := range places {
		writeFiles(t, ".", map[string]string{name: fillSecrets(text, secrets)})
	}
	return secrets
}

// fillSecrets puts a secret into each place of a text, and notes it.
func fillSecrets(text string, secrets map[string]string) string {
	return secretPattern.ReplaceAllStringFunc(text, func(m string) string {
		found := secretPattern.FindStringSubmatch(m)
		secret := "cAnArY." + found[1] + ".7fQ2xW9"
		secrets[found[1]] = secret
		if found[2] != "" {
			return base64.StdEncoding.EncodeToString([]byte(secret))
		}
		return secret
	})
}

// leaks tells which secrets an output holds, in whatever form.
func leaks(secrets map[string]string, out []byte) []string {
	var found []string
	for place, s := range secrets {
		for _, form := range []string{
			s, url.QueryEscape(s), hex.EncodeToString([]byte(s)),
			strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(s)), "="), strings.TrimRight(base64.URLEncoding.EncodeToString([]byte(s)), "="),
			strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(s+"\n")), "="), s[:len(s)-4], s[8:],
		} {
			if bytes.Contains(out, []byte(form)) {
				found = append(found, fmt.Sprintf("%s (as %s)", place, form))
				break
			}
		}
	}
	return found
}

// lintRuns are the command lines that show what lint found.
func lintRuns() [][]string {
	var runs [][]string
	for _, f := range report.Formats {
		runs = append(runs, []string{"lint", "--profile", "strict", "--show-suppressed", "-o", f.Name})
	}
	return append(runs,
		[]string{"lint", "-v", "-o", "text", "-o", "sarif=out.report", "--baseline", "out.baseline", "--write-baseline"},
		[]string{"lint", "--diff", "--unsafe-fixes"},
		[]string{"lint", "redis.yaml", "values.yaml", "-o", "text", "-o", "json=out.report"},
		[]string{"lint", "tree", "--values", "values.yaml", "-o", "text", "-o", "junit=out.report"},
		[]string{"check", "-o", "text", "-o", "gitlab=out.report"},
		[]string{"explain", "--values", "values.yaml"},
		[]string{"explain", "--values", "values.yaml", "-v", "-o", "json"},
		[]string{"explain", "--values", "flux/release.yaml"},
		[]string{"build", "tree"},
		[]string{"import", "redis.yaml", "values.yaml"},
		[]string{"import", "-o", "out.spec", "."},
		[]string{"diff", "a", "b"},
		[]string{"affected", "--since", "HEAD"},
		[]string{"prove", "tree"},
	)
}

// runEach runs command lines and looks for secrets in what they print and write.
func runEach(t *testing.T, secrets map[string]string, runs [][]string) {
	t.Helper()
	printed := 0
	for _, args := range runs {
		printed += runCanary(t, secrets, args)
	}
	if printed == 0 {
		t.Error("nothing was printed at all")
	}
}

// runCanary is runEach for one command line. It returns the length of what was
// printed.
func runCanary(t *testing.T, secrets map[string]string, args []string) int {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(context.Background(), args, streams{strings.NewReader("a: b\n"), &out, &errs})
	all := append(out.Bytes(), errs.Bytes()...)
	printed := len(all)
	err := filepath.WalkDir(".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(e.Name(), "out.") {
			text, _ := os.ReadFile(name)
			all = append(all, text...)
			err = os.Remove(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, leak := range leaks(secrets, all) {
		t.Errorf("quorumwright %s (exit %d) shows %s", strings.Join(args, " "), code, leak)
	}
	if bytes.Contains(all, []byte("goroutine ")) || bytes.Contains(all, []byte("panic")) {
		t.Errorf("quorumwright %s:\n%s", strings.Join(args, " "), all)
	}
	return printed
}

// TestNoSecretIsShown plants a secret in every place that may hold one, and runs
// all that shows repositories, in every format.
func TestNoSecretIsShown(t *testing.T) {
	t.Chdir(t.TempDir())
	secrets := plantSecrets(t, secretPlaces)
	if len(secrets) < 35 {
		t.Fatalf("only %d places", len(secrets))
	}
	runEach(t, secrets, lintRuns())
}

// TestNoSecretInErrors breaks the files around the secrets: what cannot be read
// is told without what stands there.
func TestNoSecretInErrors(t *testing.T) {
	for name, breakIt := range map[string]func(file, text string) string{
		"a tab":           func(_, s string) string { return strings.Replace(s, "\n    ", "\n\t", 3) },
		"an open quote":   func(_, s string) string { return strings.Replace(s, "password: ", "password: \"", 1) },
		"an open bracket": func(_, s string) string { return strings.Replace(s, "password: ", "password: [", 1) },
		"an alias":        func(_, s string) string { return strings.ReplaceAll(s, "password: ", "password: *") },
		"a tag":           func(_, s string) string { return strings.ReplaceAll(s, "password: ", "password: !!int ") },
		"a key twice": func(_, s string) string {
			return regexp.MustCompile(`(?m)^( *)(password: .*)$`).ReplaceAllString(s, "$1$2\n$1$2")
		},
		"a secret as a key":      func(_, s string) string { return strings.ReplaceAll(s, "password: ", "password ") },
		"a colon too many":       func(_, s string) string { return strings.ReplaceAll(s, "requirepass ", "requirepass: x: ") },
		"quotes within a line":   func(_, s string) string { return strings.ReplaceAll(s, "requirepass ", `requirepass "`) },
		"two arguments":          func(_, s string) string { return strings.ReplaceAll(s, "requirepass ", "requirepass two ") },
		"a misspelled word":      func(_, s string) string { return strings.ReplaceAll(s, "requirepass ", "requirepas ") },
		"not base64":             func(_, s string) string { return strings.Replace(s, "token: ", "token: .", 1) },
		"cut":                    func(_, s string) string { return s[:len(s)*2/3] },
		"not UTF-8":              func(_, s string) string { return strings.Replace(s, "password", "pass\xff", 1) },
		"a bad operation":        func(_, s string) string { return strings.Replace(s, `"op": "replace"`, `"op": "replaec"`, 1) },
		"a path that is no more": func(_, s string) string { return strings.Replace(s, `"/data/redis.conf"`, `"/data/gone/deep"`, 1) },
		"a literal without =":    func(_, s string) string { return strings.Replace(s, "password={literal}", "{literal}", 1) },
		"a line without =":       func(_, s string) string { return strings.Replace(s, "token={envfile}", "to ken {envfile}", 1) },
		"no mapping": func(file, s string) string {
			return map[bool]string{true: "- {gateway}\n", false: s}[file == "values.yaml"]
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			broken := map[string]string{}
			changed := false
			for file, text := range secretPlaces {
				broken[file] = breakIt(file, text)
				changed = changed || broken[file] != text
			}
			if !changed {
				t.Fatal("nothing is broken")
			}
			secrets := plantSecrets(t, broken)
			runs := [][]string{{"lint", "-o", "text"}, {"lint", "-o", "sarif"}, {"lint", "-o", "json"}, {"lint", "--diff", "--unsafe-fixes"},
				{"check"}, {"explain", "--values", "values.yaml"}, {"import", "redis.yaml", "values.yaml"}, {"prove", "tree"}, {"build", "tree"}}
			runEach(t, secrets, runs)
		})
	}
}

// TestNoSecretOfASpec writes secrets where a spec has none, in YAML and in CUE:
// every command that reads the spec refuses it without showing them.
func TestNoSecretOfASpec(t *testing.T) {
	const good = "namespace: gravitee\nenvironments:\n  prod: {preset: prod}\n"
	specs := map[string]string{
		"a password":     good + "redis: {auth: {password: {password}}}\n",
		"a wrong type":   good + "redis: {auth: {secretName: [{listed}]}}\n",
		"values":         good + "gateway: {values: {gateway: {ratelimit: {redis: {password: {values}}}}}}\n",
		"a token":        good + "gateway: {cloud: {token: {token}}}\n",
		"a variable":     good + "gateway: {env: [{name: gravitee_cloud_token, value: {variable}}]}\n",
		"a directive":    good + "redis: {directives: {requirepass: {directive}}}\n",
		"an environment": "namespace: gravitee\nenvironments:\n  prod: {preset: prod, redis: {auth: {password: {overlay}}}}\n",
		"an open quote":  good + "redis: {auth: {password: \"{quoted}}}\n",
		"an alias":       good + "redis: {auth: {password: *{alias}}}\n",
		"a number":       good + "redis: {nodes: \"{number}\"}\n",
	}
	cues := map[string]string{
		"a conflict":  "namespace: \"gravitee\"\nenvironments: prod: preset: \"prod\"\nredis: auth: secretName: \"{conflict}\" & \"{other}\"\n",
		"a password":  "namespace: \"gravitee\"\nenvironments: prod: preset: \"prod\"\nredis: auth: password: \"{cue}\"\n",
		"a type":      "namespace: \"gravitee\"\nenvironments: prod: preset: \"prod\"\nredis: nodes: \"{cuetype}\"\n",
		"a syntax":    "namespace: \"{cuesyntax}\nenvironments: prod: preset: \"prod\"\n",
		"a reference": "namespace: \"gravitee\"\nenvironments: prod: preset: \"prod\"\n#p: \"{definition}\"\nredis: nodes: #p\n",
	}
	commands := [][]string{
		{"generate"}, {"generate", "--check"}, {"build", "prod"}, {"check"}, {"diff", "prod", "prod"}, {"commit", "--dry-run", "-m", "x"},
		{"set", "redis.nodes=5"}, {"promote", "prod", "--to", "prod"}, {"affected", "--since", "HEAD"}, {"lint"}, {"lint", "-o", "sarif"},
		{"lint", "-o", "json"}, {"explain", "redis.nodes"}, {"prove", "prod"}, {"schema"},
	}
	for kind, all := range map[string]map[string]string{"quorumwright.yaml": specs, "quorumwright.cue": cues} {
		for name, text := range all {
			t.Run(kind+"/"+name, func(t *testing.T) {
				t.Chdir(t.TempDir())
				runEach(t, plantSecrets(t, map[string]string{kind: text}), commands)
			})
		}
	}
	// What a person types is not repeated either.
	t.Run("set", func(t *testing.T) {
		t.Chdir(t.TempDir())
		write(t, "quorumwright.yaml", good)
		secrets := map[string]string{"typed": "cAnArY.typed.7fQ2xW9"}
		var runs [][]string
		for _, field := range []string{"redis.auth.password", "gateway.cloud.token", "redis.auth.secretName.x", "redis.nodes"} {
			runs = append(runs, []string{"set", field + "=" + secrets["typed"]})
		}
		runEach(t, secrets, runs)
	})
}
