package prove

import (
	"crypto/tls"
	"crypto/x509"
	"time"
)

// A Plan is what a proof runs: the pods of one environment with the very files
// and commands of its manifests. It travels as JSON to the process that runs
// it, with the passwords in it, so it must not be printed.
type Plan struct {
	// Environment is its name, for people.
	Environment string
	Pods        []*Pod
	Services    []*Service
	// Domains are the cluster domains that host names end with.
	Domains []string
	// Gateway is what the gateway was told about Redis; nil if the repository
	// has no gateway.
	Gateway *Gateway
	// DownAfter is Sentinel's down-after-milliseconds, 0 if it is not known.
	DownAfter time.Duration
	// Invented is the password that stands in for that of Redis if it is not in
	// the repository; "" if it is. Origins says where each invented one would come
	// from.
	Invented string
	Origins  map[string]string
	// Passwords are all that a server may have, for observing.
	Passwords []string
	// Masked are all secrets: they are cut out of whatever is shown.
	Masked []string
	// CA is the certificate that signed those invented for the proof; "" without TLS.
	CA string
	// Notes say what differs from a cluster, Causes what is wrong already.
	Notes  []string
	Causes []string
}

// A Pod is one pod of a workload.
type Pod struct {
	Name, Namespace string
	// Workload is "StatefulSet/redis".
	Workload string
	// Subdomain is the headless Service that gives the pod a host name; "" if
	// none does.
	Subdomain        string
	Volumes          []*Volume
	Init, Containers []*Container
	// Grace is the time between SIGTERM and SIGKILL.
	Grace time.Duration
	// Blocked says why a kubelet would not start the pod; "" if nothing is in
	// the way.
	Blocked string
	// FSGroup says that volumes are made readable for the pod's group.
	FSGroup bool
}

// A Volume is a folder that containers share.
type Volume struct {
	Name string
	Kind VolumeKind
	// Files are those of a ConfigMap or Secret.
	Files []File
}

// A VolumeKind says how long the content of a volume lives.
type VolumeKind string

// The kinds of volumes.
const (
	ConfigVolume VolumeKind = "config" // files of ConfigMaps and Secrets; never writable
	EmptyVolume  VolumeKind = "empty"  // lives as long as the pod
	ClaimVolume  VolumeKind = "claim"  // outlives the pod
)

// A File is one key of a ConfigMap or Secret.
type File struct {
	Path string
	Data []byte
	Mode uint32
}

// A Role says what a container runs.
type Role string

// The roles that matter to a proof.
const (
	RedisRole    Role = "redis"
	SentinelRole Role = "sentinel"
)

// A Container is one container of a pod.
type Container struct {
	Name, Image string
	Role        Role
	// Claim is the folder of Redis if it is on a volume claim, which outlives the
	// pod; "" if it is not.
	Claim string
	// Port is where the server listens; TLS says that it wants TLS.
	Port int
	TLS  bool
	// TLSPort is where it listens for TLS besides; 0 if nowhere.
	TLSPort int
	// Valkey says that the image has Valkey's programs.
	Valkey  bool
	Command []string
	Env     []EnvVar
	Mounts  []Mount
	// Open says that the image's server takes connections from everywhere unless
	// its file says otherwise: protected-mode is off in the official images.
	Open bool
	// Alpine says that the image's shell is that of BusyBox, which knows more than
	// others: ${name/old/new}.
	Alpine bool
	// UID and GID run the process.
	UID, GID     int
	ReadOnlyRoot bool
	DropAll      bool
	PreStop      []string
	Startup      *Probe
	Ready        *Probe
	Live         *Probe
}

// An EnvVar is a variable of a container. Field names what only the running pod
// knows: metadata.name, status.podIP.
type EnvVar struct{ Name, Value, Field string }

// A Mount puts a volume, or a part of it, into a container.
type Mount struct {
	Volume, Path, SubPath string
	ReadOnly              bool
}

// A Probe asks a container how it is: by a command, or by a TCP connection.
type Probe struct {
	Command                []string
	Port                   int
	Delay, Period, Timeout time.Duration
	Failures, Successes    int
}

// A Service is a name for pods.
type Service struct {
	Name, Namespace string
	Headless        bool
	// NotReady says that pods are published before they are ready.
	NotReady bool
	Pods     []string
	External string
}

// A Gateway is the client's view: what the gateway asks, whom and how.
type Gateway struct {
	Name, Namespace string
	Master          string
	Nodes           []Node
	User, Password  string
	// SentinelPassword is sent to Sentinel; the gateway sends the password of
	// Redis if it has none.
	SentinelPassword string
	TLS              bool
	// Unused says why the gateway would not use Redis at all.
	Unused string
	// Invented says that the repository does not say what the gateway does, and
	// the view was made from the Sentinels themselves.
	Invented bool
}

// A Node is one Sentinel that the gateway knows.
type Node struct {
	Host string
	Port int
}

// tlsConfig returns how to reach servers that want TLS. Certificates of the
// repository are not checked here: lint does, and the names in them are those of
// the cluster.
func (p *Plan) tlsConfig() *tls.Config {
	config := &tls.Config{InsecureSkipVerify: true}
	if p.CA != "" {
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM([]byte(p.CA))
		config.RootCAs = pool
	}
	return config
}

// servers returns the containers of a role with their pods, in order.
func (p *Plan) servers(role Role) []server {
	var all []server
	for _, pod := range p.Pods {
		for _, c := range pod.Containers {
			if c.Role == role {
				all = append(all, server{pod, c})
			}
		}
	}
	return all
}

// A server is one Redis or Sentinel of the plan.
type server struct {
	pod *Pod
	c   *Container
}
