package apim

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// told is one line for each setting whose name begins with one of some prefixes.
func told(settings []Setting, variables []Variable, prefixes ...string) []string {
	var lines []string
	for _, s := range settings {
		shown := false
		for _, p := range prefixes {
			shown = shown || strings.HasPrefix(s.Name, p)
		}
		if !shown {
			continue
		}
		line := fmt.Sprintf("%s = %q by %s", s.Name, s.Value.Text, s.From)
		if s.By >= 0 {
			line += " " + variables[s.By].Name
		}
		if s.BeatenKey {
			line += ", not " + JoinPath(s.Key)
		}
		for _, i := range s.BeatenVariables {
			line += ", not " + variables[i].Name
		}
		lines = append(lines, line)
	}
	return lines
}

func TestSettings(t *testing.T) {
	for _, test := range []struct {
		name, chart, values string
		variables           string // name=value, separated by blanks
		prefixes            string
		want                []string
	}{
		{
			name: "the guide: the type below gateway is not read", chart: "4.9.32", prefixes: "ratelimit",
			values: "gateway: {ratelimit: {type: redis, redis: {password: x, sentinel: {master: m, nodes: [{host: h, port: 1}]}}}}",
			want: []string{
				`ratelimit.mongodb.uri = "mongodb://graviteeio-apim-mongodb-replicaset-headless:27017/gravitee?&replicaSet=rs0&connectTimeoutMS=30000" by the chart's default`,
				`ratelimit.type = "mongodb" by the chart's default`,
			},
		},
		{
			name: "the same, mended", chart: "4.9.32", prefixes: "ratelimit",
			values: "ratelimit: {type: redis}\ngateway: {ratelimit: {redis: {password: x, sentinel: {master: m, nodes: [{host: h, port: 1}]}}}}",
			want: []string{
				`ratelimit.redis.host = "" by unset`,
				`ratelimit.redis.password = "x" by the values`,
				`ratelimit.redis.port = "" by unset`,
				`ratelimit.redis.sentinel.master = "m" by the values`,
				`ratelimit.redis.sentinel.nodes[0].host = "h" by the values`,
				`ratelimit.redis.sentinel.nodes[0].port = "1" by the values`,
				`ratelimit.type = "redis" by the values`,
			},
		},
		{
			name: "from 4.12 on below repositories, told without", chart: "4.12.17", prefixes: "ratelimit repositories",
			values: "ratelimit: {type: redis}\ngateway: {ratelimit: {redis: {host: h, port: 1, ssl: true}}}",
			want: []string{
				`ratelimit.redis.alpn = "false" by the template's default`,
				`ratelimit.redis.host = "h" by the values`,
				`ratelimit.redis.hostnameVerificationAlgorithm = "NONE" by the template's default`,
				`ratelimit.redis.openssl = "false" by the template's default`,
				`ratelimit.redis.port = "1" by the values`,
				`ratelimit.redis.ssl = "true" by the values`,
				`ratelimit.redis.tlsProtocols = "TLSv1.2" by the template's default`,
				`ratelimit.redis.trustAll = "true" by the template's default`,
				`ratelimit.type = "redis" by the values`,
			},
		},
		{
			name: "a block of the user's own, with defaults below, one removed", chart: "4.9.32", prefixes: "services.metrics services.sync",
			values: "gateway: {services: {metrics: {enabled: true, prometheus: {concurrencyLimit: null}, tags: [a, b]}, sync: {kubernetes: {enabled: false}}}}",
			want: []string{
				`services.metrics.enabled = "true" by the values`,
				`services.metrics.prometheus.enabled = "true" by the chart's default`,
				`services.metrics.tags[0] = "a" by the values`,
				`services.metrics.tags[1] = "b" by the values`,
				`services.sync.enabled = "true" by the chart's default`,
				`services.sync.kubernetes.enabled = "false" by the values`,
			},
		},
		{
			name: "null removes a block", chart: "4.9.32", prefixes: "services.sync", values: "gateway: {services: {sync: null}}",
		},
		{
			name: "the reporter that nobody switches off", chart: "4.9.32", prefixes: "reporters",
			values: "es: {enabled: false}\ngateway: {reporters: {file: {enabled: false}}}",
			want: []string{
				`reporters.elasticsearch.enabled = "true" by the gateway's default`,
				`reporters.file.enabled = "false" by the values`,
			},
		},
		{
			name: "variables win, the spelling that is tried first among them", chart: "4.12.17", prefixes: "ratelimit.redis.password ratelimit.type cloud license http.port",
			values: "ratelimit: {type: redis}\nlicense: {key: a}\ngateway: {ratelimit: {redis: {host: h, port: 1, password: x}}}",
			variables: "GRAVITEE_RATELIMIT_REDIS_PASSWORD=upper gravitee_repositories_ratelimit_redis_password=new gravitee_ratelimit_redis_password=old " +
				"gravitee_ratelimit_type=none gravitee_cloud_token=t gravitee_license_key=l gravitee_http_port=1 JAVA_OPTS=x",
			want: []string{
				`cloud.token = "t" by the environment gravitee_cloud_token`,
				`http.port = "1" by the environment gravitee_http_port`,
				`license.key = "l" by the environment gravitee_license_key, not license.key`,
				`ratelimit.redis.password = "old" by the environment gravitee_ratelimit_redis_password, not gateway.ratelimit.redis.password, ` +
					`not gravitee_repositories_ratelimit_redis_password, not GRAVITEE_RATELIMIT_REDIS_PASSWORD`,
				`ratelimit.type = "none" by the environment gravitee_ratelimit_type, not ratelimit.type`,
			},
		},
		{
			name: "of two variables with one name the last one wins", chart: "4.9.32", prefixes: "cloud", variables: "gravitee_cloud_token=a gravitee_cloud_token=b",
			values: "gateway: {}", want: []string{`cloud.token = "b" by the environment gravitee_cloud_token, not gravitee_cloud_token`},
		},
		{
			name: "a variable that is not matched sets nothing", chart: "4.9.32", prefixes: "ratelimit.redis.trustAll", variables: "gravitee_ratelimit_redis_trustall=false",
			values: "ratelimit: {type: redis}\ngateway: {ratelimit: {redis: {host: h, port: 1, ssl: true}}}",
			want:   []string{`ratelimit.redis.trustAll = "true" by the template's default`},
		},
		{
			name: "an element of a list", chart: "4.9.32", prefixes: "ratelimit.redis.sentinel.nodes", variables: "gravitee_ratelimit_redis_sentinel_nodes_1_host=other",
			values: "ratelimit: {type: redis}\ngateway: {ratelimit: {redis: {host: h, port: 1, sentinel: {master: m, nodes: [{host: a}, {host: b}]}}}}",
			want: []string{
				`ratelimit.redis.sentinel.nodes[0].host = "a" by the values`,
				`ratelimit.redis.sentinel.nodes[1].host = "other" by the environment gravitee_ratelimit_redis_sentinel_nodes_1_host, not gateway.ratelimit.redis.sentinel.nodes[1].host`,
			},
		},
		{
			name: "a variable for a block of the user's own", chart: "4.9.32", prefixes: "services.sync", variables: "GRAVITEE_SERVICES_SYNC_CRON_TEXT=x",
			values: "gateway: {services: {sync: {cron: {text: y}}}}",
			want: []string{
				`services.sync.cron.text = "x" by the environment GRAVITEE_SERVICES_SYNC_CRON_TEXT, not gateway.services.sync.cron.text`,
				`services.sync.enabled = "true" by the chart's default`,
			},
		},
		{
			name: "an image that does not know the new name", chart: "4.9.0", prefixes: "ratelimit.redis.host", variables: "gravitee_repositories_ratelimit_redis_host=x",
			values: "ratelimit: {type: redis}\ngateway: {ratelimit: {redis: {host: h, port: 1}}}",
			want:   []string{`ratelimit.redis.host = "h" by the values`},
		},
		{
			name: "MongoDB with a login, and a database of the user's", chart: "4.12.17", prefixes: "ratelimit",
			values: "mongo: {dbhost: m, rsEnabled: false, auth: {enabled: true, username: u, password: p}}\ngateway: {}",
			want: []string{
				`ratelimit.mongodb.uri = "mongodb://u:p@m:27017/gravitee?&authSource=admin&connectTimeoutMS=30000" by the values`,
				`ratelimit.type = "mongodb" by the chart's default`,
			},
		},
		{
			name: "a configuration of the user's own: only variables are known", chart: "4.9.32", prefixes: "ratelimit services cloud",
			values: "gateway: {extraVolumes: \"- name: config\\n\"}", variables: "gravitee_cloud_token=a",
			want: []string{`cloud.token = "a" by the environment gravitee_cloud_token`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var variables []Variable
			for _, v := range strings.Fields(test.variables) {
				name, value, _ := strings.Cut(v, "=")
				variables = append(variables, Variable{Name: name, Value: Value{Kind: String, Text: value}})
			}
			version, err := ParseVersion(test.chart)
			if err != nil {
				t.Fatal(err)
			}
			settings := Catalogue(version).Effective(tree(t, test.values)).Settings(version, variables)
			if diff := cmp.Diff(test.want, told(settings, variables, strings.Fields(test.prefixes)...)); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
		})
	}
}
