package apim

import "testing"

func TestEnvNames(t *testing.T) {
	for setting, want := range map[string][2]string{
		"ratelimit.redis.trustAll":                {"gravitee_ratelimit_redis_trustAll", "GRAVITEE_RATELIMIT_REDIS_TRUSTALL"},
		"ratelimit.redis.sentinel.nodes[0].host":  {"gravitee_ratelimit_redis_sentinel_nodes_0_host", "GRAVITEE_RATELIMIT_REDIS_SENTINEL_NODES_0_HOST"},
		"distributed-sync.redis.password":         {"gravitee_distributedsync_redis_password", "GRAVITEE_DISTRIBUTEDSYNC_REDIS_PASSWORD"},
		"cloud.token":                             {"gravitee_cloud_token", "GRAVITEE_CLOUD_TOKEN"},
		"services.core.http.authentication.users": {"gravitee_services_core_http_authentication_users", "GRAVITEE_SERVICES_CORE_HTTP_AUTHENTICATION_USERS"},
	} {
		if got := [2]string(EnvNames(setting)); got != want || EnvName(setting) != want[0] {
			t.Errorf("%s: %v, want %v", setting, got, want)
		}
		for _, name := range want {
			if got := EnvSetting(Version{}, name); got.State == EnvMatched && got.Setting != setting {
				t.Errorf("%s sets %s, want %s", name, got.Setting, setting)
			}
		}
	}
}

func TestEnvSetting(t *testing.T) {
	for _, test := range []struct {
		image, name string
		state       EnvState
		setting     string
		instead     string
	}{
		{"", "gravitee_ratelimit_redis_password", EnvMatched, "ratelimit.redis.password", ""},
		{"", "GRAVITEE_RATELIMIT_REDIS_PASSWORD", EnvMatched, "ratelimit.redis.password", ""},
		{"", "gravitee_RATELIMIT_REDIS_PASSWORD", EnvMatched, "ratelimit.redis.password", ""},
		{"", "gravitee.ratelimit.redis.password", EnvMatched, "ratelimit.redis.password", ""},
		{"", "gravitee_ratelimit_redis_trustAll", EnvMatched, "ratelimit.redis.trustAll", ""},
		{"", "GRAVITEE_RATELIMIT_REDIS_TRUSTALL", EnvMatched, "ratelimit.redis.trustAll", ""},
		{"", "gravitee_ratelimit_redis_trustall", EnvMisspelled, "ratelimit.redis.trustAll", "gravitee_ratelimit_redis_trustAll"},
		{"", "GRAVITEE_RATELIMIT_REDIS_trustAll", EnvMisspelled, "ratelimit.redis.trustAll", "gravitee_ratelimit_redis_trustAll"},
		{"", "gravitee_Ratelimit_Redis_Password", EnvMisspelled, "ratelimit.redis.password", "gravitee_ratelimit_redis_password"},
		{"", "gravitee_ratelimit_redis_sentinel_nodes_2_host", EnvMatched, "ratelimit.redis.sentinel.nodes[2].host", ""},
		{"", "gravitee_ratelimit_redis_sentinel_nodes[2]_host", EnvMatched, "ratelimit.redis.sentinel.nodes[2].host", ""},
		{"", "gravitee_cloud_token", EnvMatched, "cloud.token", ""},
		{"", "gravitee_license_key", EnvMatched, "license.key", ""},
		{"", "gravitee_secrets_kubernetes_enabled", EnvMatched, "secrets.kubernetes.enabled", ""},
		{"", "gravitee_policy_apikey_header", EnvMatched, "policy.api-key.header", ""},
		{"", "gravitee_policy_api-key_header", EnvMatched, "policy.api-key.header", ""},
		{"", "gravitee_policy_api_key_header", EnvMisspelled, "policy.api-key.header", "gravitee_policy_apikey_header"},
		{"", "gravitee_http_idletimeout", EnvMisspelled, "http.idleTimeout", "gravitee_http_idleTimeout"},
		{"", "gravitee_some_plugin_thing", EnvUnknown, "", ""},
		{"", "JAVA_OPTS", EnvNotGravitee, "", ""},
		{"", "Gravitee_cloud_token", EnvNotGravitee, "", ""},
		{"", "gravitee_redis_host", EnvWrong, "", "gravitee_ratelimit_redis_host"},
		{"", "gravitee_redis_sentinel_nodes_1_port", EnvWrong, "", "gravitee_ratelimit_redis_sentinel_nodes_1_port"},
		{"", "gravitee_ratelimit_redis_sentinel_password", EnvWrong, "ratelimit.redis.sentinel.password", ""},
		{"", "gravitee_services_core_http_authentication_users_admin", EnvWrong, "services.core.http.authentication.users.admin", ""},
		{"4.9.0", "gravitee_repositories_ratelimit_redis_password", EnvWrong, "repositories.ratelimit.redis.password", "gravitee_ratelimit_redis_password"},
		{"4.9.16", "gravitee_repositories_ratelimit_redis_password", EnvWrong, "repositories.ratelimit.redis.password", "gravitee_ratelimit_redis_password"},
		{"4.9.17", "gravitee_repositories_ratelimit_redis_password", EnvMatched, "repositories.ratelimit.redis.password", ""},
		{"4.12.0", "gravitee_repositories_ratelimit_redis_password", EnvMatched, "repositories.ratelimit.redis.password", ""},
		{"4.6.29", "gravitee_repositories_ratelimit_redis_password", EnvWrong, "repositories.ratelimit.redis.password", "gravitee_ratelimit_redis_password"},
		{"", "gravitee_repositories_ratelimit_redis_password", EnvMatched, "repositories.ratelimit.redis.password", ""},
	} {
		var image Version
		if test.image != "" {
			image = version(t, test.image)
		}
		got := EnvSetting(image, test.name)
		if got.State != test.state || got.Setting != test.setting || got.Instead != test.instead {
			t.Errorf("image %q, %s: %+v; want state %d, setting %q, instead %q", test.image, test.name, got, test.state, test.setting, test.instead)
		}
		if got.State >= EnvMisspelled && got.Why == "" {
			t.Errorf("%s: no reason", test.name)
		}
	}
	if EnvSetting(Version{}, "Gravitee_cloud_token").Why == "" {
		t.Error("a misspelled prefix is not explained")
	}
}

// Every known setting must be reached by both names that are offered for it.
func TestEnvNamesReachTheirSetting(t *testing.T) {
	for _, known := range settings {
		setting := known.place
		for _, name := range EnvNames(fill(setting, []string{"0", "1"})) {
			got := EnvSetting(Version{}, name)
			if got.State != EnvMatched && got.State != EnvWrong {
				t.Errorf("%s for %s: state %d, %s", name, setting, got.State, got.Why)
			}
		}
	}
}

func TestHasRepositoriesAlias(t *testing.T) {
	for image, want := range map[string]bool{
		"4.6.29": false, "4.7.28": false, "4.7.29": true, "4.8.23": false, "4.8.24": true, "4.9.0": false,
		"4.9.17": true, "4.10.11": false, "4.10.12-debian": true, "4.11.0": true, "4.12.17": true, "4.13.0": true, "4.5.0": false,
	} {
		if got := HasRepositoriesAlias(version(t, image)); got != want {
			t.Errorf("image %s: alias %v, want %v", image, got, want)
		}
	}
}
