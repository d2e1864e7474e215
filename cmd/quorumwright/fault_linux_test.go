//go:build linux && (amd64 || arm64)

package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A fault is a disk that is broken or full: the kernel answers with an error to some
// system calls of the program and of those that it starts, instead of doing them.
type fault struct {
	name  string
	calls []uintptr
	errno syscall.Errno // EIO, if it is none
	// deadly ends the process that makes the call.
	deadly bool
	// files spares what goes to the standard streams. The runtime of Go wakes itself
	// by writes of eight bytes, which are spared too.
	files bool
	// least and most spare writes of fewer and of more bytes; 0 is no bound.
	least, most uint32
	// creating spares calls that open what is there.
	creating bool
}

var (
	writing = []uintptr{unix.SYS_WRITE, unix.SYS_PWRITE64, unix.SYS_WRITEV, unix.SYS_PWRITEV, unix.SYS_SENDFILE, unix.SYS_COPY_FILE_RANGE, unix.SYS_FTRUNCATE, unix.SYS_FSYNC}

	faults = []fault{
		{name: "write", calls: writing, files: true},
		{name: "full", calls: writing, files: true, errno: syscall.ENOSPC},
		// The values of an environment, behind half of a tree.
		{name: "some-write", calls: []uintptr{unix.SYS_WRITE}, files: true, least: 3100, most: 3300},
		{name: "packed-write", calls: []uintptr{unix.SYS_WRITE}, files: true, least: 200},
		{name: "close", calls: []uintptr{unix.SYS_CLOSE}, files: true},
		{name: "rename", calls: append([]uintptr{unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2, unix.SYS_LINKAT}, oldRename...)},
		{name: "create", calls: []uintptr{unix.SYS_OPENAT}, creating: true},
		{name: "mkdir", calls: []uintptr{unix.SYS_MKDIRAT}},
		{name: "socket", calls: []uintptr{unix.SYS_SOCKET, unix.SYS_SOCKETPAIR, unix.SYS_CONNECT}, deadly: true},
		{name: "chmod", calls: []uintptr{unix.SYS_FCHMOD}},
	}
)

// offline is a command that dies, as its children do, when it makes a socket of any
// kind: what it does not do cannot be seen by a server alone.
func offline(t testing.TB, dir string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := command(t, dir)
	cmd.Args = append([]string{"faulty", "socket"}, args...)
	probe := *cmd
	probe.Args = []string{"faulty", "socket", "version"}
	if finish(t, &probe).code == noFilter {
		return command(t, dir, args...)
	}
	return cmd
}

// noFilter is the exit code of a program that may set no filter.
const noFilter = 99

// runFaulty sets the filter of the fault that the first argument names, and is
// quorumwright with the other ones.
func runFaulty() {
	for _, f := range faults {
		if f.name != os.Args[1] {
			continue
		}
		program := f.program()
		list := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
		if err := setFilter(&list); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(noFilter)
		}
		os.Args = append([]string{"quorumwright"}, os.Args[2:]...)
		main()
		return
	}
	panic("no such fault: " + os.Args[1])
}

// setFilter sets a filter for all threads, of which the runtime has some already.
func setFilter(list *unix.SockFprog) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	at, _, errno := syscall.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(list)))
	if errno != 0 {
		return errno
	}
	if at != 0 {
		return fmt.Errorf("thread %d has another filter", at)
	}
	return nil
}

// program returns the filter of the fault.
func (f fault) program() []unix.SockFilter {
	const (
		number, arch, argument = 0, 4, 16 // where struct seccomp_data has them
		load                   = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal                  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		atLeast                = unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K
		above                  = unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K
		hasBit                 = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
		answer                 = unix.BPF_RET | unix.BPF_K
		allow                  = unix.SECCOMP_RET_ALLOW
	)
	// unless ends the program with allow if what was loaded is not as asked.
	unless := func(test uint16, than uint32) []unix.SockFilter {
		return []unix.SockFilter{{Code: test, Jt: 1, K: than}, {Code: answer, K: allow}}
	}
	program := append([]unix.SockFilter{{Code: load, K: arch}}, unless(equal, auditArch)...)
	program = append(program, unix.SockFilter{Code: load, K: number})
	for i, call := range f.calls {
		// To the first instruction behind the list.
		program = append(program, unix.SockFilter{Code: equal, Jt: uint8(len(f.calls) - i), K: uint32(call)})
	}
	program = append(program, unix.SockFilter{Code: answer, K: allow})
	if f.files {
		program = append(program, unix.SockFilter{Code: load, K: argument})
		program = append(program, unless(atLeast, 3)...)
	}
	if f.files && f.name != "close" {
		program = append(program, unix.SockFilter{Code: load, K: argument + 2*8})
		program = append(program, unix.SockFilter{Code: equal, Jf: 1, K: 8}, unix.SockFilter{Code: answer, K: allow})
		program = append(program, unless(atLeast, f.least)...)
	}
	if f.most > 0 {
		program = append(program, unix.SockFilter{Code: above, Jf: 1, K: f.most}, unix.SockFilter{Code: answer, K: allow})
	}
	if f.creating {
		program = append(program, unix.SockFilter{Code: load, K: argument + 2*8})
		program = append(program, unless(hasBit, unix.O_CREAT)...)
	}
	end := unix.SECCOMP_RET_ERRNO | uint32(cmp.Or(f.errno, syscall.EIO))
	if f.deadly {
		end = unix.SECCOMP_RET_KILL_PROCESS
	}
	return append(program, unix.SockFilter{Code: answer, K: end})
}
