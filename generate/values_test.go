package generate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const generatedValues = `
ratelimit: {type: redis}
networkPolicy: {podSelector: {a: b}}
gateway:
  terminationGracePeriod: 50
  gracefulShutdown: {delay: 20, unit: SECONDS}
  env:
  - {name: gravitee_cloud_token, valueFrom: x}
  ratelimit:
    redis:
      host: h
      port: 6379
      sentinel: {master: m}
      operation: {timeout: 50}
  extraVolumes: |
    - name: a
`

func TestMergeValues(t *testing.T) {
	type m = map[string]any
	type l = []any
	tests := []struct {
		name, path string
		over       m
		want       any
		err        string
	}{
		{"a new key", "gateway.tenant", m{"gateway": m{"tenant": "eu"}}, "eu", ""},
		{"an opinion of ours", "gateway.terminationGracePeriod", m{"gateway": m{"terminationGracePeriod": int64(90)}}, 90, ""},
		{"a key of a map", "gateway.gracefulShutdown", m{"gateway": m{"gracefulShutdown": m{"delay": int64(5)}}}, m{"delay": 5, "unit": "SECONDS"}, ""},
		{"null", "networkPolicy", m{"networkPolicy": nil}, nil, ""},
		{"beside what is vital", "gateway.ratelimit.redis.operation.timeout", m{"gateway": m{"ratelimit": m{"redis": m{"operation": m{"timeout": int64(80)}}}}}, 80, ""},
		{"a variable more", "gateway.env", m{"gateway": m{"env": l{m{"name": "A", "value": "1"}}}},
			l{m{"name": "gravitee_cloud_token", "valueFrom": "x"}, m{"name": "A", "value": "1"}}, ""},
		{"text more", "gateway.extraVolumes", m{"gateway": m{"extraVolumes": "- name: b\n"}}, "- name: a\n- name: b\n", ""},

		{"our variable again", "", m{"gateway": m{"env": l{m{"name": "GRAVITEE_cloud_token", "value": "1"}}}}, nil,
			"gateway.values.gateway.env[0]: the spec sets the variable GRAVITEE_cloud_token already: remove it"},
		{"variables as a map", "", m{"gateway": m{"env": m{"A": "1"}}}, nil, "gateway.values.gateway.env must be a list of variables"},
		{"no variables", "", m{"gateway": m{"env": nil}}, nil, "gateway.values.gateway.env must be a list of variables"},
		{"another type", "", m{"ratelimit": m{"type": "none"}}, nil,
			"gateway.values changes ratelimit.type, without which the gateway does not find this Redis: remove it"},
		{"no gateway", "", m{"gateway": nil}, nil,
			"gateway.values changes gateway.ratelimit.redis.host, without which the gateway does not find this Redis: remove it"},
		{"another master", "", m{"gateway": m{"ratelimit": m{"redis": m{"sentinel": m{"master": "x"}}}}}, nil,
			"gateway.values changes gateway.ratelimit.redis.sentinel, without which the gateway does not find this Redis: remove it"},
		{"encryption of its own", "", m{"gateway": m{"ratelimit": m{"redis": m{"ssl": true}}}}, nil,
			"gateway.values changes gateway.ratelimit.redis.ssl, without which the gateway does not find this Redis: remove it"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			generated := parse(t, generatedValues)
			merged, err := mergeValues(generated, test.over)
			if test.err != "" {
				if err == nil || err.Error() != test.err {
					t.Fatalf("got %v, want %s", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, plain(lookup(merged, keys(test.path)...))); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if !equal(generated, parse(t, generatedValues)) {
				t.Error("the generated values were changed in place")
			}
		})
	}
}

func TestGatewayPorts(t *testing.T) {
	type m = map[string]any
	tests := []struct {
		values m
		want   []int64
	}{
		{nil, []int64{8082}},
		{m{"gateway": m{"service": m{"internalPort": int64(8443)}}}, []int64{8443}},
		{m{"gateway": m{"servers": []any{m{"port": int64(1)}, m{"port": int64(2)}}}}, []int64{1, 2}},
		{m{"gateway": "x"}, []int64{8082}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, gatewayPorts(test.values)); diff != "" {
			t.Errorf("%v: -want +got\n%s", test.values, diff)
		}
	}
}

func keys(path string) []string { return strings.Split(path, ".") }
