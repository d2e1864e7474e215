package golden

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/quorumwright/quorumwright/schema"
)

// An object is a rendered Kubernetes object.
type object map[string]any

// at follows keys and indexes down from the object; nil where there is nothing.
func (o object) at(keys ...any) any {
	var v any = map[string]any(o)
	for _, key := range keys {
		switch key := key.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[key]
		case int:
			list, _ := v.([]any)
			if key >= len(list) {
				return nil
			}
			v = list[key]
		}
	}
	return v
}

// An environment is what a cluster gets: the rendered objects and the values.
type environment struct {
	spec    schema.Spec
	objects map[string]object // by kind/name, without the hash of a generated name, in the namespace of Redis
	beside  map[string]object // the same, in the namespace of the gateway if it is another one
	values  object
}

// inGateway returns the objects of the gateway's namespace.
func (e environment) inGateway() map[string]object {
	if e.spec.Gateway.Namespace == e.spec.Namespace {
		return e.objects
	}
	return e.beside
}

// environments renders all environments of all cases.
func environments(t *testing.T) map[string]environment {
	t.Helper()
	hash := regexp.MustCompile(`-[a-z0-9]{10}$`)
	all := map[string]environment{}
	for _, name := range cases(t) {
		d, tree := generated(t, name)
		for _, env := range d.Environments {
			e := environment{spec: env.Spec, objects: map[string]object{}, beside: map[string]object{}}
			for _, o := range objects(t, build(t, tree, encrypted(t, name, d), "overlays/"+env.Name)) {
				object := fmt.Sprint(o.at("metadata", "name"))
				if o["kind"] == "ConfigMap" {
					object = hash.ReplaceAllString(object, "")
				}
				to, namespace := e.objects, o.at("metadata", "namespace")
				if o["kind"] == "Namespace" {
					namespace = object
				}
				if namespace == env.Spec.Gateway.Namespace && namespace != env.Spec.Namespace {
					to = e.beside
				}
				to[fmt.Sprint(o["kind"])+"/"+object] = o
			}
			data, err := fs.ReadFile(tree.FS(), path.Join("overlays", env.Name, "values.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			var values map[string]any
			if err := yaml.Unmarshal(data, &values); err != nil {
				t.Fatal(err)
			}
			e.values = values
			all[name+"/"+env.Name] = e
		}
	}
	return all
}

// objects reads a stream of documents.
func objects(t *testing.T, data []byte) []object {
	t.Helper()
	var all []object
	for decoder := yaml.NewDecoder(strings.NewReader(string(data))); ; {
		var m map[string]any
		switch err := decoder.Decode(&m); {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatal(err)
		}
		all = append(all, m)
	}
}

// Each environment is rendered once and looked at from every side.
func TestConsistent(t *testing.T) {
	for name, e := range environments(t) {
		t.Run(name, func(t *testing.T) {
			t.Run("objects", e.checkObjects)
			t.Run("names", e.checkNames)
			t.Run("references", e.checkReferences)
			t.Run("secrets", e.checkSecrets)
			t.Run("sources", e.checkSources)
		})
	}
}

// directives returns the lines of a configuration file that begin with words.
func (e environment) directives(file string, words ...string) [][]string {
	conf, _ := e.objects["ConfigMap/redis-config"].at("data", file).(string)
	var lines [][]string
	for line := range strings.Lines(conf) {
		fields := strings.Fields(line)
		if len(fields) >= len(words) && slices.Equal(fields[:len(words)], words) {
			lines = append(lines, fields)
		}
	}
	return lines
}

// hosts are the names of the pods as Kubernetes gives them, from the rendered
// objects alone.
func (e environment) hosts() []string {
	set := e.objects["StatefulSet/redis"]
	var names []string
	for i := range set.at("spec", "replicas").(int) {
		names = append(names, fmt.Sprintf("%v-%d.%v.%v.svc.%s", set.at("metadata", "name"), i,
			set.at("spec", "serviceName"), set.at("metadata", "namespace"), e.spec.Redis.ClusterDomain))
	}
	return names
}

// All objects are there, each in its namespace, and no others.
func (e environment) checkObjects(t *testing.T) {
	redis := []string{
		"ConfigMap/redis-config", "ConfigMap/redis-scripts", "NetworkPolicy/redis", "PodDisruptionBudget/redis",
		"Service/redis-headless", "Service/redis-sentinel", "ServiceAccount/redis", "StatefulSet/redis",
	}
	var gateway []string
	engine := e.spec.Delivery.Engine
	apart := e.spec.Namespace != e.spec.Gateway.Namespace
	if kind := secretKinds[e.spec.Secrets.Provider]; kind != "" {
		redis = append(redis, kind+"/"+e.spec.Redis.Auth.SecretName)
		for _, ref := range []schema.SecretKey{e.spec.Redis.Auth, e.spec.Gateway.CloudToken, e.spec.Gateway.License} {
			gateway = append(gateway, kind+"/"+ref.SecretName)
		}
	}
	if engine == "flux" {
		gateway = append(gateway, "ConfigMap/gateway-values", "Namespace/"+e.spec.Gateway.Namespace)
	}
	if engine == "flux" || engine == "argocd" && apart {
		redis = append(redis, "Namespace/"+e.spec.Namespace)
	}
	if !apart {
		redis, gateway = append(redis, gateway...), nil
	}
	for _, part := range []struct {
		namespace string
		want      []string
		got       map[string]object
	}{{e.spec.Namespace, redis, e.objects}, {e.spec.Gateway.Namespace, gateway, e.beside}} {
		var got []string
		for name, o := range part.got {
			got = append(got, name)
			if o["kind"] != "Namespace" && o.at("metadata", "namespace") != part.namespace {
				t.Errorf("%s is in namespace %v, want %s", name, o.at("metadata", "namespace"), part.namespace)
			}
		}
		slices.Sort(got)
		slices.Sort(part.want)
		if diff := cmp.Diff(slices.Compact(part.want), got); diff != "" {
			t.Errorf("namespace %s: -want +got\n%s", part.namespace, diff)
		}
	}
}

// Sentinel, the gateway and Kubernetes call the pods by the same names and ports,
// and the master by the same name.
func (e environment) checkNames(t *testing.T) {
	hosts := e.hosts()
	monitor := e.directives("sentinel.conf", "sentinel", "monitor")
	if len(monitor) != 1 {
		t.Fatalf("monitor lines %q", monitor)
	}
	members := []string{monitor[0][3]}
	for _, replica := range e.directives("sentinel.conf", "sentinel", "known-replica") {
		members = append(members, replica[3])
	}
	if diff := cmp.Diff(hosts, members); diff != "" {
		t.Errorf("sentinel.conf: -want +got\n%s", diff)
	}
	master := e.values.at("gateway", "ratelimit", "redis", "sentinel", "master")
	if master != monitor[0][2] {
		t.Errorf("the gateway asks for %v, Sentinel monitors %s", master, monitor[0][2])
	}
	if quorum := fmt.Sprint(e.spec.Sentinel.Quorum); monitor[0][5] != quorum {
		t.Errorf("quorum %s, want %s", monitor[0][5], quorum)
	}

	nodes, _ := e.values.at("gateway", "ratelimit", "redis", "sentinel", "nodes").([]any)
	var asked []string
	for _, node := range nodes {
		asked = append(asked, fmt.Sprint(object(node.(map[string]any)).at("host")))
		if port := object(node.(map[string]any)).at("port"); port != 26379 {
			t.Errorf("the gateway asks Sentinel on port %v", port)
		}
	}
	service := "redis-sentinel." + e.spec.Namespace + ".svc." + e.spec.Redis.ClusterDomain
	if diff := cmp.Diff(append([]string{service}, hosts...), asked); diff != "" {
		t.Errorf("the gateway's nodes: -want +got\n%s", diff)
	}
	if host := e.values.at("gateway", "ratelimit", "redis", "host"); host != hosts[0] {
		t.Errorf("host %v", host)
	}
}

// Every selector selects the Redis pods, every port leads to a port of a
// container, and every volume is there.
func (e environment) checkReferences(t *testing.T) {
	set := e.objects["StatefulSet/redis"]
	labels := set.at("spec", "template", "metadata", "labels")
	for what, selector := range map[string]any{
		"StatefulSet":              set.at("spec", "selector", "matchLabels"),
		"headless Service":         e.objects["Service/redis-headless"].at("spec", "selector"),
		"Sentinel Service":         e.objects["Service/redis-sentinel"].at("spec", "selector"),
		"PodDisruptionBudget":      e.objects["PodDisruptionBudget/redis"].at("spec", "selector", "matchLabels"),
		"NetworkPolicy":            e.objects["NetworkPolicy/redis"].at("spec", "podSelector", "matchLabels"),
		"NetworkPolicy, own pods":  e.objects["NetworkPolicy/redis"].at("spec", "ingress", 0, "from", 0, "podSelector", "matchLabels"),
		"NetworkPolicy, to itself": e.objects["NetworkPolicy/redis"].at("spec", "egress", 0, "to", 0, "podSelector", "matchLabels"),
	} {
		if diff := cmp.Diff(labels, selector); diff != "" {
			t.Errorf("%s: -pods +selector\n%s", what, diff)
		}
	}

	volumes := map[string]bool{}
	for _, claim := range slicesOf(set.at("spec", "volumeClaimTemplates")) {
		volumes[fmt.Sprint(claim.at("metadata", "name"))] = true
	}
	for _, volume := range slicesOf(set.at("spec", "template", "spec", "volumes")) {
		volumes[fmt.Sprint(volume["name"])] = true
		if generated, ok := volume.at("configMap", "name").(string); ok {
			o := e.objects["ConfigMap/"+generated[:len(generated)-len("-0123456789")]]
			if o.at("metadata", "name") != generated {
				t.Errorf("volume %v mounts %s, which is not there", volume["name"], generated)
			}
		}
	}
	ports := map[any]bool{}
	for _, container := range slicesOf(set.at("spec", "template", "spec", "containers")) {
		for _, mount := range slicesOf(container["volumeMounts"]) {
			if !volumes[fmt.Sprint(mount["name"])] {
				t.Errorf("container %v mounts the volume %v, which is not there", container["name"], mount["name"])
			}
		}
		for _, port := range slicesOf(container["ports"]) {
			ports[port["name"]] = true
		}
		if context := object(container); context.at("securityContext", "readOnlyRootFilesystem") != true ||
			context.at("securityContext", "allowPrivilegeEscalation") != false ||
			!cmp.Equal(context.at("securityContext", "capabilities", "drop"), []any{"ALL"}) {
			t.Errorf("container %v is not restricted", container["name"])
		}
	}
	for _, name := range []string{"Service/redis-headless", "Service/redis-sentinel"} {
		for _, port := range slicesOf(e.objects[name].at("spec", "ports")) {
			if !ports[port["targetPort"]] {
				t.Errorf("%s leads to the port %v, which no container has", name, port["targetPort"])
			}
		}
	}
	if e.objects["Service/redis-headless"].at("spec", "publishNotReadyAddresses") != true {
		t.Error("pods cannot find each other before they are ready")
	}
}

func slicesOf(v any) []object {
	list, _ := v.([]any)
	var objects []object
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			objects = append(objects, m)
		}
	}
	return objects
}

