package lint

import (
	"slices"
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A Release is the Redis that a Helm chart makes of its values: bitnami/redis,
// bitnami/valkey or redis-ha. Its servers and Services are not written anywhere,
// so their places are those of the values that decide them.
type Release struct {
	Values *repo.Values
	// Name is what the names of its objects begin with, "" if the repository does
	// not tell the name of the release.
	Name string
	// Redis are the servers, Sentinel the Sentinels beside them or nil.
	Redis, Sentinel *Server
	Services        []*Service
	// Secrets are the keys of Secrets that exist already, as the values name them.
	Secrets []SecretUse

	// word is a part of Name that is known in any case.
	word string
	// pods is the number of pods, known for certain or not.
	pods      int
	podsKnown bool
	podsAt    Place
}

// A SecretUse is a key of a Secret that Helm values name.
type SecretUse struct {
	KeyRef
	NameAt, KeyAt Place
}

// Pods returns the number of pods, each a Redis and a Sentinel, known for
// certain or not, and where it is written.
func (r *Release) Pods() (n int, known bool, at Place) { return r.pods, r.podsKnown, r.podsAt }

// mayHavePods returns the number of pods that the charts make a Service for, or
// more than people run where it is not known.
func (r *Release) mayHavePods() int {
	const some, most = 15, 1000
	if r.podsKnown {
		return min(r.pods, most)
	}
	return some
}

// newReleases returns what the charts in the environment make.
func newReleases(f *Facts) []*Release {
	var all []*Release
	for _, v := range f.Env.Values {
		b := releaseBuilder{facts: f, values: v, release: &Release{Values: v}}
		b.unsure = b.hasUnseen()
		var r *Release
		switch v.Chart.Name {
		case "redis", "valkey":
			if b.isBitnami() {
				r = b.bitnami(v.Chart.Name)
			}
		case "redis-ha":
			r = b.redisHA()
		}
		if r == nil {
			continue
		}
		if b.unsure {
			r.forget(b.onlySecrets())
		}
		all = append(all, r)
	}
	return all
}

// A releaseBuilder makes a Release of the values of a chart.
type releaseBuilder struct {
	facts   *Facts
	values  *repo.Values
	release *Release
	// unsure says that something lays values over those that are seen: what is not
	// written may be something else than the default of the chart.
	unsure bool
}

// hasUnseen tells whether a values file is named that is not in the repository,
// or a HelmRelease puts single values in their places, other than a password; or
// whether something that decides what the chart makes is put in later.
func (b releaseBuilder) hasUnseen() bool {
	for _, from := range b.valuesFrom() {
		if at := from.Get("targetPath"); at.Exists() && !strings.HasSuffix(strings.ToLower(at.Text()), "password") {
			return true
		}
	}
	for _, path := range []string{"sentinel.enabled", "architecture", "auth.enabled", "auth.sentinel", "auth", "sentinel.auth", "fullnameOverride", "nameOverride", "replica.autoscaling.enabled"} {
		v := b.first(path)
		if v.IsScalar() && IsReference(v.Text()) || v.IsList() {
			return true
		}
		for k := range v.Fields() {
			if strings.HasPrefix(k, "{") {
				return true // {{ … }} of a template, as YAML reads it
			}
		}
	}
	return b.values.Partial
}

func (b releaseBuilder) valuesFrom() []repo.Value {
	if o := b.values.Object; o != nil && o.Kind == "HelmRelease" {
		return o.Value.Get("spec", "valuesFrom").Items()
	}
	return nil
}

// onlySecrets tells whether nothing is unseen but what Secrets lay over the values
// of a HelmRelease. Those hold passwords, not names.
func (b releaseBuilder) onlySecrets() bool {
	secrets := false
	for _, from := range b.valuesFrom() {
		name := from.Get("name").Text()
		switch {
		case from.Get("targetPath").Exists():
		case from.Get("kind").Text() == "Secret":
			secrets = true
		case b.facts.config("ConfigMap", b.values.Object.Namespace, name) == nil:
			return false
		}
	}
	return secrets && !IsReference(b.first("fullnameOverride").Text()+b.first("nameOverride").Text())
}

// forget takes back what the defaults of the chart say: not all values are seen.
func (r *Release) forget(keepName bool) {
	for _, s := range r.Services {
		s.Ports = nil
	}
	if !keepName {
		r.Name = ""
		r.Services = r.Services[:1]
	}
	r.Redis.Complete = false
	if r.Sentinel != nil {
		r.Sentinel.Complete = false
	}
}

func (b releaseBuilder) get(keys ...string) repo.Value { return b.values.Value.Get(keys...) }

// isBitnami tells whether the chart comes from Bitnami, as far as is written:
// others have charts with the same name and other values.
func (b releaseBuilder) isBitnami() bool {
	if from := b.values.Chart.Repository; from != "" {
		return strings.Contains(strings.ToLower(from), "bitnami")
	}
	o := b.values.Object
	if o == nil {
		return true // the shape of the values tells
	}
	var sources []string
	switch o.Kind {
	case "HelmRelease":
		for _, ref := range []repo.Value{o.Value.Get("spec", "chart", "spec", "sourceRef"), o.Value.Get("spec", "chartRef")} {
			if name := ref.Get("name").Text(); name != "" {
				sources = append(sources, name)
				for _, s := range b.facts.Env.Objects {
					if s.Kind == ref.Get("kind").Text() && s.Name == name {
						sources = append(sources, s.Value.Get("spec", "url").Text())
					}
				}
			}
		}
	default:
		return true
	}
	return slices.ContainsFunc(sources, func(s string) bool { return strings.Contains(strings.ToLower(s), "bitnami") })
}

// first returns the first of several ways to write a value, as older versions of
// a chart did, that is there and not null.
func (b releaseBuilder) first(paths ...string) repo.Value {
	for _, p := range paths {
		if v := b.get(strings.Split(p, ".")...); v.Exists() && !v.IsNull() {
			return v
		}
	}
	return repo.Value{}
}

// near returns the place of the key of the deepest mapping on the way to a value
// that is not written: where a person would add it.
func (b releaseBuilder) near(path string) Place {
	v, at := b.values.Value, repo.Value{}
	for _, k := range strings.Split(path, ".") {
		if v = v.Get(k); !v.Exists() {
			break
		}
		at = v
	}
	switch {
	case at.Exists():
		return AtKey(b.values.Object, at, "")
	case b.values.Value.KeySpan().IsValid():
		return AtKey(b.values.Object, b.values.Value, "")
	case b.values.Object != nil && b.values.Object.Value.Get("metadata", "name").Exists():
		return At(b.values.Object, b.values.Object.Value.Get("metadata", "name"), "")
	}
	for _, v := range b.values.Value.Fields() {
		return AtKey(b.values.Object, v, "")
	}
	return Place{}
}

// arg returns the first of several ways to write a value, or the chart's default.
func (b releaseBuilder) arg(preset string, paths ...string) Arg {
	v := b.first(paths...)
	if !v.Exists() || v.Text() == "" && preset != "" {
		return Arg{Text: preset, Known: preset != "" && !b.unsure, Place: b.near(paths[0]).WhereAbsent()}
	}
	return Arg{Text: v.Text(), Known: v.IsScalar() && !IsReference(v.Text()), Place: At(b.values.Object, v, "")}
}

// fullname is the name that nearly every chart gives its objects: the name of
// the release, with that of the chart behind it unless it holds it already
// (bitnami/common, common.names.fullname; redis-ha.fullname).
func (b releaseBuilder) fullname(chart string) (name, word string) {
	if v := b.first("fullnameOverride"); v.Text() != "" {
		if IsReference(v.Text()) {
			return "", ""
		}
		return v.Text(), v.Text()
	}
	if alias := b.values.Chart.Alias; alias != "" {
		chart = alias
	}
	if v := b.first("nameOverride"); v.Text() != "" {
		chart = v.Text()
	}
	switch release := b.values.Release; {
	case release == "" || IsReference(release) || IsReference(chart):
		return "", chart
	case strings.Contains(release, chart):
		return release, release
	default:
		return release + "-" + chart, release + "-" + chart
	}
}

func (b releaseBuilder) workload(name string, replicas int, at repo.Value) *Workload {
	return &Workload{
		Object:   &repo.Object{APIVersion: "apps/v1", Kind: "StatefulSet", Name: name, Namespace: b.values.Namespace},
		Replicas: replicas, ReplicasAt: at,
	}
}

func (b releaseBuilder) server(w *Workload, sentinel bool, image repo.Value) *Server {
	repository, tag := image.Get("repository").Text(), image.Get("tag").Text()
	if repository == "" {
		repository = "bitnami/" + b.values.Chart.Name // nothing but the flavor is read from it
	}
	c := &Container{Workload: w, Name: "redis", facts: b.facts, Image: Image{Ref: image.Get("tag"), Repository: repository, Tag: tag}}
	w.Containers = append(w.Containers, c)
	return &Server{Container: c, Sentinel: sentinel, Complete: true, Version: redisconf.ImageVersion(repository, tag)}
}

// directive adds a line that the chart writes.
func (s *Server) directive(name string, args ...Arg) {
	d := &Directive{Name: name, Args: args, Raw: &redisconf.Directive{Name: name}}
	d.Raw.Key.Text = name
	for _, a := range args {
		d.Raw.Args = append(d.Raw.Args, redisconf.Word{Text: a.Text})
		if !d.key.IsValid() {
			d.key = a.Place
		}
	}
	s.Directives = append(s.Directives, d)
}

func word(text string) Arg { return Arg{Text: text, Known: true} }

// monitor adds the lines of a Sentinel for its master.
func (s *Server) monitor(name, port, quorum Arg) {
	s.directive("sentinel", word("monitor"), name, Arg{Place: name.Place}, port, quorum)
}

// A servicePort is a port of a Service with where it is written, and the port of
// the pods that it leads to.
type servicePort struct {
	port, target Arg
	at           repo.Value
}

// port makes a servicePort of the first of several ways to write it.
func (b releaseBuilder) port(target Arg, preset string, paths ...string) servicePort {
	return servicePort{b.arg(preset, paths...), target, b.first(paths...)}
}

// service adds a Service of the release; a port that is not a number is left
// out.
func (r *Release) service(name string, headless bool, w *Workload, ports ...servicePort) {
	s := &Service{
		Object:    &repo.Object{APIVersion: "v1", Kind: "Service", Name: name, Namespace: r.Values.Namespace},
		Released:  true,
		Headless:  headless,
		Workloads: []*Workload{w},
	}
	for _, p := range ports {
		target, known := p.target.Int()
		if n, ok := p.port.Int(); ok && known && n > 0 {
			s.Ports = append(s.Ports, ServicePort{Port: n, Target: target, PortAt: p.at})
		}
	}
	if o := r.Values.Object; o != nil && o.Kind == "HelmRelease" {
		s.Object.Value = o.Value // its name and namespace are those of the Service
	}
	r.Services = append(r.Services, s)
}

// secret adds the Secret that the chart makes of a password in its values.
func (b releaseBuilder) secret(name, key string, v repo.Value) {
	b.facts.Configs = append(b.facts.Configs, &Config{
		Object: &repo.Object{APIVersion: "v1", Kind: "Secret", Name: name, Namespace: b.values.Namespace},
		Kind:   "Secret", Name: name, Namespace: b.values.Namespace, AllKeys: true,
		keys: []configKey{{name: key, value: v}},
	})
}

// password returns the password that a chart gives Redis: the key of a Secret
// that exists, a text in the values, or one that the chart makes up and keeps in
// a Secret of its own.
func (b releaseBuilder) password(existing, key Arg, literal repo.Value, own string) Arg {
	if existing.Text != "" {
		ref := KeyRef{Kind: "Secret", Namespace: b.values.Namespace, Name: existing.Text, Key: key.Text}
		if !existing.Known || !key.Known {
			return Arg{Place: existing.Place}
		}
		use := SecretUse{ref, existing.Place, key.Place}
		if !use.KeyAt.IsValid() {
			use.KeyAt = use.NameAt
		}
		b.release.Secrets = append(b.release.Secrets, use)
		return b.facts.keyValue(ref, existing.Place)
	}
	if literal.Text() != "" {
		if own != "" && !IsReference(literal.Text()) {
			b.secret(own, key.Text, literal)
		}
		at := At(b.values.Object, literal, "")
		return Arg{Text: literal.Text(), Known: !IsReference(literal.Text()), Place: at, Written: &at}
	}
	a := Arg{Place: existing.Place}
	if b.unsure {
		return a
	}
	if own != "" {
		a.Ref = &KeyRef{Kind: "Secret", Namespace: b.values.Namespace, Name: own, Key: key.Text}
	}
	return a
}

// matches tells whether a Service of the release may have a name, where the name
// of the release is not known.
func (r *Release) matches(name string) bool {
	return r.Name == "" && r.word != "" && strings.Contains(name, r.word)
}

// released returns the Services of all releases.
func (f *Facts) released() []*Service {
	var all []*Service
	for _, r := range f.Releases {
		all = append(all, r.Services...)
	}
	return all
}

// resolveReleased looks for a Service, or a pod behind one, that a chart makes.
func (f *Facts) resolveReleased(name, pod, namespace string) (Resolution, bool) {
	var unnamed []*Release
	for _, r := range f.Releases {
		if !sameNamespace(r.Values.Namespace, namespace) {
			continue
		}
		w := r.Redis.Container.Workload
		if r.matches(name) {
			unnamed = append(unnamed, r)
		}
		i := slices.IndexFunc(r.Services, func(s *Service) bool { return s.Object.Name == name })
		if i < 0 {
			continue
		}
		found := Resolution{Status: HostFound, Service: r.Services[i], Workloads: r.Services[i].Workloads, Pod: -1}
		if pod == "" {
			return found, true
		}
		base, n, ok := Ordinal(pod)
		switch {
		case ok && base == w.Object.Name && (n < r.pods || !r.podsKnown):
			found.Pod = n
		case r.podsKnown:
			found.Status, found.Nearest = HostMissing, w.Object.Name+"-"+strconv.Itoa(max(r.pods-1, 0))
		}
		return found, true
	}
	switch {
	case len(unnamed) == 1:
		return Resolution{Status: HostFound, Service: unnamed[0].Services[0], Workloads: unnamed[0].Services[0].Workloads, Pod: -1}, true
	case len(unnamed) > 1:
		return Resolution{Pod: -1}, true // any of them
	}
	return Resolution{}, false
}
