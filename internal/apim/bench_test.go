package apim

import (
	"testing"

	"github.com/quorumwright/quorumwright/internal/apim/internal/keyfile"
)

func BenchmarkParseKeys(b *testing.B) {
	for b.Loop() {
		if _, err := keyfile.Parse(keysText); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	chart, path := Latest(), ParsePath("gateway.ratelimit.redis.sentinel.nodes[0].host")
	for b.Loop() {
		chart.Lookup(path)
	}
}

func BenchmarkLookupMisspelled(b *testing.B) {
	chart, path := Latest(), ParsePath("gateway.ratelimit.redis.sentinel.nods[0].host")
	for b.Loop() {
		chart.Lookup(path)
	}
}

func BenchmarkJudge(b *testing.B) {
	chart := Latest()
	values := tree(b, `
api: {enabled: false}
gateway:
	replicaCount: 1
	image: {repository: graviteeio/apim-gateway, tag: 4.9.0}
	autoscaling: {enabled: false}
	env: [{name: gravitee_cloud_token, value: x}]
	services: {metrics: {enabled: true}, sync: {kubernetes: {enabled: false}}}
	ratelimit: {type: redis, redis: {password: x, sentinel: {master: m, nodes: [{host: h, port: 1}]}}}
`)
	for b.Loop() {
		chart.Judge(values)
	}
}
