package prove

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// programs are the servers of this machine that stand in for those of images.
type programs struct {
	// Server is redis-server or valkey-server, CLI the client beside it.
	Server, CLI string
	// Version is what the server says of itself: "Redis 7.0.15".
	Version string
}

// A MissingError says that a program is not on this machine.
type MissingError struct{ Program, Install string }

func (e *MissingError) Error() string {
	return fmt.Sprintf("no %s on this machine: %s", e.Program, e.Install)
}

const installHint = "apt-get install redis-server (Debian, Ubuntu), dnf install valkey (Fedora), or name one with --redis-server PATH"

var serverVersion = pattern.New(`v=(\d+\.\d+\.\d+)`)

// findPrograms looks for the server, or takes the one named.
func findPrograms(server string, valkey bool) (programs, error) {
	var p programs
	candidates := []string{"redis-server", "valkey-server"}
	if valkey {
		candidates = []string{"valkey-server", "redis-server"}
	}
	if server != "" {
		candidates = []string{server}
	}
	for _, name := range candidates {
		if path, err := exec.LookPath(name); err == nil {
			p.Server = path
			break
		}
	}
	if p.Server == "" {
		name := "redis-server"
		if server != "" {
			name = server
		}
		return p, &MissingError{name, installHint}
	}
	var err error
	if p.Server, err = filepath.Abs(p.Server); err != nil {
		return p, err
	}
	out, err := exec.Command(p.Server, "--version").Output()
	if err != nil {
		return p, &MissingError{"working " + filepath.Base(p.Server), "it does not answer --version; " + installHint}
	}
	product := "Redis"
	if strings.Contains(string(out), "Valkey") {
		product = "Valkey"
	}
	if m := serverVersion.FindSubmatch(out); m != nil {
		p.Version = product + " " + string(m[1])
	} else {
		p.Version = product
	}
	for _, name := range []string{"redis-cli", "valkey-cli"} {
		beside := filepath.Join(filepath.Dir(p.Server), name)
		if _, err := os.Stat(beside); err == nil {
			p.CLI = beside
			return p, nil
		}
	}
	for _, name := range []string{"redis-cli", "valkey-cli"} {
		if path, err := exec.LookPath(name); err == nil {
			p.CLI = path
			return p, nil
		}
	}
	return p, &MissingError{"redis-cli", "the start scripts and probes need it; apt-get install redis-tools"}
}

// before7 tells whether the server knows no bind-source-addr.
func (p programs) before7() bool {
	return strings.HasPrefix(p.Version, "Redis 6") || strings.HasPrefix(p.Version, "Redis 5")
}

// containerPath is where containers look for programs. The first folder is ours.
const containerPath = "/quorumwright/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// openVar is set where a server of an official image stands for.
const openVar = "QUORUMWRIGHT_OPEN"

// wrappers stand where images have the servers: the official ones are built with
// protected-mode off, and have an entrypoint that a command may name.
var wrappers = map[string]string{
	"redis-server": `case "${1-}" in -v | --version | -h | --help) ;; *) [ -z "${` + openVar + `-}" ] || set -- "$@" --protected-mode no ;; esac
exec "${0%/*}/server/redis-server" "$@"`,
	"redis-sentinel": `exec "${0%/*}/server/redis-server" "$@" --sentinel`,
	"docker-entrypoint.sh": `case "${1-}" in -* | *.conf) set -- redis-server "$@" ;; esac
exec "$@"`,
}

// install puts the programs into a folder, by each name that they are known by.
// A server knows only the name of its own product.
func (p programs) install(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "server"), 0o755); err != nil {
		return err
	}
	for _, f := range []struct{ from, to string }{{p.Server, "server/redis-server"}, {p.CLI, "redis-cli"}} {
		b, err := os.ReadFile(f.from)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, f.to), b, 0o755); err != nil {
			return err
		}
	}
	for name, script := range wrappers {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			return err
		}
	}
	// The shell of Alpine's images.
	if err := os.Mkdir(filepath.Join(dir, "alpine"), 0o755); err != nil {
		return err
	}
	for _, command := range []string{"busybox sh", "bash"} {
		name, _, _ := strings.Cut(command, " ")
		if _, err := exec.LookPath(name); err != nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, "alpine", "sh"), []byte("#!/bin/sh\nexec "+command+" \"$@\"\n"), 0o755); err != nil {
			return err
		}
		break
	}
	for link, to := range map[string]string{"valkey-server": "redis-server", "valkey-sentinel": "redis-sentinel", "valkey-cli": "redis-cli"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			return err
		}
	}
	return nil
}
