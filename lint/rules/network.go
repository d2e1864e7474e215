package rules

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

// networkRules judge the way from one process to another: host, namespace,
// port, selector, policies.
var networkRules = []*lint.Rule{
	networkHostUnresolved,
	networkNamespace,
	networkPolicyBlocks,
	networkPort,
	networkSelector,
	networkTargetPort,
}

const (
	refDNS     = "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/"
	refService = "https://kubernetes.io/docs/concepts/services-networking/service/"
	refLabels  = "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/"
)

// mayHaveMore tells whether something besides the objects of the environment
// makes Services and pods: a chart, an operator, what could not be read.
func mayHaveMore(f *lint.Facts) bool {
	if f.Env.Partial || f.HasOperator() {
		return true
	}
	for _, o := range f.Env.Objects {
		switch o.Kind {
		case "HelmRelease", "HelmChart", "Application", "ApplicationSet":
			if !slices.ContainsFunc(f.Clients, func(c *lint.Client) bool { return c.Object == o && (c.OfChart || c.IsGateway()) }) && !slices.ContainsFunc(f.Releases, func(r *lint.Release) bool { return r.Values.Object == o && r.Name != "" && !r.Values.Chart.Within }) {
				return true
			}
		}
	}
	for _, v := range f.Env.Values {
		if !slices.ContainsFunc(f.Clients, func(c *lint.Client) bool { return c.Values == v }) && !slices.ContainsFunc(f.Releases, func(r *lint.Release) bool { return r.Values == v && r.Name != "" && !v.Chart.Within }) {
			return true
		}
	}
	return false
}

// leadsTo tells whether a Service selects pods that run Sentinel or, if
// sentinel is false, Redis.
func leadsTo(f *lint.Facts, s *lint.Service, sentinel bool) bool {
	return len(serversBehind(f, s.Workloads, sentinel)) > 0
}

// serversBehind returns the Sentinels or the Redis servers of the workloads.
func serversBehind(f *lint.Facts, workloads []*lint.Workload, sentinel bool) []*lint.Server {
	from := f.Redis
	if sentinel {
		from = f.Sentinels
	}
	for _, r := range f.Releases {
		switch {
		case !sentinel:
			from = append(slices.Clip(from), r.Redis)
		case r.Sentinel != nil:
			from = append(slices.Clip(from), r.Sentinel)
		}
	}
	var all []*lint.Server
	for _, s := range from {
		if slices.Contains(workloads, s.Container.Workload) {
			all = append(all, s)
		}
	}
	return all
}

// serviceNameAt returns the place of a Service's name.
func serviceNameAt(s *lint.Service, label string) lint.Place {
	return s.At(s.Object.Value.Get("metadata", "name"), label)
}

// withService writes another name of a Service into a host.
func withService(r lint.Resolution, host, name string) string {
	labels := strings.Split(host, ".")
	old := r.ServiceName(host)
	for i, l := range labels {
		if strings.EqualFold(l, old) && (i > 0 || len(labels) < 2 || r.Pod < 0) {
			labels[i] = name
			break
		}
	}
	return strings.Join(labels, ".")
}