// The password is the same key of the same Secret for Redis, Sentinel and the
// gateway, and no secret stands in any file.
func (e environment) checkSecrets(t *testing.T) {
	set := e.objects["StatefulSet/redis"]
	auth := e.spec.Redis.Auth
	var found bool
	for _, volume := range slicesOf(set.at("spec", "template", "spec", "volumes")) {
		if volume["name"] == "password" {
			found = true
			want := []any{auth.SecretName, auth.Key, "password"}
			got := []any{volume.at("secret", "secretName"), volume.at("secret", "items", 0, "key"), volume.at("secret", "items", 0, "path")}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		}
	}
	if !found {
		t.Error("no volume with the password")
	}

	want := map[string]schema.SecretKey{
		"gravitee_cloud_token":              e.spec.Gateway.CloudToken,
		"gravitee_license_key":              e.spec.Gateway.License,
		"gravitee_ratelimit_redis_password": auth,
	}
	for _, variable := range slicesOf(e.values.at("gateway", "env")) {
		key, ok := want[fmt.Sprint(variable["name"])]
		if !ok {
			continue
		}
		delete(want, fmt.Sprint(variable["name"]))
		got := schema.SecretKey{
			SecretName: fmt.Sprint(variable.at("valueFrom", "secretKeyRef", "name")),
			Key:        fmt.Sprint(variable.at("valueFrom", "secretKeyRef", "key")),
		}
		if diff := cmp.Diff(key, got); diff != "" || variable["value"] != nil {
			t.Errorf("%v: -want +got\n%s", variable["name"], diff)
		}
	}
	if len(want) > 0 {
		t.Errorf("variables missing: %v", want)
	}

	for _, key := range []string{"password", "username"} {
		if e.values.at("gateway", "ratelimit", "redis", key) != nil {
			t.Errorf("values hold gateway.ratelimit.redis.%s", key)
		}
	}
	if e.values["license"] != nil {
		t.Error("values hold a license")
	}
	for _, file := range []string{"redis.conf", "sentinel.conf"} {
		for _, name := range []string{"requirepass", "masterauth", "user"} {
			if lines := e.directives(file, name); lines != nil {
				t.Errorf("%s holds %s", file, name)
			}
		}
	}
	if lines := e.directives("sentinel.conf", "sentinel", "auth-pass"); lines != nil {
		t.Error("sentinel.conf holds a password")
	}
}
