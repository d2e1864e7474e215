package prove

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A planner makes a Plan of the facts of an environment.
type planner struct {
	facts   *lint.Facts
	plan    *Plan
	secrets *secrets
}

// NewPlan says which pods an environment has and what is in them; name is what
// people call it. onePassword takes the passwords that are not in the repository
// for copies of one. The error says that there is nothing to prove.
func NewPlan(env *repo.Environment, name string, onePassword bool) (*Plan, error) {
	p := &planner{facts: lint.Collect(env), plan: &Plan{Environment: name}}
	p.secrets = newSecrets(p.facts, p.plan, onePassword)
	for _, w := range p.facts.Workloads {
		if err := p.workload(w); err != nil {
			return nil, err
		}
	}
	if len(p.plan.servers(RedisRole)) == 0 {
		return nil, fmt.Errorf("no Redis in %s: nothing to prove", env.Root)
	}
	if len(p.plan.servers(SentinelRole)) == 0 {
		p.cause("there is no Sentinel: nobody promotes a replica")
	}
	p.services()
	p.gateway()
	p.findDomains()
	p.passwords()
	p.plan.Masked = p.secrets.all()
	p.plan.CA = p.secrets.ca
	return p.plan, nil
}

func (p *planner) note(format string, args ...any) {
	if n := fmt.Sprintf(format, args...); !slices.Contains(p.plan.Notes, n) {
		p.plan.Notes = append(p.plan.Notes, n)
	}
}

func (p *planner) cause(format string, args ...any) {
	if c := fmt.Sprintf(format, args...); !slices.Contains(p.plan.Causes, c) {
		p.plan.Causes = append(p.plan.Causes, c)
	}
}

// roles returns which container of a workload runs Redis and which Sentinel.
func (p *planner) roles(w *lint.Workload) map[*lint.Container]*lint.Server {
	m := map[*lint.Container]*lint.Server{}
	for _, list := range [][]*lint.Server{p.facts.Redis, p.facts.Sentinels} {
		for _, s := range list {
			if s.Container.Workload == w {
				m[s.Container] = s
			}
		}
	}
	return m
}

// workload plans the pods of a workload that runs Redis or Sentinel.
func (p *planner) workload(w *lint.Workload) error {
	roles := p.roles(w)
	for _, c := range p.facts.Unread() {
		if c.Workload == w && !c.Init && roles[c] == nil {
			return fmt.Errorf("%s: container %s runs %s by what is inside the image, which is not here: only commands and scripts of the manifests can be proven",
				c.At(c.Image.Ref, "").Span, c.Name, c.Image.Repository)
		}
	}
	if len(roles) == 0 {
		return nil
	}
	n, known := p.facts.PodCount(w)
	if !known {
		n = max(w.Replicas, 1)
		p.note("%s: the number of pods is decided in the cluster; %d are proven", workloadName(w), n)
	}
	for i := range n {
		pod := p.pod(w, i, roles)
		if slices.ContainsFunc(p.plan.Pods, func(q *Pod) bool { return q.Name == pod.Name && q.Namespace == pod.Namespace }) {
			p.note("%s: the repository has another pod of the name %s, which is proven in its place", w.At(w.Object.Value, "").Span, pod.Name)
			break
		}
		p.plan.Pods = append(p.plan.Pods, pod)
	}
	return nil
}

func workloadName(w *lint.Workload) string { return w.Object.Kind + "/" + w.Object.Name }

