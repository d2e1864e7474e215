package apim

import (
	"strings"
	"testing"
)

// each pair is a path and what Lookup says about it.
type verdictTest struct {
	charts string // space-separated
	path   string
	state  State
	help   string
}

var allCharts = "4.6.29 4.7.29 4.8.32 4.9.0 4.9.32 4.10.28 4.11.25 4.12.17"

func TestLookup(t *testing.T) {
	tests := []verdictTest{
		// What the vendor's hybrid guides write.
		{allCharts, "license.key", Live, ""},
		{allCharts, "api.enabled", Elsewhere, ""},
		{allCharts, "portal.enabled", Elsewhere, ""},
		{allCharts, "ui.enabled", Elsewhere, ""},
		{allCharts, "alerts.enabled", Live, ""},
		{allCharts, "es.enabled", Dead, "write gateway.reporters.elasticsearch.enabled"},
		{allCharts, "gateway.image.tag", Live, ""},
		{allCharts, `gateway.podAnnotations.prometheus\.io/path`, FreeForm, ""},
		{allCharts, "gateway.additionalPlugins", Live, ""},
		{allCharts, "gateway.additionalPlugins[0]", FreeForm, ""},
		{allCharts, "gateway.env[0].name", FreeForm, ""},
		{allCharts, "gateway.services.metrics.prometheus.enabled", FreeForm, ""},
		{allCharts, "gateway.services.sync.kubernetes.enabled", FreeForm, ""},
		{allCharts, "gateway.services.bridge.enabled", Live, ""},
		{allCharts, "gateway.service.externalPort", Live, ""},
		{allCharts, "gateway.ingress.enabled", Live, ""},
		{allCharts, "gateway.resources.limits.cpu", FreeForm, ""},
		{allCharts, "gateway.deployment.revisionHistoryLimit", Live, ""},
		{allCharts, "gateway.deployment.strategy.rollingUpdate.maxUnavailable", FreeForm, ""},
		{allCharts, "gateway.reporters.file.enabled", FreeForm, ""},
		{allCharts, "gateway.terminationGracePeriod", Live, ""},
		{allCharts, "gateway.gracefulShutdown.delay", Live, ""},
		{allCharts, "gateway.ratelimit.type", Dead, "write ratelimit.type"},
		{allCharts, "gateway.ratelimit.redis.password", Live, ""},
		{allCharts, "gateway.ratelimit.redis.sentinel.nodes[0].host", Live, ""},

		// Plausible keys that no template reads.
		{allCharts, "gateway.redis.host", Dead, "write gateway.ratelimit.redis.host, and ratelimit.type: redis"},
		{allCharts, "gateway.ratelimit.redis.sentinel.password", Dead, ""},
		{allCharts, "gateway.ratelimit.redis.timeout", Dead, "write gateway.ratelimit.redis.operation.timeout"},
		{allCharts, "gateway.secrets.kubernetes.enabled", Dead, "write secrets.kubernetes.enabled"},
		{allCharts, "gateway.securityContext.runAsUser", Dead, "write gateway.deployment.securityContext.runAsUser"},
		{allCharts, "gateway.podSecurityContext", Dead, "write gateway.deployment.podSecurityContext"},
		{allCharts, "gateway.cloud", Dead, "set the environment variable gravitee_cloud_token in gateway.env"},
		{allCharts, "cloud.token", Dead, "set the environment variable gravitee_cloud_token in gateway.env"},
		{allCharts, "cloud.enabled", Dead, "set the environment variable gravitee_cloud_token in gateway.env"},
		{allCharts, "gateway.license.key", Dead, "write license.key, or set the environment variable gravitee_license_key in gateway.env"},
		{allCharts, "gateway.plugins[0]", Dead, "write gateway.additionalPlugins[0]"},
		{allCharts, "gateway.removePlugins", Dead, ""},
		{allCharts, "gateway.extraEnv", Dead, "write gateway.env"},
		{allCharts, "gateway.envFrom", Dead, "write gateway.deployment.envFrom"},
		{allCharts, "gateway.extraSecrets", Dead, "write extraObjects"},
		{allCharts, "gateway.management.type", Dead, "write management.type"},
		{allCharts, "gateway.affinity", Dead, "write gateway.deployment.affinity"},
		{allCharts, "gateway.nodeSelector", Dead, "write gateway.deployment.nodeSelector"},
		{allCharts, "gateway.topologySpreadConstraints", Dead, "write gateway.deployment.topologySpreadConstraints"},
		{allCharts, "gateway.hostAliases", Dead, "write gateway.deployment.hostAliases"},
		{allCharts, "gateway.terminationGracePeriodSeconds", Dead, "write gateway.terminationGracePeriod"},
		{allCharts, "gateway.shardingTags", Dead, "write gateway.sharding_tags"},
		{allCharts, "gateway.services.monitoring", Dead, "set the environment variable gravitee_services_monitoring_delay in gateway.env"},
		{allCharts, "gateway.services.apikeyscache.enabled", Dead, "set the environment variable gravitee_services_apikeyscache_delay in gateway.env"},
		{allCharts, "gateway.imagePullSecrets", Dead, "write gateway.image.pullSecrets"},
		{allCharts, "gateway.image.digest", Dead, ""},
		{allCharts, "redis.download", Dead, ""},
		{allCharts, "redis.anything", Dead, ""},
		{allCharts, "es.cluster", Dead, ""},
		{allCharts, "ratelimit.redis.host", Dead, "write gateway.ratelimit.redis.host"},
		{allCharts, "repositories.ratelimit.redis.port", Dead, "write gateway.ratelimit.redis.port, and ratelimit.type: redis"},

		// Rendered, but not as meant.
		{allCharts, "gateway.reporters.reportercloud.enabled", Misleading, "set the environment variable gravitee_reporters_reportercloud_enabled in gateway.env"},
		{allCharts, "gateway.websocket.enabled", Misleading, "write gateway.websocket"},
		{allCharts, "gateway.ratelimit.redis.ssl.enabled", Misleading, "write gateway.ratelimit.redis.ssl"},
		{allCharts, "gateway.ratelimit.redis.host.name", Misshaped, ""},
		{allCharts, "gateway.extraVolumes[0].name", Misshaped, ""},

		// The elasticsearch reporter is not free-form, the others are.
		{allCharts, "gateway.reporters.elasticsearch.enabled", Live, ""},
		{allCharts, "gateway.reporters.elasticsearch.endpoints", Unknown, ""},
		{allCharts, "gateway.reporters.tcp.host", FreeForm, ""},

		// Only some releases read them.
		{"4.6.24 4.7.18 4.8.12 4.9.0 4.9.4", "gateway.ratelimit.redis.username", OtherVersion, ""},
		{"4.6.25 4.7.19 4.8.13 4.9.5 4.10.0 4.12.17", "gateway.ratelimit.redis.username", Live, ""},
		{"4.6.29 4.9.32", "gateway.distributedSync.type", OtherVersion, ""},
		{"4.10.0 4.12.17", "gateway.distributedSync.type", Live, ""},
		{"4.6.29 4.11.25", "gateway.ratelimit.redis.cluster.nodes", OtherVersion, ""},
		{"4.12.0 4.12.17", "gateway.ratelimit.redis.cluster.nodes", Live, ""},
		{"4.6.29 4.11.25", "gateway.services.ratelimit.async.flushInterval", OtherVersion, ""},
		{"4.6.0 4.10.28", "openshift.enabled", OtherVersion, ""},
		{"4.11.0 4.12.17", "openshift.enabled", Live, ""},
		{"4.6.0 4.7.29", "gateway.service.loadBalancerSourceRanges", OtherVersion, ""},
		{"4.8.0 4.12.17", "gateway.service.loadBalancerSourceRanges", Live, ""},
		{"4.6.0 4.11.25", "gammaUi.enabled", OtherVersion, ""},
		{"4.12.0", "gammaUi.enabled", Elsewhere, ""},
		{"4.9.0", "kafkaConsole.enabled", Elsewhere, ""},
		{"4.8.0", "kafkaConsole.enabled", OtherVersion, ""},

		// Misspelled or misplaced.
		{allCharts, "gateway.replicaCont", Unknown, "did you mean gateway.replicaCount?"},
		{allCharts, "gateway.deploymnt.affinity", Unknown, "did you mean gateway.deployment.affinity?"},
		{allCharts, "gateway.ratelimit.redis.sentinel.masters", Unknown, "did you mean gateway.ratelimit.redis.sentinel.master?"},
		{allCharts, "gateway.ratelimit.redis.sentinal.nodes[1].host", Unknown, "did you mean gateway.ratelimit.redis.sentinel.nodes[1].host?"},
		{allCharts, "gatway.image.tag", Unknown, "did you mean gateway.image.tag?"},
		{allCharts, "gateway.deployment.gracefulShutdown", Unknown, "did you mean gateway.gracefulShutdown?"},
		{allCharts, "somethingelse", Unknown, ""},
	}
	for _, test := range tests {
		for chart := range strings.FieldsSeq(test.charts) {
			got := Catalogue(version(t, chart)).Lookup(ParsePath(test.path))
			if got.State != test.state || got.Help() != test.help {
				t.Errorf("chart %s, %s: %s, help %q; want %s, %q", chart, test.path, got.State, got.Help(), test.state, test.help)
			}
			if !got.State.Works() && got.Why == "" {
				t.Errorf("chart %s, %s: %s without a reason", chart, test.path, got.State)
			}
		}
	}
}

