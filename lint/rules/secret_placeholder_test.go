package rules

import "testing"

func TestPlaceholders(t *testing.T) {
	for text, want := range map[string]bool{
		"LICENSE KEY":                     true,
		"CLOUD TOKEN":                     true,
		"myredispassword":                 true,
		"my-redis-password":               true,
		"changeme":                        true,
		"CHANGE_ME":                       true,
		"ChangeMe!":                       true,
		"<redis_password>":                true,
		"<add_the_gateway_tag>":           true,
		"< your token >":                  true,
		"your-strong-password":            true,
		"your_cloud_token_here":           true,
		"foobared":                        true,
		"xxxxxxxx":                        true,
		"********":                        true,
		"...":                             true,
		"":                                false,
		"xx":                              false,
		"correct-horse":                   false,
		"myredispassword2":                false,
		"changeme-not":                    false,
		"password":                        false,
		"<path:secret/data/redis#pw>":     false,
		"${REDIS_PASSWORD}":               false,
		"{{ .Values.password }}":          false,
		"ENC[AES256_GCM,data:eA==,iv:x]":  false,
		"secret://kubernetes/redis:token": false,
		"yours-truly":                     false,
		"a<b>c":                           false,
		"<>":                              false,
		"<1234>":                          false,
	} {
		if got := isPlaceholderText(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestSecretNames(t *testing.T) {
	for name, want := range map[string]bool{
		"password":                      true,
		"keyPassword":                   true,
		"REDIS_PASSWORD":                true,
		"gravitee_cloud_token":          true,
		"gravitee.license.key":          true,
		"REDISCLI_AUTH":                 true,
		"DB_PASS":                       true,
		"userPassword":                  true,
		"USER_PASSWORD":                 true,
		"usePassword":                   false,
		"USE_PASSWORD":                  false,
		"ALLOW_EMPTY_PASSWORD":          false,
		"REDIS_ALLOW_EMPTY_PASSWORD":    false,
		"existingSecretPasswordKey":     false,
		"passwordKey":                   false,
		"secretKey":                     false,
		"automountServiceAccountToken":  false,
		"bypass":                        false,
		"REDIS_PASSWORD_FILE":           false,
		"tokenExpiryInSeconds":          false,
		"gravitee_ratelimit_redis_host": false,
	} {
		if got := isSecretName(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
