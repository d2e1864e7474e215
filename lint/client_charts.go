package lint

import "strings"

// newChartClients returns the applications whose charts are told in their values
// about a Redis that others deploy: Harbor, GitLab, Sentry.
func newChartClients(f *Facts) []*Client {
	var all []*Client
	for _, v := range f.Env.Values {
		b := releaseBuilder{facts: f, values: v, release: &Release{Values: v}}
		var c *Client
		switch v.Chart.Name {
		case "harbor":
			c = b.harbor()
		case "gitlab":
			c = b.gitlab()
		case "sentry":
			c = b.sentry()
		}
		if c != nil {
			c.OfChart = true
			all = append(all, c)
		}
	}
	return all
}

// written returns the argument that is written at a path, and nothing by default.
func (b releaseBuilder) written(path string) Arg {
	v := b.first(path)
	if !v.Exists() {
		return Arg{}
	}
	return settingOf(b.values.Object, v).Arg
}

// keyOf returns the password behind the key of a Secret that exists, or else the
// one that is written.
func (b releaseBuilder) keyOf(secret, key Arg, literal Arg) Arg {
	if secret.Text == "" {
		return literal
	}
	if !secret.Known || !key.Known {
		return Arg{Place: secret.Place}
	}
	return b.facts.keyValue(KeyRef{Kind: "Secret", Namespace: b.values.Namespace, Name: secret.Text, Key: key.Text}, secret.Place)
}

// harbor reads redis.external of goharbor/harbor-helm: addr is a list of
// Sentinels where sentinelMasterSet names a master.
func (b releaseBuilder) harbor() *Client {
	if b.first("redis.type").Text() != "external" {
		return nil
	}
	literal := b.written("redis.external.password")
	if literal.Text == "" {
		literal = Arg{}
	}
	password := b.keyOf(b.written("redis.external.existingSecret"), word("REDIS_PASSWORD"), literal)
	c := b.facts.other("Harbor", b.values.Object, b.values.Namespace, password, Arg{})
	nodes := settingOf(b.values.Object, b.first("redis.external.addr")).nodes()
	if master := b.written("redis.external.sentinelMasterSet"); master.Text != "" {
		c.Master, c.Nodes = master, nodes
	} else if len(nodes) == 1 {
		c.Host, c.Port = nodes[0].Host, nodes[0].Port
	}
	if !c.UsesSentinel() && !c.Host.Exists() {
		return nil
	}
	return c
}

// gitlab reads global.redis of GitLab's chart: with sentinels, host is the name
// of the master (charts/globals, Redis Sentinel support).
func (b releaseBuilder) gitlab() *Client {
	password := Arg{}
	if enabled := b.first("global.redis.auth.enabled"); !enabled.Exists() || enabled.IsTrue() {
		password = b.keyOf(b.written("global.redis.auth.secret"), b.arg("secret", "global.redis.auth.key"), Arg{})
	}
	c := b.facts.other("GitLab", b.values.Object, b.values.Namespace, password, Arg{})
	if nodes := nodesOf(b.values.Object, b.first("global.redis.sentinels")); len(nodes) > 0 {
		c.Master, c.Nodes = b.written("global.redis.host"), nodes
	} else {
		c.Host, c.Port = b.written("global.redis.host"), b.written("global.redis.port")
	}
	if !c.UsesSentinel() && (!c.Host.Exists() || strings.TrimSpace(c.Host.Text) == "") {
		return nil
	}
	return c
}

// sentry reads externalRedis of the Sentry chart, which knows no Sentinel.
func (b releaseBuilder) sentry() *Client {
	host := b.written("externalRedis.host")
	if host.Text == "" {
		return nil
	}
	password := b.keyOf(b.written("externalRedis.existingSecret"), b.arg("redis-password", "externalRedis.existingSecretKey"), b.written("externalRedis.password"))
	c := b.facts.other("Sentry", b.values.Object, b.values.Namespace, password, Arg{})
	c.Host, c.Port = host, b.written("externalRedis.port")
	return c
}
