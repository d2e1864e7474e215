package prove

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// namespaces is the lab in which every pod has a network, a file tree, users and
// processes of its own. It runs inside a user namespace (see inside_linux.go)
// and keeps everything in memory: what it made is gone when its process is.
type namespaces struct {
	*store
	dir      string
	programs string
	link     *netlink
	bridge   int

	mu   sync.Mutex
	next int
}

// network is that of the pods; nothing routes into or out of it.
var network = netip.MustParsePrefix("10.77.0.1/16")

// newNamespaces makes the lab in a folder that it mounts a file system on.
func newNamespaces(dir string, bin programs) (*namespaces, error) {
	// Inherited mounts must not learn of ours, nor ours of theirs.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return nil, fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0755"); err != nil {
		return nil, fmt.Errorf("mount a file system in memory: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return nil, fmt.Errorf("mount /proc: %w", err)
	}
	link, err := openNetlink()
	if err != nil {
		return nil, err
	}
	n := &namespaces{dir: dir, programs: filepath.Join(dir, "bin"), link: link, next: 10, store: &store{dir: dir}}
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		return nil, err
	}
	if err := link.setUp(lo.Index, true); err != nil {
		return nil, fmt.Errorf("loopback: %w", err)
	}
	if err := link.addBridge("pods"); err != nil {
		return nil, fmt.Errorf("make a network bridge: %w", err)
	}
	bridge, err := net.InterfaceByName("pods")
	if err != nil {
		return nil, err
	}
	n.bridge = bridge.Index
	if err := link.addAddress(n.bridge, network); err != nil {
		return nil, fmt.Errorf("network bridge: %w", err)
	}
	return n, bin.install(n.programs)
}

func (n *namespaces) mapping() []string {
	return []string{
		"every pod has a network, host name, user and files of its own: paths, ports, names and users are those of the manifests",
		fmt.Sprintf("pods have addresses of %s in a network that nothing else is in; a hosts file that follows them stands in for the name server", network.Masked()),
	}
}

func (n *namespaces) isolation() Isolation { return Namespaces }

func (n *namespaces) searchPath() string { return containerPath }

func (n *namespaces) close() { n.link.close() }

func (n *namespaces) publish(namespace string, names []hostName) error {
	return n.store.hosts(namespace, names)
}

// podSite is a pod in a network namespace.
type podSite struct {
	*namespaces
	pod  *Pod
	addr netip.Addr
	net  *os.File // the network namespace
	port int      // the pod's port at the bridge
}

func (n *namespaces) create(pod *Pod) (site, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.next++
	s := &podSite{namespaces: n, pod: pod, addr: netip.AddrFrom4([4]byte{10, 77, byte(n.next >> 8), byte(n.next)})}
	if err := n.store.volumes(pod); err != nil {
		return nil, err
	}
	if err := n.store.join(pod, s.addr); err != nil {
		return nil, err
	}
	return s, onThread(func() error {
		outer, err := os.Open("/proc/thread-self/ns/net")
		if err != nil {
			return err
		}
		defer outer.Close()
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return err
		}
		if s.net, err = os.Open("/proc/thread-self/ns/net"); err != nil {
			return err
		}
		inner, err := openNetlink()
		if err != nil {
			return err
		}
		defer inner.close()
		name := fmt.Sprintf("pod%d", n.next)
		if err := n.link.addCable(name, n.bridge, int(s.net.Fd())); err != nil {
			return fmt.Errorf("network of %s: %w", pod.Name, err)
		}
		for _, i := range []string{"lo", "eth0"} {
			eth, err := net.InterfaceByName(i)
			if err != nil {
				return err
			}
			if i == "eth0" {
				if err := inner.addAddress(eth.Index, netip.PrefixFrom(s.addr, network.Bits())); err != nil {
					return err
				}
			}
			if err := inner.setUp(eth.Index, true); err != nil {
				return err
			}
		}
		if err := unix.Setns(int(outer.Fd()), unix.CLONE_NEWNET); err != nil {
			return err
		}
		port, err := net.InterfaceByName(name)
		if err != nil {
			return err
		}
		s.port = port.Index
		return nil
	})
}

