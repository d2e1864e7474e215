package importer

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// storage keeps the size and the class of the volume, or the decision to keep
// nothing.
func (d *draft) storage(f *lint.Facts, s *lint.Server) {
	if !s.Container.Value.Exists() {
		return // a chart: its values tell
	}
	dir := "/data"
	if a := s.Last("dir").Arg(0); a.Known && strings.HasPrefix(a.Text, "/") {
		dir = a.Text
	}
	file := s.Container.File(dir)
	claim := file.Volume
	if name := claim.Get("persistentVolumeClaim", "claimName"); name.Exists() {
		claim = repo.Value{}
		for _, o := range f.Env.Objects {
			if o.Kind == "PersistentVolumeClaim" && o.Name == name.Text() {
				claim = o.Value
			}
		}
	}
	if size := claim.Get("spec", "resources", "requests", "storage"); size.Exists() {
		d.text(size.Text(), size.Span(), "redis", "persistence", "size")
		class := claim.Get("spec", "storageClassName")
		d.text(class.Text(), class.Span(), "redis", "persistence", "storageClass")
		return
	}
	aof := s.Last("appendonly").Arg(0)
	switch {
	case aof.Text == "no" && (file.Kind == "emptyDir" || file.Kind == "image"):
		d.keepsNothing(aof.Place.Span)
	case file.Kind == "persistentVolumeClaim":
		d.result.decided(file.Mount.Span(), "the size of the volume of %s is not in the files: redis.persistence.size takes the default", s.Name())
	default:
		d.result.decided(at(s), "%s keeps its data where it is lost with the pod: each pod gets a volume claim, redis.persistence.size takes the default", s.Name())
	}
}

func (d *draft) keepsNothing(from repo.Span) {
	d.spec.set(boolean(false), from, "redis", "persistence", "enabled")
	d.spec.set(yamledit.Text("no data was kept before the import either"), from, "redis", "persistence", "reason")
}

// carriedPod are the fields of a pod that the generated one decides or has a
// field for.
var carriedPod = []string{
	"containers", "initContainers", "volumes", "affinity", "securityContext", "serviceAccountName", "serviceAccount",
	"automountServiceAccountToken", "terminationGracePeriodSeconds", "restartPolicy", "dnsPolicy", "dnsConfig",
	"enableServiceLinks", "topologySpreadConstraints", "schedulerName", "hostname", "subdomain",
}

// workload keeps what the pods of a Redis say, and tells what has no field.
func (d *draft) workload(s *lint.Server) {
	if !s.Container.Value.Exists() {
		return // a chart: its values tell
	}
	w := s.Container.Workload
	d.resources(s.Container.Value.Get("resources"), "redis", "resources")
	if required := w.Pod.Get("affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution"); len(required.Items()) > 0 {
		d.text("required", required.KeySpan(), "redis", "antiAffinity")
	}
	for name, v := range w.Pod.Fields() {
		if !slices.Contains(carriedPod, name) {
			d.result.dropped(v.KeySpan(), "%s of %s: the spec has no field for it", name, s.Name())
		}
	}
	for _, c := range w.Containers {
		base := strings.ReplaceAll(c.Image.Repository[strings.LastIndexByte(c.Image.Repository, '/')+1:], "-", "_")
		switch {
		case c.Init, c == s.Container:
		case base == "redis_exporter":
			d.spec.set(boolean(true), c.Image.Ref.Span(), "redis", "metrics", "enabled")
			d.text(c.Image.Repository, c.Image.Ref.Span(), "redis", "metrics", "image", "repository")
			d.text(c.Image.Tag, c.Image.Ref.Span(), "redis", "metrics", "image", "tag")
			d.text(c.Image.Digest, c.Image.Ref.Span(), "redis", "metrics", "image", "digest")
		case c.Name != "sentinel" && c.Image.Repository != s.Container.Image.Repository:
			d.result.dropped(c.Value.Get("name").Span(), "container %s of %s: the pods hold Redis, Sentinel and the exporter only", c.Name, s.Name())
		}
	}
}
