package repo

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// The bounds of a kustomize build.
const (
	maxResources = 1000 // objects; the work grows with their square
	maxVisits    = 1000 // kustomizations, each counted as often as it is used
	maxNesting   = 64   // kustomizations above each other
)

// A kust is a kustomization and what it refers to, checked: nothing in it leads
// out of the repository, to the network or to a program.
type kust struct {
	dir   string // the folder
	file  *file
	value Value

	resources  []reference
	components []reference
	patches    []patch
	generators []generator
	// listed are the files behind entries that configure the build, dropped
	// the entries that are left out of it.
	listed  map[*yaml.Node]*file
	dropped map[*yaml.Node]bool

	// used says that another kustomization builds on this one.
	used bool
	// checked says that a root was found from which it is reached.
	checked bool
	// broken says that kustomize refuses the kustomization, and that a Problem
	// tells why.
	broken bool
	// partial says that something was left out: a remote resource, a chart, a
	// generator that is a program.
	partial bool
}

func (k *kust) isComponent() bool { return k.value.Get("kind").Text() == "Component" }

// A reference is an entry that names a file or another kustomization. Both are
// nil if the entry is left out of the build.
type reference struct {
	at   Value
	file *file
	kust *kust
}

// A patch is an entry of patches, patchesStrategicMerge or patchesJson6902.
type patch struct {
	at     Value  // the entry
	field  string // the field it stands in
	file   *file  // the patch file, or nil
	inline Value  // the text, or the missing value
	docs   []*document
	// json says that the patch is a list of JSON 6902 operations.
	json bool
	// text is the file that stands for the inline text.
	text *file
}

// A generator is an entry of configMapGenerator or secretGenerator.
type generator struct {
	at      Value
	kind    string // ConfigMap or Secret
	sources []source
}

// A source is an entry of literals, files or envs of a generator.
type source struct {
	at   Value
	key  string // of files and literals
	file *file  // of files and envs
	env  bool
}

// kustomizations reads kustomizations on demand, each once.
type kustomizations struct {
	*reader
	byDir map[string]*kust
	*sharing
	// passing says that what is read is let go, and must not be kept in what is
	// shared.
	passing bool
}

// A sharing is what several roots have in common: the places of files, what
// kustomizations say, and what is built once.
type sharing struct {
	origins  map[*file]*origin
	wordings map[*kust]*wording
	shapes   shapes
}

func newKustomizations(r *reader) *kustomizations {
	return &kustomizations{reader: r, byDir: map[string]*kust{}, sharing: &sharing{
		origins:  map[*file]*origin{},
		wordings: map[*kust]*wording{},
		shapes:   shapes{known: map[[sha256.Size]byte]*shape{}},
	}}
}

// problem records what is wrong with a kustomization.
func (ks *kustomizations) problem(k *kust, at Span, message, help string, related ...Related) {
	k.broken = true
	ks.repo.Problems = append(ks.repo.Problems, Problem{
		Rule: "kustomize/build-failed", Span: at, Message: message, Help: help, Related: related,
	})
}

// misspelled is a problem with what belongs there instead; "" if it is not known.
func (ks *kustomizations) misspelled(k *kust, at Span, message, help, instead string) {
	ks.problem(k, at, message, help)
	ks.repo.Problems[len(ks.repo.Problems)-1].Instead = instead
}

// skip records that something is left out of the build.
func (ks *kustomizations) skip(k *kust, at Value, message, help string) {
	k.partial = true
	ks.repo.Problems = append(ks.repo.Problems, Problem{
		Rule: "kustomize/remote-base", Span: at.Span(), Message: message, Help: help,
	})
}

