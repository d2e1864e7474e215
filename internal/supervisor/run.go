//go:build linux || darwin

package supervisor

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Run starts this program again with the same arguments, in the folder dir ("" is
// the current one), and waits for it. It returns the exit code of the child; the
// error is a *Death, or tells why there is no child. Signals to this process go
// on to the child, which decides what they mean. Died tells the child of the deaths
// of those before it.
func (g *Guard) Run(dir string, stdin io.Reader, before ...*Death) (int, error) {
	told, err := json.Marshal(slices.Concat([]*Death{}, before))
	if err != nil {
		return 0, err
	}
	exe, err := os.Executable()
	if err != nil {
		return 0, fmt.Errorf("cannot find this program to start it again: %w", err)
	}
	// The child is to die with the thread that started it, so that has to stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	report, reports, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer report.Close()
	var fatal head
	cmd := &exec.Cmd{
		Path: exe, Args: os.Args, Dir: dir,
		Env:   append(os.Environ(), marker+"="+string(told), "GOTRACEBACK=none"),
		Stdin: stdin, Stdout: os.Stdout, Stderr: &fatal,
		ExtraFiles: []*os.File{reports, g.stderr}, // files 3 and 4
		// What the child started may hold its standard error open for longer.
		WaitDelay: time.Second,
	}
	dieWithParent(cmd)
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		reports.Close()
		return 0, fmt.Errorf("cannot start this program again: %w", err)
	}
	reports.Close()
	w := &watch{process: cmd.Process, lines: make(chan string)}
	go w.read(report)
	w.until(signals)
	if err := cmd.Wait(); cmd.ProcessState == nil {
		return 0, err
	}
	return w.verdict(cmd.ProcessState, fatal.text.String())
}

// A watch follows what a child says.
type watch struct {
	process *os.Process
	lines   chan string
	work    string // what the child works on, "" for nothing in particular
	limit   Limit
	code    int
	ended   bool // the child came to its end by itself
}

func (w *watch) read(report io.Reader) {
	lines := bufio.NewScanner(report)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		w.lines <- lines.Text()
	}
	close(w.lines)
}

// until follows the child until it has nothing more to say.
func (w *watch) until(signals <-chan os.Signal) {
	clock := time.NewTimer(maxWall)
	for {
		select {
		case line, ok := <-w.lines:
			if !ok {
				return
			}
			w.note(line)
			clock.Reset(maxWall)
		case <-clock.C:
			if w.work != "" {
				w.limit = Time
				_ = w.process.Kill()
			}
		case s := <-signals:
			_ = w.process.Signal(s)
		}
	}
}

func (w *watch) note(line string) {
	if line == "" {
		return
	}
	switch rest := line[1:]; line[0] {
	case '+':
		w.work, _ = strconv.Unquote(rest)
	case '-':
		w.work = ""
	case '!':
		w.limit = Limit(rest)
	case '=':
		w.code, _ = strconv.Atoi(rest)
		w.ended = true
	}
}

// verdict says how the child ended. fatal is what the Go runtime wrote.
func (w *watch) verdict(state *os.ProcessState, fatal string) (int, error) {
	status, _ := state.Sys().(syscall.WaitStatus)
	death := &Death{Limit: w.limit, Work: w.work}
	switch {
	case w.limit != "":
	case w.ended:
		return w.code, nil
	case strings.Contains(fatal, "stack overflow"), strings.Contains(fatal, "goroutine stack exceeds"):
		death.Limit = Stack
	case isOutOfMemory(fatal):
		death.Limit = Memory
	case fatal == "" && status.Signaled() && isAsked(status.Signal()):
		return 128 + int(status.Signal()), nil // as a shell reports it
	case status.Signaled() && status.Signal() == syscall.SIGKILL:
		death.Limit = Killed
	default:
		death.Limit = Crash
	}
	return 0, death
}

// isOutOfMemory tells whether the Go runtime speaks of memory, or has met its end on
// its own stack: where the collector finds no memory for itself, it faults (Go 1.26,
// runtime.(*spanQueue).put), and a thread is not made.
func isOutOfMemory(fatal string) bool {
	for _, said := range []string{"out of memory", "cannot allocate memory", "pthread_create failed", "failed to create new OS thread"} {
		if strings.Contains(fatal, said) {
			return true
		}
	}
	return strings.HasPrefix(fatal, "SIGSEGV") && strings.Contains(fatal, "\ngoroutine 0 ")
}

// isAsked tells the signals by which somebody ends a program on purpose, or
// stops reading what it prints.
func isAsked(s syscall.Signal) bool {
	switch s {
	case syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE:
		return true
	}
	return false
}

// A head keeps the first bytes that are written to it: the Go runtime says first
// what is wrong. The rest is dropped.
type head struct{ text bytes.Buffer }

const maxHead = 4 << 10

func (h *head) Write(b []byte) (int, error) {
	if room := maxHead - h.text.Len(); room > 0 {
		h.text.Write(b[:min(room, len(b))])
	}
	return len(b), nil
}
