package lint_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// configure explains values for a chart version.
func configure(t *testing.T, version, values string) *lint.Configuration {
	t.Helper()
	r, err := repo.Open(fstest.MapFS{"values.yaml": {Data: []byte(values)}}, repo.Options{Paths: []string{"values.yaml"}, Values: []string{"values.yaml"}, ChartVersion: version})
	if err != nil {
		t.Fatal(err)
	}
	all := lint.Configurations(r, r.Environments[0])
	if len(all) != 1 {
		t.Fatalf("%d configurations", len(all))
	}
	return all[0]
}

// TestStore says in one sentence what rate limiting runs on.
func TestStore(t *testing.T) {
	for _, test := range []struct{ name, values, want string }{
		{"the default", "gateway: {replicaCount: 1}", "rate limiting runs on MongoDB: ratelimit.type is mongodb by the chart's default"},
		{
			"the wrong place", "gateway:\n  ratelimit:\n    type: redis\n    redis: {host: h, port: 1}",
			"rate limiting runs on MongoDB, not on Redis: no template reads gateway.ratelimit.type (values.yaml:3), and at the root, where the chart reads it, ratelimit.type is mongodb by the chart's default",
		},
		{"none", "ratelimit: {type: none}\ngateway: {}", "rate limiting is switched off: ratelimit.type is none in values.yaml:1"},
		{
			"one Redis", "ratelimit: {type: redis}\ngateway: {ratelimit: {redis: {host: h, port: 1}}}",
			"rate limiting runs on Redis (h:1): ratelimit.type is redis in values.yaml:1",
		},
		{
			"Sentinels", "ratelimit: {type: redis}\ngateway: {ratelimit: {redis: {sentinel: {master: m, nodes: [{host: a, port: 1}, {host: b, port: 2}]}}}}",
			"rate limiting runs on Redis (master m, asked of 2 Sentinels): ratelimit.type is redis in values.yaml:1",
		},
		{
			"a blank address", "ratelimit: {type: redis}\ngateway: {ratelimit: {redis: {}}}",
			"rate limiting runs on Redis at a blank address, which it cannot reach: ratelimit.type is redis in values.yaml:1",
		},
		{
			"the type by a variable alone", "gateway: {env: [{name: gravitee_ratelimit_type, value: redis}]}",
			"rate limiting runs on Redis at localhost:6379, the gateway's default, because nothing sets the address: ratelimit.type is redis by the variable gravitee_ratelimit_type (values.yaml:1)",
		},
		{"something unknown", "ratelimit: {type: memcached}\ngateway: {}", "what rate limiting runs on is not known: ratelimit.type is memcached"},
		{
			"a configuration of one's own", "ratelimit: {type: redis}\ngateway: {extraVolumes: \"- name: config\"}",
			"what rate limiting runs on is not known: the chart writes no gravitee.yml",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := configure(t, "4.9.32", test.values).Store; got != test.want {
				t.Errorf("store:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
}

// TestIgnored puts what is ignored to the setting that it was meant for.
func TestIgnored(t *testing.T) {
	c := configure(t, "4.9.32", `api: {enabled: false}
es: {enabled: false}
redis: {host: a}
ratelimit: {type: none}
gateway:
  secrets: {kubernetes: {enabled: true}}
  replicaCount: 3
  services: {monitoring: {delay: 1}}
  ingress: {enabled: false, hosts: [a.b]}
  ratelimit: {redis: {host: h, sentinel: {password: x}}}
  env:
  - {name: gravitee_ratelimit_redis_trustall, value: "false"}
  - {name: Gravitee_cloud_token, value: x}
`)
	var got []string
	for _, a := range c.Areas {
		add := func(to string, all []lint.Ignored) {
			for _, i := range all {
				got = append(got, fmt.Sprintf("%s: %s at %s", to, i.Name, i.Place.Span))
			}
		}
		for _, s := range a.Settings {
			add(s.Name, s.Ignored)
		}
		add("("+a.Name+")", a.Ignored)
	}
	want := []string{
		"ratelimit.type: gateway.ratelimit.redis.host at values.yaml:10:23",
		"(rate limiting): redis at values.yaml:3:1",
		"(rate limiting): gateway.ratelimit.redis.sentinel.password at values.yaml:10:43",
		"(rate limiting): gravitee_ratelimit_redis_trustall at values.yaml:12:12",
		"(services): gateway.services.monitoring at values.yaml:8:14",
		"(secrets): gateway.secrets at values.yaml:6:3",
		"reporters.elasticsearch.enabled: es.enabled at values.yaml:2:6",
		"(other): gateway.replicaCount at values.yaml:7:3",
		"(other): Gravitee_cloud_token at values.yaml:13:12",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ignored (-want +got):\n%s", diff)
	}
}

// TestConfigurationHidesSecrets has a canary in every place of a secret.
func TestConfigurationHidesSecrets(t *testing.T) {
	for _, version := range []string{"4.9.32", "4.12.17"} {
		for _, kind := range []string{"jdbc", "mongodb", "redis"} {
			c := configure(t, version, "ratelimit: {type: "+kind+"}\n"+`license: {key: CANARY-license}
jdbc: {url: "jdbc:mysql://root:CANARY-url@db/x", password: CANARY-jdbc, username: u}
mongo: {uri: "mongodb://u:CANARY-mongo@h/x"}
management: {type: http}
secrets: {vault: {enabled: true, auth: {config: {token: CANARY-vault, secretId: CANARY-id}}}}
gateway:
  management: {http: {url: "http://u:CANARY-http@x", username: u, password: CANARY-management, proxy: {password: CANARY-proxy}, ssl: {keystore: {password: CANARY-keystore}}}}
  reporters: {tcp: {host: h, password: CANARY-tcp, auth: {basic: CANARY-basic}}}
  ssl: {keystore: {password: CANARY-ssl}}
  services:
    core: {http: {authentication: {password: CANARY-core}}}
    bridge: {enabled: true, authentication: {type: basic, users: {admin: CANARY-bridge}}}
    sync: {apiToken: CANARY-sync}
  ratelimit: {redis: {host: h, port: 1, password: CANARY-redis, sentinel: {password: CANARY-sentinel}, keystore: {password: CANARY-store, keyPassword: CANARY-key}}}
  env:
  - {name: gravitee_cloud_token, value: CANARY-cloud}
  - {name: gravitee_ratelimit_redis_password, value: CANARY-variable}
  - {name: GRAVITEE_RATELIMIT_REDIS_PASSWORD, value: CANARY-upper}
  - {name: gravitee_ratelimit_mongodb_uri, value: "mongodb://u:CANARY-uri@h/x"}
  - {name: gravitee_reporters_elasticsearch_security_password, value: CANARY-elastic}
  - {name: gravitee_redis_password, value: CANARY-wrong}
  - {name: gravitee_license_key, value: CANARY-key}
  - {name: gravitee_services_core_http_authentication_users_admin, value: CANARY-admin}
`)
			if text := fmt.Sprintf("%+v %+v %+v", c.Store, c.Notes, c.Areas); strings.Contains(text, "CANARY") {
				at := strings.Index(text, "CANARY")
				t.Errorf("%s, %s: a secret is told: %s", version, kind, text[max(0, at-200):min(len(text), at+30)])
			}
		}
	}
}