func (s *podSite) address() netip.Addr { return s.addr }

func (s *podSite) cut(off bool) (bool, error) { return true, s.link.setUp(s.port, !off) }

func (s *podSite) remove() { s.net.Close() }

// capabilities of a container before it drops them: all that it needs to mount,
// and to give up the rest.
var setupCapabilities = []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_SETPCAP, unix.CAP_DAC_OVERRIDE, unix.CAP_CHOWN, unix.CAP_FOWNER, unix.CAP_SYS_CHROOT}

func (s *podSite) start(c *Container, vars []string, output io.Writer) (*process, error) {
	root := filepath.Join(s.dir, "roots", s.pod.Namespace, s.pod.Name, c.Name)
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, err
	}
	setup := containerSetup{
		Root: root, Hostname: s.pod.Name, Programs: s.programs, Names: s.store.hostsDir(s.pod),
		Argv: c.Command, Env: vars, UID: c.UID, ReadOnlyRoot: c.ReadOnlyRoot, DropAll: c.DropAll || c.UID != 0,
	}
	for _, m := range c.Mounts {
		setup.Binds = append(setup.Binds, s.store.bind(s.pod, m))
	}
	if c.Role != "" {
		setup.Scratch = append(setup.Scratch, "/data") // VOLUME of the official images
	}
	spec, err := json.Marshal(setup)
	if err != nil {
		return nil, err
	}
	// A pipe holds 64 KiB without a reader; the setup is far below.
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	_, err = w.Write(spec)
	w.Close()
	if err != nil {
		return nil, err
	}
	cmd := &exec.Cmd{
		Path: "/proc/self/exe", Args: []string{programName, "prove", helperContainer}, Env: []string{},
		Stdout: output, Stderr: output, ExtraFiles: []*os.File{r},
		SysProcAttr: &syscall.SysProcAttr{
			Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: c.UID, HostID: 0, Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: c.GID, HostID: 0, Size: 1}},
			AmbientCaps: setupCapabilities,
		},
	}
	err = onThread(func() error {
		if err := unix.Setns(int(s.net.Fd()), unix.CLONE_NEWNET); err != nil {
			return err
		}
		return cmd.Start()
	})
	if err != nil {
		return nil, fmt.Errorf("container %s of %s: %w", c.Name, s.pod.Name, err)
	}
	p := &process{Process: cmd.Process}
	p.await(func() (*os.ProcessState, error) { err := cmd.Wait(); return cmd.ProcessState, err })
	return p, nil
}

// run joins the container's namespaces for everything but its user: probes and
// hooks run with the rights that set the container up.
func (s *podSite) run(ctx context.Context, c *Container, in *process, vars, command []string, output io.Writer) error {
	var stdout bytes.Buffer
	if output == nil {
		output = &stdout
	}
	cmd := exec.CommandContext(ctx, "/usr/bin/env", command...)
	cmd.Args[0] = "env"
	cmd.Env, cmd.Stdout, cmd.Stderr = vars, output, output
	cmd.WaitDelay = dialTimeout
	err := onThread(func() error {
		if err := unix.Unshare(unix.CLONE_FS); err != nil {
			return err
		}
		for _, ns := range []struct {
			name string
			flag int
		}{{"net", unix.CLONE_NEWNET}, {"uts", unix.CLONE_NEWUTS}, {"ipc", unix.CLONE_NEWIPC}, {"pid", unix.CLONE_NEWPID}, {"mnt", unix.CLONE_NEWNS}} {
			f, err := os.Open(fmt.Sprintf("/proc/%d/ns/%s", in.Pid, ns.name))
			if err != nil {
				return err
			}
			err = unix.Setns(int(f.Fd()), ns.flag)
			f.Close()
			if err != nil {
				return fmt.Errorf("join the %s namespace of %s: %w", ns.name, c.Name, err)
			}
		}
		return cmd.Start()
	})
	if err != nil {
		return err
	}
	return cmd.Wait()
}
