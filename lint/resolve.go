package lint

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/spelling"
)

// A HostStatus says what a host name leads to in an environment.
type HostStatus int

const (
	// HostUnknown is a host that cannot be judged: empty, made by a template,
	// or in an environment without any Service.
	HostUnknown HostStatus = iota
	// HostFound is a Service, or a pod behind a headless Service.
	HostFound
	// HostAddress is an IP address.
	HostAddress
	// HostLoopback is localhost or a loopback address.
	HostLoopback
	// HostExternal is a name that nothing suggests is ours.
	HostExternal
	// HostMissing is a name in this cluster that nothing answers to.
	HostMissing
	// HostOtherNamespace is a Service that exists under another namespace.
	HostOtherNamespace
)

// A Resolution is what a host name leads to.
type Resolution struct {
	Status HostStatus
	// Service is the one found, or for HostOtherNamespace the one meant.
	Service *Service
	// Workloads run the pods behind the host; Pod is the ordinal of the one
	// pod that the host names, or -1.
	Workloads []*Workload
	Pod       int
	// Namespace is the one that the host names, "" if it names none.
	Namespace string
	// Nearest is a host that exists and looks alike, for HostMissing.
	Nearest string
	// Correct is the host as it should be, for HostMissing where the Service and
	// its namespace are right, and what stands around them is not.
	Correct string
}

// Resolve finds out what a host leads to for a pod in the namespace: a Service
// (name, name.namespace, name.namespace.svc, name.namespace.svc.domain, with or
// without a final dot) or a StatefulSet's pod behind its headless Service
// (Kubernetes, DNS for Services and Pods).
func (f *Facts) Resolve(host, namespace string) Resolution {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	asked := [2]string{host, namespace}
	if r, ok := f.resolved[asked]; ok {
		return r
	}
	r := f.lookUp(host, namespace)
	if f.resolved != nil {
		f.resolved[asked] = r
	}
	return r
}

func (f *Facts) lookUp(host, namespace string) Resolution {
	r := Resolution{Pod: -1}
	if host == "" || strings.ContainsAny(host, "$<>{}% ") {
		return r
	}
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		r.Status = HostAddress
		if a.IsLoopback() {
			r.Status = HostLoopback
		}
		return r
	}
	if host == "localhost" {
		r.Status = HostLoopback
		return r
	}
	if len(f.Services) == 0 && len(f.Workloads) == 0 && len(f.Releases) == 0 {
		return r
	}
	labels := strings.Split(host, ".")
	svc := slices.Index(labels, "svc")
	if right := f.rightSuffix(labels, namespace); right != "" {
		r.Status, r.Correct = HostMissing, right
		return r
	}
	switch {
	case svc == 2:
		return f.resolve(labels[0], "", labels[1], namespace, true)
	case svc == 3:
		return f.resolve(labels[1], labels[0], labels[2], namespace, true)
	case svc >= 0:
		r.Status = HostExternal
		return r
	case len(labels) == 1:
		return f.resolve(labels[0], "", "", namespace, false)
	case len(labels) == 2:
		// name.namespace, or pod.service in the pod's own namespace.
		pod := f.resolve(labels[1], labels[0], "", namespace, false)
		if base, _, ok := Ordinal(labels[0]); pod.Status == HostFound || ok && base == labels[1] && !f.namespaces[base] {
			return pod // redis-0.redis is a pod, whatever the Service is called
		}
		if named := f.resolve(labels[0], "", labels[1], namespace, false); named.Status != HostExternal || !pod.missesPod() && !f.isPod(labels[0], namespace) {
			return named
		}
		return pod
	case len(labels) == 3:
		pod := f.resolve(labels[1], labels[0], labels[2], namespace, false)
		if pod.Status == HostFound || pod.missesPod() || f.isPod(labels[0], "") && (pod.Status == HostOtherNamespace || f.namespaces[labels[2]]) {
			return pod
		}
	}
	r.Status = HostExternal
	return r
}

// isPod tells whether a label is the name of a pod of a StatefulSet.
func (f *Facts) isPod(label, namespace string) bool {
	base, n, ok := Ordinal(label)
	return ok && slices.ContainsFunc(f.Workloads, func(w *Workload) bool {
		return w.IsStateful() && w.Object.Name == base && n < w.Replicas && sameNamespace(w.Object.Namespace, namespace)
	})
}

// clusterDomain is the domain of the cluster unless it is set up otherwise.
const clusterDomain = "cluster.local"