// get returns the kustomization of a folder; nil if there is none.
func (ks *kustomizations) get(dir string) *kust {
	if k, ok := ks.byDir[dir]; ok {
		return k
	}
	name, more := ks.findKustomization(dir)
	if name == "" {
		ks.byDir[dir] = nil
		return nil
	}
	ks.load([]string{name})
	f := ks.files[name]
	f.kind = kustomizationFile
	k := &kust{dir: dir, file: f, listed: map[*yaml.Node]*file{}, dropped: map[*yaml.Node]bool{}}
	ks.byDir[dir] = k // before reading what it refers to: it may refer to itself
	if more != "" {
		ks.problem(k, fileSpan(more), "the folder holds more than one kustomization file", "keep one of them")
		return k
	}
	switch {
	case len(f.docs) == 0 && len(f.unread) > 0:
		k.broken = true // the YAML error is told already
	case len(f.docs) == 0:
		if !ks.hasProblem(name) {
			ks.problem(k, fileSpan(name), "the kustomization is empty", "list what it builds under resources")
		}
		k.broken = true
	case len(f.docs) > 1:
		k.value = f.docs[0].value()
		ks.problem(k, f.docs[1].value().Span(), "a kustomization is one document, and here begins a second one", "remove it")
	case !f.docs[0].value().IsMap():
		ks.problem(k, f.docs[0].value().Span(), "a kustomization must be a mapping", "write fields such as resources: at the start of a line")
	default:
		k.value = f.docs[0].value()
		ks.read(k)
	}
	return k
}

func (ks *kustomizations) hasProblem(file string) bool {
	return slices.ContainsFunc(ks.repo.Problems, func(p Problem) bool { return p.Span.File == file })
}

// findKustomization returns the kustomization file of a folder, and a second
// one if there is.
func (ks *kustomizations) findKustomization(dir string) (name, more string) {
	for _, base := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		at := path.Join(dir, base)
		if ks.files[at] == nil {
			if info, err := ks.stat(at); err != nil || info.IsDir() {
				continue
			}
		}
		if name == "" {
			name = at
		} else if more == "" {
			more = at
		}
	}
	return name, more
}

// fieldKind says how a field of a kustomization is treated.
type fieldKind int

const (
	plainField     fieldKind = iota // passed on as it is
	resourcesField                  // files and folders
	componentsField
	patchesField
	generatorField
	filesField   // local files that configure the build
	pluginsField // programs, or built-in transformers spelled out
	replacementsField
	openAPIField
	chartField   // Helm charts: their values are read, they are not rendered
	ignoredField // without effect on what is built
)

// kustomizationFields are the fields of a kustomization, as of kustomize 5.8.
var kustomizationFields = map[string]fieldKind{
	"apiVersion": plainField, "kind": plainField, "metadata": plainField,
	"openapi":                     openAPIField,
	"namePrefix":                  plainField,
	"nameSuffix":                  plainField,
	"namespace":                   plainField,
	"commonLabels":                plainField,
	"labels":                      plainField,
	"commonAnnotations":           plainField,
	"patchesStrategicMerge":       patchesField,
	"patchesJson6902":             patchesField,
	"patches":                     patchesField,
	"images":                      plainField,
	"imageTags":                   plainField,
	"replacements":                replacementsField,
	"replicas":                    plainField,
	"vars":                        plainField,
	"sortOptions":                 ignoredField,
	"resources":                   resourcesField,
	"bases":                       resourcesField,
	"components":                  componentsField,
	"crds":                        filesField,
	"configMapGenerator":          generatorField,
	"secretGenerator":             generatorField,
	"helmGlobals":                 chartField,
	"helmCharts":                  chartField,
	"helmChartInflationGenerator": chartField,
	"generatorOptions":            plainField,
	"configurations":              filesField,
	"generators":                  pluginsField,
	"transformers":                pluginsField,
	"validators":                  pluginsField,
	"buildMetadata":               ignoredField,
}

