package golden

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/schema"
)

// A delivered is one environment of a case with an engine.
type delivered struct {
	name string
	env  schema.Environment
	tree *generate.Tree
	own  files
}

func deliveries(t *testing.T, engine string) []delivered {
	t.Helper()
	var all []delivered
	for _, name := range cases(t) {
		d, tree := generated(t, name)
		for _, env := range d.Environments {
			if env.Spec.Delivery.Engine == engine {
				all = append(all, delivered{name + "/" + env.Name, env, tree, encrypted(t, name, d)})
			}
		}
	}
	if len(all) < 3 {
		t.Fatalf("only %d environments with %s", len(all), engine)
	}
	return all
}

// document reads a file of the tree.
func (d delivered) document(t *testing.T, name string) object {
	t.Helper()
	data, ok := d.tree.File(name)
	if !ok {
		t.Fatalf("%s is not there", name)
	}
	return objects(t, data)[0]
}

// local is a path of the repository within the output folder.
func (d delivered) local(t *testing.T, name any) string {
	t.Helper()
	prefix := d.env.Spec.Delivery.Path + "/"
	if d.env.Spec.Delivery.Path == "." {
		prefix = ""
	}
	rest, ok := strings.CutPrefix(strings.TrimPrefix(fmt.Sprint(name), "./"), prefix)
	if !ok {
		t.Errorf("%v is not below %s", name, prefix)
	}
	return rest
}

// Argo CD finds the overlay, the values and the chart, and begins with the gateway
// when Redis is there.
func TestArgoCD(t *testing.T) {
	kinds := map[string]int{}
	for _, d := range deliveries(t, "argocd") {
		t.Run(d.name, func(t *testing.T) {
			spec := d.env.Spec
			file := "argocd/" + d.env.Name + ".yaml"
			if spec.Delivery.ApplicationSet {
				file = "argocd/applicationset.yaml"
			}
			o := d.document(t, file)
			kinds[fmt.Sprintf("%v %v", o["kind"], spec.Delivery.ApplicationSet)]++
			app := object(o.at("spec").(map[string]any))
			if o["kind"] == "ApplicationSet" {
				app = o.at("spec", "template", "spec").(map[string]any)
			}
			if spec.Delivery.ApplicationSet {
				app = d.expanded(t, app)
			}
			sources := slicesOf(app["sources"])
			git, chart := sources[0], sources[1]
			if got := d.local(t, git["path"]); got != "overlays/"+d.env.Name {
				t.Errorf("path %v", git["path"])
			}
			values := strings.TrimPrefix(fmt.Sprint(chart.at("helm", "valueFiles", 0)), "$"+fmt.Sprint(git["ref"])+"/")
			if got := d.local(t, values); got != "overlays/"+d.env.Name+"/values.yaml" {
				t.Errorf("values %v", values)
			}
			if chart["chart"] != "apim" || chart["targetRevision"] != spec.Gateway.Chart.Version || chart.at("helm", "releaseName") != spec.Gateway.ReleaseName {
				t.Errorf("chart %v", chart)
			}
			if app.at("destination", "namespace") != spec.Gateway.Namespace {
				t.Errorf("the chart goes to namespace %v", app.at("destination", "namespace"))
			}
			vals := d.document(t, path.Join("overlays", d.env.Name, "values.yaml"))
			if wave := vals.at("common", "annotations", "argocd.argoproj.io/sync-wave"); wave != "1" {
				t.Errorf("the gateway is in wave %v", wave)
			}
			for _, o := range objects(t, build(t, d.tree, d.own, "overlays/"+d.env.Name)) {
				if wave := o.at("metadata", "annotations", "argocd.argoproj.io/sync-wave"); wave != nil {
					t.Errorf("%v %v is in wave %v", o["kind"], o.at("metadata", "name"), wave)
				}
			}
		})
	}
	for _, kind := range []string{"Application false", "ApplicationSet false", "ApplicationSet true"} {
		if kinds[kind] == 0 {
			t.Errorf("no case of %s", kind)
		}
	}
}

