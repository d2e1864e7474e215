package prove

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// A rewriting puts paths and host names of this machine in the place of those
// of the cluster, for one container of the loopback lab.
type rewriting struct {
	paths, hosts *regexp.Regexp
	to           map[string]string
	vars         []string
}

// view makes the container's own copy of its files and returns how its words
// are rewritten.
func (s *sharedSite) view(c *Container) (*rewriting, error) {
	m := &rewriting{to: map[string]string{}}
	own := filepath.Join(s.dir, "views", s.pod.Namespace, s.pod.Name, c.Name)
	var paths []string
	add := func(path, to string) { paths = append(paths, path); m.to[path] = to }
	scratch := c.Role != ""
	for _, mount := range c.Mounts {
		b := s.store.bind(s.pod, mount)
		if s.pod.volume(mount.Volume).Kind == ConfigVolume {
			b.From = filepath.Join(own, mount.Volume, mount.SubPath)
		}
		add(mount.Path, b.From)
		scratch = scratch && mount.Path != "/data"
	}
	if scratch { // VOLUME of the official images
		dir := filepath.Join(own, "data")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		add("/data", dir)
	}
	m.paths = pathPattern(paths)
	m.hosts = s.hostPattern(m.to)
	for _, v := range s.pod.Volumes {
		if v.Kind == ConfigVolume {
			if err := s.pod.write(filepath.Join(own, v.Name), v, m.text); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

func (p *Pod) volume(name string) *Volume {
	for _, v := range p.Volumes {
		if v.Name == name {
			return v
		}
	}
	return &Volume{}
}

// pathPattern matches the paths where they begin and end as paths.
func pathPattern(paths []string) *regexp.Regexp {
	if len(paths) == 0 {
		return nil
	}
	slices.SortFunc(paths, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for i, p := range paths {
		paths[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile(`(^|[^A-Za-z0-9_./])(` + strings.Join(paths, "|") + `)(/|[^A-Za-z0-9_.-]|$)`)
}

// hostPattern matches the names of pods and Services that have a dot in them; a
// name without one may be anything, such as a program's.
func (s *sharedSite) hostPattern(to map[string]string) *regexp.Regexp {
	var names []string
	for _, service := range s.plan.Services {
		for i, p := range s.plan.Pods {
			if !slices.Contains(service.Pods, p.Name) {
				continue
			}
			addr := s.ip(firstPod + i).String()
			var labels []string
			if service.Headless && p.Subdomain == service.Name {
				labels = append(labels, p.Name+"."+service.Name)
			}
			if p.Name == service.Pods[0] {
				labels = append(labels, service.Name)
			}
			for _, l := range labels {
				for _, name := range spell(record{labels: l, namespace: service.Namespace}, s.plan.Domains, s.pod.Namespace) {
					if to[name] == "" {
						to[name] = addr
						names = append(names, name)
					}
				}
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for i, n := range names {
		names[i] = regexp.QuoteMeta(n)
	}
	return regexp.MustCompile(`(^|[^A-Za-z0-9_.-])(` + strings.Join(names, "|") + `)([^A-Za-z0-9_.-]|$)`)
}

// addressed are the directives in which a name without a dot is a host.
var addressed = pattern.New(`(?m)^(\s*(?:sentinel\s+(?:monitor|known-replica|known-sentinel)\s+\S+|sentinel\s+announce-ip|replicaof|slaveof|replica-announce-ip)\s+)(\S+)`)

// text rewrites a file.
func (m *rewriting) text(s string) string {
	s = addressed.ReplaceAllStringFunc(s, func(line string) string {
		parts := addressed.FindStringSubmatch(line)
		if to, ok := m.to[parts[2]]; ok {
			return parts[1] + to
		}
		return line
	})
	return m.replace(m.hosts, m.replace(m.paths, s, false), true)
}

// word rewrites a word of a command or the value of a variable.
func (m *rewriting) word(s string) string {
	if to, ok := m.to[s]; ok {
		return to
	}
	return m.text(s)
}

// replace puts others in the place of what a pattern's second group matches. It
// goes on behind the match itself, so that what lies between two matches serves
// both.
func (m *rewriting) replace(pattern *regexp.Regexp, s string, dotted bool) string {
	if pattern == nil {
		return s
	}
	var b strings.Builder
	for {
		at := pattern.FindStringSubmatchIndex(s)
		if at == nil {
			return b.String() + s
		}
		match := s[at[4]:at[5]]
		b.WriteString(s[:at[4]])
		if dotted && !strings.Contains(match, ".") {
			b.WriteString(match)
		} else {
			b.WriteString(m.to[match])
		}
		s = s[at[5]:]
	}
}
