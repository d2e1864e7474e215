package main

import (
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// An outcome is what an environment of a generated tree deploys.
type outcome struct {
	complete  bool // it was rendered, and nothing is left out
	objects   map[string]string
	values    string
	workloads []workload
	gateway   string // of the values, what gateway pods are made from
}

// A workload is a StatefulSet or a Deployment.
type workload struct {
	id, name   string
	containers []string
	template   string // of its pods
	fixed      string // what the API server does not let change; "" in a Deployment
}

// outcomes renders environments of a generated tree, by name. One that the tree
// does not have is not among them. Nothing in the tree is trusted: it is read as
// lint reads a repository.
func outcomes(tree fs.FS, names []string) (map[string]outcome, error) {
	var paths []string
	for _, name := range names {
		if _, err := fs.Stat(tree, "overlays/"+name); err == nil {
			paths = append(paths, "overlays/"+name)
		}
	}
	found := map[string]outcome{}
	if len(paths) == 0 {
		return found, nil
	}
	r, err := repo.Open(tree, repo.Options{Paths: paths})
	if err != nil {
		return nil, err
	}
	for _, env := range r.Environments {
		if name, ok := strings.CutPrefix(env.Root, "overlays/"); ok && slices.Contains(names, name) {
			found[name] = newOutcome(env)
		}
	}
	return found, nil
}

func newOutcome(env *repo.Environment) outcome {
	o := outcome{complete: env.Rendered && !env.Partial, objects: map[string]string{}}
	for _, object := range env.Objects {
		id := object.APIVersion + "/" + object.ID()
		o.objects[id] = canonical(object.Value, nil)
		if object.Kind != "StatefulSet" && object.Kind != "Deployment" {
			continue
		}
		spec := object.Value.Get("spec")
		w := workload{id: id, name: strings.ToLower(object.Kind) + "/" + object.Name, template: canonical(spec.Get("template"), nil)}
		for _, c := range spec.Get("template", "spec", "containers").Items() {
			w.containers = append(w.containers, c.Get("name").Text())
		}
		if object.Kind == "StatefulSet" {
			for _, field := range []string{"serviceName", "podManagementPolicy", "volumeClaimTemplates", "selector"} {
				w.fixed += canonical(spec.Get(field), nil) + "\n"
			}
		}
		o.workloads = append(o.workloads, w)
	}
	for _, v := range env.Values {
		o.values += canonical(v.Value, nil) + "\n"
		o.gateway += canonical(v.Value, besideGateway) + "\n"
	}
	return o
}

// same tells whether two outcomes deploy the same. What could not be rendered is
// never the same as anything.
func (o outcome) same(other outcome) bool {
	return o.complete && other.complete && o.values == other.values && maps.Equal(o.objects, other.objects)
}

// restarts says which containers start anew when an outcome follows this one, and
// which StatefulSets cannot be changed but only be made anew.
func (o outcome) restarts(next outcome) (containers, recreated []string) {
	for _, w := range next.workloads {
		i := slices.IndexFunc(o.workloads, func(old workload) bool { return old.id == w.id })
		if i < 0 {
			continue // new: nothing of it runs yet
		}
		if o.workloads[i].template != w.template {
			for _, c := range w.containers {
				if !slices.Contains(containers, c) {
					containers = append(containers, c)
				}
			}
		}
		if o.workloads[i].fixed != w.fixed {
			recreated = append(recreated, w.name)
		}
	}
	if o.gateway != next.gateway && o.gateway != "" {
		containers = append(containers, "gateway")
	}
	return containers, recreated
}

// besideGateway tells the values that the chart makes something else from than
// the gateway's pods: other objects, or fields of the Deployment beside the
// template of its pods (templates/gateway of the charts 4.6 to 4.12).
func besideGateway(path string) bool {
	switch path {
	case "networkPolicy", "gateway.replicaCount", "gateway.autoscaling", "gateway.pdb", "gateway.ingress", "gateway.httpRoute",
		"gateway.deployment.strategy", "gateway.deployment.revisionHistoryLimit", "gateway.deployment.annotations",
		"gateway.services.core.ingress", "gateway.services.core.httpRoute", "gateway.services.bridge.ingress", "gateway.services.bridge.httpRoute":
		return true
	}
	rest, ok := strings.CutPrefix(path, "gateway.service.")
	return ok && !strings.HasPrefix(rest, "internalPort")
}

// canonical writes a value so that equal values give equal text: keys sorted,
// without comments and quotes. What skip names is left out.
func canonical(v repo.Value, skip func(path string) bool) string {
	var b strings.Builder
	writeCanonical(&b, v, skip)
	return b.String()
}

func writeCanonical(b *strings.Builder, v repo.Value, skip func(string) bool) {
	switch {
	case v.IsMap():
		fields := map[string]repo.Value{}
		for key, value := range v.Fields() {
			if skip == nil || !skip(value.Path().String()) {
				fields[key] = value
			}
		}
		b.WriteByte('{')
		for _, key := range slices.Sorted(maps.Keys(fields)) {
			b.WriteString(strconv.Quote(key) + ":")
			writeCanonical(b, fields[key], skip)
			b.WriteByte(',')
		}
		b.WriteByte('}')
	case v.IsList():
		b.WriteByte('[')
		for _, item := range v.Items() {
			writeCanonical(b, item, skip)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	default:
		b.WriteString(v.Tag() + " " + strconv.Quote(v.Text()))
	}
}