func (p *planner) pod(w *lint.Workload, ordinal int, roles map[*lint.Container]*lint.Server) *Pod {
	pod := &Pod{
		Name: w.Object.Name, Namespace: w.Object.Namespace, Workload: workloadName(w),
		Grace:   30 * time.Second,
		FSGroup: w.Pod.Get("securityContext", "fsGroup").Exists(),
	}
	if pod.Namespace == "" {
		pod.Namespace = "default"
	}
	if w.Object.Kind != "Pod" {
		if w.IsStateful() {
			start, _ := w.Object.Value.Get("spec", "ordinals", "start").Int()
			ordinal += start
		}
		pod.Name += "-" + strconv.Itoa(ordinal)
	}
	switch {
	case w.IsStateful():
		pod.Subdomain = w.Object.Value.Get("spec", "serviceName").Text()
	case w.Pod.Get("hostname").Exists():
		pod.Subdomain = w.Pod.Get("subdomain").Text()
	}
	if n, ok := w.Pod.Get("terminationGracePeriodSeconds").Int(); ok {
		pod.Grace = time.Duration(n) * time.Second
	}
	p.volumes(w, pod)
	for _, c := range w.Containers {
		planned, why := p.container(c, roles[c], pod)
		switch {
		case why != "":
			p.note("container %s of %s is not run: %s", c.Name, pod.Workload, why)
		case c.Init:
			pod.Init = append(pod.Init, planned)
		default:
			pod.Containers = append(pod.Containers, planned)
		}
	}
	for _, c := range slices.Concat(pod.Init, pod.Containers) {
		for _, m := range c.Mounts {
			if !slices.ContainsFunc(pod.Volumes, func(v *Volume) bool { return v.Name == m.Volume }) {
				pod.Blocked = fmt.Sprintf("container %s mounts the volume %s, which the pod does not have", c.Name, m.Volume)
			}
		}
	}
	return pod
}

// container plans one container; why says why it is left out.
func (p *planner) container(c *lint.Container, s *lint.Server, pod *Pod) (planned *Container, why string) {
	version := redisconf.ImageVersion(c.Image.Repository, c.Image.Tag)
	planned = &Container{Name: c.Name, Image: c.Image.Ref.Text(), Valkey: version.Flavor == redisconf.Valkey, Alpine: strings.Contains(c.Image.Tag, "alpine") || strings.HasSuffix(c.Image.Repository, "alpine") || strings.HasSuffix(c.Image.Repository, "busybox")}
	for _, list := range []string{"command", "args"} {
		for _, v := range c.Value.Get(list).Items() {
			planned.Command = append(planned.Command, v.Text())
		}
	}
	hasCommand := len(c.Value.Get("command").Items()) > 0
	switch {
	case s != nil:
		planned.Role = RedisRole
		if s.Sentinel {
			planned.Role = SentinelRole
		}
		planned.Port, planned.TLS = listens(s)
		if n, ok := s.Last("tls-port").Arg(0).Int(); ok {
			planned.TLSPort = n
		}
		planned.Open = !s.Sentinel && openImage(c.Image.Repository) && s.Last("protected-mode").Arg(0).Text == ""
	case version.Flavor == redisconf.UnknownFlavor && !hasShell(c.Image.Repository):
		return nil, "the programs of its image are not here"
	}
	if !hasCommand {
		planned.Command = entrypoint(planned)
	}
	p.env(c, planned, pod)
	p.security(c, planned, hasCommand)
	for _, m := range c.Value.Get("volumeMounts").Items() {
		planned.Mounts = append(planned.Mounts, Mount{
			Volume: m.Get("name").Text(), Path: strings.TrimRight(m.Get("mountPath").Text(), "/"),
			SubPath: strings.Trim(m.Get("subPath").Text(), "/"), ReadOnly: m.Get("readOnly").IsTrue(),
		})
		if m.Get("subPathExpr").Exists() {
			p.note("subPathExpr of container %s is taken as it is written", c.Name)
		}
	}
	if s != nil && !s.Sentinel {
		planned.Claim = claimOf(s, planned, pod)
	}
	for _, v := range c.Value.Get("lifecycle", "preStop", "exec", "command").Items() {
		planned.PreStop = append(planned.PreStop, v.Text())
	}
	planned.Startup = p.probe(c, "startupProbe")
	planned.Ready = p.probe(c, "readinessProbe")
	planned.Live = p.probe(c, "livenessProbe")
	return planned, ""
}

