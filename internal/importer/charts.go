package importer

import (
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A chartField says where a field of the spec stands in the values of a chart of
// Redis; the first path that is there counts.
type chartField struct {
	field string
	paths []string
}

// bitnamiFields are those of bitnami/redis and bitnami/valkey (values.yaml of
// versions 17 to 23; master and replica are primary and replica in valkey).
var bitnamiFields = []chartField{
	{"redis.persistence.size", []string{"replica.persistence.size", "master.persistence.size", "primary.persistence.size"}},
	{"redis.persistence.storageClass", []string{"replica.persistence.storageClass", "global.defaultStorageClass", "global.storageClass"}},
	{"redis.clusterDomain", []string{"clusterDomain"}},
	{"redis.tls.secretName", []string{"tls.existingSecret", "tls.certificatesSecret"}},
}

// redisHAFields are those of redis-ha (DandyDeveloper/charts, version 4).
var redisHAFields = []chartField{
	{"redis.persistence.size", []string{"persistentVolume.size"}},
	{"redis.persistence.storageClass", []string{"persistentVolume.storageClass"}},
	{"redis.tls.secretName", []string{"tls.secretName"}},
}

// chart keeps what the values of a Redis chart say beside what its servers tell.
func (d *draft) chart(r *lint.Release) {
	c := chartReader{d, r.Values}
	if r.Values.Chart.Name == "redis-ha" {
		c.redisHA()
	} else {
		c.bitnami()
	}
	d.result.decided(r.Values.Value.Span(), "the release of the chart %s is replaced by StatefulSet redis: its names, and the data in it, do not move by themselves", r.Values.Chart.Name)
}

type chartReader struct {
	*draft
	values *repo.Values
}

func (c chartReader) get(path string) repo.Value {
	v := c.values.Value.Get(strings.Split(path, ".")...)
	if v.IsNull() {
		return repo.Value{}
	}
	return v
}

func (c chartReader) first(paths ...string) repo.Value {
	for _, p := range paths {
		if v := c.get(p); v.Exists() {
			return v
		}
	}
	return repo.Value{}
}

func (c chartReader) fields(list []chartField) {
	for _, f := range list {
		if v := c.first(f.paths...); v.Text() != "" && v.Text() != "-" {
			c.text(v.Text(), v.Span(), strings.Split(f.field, ".")...)
		}
	}
}

func (c chartReader) bitnami() {
	c.fields(bitnamiFields)
	c.containerResources("redis", "replica.resources", "master.resources", "primary.resources")
	c.containerResources("sentinel", "sentinel.resources")
	c.milliseconds("downAfter", c.get("sentinel.downAfterMilliseconds"))
	c.milliseconds("failoverTimeout", c.get("sentinel.failoverTimeout"))
	c.count("sentinel.parallelSyncs", c.get("sentinel.parallelSyncs"))
	if v := c.first("replica.persistence.enabled", "master.persistence.enabled"); v.Exists() && !v.IsTrue() {
		c.keepsNothing(v.Span())
	}
	if v := c.first("replica.podAntiAffinityPreset", "master.podAntiAffinityPreset"); v.Text() == "hard" {
		c.text("required", v.Span(), "redis", "antiAffinity")
	}
	c.metrics("metrics.enabled", "metrics.image.repository", "metrics.image.tag")
	if v := c.get("tls.enabled"); v.IsTrue() {
		c.spec.set(boolean(true), v.Span(), "redis", "tls", "enabled")
	}
	for _, path := range []string{"commonConfiguration", "replica.configuration", "master.configuration"} {
		c.confText(c.get(path))
	}
	c.leftOut("replica.nodeSelector", "replica.tolerations", "replica.extraEnvVars", "replica.extraVolumes", "replica.sidecars", "replica.initContainers",
		"replica.disableCommands", "master.disableCommands", "sentinel.externalMaster", "initScripts", "initScriptsConfigMap", "networkPolicy", "auth.acl", "image.pullSecrets", "global.imagePullSecrets")
}

func (c chartReader) redisHA() {
	c.fields(redisHAFields)
	c.containerResources("redis", "redis.resources")
	c.containerResources("sentinel", "sentinel.resources")
	c.milliseconds("downAfter", c.get("sentinel.config.down-after-milliseconds"))
	c.milliseconds("failoverTimeout", c.get("sentinel.config.failover-timeout"))
	c.count("sentinel.parallelSyncs", c.get("sentinel.config.parallel-syncs"))
	if v := c.get("persistentVolume.enabled"); v.Exists() && !v.IsTrue() {
		c.keepsNothing(v.Span())
	}
	if v := c.get("hardAntiAffinity"); v.IsTrue() || !v.Exists() {
		c.text("required", v.Span(), "redis", "antiAffinity")
	}
	c.metrics("exporter.enabled", "exporter.image", "exporter.tag")
	for name, v := range c.get("redis.config").Fields() {
		c.directive(strings.ToLower(name), v.Text(), v.KeySpan())
	}
	if v := c.first("redis.config.min-replicas-to-write"); v.Exists() {
		c.count("redis.minReplicasToWrite", v)
	}
	if v := c.get("haproxy.enabled"); v.IsTrue() {
		c.result.dropped(v.Span(), "haproxy: the gateway asks Sentinel for the master itself; other clients that use haproxy have to do so too")
	}
	c.leftOut("redis.customConfig", "sentinel.customConfig", "nodeSelector", "tolerations", "extraContainers", "extraInitContainers", "extraVolumes", "imagePullSecrets", "networkPolicy", "priorityClassName")
}

func (c chartReader) containerResources(container string, paths ...string) {
	if v := c.first(paths...); v.IsMap() {
		c.resources(v, container, "resources")
	}
}

func (c chartReader) milliseconds(field string, v repo.Value) {
	if n, ok := v.Int(); ok {
		c.text(duration(n), v.Span(), "sentinel", field)
	}
}

func (c chartReader) count(field string, v repo.Value) {
	if n, err := strconv.Atoi(v.Text()); err == nil {
		c.spec.set(number(n), v.Span(), strings.Split(field, ".")...)
	}
}

// metrics keeps the exporter, and its image where it is not the chart's own.
func (c chartReader) metrics(enabled, repository, tag string) {
	v := c.get(enabled)
	if !v.IsTrue() {
		return
	}
	c.spec.set(boolean(true), v.Span(), "redis", "metrics", "enabled")
	if r := c.get(repository); r.Text() != "" && !strings.Contains(r.Text(), "bitnami") {
		c.text(r.Text(), r.Span(), "redis", "metrics", "image", "repository")
		c.text(c.get(tag).Text(), c.get(tag).Span(), "redis", "metrics", "image", "tag")
	}
}

// confText keeps the directives of a text in the form of redis.conf.
func (c chartReader) confText(v repo.Value) {
	if v.Text() == "" {
		return
	}
	for _, x := range redisconf.Parse(v.Text()).Directives {
		var words []string
		for _, a := range x.Args {
			words = append(words, redisconf.Quote(a.Text))
		}
		c.directive(x.Name, strings.Join(words, " "), v.TextSpan(x.Key.Offset, x.Key.End))
	}
}

func (c chartReader) directive(name, rest string, from repo.Span) {
	for _, own := range decidedBySpec {
		if name == own {
			return
		}
	}
	if rest == "" || strings.Contains(rest, "{{") || strings.Contains(rest, "$(") {
		return
	}
	c.conf = append(c.conf, directive{name, rest, from})
}

// leftOut tells the values for which the spec has no field.
func (c chartReader) leftOut(paths ...string) {
	for _, p := range paths {
		v := c.get(p)
		if !v.Exists() || len(v.Items()) == 0 && v.Text() == "" && !hasFields(v) {
			continue
		}
		if enabled := v.Get("enabled"); enabled.Exists() && !enabled.IsTrue() {
			continue
		}
		c.result.dropped(v.KeySpan(), "%s: the spec has no field for it", p)
	}
}

func hasFields(v repo.Value) bool {
	for range v.Fields() {
		return true
	}
	return false
}