// rightSuffix returns the host that is meant where a Service (or a pod behind
// one) and its namespace are right, and the rest is misspelt: svc, the cluster's
// domain, or a namespace that is left out before svc. It returns "" otherwise.
func (f *Facts) rightSuffix(labels []string, namespace string) string {
	join := func(head []string, tail ...string) string {
		return strings.Join(append(slices.Clone(head), tail...), ".")
	}
	svc := slices.Index(labels, "svc")
	if svc == 1 || svc == 2 {
		// name.svc, or pod.name.svc, without the namespace.
		name, pod := labels[svc-1], ""
		if svc == 2 {
			pod = labels[0]
		}
		if r := f.resolve(name, pod, "", namespace, false); r.Service != nil && r.Service.Object.Namespace != "" &&
			(svc == 1 || r.Status == HostFound && f.resolve(labels[0], "", name, namespace, true).Status != HostFound) {
			return join(labels[:svc], append([]string{r.Service.Object.Namespace}, labels[svc:]...)...)
		}
	}
	for _, at := range []int{2, 3} {
		if len(labels) <= at || svc >= 0 && svc != at {
			continue
		}
		name, pod, ns := labels[at-2], "", labels[at-1]
		if at == 3 {
			name, pod = labels[1], labels[0]
		}
		if f.resolve(name, pod, ns, namespace, false).Status != HostFound {
			continue
		}
		domain := strings.Join(labels[at+1:], ".")
		switch {
		case svc < 0 && strings.Join(labels[at:], ".") == clusterDomain:
			return join(labels[:at], append([]string{"svc"}, labels[at:]...)...)
		case svc < 0 && (spelling.Distance(labels[at], "svc", 2) == 1 || domain == clusterDomain):
			return join(labels[:at], append([]string{"svc"}, labels[at+1:]...)...)
		case svc == at && domain != clusterDomain && domain != "" && spelling.Distance(domain, clusterDomain, 4) < 4:
			return join(labels[:at], "svc", clusterDomain)
		}
	}
	return ""
}

// missesPod tells whether the host names a pod that a StatefulSet's headless
// Service does not have.
func (r Resolution) missesPod() bool {
	return r.Status == HostMissing && r.Service != nil && r.Service.Headless && slices.ContainsFunc(r.Service.Workloads, (*Workload).IsStateful)
}

// resolve looks for a Service. from is the namespace of the asking pod, sure
// that the name has the form of a cluster name.
func (f *Facts) resolve(name, pod, namespace, from string, sure bool) Resolution {
	r := Resolution{Pod: -1, Namespace: namespace}
	want := namespace
	if want == "" {
		want = from
	}
	var elsewhere *Service
	for _, s := range f.Services {
		if s.Object.Name != name {
			continue
		}
		if !sameNamespace(s.Object.Namespace, want) {
			elsewhere = s
			continue
		}
		r.Service = s
		if pod == "" {
			r.Status, r.Workloads = HostFound, s.Workloads
			return r
		}
		for _, w := range s.Workloads {
			base, n, ok := Ordinal(pod)
			if ok && w.IsStateful() && w.Object.Name == base && n < w.Replicas {
				r.Status, r.Workloads, r.Pod = HostFound, []*Workload{w}, n
				return r
			}
		}
		r.Status, r.Nearest = HostMissing, f.nearestPod(s, pod)
		return r
	}
	if released, ok := f.resolveReleased(name, pod, want); ok {
		released.Namespace = namespace
		return released
	}
	if elsewhere == nil {
		for _, s := range f.released() {
			if s.Object.Name == name && s.Object.Namespace != "" {
				elsewhere = s
				break
			}
		}
	}
	if elsewhere != nil {
		r.Status, r.Service, r.Workloads = HostOtherNamespace, elsewhere, elsewhere.Workloads
		return r
	}
	switch {
	case slices.ContainsFunc(f.Services, func(s *Service) bool { return IsReference(s.Object.Name) && sameNamespace(s.Object.Namespace, want) }):
		r.Status = HostUnknown // a Service whose name is filled in later
	case namespace == "", f.namespaces[namespace], sure && len(f.namespaces) == 0:
		r.Status, r.Nearest = HostMissing, f.nearestService(name)
	case sure && f.nearestService(name) != "":
		r.Status, r.Nearest = HostMissing, f.nearestService(name)
	default:
		r.Status = HostExternal
	}
	return r
}

func (f *Facts) nearestService(name string) string {
	var names []string
	for _, s := range append(f.released(), f.Services...) {
		names = append(names, s.Object.Name)
	}
	return f.Nearest(name, names)
}

func (f *Facts) nearestPod(s *Service, pod string) string {
	for _, w := range s.Workloads {
		if w.IsStateful() && w.Replicas > 0 {
			return w.Object.Name + "-0"
		}
	}
	return ""
}