// listens returns the port of a server, and whether it wants TLS.
func listens(s *lint.Server) (port int, tls bool) {
	if n, ok := s.Last("tls-port").Arg(0).Int(); ok && n > 0 {
		if plain, _ := s.Port(); plain == 0 {
			return n, true
		}
	}
	port, _ = s.Port()
	if port <= 0 {
		port = 6379
		if s.Sentinel {
			port = 26379
		}
	}
	return port, false
}

// openImage tells whether an image is an official one of Redis or Valkey, whose
// servers are built with protected-mode off (docker-library/redis, Dockerfile).
func openImage(repository string) bool {
	name := repository[strings.LastIndex(repository, "/")+1:]
	return (name == "redis" || name == "valkey") && !strings.Contains(repository, "bitnami")
}

// hasShell tells whether an image is one of those whose programs every Linux
// machine has.
func hasShell(repository string) bool {
	name := repository[strings.LastIndex(repository, "/")+1:]
	return slices.Contains([]string{"busybox", "alpine", "debian", "ubuntu", "bash"}, name)
}

// entrypoint returns what the official images run when only arguments are
// given (docker-library/redis, docker-entrypoint.sh).
func entrypoint(c *Container) []string {
	server := "redis-server"
	if c.Valkey {
		server = "valkey-server"
	}
	if len(c.Command) == 0 || strings.HasPrefix(c.Command[0], "-") || strings.HasSuffix(c.Command[0], ".conf") {
		return append([]string{server}, c.Command...)
	}
	return c.Command
}

// security plans user and rights. The official images are made for root and
// have the entrypoint step down to user 999; a command of the manifest replaces
// the entrypoint, and nobody steps down.
func (p *planner) security(c *lint.Container, planned *Container, hasCommand bool) {
	get := func(key string) repo.Value {
		if v := c.Value.Get("securityContext", key); v.Exists() {
			return v
		}
		return c.Workload.Pod.Get("securityContext", key)
	}
	if n, ok := get("runAsUser").Int(); ok {
		planned.UID = n
	} else if !hasCommand && planned.Role != "" {
		planned.UID, planned.GID = 999, 999
	}
	if n, ok := get("runAsGroup").Int(); ok {
		planned.GID = n
	}
	planned.ReadOnlyRoot = c.Value.Get("securityContext", "readOnlyRootFilesystem").IsTrue()
	for _, v := range c.Value.Get("securityContext", "capabilities", "drop").Items() {
		planned.DropAll = planned.DropAll || v.Text() == "ALL"
	}
}

func (p *planner) probe(c *lint.Container, field string) *Probe {
	v := c.Value.Get(field)
	if !v.IsMap() {
		return nil
	}
	number := func(key string, def int) int {
		if n, ok := v.Get(key).Int(); ok {
			return n
		}
		return def
	}
	probe := &Probe{
		Delay:    time.Duration(number("initialDelaySeconds", 0)) * time.Second,
		Period:   time.Duration(max(number("periodSeconds", 10), 1)) * time.Second,
		Timeout:  time.Duration(max(number("timeoutSeconds", 1), 1)) * time.Second,
		Failures: number("failureThreshold", 3), Successes: number("successThreshold", 1),
	}
	for _, w := range v.Get("exec", "command").Items() {
		probe.Command = append(probe.Command, w.Text())
	}
	if port := v.Get("tcpSocket", "port"); port.Exists() {
		probe.Port = namedPort(c, port.Text())
	}
	if probe.Command == nil && probe.Port == 0 {
		p.note("the %s of container %s is not run: neither a command nor a TCP port", field, c.Name)
		return nil
	}
	return probe
}

func namedPort(c *lint.Container, name string) int {
	if n, err := strconv.Atoi(name); err == nil {
		return n
	}
	for _, port := range c.Value.Get("ports").Items() {
		if port.Get("name").Text() == name {
			n, _ := port.Get("containerPort").Int()
			return n
		}
	}
	return 0
}

