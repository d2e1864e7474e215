package lint_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

const renderedValues = `ratelimit: {type: redis}
gateway:
  image: {repository: graviteeio/apim-gateway, tag: 4.9.32}
  ratelimit:
    redis:
      host: redis
      port: 6379
      password: correct-horse-battery
      operation: {timeout: 1000000}
      sentinel:
        master: mymaster
        nodes: [{host: s0, port: 26379}, {host: "a: b", port: 26379}]
  services: {sync: {delay: 5000, kubernetes: {enabled: false}}}
`

// renderedManifest holds the rate limiting and sync of what a chart makes of
// these values. Helm prints large numbers with an exponent.
const renderedManifest = `apiVersion: v1
kind: ConfigMap
metadata: {name: gw-apim-gateway}
data:
  gravitee.yml: |
    ratelimit:
      type: redis
      redis:
        host: redis
        port: 6379
        password: correct-horse-battery
        sentinel:
          master: mymaster
          nodes:
            - host: s0
              port: 26379
            - host: {a: b}
              port: 26379
        operation:
          timeout: 1e+06
    services:
      sync:
        delay: 5000
        enabled: true
        kubernetes:
          enabled: false
`

// TestDisagreements holds the catalogue against a rendered gravitee.yml: one
// that fits, and then with one thing changed.
func TestDisagreements(t *testing.T) {
	for _, test := range []struct {
		name, old, new string
		want           []string
	}{
		{name: "agreement"},
		{name: "below repositories, as charts from 4.12 on", old: "    ratelimit:\n", new: "    repositories:\n     ratelimit:\n"},
		{
			name: "another store", old: "type: redis", new: "type: mongodb",
			want: []string{`values.yaml:1:19 ratelimit.type: ratelimit.type = "redis", not "mongodb"`},
		},
		{
			name: "a default", old: "enabled: true", new: "enabled: false",
			want: []string{`:0:0 gateway.services.sync.enabled: services.sync.enabled = "true", not "false"`},
		},
		{
			name: "a missing element", old: "            - host: {a: b}\n              port: 26379\n", new: "",
			want: []string{
				`values.yaml:12:49 gateway.ratelimit.redis.sentinel.nodes[1].host: ratelimit.redis.sentinel.nodes[1].host = "a: b", not ""`,
				`values.yaml:12:63 gateway.ratelimit.redis.sentinel.nodes[1].port: ratelimit.redis.sentinel.nodes[1].port = "26379", not ""`,
			},
		},
		{
			name: "a secret is not told", old: "password: correct-horse-battery", new: "password: another-one",
			want: []string{`values.yaml:8:17 gateway.ratelimit.redis.password: ratelimit.redis.password = "********", not "********"`},
		},
		{
			name: "a switch that leaves its block out", old: "          enabled: false\n", new: "          other: 1\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := repo.Open(fstest.MapFS{"values.yaml": {Data: []byte(renderedValues)}}, repo.Options{ChartVersion: "4.9.32"})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(renderedManifest, test.old) {
				t.Fatalf("the manifest has no %q", test.old)
			}
			manifest := strings.Replace(renderedManifest, test.old, test.new, 1)
			client := lint.Collect(r.Environments[0]).Clients[0]
			conf := lint.RenderedConfiguration(client, r.AddText("helm template", []byte(manifest)))
			if !conf.Exists() {
				t.Fatal("gravitee.yml is not found")
			}
			var got []string
			for _, d := range lint.Disagreements(r, client, apim.Catalogue(apim.Version{Major: 4, Minor: 9, Patch: 32}), conf) {
				if strings.HasPrefix(d.Setting, "ratelimit.") || strings.HasPrefix(d.Setting, "services.sync.") {
					got = append(got, fmt.Sprintf("%s %s: %s = %q, not %q", d.Place.Span, d.Key, d.Setting, d.Want, d.Got))
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("disagreements (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRenderedFindings keeps what only the rendered objects show.
func TestRenderedFindings(t *testing.T) {
	known, fresh, own := &lint.Rule{ID: "secret/plaintext"}, &lint.Rule{ID: "manifest/selector"}, &lint.Rule{ID: "lint/unused-suppression"}
	at := func(file string) []lint.Place { return []lint.Place{{Span: repo.Span{File: file, Line: 1, Column: 1}}} }
	rendered := []*lint.Finding{
		{Rule: known, Places: at("<helm template gw>"), Message: "told for the values"},
		{Rule: fresh, Places: at("redis.yaml"), Message: "not of what is rendered"},
		{Rule: own, Places: at("<helm template gw>"), Message: "about suppressions"},
		{Rule: fresh, Places: append(at("redis.yaml"), at("<helm template gw>")...), Message: "new"},
	}
	got := lint.RenderedFindings(rendered, []*lint.Finding{{Rule: known, Places: at("values.yaml")}})
	if len(got) != 1 || got[0].Message != "new" {
		t.Errorf("kept %d findings", len(got))
	}
}
