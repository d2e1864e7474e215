package prove

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// The program runs itself again: as the process that holds all pods, and as the
// first process of each container.
const (
	programName     = "quorumwright"
	helperPods      = "__pods"
	helperContainer = "__container"
)

// A job is what the process that holds all pods is told.
type job struct {
	Plan     *Plan
	Options  Options
	Programs programs
	Dir      string
}

// A message is what it tells back: one of the fields.
type message struct {
	// Ready says that the lab works; until then another one may be tried.
	Ready  bool
	Event  *Event
	Result *Result
	Error  string
}

// Helper runs one of the hidden parts of the program. It returns only when that
// part is over, with an exit code.
func Helper(name string) int {
	var err error
	switch name {
	case helperPods:
		err = runPods(os.Stdin, os.Stdout)
	case helperContainer:
		err = runContainer()
	default:
		err = fmt.Errorf("no such part: %s", name)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 128
	}
	return 0
}

// HelperNames are the hidden parts of the program.
func HelperNames() []string { return []string{helperPods, helperContainer} }

// runPods is the process that holds all pods. It ends when its standard input
// does: then whoever started it is gone.
func runPods(in io.Reader, out io.Writer) error {
	dec := json.NewDecoder(in)
	var j job
	if err := dec.Decode(&j); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		io.Copy(io.Discard, io.MultiReader(dec.Buffered(), in))
		os.Exit(1) // as process 1 of its namespace it takes all others along
	}()
	messages := make(chan message, 64)
	written := make(chan error, 1)
	go func() {
		enc := json.NewEncoder(out)
		var err error
		for m := range messages {
			err = errors.Join(err, enc.Encode(m))
		}
		written <- err
	}()
	l, err := newNamespaces(j.Dir, j.Programs)
	if err == nil {
		err = l.try()
	}
	if err == nil {
		messages <- message{Ready: true}
		var result *Result
		result, err = runIn(ctx, l, j.Plan, j.Options, j.Programs, func(e Event) { messages <- message{Event: &e} })
		messages <- message{Result: result}
	}
	if err != nil {
		messages <- message{Error: err.Error()}
	}
	close(messages)
	return <-written
}

// errNoNamespaces says that the machine does not permit what pods need.
var errNoNamespaces = errors.New("user namespaces are not permitted here")

// runInside runs a plan in namespaces of its own. The error wraps
// errNoNamespaces if the machine does not permit them; nothing has been started
// then.
func runInside(ctx context.Context, plan *Plan, opts Options, bin programs, emit func(Event)) (*Result, error) {
	dir, remove, err := newFolder("", "quorumwright-proof-")
	if err != nil {
		return nil, err
	}
	defer remove()
	spec, err := json.Marshal(job{plan, opts, bin, dir})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var complaints bytes.Buffer
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args = []string{programName, "prove", helperPods}
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}
	cmd.Stderr = &complaints
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWIPC,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
		Setpgid:     true, // Ctrl-C is for the program, which ends this one
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoNamespaces, err)
	}
	defer func() {
		cancel()
		cmd.Wait()
	}()
	if _, err := stdin.Write(spec); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoNamespaces, err)
	}
	var (
		ready  bool
		result *Result
		failed string
	)
	for dec := json.NewDecoder(stdout); ; {
		var m message
		if err := dec.Decode(&m); err != nil {
			break
		}
		switch {
		case m.Ready:
			ready = true
		case m.Event != nil:
			emit(*m.Event)
		case m.Result != nil:
			result = m.Result
		case m.Error != "":
			failed = m.Error
		}
	}
	stdin.Close()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case result != nil && failed == "":
		return result, nil
	case failed == "":
		failed = "the process that runs the pods ended: " + lastLine(complaints.String())
	}
	if !ready {
		return nil, fmt.Errorf("%w: %s", errNoNamespaces, failed)
	}
	return nil, errors.New(failed)
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}

// try runs a container that does nothing, to learn whether the machine permits
// all that containers need.
func (n *namespaces) try() error {
	s, err := n.create(&Pod{Name: "try", Namespace: "default"})
	if err != nil {
		return err
	}
	defer s.remove()
	logs := &logBuffer{mask: func(s string) string { return s }}
	p, err := s.start(&Container{Name: "try", Command: []string{"redis-server", "--version"}, UID: 999, GID: 999, ReadOnlyRoot: true, DropAll: true}, []string{"PATH=" + containerPath}, logs)
	if err != nil {
		return err
	}
	<-p.done
	if p.state == nil || !p.state.Success() {
		return fmt.Errorf("a container cannot start: %s", reasonOf(logs.all()))
	}
	return nil
}
