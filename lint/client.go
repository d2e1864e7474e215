package lint

import (
	"strconv"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// A Client asks Sentinel for the master, or talks to Redis directly. The
// Gravitee gateway is one.
type Client struct {
	// Name is what people call it: the gateway.
	Name string
	// Object is the object that holds the settings, nil for a values file.
	Object *repo.Object
	// Values are the Helm values that it comes from, or nil.
	Values *repo.Values
	// Namespace is the one that the client runs in, "" if not known.
	Namespace string
	// RateLimit is the chart's root ratelimit.type, which decides whether the
	// gateway reads any of the rest.
	RateLimit Arg
	// Host and Port are those of a Redis without Sentinel; with Sentinel the
	// gateway does not use them.
	Host, Port Arg
	// Master is the name that the client asks Sentinel for, Nodes where.
	Master Arg
	Nodes  []Node
	// Username and Password are for Redis, SentinelPassword for Sentinel.
	Username                   Arg
	Password, SentinelPassword Credential
	// SSL is the setting that switches TLS on.
	SSL Arg
	// OfChart says that the values of a chart tell about the client, which is
	// not the gateway.
	OfChart bool
	// Secrets are the keys of Secrets that the values of another chart name.
	Secrets []SecretUse
	// Complete says that no further source of settings exists which the
	// repository does not hold: what is missing here is missing.
	Complete bool
	// Image is the client's image; Ref points at the tag.
	Image Image
}

// A Node is one Sentinel that a client knows.
type Node struct{ Host, Port Arg }

// IsGateway tells the Gravitee gateway from other clients.
func (c *Client) IsGateway() bool { return c.Name == gatewayName }

// gatewayName is what messages call the gateway.
const gatewayName = "the gateway"

// UsesSentinel tells whether the client is told to ask Sentinel.
func (c *Client) UsesSentinel() bool { return c.Master.Exists() || len(c.Nodes) > 0 }

// newGateway reads the rate limit settings of a Gravitee gateway from the
// values of its chart, and from gravitee_… variables in gateway.env, which win
// (gravitee-node, EnvironmentPropertySourceBeanProcessor).
func newGateway(f *Facts, v *repo.Values) (*Client, bool) {
	gateway := v.Value.Get("gateway")
	if v.Chart.Name != "" && v.Chart.Name != "apim" && v.Chart.Name != "apim3" {
		return nil, false
	}
	if !gateway.IsMap() && (v.Chart.Name == "" || !v.Value.Get("ratelimit", "type").Exists()) {
		return nil, false
	}
	g := newGatewayReader(f, v)
	redis := gateway.Get("ratelimit", "redis")
	c := &Client{
		Name:             "the gateway",
		Object:           v.Object,
		Values:           v,
		Namespace:        v.Namespace,
		RateLimit:        g.setting(v.Value.Get("ratelimit", "type"), "ratelimit.type"),
		Host:             g.setting(redis.Get("host"), "ratelimit.redis.host"),
		Port:             g.setting(redis.Get("port"), "ratelimit.redis.port"),
		Master:           g.setting(redis.Get("sentinel", "master"), "ratelimit.redis.sentinel.master"),
		Username:         g.setting(redis.Get("username"), "ratelimit.redis.username"),
		Password:         f.credential(g.setting(redis.Get("password"), "ratelimit.redis.password")),
		SentinelPassword: f.credential(g.setting(redis.Get("sentinel", "password"), "ratelimit.redis.sentinel.password")),
		SSL:              g.setting(redis.Get("ssl"), "ratelimit.redis.ssl"),
		Image: Image{
			Ref:        gateway.Get("image", "tag"),
			Repository: gateway.Get("image", "repository").Text(),
			Tag:        gateway.Get("image", "tag").Text(),
		},
	}
	if c.Image.Repository == "" {
		c.Image.Repository = "graviteeio/apim-gateway"
	}
	nodes := redis.Get("sentinel", "nodes").Items()
	for i := 0; i < len(nodes) || f.mayAsk(i, v.Object, g.env()); i++ {
		var n repo.Value
		if i < len(nodes) {
			n = nodes[i]
		}
		at := "ratelimit.redis.sentinel.nodes." + strconv.Itoa(i)
		node := Node{g.setting(n.Get("host"), at+".host"), g.setting(n.Get("port"), at+".port")}
		if i >= len(nodes) && !node.Host.Exists() {
			break
		}
		c.Nodes = append(c.Nodes, node)
	}
	c.Complete = g.complete()
	if !c.Complete && !c.Password.Place.IsValid() {
		c.Password.Given = true
	}
	return c, true
}
