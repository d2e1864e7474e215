package lint

import (
	"strconv"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// A Service is a Kubernetes Service.
type Service struct {
	Object   *repo.Object
	Headless bool
	// Released says that a chart makes the Service: nothing of it is written.
	Released bool
	// External is the host of an ExternalName Service.
	External string
	// Selector may be empty: then Endpoints are made by hand.
	Selector   map[string]string
	SelectorAt repo.Value
	Ports      []ServicePort
	// Workloads are those whose pods the Service selects; with a Slip, those
	// that it would select without it.
	Workloads []*Workload
	Slip      *Slip
}

// A ServicePort is one port of a Service.
type ServicePort struct {
	Name string
	Port int
	// Target is the container port, Named its name; Target is the port itself
	// if nothing is said.
	Target   int
	Named    string
	PortAt   repo.Value
	TargetAt repo.Value // missing if nothing is said
}

func newService(o *repo.Object) *Service {
	spec := o.Value.Get("spec")
	s := &Service{
		Object:     o,
		Headless:   spec.Get("clusterIP").Text() == "None",
		SelectorAt: spec.Get("selector"),
		Selector:   labels(spec.Get("selector")),
	}
	if spec.Get("type").Text() == "ExternalName" {
		s.External = spec.Get("externalName").Text()
	}
	for v := range spec.Get("ports").Elements() {
		p := ServicePort{Name: v.Get("name").Text(), PortAt: v.Get("port"), TargetAt: v.Get("targetPort")}
		p.Port, _ = p.PortAt.Int()
		p.Target = p.Port
		if t := p.TargetAt; t.Exists() {
			if n, err := strconv.Atoi(t.Text()); err == nil {
				p.Target = n
			} else {
				p.Target, p.Named = 0, t.Text()
			}
		}
		s.Ports = append(s.Ports, p)
	}
	return s
}

// At returns the place of a value of the Service.
func (s *Service) At(v repo.Value, label string) Place { return At(s.Object, v, label) }

// podNameLabel is the label that every pod of a StatefulSet has.
const podNameLabel = "statefulset.kubernetes.io/pod-name"

// SelectsPodOf tells whether the Service selects a single pod of a StatefulSet by
// its name.
func (s *Service) SelectsPodOf(w *Workload) bool {
	base, n, ok := Ordinal(s.Selector[podNameLabel])
	if !ok || !w.IsStateful() || base != w.Object.Name || n >= w.Replicas || !sameNamespace(s.Object.Namespace, w.Object.Namespace) {
		return false
	}
	for k, v := range s.Selector {
		if k != podNameLabel && w.Labels[k] != v {
			return false
		}
	}
	return true
}

// HasPort tells whether the Service offers the port. A headless Service offers
// every port of its pods by name resolution alone, but is judged by its list.
func (s *Service) HasPort(port int) bool {
	for _, p := range s.Ports {
		if p.Port == port {
			return true
		}
	}
	return false
}
