package lint

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// A Workload is an object that runs pods.
type Workload struct {
	Object *repo.Object
	// Labels are those of the pods, LabelsAt where they are written.
	Labels   map[string]string
	LabelsAt repo.Value
	// Selector is spec.selector; missing for Pods, Jobs and CronJobs.
	Selector repo.Value
	// Replicas is the number of pods; 1 if nothing says so. ReplicasAt is
	// missing then.
	Replicas   int
	ReplicasAt repo.Value
	// Pod is the pod's spec.
	Pod repo.Value
	// Containers are the init containers and then the containers.
	Containers []*Container

	volumes map[string][]repo.Value // the pod's by name, where they are many
}

// A Container is one container of a workload.
type Container struct {
	Workload *Workload
	Name     string
	Init     bool
	Value    repo.Value
	Image    Image

	facts *Facts
	env   map[string]repo.Value // the entries of env by name, where they are many
	// said are the words of the command and arguments, saidAt what they are in,
	// as they were with so many of the facts' Configs.
	said    []Arg
	saidAt  []repo.Value
	configs int
	// mounted is what mountedKeys found with so many of them.
	mounted   []mountedKey
	mountedOf int
}

// An Image is a container image as referred to.
type Image struct {
	// Ref is where the reference is written; the tag alone for Helm values.
	Ref repo.Value
	// Repository is the part before tag and digest, Tag and Digest may be "".
	Repository, Tag, Digest string
}

// ParseImage splits an image reference: registry/name:tag@digest.
func ParseImage(ref string) (repository, tag, digest string) {
	repository, digest, _ = strings.Cut(ref, "@")
	if i := strings.LastIndex(repository, ":"); i > strings.LastIndex(repository, "/") {
		repository, tag = repository[:i], repository[i+1:]
	}
	return repository, tag, digest
}

// podTemplate returns the paths of the pod's metadata and spec in the kinds
// that run pods.
func podTemplate(kind string) (metadata, spec []string, ok bool) {
	switch kind {
	case "Pod":
		return []string{"metadata"}, []string{"spec"}, true
	case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "ReplicationController", "DeploymentConfig":
		return []string{"spec", "template", "metadata"}, []string{"spec", "template", "spec"}, true
	case "CronJob":
		t := []string{"spec", "jobTemplate", "spec", "template"}
		return append(slices.Clone(t), "metadata"), append(slices.Clone(t), "spec"), true
	}
	return nil, nil, false
}

func newWorkload(f *Facts, o *repo.Object) (*Workload, bool) {
	metadata, spec, ok := podTemplate(o.Kind)
	if !ok {
		return nil, false
	}
	w := &Workload{
		Object:   o,
		LabelsAt: o.Value.Get(metadata...).Get("labels"),
		Pod:      o.Value.Get(spec...),
		Replicas: 1,
	}
	w.Labels = labels(w.LabelsAt)
	switch o.Kind {
	case "Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "DeploymentConfig":
		w.Selector = o.Value.Get("spec", "selector")
		if r := o.Value.Get("spec", "replicas"); r.Exists() {
			if n, ok := r.Int(); ok {
				w.Replicas, w.ReplicasAt = n, r
			}
		}
	case "DaemonSet":
		w.Selector = o.Value.Get("spec", "selector")
	}
	for _, list := range []string{"initContainers", "containers"} {
		for v := range w.Pod.Get(list).Elements() {
			c := &Container{
				Workload: w,
				Name:     v.Get("name").Text(),
				Init:     list == "initContainers",
				Value:    v,
				Image:    Image{Ref: v.Get("image")},
				facts:    f,
			}
			c.Image.Repository, c.Image.Tag, c.Image.Digest = ParseImage(c.Image.Ref.Text())
			w.Containers = append(w.Containers, c)
		}
	}
	return w, true
}

func labels(v repo.Value) map[string]string {
	m := map[string]string{}
	for k, l := range v.Fields() {
		m[k] = l.Text()
	}
	return m
}

// selects tells whether every label that the selector asks for is there; an
// empty selector selects nothing.
func selects(selector, labels map[string]string) bool {
	for k, v := range selector {
		if have, ok := labels[k]; !ok || have != v {
			return false
		}
	}
	return len(selector) > 0
}

// HasRemovedAPI tells whether the workload is written in a version of the API that
// Kubernetes dropped with 1.16, in 2019: what it runs is of that time.
func (w *Workload) HasRemovedAPI() bool {
	switch w.Object.APIVersion {
	case "apps/v1beta1", "apps/v1beta2", "extensions/v1beta1":
		return true
	}
	return false
}

// HasOfficialImage tells whether the container runs the official image of Redis
// or Valkey, rather than one that somebody built.
func (c *Container) HasOfficialImage() bool { return isServerImage(c.Image.Repository) }

// IsStateful tells whether the pods keep their names.
func (w *Workload) IsStateful() bool { return w.Object.Kind == "StatefulSet" }

// At returns the place of a value of the workload's object.
func (w *Workload) At(v repo.Value, label string) Place { return At(w.Object, v, label) }

// At returns the place of a value of the container.
func (c *Container) At(v repo.Value, label string) Place { return At(c.Workload.Object, v, label) }

// A File is what a container finds at a path.
type File struct {
	// Volume is the entry of the pod's volumes (or of volumeClaimTemplates),
	// Mount the entry of the container's volumeMounts.
	Volume, Mount repo.Value
	// Kind is the volume's type: configMap, secret, emptyDir,
	// persistentVolumeClaim, …; "image" if no volume is mounted there.
	Kind string
	// Config is the ConfigMap or Secret behind it, if the repository has it.
	Config *Config
	// Key is the key of the ConfigMap or Secret, Text its content; both are
	// missing where the path names none.
	Key  string
	Text repo.Value
	// Writable tells whether a process can write the file and rename another
	// over it.
	Writable bool
}

