package generate

import (
	"path"
	"slices"

	"github.com/quorumwright/quorumwright/schema"
)

// A place is a namespace of an environment with what the overlay holds for it
// besides the base: a folder, and the Secrets that are read there.
type place struct {
	dir       string // below overlays/ENV; empty if the overlay has one namespace
	namespace string
	gateway   bool // the gateway is there, not Redis, or both are
	secrets   []secret
}

// A secret is one Kubernetes Secret with the keys that are read from it.
type secret struct {
	Name string      `json:"name"`
	Keys []secretKey `json:"keys"`
}

// A secretKey is a key and what its value is for, by which the settings of a
// provider call it: auth, cloudToken or license.
type secretKey struct {
	Key     string `json:"key"`
	Purpose string `json:"purpose"`
}

// places returns the namespaces of an environment. The password is the one
// value that both read: where they live apart, it comes from one source to each.
func (e environment) places() []place {
	auth, gateway := e.spec.Redis.Auth, e.spec.Gateway
	redisReads := []reading{{auth, "auth"}}
	gatewayReads := append(redisReads, reading{gateway.CloudToken, "cloudToken"}, reading{gateway.License, "license"})
	if e.spec.Namespace == gateway.Namespace {
		return []place{{"", e.spec.Namespace, true, secretsOf(gatewayReads)}}
	}
	if !e.apart() {
		return []place{{"", e.spec.Namespace, false, secretsOf(redisReads)}}
	}
	return []place{
		{"redis", e.spec.Namespace, false, secretsOf(redisReads)},
		{"gateway", gateway.Namespace, true, secretsOf(gatewayReads)},
	}
}

// apart tells whether an overlay has objects for two namespaces, and with them
// a folder for each.
func (e environment) apart() bool {
	return e.spec.Namespace != e.spec.Gateway.Namespace && (e.spec.Secrets.Provider != "existing" || e.spec.Delivery.Engine == "flux")
}

// A reading is a reference of the spec and its purpose.
type reading struct {
	ref     schema.SecretKey
	purpose string
}

// secretsOf groups references by Secret, in the order of their first use.
func secretsOf(readings []reading) []secret {
	var all []secret
	for _, r := range readings {
		i := slices.IndexFunc(all, func(s secret) bool { return s.Name == r.ref.SecretName })
		if i < 0 {
			i = len(all)
			all = append(all, secret{Name: r.ref.SecretName})
		}
		all[i].Keys = append(all[i].Keys, secretKey{r.ref.Key, r.purpose})
	}
	return all
}

// A secretInput is what the shape of an object that makes a Secret sees.
type secretInput struct {
	Name   string      `json:"name"` // of the deployment
	Secret secret      `json:"secret"`
	Spec   secretsSpec `json:"spec"`
}

type secretsSpec struct {
	Secrets schema.Secrets `json:"secrets"`
}

// makers are the shapes of the objects that make a Secret, by provider, and how
// their files begin.
var makers = map[string]struct{ shape, file string }{
	"external-secrets": {"ExternalSecret", "externalsecret"},
	"csi":              {"SecretProviderClass", "secretproviderclass"},
}

// secretResources writes the objects that make the Secrets of a place and
// returns what the kustomization lists: these, or the encrypted files of a
// person, which nobody but the person writes.
func (g *generator) secretResources(e environment, p place, o *owner) ([]string, error) {
	var list []string
	maker, made := makers[e.spec.Secrets.Provider]
	for _, s := range p.secrets {
		if !made {
			if name := encryptedFile(e.spec.Secrets, s); name != "" {
				list = append(list, name)
			}
			continue
		}
		object, err := g.shapes.fill(maker.shape, secretInput{e.deployment, s, secretsSpec{e.spec.Secrets}})
		if err != nil {
			return nil, err
		}
		name := maker.file + "-" + s.Name + ".yaml"
		o.add(path.Join(p.dir, name), g.yaml(object))
		list = append(list, name)
	}
	return list, nil
}

// encryptedFile is the file that a person keeps a Secret in, relative to the
// folder of its place; empty if the provider has no files.
func encryptedFile(secrets schema.Secrets, s secret) string {
	var files map[string]string
	switch secrets.Provider {
	case "sealed-secrets":
		f := secrets.SealedSecrets
		files = map[string]string{"auth": f.Auth, "cloudToken": f.CloudToken, "license": f.License}
	case "sops":
		f := secrets.SOPS
		files = map[string]string{"auth": f.Auth, "cloudToken": f.CloudToken, "license": f.License}
	}
	return files[s.Keys[0].Purpose] // the schema sees to it that all keys of a Secret are in one file
}
