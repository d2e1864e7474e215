package prove

import (
	"testing"
	"testing/fstest"
)

// Passwords that the repository does not have are one where it says so, and each
// another where it does not.
func TestInvented(t *testing.T) {
	// store makes a Secret of an entry of a store.
	store := func(secret, entry string) string {
		return "---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: " + secret + "}\nspec:\n  secretStoreRef: {name: vault, kind: ClusterSecretStore}\n" +
			"  target: {name: " + secret + "}\n  data:\n  - {secretKey: password, remoteRef: {key: " + entry + "}}\n"
	}
	// sealed makes one of a ciphertext.
	sealed := func(secret, key string) string {
		return "---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: " + secret + "}\nspec:\n  encryptedData: {" + key + ": AgA" + secret + "}\n"
	}
	for _, test := range []struct {
		name, secret, key string // that the gateway reads
		objects           string
		one               bool
		same              bool
		origins           int
	}{
		{"the same key", "redis-auth", "password", "", false, true, 1},
		{"another Secret", "gateway-auth", "password", "", false, false, 2},
		{"another key", "redis-auth", "redis-password", "", false, false, 2},
		{"another Secret, declared a copy", "gateway-auth", "password", "", true, true, 1},
		{"one entry of a store in two Secrets", "gateway-auth", "password", store("redis-auth", "redis") + store("gateway-auth", "redis"), false, true, 1},
		{"two entries of a store", "gateway-auth", "password", store("redis-auth", "redis") + store("gateway-auth", "other"), false, false, 2},
		{"the same sealed key", "redis-auth", "password", sealed("redis-auth", "password"), false, true, 1},
		{"another sealed Secret", "gateway-auth", "password", sealed("redis-auth", "password") + sealed("gateway-auth", "password"), false, false, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan := planOne(t, fstest.MapFS{
				"redis.yaml":  {Data: []byte(twoSecrets + test.objects)},
				"values.yaml": {Data: []byte(gatewayValues(test.secret, test.key))},
			}, "", test.one)
			if plan.Invented == "" || len(plan.Gateway.Password) != len(plan.Invented) {
				t.Fatalf("%d and %d bytes were invented", len(plan.Invented), len(plan.Gateway.Password))
			}
			if same := plan.Gateway.Password == plan.Invented; same != test.same {
				t.Errorf("the gateway has the password of Redis: %v, want %v", same, test.same)
			}
			if len(plan.Origins) != test.origins {
				t.Errorf("the passwords stand for %v, want %d", plan.Origins, test.origins)
			}
			for _, pod := range plan.Pods {
				for _, c := range pod.Containers {
					for _, e := range c.Env {
						if e.Name == "PASSWORD" && e.Value != plan.Invented {
							t.Errorf("%s of %s has another password than Redis", c.Name, pod.Name)
						}
					}
				}
			}
		})
	}
}

// twoSecrets is a pod whose Redis and Sentinel read a Secret that the repository
// does not have.
const twoSecrets = `apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data:
  redis.conf: |
    requirepass ${PASSWORD}
    masterauth ${PASSWORD}
  sentinel.conf: |
    sentinel monitor mymaster redis-0.redis 6379 2
    sentinel auth-pass mymaster ${PASSWORD}
---
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
        command: [sh, -c, 'envsubst </conf/redis.conf >/data/redis.conf; exec redis-server /data/redis.conf']
        env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: redis-auth, key: password}}}]
        volumeMounts: [{name: conf, mountPath: /conf}, {name: data, mountPath: /data}]
      - name: sentinel
        image: redis:7.2.5
        command: [sh, -c, 'envsubst </conf/sentinel.conf >/data/sentinel.conf; exec redis-sentinel /data/sentinel.conf']
        env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: redis-auth, key: password}}}]
        volumeMounts: [{name: conf, mountPath: /conf}, {name: data, mountPath: /data}]
      volumes: [{name: conf, configMap: {name: conf}}, {name: data, emptyDir: {}}]
`

func gatewayValues(secret, key string) string {
	return `ratelimit: {type: redis}
gateway:
  env:
  - {name: gravitee_ratelimit_redis_password, valueFrom: {secretKeyRef: {name: ` + secret + `, key: ` + key + `}}}
  ratelimit:
    redis:
      host: redis-0.redis
      port: 6379
      sentinel: {master: mymaster, nodes: [{host: redis-0.redis, port: 26379}]}
`
}