// expanded fills the parameters of an environment into what is made for all.
func (d delivered) expanded(t *testing.T, app object) object {
	t.Helper()
	text, err := yaml.Marshal(map[string]any(app))
	if err != nil {
		t.Fatal(err)
	}
	params := d.document(t, path.Join("overlays", d.env.Name, "application.yaml"))
	replace := []string{
		"{{.destination.server}}", fmt.Sprint(params.at("destination", "server")),
		"{{.destination.name}}", fmt.Sprint(params.at("destination", "name")),
	}
	for key, value := range params {
		replace = append(replace, "{{."+key+"}}", fmt.Sprint(value))
	}
	out := objects(t, []byte(strings.NewReplacer(replace...).Replace(string(text))))[0]
	if strings.Contains(fmt.Sprint(out), "{{") {
		t.Errorf("a parameter is missing: %v", out)
	}
	if (out.at("destination", "server") == "") == (out.at("destination", "name") == "") {
		t.Errorf("not one cluster: %v", out["destination"])
	}
	return out
}

// Flux finds each folder, applies Redis first, and the release its values in its
// own namespace.
func TestFlux(t *testing.T) {
	for _, d := range deliveries(t, "flux") {
		t.Run(d.name, func(t *testing.T) {
			spec := d.env.Spec
			root := objects(t, build(t, d.tree, d.own, "flux/"+d.env.Name))
			if len(root) != 2 {
				t.Fatalf("%d objects", len(root))
			}
			var redis, gateway object
			for _, o := range root {
				if o.at("metadata", "namespace") != spec.Delivery.Namespace || o.at("spec", "sourceRef", "name") != spec.Delivery.Source {
					t.Errorf("%v", o)
				}
				if o.at("spec", "dependsOn") == nil {
					redis = o
				} else {
					gateway = o
				}
			}
			if gateway.at("spec", "dependsOn", 0, "name") != redis.at("metadata", "name") || redis.at("spec", "wait") != true {
				t.Error("the gateway does not wait for Redis")
			}
			if decrypts := redis.at("spec", "decryption", "provider") == "sops"; decrypts != (spec.Secrets.Provider == "sops") {
				t.Errorf("decryption %v", redis.at("spec", "decryption"))
			}
			overlay := d.local(t, redis.at("spec", "path"))
			if overlay != "overlays/"+d.env.Name {
				t.Errorf("path %v", redis.at("spec", "path"))
			}
			var release object
			for _, o := range objects(t, build(t, d.tree, d.own, d.local(t, gateway.at("spec", "path")))) {
				if o.at("metadata", "namespace") != spec.Gateway.Namespace {
					t.Errorf("%v is in namespace %v", o["kind"], o.at("metadata", "namespace"))
				}
				if o["kind"] == "HelmRelease" {
					release = o
				}
			}
			if release.at("spec", "chart", "spec", "version") != spec.Gateway.Chart.Version || release.at("spec", "releaseName") != spec.Gateway.ReleaseName {
				t.Errorf("%v", release)
			}
			from := object(release.at("spec", "valuesFrom", 0).(map[string]any))
			rendered := objects(t, build(t, d.tree, d.own, overlay))
			i := slices.IndexFunc(rendered, func(o object) bool {
				return o["kind"] == from["kind"] && o.at("metadata", "name") == from["name"] && o.at("metadata", "namespace") == spec.Gateway.Namespace
			})
			if i < 0 {
				t.Fatalf("%v is not there", from)
			}
			values, _ := d.tree.File(path.Join("overlays", d.env.Name, "values.yaml"))
			if rendered[i].at("data", from["valuesKey"]) != string(values) {
				t.Error("the release has other values")
			}
			if rendered[i].at("metadata", "labels", "reconcile.fluxcd.io/watch") != "Enabled" {
				t.Error("Flux does not notice new values")
			}
		})
	}
}

// A thousand clusters take as many files as one.
func TestFleet(t *testing.T) {
	d, tree := generated(t, "fleet")
	if len(tree.Files()) > 60 || len(d.Environments) != 3 {
		t.Errorf("%d files for %d environments", len(tree.Files()), len(d.Environments))
	}
	for _, env := range d.Environments {
		labels := env.Spec.Delivery.Destination.Labels
		if env.Spec.Delivery.Engine != "argocd" {
			continue
		}
		data, _ := tree.File("argocd/" + env.Name + ".yaml")
		generators := slicesOf(objects(t, data)[0].at("spec", "generators"))
		if len(generators) != 1 || len(labels) == 0 {
			t.Fatalf("%v", generators)
		}
		for key, value := range labels {
			if generators[0].at("clusters", "selector", "matchLabels", key) != value {
				t.Errorf("%v does not select %s", generators, key)
			}
		}
	}
}