// read checks the fields of a kustomization and reads what they refer to.
func (ks *kustomizations) read(k *kust) {
	for name, v := range k.value.Fields() {
		kind, ok := kustomizationFields[fieldName(name)]
		if !ok {
			ks.unknownField(k, v, name, "a kustomization", fieldNames())
			continue
		}
		if v.IsNull() {
			continue
		}
		switch kind {
		case resourcesField:
			for _, e := range ks.list(k, v, fieldName(name)) {
				ks.resource(k, e)
			}
		case componentsField:
			for _, e := range ks.list(k, v, fieldName(name)) {
				ks.component(k, e)
			}
		case patchesField:
			for _, e := range ks.list(k, v, fieldName(name)) {
				ks.patch(k, e, fieldName(name))
			}
		case generatorField:
			for _, e := range ks.list(k, v, fieldName(name)) {
				ks.generator(k, e, fieldName(name))
			}
		case filesField:
			for _, e := range ks.list(k, v, fieldName(name)) {
				ks.local(k, e)
			}
		case replacementsField:
			for _, e := range ks.list(k, v, fieldName(name)) {
				if p := e.Get("path"); p.Exists() {
					ks.local(k, p)
				}
			}
		case openAPIField:
			if p := v.Get("path"); p.Exists() {
				ks.local(k, p)
			}
		case pluginsField:
			for _, e := range ks.list(k, v, fieldName(name)) {
				ks.plugin(k, e)
			}
		case chartField:
			k.partial = k.partial || hidesObjects(v)
		}
	}
	ks.checkEntries(k)
	ks.checkTypes(k)
	for name := range k.value.Fields() {
		if n := fieldName(name); n != "apiVersion" && n != "kind" {
			return
		}
	}
	if !k.broken {
		ks.problem(k, k.value.Span(), "the kustomization is empty", "list what it builds under resources")
	}
}

// hidesObjects tells whether charts are rendered whose objects others may refer
// to. Those of the gateway are not: its values say what they are.
func hidesObjects(charts Value) bool {
	for _, c := range charts.Items() {
		if knownChart(cmp.Or(c.Get("name").Text(), c.Get("chartName").Text())) != "apim" {
			return true
		}
	}
	return false
}

// fieldNames are those of a kustomization that a person is likely to mean.
var fieldNames = sync.OnceValue(func() []string {
	names := make([]string, 0, len(kustomizationFields))
	for n := range kustomizationFields {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
})

// fieldName returns a field's name as it is spelled in the documentation:
// kustomize does not mind the case.
func fieldName(name string) string {
	if _, ok := kustomizationFields[name]; ok {
		return name
	}
	for _, f := range fieldNames() {
		if strings.EqualFold(f, name) {
			return f
		}
	}
	return name
}

func (ks *kustomizations) unknownField(k *kust, v Value, name, where string, known []string) {
	help, near := "remove it: kustomize refuses unknown fields", nearest(name, known)
	if near != "" {
		help = "did you mean " + near + "?"
	}
	ks.misspelled(k, v.KeySpan(), fmt.Sprintf("%s has no field %q", where, clip(name)), help, near)
}

// clip shortens a name that is quoted in a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return s
}

// entryFields are the fields of the entries of lists, which kustomize checks
// too.
var entryFields = map[string][]string{
	"patches":            {"path", "patch", "target", "options"},
	"patchesJson6902":    {"path", "patch", "target", "options"},
	"images":             {"name", "newName", "newTag", "tagSuffix", "digest"},
	"imageTags":          {"name", "newName", "newTag", "tagSuffix", "digest"},
	"replicas":           {"name", "count"},
	"labels":             {"pairs", "includeSelectors", "includeTemplates", "includeVolumeClaimTemplates", "fields"},
	"replacements":       {"path", "source", "targets", "sourceValue"},
	"configMapGenerator": {"namespace", "name", "behavior", "literals", "files", "envs", "env", "options"},
	"secretGenerator":    {"namespace", "name", "behavior", "literals", "files", "envs", "env", "options", "type"},
	"vars":               {"name", "objref", "fieldref"},
}

func (ks *kustomizations) checkEntries(k *kust) {
	for name, v := range k.value.Fields() {
		known, ok := entryFields[fieldName(name)]
		if !ok {
			continue
		}
		for _, e := range v.Items() {
			for field, at := range e.Fields() {
				if !slices.ContainsFunc(known, func(s string) bool { return strings.EqualFold(s, field) }) {
					ks.unknownField(k, at, field, "an entry of "+fieldName(name), known)
				}
			}
		}
	}
}

// list returns the entries of a field that must be a list.
func (ks *kustomizations) list(k *kust, v Value, name string) []Value {
	if v.IsList() {
		return v.Items()
	}
	ks.problem(k, v.Span(), name+" must be a list", "write each entry on a line of its own behind a dash")
	return nil
}
