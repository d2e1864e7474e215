package repo

import (
	"bytes"
	"path"
	"strings"
)

// A fileKind says what a file is to us.
type fileKind uint8

const (
	otherFile         fileKind = iota // YAML that is neither manifests nor values
	manifestFile                      // Kubernetes objects
	valuesFile                        // Helm values of a chart we know
	specFile                          // our own spec
	kustomizationFile                 // what kustomize builds from
	templateFile                      // a template that is not YAML yet
	contentFile                       // text that a generator puts into an object
)

// isTemplate tells text that some template engine turns into YAML later.
func isTemplate(data []byte) bool {
	for _, sign := range []string{"{{", "{%", "<%", "%{"} { // Go and Jinja, Jinja, ERB, Terraform
		if bytes.Contains(data, []byte(sign)) {
			return true
		}
	}
	return false
}

// isKustomizationName tells the names that kustomize looks for in a folder.
func isKustomizationName(name string) bool {
	switch path.Base(name) {
	case "kustomization.yaml", "kustomization.yml", "Kustomization":
		return true
	}
	return false
}

// classify says what a file is from its documents.
func (f *file) classify() fileKind {
	if isKustomizationName(f.name) {
		return kustomizationFile
	}
	kind := otherFile
	for _, d := range f.docs {
		v := d.value()
		apiVersion, k := v.Get("apiVersion").Text(), v.Get("kind").Text()
		switch {
		case strings.HasPrefix(apiVersion, "quorumwright.dev/"):
			return specFile
		case strings.HasPrefix(apiVersion, "kustomize.config.k8s.io/"):
			return kustomizationFile
		case apiVersion != "" && k != "":
			kind = manifestFile
		case kind == otherFile && len(f.docs) == 1 && valuesChart(v) != "":
			kind = valuesFile
		}
	}
	return kind
}

// valuesChart tells the chart whose values v looks like: "apim", "redis",
// "redis-ha", "harbor", "gitlab"; "" if none for sure.
func valuesChart(v Value) string {
	switch {
	case !v.IsMap():
		return ""
	case isGatewayValues(v):
		return "apim"
	case isRedisHAValues(v):
		return "redis-ha"
	case isRedisValues(v):
		return "redis"
	case v.Get("redis", "external", "sentinelMasterSet").Text() != "":
		return "harbor"
	case v.Get("global", "redis", "sentinels").IsList():
		return "gitlab"
	}
	return ""
}

// isGatewayValues tells the values of the Gravitee APIM chart: a gateway with
// keys that few other charts have, or several of the chart's roots at once.
func isGatewayValues(v Value) bool {
	gateway := v.Get("gateway")
	if gateway.IsMap() {
		if strings.HasPrefix(gateway.Get("image", "repository").Text(), "graviteeio/") {
			return true
		}
		n := count(gateway, "ratelimit", "additionalPlugins", "services", "reporters", "gracefulShutdown", "sharding_tags",
			"management", "websocket", "heartbeat", "apiKey", "pluginsConfig")
		if n >= 2 || n == 1 && count(gateway, "replicaCount", "image", "env", "resources", "service", "ingress", "deployment", "autoscaling", "enabled", "type") > 0 {
			return true
		}
		for _, e := range gateway.Get("env").Items() {
			if strings.HasPrefix(strings.ToLower(e.Get("name").Text()), "gravitee_") {
				return true
			}
		}
	}
	roots := count(v, "gateway", "api", "portal", "ui", "alerts", "license", "ratelimit", "management", "es", "redis", "mongodb", "mongo", "jdbc", "installation")
	if gateway.IsMap() && roots >= 3 {
		return true
	}
	return v.Get("ratelimit", "type").Exists() && v.Get("management").Exists()
}

// isRedisValues tells the values of the bitnami chart of Redis or Valkey.
func isRedisValues(v Value) bool {
	sentinel := v.Get("sentinel")
	if sentinel.IsMap() && (v.Get("replica").IsMap() || v.Get("master").IsMap() || v.Get("auth").IsMap()) {
		return true
	}
	switch v.Get("architecture").Text() {
	case "replication", "standalone":
		// Charts of other databases say so too.
		return count(v, "master", "replica", "sentinel") > 0
	}
	return false
}

// isRedisHAValues tells the values of the redis-ha chart: its config sits under
// redis and sentinel, with the replicas counted at the root.
func isRedisHAValues(v Value) bool {
	if v.Get("redis", "masterGroupName").Exists() {
		return true
	}
	return v.Get("haproxy").IsMap() && (v.Get("redis").IsMap() || v.Get("sentinel").IsMap())
}

func count(v Value, keys ...string) int {
	n := 0
	for _, k := range keys {
		if v.Get(k).Exists() {
			n++
		}
	}
	return n
}

// objects returns the Kubernetes objects of a file; those of a List, or of an
// OpenShift Template, each on their own.
func (f *file) objects() []*Object {
	var os []*Object
	for _, d := range f.docs {
		os = appendObjects(os, d.value())
	}
	return os
}

func appendObjects(os []*Object, v Value) []*Object {
	apiVersion, kind := v.Get("apiVersion").Text(), v.Get("kind").Text()
	if apiVersion == "" || kind == "" {
		return os
	}
	if items := v.Get("items"); items.IsList() && strings.HasSuffix(kind, "List") {
		for _, item := range items.Items() {
			os = appendObjects(os, item)
		}
		return os
	}
	if items := v.Get("objects"); items.IsList() && kind == "Template" && (apiVersion == "v1" || strings.HasPrefix(apiVersion, "template.openshift.io/")) {
		// Of OpenShift: ${PARAMETER} stays what it is, a text that is not known.
		for _, item := range items.Items() {
			os = appendObjects(os, item)
		}
		return os
	}
	return append(os, objectOf(v))
}

// objectOf returns the object that v is the root of.
func objectOf(v Value) *Object {
	meta := v.Get("metadata")
	return &Object{
		APIVersion: v.Get("apiVersion").Text(),
		Kind:       v.Get("kind").Text(),
		Namespace:  meta.Get("namespace").Text(),
		Name:       meta.Get("name").Text(),
		Value:      v,
	}
}
