package prove

import (
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// A store keeps the volumes of pods and the hosts files in a folder.
type store struct {
	dir string

	mu        sync.Mutex
	residents map[*Pod]netip.Addr
	// known are the host names of each namespace.
	known map[string][]hostName
}

func (s *store) volume(p *Pod, name string) string {
	return filepath.Join(s.dir, "volumes", p.Namespace, p.Name, name)
}

// volumes makes the volumes of a new pod. Claims keep what an earlier pod of the
// name has left; everything else begins anew.
func (s *store) volumes(p *Pod) error {
	for _, v := range p.Volumes {
		dir := s.volume(p, v.Name)
		if v.Kind != ClaimVolume {
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
		}
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
		if err := p.write(dir, v, func(data string) string { return data }); err != nil {
			return err
		}
	}
	return nil
}

// refresh writes the files of ConfigMaps and Secrets again.
func (s *store) refresh(p *Pod) error {
	for _, v := range p.Volumes {
		if v.Kind == ConfigVolume {
			if err := p.write(s.volume(p, v.Name), v, func(data string) string { return data }); err != nil {
				return err
			}
		}
	}
	return nil
}

// write writes the files of a volume into a folder, each as a whole or not at
// all, for one who reads them meanwhile.
func (p *Pod) write(dir string, v *Volume, change func(string) string) error {
	for _, f := range v.Files {
		if !filepath.IsLocal(f.Path) {
			return fmt.Errorf("volume %s: %s leads out of it", v.Name, f.Path)
		}
		path := filepath.Join(dir, f.Path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path+".new", []byte(change(string(f.Data))), 0o600); err != nil {
			return err
		}
		if err := os.Chmod(path+".new", os.FileMode(p.fileMode(f.Mode))); err != nil {
			return err
		}
		if err := os.Rename(path+".new", path); err != nil {
			return err
		}
	}
	return nil
}

// lose throws away what a claim holds.
func (s *store) lose(p *Pod) error {
	return os.RemoveAll(filepath.Join(s.dir, "volumes", p.Namespace, p.Name))
}

// loseData throws away what Redis keeps: dumps and append-only files.
func (s *store) loseData(p *Pod) error {
	return filepath.WalkDir(filepath.Join(s.dir, "volumes", p.Namespace, p.Name), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := e.Name(); name == "appendonlydir" || strings.HasSuffix(name, ".aof") || strings.HasSuffix(name, ".rdb") {
			if err := os.RemoveAll(path); err != nil || !e.IsDir() {
				return err
			}
			return fs.SkipDir
		}
		return nil
	})
}

// fileMode returns the rights on a file of a ConfigMap or Secret as the
// container's user has them: Kubernetes gives the file to root, and with
// fsGroup lets the group read it.
func (p *Pod) fileMode(mode uint32) uint32 {
	root := true
	for _, c := range p.Containers {
		root = root && c.UID == 0
	}
	switch {
	case root:
		return mode
	case p.FSGroup:
		return mode | 0o440
	}
	others := mode & 0o007
	return others<<6 | others<<3 | others
}

// bind returns how a mount of a pod gets into a container.
func (s *store) bind(p *Pod, m Mount) bind {
	from := s.volume(p, m.Volume)
	readOnly := m.ReadOnly
	for _, v := range p.Volumes {
		if v.Name == m.Volume && v.Kind == ConfigVolume {
			readOnly = true
		}
	}
	if m.SubPath != "" {
		from = filepath.Join(from, m.SubPath)
		if _, err := os.Stat(from); err != nil {
			// A kubelet makes the folder.
			os.MkdirAll(from, 0o755)
		}
	}
	return bind{From: from, To: m.Path, ReadOnly: readOnly}
}

func (s *store) hostsDir(p *Pod) string { return filepath.Join(s.dir, "names", p.Namespace, p.Name) }

// join makes the hosts file of a new pod, as a kubelet does: with what is known
// of other pods, and a line of its own.
func (s *store) join(p *Pod, addr netip.Addr) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.residents == nil {
		s.residents, s.known = map[*Pod]netip.Addr{}, map[string][]hostName{}
	}
	s.residents[p] = addr
	return s.writeHosts(p)
}

// hosts writes the hosts files of a namespace.
func (s *store) hosts(namespace string, names []hostName) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		return nil // there is no pod yet
	}
	s.known[namespace] = names
	for p := range s.residents {
		if p.Namespace == namespace {
			if err := s.writeHosts(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeHosts writes the hosts file of a pod. A reader sees the old or the new one,
// never a part.
func (s *store) writeHosts(p *Pod) error {
	own, others := s.residents[p].String(), strings.Builder{}
	for _, n := range s.known[p.Namespace] {
		fmt.Fprintf(&others, "%s %s\n", n.addr, strings.Join(n.names, " "))
		if n.addr == s.residents[p] && strings.HasPrefix(n.names[0], p.Name+".") {
			own += " " + n.names[0]
		}
	}
	dir := s.hostsDir(p)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	text := "127.0.0.1 localhost\n::1 localhost\n" + own + " " + p.Name + "\n" + others.String()
	if err := os.WriteFile(filepath.Join(dir, ".hosts"), []byte(text), 0o644); err != nil {
		return err
	}
	return os.Rename(filepath.Join(dir, ".hosts"), filepath.Join(dir, "hosts"))
}
