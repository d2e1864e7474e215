package prove

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// vars returns the variables of a container as its process gets them.
func (k *container) vars(s site) []string {
	p := k.pod
	path := p.cluster.lab.searchPath()
	if first, _, _ := strings.Cut(path, ":"); k.Alpine {
		path = filepath.Join(first, "alpine") + ":" + path
	}
	vars := []string{"PATH=" + path, "HOSTNAME=" + p.Name, "HOME=/root", "LANG=C.UTF-8"}
	if k.Open {
		vars = append(vars, openVar+"=1")
	}
	known := map[string]string{"HOSTNAME": p.Name}
	for _, e := range k.Env {
		value := e.Value
		switch e.Field {
		case "":
			value = expand(value, known)
		case "metadata.name":
			value = p.Name
		case "metadata.namespace":
			value = p.Namespace
		case "status.podIP", "status.podIPs":
			value = s.address().String()
		case "spec.nodeName", "status.hostIP":
			value = "node-of-" + p.Name
		case "metadata.uid":
			value = fmt.Sprintf("00000000-0000-4000-8000-%012d", slices.Index(p.cluster.plan.Pods, p.Pod))
		}
		known[e.Name] = value
		vars = append(vars, e.Name+"="+value)
	}
	return vars
}

// expand replaces $(NAME) as Kubernetes does: unknown names stay, $$ is $.
func expand(text string, known map[string]string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '$')
		if i < 0 || i+1 >= len(text) {
			return b.String() + text
		}
		b.WriteString(text[:i])
		text = text[i:]
		end := strings.IndexByte(text, ')')
		switch {
		case text[1] == '$':
			b.WriteByte('$')
			text = text[2:]
		case text[1] == '(' && end > 0:
			if v, ok := known[text[2:end]]; ok {
				b.WriteString(v)
			} else {
				b.WriteString(text[:end+1])
			}
			text = text[end+1:]
		default:
			b.WriteByte('$')
			text = text[1:]
		}
	}
}
