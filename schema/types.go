package schema

// A Deployment is a spec file that satisfies the schema.
type Deployment struct {
	// Name is metadata.name, a DNS label of at most 53 characters.
	Name string
	// Spec is the base that the environments share, complete: defaults and the
	// file's spec.
	Spec Spec
	// Environments holds at least one environment, sorted by name.
	Environments []Environment
	// Source is the name of the file as it was given to Load or Parse.
	Source string
}

// An Environment is one place to deploy to.
type Environment struct {
	// Name is the key under environments, a DNS label.
	Name string
	// Preset is dev, staging or prod, or empty.
	Preset string
	// Spec is complete: defaults, the base spec, the preset and the environment's
	// own spec, each laid over the one before.
	Spec Spec
}

// A Spec is complete: every field has its value, and only those marked optional
// may be empty. It mirrors #Spec, field by field.
type Spec struct {
	Namespace string   `json:"namespace"` // of Redis, Sentinel and, by default, the gateway
	Redis     Redis    `json:"redis"`
	Sentinel  Sentinel `json:"sentinel"`
	Gateway   Gateway  `json:"gateway"`
	Secrets   Secrets  `json:"secrets"`
	Delivery  Delivery `json:"delivery"`
}

// Redis is the StatefulSet of Redis and Sentinel pods.
type Redis struct {
	Image              Image               `json:"image"`
	MasterName         string              `json:"masterName"`
	Nodes              int                 `json:"nodes"` // pods; odd, 3 or more
	Auth               SecretKey           `json:"auth"`
	Persistence        Persistence         `json:"persistence"`
	Config             map[string][]string `json:"config"` // directive to the rest of its line; one entry per line of redis.conf
	Resources          Resources           `json:"resources"`
	MinReplicasToWrite int                 `json:"minReplicasToWrite"`
	AntiAffinity       string              `json:"antiAffinity"`  // preferred or required
	ClusterDomain      string              `json:"clusterDomain"` // cluster.local
	TLS                TLS                 `json:"tls"`
	Metrics            Metrics             `json:"metrics"`
}

// Image is a container image; Tag is never empty.
type Image struct {
	Repository string `json:"repository"`
	Tag        string `json:"tag"`
	Digest     string `json:"digest,omitempty"` // optional, sha256:…
}

// SecretKey refers to one key of a Kubernetes Secret.
type SecretKey struct {
	SecretName string `json:"secretName"`
	Key        string `json:"key"`
}

// Persistence is the volume claim of each Redis pod.
type Persistence struct {
	Enabled      bool   `json:"enabled"`
	Reason       string `json:"reason,omitempty"` // set exactly if Enabled is false
	Size         string `json:"size"`             // a Kubernetes quantity
	StorageClass string `json:"storageClass,omitempty"`
}

// TLS of Redis and Sentinel; SecretName holds tls.crt, tls.key and ca.crt.
type TLS struct {
	Enabled    bool   `json:"enabled"`
	SecretName string `json:"secretName"`
}

// Metrics is the Prometheus exporter.
type Metrics struct {
	Enabled bool  `json:"enabled"`
	Image   Image `json:"image"`
}

// Sentinel is the configuration that all Sentinels share.
type Sentinel struct {
	Quorum          int       `json:"quorum"`          // majority of Redis.Nodes or more
	DownAfter       Duration  `json:"downAfter"`       // at least 1s
	FailoverTimeout Duration  `json:"failoverTimeout"` // at least DownAfter
	ParallelSyncs   int       `json:"parallelSyncs"`
	Resources       Resources `json:"resources"`
}

// Resources of a container. A quantity that is empty is not set.
type Resources struct {
	Requests Amounts `json:"requests,omitzero"`
	Limits   Amounts `json:"limits,omitzero"`
}

// Amounts are Kubernetes quantities.
type Amounts struct {
	CPU    string `json:"cpu,omitempty"`
	Memory string `json:"memory,omitempty"`
}

// Gateway is the release of the Gravitee APIM chart.
type Gateway struct {
	Namespace   string         `json:"namespace"`
	ReleaseName string         `json:"releaseName"` // at most 53 characters
	Chart       Chart          `json:"chart"`
	Image       GatewayImage   `json:"image"`
	Replicas    int            `json:"replicas"`
	CloudToken  SecretKey      `json:"cloudToken"`
	License     SecretKey      `json:"license"`
	Plugins     []string       `json:"plugins"` // URLs that end in .zip
	Service     Service        `json:"service"`
	Resources   Resources      `json:"resources"`
	Autoscaling Autoscaling    `json:"autoscaling"`
	Values      map[string]any `json:"values"` // strings, bools, int64, float64, nil, []any and map[string]any
}

