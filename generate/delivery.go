package generate

import (
	"fmt"
	"path"
	"slices"

	"github.com/quorumwright/quorumwright/schema"
)

// A deliveryInput is what the shapes of Argo CD and Flux see of an environment.
// The holes are for what every environment has of its own.
type deliveryInput struct {
	Name             string            `json:"name"` // of the deployment
	Environment      string            `json:"environment"`
	Namespace        string            `json:"namespace"` // of the gateway
	Release          string            `json:"release"`
	ChartVersion     string            `json:"chartVersion"`
	Tree             string            `json:"tree"` // where the output folder is in its repository: empty, or with a slash at the end
	Delivery         schema.Delivery   `json:"delivery"`
	Destination      map[string]string `json:"destination,omitempty"`
	DecryptionSecret string            `json:"decryptionSecret,omitempty"`
}

func (e environment) delivery() deliveryInput {
	d := e.spec.Delivery
	in := deliveryInput{
		Name:         e.deployment,
		Environment:  holeEnvironment,
		Namespace:    holeGateway,
		Release:      e.spec.Gateway.ReleaseName,
		ChartVersion: e.spec.Gateway.Chart.Version,
		Delivery:     d,
	}
	if d.Path != "." {
		in.Tree = d.Path + "/"
	}
	switch {
	case d.Destination.Server != "":
		in.Destination = map[string]string{"server": d.Destination.Server}
	case d.Destination.Name != "":
		in.Destination = map[string]string{"name": d.Destination.Name}
	}
	if e.spec.Secrets.Provider == "sops" {
		in.DecryptionSecret = e.spec.Secrets.SOPS.DecryptionSecret
	}
	return in
}

// writeDelivery writes what the engine of an environment applies.
func (g *generator) writeDelivery(e environment, o *owner) error {
	switch e.spec.Delivery.Engine {
	case "argocd":
		return g.writeArgoCD(e, o)
	case "flux":
		return g.writeFlux(e, o)
	}
	return nil
}

func (g *generator) writeArgoCD(e environment, o *owner) error {
	d := e.spec.Delivery
	switch {
	case d.ApplicationSet:
		if err := e.shortName(""); err != nil {
			return err
		}
		return g.document(e, o, path.Join(o.dir, "application.yaml"), "ApplicationParameters")
	case len(d.Destination.Labels) > 0:
		return g.document(e, o, "argocd/"+e.name+".yaml", "ClusterSet", "set")
	}
	if err := e.shortName(""); err != nil {
		return err
	}
	return g.document(e, o, "argocd/"+e.name+".yaml", "Application")
}

// fluxFiles are the files of an environment in Flux, with their shapes.
var fluxFiles = []struct{ name, shape string }{
	{"kustomization.yaml", "FluxRoot"},
	{"redis.yaml", "FluxRedis"},
	{"gateway.yaml", "FluxGateway"},
	{"gateway/kustomization.yaml", "FluxRelease"},
	{"gateway/helmrepository.yaml", "HelmRepository"},
	{"gateway/helmrelease.yaml", "HelmRelease"},
}

func (g *generator) writeFlux(e environment, o *owner) error {
	if err := e.shortName("-gateway"); err != nil {
		return err
	}
	for _, f := range fluxFiles {
		if err := g.document(e, o, path.Join("flux", e.name, f.name), f.shape); err != nil {
			return err
		}
	}
	return nil
}

// document writes a file of an engine: a shape, or a field of it.
func (g *generator) document(e environment, o *owner, name, shape string, keys ...string) error {
	n, err := g.shapes.fill(shape, e.delivery())
	if err != nil {
		return err
	}
	o.addBeside(name, g.yaml(lookup(n, keys...)))
	return nil
}

// shortName refuses a name that the engine could not write into a label of
// everything that it applies.
func (e environment) shortName(suffix string) error {
	name := e.deployment + "-" + e.name + suffix
	if len(name) <= 63 {
		return nil
	}
	return fmt.Errorf("the engine would label everything with the name %s, which has %d characters instead of at most 63: shorten metadata.name or the name of the environment", name, len(name))
}

// writeEnvironmentSet writes the ApplicationSet of the environments that want
// one. The schema sees to it that they agree on what it holds.
func (g *generator) writeEnvironmentSet(environments []schema.Environment, o *owner) error {
	i := slices.IndexFunc(environments, func(e schema.Environment) bool { return e.Spec.Delivery.ApplicationSet })
	if i < 0 {
		return nil
	}
	e := environment{deployment: g.base.deployment, spec: environments[i].Spec}
	in := e.delivery()
	in.Delivery.Destination, in.Destination = schema.Destination{}, nil
	n, err := g.shapes.fill("EnvironmentSet", in)
	if err != nil {
		return err
	}
	o.addBeside("argocd/applicationset.yaml", g.yaml(lookup(n, "set")))
	return nil
}

// namespaceObject tells whether the overlay of a place makes its namespace: Flux
// makes none, and Argo CD only that of the gateway.
func (e environment) namespaceObject(p place) bool {
	switch e.spec.Delivery.Engine {
	case "flux":
		return true
	case "argocd":
		return !p.gateway
	}
	return false
}

// A namespaceInput is what the shape of a namespace sees.
type namespaceInput struct {
	Name      string        `json:"name"` // of the deployment
	Namespace string        `json:"namespace"`
	Spec      namespaceSpec `json:"spec"`
}

type namespaceSpec struct {
	Delivery engineOnly `json:"delivery"`
}

type engineOnly struct {
	Engine string `json:"engine"`
}

// resources writes the objects of a place that are not of the base, and returns
// what its kustomization lists.
func (g *generator) resources(e environment, p place, o *owner) ([]string, error) {
	list := []string{}
	if e.namespaceObject(p) {
		n, err := g.shapes.fill("Namespace", namespaceInput{e.deployment, p.namespace, namespaceSpec{engineOnly{e.spec.Delivery.Engine}}})
		if err != nil {
			return nil, err
		}
		o.add(path.Join(p.dir, "namespace.yaml"), g.yaml(n))
		list = append(list, "namespace.yaml")
	}
	secrets, err := g.secretResources(e, p, o)
	return append(list, secrets...), err
}