func TestLookupKey(t *testing.T) {
	key := Catalogue(version(t, "4.9.0")).Lookup(ParsePath("gateway.ratelimit.redis.password")).Key
	if key == nil || !key.Unquoted || key.Setting != "ratelimit.redis.password" || key.When.String() != "ratelimit.type: redis" {
		t.Errorf("the password of 4.9.0 is %+v", key)
	}
	key = Catalogue(version(t, "4.12.0")).Lookup(ParsePath("gateway.ratelimit.redis.password")).Key
	if key == nil || key.Setting != "repositories.ratelimit.redis.password" {
		t.Errorf("the password of 4.12.0 is %+v", key)
	}
	// A default that changed.
	for chart, want := range map[string]string{"4.8.32": "true", "4.9.0": "false"} {
		key := Catalogue(version(t, chart)).Lookup(ParsePath("gateway.logging.file.enabled")).Key
		if key.Default != want {
			t.Errorf("chart %s: gateway.logging.file.enabled is %s by default, want %s", chart, key.Default, want)
		}
	}
}

func TestPaths(t *testing.T) {
	for text, want := range map[string]string{
		"a.b[0].c":   "a|b|[0]|c",
		`a.b\.c/d.e`: "a|b.c/d|e",
		"a[][1]":     "a|[]|[1]",
		"a[b":        "a|[b",
	} {
		path := ParsePath(text)
		if got := strings.Join(path, "|"); got != want {
			t.Errorf("%s is read as %s, want %s", text, got, want)
		}
		if got := JoinPath(path); got != text && text != "a[b" {
			t.Errorf("%s is written %s", text, got)
		}
	}
}
