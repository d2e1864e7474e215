package lint

import (
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// gatewayConf is where the images of the gateway have their configuration.
const gatewayConf = "/opt/graviteeio-gateway/config/gravitee.yml"

// newDeployedGateway reads the rate limit settings of a container that runs the
// gateway: a chart's rendered output, or a manifest written by hand. Variables
// win over gravitee.yml.
func newDeployedGateway(f *Facts, c *Container) (*Client, bool) {
	name := c.Image.Repository[strings.LastIndexByte(c.Image.Repository, '/')+1:]
	if c.Init || name != "apim-gateway" && name != "graviteeio-gateway" {
		return nil, false
	}
	g := deployedReader{facts: f, container: c, complete: true}
	g.readConf()
	g.readEnv()
	at := "ratelimit.redis."
	client := &Client{
		Name:             "the gateway",
		Object:           c.Workload.Object,
		Namespace:        c.Workload.Object.Namespace,
		RateLimit:        g.setting("ratelimit.type"),
		Host:             g.setting(at + "host"),
		Port:             g.setting(at + "port"),
		Master:           g.setting(at + "sentinel.master"),
		Username:         g.setting(at + "username"),
		Password:         f.credential(g.setting(at + "password")),
		SentinelPassword: f.credential(g.setting(at + "sentinel.password")),
		SSL:              g.setting(at + "ssl"),
		Image:            c.Image,
		Complete:         g.complete,
	}
	for i := 0; f.mayAsk(i, client.Object, c.Value); i++ {
		n := at + "sentinel.nodes." + strconv.Itoa(i)
		node := Node{g.setting(n + ".host"), g.setting(n + ".port")}
		if !node.Host.Exists() {
			break
		}
		client.Nodes = append(client.Nodes, node)
	}
	if !client.Complete && !client.Password.Place.IsValid() {
		client.Password.Given = true
	}
	// The pod may use no Redis at all, or one that is set where nobody sees it.
	return client, client.UsesSentinel() || client.Host.Exists()
}

// A deployedReader knows the settings of one gateway container.
type deployedReader struct {
	facts     *Facts
	container *Container
	conf      repo.Value // the root of gravitee.yml
	confIn    *repo.Object
	env       []envSetting
	complete  bool
}

type envSetting struct {
	name string
	arg  Arg
}

func (g *deployedReader) readConf() {
	f := g.container.File(gatewayConf)
	if !f.Text.Exists() {
		g.complete = g.complete && f.Kind == "image"
		return
	}
	g.conf, g.confIn = f.Text.Inner(), f.Config.Object
	g.complete = g.complete && g.conf.Exists()
}

// readEnv lists the variables in the order in which they win.
func (g *deployedReader) readEnv() {
	o := g.container.Workload.Object
	for e := range g.container.Value.Get("env").Elements() {
		if name := e.Get("name").Text(); isGatewayVariable(name) {
			g.env = append(g.env, envSetting{name, g.facts.envValue(e, o, o.Namespace)})
		}
	}
	sources := g.container.Value.Get("envFrom").Items()
	for i := len(sources) - 1; i >= 0; i-- {
		for _, s := range envSources {
			name := sources[i].Get(s.field, "name")
			if !name.Exists() {
				continue
			}
			config := g.facts.config(s.kind, o.Namespace, name.Text())
			if config == nil || !config.AllKeys {
				g.complete = false
			}
			if config == nil {
				continue
			}
			for key := range config.All() {
				if full := sources[i].Get("prefix").Text() + key; isGatewayVariable(full) {
					ref := KeyRef{Kind: s.kind, Namespace: o.Namespace, Name: name.Text(), Key: key}
					g.env = append(g.env, envSetting{full, g.facts.keyValue(ref, At(o, name, ""))})
				}
			}
		}
	}
}

func isGatewayVariable(name string) bool { return strings.HasPrefix(strings.ToLower(name), "gravitee") }

func (g *deployedReader) setting(path string) Arg {
	for _, e := range g.env {
		if isSetting(e.name, path) {
			return e.arg
		}
	}
	for _, root := range []repo.Value{g.conf, g.conf.Get("repositories")} {
		v := root
		for _, key := range strings.Split(path, ".") {
			if i, err := strconv.Atoi(key); err == nil {
				items := v.Items()
				if i >= len(items) {
					v = repo.Value{}
					break
				}
				v = items[i]
				continue
			}
			v = v.Get(key)
		}
		if v.Exists() && !v.IsNull() {
			return Arg{Text: v.Text(), Known: !IsReference(v.Text()), Place: At(g.confIn, v, "")}
		}
	}
	return Arg{}
}