// env plans the variables of a container: env wins over envFrom.
func (p *planner) env(c *lint.Container, planned *Container, pod *Pod) {
	set := func(v EnvVar) {
		planned.Env = slices.DeleteFunc(planned.Env, func(e EnvVar) bool { return e.Name == v.Name })
		planned.Env = append(planned.Env, v)
	}
	for _, from := range c.Value.Get("envFrom").Items() {
		prefix := from.Get("prefix").Text()
		for _, s := range []struct{ field, kind string }{{"configMapRef", "ConfigMap"}, {"secretRef", "Secret"}} {
			ref := from.Get(s.field)
			if !ref.Exists() {
				continue
			}
			files, missing := p.secrets.keys(s.kind, c.Workload.Object.Namespace, ref.Get("name").Text())
			if missing && !ref.Get("optional").IsTrue() && s.kind == "ConfigMap" {
				pod.Blocked = fmt.Sprintf("ConfigMap %s is not in the repository", ref.Get("name").Text())
			}
			for _, f := range files {
				set(EnvVar{Name: prefix + f.Path, Value: string(f.Data)})
			}
		}
	}
	for _, e := range c.Value.Get("env").Items() {
		v := EnvVar{Name: e.Get("name").Text(), Value: e.Get("value").Text(), Field: e.Get("valueFrom", "fieldRef", "fieldPath").Text()}
		if field := v.Field; strings.HasPrefix(field, "metadata.labels") {
			key := strings.TrimSuffix(strings.TrimPrefix(field, "metadata.labels['"), "']")
			v.Field, v.Value = "", c.Workload.Labels[key]
		}
		for _, s := range []struct{ field, kind string }{{"secretKeyRef", "Secret"}, {"configMapKeyRef", "ConfigMap"}} {
			ref := e.Get("valueFrom", s.field)
			if !ref.Exists() {
				continue
			}
			name, key := ref.Get("name").Text(), ref.Get("key").Text()
			text, ok := p.secrets.value(s.kind, c.Workload.Object.Namespace, name, key)
			if !ok && !ref.Get("optional").IsTrue() {
				pod.Blocked = fmt.Sprintf("%s %s has no key %s", s.kind, name, key)
			}
			v.Value = text
		}
		set(v)
	}
}

// services plans the names of Services that lead to pods of the plan.
func (p *planner) services() {
	for _, s := range p.facts.Services {
		planned := &Service{
			Name: s.Object.Name, Namespace: s.Object.Namespace, Headless: s.Headless, External: s.External,
			NotReady: s.Object.Value.Get("spec", "publishNotReadyAddresses").IsTrue(),
		}
		if planned.Namespace == "" {
			planned.Namespace = "default"
		}
		for _, w := range s.Workloads {
			for _, pod := range p.plan.Pods {
				if pod.Workload == workloadName(w) {
					planned.Pods = append(planned.Pods, pod.Name)
				}
			}
		}
		if len(planned.Pods) > 0 || planned.External != "" {
			p.plan.Services = append(p.plan.Services, planned)
		}
	}
}

var clusterDomain = pattern.New(`\.svc\.([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)`)

// findDomains finds the cluster domains in the host names that the files and
// the gateway use.
func (p *planner) findDomains() {
	p.plan.Domains = []string{"cluster.local"}
	add := func(text string) {
		for _, m := range clusterDomain.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(p.plan.Domains, m[1]) {
				p.plan.Domains = append(p.plan.Domains, m[1])
			}
		}
	}
	for _, pod := range p.plan.Pods {
		for _, v := range pod.Volumes {
			for _, f := range v.Files {
				add(string(f.Data))
			}
		}
		for _, c := range slices.Concat(pod.Init, pod.Containers) {
			for _, e := range c.Env {
				add(e.Value)
			}
			add(strings.Join(c.Command, " "))
		}
	}
	if g := p.plan.Gateway; g != nil {
		for _, n := range g.Nodes {
			add(n.Host)
		}
	}
}
