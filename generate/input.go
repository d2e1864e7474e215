package generate

import (
	"github.com/quorumwright/quorumwright/schema"
)

// An environment is what this package works on: a name with a complete spec. The
// base has no name.
type environment struct {
	deployment string
	name       string
	spec       schema.Spec
}

// An input is what a shape sees of an environment, as #in. Each shape is given
// only the part of the spec that it depends on; the rest is zero.
type input struct {
	Name         string       `json:"name"`
	Domain       string       `json:"domain"` // of the Redis pods: NAMESPACE.svc.CLUSTERDOMAIN
	Spec         schema.Spec  `json:"spec"`
	Milliseconds milliseconds `json:"milliseconds"`
	GatewayPorts []int64      `json:"gatewayPorts"`     // where clients reach a gateway pod
	Classes      []string     `json:"classes,omitzero"` // SecretProviderClasses that a gateway pod mounts
}

// milliseconds are the durations of the spec as Redis wants them.
type milliseconds struct {
	DownAfter       int64 `json:"downAfter"`
	FailoverTimeout int64 `json:"failoverTimeout"`
}

// manifests is what the Kubernetes objects depend on. kustomize sets their
// namespace; only whether the gateway has another one counts.
func (e environment) manifests() input {
	spec := e.spec
	spec.Redis.MasterName = ""
	spec.Redis.Config = nil
	spec.Redis.MinReplicasToWrite = 0
	spec.Redis.ClusterDomain = ""
	spec.Redis.Persistence.Reason = ""
	spec.Sentinel = schema.Sentinel{Resources: spec.Sentinel.Resources}
	gateway := schema.Gateway{ReleaseName: spec.Gateway.ReleaseName, Chart: spec.Gateway.Chart}
	if spec.Gateway.Namespace != spec.Namespace {
		gateway.Namespace = spec.Gateway.Namespace
	}
	spec.Namespace, spec.Gateway = "", gateway
	// Who makes the Secret counts only if the pods have to mount something for it.
	provider := "existing"
	if spec.Secrets.Provider == "csi" {
		provider = "csi"
	}
	spec.Secrets = schema.Secrets{Provider: provider, Revision: spec.Secrets.Revision}
	spec.Delivery = schema.Delivery{Engine: "none"}
	return input{Name: e.deployment, Spec: spec}
}

// redisConf is what redis.conf depends on.
func (e environment) redisConf() input {
	redis := e.spec.Redis
	return input{Spec: schema.Spec{Redis: schema.Redis{
		Config:             redis.Config,
		Persistence:        schema.Persistence{Enabled: redis.Persistence.Enabled},
		TLS:                schema.TLS{Enabled: redis.TLS.Enabled},
		MinReplicasToWrite: redis.MinReplicasToWrite,
	}}}
}

// sentinelConf is what sentinel.conf depends on.
func (e environment) sentinelConf() input {
	redis, sentinel := e.spec.Redis, e.spec.Sentinel
	return input{
		Domain: holeDomain,
		Spec: schema.Spec{
			Redis: schema.Redis{
				MasterName: redis.MasterName,
				Nodes:      redis.Nodes,
				TLS:        schema.TLS{Enabled: redis.TLS.Enabled},
			},
			Sentinel: schema.Sentinel{Quorum: sentinel.Quorum, ParallelSyncs: sentinel.ParallelSyncs},
		},
		Milliseconds: milliseconds{sentinel.DownAfter.Milliseconds(), sentinel.FailoverTimeout.Milliseconds()},
	}
}

// values is what the Helm values depend on, without those that mergeValues lays
// over them.
func (e environment) values() input {
	redis, gateway := e.spec.Redis, e.spec.Gateway
	gateway.Namespace, gateway.Chart, gateway.Values = "", schema.Chart{}, nil
	return input{
		Domain: holeDomain,
		Spec: schema.Spec{
			Redis:    schema.Redis{MasterName: redis.MasterName, Nodes: redis.Nodes, Auth: redis.Auth, TLS: redis.TLS},
			Gateway:  gateway,
			Secrets:  schema.Secrets{Revision: e.spec.Secrets.Revision},
			Delivery: schema.Delivery{Engine: e.spec.Delivery.Engine},
		},
		GatewayPorts: gatewayPorts(e.spec.Gateway.Values),
		Classes:      e.classes(),
	}
}

// classes are the SecretProviderClasses that a gateway pod mounts, so that the
// Secrets are there that its variables name.
func (e environment) classes() []string {
	names := []string{}
	if e.spec.Secrets.Provider != "csi" {
		return names
	}
	for _, p := range e.places() {
		if !p.gateway {
			continue
		}
		for _, s := range p.secrets {
			names = append(names, s.Name)
		}
	}
	return names
}

// gatewayPorts are the ports that the chart gives the gateway container: 8082,
// unless gateway.values lists servers or another port of the service.
func gatewayPorts(values map[string]any) []int64 {
	gateway, _ := values["gateway"].(map[string]any)
	var ports []int64
	servers, _ := gateway["servers"].([]any)
	for _, server := range servers {
		server, _ := server.(map[string]any)
		if port, ok := server["port"].(int64); ok {
			ports = append(ports, port)
		}
	}
	if len(ports) > 0 {
		return ports
	}
	service, _ := gateway["service"].(map[string]any)
	if port, ok := service["internalPort"].(int64); ok {
		return []int64{port}
	}
	return []int64{8082}
}

// A baseInput is what the kustomization of the base lists.
type baseInput struct {
	Resources []string `json:"resources"`
	Scripts   []string `json:"scripts"`
}

// A componentInput is what the kustomization of a component lists.
type componentInput struct {
	Patches []patchFile `json:"patches"`
}

// An overlayInput is what the kustomization of an environment says.
type overlayInput struct {
	Environment string      `json:"environment"`
	Namespace   string      `json:"namespace"`
	Up          string      `json:"up"` // from the kustomization to the output folder
	Nodes       int         `json:"nodes"`
	Images      []image     `json:"images"`
	Components  []string    `json:"components"`
	Config      []string    `json:"config"` // configuration files of its own
	Patches     []patchFile `json:"patches"`
	Resources   []string    `json:"resources"` // of its own
	Values      bool        `json:"values"`    // a ConfigMap with the values
}

// An image is an entry of images in a kustomization.
type image struct {
	Name    string `json:"name"`
	NewName string `json:"newName,omitempty"`
	NewTag  string `json:"newTag"`
	Digest  string `json:"digest,omitempty"`
}

// A patchFile is a JSON 6902 patch and the object it changes.
type patchFile struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	Path string `json:"path"`
}
