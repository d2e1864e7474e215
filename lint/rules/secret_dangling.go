package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/lint"
)

var secretDanglingRef = &lint.Rule{
	ID:       "secret/dangling-ref",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a reference to a Secret key that is not there",
		Why: `A container whose environment names a missing Secret or key does not start: the pod stays in CreateContainerConfigError. A volume of a missing Secret leaves it in ContainerCreating, and a key that is not there appears as an empty folder where the process looks for a file. A pod reads Secrets of its own namespace only.

Secrets are known by whatever makes them: Secret, SealedSecret, ExternalSecret, SecretProviderClass, secretGenerator. A Secret that the repository does not define at all is made elsewhere and not judged, unless its name differs in one letter from one that is defined; a key of such a Secret is a warning where other references write it with another letter.`,
		Fix:  `Write the name, key and namespace as they are defined, or define the key.`,
		Refs: []string{refSecret, "https://kubernetes.io/docs/tasks/inject-data-application/distribute-credentials-secure/"},
	},
	Check: func(p *lint.Pass) {
		d := danglingRefs{pass: p, byName: map[[2]string][]configRef{}, byKey: map[[3]string][]configRef{}}
		for _, r := range configRefs(p.Facts) {
			if r.kind == "Secret" && !r.optional {
				d.refs = append(d.refs, r)
				d.byName[[2]string{r.namespace, r.name}] = append(d.byName[[2]string{r.namespace, r.name}], r)
				d.byKey[[3]string{r.namespace, r.name, r.key}] = append(d.byKey[[3]string{r.namespace, r.name, r.key}], r)
			}
		}
		for _, r := range d.refs {
			d.check(r)
		}
	},
}

type danglingRefs struct {
	pass *lint.Pass
	refs []configRef
	// byName and byKey are the refs by namespace and name, and by the key too.
	byName map[[2]string][]configRef
	byKey  map[[3]string][]configRef
	done   lint.Distinct[string]
	spelt  map[[2]string][]speltKey // what checkSpelling compares
}

// once tells whether a cause was not told before.
func (d *danglingRefs) once(cause string) bool { return d.done.Add(cause) }

func (d *danglingRefs) check(r configRef) {
	if config := d.pass.Facts.Config("Secret", r.namespace, r.name); config != nil {
		if r.key != "" && config.AllKeys && !config.Key(r.key).Exists() && d.once("key\x00"+config.Object.ID()+"\x00"+r.name+"\x00"+r.key) {
			d.reportKey(r, config)
		}
		return
	}
	var names []string
	for _, c := range d.pass.Facts.Configs {
		switch {
		case c.Kind != "Secret":
		case c.Name == r.name && !isCopied(c):
			if d.once("namespace\x00" + r.namespace + "\x00" + r.name) {
				d.reportNamespace(r, c)
			}
			return
		case c.Name == r.name:
			return
		case c.Namespace == "" || r.namespace == "" || c.Namespace == r.namespace:
			names = append(names, c.Name)
		}
	}
	d.checkName(r, names)
	d.checkSpelling(r)
}

// checkSpelling reports a key of a Secret that is not in the repository if other
// references to that Secret write it with another letter: which one it has cannot
// be told, but hardly both.
func (d *danglingRefs) checkSpelling(r configRef) {
	at := [2]string{r.namespace, r.name}
	if _, known := d.spelt[at]; !known {
		if d.spelt == nil {
			d.spelt = map[[2]string][]speltKey{}
		}
		var keys []speltKey
		var seen lint.Distinct[string]
		for _, s := range d.same(r, false) {
			if seen.Add(s.key) {
				keys = append(keys, speltKey{s.key, digits.ReplaceAllString(s.key, ""), len(d.same(s, true))})
			}
		}
		d.spelt[at] = keys
	}
	var keys []string
	letters, asked := digits.ReplaceAllString(r.key, ""), len(d.same(r, true))
	if !d.pass.Facts.MayCompare(len(d.spelt[at])) {
		return
	}
	for _, s := range d.spelt[at] {
		if s.key != r.key && len(s.key) > 4 && s.letters != letters && s.asked >= asked {
			keys = append(keys, s.key)
		}
	}
	near := d.pass.Facts.NearestBy(r.key, keys, 1)
	if near == "" || r.key == "" || !d.once("spelling\x00"+r.namespace+"\x00"+r.name+"\x00"+min(near, r.key)) {
		return
	}
	f := lint.Finding{
		Severity: lint.Warning,
		Message:  fmt.Sprintf("Secret %q is asked for the key %q here, and for %q elsewhere: the repository does not hold it, but hardly has it both", r.name, r.key, near),
		Help:     "write the key that the Secret has",
	}
	for _, s := range d.same(r, true) {
		f.Places = addPlace(f.Places, s.keyAt)
	}
	for _, s := range d.byKey[[3]string{r.namespace, r.name, near}] {
		f.Places = addPlace(f.Places, labeledPlace(s.keyAt, fmt.Sprintf("key %q is asked for", near)))
	}
	d.pass.Report(f)
}

