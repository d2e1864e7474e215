package lint

import (
	"fmt"
	"strings"
)

// bitnami reads the values of bitnami/redis and bitnami/valkey in Sentinel mode:
// a StatefulSet whose pods are a Redis and a Sentinel each, behind the Services
// NAME and NAME-headless (templates/sentinel, templates/headless-svc.yaml;
// versions 12 to 23). Without Sentinel the chart makes a master and replicas,
// and Services for each.
func (b releaseBuilder) bitnami(chart string) *Release {
	if b.first("haMode", "sentinel.masterName", "replicaCount", "cluster").Exists() {
		return nil // another chart of that name, or a version before 12
	}
	primary, set, master := "master", "sentinel.masterSet", "mymaster"
	if chart == "valkey" || b.first("primary", "sentinel.primarySet").Exists() {
		chart, primary, set, master = "valkey", "primary", "sentinel.primarySet", "myprimary"
	}
	r := b.release
	r.Name, r.word = b.fullname(chart)
	name := r.Name
	replicas := b.first("replica.replicaCount")
	pods, ok := replicas.Int()
	if !ok {
		pods = 3
	}
	r.pods, r.podsAt = pods, b.arg("3", "replica.replicaCount").Place
	r.podsKnown = (ok || !replicas.Exists() && !b.unsure) && !b.first("replica.autoscaling.enabled", "replica.autoscaling.hpa.enabled", "replica.useHPA").IsTrue()
	withSentinel := (b.first("sentinel.enabled").IsTrue() || b.unsure && !b.first("sentinel.enabled").IsScalar()) && b.first("architecture").Text() != "standalone"
	listens := b.arg("6379", "replica.containerPorts.redis", "replica.containerPorts.valkey", "replica.containerPort")
	port := b.port(listens, "6379", "sentinel.service.ports.redis", "sentinel.service.ports.valkey", "sentinel.service.port")
	sentinelListens := b.arg("26379", "sentinel.containerPorts.sentinel", "sentinel.containerPort", "sentinel.port")
	sentinelPort := b.port(sentinelListens, "26379", "sentinel.service.ports.sentinel", "sentinel.service.sentinelPort")
	w := b.workload(name+"-node", pods, replicas)
	if !withSentinel {
		listens = b.arg("6379", primary+".containerPorts.redis", primary+".containerPorts.valkey", primary+".containerPort")
		port = b.port(listens, "6379", primary+".service.ports.redis", primary+".service.ports.valkey", primary+".service.port")
		w = b.workload(name+"-"+primary, 1, b.first(primary+".count"))
		r.pods, r.podsKnown, r.podsAt = 1, !b.unsure && !b.first(primary+".count", primary+".replicaCount").Exists(), b.near(primary)
	}
	r.Redis = b.server(w, false, b.first("image"))
	r.Redis.directive("port", listens)
	r.service(name+"-headless", true, w, port)
	if withSentinel {
		r.Sentinel = b.server(w, true, b.first("sentinel.image"))
		r.Sentinel.directive("port", sentinelListens)
		r.Sentinel.monitor(b.arg(master, set), listens, b.arg("2", "sentinel.quorum"))
		r.Services = nil
		r.service(name, false, w, b.outwardPorts(port, sentinelPort)...)
		if b.first("sentinel.service.type").Text() == "NodePort" {
			for i := range r.mayHavePods() {
				r.service(fmt.Sprintf("%s-node-%d", name, i), false, w) // on ports that count up, or that the cluster chose
			}
		}
		r.service(name+"-headless", true, w, port, sentinelPort)
	}
	// With Sentinel this Service exists with masterService.enabled only, and leads
	// to the pod that is the master.
	if !withSentinel || b.first("sentinel.masterService.enabled", "sentinel.service.createMaster", "sentinel.primaryService.enabled").IsTrue() {
		r.service(name+"-"+primary, false, w, port)
	}
	if !withSentinel && b.first("architecture").Text() != "standalone" {
		r.service(name+"-replicas", false, w, b.port(listens, "6379", "replica.service.ports.redis", "replica.service.ports.valkey", "replica.service.port"))
	}
	b.bitnamiAuth(r, chart)
	if r.Name == "" {
		r.Services = r.Services[:1]
		r.Services[0].Ports = nil
	}
	return r
}

// outwardPorts returns the ports of the Service of a release: where it is open
// to the outside, those of the nodes take the place of its own; as a NodePort it
// has those of the pods besides, and none is known that the cluster chose
// (templates/sentinel/service.yaml).
func (b releaseBuilder) outwardPorts(redis, sentinel servicePort) []servicePort {
	redisNode := b.port(redis.target, "", "sentinel.service.nodePorts.redis", "sentinel.service.nodePorts.valkey")
	sentinelNode := b.port(sentinel.target, "", "sentinel.service.nodePorts.sentinel")
	switch b.first("sentinel.service.type").Text() {
	case "NodePort":
		if redisNode.port.Text == "" || sentinelNode.port.Text == "" {
			return nil
		}
		return []servicePort{redisNode, sentinelNode, {redis.target, redis.target, redis.at}, {sentinel.target, sentinel.target, sentinel.at}}
	case "LoadBalancer":
		if redisNode.port.Text != "" {
			redis = redisNode
		}
		if sentinelNode.port.Text != "" {
			sentinel = sentinelNode
		}
	}
	return []servicePort{redis, sentinel}
}

