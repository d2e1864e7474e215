package importer

import (
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// readGateway fills in what the values of the gateway's chart say, or the
// manifests that it was rendered to.
func (d *draft) readGateway(f *lint.Facts) {
	client := f.Clients[0]
	for _, c := range f.Clients {
		if c.Values != nil {
			client = c
			break
		}
	}
	for _, c := range f.Clients {
		if c != client && c.Values != nil && c.Object != client.Object {
			d.result.dropped(c.Values.Value.Span(), "a second gateway: a spec describes one, import it into a spec of its own")
		}
	}
	ns, from := client.Namespace, repo.Span{}
	if ns == "" {
		ns, from = admitted(f)
	}
	if ns != "" {
		if at := d.spec.at("namespace"); at == nil {
			d.text(ns, from, "namespace")
		} else if at.value.Text != ns {
			d.text(ns, from, "gateway", "namespace")
		}
	}
	if c := client.SSL; c.Known && c.Text == "true" && d.spec.at("redis", "tls", "enabled") == nil {
		d.spec.set(boolean(true), c.Place.Span, "redis", "tls", "enabled")
	}
	if client.Values == nil {
		d.rendered(client)
		return
	}
	v := client.Values
	d.release = environmentName(v.Release)
	if d.release == "" { // a policy for the pods of a release names it
		d.release = v.Value.Get("networkPolicy", "podSelector", "matchLabels", "app.kubernetes.io/instance").Text()
	}
	d.deployer = v.Object
	d.version(v)
	d.gatewayFields(v.Value)
	d.variables(v.Value)
	d.plugins(v.Value.Get("gateway", "additionalPlugins"))
	d.licence(v.Value)
	d.revision(v.Value.Get("gateway", "podAnnotations"))
	d.values(v.Value)
	if m := client.Master; m.Known && m.Exists() {
		have := d.spec.at("redis", "masterName")
		switch {
		case have == nil:
			d.text(m.Text, m.Place.Span, "redis", "masterName")
		case have.value.Text != m.Text:
			d.result.decided(m.Place.Span, "the gateway asks for the master %q, Sentinel knows %q: the spec takes Sentinel's name", m.Text, have.value.Text)
		}
	}
}

// admitted is the namespace from which a NetworkPolicy lets gateways in: where
// they run, if nothing else tells.
func admitted(f *lint.Facts) (string, repo.Span) {
	for _, o := range f.Env.Objects {
		if o.Kind != "NetworkPolicy" {
			continue
		}
		for _, rule := range o.Value.Get("spec", "ingress").Items() {
			for _, from := range rule.Get("from").Items() {
				name := from.Get("namespaceSelector", "matchLabels", "kubernetes.io/metadata.name")
				if name.Text() != "" && from.Get("podSelector", "matchLabels", "app.kubernetes.io/component").Text() == "gateway" {
					return name.Text(), name.Span()
				}
			}
		}
	}
	return "", repo.Span{}
}

// version keeps the version of the chart. Where it is not written, or a range, it
// is that of the image: the chart and the image of a release have one number.
func (d *draft) version(v *repo.Values) {
	tag := v.Value.Get("gateway", "image", "tag")
	if c, err := apim.ParseConstraint(v.Chart.Version); err == nil && v.Chart.Version != "" {
		if exact, ok := c.Exact(); ok {
			d.text(exact.String(), v.Chart.At.Span(), "gateway", "chart", "version")
			return
		}
		image, err := apim.ParseVersion(strings.TrimSuffix(tag.Text(), "-debian"))
		if charts := c.Charts(); err != nil || !c.Allows(image) {
			if len(charts) == 0 {
				return
			}
			image = charts[len(charts)-1].Version
		}
		d.result.decided(v.Chart.At.Span(), "the chart's version %s is a range: the spec takes %s", v.Chart.Version, image)
		d.text(image.String(), v.Chart.At.Span(), "gateway", "chart", "version")
		return
	}
	if m := plainVersion.FindStringSubmatch(tag.Text()); m != nil {
		d.result.decided(tag.Span(), "the version of the chart is written nowhere: the spec takes %s, that of the image", m[1])
		d.text(m[1], tag.Span(), "gateway", "chart", "version")
	}
}

// gatewayFields are the values that have fields in the spec, as paths below
// gateway in both.
var gatewayFields = []struct{ value, field string }{
	{"image.repository", "image.repository"},
	{"image.tag", "image.tag"},
	{"image.pullPolicy", "image.pullPolicy"},
	{"service.type", "service.type"},
	{"service.externalPort", "service.port"},
	{"autoscaling.enabled", "autoscaling.enabled"},
	{"autoscaling.minReplicas", "autoscaling.minReplicas"},
	{"autoscaling.maxReplicas", "autoscaling.maxReplicas"},
	{"autoscaling.targetAverageUtilization", "autoscaling.targetCPU"},
	{"autoscaling.targetMemoryAverageUtilization", "autoscaling.targetMemory"},
	{"replicaCount", "replicas"},
}

func (d *draft) gatewayFields(root repo.Value) {
	gateway := root.Get("gateway")
	for _, f := range gatewayFields {
		v := gateway.Get(strings.Split(f.value, ".")...)
		if !v.IsScalar() || v.Text() == "" {
			continue
		}
		d.spec.set(scalarOf(v), v.Span(), append([]string{"gateway"}, strings.Split(f.field, ".")...)...)
	}
	for name, v := range gateway.Get("service", "annotations").Fields() {
		d.text(v.Text(), v.Span(), "gateway", "service", "annotations", name)
	}
	d.resources(gateway.Get("resources"), "gateway", "resources")
	if a := gateway.Get("autoscaling", "enabled"); !a.Exists() {
		d.result.decided(gateway.KeySpan(), "the chart scales the gateway from 1 to 3 pods unless gateway.autoscaling.enabled is false: the spec has a fixed number, gateway.replicas")
	}
}

// scalarOf is a value of Helm values, as Helm reads it: YAML 1.1 knows more words
// for true and false.
func scalarOf(v repo.Value) yamledit.Value {
	if v.Tag() == "!!str" && !v.IsQuoted() {
		switch strings.ToLower(v.Text()) {
		case "yes", "on", "y":
			return boolean(true)
		case "no", "off", "n":
			return boolean(false)
		}
	}
	if v.IsNull() {
		return yamledit.Value{Tag: "!!null"}
	}
	return yamledit.Value{Tag: v.Tag(), Text: v.Text()}
}

// variables reads the references that stand in the gateway's environment.
func (d *draft) variables(root repo.Value) {
	env := root.Get("gateway", "env")
	if len(env.Items()) == 0 {
		env = root.Get("gateway", "deployment", "extraEnvs")
	}
	for _, e := range env.Items() {
		switch variable(e.Get("name").Text()) {
		case "gravitee_cloud_token":
			d.refer(cloudToken, e)
		case "gravitee_license_key":
			d.refer(license, e)
		}
	}
	if len(env.Items()) > 0 && d.spec.at("gateway", cloudToken.field) == nil {
		d.result.decided(env.KeySpan(), "%s is not among the gateway's variables: the spec refers to key %s of Secret %s", cloudToken.what, cloudToken.key, cloudToken.secret)
	}
}

// variable is the form in which the gateway compares the names of variables.
func variable(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), ".", "_")
}