// File returns what the container finds at an absolute path.
func (c *Container) File(path string) File {
	best, rest, found := repo.Value{}, "", false
	bestPath := ""
	mounts := c.Value.Get("volumeMounts")
	if !c.mayFollow(looksThrough(mounts)) {
		return File{Kind: "unknown"}
	}
	for m := range mounts.Elements() {
		at := strings.TrimRight(m.Get("mountPath").Text(), "/")
		if path != at && !strings.HasPrefix(path, at+"/") || found && len(at) <= len(bestPath) {
			continue
		}
		best, bestPath, rest, found = m, at, strings.TrimPrefix(strings.TrimPrefix(path, at), "/"), true
	}
	if !found {
		return File{Kind: "image", Writable: !c.Value.Get("securityContext", "readOnlyRootFilesystem").IsTrue()}
	}
	f := File{Mount: best}
	name := best.Get("name").Text()
	f.Volume, f.Kind = c.Workload.volume(name)
	sub := strings.Trim(best.Get("subPath").Text(), "/")
	switch {
	case sub != "" && rest != "":
		rest = sub + "/" + rest
	case sub != "":
		rest = sub
	}
	readOnly := best.Get("readOnly").IsTrue()
	switch f.Kind {
	case "configMap", "secret", "projected", "downwardAPI", "csi", "image":
	default:
		f.Writable = !readOnly && (sub == "" || path != bestPath)
	}
	f.Config, f.Key, f.Text = c.volumeKey(f.Volume, f.Kind, rest)
	return f
}

// named yields the pod's volumes of a name.
func (w *Workload) named(name string) iter.Seq[repo.Value] {
	volumes := w.Pod.Get("volumes")
	if volumes.Len() < manyEntries {
		return func(yield func(repo.Value) bool) {
			for v := range volumes.Elements() {
				if v.Get("name").Text() == name && !yield(v) {
					return
				}
			}
		}
	}
	if w.volumes == nil {
		w.volumes = make(map[string][]repo.Value, volumes.Len())
		for v := range volumes.Elements() {
			name := v.Get("name").Text()
			w.volumes[name] = append(w.volumes[name], v)
		}
	}
	return slices.Values(w.volumes[name])
}

// volume returns the volume of a name and its type.
func (w *Workload) volume(name string) (repo.Value, string) {
	for v := range w.named(name) {
		for k := range v.Fields() {
			if k != "name" {
				return v, k
			}
		}
		return v, "emptyDir"
	}
	for v := range w.Object.Value.Get("spec", "volumeClaimTemplates").Elements() {
		if v.Get("metadata", "name").Text() == name {
			return v, "persistentVolumeClaim"
		}
	}
	return repo.Value{}, "unknown"
}

// volumeKey returns the ConfigMap or Secret, the key and the text behind a
// path within a volume.
func (c *Container) volumeKey(volume repo.Value, kind, rest string) (*Config, string, repo.Value) {
	sources := []repo.Value{volume}
	if kind == "projected" {
		sources = volume.Get("projected", "sources").Items()
	}
	for _, s := range sources {
		for _, source := range []struct{ field, name, kind string }{
			{"configMap", "name", "ConfigMap"}, {"secret", "secretName", "Secret"}, {"secret", "name", "Secret"},
		} {
			v := s.Get(source.field)
			if !v.Get(source.name).Exists() {
				continue
			}
			config := c.facts.config(source.kind, c.Workload.Object.Namespace, v.Get(source.name).Text())
			key := rest
			if items := v.Get("items"); items.IsList() {
				key = ""
				for item := range items.Elements() {
					if item.Get("path").Text() == rest {
						key = item.Get("key").Text()
					}
				}
			}
			if config == nil {
				if kind != "projected" {
					return nil, key, repo.Value{}
				}
				continue
			}
			if text := config.Key(key); text.Exists() || kind != "projected" {
				return config, key, text
			}
		}
	}
	return nil, "", repo.Value{}
}

// mountedKeys yields every key of a ConfigMap that the container has as a
// file, with the path where it finds it, in the order of the mounts and keys.
func (c *Container) mountedKeys() []mountedKey {
	if c.mounted != nil && c.mountedOf == len(c.facts.Configs) {
		return c.mounted
	}
	all := []mountedKey{}
	for m := range c.Value.Get("volumeMounts").Elements() {
		volume, kind := c.Workload.volume(m.Get("name").Text())
		if kind != "configMap" {
			continue
		}
		config := c.facts.config("ConfigMap", c.Workload.Object.Namespace, volume.Get("configMap", "name").Text())
		if config == nil {
			continue
		}
		at := strings.TrimRight(m.Get("mountPath").Text(), "/")
		for key, text := range config.All() {
			if c.facts.spent.followedAll {
				break
			}
			path := at + "/" + key
			if sub := m.Get("subPath").Text(); sub == key {
				path = at
			} else if sub != "" {
				continue
			}
			if f := c.File(path); f.Text.Exists() && f.Config == config {
				all = append(all, mountedKey{path, f.Key, config, text})
			}
		}
	}
	c.mounted, c.mountedOf = all, len(c.facts.Configs)
	return all
}

type mountedKey struct {
	path, key string
	config    *Config
	text      repo.Value
}

// Ordinal splits the name of a StatefulSet's pod: redis-2 is pod 2 of redis.
func Ordinal(pod string) (workload string, ordinal int, ok bool) {
	i := strings.LastIndex(pod, "-")
	if i < 0 {
		return "", 0, false
	}
	n, err := strconv.Atoi(pod[i+1:])
	return pod[:i], n, err == nil && n >= 0
}