// A speltKey is a key of a missing Secret: with its letters, without digits, and
// how many references ask for it.
type speltKey struct {
	key, letters string
	asked        int
}

// same returns the references to the same missing thing.
func (d *danglingRefs) same(r configRef, key bool) []configRef {
	if key {
		return d.byKey[[3]string{r.namespace, r.name, r.key}]
	}
	return d.byName[[2]string{r.namespace, r.name}]
}

// reportKey reports a key that a Secret does not have. If several references
// agree on it and the Secret has one that looks alike and nobody uses, it is
// the Secret that is out of line.
func (d *danglingRefs) reportKey(r configRef, config *lint.Config) {
	var keys []string
	for k := range config.All() {
		keys = append(keys, k)
	}
	all := d.same(r, true)
	nearest := d.pass.Facts.Nearest(r.key, keys)
	if nearest == "" && len(keys) == 1 {
		nearest = keys[0]
	}
	f := lint.Finding{Message: fmt.Sprintf("Secret %q has no key %q", r.name, r.key)}
	switch {
	case nearest != "":
		f.Help = fmt.Sprintf("write %q, the key that it has", nearest)
	case len(keys) > 0:
		f.Help = "it has the keys " + strings.Join(keys, ", ")
	}
	for _, s := range all {
		f.Places = append(f.Places, labeledPlace(s.keyAt, fmt.Sprintf("key %q is asked for", r.key)))
	}
	f.Places[0].Label = ""
	defined := labeledPlace(lint.At(config.Object, config.Object.Value.Get("metadata", "name"), ""), "the Secret is defined here")
	if nearest != "" {
		defined = labeledPlace(lint.AtKey(config.Object, config.Key(nearest), ""), fmt.Sprintf("the Secret has %q", nearest))
		if k := config.Key(nearest); k.Text() == nearest {
			defined.Span = k.Span() // secretKey: NAME
		}
	}
	used := slices.ContainsFunc(d.refs, func(s configRef) bool { return s.name == r.name && s.key == nearest })
	if len(all) > 1 && nearest != "" && !used {
		f.Message = fmt.Sprintf("Secret %q has the key %q, but %d references ask for %q", r.name, nearest, len(all), r.key)
		f.Help = fmt.Sprintf("write %q here", r.key)
		f.Places[0].Label = fmt.Sprintf("key %q is asked for", r.key)
		f.Places = append([]lint.Place{labeledPlace(defined, "")}, f.Places...)
		f.Fixes = replace(lint.Arg{Place: defined}, r.key, f.Help, false)
	} else {
		f.Places = append(f.Places, defined)
		if nearest != "" && len(all) == 1 {
			f.Fixes = replace(lint.Arg{Place: r.keyAt}, nearest, fmt.Sprintf("write %q", nearest), false)
		}
	}
	d.pass.Report(f)
}

func (d *danglingRefs) reportNamespace(r configRef, config *lint.Config) {
	f := lint.Finding{
		Message: fmt.Sprintf("Secret %q is in namespace %q, and a pod in %q cannot read it", r.name, config.Namespace, r.namespace),
		Help:    fmt.Sprintf("define it in namespace %q as well", r.namespace),
	}
	for _, s := range d.same(r, false) {
		f.Places = append(f.Places, labeledPlace(s.nameAt, fmt.Sprintf("read in namespace %q", r.namespace)))
	}
	f.Places[0].Label = ""
	f.Places = append(f.Places, labeledPlace(
		lint.At(config.Object, config.Object.Value.Get("metadata", "namespace"), ""), fmt.Sprintf("defined in namespace %q", config.Namespace)))
	d.pass.Report(f)
}

// isCopied tells whether a controller copies the Secret to other namespaces.
func isCopied(c *lint.Config) bool {
	for k := range c.Object.Value.Get("metadata", "annotations").Fields() {
		if strings.HasPrefix(k, "reflector.v1.k8s.emberstack.com/") || strings.HasPrefix(k, "replicator.v1.mittwald.de/") || strings.HasPrefix(k, "kubed.appscode.com/") {
			return true
		}
	}
	return false
}

