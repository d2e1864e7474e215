package golden

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quorumwright/quorumwright/schema"
)

// secretKinds are the objects that make a Secret, by provider.
var secretKinds = map[string]string{
	"external-secrets": "ExternalSecret",
	"sealed-secrets":   "SealedSecret",
	"sops":             "Secret",
	"csi":              "SecretProviderClass",
}

// Every key that Redis, Sentinel and the gateway read is made in the namespace of
// its reader, and the password of both comes from one source.
func (e environment) checkSources(t *testing.T) {
	kind := secretKinds[e.spec.Secrets.Provider]
	if kind == "" {
		return
	}
	source := func(objects map[string]object, ref schema.SecretKey) string {
		o := objects[kind+"/"+ref.SecretName]
		from := sourceOf(o, ref.Key)
		if from == "" {
			t.Errorf("%s %s in namespace %v does not make the key %s", kind, ref.SecretName, o.at("metadata", "namespace"), ref.Key)
		}
		return from
	}
	redis, gateway := source(e.objects, e.spec.Redis.Auth), source(e.inGateway(), e.spec.Redis.Auth)
	source(e.inGateway(), e.spec.Gateway.CloudToken)
	source(e.inGateway(), e.spec.Gateway.License)
	// Two ciphertexts of one value differ: the person encrypts it once for each
	// namespace.
	copied := e.spec.Namespace != e.spec.Gateway.Namespace && (kind == "SealedSecret" || kind == "Secret")
	if redis != gateway && !copied {
		t.Errorf("Redis has the password from %q, the gateway from %q", redis, gateway)
	}

	if kind != "SecretProviderClass" {
		return
	}
	// Who reads a Secret mounts its class.
	class := func(o object) any { return o.at("csi", "volumeAttributes", "secretProviderClass") }
	var mounted []any
	for _, volume := range slicesOf(e.objects["StatefulSet/redis"].at("spec", "template", "spec", "volumes")) {
		if volume["csi"] != nil {
			mounted = append(mounted, class(volume))
		}
	}
	if diff := cmp.Diff([]any{e.spec.Redis.Auth.SecretName}, mounted); diff != "" {
		t.Errorf("the Redis pods mount: -want +got\n%s", diff)
	}
	for _, ref := range []schema.SecretKey{e.spec.Redis.Auth, e.spec.Gateway.CloudToken, e.spec.Gateway.License} {
		volumes, mounts := fmt.Sprint(e.values.at("gateway", "extraVolumes")), fmt.Sprint(e.values.at("gateway", "extraVolumeMounts"))
		if !strings.Contains(volumes, "secretProviderClass: "+ref.SecretName+"\n") || !strings.Contains(mounts, "/"+ref.SecretName+"\n") {
			t.Errorf("the gateway does not mount the class %s", ref.SecretName)
		}
	}
}

// sourceOf is where an object has a key of its Secret from; empty if it does not
// make that key.
func sourceOf(o object, key string) string {
	switch o["kind"] {
	case "ExternalSecret":
		for _, d := range slicesOf(o.at("spec", "data")) {
			if d["secretKey"] == key {
				return fmt.Sprint(o.at("spec", "secretStoreRef"), d["remoteRef"])
			}
		}
	case "SealedSecret":
		if v := o.at("spec", "encryptedData", key); v != nil {
			return fmt.Sprint(v)
		}
	case "Secret":
		if v := o.at("data", key); v != nil {
			return fmt.Sprint(v)
		}
	case "SecretProviderClass":
		for _, s := range slicesOf(o.at("spec", "secretObjects")) {
			for _, d := range slicesOf(s["data"]) {
				if d["key"] == key && s["secretName"] == o.at("metadata", "name") {
					return fmt.Sprint(d["objectName"], o.at("spec", "provider"), o.at("spec", "parameters", "objects"))
				}
			}
		}
	}
	return ""
}

// The revision is on every pod that reads a secret, and is no more than the
// number of the spec.
func TestRevision(t *testing.T) {
	const annotation = "quorumwright.dev/secrets-revision"
	seen := map[bool]int{}
	for name, e := range environments(t) {
		var want any
		if e.spec.Secrets.Revision > 0 {
			want = fmt.Sprint(e.spec.Secrets.Revision)
		}
		seen[want != nil]++
		for what, got := range map[string]any{
			"Redis":       e.objects["StatefulSet/redis"].at("spec", "template", "metadata", "annotations", annotation),
			"the gateway": e.values.at("gateway", "podAnnotations", annotation),
		} {
			if got != want {
				t.Errorf("%s: the pods of %s have revision %v, want %v", name, what, got, want)
			}
		}
	}
	if seen[true] < 2 || seen[false] < 2 {
		t.Errorf("%v environments with and without a revision", seen)
	}
}