// Chart is the Gravitee APIM Helm chart.
type Chart struct {
	Version string `json:"version"` // X.Y.Z, 4.6 to 4.12
}

// GatewayImage is the gateway's image; its minor version is the chart's.
type GatewayImage struct {
	Repository string `json:"repository"`
	Tag        string `json:"tag"`
	PullPolicy string `json:"pullPolicy"`
}

// Service is the Kubernetes Service of the gateway.
type Service struct {
	Type        string            `json:"type"` // ClusterIP, NodePort or LoadBalancer
	Port        int               `json:"port"`
	Annotations map[string]string `json:"annotations"`
}

// Autoscaling is the HorizontalPodAutoscaler of the gateway.
type Autoscaling struct {
	Enabled      bool `json:"enabled"`
	MinReplicas  int  `json:"minReplicas"`
	MaxReplicas  int  `json:"maxReplicas"`
	TargetCPU    int  `json:"targetCPU"`    // percent of the request
	TargetMemory int  `json:"targetMemory"` // percent of the request
}

// Secrets says who creates the referenced Kubernetes Secrets. Of the settings of
// providers only those of Provider are set.
type Secrets struct {
	Provider        string          `json:"provider"` // existing, external-secrets, sealed-secrets, sops or csi
	Revision        int             `json:"revision,omitzero"`
	ExternalSecrets ExternalSecrets `json:"externalSecrets,omitzero"`
	SealedSecrets   SealedSecrets   `json:"sealedSecrets,omitzero"`
	SOPS            SOPS            `json:"sops,omitzero"`
	CSI             CSI             `json:"csi,omitzero"`
}

// ExternalSecrets are what the External Secrets Operator fetches.
type ExternalSecrets struct {
	Store           Store     `json:"store"`
	RefreshInterval Duration  `json:"refreshInterval"`
	Auth            RemoteKey `json:"auth"`
	CloudToken      RemoteKey `json:"cloudToken"`
	License         RemoteKey `json:"license"`
}

// Store is a store of the External Secrets Operator.
type Store struct {
	Kind string `json:"kind"` // ClusterSecretStore or SecretStore
	Name string `json:"name"`
}

// RemoteKey is an entry of a store.
type RemoteKey struct {
	Key      string `json:"key"`
	Property string `json:"property,omitempty"` // optional
}

// SealedSecrets are files with one SealedSecret each, relative to the folder of
// the environment.
type SealedSecrets struct {
	Auth       string `json:"auth"`
	CloudToken string `json:"cloudToken"`
	License    string `json:"license"`
}

// SOPS are files with one encrypted Secret each, relative to the folder of the
// environment.
type SOPS struct {
	Auth             string `json:"auth"`
	CloudToken       string `json:"cloudToken"`
	License          string `json:"license"`
	DecryptionSecret string `json:"decryptionSecret"`
}

// CSI is what the Secrets Store CSI driver mounts.
type CSI struct {
	Provider   string            `json:"provider"`
	Parameters map[string]string `json:"parameters,omitempty"` // optional
	Auth       CSIObject         `json:"auth"`
	CloudToken CSIObject         `json:"cloudToken"`
	License    CSIObject         `json:"license"`
}

// CSIObject is one mounted value. Object is optional and holds what values of
// the chart hold: see Gateway.Values.
type CSIObject struct {
	ObjectName string         `json:"objectName"`
	Object     map[string]any `json:"object,omitempty"`
}

// Delivery says which GitOps engine to write objects for. Without an engine no
// other field is set.
type Delivery struct {
	Engine          string      `json:"engine"`                    // none, argocd or flux
	Path            string      `json:"path,omitempty"`            // of the tree in its repository; . is the root
	Namespace       string      `json:"namespace,omitempty"`       // of the engine's objects
	ChartRepository string      `json:"chartRepository,omitempty"` // URL
	RepoURL         string      `json:"repoURL,omitempty"`         // argocd
	Revision        string      `json:"revision,omitempty"`        // argocd
	Project         string      `json:"project,omitempty"`         // argocd
	Destination     Destination `json:"destination,omitzero"`      // argocd
	ApplicationSet  bool        `json:"applicationSet,omitzero"`   // argocd
	Source          string      `json:"source,omitempty"`          // flux
}

// Destination is one cluster, by Server or Name, or those with Labels: one of
// the three is set.
type Destination struct {
	Server string            `json:"server,omitempty"`
	Name   string            `json:"name,omitempty"`
	Labels map[string]string `json:"labels,omitempty"`
}
