package prove

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// A containerSetup says what the first process of a container makes of the
// machine before it becomes the container's command.
type containerSetup struct {
	Root, Hostname string
	// Programs is a folder with the servers, Names one with the hosts file.
	Programs, Names string
	Binds           []bind
	// Scratch are folders that the image would make writable.
	Scratch               []string
	Argv, Env             []string
	UID                   int
	ReadOnlyRoot, DropAll bool
}

// A bind puts a file or folder into the container.
type bind struct {
	From, To string
	ReadOnly bool
}

// Folders of the machine that stand in for those of the image.
var imageFolders = []string{"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "nix", "gnu", "opt"}

// Files that programs need besides.
var imageFiles = []string{"/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d"}

// runContainer is the first process of a container. It returns only if it
// cannot become the container's command.
func runContainer() error {
	runtime.LockOSThread() // capabilities belong to threads
	f := os.NewFile(3, "setup")
	b, err := io.ReadAll(f)
	f.Close()
	if err != nil {
		return err
	}
	var s containerSetup
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if err := s.fileTree(); err != nil {
		return err
	}
	if err := unix.Sethostname([]byte(s.Hostname)); err != nil {
		return err
	}
	if err := s.dropRights(); err != nil {
		return fmt.Errorf("drop capabilities: %w", err)
	}
	os.Setenv("PATH", containerPath)
	for _, v := range s.Env {
		if path, ok := strings.CutPrefix(v, "PATH="); ok {
			os.Setenv("PATH", path)
			break
		}
	}
	unix.Umask(0o022)
	path, err := exec.LookPath(s.Argv[0])
	if err != nil {
		return fmt.Errorf("exec: %q: executable file not found", s.Argv[0])
	}
	return fmt.Errorf("exec: %q: %w", s.Argv[0], unix.Exec(path, s.Argv, s.Env))
}

// fileTree builds the root folder of the container and moves into it.
func (s *containerSetup) fileTree() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", s.Root, "tmpfs", 0, "mode=0755,size=64m"); err != nil {
		return err
	}
	for _, name := range imageFolders {
		if err := s.image("/" + name); err != nil {
			return err
		}
	}
	for _, dir := range []string{"etc", "proc", "dev", "tmp", "var", "run"} {
		if err := os.MkdirAll(filepath.Join(s.Root, dir), 0o755); err != nil {
			return err
		}
	}
	if err := os.Chmod(filepath.Join(s.Root, "tmp"), 0o1777); err != nil {
		return err
	}
	for _, name := range imageFiles {
		if err := s.image(name); err != nil {
			return err
		}
	}
	if err := s.writeEtc(); err != nil {
		return err
	}
	if err := unix.Mount("proc", filepath.Join(s.Root, "proc"), "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("/proc: %w", err)
	}
	if err := s.devices(); err != nil {
		return err
	}
	for _, dir := range s.Scratch {
		if err := s.mountPoint(dir, true); err != nil {
			return err
		}
	}
	binds := append([]bind{{s.Programs, "/quorumwright/bin", true}, {s.Programs, "/usr/local/bin", true}, {s.Names, "/quorumwright/names", true}}, s.Binds...)
	slices.SortStableFunc(binds, func(a, b bind) int { return cmp.Compare(strings.Count(a.To, "/"), strings.Count(b.To, "/")) })
	for _, b := range binds {
		if err := s.bind(b); err != nil {
			return fmt.Errorf("%s: %w", b.To, err)
		}
	}
	if s.ReadOnlyRoot {
		if err := unix.Mount("", s.Root, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
			return err
		}
	}
	if err := unix.Chdir(s.Root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("change the root folder: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return err
	}
	return unix.Chdir("/")
}

// image puts a file or folder of the machine into the container, read-only.
func (s *containerSetup) image(name string) error {
	info, err := os.Lstat(name)
	if err != nil {
		return nil // not every machine has every one
	}
	if info.Mode()&os.ModeSymlink != 0 {
		to, err := os.Readlink(name)
		if err != nil {
			return err
		}
		return os.Symlink(to, filepath.Join(s.Root, name))
	}
	return s.bind(bind{name, name, true})
}

func (s *containerSetup) bind(b bind) error {
	info, err := os.Stat(b.From)
	if err != nil {
		return err
	}
	if err := s.mountPoint(b.To, info.IsDir()); err != nil {
		return err
	}
	to := filepath.Join(s.Root, b.To)
	if err := unix.Mount(b.From, to, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return err
	}
	if !b.ReadOnly {
		return nil
	}
	return readOnly(to)
}

