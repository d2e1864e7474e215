package rules

import (
	"fmt"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/lint"
)

var chartBlankPort = &lint.Rule{
	ID:       "chart/blank-port",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "with type redis, the chart writes a blank Redis host or port",
		Why: `With ratelimit.type: redis the chart always writes host: and port: of gateway.ratelimit.redis into gravitee.yml, blank when they are unset. The gateway reads the port as a number and stops at a blank one ("A null value cannot be assigned to a primitive type"): the rate limit repository is retried for ever and never starts.

Up to 4.11 the gateway read the port only without Sentinel. From 4.12 on it reads it even when Sentinel is used, so that values which worked before do not any more.

Without the block gateway.ratelimit.redis the chart does not render at all: helm ends with "nil pointer evaluating interface {}". That holds even where variables in gateway.env give the whole connection.`,
		Fix:  "Set gateway.ratelimit.redis.host and port as well. With Sentinel the gateway does not use them.",
		Refs: []string{refChart},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			if u.readsRedis() && u.client.Complete {
				u.checkConnection(p)
			}
		}
	},
}

// portWithSentinel is the first release that reads the port even with Sentinel.
var portWithSentinel = apim.Version{Major: 4, Minor: 12}

func (u *chartUse) checkConnection(p *lint.Pass) {
	const help = "add host and port below gateway.ratelimit.redis"
	redis := u.root.Get("gateway", "ratelimit", "redis")
	sentinel := u.client.UsesSentinel() || len(u.root.Get("gateway", "ratelimit", "redis", "cluster", "nodes").Items()) > 0
	switch {
	case !redis.IsMap():
		if u.targets("gateway.ratelimit.redis.") {
			return
		}
		kind := u.root.Get("ratelimit", "type")
		p.ReportAt(u.at(written(redis, kind), ""), help+`; write redis: {} if variables give the connection`,
			"helm cannot render the chart: ratelimit.type is redis, and there is no gateway.ratelimit.redis (\"nil pointer evaluating interface {}\")")
	case sentinel:
		release := u.image
		if release.IsZero() && u.told {
			release = u.chart().Asked
		}
		if !release.IsZero() && release.Compare(portWithSentinel) >= 0 && !u.client.Port.Exists() {
			p.Report(lint.Finding{
				Message: fmt.Sprintf("the chart writes a blank Redis port, which gateway %s cannot read even with Sentinel: rate limiting never starts", release),
				Help:    help + ", for example port: 6379; with Sentinel they are not used",
				Places:  []lint.Place{u.near("gateway.ratelimit.redis.port", "")},
				Fixes:   writtenFirst(redis, "port: 6379", "write a port, which nothing uses", true),
			})
		}
	case !u.client.Host.Exists():
		p.ReportAt(u.near("gateway.ratelimit.redis.host", ""), help+", or sentinel with master and nodes",
			"%s", fmt.Sprintf("the chart writes a blank Redis host%s: the gateway has no Redis to ask, and rate limiting never starts", andPort(u)))
	case !u.client.Port.Exists():
		p.ReportAt(u.near("gateway.ratelimit.redis.port", ""), "add port below gateway.ratelimit.redis, for example port: 6379",
			"the chart writes a blank Redis port, which the gateway cannot read: rate limiting never starts")
	}
}

func andPort(u *chartUse) string {
	if u.client.Port.Exists() {
		return ""
	}
	return " and port"
}

// targets tells whether a HelmRelease sets a value below a path from a Secret or
// ConfigMap.
func (u *chartUse) targets(prefix string) bool {
	o := u.client.Object
	if o == nil || o.Kind != "HelmRelease" {
		return false
	}
	for from := range o.Value.Get("spec", "valuesFrom").Elements() {
		if strings.HasPrefix(from.Get("targetPath").Text(), prefix) {
			return true
		}
	}
	return false
}
