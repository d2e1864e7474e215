package importer

import (
	"path"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// delivery keeps what an engine is told of an environment: where the files are
// that it applies, and where it applies them.
func (d *draft) delivery(r *repo.Repo, all ...*lint.Facts) {
	var foreign []*repo.Object
	for _, f := range all {
		if f == nil {
			continue
		}
		for _, o := range f.Env.Objects {
			group, _, _ := strings.Cut(o.APIVersion, "/")
			done := false
			switch {
			case o.Kind == "Application" && group == "argoproj.io" && ours(o):
				done = d.ownApplication(o, o.Value.Get("spec"))
				if done {
					d.destination(o.Value.Get("spec", "destination"))
				}
			case o.Kind == "ApplicationSet" && group == "argoproj.io" && ours(o):
				done = d.applicationSet(r, o)
			case o.Kind == "Kustomization" && group == "kustomize.toolkit.fluxcd.io" && ours(o):
				done = d.flux(o, f)
			case o.Kind == "Application" && group == "argoproj.io" && !slices.Contains(foreign, o):
				if chart, git := sources(o.Value.Get("spec")); chart.Exists() && git.Exists() {
					foreign = append(foreign, o)
				}
			}
			if done {
				return
			}
		}
	}
	if len(foreign) != 1 {
		if o := d.deployer; o != nil && !ours(o) {
			d.result.decided(o.Value.Get("metadata", "name").Span(), "%s %s deploys the gateway: it has to take its values from the generated values.yaml, or gives way to what delivery.engine writes (quorumwright explain spec.delivery)", o.Kind, o.Name)
		}
		return
	}
	o := foreign[0]
	d.application(o, o.Value.Get("spec"))
	d.destination(o.Value.Get("spec", "destination"))
	d.result.decided(o.Value.Get("metadata", "name").Span(), "Application %s gives way to the one that delivery writes, with Redis and the gateway in it", o.Name)
}

// ours tells an object that this program generated.
func ours(o *repo.Object) bool {
	return o.Value.Get("metadata", "labels", "app.kubernetes.io/managed-by").Text() == "quorumwright"
}

// sources are the source of an Application that is the gateway's chart, and the
// one that is a git repository.
func sources(spec repo.Value) (chart, git repo.Value) {
	for _, s := range spec.Get("sources").Items() {
		switch {
		case s.Get("chart").Text() == "apim":
			chart = s
		case s.Get("repoURL").Exists() && !s.Get("chart").Exists():
			git = s
		}
	}
	return chart, git
}

// ownApplication keeps what an Application of ours says, if it is the one of this
// environment.
func (d *draft) ownApplication(o *repo.Object, spec repo.Value) bool {
	_, git := sources(spec)
	tree, ok := overlayOf(git.Get("path").Text(), d.name)
	if !ok {
		return false
	}
	d.application(o, spec)
	d.treeAt(tree, git.Span())
	return true
}

// application keeps where an Application takes its files from.
func (d *draft) application(o *repo.Object, spec repo.Value) {
	chart, git := sources(spec)
	d.text("argocd", git.Span(), "delivery", "engine")
	for _, f := range []struct {
		field string
		value repo.Value
		given string // what the field is without
	}{
		{"repoURL", git.Get("repoURL"), ""},
		{"revision", git.Get("targetRevision"), "HEAD"},
		{"chartRepository", chart.Get("repoURL"), "https://helm.gravitee.io"},
		{"project", spec.Get("project"), "default"},
		{"namespace", o.Value.Get("metadata", "namespace"), "argocd"},
	} {
		if f.value.Text() != f.given {
			d.text(f.value.Text(), f.value.Span(), "delivery", f.field)
		}
	}
}

// ownCluster is the cluster that Argo CD runs in.
const ownCluster = "https://kubernetes.default.svc"

// destination keeps the cluster that an Application is for.
func (d *draft) destination(v repo.Value) {
	if s := v.Get("server"); s.Text() != ownCluster {
		d.text(s.Text(), s.Span(), "delivery", "destination", "server")
	}
	d.text(v.Get("name").Text(), v.Get("name").Span(), "delivery", "destination", "name")
}

// applicationSet keeps for which clusters a set of ours makes Applications: those
// with some labels, or one for each environment, which has the cluster in a file.
// It tells whether the set is for this environment.
func (d *draft) applicationSet(r *repo.Repo, o *repo.Object) bool {
	from := o.Value.Get("kind").Span()
	parameters, each := r.Bytes(path.Join(path.Dir(from.File), "../overlays", d.name, "application.yaml"))
	for _, g := range o.Value.Get("spec", "generators").Items() {
		if labels := g.Get("clusters", "selector", "matchLabels"); labels.Exists() {
			if !d.ownApplication(o, o.Value.Get("spec", "template", "spec")) {
				return false
			}
			for name, v := range labels.Fields() {
				d.text(v.Text(), v.Span(), "delivery", "destination", "labels", name)
			}
			return true
		}
	}
	if !each || !d.ownApplication(o, o.Value.Get("spec", "template", "spec")) {
		return false
	}
	d.spec.set(boolean(true), from, "delivery", "applicationSet")
	file, err := yamledit.Parse("application.yaml", parameters)
	if err != nil {
		return true
	}
	for _, field := range []string{"server", "name"} {
		if v, ok := file.Root().At("destination", field); ok && v.Text != ownCluster {
			d.text(v.Text, from, "delivery", "destination", field)
		}
	}
	return true
}

// flux keeps what a Kustomization of Flux says. It tells whether it is the one
// that applies this environment's Redis.
func (d *draft) flux(o *repo.Object, f *lint.Facts) bool {
	spec := o.Value.Get("spec")
	tree, ok := overlayOf(strings.TrimPrefix(spec.Get("path").Text(), "./"), d.name)
	if !ok {
		return false
	}
	from := spec.Get("path").Span()
	d.text("flux", from, "delivery", "engine")
	d.treeAt(tree, from)
	if v := o.Value.Get("metadata", "namespace"); v.Text() != "flux-system" {
		d.text(v.Text(), v.Span(), "delivery", "namespace")
	}
	if v := spec.Get("sourceRef", "name"); v.Text() != "flux-system" {
		d.text(v.Text(), v.Span(), "delivery", "source")
	}
	if v := spec.Get("decryption", "secretRef", "name"); v.Exists() && v.Text() != "sops-age" {
		d.text(v.Text(), v.Span(), "secrets", "sops", "decryptionSecret")
	}
	folder := path.Join(path.Dir(from.File), "gateway")
	for _, other := range f.Env.Objects {
		url := other.Value.Get("spec", "url")
		if other.Kind == "HelmRepository" && path.Dir(url.Span().File) == folder && url.Text() != "https://helm.gravitee.io" {
			d.text(url.Text(), url.Span(), "delivery", "chartRepository")
		}
	}
	return true
}

// overlayOf returns the folder of the generated tree in whose overlay of an
// environment a path of an engine ends. A template stands for every one.
func overlayOf(at, environment string) (tree string, ok bool) {
	dir, name := path.Split(path.Clean(at))
	if name != environment && name != "{{.environment}}" {
		return "", false
	}
	tree, ok = strings.CutSuffix("/"+dir, "/overlays/")
	if tree = strings.TrimPrefix(tree, "/"); tree == "" {
		tree = "."
	}
	return tree, ok
}

func (d *draft) treeAt(tree string, from repo.Span) {
	if tree != "deploy" {
		d.text(tree, from, "delivery", "path")
	}
}
