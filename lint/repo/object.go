package repo

// An Object is one Kubernetes object of an environment: as written, or as
// kustomize renders it.
type Object struct {
	APIVersion, Kind string
	// Namespace is the one it will have in the cluster, as far as the
	// repository tells: metadata.namespace after transformers; "" if none is
	// written.
	Namespace string
	Name      string
	// Value is the root of the document.
	Value Value
}

// ID returns Kind/namespace/name, or Kind/name where there is no namespace.
func (o *Object) ID() string {
	if o.Namespace == "" {
		return o.Kind + "/" + o.Name
	}
	return o.Kind + "/" + o.Namespace + "/" + o.Name
}

// A Chart says which Helm chart a set of values is for, as far as the
// repository tells.
type Chart struct {
	// Name is the chart's: "apim", "redis", "redis-ha"; "" if unknown.
	Name string
	// Version is the version or range asked for, with where; "" if unknown.
	Version string
	At      Value
	// Repository is where the chart comes from, as the source of an Application or
	// the chart that wraps it says; "" if that is told elsewhere or not at all.
	Repository string
	// Alias is the name that a chart gives another one that it wraps, if not its own.
	Alias string
	// Within says that another chart, which makes more, wraps the chart without
	// that being written in the repository.
	Within bool
}

// Values are the Helm values of one release: one file, or several laid over
// each other as Helm does (a later file wins, null deletes, lists replace).
type Values struct {
	Chart Chart
	// Release and Namespace of the Helm release; "" if the repository does not
	// tell.
	Release, Namespace string
	// Object is the HelmRelease, Application or the like that holds or names
	// the values; nil for a plain file.
	Object *Object
	// Value is the root of the merged values. Every value keeps the position
	// in the file that wins.
	Value Value
	// Partial says that the release names a file of values that is not here.
	Partial bool

	files []string // that it is made of
}

// An Environment is a set of objects and values that are deployed together and
// must agree: a rendered kustomize root, or a folder of plain files, with the
// Helm values that belong to it.
type Environment struct {
	// Name is how people call it: the overlay's folder name; "" if there is
	// only one.
	Name string
	// Root is the kustomization's folder, or the folder of the plain files,
	// relative to the working directory.
	Root string
	// Rendered says that Objects come from a kustomize build.
	Rendered bool
	// Partial says that something is deployed with the environment that could
	// not be read: a remote base, a Helm chart, what a program generates. What
	// seems to be missing may be there.
	Partial bool
	Objects []*Object
	Values  []*Values
	// Files are the names of all files that the environment is made of, sorted:
	// manifests, kustomizations and what they list, values and who names them.
	Files []string
	// Bytes is the size of Files, and of what their values are made of; Largest is
	// the name of the one that is most of it.
	Bytes   int
	Largest string
	// Seen is what Options.Look made of the environment; it has no Objects and no
	// Values then.
	Seen any

	most int // bytes of Largest
}

// weigh adds a file to Bytes.
func (e *Environment) weigh(f *file) {
	if f == nil {
		return
	}
	e.Bytes += len(f.data)
	if len(f.data) > e.most {
		e.Largest, e.most = f.name, len(f.data)
	}
}

// A Problem is something that was wrong with reading: broken YAML, a duplicate
// key, a root that does not build. The rule with the same id reports it.
type Problem struct {
	Rule    string // yaml/syntax, yaml/duplicate-key, kustomize/build-failed …
	Span    Span
	Message string
	Help    string
	// Instead is what belongs in place of the span, if one text is near enough
	// to what stands there; "" if not.
	Instead string
	// Related are further places, such as the first of two equal keys.
	Related []Related
}

// A Related is a further place of a problem with what is there.
type Related struct {
	Span    Span
	Message string
}