// checkName reports a name that nobody defines if it differs in one letter
// from one that is defined. A name that is used more than once, or that differs
// in a digit, is meant as it is.
func (d *danglingRefs) checkName(r configRef, names []string) {
	if len(d.same(r, false)) > 1 || d.pass.Env().Partial {
		return
	}
	name := d.pass.Facts.NearestBy(r.name, names, 1)
	if len(name) < 5 || digits.ReplaceAllString(name, "") == digits.ReplaceAllString(r.name, "") {
		return
	}
	config := d.pass.Facts.Config("Secret", r.namespace, name)
	d.pass.Report(lint.Finding{
		Message: fmt.Sprintf("there is no Secret %q in the repository, but one named %q", r.name, name),
		Help:    fmt.Sprintf("write %q", name),
		Places:  []lint.Place{r.nameAt, labeledPlace(lint.At(config.Object, config.Object.Value.Get("metadata", "name"), ""), "this one is defined")},
		Fixes:   replace(lint.Arg{Place: r.nameAt}, name, fmt.Sprintf("write %q", name), false),
	})
}

var digits = pattern.New(`[0-9]+`)

var secretHashSuffixRef = &lint.Rule{
	ID:       "secret/hash-suffix-ref",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a generated name where kustomize does not write the new one",
		Why:   `A secretGenerator or configMapGenerator adds a hash of the content to the name, and kustomize writes the new name into the pods that it renders. Helm values and HelmReleases are not among them: the release asks for a name that no object has, and the gateway stays in CreateContainerConfigError.`,
		Fix:   `Set "options: {disableNameSuffixHash: true}" for this generator; for a HelmRelease that is rendered with it, add a nameReference to the configurations of the kustomization.`,
		Refs:  []string{"https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/secretgenerator/", "https://fluxcd.io/flux/guides/helmreleases/"},
	},
	Check: func(p *lint.Pass) {
		for _, r := range configRefs(p.Facts) {
			if r.renamed || r.optional || p.Facts.Config(r.kind, r.namespace, r.name) != nil {
				continue
			}
			i := slices.IndexFunc(p.Facts.Configs, func(c *lint.Config) bool { return c.Kind == r.kind && isHashed(c.Name, r.name) })
			if i < 0 {
				continue
			}
			c := p.Facts.Configs[i]
			p.Report(lint.Finding{
				Message: fmt.Sprintf("no %s is named %q: the generator adds a hash to the name, and kustomize does not write that here", r.kind, r.name),
				Places: []lint.Place{r.nameAt, labeledPlace(
					lint.At(c.Object, c.Object.Value.Get("metadata", "name"), ""), "generated with a hash in its name")},
				Help: "set options.disableNameSuffixHash: true for the generator",
			})
		}
	},
}

// isHashed tells whether a name is base with the suffix of kustomize.
func isHashed(name, base string) bool {
	without, ok := lint.WithoutHash(name)
	return ok && without == base
}

var secretCSINotMounted = &lint.Rule{
	ID:       "secret/csi-not-mounted",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "a Secret that exists only while another pod mounts its volume",
		Why:   `The Secrets Store CSI driver makes the Secret of a SecretProviderClass when the first pod mounts a volume of that class, and removes it with the last one. A pod that reads the Secret as a variable and does not mount the volume itself waits in CreateContainerConfigError until some other pod does, and cannot restart when that one is gone.`,
		Fix:   `Mount a volume of the SecretProviderClass in the pod that reads the Secret; for the gateway by gateway.extraVolumes and gateway.extraVolumeMounts.`,
		Refs:  []string{"https://secrets-store-csi-driver.sigs.k8s.io/topics/sync-as-kubernetes-secret"},
	},
	Check: func(p *lint.Pass) {
		var done []lint.Place
		for _, r := range configRefs(p.Facts) {
			config := p.Facts.Config(r.kind, r.namespace, r.name)
			if config == nil || config.Object.Kind != "SecretProviderClass" || r.optional || mountsClass(r, config.Object.Name) || hasPlace(done, r.nameAt) {
				continue
			}
			done = append(done, r.nameAt)
			p.Report(lint.Finding{
				Message: fmt.Sprintf("Secret %q exists only while a pod mounts SecretProviderClass %q, and this one does not", r.name, config.Object.Name),
				Places: []lint.Place{r.nameAt, labeledPlace(
					lint.At(config.Object, config.Object.Value.Get("metadata", "name"), ""), "the class that makes the Secret")},
				Help: fmt.Sprintf("mount a CSI volume with secretProviderClass: %s in this pod", config.Object.Name),
			})
		}
	},
}

// mountsClass tells whether the pod of a reference mounts a volume of the
// SecretProviderClass.
func mountsClass(r configRef, class string) bool {
	switch {
	case r.workload != nil:
		for v := range r.workload.Pod.Get("volumes").Elements() {
			if v.Get("csi", "volumeAttributes", "secretProviderClass").Text() == class {
				return true
			}
		}
	case r.values != nil:
		return strings.Contains(r.values.Value.Get("gateway", "extraVolumes").Text(), class)
	}
	return false
}
