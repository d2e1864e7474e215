package lint_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// collect returns the facts of the only environment of some files.
func collect(t *testing.T, files map[string]string) *lint.Facts {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	r, err := repo.Open(fsys, repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Problems {
		t.Fatalf("%s: %s", p.Span, p.Message)
	}
	if len(r.Environments) != 1 {
		t.Fatalf("%d environments", len(r.Environments))
	}
	return lint.Collect(r.Environments[0])
}

// redisPod is a Pod that runs Redis with the arguments and environment.
func redisPod(args, env string) string {
	return fmt.Sprintf(`---
apiVersion: v1
kind: Pod
metadata: {name: redis, namespace: redis, labels: {app: redis}}
spec:
  containers:
    - name: redis
      image: redis:7.2.5
      args: [%s]
      %s
`, args, strings.ReplaceAll(strings.TrimSpace(env), "\n", "\n      "))
}

func gatewayValues(env string) string {
	return "gateway:\n  image: {repository: graviteeio/apim-gateway}\n  ratelimit: {redis: {host: redis}}\n  " +
		strings.ReplaceAll(strings.TrimSpace(env), "\n", "\n  ") + "\n"
}

func secretObject(kind, name, body string) string {
	return fmt.Sprintf("---\napiVersion: v1\nkind: %s\nmetadata: {name: %s}\n%s\n", kind, name, strings.TrimSpace(body))
}

// cipher is what SOPS makes of n bytes.
func cipher(n int) string {
	return "ENC[AES256_GCM,data:" + base64.StdEncoding.EncodeToString(make([]byte, n)) + ",iv:aXY=,tag:dGFn,type:str]"
}

func external(name, store, key, property string) string {
	return secretObject("ExternalSecret", name, fmt.Sprintf(`
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: %s}
  data: [{secretKey: password, remoteRef: {key: %s, property: %s}}]`, store, key, property))
}

const (
	fromRedisAuth   = "env: [{name: PW, valueFrom: {secretKeyRef: {name: redis-auth, key: password}}}]"
	gatewayAuth     = "env: [{name: gravitee_ratelimit_redis_password, valueFrom: {secretKeyRef: {name: gateway-auth, key: password}}}]"
	gatewayLiteral  = "env: [{name: gravitee_ratelimit_redis_password, value: correct-horse}]"
	requireVariable = "--requirepass, $(PW)"
)

// TestPasswordsCompare compares the password that Redis asks for with the one
// that the gateway sends, for the ways in which both are written.
func TestPasswordsCompare(t *testing.T) {
	plain := func(name, text string) string {
		return secretObject("Secret", name, "stringData: {password: "+text+"}")
	}
	coded := func(name, text string) string {
		return secretObject("Secret", name, "data: {password: "+base64.StdEncoding.EncodeToString([]byte(text))+"}")
	}
	sops := func(name, field, text string) string {
		return secretObject("Secret", name, field+": {password: \""+text+"\"}\nsops: {version: 3.9.0}")
	}
	for _, tt := range []struct {
		name                  string
		args, env, values     string
		secrets               []string
		want                  lint.Match
		noPassword, noGateway bool
	}{
		{name: "literals that are equal", args: "--requirepass, correct-horse", values: gatewayLiteral, want: lint.Same},
		{name: "literals that differ", args: "--requirepass, battery-staple", values: gatewayLiteral, want: lint.Differs},
		{name: "a variable", args: requireVariable, env: "env: [{name: PW, value: correct-horse}]", values: gatewayLiteral, want: lint.Same},
		{name: "another variable", args: requireVariable, env: "env: [{name: PW, value: battery-staple}]", values: gatewayLiteral, want: lint.Differs},
		{name: "a variable that nothing sets", args: requireVariable, values: gatewayLiteral, want: lint.Unknown},
		{name: "one key of a Secret that is not there", args: requireVariable, env: fromRedisAuth,
			values: strings.Replace(gatewayAuth, "gateway-auth", "redis-auth", 1), want: lint.Same},
		{name: "two Secrets that are not there", args: requireVariable, env: fromRedisAuth, values: gatewayAuth, want: lint.Unknown},
		{name: "a Secret that is not there and a literal", args: requireVariable, env: fromRedisAuth, values: gatewayLiteral, want: lint.Unknown},
		{name: "two Secrets of one value", args: requireVariable, env: fromRedisAuth, values: gatewayAuth,
			secrets: []string{plain("redis-auth", "correct-horse"), coded("gateway-auth", "correct-horse")}, want: lint.Same},
		{name: "a newline at the end does not count", args: requireVariable, env: fromRedisAuth, values: gatewayAuth,
			secrets: []string{plain("redis-auth", "correct-horse"), coded("gateway-auth", "correct-horse\n")}, want: lint.Same},
		{name: "two Secrets of two values", args: requireVariable, env: fromRedisAuth, values: gatewayAuth,
			secrets: []string{plain("redis-auth", "correct-horse"), coded("gateway-auth", "battery-staple")}, want: lint.Differs},
		{name: "envFrom on both sides", args: "--requirepass, $(password)", env: "envFrom: [{secretRef: {name: redis-auth}}]",
			values:  "deployment: {envFrom: [{prefix: gravitee_ratelimit_redis_, secretRef: {name: redis-auth}}]}",
			secrets: []string{plain("redis-auth", "correct-horse")}, want: lint.Same},
		{name: "SOPS, equal length", args: requireVariable, env: fromRedisAuth, values: gatewayAuth,
			secrets: []string{sops("redis-auth", "stringData", cipher(13)), sops("gateway-auth", "stringData", cipher(13))}, want: lint.Unknown},
		{name: "SOPS, other length", args: requireVariable, env: fromRedisAuth, values: gatewayAuth,
			secrets: []string{sops("redis-auth", "stringData", cipher(13)), sops("gateway-auth", "stringData", cipher(14))}, want: lint.Differs},
		{name: "SOPS, base64 of the same length", args: requireVariable, env: fromRedisAuth, values: gatewayAuth,
			secrets: []string{sops("redis-auth", "stringData", cipher(13)), sops("gateway-auth", "data", cipher(20))}, want: lint.Unknown},
		{name: "SOPS, base64 of another length", args: requireVariable, env: fromRedisAuth, values: gatewayAuth,
			secrets: []string{sops("redis-auth", "stringData", cipher(13)), sops("gateway-auth", "data", cipher(16))}, want: lint.Differs},
		{name: "SOPS in the values and a literal of another length", args: "--requirepass, correct-horse",
			values: "env: [{name: gravitee_ratelimit_redis_password, value: \"" + cipher(20) + "\"}]", want: lint.Differs},
		{name: "SOPS in the values and a literal", args: "--requirepass, correct-horse",
			values: "env: [{name: gravitee_ratelimit_redis_password, value: \"" + cipher(13) + "\"}]", want: lint.Unknown},
		{name: "one entry of an external store", args: requireVariable, env: fromRedisAuth, values: gatewayAuth,
			secrets: []string{external("redis-auth", "vault", "redis", "pw"), external("gateway-auth", "vault", "redis", "pw")}, want: lint.Same},
		{name: "two entries of an external store", args: requireVariable, env: fromRedisAuth, values: gatewayAuth,
			secrets: []string{external("redis-auth", "vault", "redis", "pw"), external("gateway-auth", "vault", "gateway", "pw")}, want: lint.Unknown},
		{name: "two stores", args: requireVariable, env: fromRedisAuth, values: gatewayAuth,
			secrets: []string{external("redis-auth", "vault", "redis", "pw"), external("gateway-auth", "aws", "redis", "pw")}, want: lint.Unknown},
		{name: "an ACL user", args: `--user, default, on, ">correct-horse", "~*", "+@all"`, values: gatewayLiteral, want: lint.Same},
		{name: "another ACL user", args: `--user, default, on, ">battery-staple", "~*", "+@all"`, values: gatewayLiteral, want: lint.Differs},
		{name: "the hash of the password", values: gatewayLiteral, want: lint.Same,
			args: `--user, default, on, "#9dca666eb54730714630d1519264a7bf1eeaad00b8f2edc90d3ecbfad928d163", "~*", "+@all"`},
		{name: "an ACL wins over requirepass", args: `--requirepass, battery-staple, --user, default, on, ">correct-horse", "~*", "+@all"`, values: gatewayLiteral, want: lint.Same},
		{name: "two passwords of a rotation", args: `--user, default, on, ">old", ">new", "~*", "+@all"`, values: gatewayLiteral, want: lint.Unknown},
		{name: "a reference of gravitee.yml", args: "--requirepass, correct-horse",
			values: "env: [{name: gravitee_ratelimit_redis_password, value: \"secret://kubernetes/redis-auth:password\"}]", want: lint.Unknown},
		{name: "a template", args: "--requirepass, correct-horse", values: "env: [{name: gravitee_ratelimit_redis_password, value: \"${REDIS_PASSWORD}\"}]", want: lint.Unknown},
		{name: "an empty password is none", args: `--requirepass, ""`, values: gatewayLiteral, noPassword: true},
		{name: "nopass", args: `--user, default, on, nopass, "~*", "+@all"`, values: gatewayLiteral, noPassword: true},
		{name: "a gateway without a password", args: "--requirepass, correct-horse", values: "replicaCount: 1", noGateway: true},
		{name: "a gateway with variables that are not there", args: "--requirepass, correct-horse",
			values: "deployment: {envFrom: [{secretRef: {name: gateway-env}}]}", want: lint.Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := collect(t, map[string]string{
				"redis.yaml":  redisPod(tt.args, tt.env) + strings.Join(tt.secrets, ""),
				"values.yaml": gatewayValues(tt.values),
			})
			if len(f.Redis) != 1 || len(f.Clients) != 1 {
				t.Fatalf("%d Redis, %d clients", len(f.Redis), len(f.Clients))
			}
			asks, sends := f.Redis[0].Password(), f.Clients[0].Password
			if asks.Given == tt.noPassword || sends.Given == tt.noGateway {
				t.Fatalf("Redis has a password: %v; the gateway has one: %v", asks.Given, sends.Given)
			}
			if tt.noPassword || tt.noGateway {
				return
			}
			if got := asks.Compare(sends); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
			if got := sends.Compare(asks); got != tt.want {
				t.Errorf("the other way round: got %d, want %d", got, tt.want)
			}
		})
	}
}
