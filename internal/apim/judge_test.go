package apim

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// tree reads values written as YAML.
func tree(t testing.TB, text string) Tree {
	t.Helper()
	var decoded any
	if err := yaml.Unmarshal([]byte(strings.ReplaceAll(text, "\t", "  ")), &decoded); err != nil {
		t.Fatal(err)
	}
	return ValuesOf(decoded)
}

// judged is one line for each judgement: path, state, and ~ if it is deliberate.
func judged(judgements []Judgement) []string {
	var lines []string
	for _, j := range judgements {
		line := JoinPath(j.At) + ": " + j.State.String()
		for _, u := range j.Unmet {
			line += ", " + u.String()
		}
		if j.Deliberate {
			line += " ~"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestJudge(t *testing.T) {
	hybrid := "api: {enabled: false}\nportal: {enabled: false}\nui: {enabled: false}\n"
	for _, test := range []struct {
		name, charts, values string
		want                 []string
	}{
		{
			"the Sentinel guide", allCharts, hybrid + `
license: {key: x}
alerts: {enabled: false}
es: {enabled: false}
gateway:
	replicaCount: 1
	image: {repository: graviteeio/apim-gateway, tag: 4.9.0, pullPolicy: IfNotPresent}
	autoscaling: {enabled: false}
	podAnnotations: {prometheus.io/scrape: "true"}
	additionalPlugins: ["https://example.com/gravitee-policy-jwt-6.2.0.zip"]
	env: [{name: gravitee_cloud_token, value: x}]
	services:
		metrics: {enabled: true, prometheus: {enabled: true}}
		core: {http: {enabled: true}}
		sync: {kubernetes: {enabled: false}}
		bridge: {enabled: false}
	service: {type: LoadBalancer, externalPort: 8082}
	ingress: {enabled: false}
	resources: {limits: {cpu: 500m}}
	deployment: {revisionHistoryLimit: 1, strategy: {type: RollingUpdate}}
	reporters: {file: {enabled: false}}
	terminationGracePeriod: 50
	gracefulShutdown: {delay: 20, unit: SECONDS}
	ratelimit:
		type: redis
		redis:
			password: x
			sentinel: {master: mymaster, nodes: [{host: h, port: 26379}]}
`, []string{
				"es.enabled: dead",
				"gateway.ratelimit.redis: asleep, it needs ratelimit.type: redis (it is mongodb by the chart's default)",
				"gateway.ratelimit.type: dead",
			},
		},
		{
			"the same, mended", allCharts, hybrid + `
ratelimit: {type: redis}
gateway:
	autoscaling: {enabled: false}
	replicaCount: 2
	reporters: {elasticsearch: {enabled: false}}
	ratelimit: {redis: {host: r, port: 6379, password: x, sentinel: {master: m, nodes: [{host: h, port: 1}]}}}
`, nil,
		},
		{
			"one key below an unmet condition", "4.9.0", "ratelimit: {type: none}\ngateway: {ratelimit: {redis: {password: x}}}",
			[]string{"gateway.ratelimit.redis.password: asleep, it needs ratelimit.type: redis (it is none)"},
		},
		{
			"TLS keys without ssl", "4.9.0",
			"ratelimit: {type: redis}\ngateway: {ratelimit: {redis: {host: h, port: 1, trustAll: false, tlsProtocols: TLSv1.3}}}",
			[]string{
				"gateway.ratelimit.redis.tlsProtocols: asleep, it needs gateway.ratelimit.redis.ssl set (it is unset)",
				"gateway.ratelimit.redis.trustAll: asleep, it needs gateway.ratelimit.redis.ssl set (it is unset)",
			},
		},
		{
			"a master without nodes", "4.9.0 4.12.17",
			"ratelimit: {type: redis}\ngateway: {ratelimit: {redis: {host: h, port: 1, sentinel: {master: m}}}}",
			[]string{"gateway.ratelimit.redis.sentinel.master: asleep, it needs gateway.ratelimit.redis.sentinel.nodes set (it is unset)"},
		},
		{
			"a block switched off on purpose", "4.9.0",
			"gateway: {autoscaling: {enabled: false, minReplicas: 2, maxReplicas: 4}, ingress: {enabled: false, hosts: [a.b], path: /}}",
			[]string{
				"gateway.autoscaling.maxReplicas: asleep, it needs gateway.autoscaling.enabled: true (it is false) ~",
				"gateway.autoscaling.minReplicas: asleep, it needs gateway.autoscaling.enabled: true (it is false) ~",
				"gateway.ingress.hosts: asleep, it needs gateway.ingress.enabled: true (it is false) ~",
				"gateway.ingress.path: asleep, it needs gateway.ingress.enabled: true (it is false) ~",
			},
		},
		{
			"replicas beside the default autoscaler", "4.9.0", "gateway: {replicaCount: 3}",
			[]string{"gateway.replicaCount: asleep, it needs gateway.autoscaling.enabled: false (it is true by the chart's default)"},
		},
		{
			"extraEnvs beside env", "4.9.0", "gateway: {env: [{name: A, value: b}], deployment: {extraEnvs: [{name: B, value: c}]}}",
			[]string{"gateway.deployment.extraEnvs: asleep, it needs gateway.env unset (it is set)"},
		},
		{"extraEnvs alone", "4.9.0", "gateway: {deployment: {extraEnvs: [{name: B, value: c}]}}", nil},
		{
			"a licence name alone", allCharts, "license: {name: mine}",
			[]string{"license.name: asleep, it needs license.key set (it is unset)"},
		},
		{
			"a known wrong key below an unknown one", "4.9.0", "gateway: {redis: {host: h, password: p}}",
			[]string{"gateway.redis: unknown"},
		},
		{"null on a dead key is told too", "4.9.0", "gateway: {securityContext: null}", []string{"gateway.securityContext: dead"}},
		{"null removes a default", "4.9.0", "gateway: {deployment: {securityContext: null}}", nil},
		{
			"a removed default counts", "4.9.0", "gateway: {replicaCount: 3, autoscaling: null}", nil,
		},
		{
			"the gateway is off", "4.9.0", "gateway: {enabled: false, nonsense: true, ratelimit: {type: redis}}", nil,
		},
		{
			"Management API keys count when it is on", "4.9.0", "cloud: {enabled: true}\ncluster: {type: hazelcast}", nil,
		},
		{
			"Management API keys do nothing for a lone gateway", "4.9.0", hybrid + "cloud: {enabled: true}\ncluster: {type: hazelcast}",
			[]string{"cloud.enabled: dead", "cluster: dead"},
		},
		{
			"kinds that the chart cannot use", "4.9.0",
			"gateway: {extraVolumes: [{name: a}], env: {A: b}, service: 8082, image: {tag: [x]}, lifecycle: {preStop: {exec: {command: [x]}}}}",
			[]string{
				"gateway.env: misshaped", "gateway.extraVolumes: misshaped", "gateway.image.tag: misshaped",
				"gateway.lifecycle.preStop: misshaped", "gateway.service: misshaped",
			},
		},
		{
			"a list where a list of maps belongs", "4.9.0", "gateway: {servers: {type: http}, additionalPlugins: https://example.com/a.zip}",
			[]string{"gateway.additionalPlugins: misshaped", "gateway.servers: misshaped"},
		},
		{"empty values of another kind", "4.9.0", `gateway: {extraVolumes: [], env: "", affinity: }`, []string{"gateway.affinity: dead"}},
		{
			"servers replace the single listener", "4.9.0",
			"gateway: {servers: [{type: http, port: 8082, secured: true, ingress: {enabled: false, hosts: [x]}}], http: {maxHeaderSize: 1, maxChunkSize: 2}}",
			[]string{
				"gateway.http: asleep, it needs gateway.servers unset (it is set)",
				"gateway.servers[0].ingress.hosts: asleep, it needs gateway.servers[0].ingress.enabled: true (it is false) ~",
				"gateway.servers[0].secured: dead",
			},
		},
		{"a condition that ended with a patch, before", "4.9.24", "gateway: {servers: [{port: 1}], http: {requestTimeout: 5}}",
			[]string{"gateway.http.requestTimeout: asleep, it needs gateway.servers unset (it is set)"}},
		{"a condition that ended with a patch, after", "4.9.25", "gateway: {servers: [{port: 1}], http: {requestTimeout: 5}}", nil},
		{
			"distributed sync takes the place of sync", "4.12.17",
			"gateway: {cluster: {type: hazelcast}, distributedSync: {type: redis, redis: {host: h, port: 1}}, services: {sync: {delay: 5000, kubernetes: {enabled: false}}}}",
			[]string{"gateway.services.sync.kubernetes: asleep, it needs gateway.distributedSync unset (it is set)"},
		},
		{"a reporter that the gateway ignores", "4.9.0", "gateway: {reporters: {reportercloud: {enabled: false}, file: {enabled: false}}}",
			[]string{"gateway.reporters.reportercloud.enabled: misleading"}},
		{"websocket as a map", "4.9.0", "gateway: {websocket: {enabled: true}}", []string{"gateway.websocket.enabled: misleading"}},
		{
			"a conditional atom of a chart that lacks the key", "4.9.0",
			"api: {enabled: false}\napim: {dbLess: true}\ngateway: {services: {bridge: {enabled: true, service: {externalPort: 1}}}}",
			[]string{"apim.dbLess: other version"},
		},
		{"a key of another component, which is installed", allCharts, "apim: {dbLess: true}\ngateway: {ingress: {scheme: http}}", nil},
		{"a key of another component, which is not installed", "4.12.17", hybrid + "gateway: {ingress: {scheme: http}}",
			[]string{"gateway.ingress.scheme: dead"}},
		{"two ways to be read", "4.9.0", "initContainers: {image: a:1}", []string{
			"initContainers: asleep, it needs gateway.additionalPlugins set (it is unset)",
		}},
		{"one of the two ways", "4.9.0", "initContainers: {image: a:1}\nmanagement: {type: jdbc}", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			for chart := range strings.FieldsSeq(test.charts) {
				got := judged(Catalogue(version(t, chart)).Judge(tree(t, test.values)))
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("chart %s (-want +got):\n%s", chart, diff)
				}
			}
		})
	}
}

func TestJudgeBelow(t *testing.T) {
	got := Catalogue(version(t, "4.9.0")).Judge(tree(t, "gateway: {redis: {host: h, password: p}}"))
	if len(got) != 1 || len(got[0].Below) != 2 || got[0].Below[0].Instead != "gateway.ratelimit.redis.host" {
		t.Errorf("the right keys below gateway.redis are not told: %+v", got)
	}
}

func TestEffective(t *testing.T) {
	effective := Catalogue(version(t, "4.9.0")).Effective(tree(t, `
gateway:
	services: {metrics: {enabled: true}}
	deployment: {securityContext: {runAsUser: null, fsGroup: 5}}
	ingress: null
`))
	for _, test := range []struct {
		path string
		want string
	}{
		{"gateway.services.metrics.enabled", "a boolean true, the values"},
		{"gateway.services.metrics.prometheus.concurrencyLimit", "a number 3, the chart's default"},
		{"gateway.deployment.securityContext", "a map of 2, the values"},
		{"gateway.deployment.securityContext.runAsUser", "nothing , unset"},
		{"gateway.deployment.securityContext.runAsNonRoot", "a boolean true, the chart's default"},
		{"gateway.ingress.enabled", "nothing , unset"},
		{"ratelimit.type", "a string mongodb, the chart's default"},
		{"gateway.ratelimit.redis.operation.timeout", "a number 10, the template's default"},
		{"gateway.ratelimit.redis.host", "nothing , unset"},
		{"api.enabled", "a boolean true, the chart's default"},
		{"gateway.env", "a list of 0, the chart's default"},
	} {
		value, source := effective.Value(ParsePath(test.path)...)
		got := fmt.Sprintf("%s %s, %s", value.Kind, value.Text, source)
		if value.Kind == Map || value.Kind == List {
			got = fmt.Sprintf("%s of %d, %s", value.Kind, value.Len, source)
		}
		if got != test.want {
			t.Errorf("%s is %s, want %s", test.path, got, test.want)
		}
	}
}

func TestRedundant(t *testing.T) {
	values := tree(t, `
alerts: {enabled: false}
gateway:
	replicaCount: 1
	image: {repository: graviteeio/apim-gateway}
	services: {metrics: {enabled: true, prometheus: {enabled: true}}, core: {http: {enabled: true}}, bridge: {enabled: false}}
	resources: {limits: {cpu: 500m, memory: 1024Mi}, requests: {cpu: 200m}}
	deployment: {strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 0}}}
`)
	effective := Catalogue(version(t, "4.9.0")).Effective(values)
	var redundant []string
	var walk func(path []string)
	walk = func(path []string) {
		if effective.Redundant(path...) {
			redundant = append(redundant, JoinPath(path))
		}
		for _, name := range values.Children(path...) {
			walk(append(path[:len(path):len(path)], name))
		}
	}
	walk(nil)
	want := []string{
		"alerts.enabled", "gateway.deployment.strategy.type", "gateway.image.repository", "gateway.replicaCount",
		"gateway.resources.limits.cpu", "gateway.resources.requests.cpu", "gateway.services.bridge.enabled",
		"gateway.services.core.http.enabled", "gateway.services.metrics.prometheus.enabled",
	}
	if diff := cmp.Diff(want, redundant); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestExternalConfig(t *testing.T) {
	for values, want := range map[string]bool{
		"gateway: {extraVolumes: \"- name: config-tls\\n  secret: {}\"}": true,
		"gateway: {extraVolumes: \"- name: tls\\n  secret: {}\"}":        false,
		"gateway: {}": false,
	} {
		if got := Catalogue(version(t, "4.9.0")).Effective(tree(t, values)).ExternalConfig(); got != want {
			t.Errorf("%s: external config %v, want %v", values, got, want)
		}
	}
}

// A secret value must not reach a reason.
func TestJudgeTellsNoSecret(t *testing.T) {
	const canary = "c4n4ry"
	values := tree(t, `
gateway:
	ratelimit: {redis: {password: `+canary+`, username: `+canary+`}}
	management: {http: {username: `+canary+`, password: `+canary+`}}
	env: [{name: `+canary+`, value: `+canary+`}]
	deployment: {extraEnvs: [{name: `+canary+`}]}
license: {name: `+canary+`}
mongo: {uri: `+canary+`, dbname: `+canary+`, auth: {password: `+canary+`}}
jdbc: {password: `+canary+`}
`)
	for _, minor := range Minors() {
		for _, j := range Catalogue(minor).Judge(values) {
			text, err := json.Marshal(map[string]any{"verdict": j.Verdict, "why": j.Why, "help": j.Help(), "reasons": judged([]Judgement{j})})
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), canary) {
				t.Errorf("chart %s: %s", minor, text)
			}
		}
	}
}