// licence reads the two ways in which the chart takes a licence.
func (d *draft) licence(root repo.Value) {
	if key := root.Get("license", "key"); key.Text() != "" {
		d.literal(license, key)
	}
	if name := root.Get("license", "name"); name.Text() != "" && d.spec.at("gateway", "license") == nil {
		d.text(name.Text(), name.Span(), "gateway", "license", "secretName")
		d.text("licensekey", name.Span(), "gateway", "license", "key")
	}
}

// rendered keeps what the manifests of a gateway say, where its values are not
// in the repository.
func (d *draft) rendered(c *lint.Client) {
	i := c.Image
	d.text(i.Repository, i.Ref.Span(), "gateway", "image", "repository")
	d.text(i.Tag, i.Ref.Span(), "gateway", "image", "tag")
	if m := plainVersion.FindStringSubmatch(i.Tag); m != nil {
		d.text(m[1], i.Ref.Span(), "gateway", "chart", "version")
	}
	if c.Object == nil {
		return
	}
	d.result.dropped(c.Object.Value.Get("metadata", "name").Span(), "the gateway is here as manifests: the spec keeps its image, size and references; other settings have to be written as gateway.values")
	spec := c.Object.Value.Get("spec")
	if n, ok := spec.Get("replicas").Int(); ok {
		d.spec.set(number(n), spec.Get("replicas").Span(), "gateway", "replicas")
	}
	for _, container := range spec.Get("template", "spec", "containers").Items() {
		if container.Get("image").Span() != i.Ref.Span() {
			continue
		}
		d.resources(container.Get("resources"), "gateway", "resources")
		for _, e := range container.Get("env").Items() {
			switch variable(e.Get("name").Text()) {
			case "gravitee_cloud_token":
				d.refer(cloudToken, e)
			case "gravitee_license_key":
				d.refer(license, e)
			}
		}
	}
}
