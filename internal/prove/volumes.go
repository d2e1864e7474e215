package prove

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// volumes plans the volumes of a pod.
func (p *planner) volumes(w *lint.Workload, pod *Pod) {
	for _, v := range w.Pod.Get("volumes").Items() {
		pod.Volumes = append(pod.Volumes, p.volume(w, v, pod))
	}
	for _, v := range w.Object.Value.Get("spec", "volumeClaimTemplates").Items() {
		pod.Volumes = append(pod.Volumes, &Volume{Name: v.Get("metadata", "name").Text(), Kind: ClaimVolume})
	}
}

func (p *planner) volume(w *lint.Workload, v repo.Value, pod *Pod) *Volume {
	out := &Volume{Name: v.Get("name").Text(), Kind: EmptyVolume}
	for kind, source := range v.Fields() {
		switch kind {
		case "name", "emptyDir":
		case "configMap", "secret":
			out.Kind = ConfigVolume
			p.source(w, kind, source, out, source.Get("defaultMode"), pod)
		case "projected":
			out.Kind = ConfigVolume
			for _, s := range source.Get("sources").Items() {
				for kind, part := range s.Fields() {
					p.source(w, kind, part, out, source.Get("defaultMode"), pod)
				}
			}
		case "persistentVolumeClaim", "ephemeral":
			out.Kind = ClaimVolume
		default:
			p.note("volume %s (%s) is an empty folder here", out.Name, kind)
		}
	}
	return out
}

// source adds the files of a ConfigMap or Secret to a volume.
func (p *planner) source(w *lint.Workload, field string, source repo.Value, out *Volume, mode repo.Value, pod *Pod) {
	kind, name := "ConfigMap", source.Get("name").Text()
	switch field {
	case "configMap":
	case "secret":
		kind = "Secret"
		if n := source.Get("secretName").Text(); n != "" {
			name = n
		}
	default:
		p.note("%s in volume %s is left out", field, out.Name)
		return
	}
	optional := source.Get("optional").IsTrue()
	bits := uint32(0o644)
	if n, ok := mode.Int(); ok {
		bits = uint32(n)
	}
	if items := source.Get("items"); items.IsList() {
		for _, item := range items.Items() {
			key := item.Get("key").Text()
			text, ok := p.secrets.value(kind, w.Object.Namespace, name, key)
			if !ok {
				if !optional {
					pod.Blocked = fmt.Sprintf("%s %s has no key %s", kind, name, key)
				}
				continue
			}
			m := bits
			if n, ok := item.Get("mode").Int(); ok {
				m = uint32(n)
			}
			out.Files = append(out.Files, File{Path: item.Get("path").Text(), Data: []byte(text), Mode: m})
		}
		return
	}
	files, missing := p.secrets.keys(kind, w.Object.Namespace, name)
	if missing && kind == "ConfigMap" && !optional {
		pod.Blocked = fmt.Sprintf("ConfigMap %s is not in the repository", name)
	}
	for _, f := range files {
		f.Mode = bits
		out.Files = append(out.Files, f)
	}
}

// claimOf returns the folder that Redis keeps its files in if it is on a volume
// claim, "" if it is not. The official images start in /data.
func claimOf(s *lint.Server, c *Container, pod *Pod) string {
	dir := s.Last("dir").Arg(0).Text
	if dir == "" || dir == "." || dir == "./" {
		dir = "/data"
	}
	claim, longest := "", 0
	for _, m := range c.Mounts {
		if dir != m.Path && !strings.HasPrefix(dir, m.Path+"/") || len(m.Path) < longest {
			continue
		}
		claim, longest = "", len(m.Path)
		if slices.ContainsFunc(pod.Volumes, func(v *Volume) bool { return v.Name == m.Volume && v.Kind == ClaimVolume }) {
			claim = dir
		}
	}
	return claim
}
