package prove

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// loopback is the lab for machines that permit no user namespaces. All pods
// share the machine: each has a loopback address, and paths and host names are
// replaced in a copy of its files.
type loopback struct {
	*store
	dir     string
	drop    func() // removes it
	plan    *Plan
	block   [2]byte
	reserve net.Listener
	threads chan func()
	closing sync.Once
}

// newLoopback chooses a block of 254 addresses, 127.x.y.0/24, that no other
// proof uses: a listener on its first address holds it.
func newLoopback(plan *Plan, bin programs) (*loopback, error) {
	dir, remove, err := newFolder(memory(), fmt.Sprintf("quorumwright-proof-%d-", os.Getpid()))
	if err != nil {
		return nil, err
	}
	l := &loopback{dir: dir, drop: remove, plan: plan, store: &store{dir: dir}, threads: make(chan func())}
	for range 100 {
		l.block = [2]byte{byte(1 + rand.IntN(254)), byte(rand.IntN(255))}
		if l.reserve, err = net.Listen("tcp", hostPort(l.ip(1).String(), 6379)); err == nil {
			break
		}
	}
	if err != nil {
		remove()
		return nil, fmt.Errorf("port 6379 is in use on every address of this machine: stop what listens there")
	}
	go func() {
		// A child is told of its parent's death when the thread that started it
		// ends: so one thread starts all, and lives as long as the proof.
		runtime.LockOSThread()
		for f := range l.threads {
			f()
		}
	}()
	if err := l.install(bin); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// memory returns a folder in memory that programs may be started from, "" if
// there is none. On a disk that is busy Sentinel may wait for seconds to save its
// state, and then distrusts its clock.
func memory() string {
	const dir = "/dev/shm"
	var fs unix.Statfs_t
	if unix.Statfs(dir, &fs) != nil || fs.Flags&unix.ST_NOEXEC != 0 || fs.Bavail*uint64(fs.Bsize) < 256<<20 || unix.Access(dir, unix.W_OK) != nil {
		return ""
	}
	return dir
}

func (l *loopback) ip(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{127, l.block[0], l.block[1], byte(n)})
}

// install writes programs that listen on, and speak from, the address of their
// pod only; the manifests know nothing of it.
func (l *loopback) install(bin programs) error {
	dir := l.searchDir()
	if err := bin.install(filepath.Join(dir, "real")); err != nil {
		return err
	}
	source := ""
	if !bin.before7() { // earlier ones speak from the address that they listen on
		source = ` --bind-source-addr "$BIND"`
	}
	for _, name := range []string{"redis-server", "valkey-server", "redis-sentinel", "valkey-sentinel"} {
		mode := ""
		if strings.HasSuffix(name, "-sentinel") {
			mode = " --sentinel"
		}
		script := fmt.Sprintf("#!/bin/sh\nexec %s/real/redis-server \"$@\"%s --bind \"$BIND\"%s\n", dir, mode, source)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			return err
		}
	}
	for _, name := range []string{"redis-cli", "valkey-cli"} {
		if err := os.Symlink("real/redis-cli", filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

func (l *loopback) isolation() Isolation { return Loopback }

func (l *loopback) searchDir() string { return filepath.Join(l.dir, "bin") }

func (l *loopback) searchPath() string { return l.searchDir() + ":" + containerPath }

func (l *loopback) mapping() []string {
	lines := []string{
		"paths of mounts stand for folders below a temporary one, in a copy of every file and command",
		"all pods share this machine: users, read-only folders and protected-mode are not as in a cluster",
	}
	for i, p := range l.plan.Pods {
		lines = append(lines, fmt.Sprintf("%s is %s, and so is its host name in every file", p.Name, l.ip(firstPod+i)))
	}
	return lines
}

// firstPod is the last byte of the first pod's address.
const firstPod = 10

func (l *loopback) close() {
	l.closing.Do(func() {
		close(l.threads)
		l.reserve.Close()
		l.drop()
	})
}

func (l *loopback) publish(string, []hostName) error { return nil } // names are replaced in the files

// refresh writes the copies of all containers again.
func (l *loopback) refresh(pod *Pod) error {
	s := &sharedSite{l, pod, l.ip(firstPod + slices.Index(l.plan.Pods, pod))}
	for _, c := range pod.Containers {
		if _, err := s.view(c); err != nil {
			return err
		}
	}
	return nil
}

// sharedSite is a pod on a loopback address.
type sharedSite struct {
	*loopback
	pod  *Pod
	addr netip.Addr
}

func (l *loopback) create(pod *Pod) (site, error) {
	if err := l.store.volumes(pod); err != nil {
		return nil, err
	}
	return &sharedSite{l, pod, l.ip(firstPod + slices.Index(l.plan.Pods, pod))}, nil
}

func (s *sharedSite) address() netip.Addr    { return s.addr }
func (s *sharedSite) cut(bool) (bool, error) { return false, nil }
func (s *sharedSite) remove()                {}

// command prepares a command of a container: with its own copy of the files in
// which paths and host names are replaced.
func (s *sharedSite) command(c *Container, vars, argv []string) (*exec.Cmd, error) {
	m, err := s.view(c)
	if err != nil {
		return nil, err
	}
	for _, v := range vars {
		name, value, _ := strings.Cut(v, "=")
		if name != "PATH" {
			v = name + "=" + m.word(value)
		}
		m.vars = append(m.vars, v)
	}
	// The variables for running generated scripts outside of a cluster.
	m.vars = append(m.vars, "BIND="+s.addr.String(), "POD_HOST="+s.addr.String())
	words := make([]string, len(argv))
	for i, w := range argv {
		words[i] = m.word(w)
	}
	name := words[0]
	if base := filepath.Base(name); strings.HasPrefix(base, "redis-") || strings.HasPrefix(base, "valkey-") {
		name = filepath.Join(s.searchDir(), base)
	}
	cmd := exec.Command("/usr/bin/env", append([]string{name}, words[1:]...)...)
	cmd.Env, cmd.Dir = m.vars, s.dir
	// A group of its own takes signals as one, and none of the terminal's.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	return cmd, nil
}

func (s *sharedSite) start(c *Container, vars []string, output io.Writer) (*process, error) {
	cmd, err := s.command(c, vars, c.Command)
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = output, output
	if err := s.launch(cmd); err != nil {
		return nil, err
	}
	p := &process{Process: cmd.Process, group: true}
	p.await(func() (*os.ProcessState, error) {
		err := cmd.Wait()
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what a shell has left behind
		return cmd.ProcessState, err
	})
	return p, nil
}

func (l *loopback) launch(cmd *exec.Cmd) error {
	done := make(chan error)
	l.threads <- func() { done <- cmd.Start() }
	return <-done
}

func (s *sharedSite) run(ctx context.Context, c *Container, _ *process, vars, command []string, output io.Writer) error {
	cmd, err := s.command(c, vars, command)
	if err != nil {
		return err
	}
	if output == nil {
		output = io.Discard
	}
	cmd.Stdout, cmd.Stderr = output, output
	if err := s.launch(cmd); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer stop()
	return cmd.Wait()
}