// bitnamiAuth adds the password: Redis, its replicas and Sentinel read the same
// key of one Secret, and Sentinel asks for it too unless auth.sentinel is false
// (templates/_helpers.tpl, redis.secretName and redis.secretPasswordKey).
func (b releaseBuilder) bitnamiAuth(r *Release, chart string) {
	r.Redis.Settings = b.arg("true", "auth.enabled").Place
	unseen := b.unsure && !b.first("auth.enabled").IsScalar() || b.first("usePassword", "password", "existingSecret").Exists() || b.first("auth.acl.enabled").IsTrue() ||
		strings.Contains(b.first("commonConfiguration").Text()+b.first("sentinel.configuration").Text(), "requirepass")
	global := b.first("global." + chart + ".password")
	if enabled := b.first("auth.enabled"); enabled.Exists() && !enabled.IsTrue() && global.Text() == "" && !unseen {
		return
	}
	if unseen {
		r.Redis.Complete = false
		if r.Sentinel != nil {
			r.Sentinel.Complete = false
		}
		return
	}
	existing := b.arg("", "auth.existingSecret")
	key := b.arg(chart+"-password", "auth.existingSecretPasswordKey")
	if existing.Text == "" {
		key = word(chart + "-password")
	}
	literal := global
	if literal.Text() == "" {
		literal = b.first("auth.password")
	}
	b.requirePassword(r, b.password(existing, key, literal, r.Name))
	if sentinel := b.first("auth.sentinel"); r.Sentinel != nil && (!sentinel.Exists() || sentinel.IsTrue()) {
		r.Sentinel.directive("requirepass", b.password(existing, key, literal, ""))
	}
}

// requirePassword gives Redis, its replicas and the Sentinels one password.
func (b releaseBuilder) requirePassword(r *Release, password Arg) {
	r.Redis.directive("requirepass", password)
	r.Redis.directive("masterauth", password)
	if r.Sentinel != nil {
		for _, m := range r.Sentinel.Monitors() {
			r.Sentinel.directive("sentinel", word("auth-pass"), m.Name, password)
		}
	}
}

// redisHA reads the values of redis-ha: a StatefulSet NAME-server whose pods are
// a Redis and a Sentinel each, behind the headless Service NAME and a Service
// NAME-announce-N for each pod; haproxy leads to the master
// (DandyDeveloper/charts, redis-ha 4).
func (b releaseBuilder) redisHA() *Release {
	r := b.release
	r.Name, r.word = b.fullname("redis-ha")
	replicas := b.first("replicas")
	pods, ok := replicas.Int()
	if !ok {
		pods = 3
	}
	r.pods, r.podsKnown, r.podsAt = pods, ok || !replicas.Exists() && !b.unsure, b.arg("3", "replicas").Place
	w := b.workload(r.Name+"-server", pods, replicas)
	port, sentinelPort := b.arg("6379", "redis.port"), b.arg("26379", "sentinel.port")
	r.Redis, r.Sentinel = b.server(w, false, b.first("image")), b.server(w, true, b.first("image"))
	r.Redis.directive("port", port)
	r.Sentinel.directive("port", sentinelPort)
	r.Sentinel.monitor(b.arg("mymaster", "redis.masterGroupName"), port, b.arg("2", "sentinel.quorum"))
	both := []servicePort{b.port(port, "6379", "redis.port"), b.port(sentinelPort, "26379", "sentinel.port")}
	r.service(r.Name, true, w, both...)
	if r.Name == "" {
		r.Services[0].Ports = nil
	} else {
		for i := range r.mayHavePods() {
			r.service(fmt.Sprintf("%s-announce-%d", r.Name, i), false, w, both...)
		}
		if b.first("haproxy.enabled").IsTrue() {
			r.service(r.Name+"-haproxy", false, w, b.port(port, "6379", "haproxy.servicePort"))
		}
	}
	r.Redis.Settings = b.arg("false", "auth").Place
	if b.first("redis.customConfig", "sentinel.customConfig", "redis.config.requirepass").Text() != "" {
		r.Redis.Complete, r.Sentinel.Complete = false, false
		return r
	}
	if b.first("auth").IsTrue() {
		b.requirePassword(r, b.password(b.arg("", "existingSecret"), b.arg("auth", "authKey"), b.first("redisPassword"), r.Name))
	}
	if b.first("sentinel.auth").IsTrue() {
		own := ""
		if r.Name != "" {
			own = r.Name + "-sentinel"
		}
		r.Sentinel.directive("requirepass", b.password(b.arg("", "sentinel.existingSecret"), b.arg("sentinel-password", "sentinel.authKey"), b.first("sentinel.password"), own))
	}
	return r
}