// readOnly makes a mount and those below it read-only.
func readOnly(dir string) error {
	err := unix.MountSetattr(unix.AT_FDCWD, dir, unix.AT_RECURSIVE, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY})
	if err != unix.ENOSYS {
		return err
	}
	// Before Linux 5.12: flags that came with the mount are locked and must be
	// named again.
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return err
	}
	keep := uintptr(fs.Flags) & (unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_NOATIME | unix.MS_NODIRATIME | unix.MS_RELATIME)
	return unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY|keep, "")
}

// mountPoint makes sure that a path of the container exists. Where it lies in a
// folder of the machine, which is never written, that folder is rebuilt in
// memory from what it holds.
func (s *containerSetup) mountPoint(name string, dir bool) error {
	name = filepath.Clean("/" + name)
	full := filepath.Join(s.Root, name)
	if _, err := os.Stat(full); err == nil {
		return nil
	}
	parent := filepath.Dir(name)
	if err := s.mountPoint(parent, true); err != nil {
		return err
	}
	err := makePoint(full, dir)
	if err != unix.EROFS {
		return err
	}
	if err := s.rebuild(parent); err != nil {
		return err
	}
	return makePoint(full, dir)
}

func makePoint(full string, dir bool) error {
	var err error
	if dir {
		err = unix.Mkdir(full, 0o755)
	} else {
		var fd int
		if fd, err = unix.Open(full, unix.O_CREAT|unix.O_CLOEXEC|unix.O_WRONLY, 0o644); err == nil {
			unix.Close(fd)
		}
	}
	return err
}

// rebuild lays a folder in memory over one of the machine, with the same entries.
func (s *containerSetup) rebuild(name string) error {
	over := filepath.Join(s.Root, name)
	entries, err := os.ReadDir(over)
	if err != nil {
		return err
	}
	old, err := unix.Open(over, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(old)
	if err := unix.Mount("tmpfs", over, "tmpfs", 0, "mode=0755,size=1m"); err != nil {
		return err
	}
	for _, e := range entries {
		from, to := fmt.Sprintf("/proc/self/fd/%d/%s", old, e.Name()), filepath.Join(over, e.Name())
		if e.Type()&os.ModeSymlink != 0 {
			target, err := os.Readlink(from)
			if err == nil {
				err = os.Symlink(target, to)
			}
			if err != nil {
				return err
			}
			continue
		}
		if err := makePoint(to, e.IsDir()); err != nil {
			return err
		}
		if err := unix.Mount(from, to, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return err
		}
	}
	return nil
}

// writeEtc writes the files that the C library reads. Names come from the hosts
// file only, which follows the pods as a name server would.
func (s *containerSetup) writeEtc() error {
	etc := filepath.Join(s.Root, "etc")
	for _, f := range []struct{ name, text string }{
		{"nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"},
		{"passwd", fmt.Sprintf("root:x:0:0:root:/root:/bin/sh\nredis:x:%d:%d::/:/bin/sh\n", max(s.UID, 1), max(s.UID, 1))},
		{"group", "root:x:0:\n"},
		{"resolv.conf", ""},
	} {
		if err := os.WriteFile(filepath.Join(etc, f.name), []byte(f.text), 0o644); err != nil {
			return err
		}
	}
	return os.Symlink("/quorumwright/names/hosts", filepath.Join(etc, "hosts"))
}

func (s *containerSetup) devices() error {
	for _, name := range []string{"null", "zero", "full", "random", "urandom"} {
		to := filepath.Join(s.Root, "dev", name)
		if err := makePoint(to, false); err != nil {
			return err
		}
		if err := unix.Mount("/dev/"+name, to, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("/dev/%s: %w", name, err)
		}
	}
	for link, to := range map[string]string{"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2"} {
		if err := os.Symlink(to, filepath.Join(s.Root, "dev", link)); err != nil {
			return err
		}
	}
	return nil
}

// defaultCapabilities are those that container runtimes leave to root.
var defaultCapabilities = []uintptr{
	unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FSETID, unix.CAP_FOWNER, unix.CAP_SETGID, unix.CAP_SETUID,
	unix.CAP_SETPCAP, unix.CAP_NET_BIND_SERVICE, unix.CAP_SYS_CHROOT, unix.CAP_KILL,
}

// dropRights gives up what a container of this kind does not have.
func (s *containerSetup) dropRights() error {
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		if s.DropAll || !slices.Contains(defaultCapabilities, c) {
			if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err != nil && err != unix.EINVAL {
				return err
			}
		}
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	return unix.Capset(&header, &none[0])
}
