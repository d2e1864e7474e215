package lint

import (
	"fmt"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
)

// storeNames are the stores of rate limits as people call them.
var storeNames = map[string]string{
	"mongodb": "MongoDB", "redis": "Redis", "jdbc": "a JDBC database", "hazelcast": "Hazelcast",
}

// store says what rate limiting runs on, and why.
func (c *configurator) store() string {
	kind := c.setting("ratelimit.type")
	if kind == nil {
		return "what rate limiting runs on is not known: the chart writes no gravitee.yml"
	}
	var said string
	switch name, known := storeNames[kind.Value]; {
	case kind.Value == "none":
		said = "rate limiting is switched off"
	case kind.Value == "redis":
		said = "rate limiting runs on Redis" + c.redis()
	case !known:
		return fmt.Sprintf("what rate limiting runs on is not known: ratelimit.type is %s", kind.Value)
	default:
		said = "rate limiting runs on " + name
		if c.values.Get("gateway", "ratelimit", "redis").IsMap() || c.values.Get("gateway", "ratelimit", "type").Text() == "redis" {
			said += ", not on Redis"
		}
	}
	return said + ": " + c.storeReason(kind)
}

// storeReason says why the store is what it is.
func (c *configurator) storeReason(kind *Setting) string {
	is := "ratelimit.type is " + kind.Value
	switch kind.From {
	case apim.FromEnvironment:
		return is + " by the variable " + kind.Variable + " (" + position(kind.Place) + ")"
	case apim.FromUser:
		return is + " in " + position(kind.Place)
	}
	is += " by " + kind.From.String()
	if wrong := c.values.Get("gateway", "ratelimit", "type"); wrong.Exists() {
		return fmt.Sprintf("no template reads gateway.ratelimit.type (%s), and at the root, where the chart reads it, %s", position(c.atKey(wrong)), is)
	}
	return is
}

// redis says which Redis the gateway asks.
func (c *configurator) redis() string {
	at := func(name string) string {
		if s := c.setting(name); s != nil {
			return s.Value
		}
		return ""
	}
	var nodes []string
	for i := 0; ; i++ {
		host := at(fmt.Sprintf("ratelimit.redis.sentinel.nodes[%d].host", i))
		if host == "" {
			break
		}
		nodes = append(nodes, host+":"+orDefault(at(fmt.Sprintf("ratelimit.redis.sentinel.nodes[%d].port", i)), "26379"))
	}
	switch host := at("ratelimit.redis.host"); {
	case len(nodes) == 1:
		return fmt.Sprintf(" (master %s, asked of Sentinel %s)", at("ratelimit.redis.sentinel.master"), nodes[0])
	case len(nodes) > 1:
		return fmt.Sprintf(" (master %s, asked of %d Sentinels)", at("ratelimit.redis.sentinel.master"), len(nodes))
	case c.setting("ratelimit.redis.cluster.nodes[0].host") != nil:
		return " Cluster"
	case host != "":
		return fmt.Sprintf(" (%s:%s)", host, orDefault(at("ratelimit.redis.port"), "a blank port"))
	case c.setting("ratelimit.redis.host") != nil:
		return " at a blank address, which it cannot reach"
	}
	return " at localhost:6379, the gateway's default, because nothing sets the address"
}

func orDefault(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// position is where something is written, as file:line.
func position(p Place) string {
	return strings.TrimSuffix(fmt.Sprintf("%s:%d", p.File, p.Line), ":0")
}
