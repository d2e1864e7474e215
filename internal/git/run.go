package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// safe are the settings of every call. Hooks, the file system monitor and a
// repository that lies inside of another one are how a repository gets its code
// run; the rest keeps git from writing more than it is asked to.
var safe = []string{
	"core.hooksPath=/dev/null",
	"core.fsmonitor=false",
	"safe.bareRepository=explicit",
	"core.splitIndex=false",
	"core.untrackedCache=false",
	"core.sparseCheckout=false",
	"index.sparse=false",
	"gc.auto=0",
	"maintenance.auto=false",
	"submodule.recurse=false",
	"user.useConfigOnly=true", // never an address made from the host's name
	"i18n.commitEncoding=UTF-8",
}

// A call is one run of git.
type call struct {
	args     []string
	stdin    []byte
	env      []string // in addition
	network  bool
	identity bool
	settings []string // -c, in addition
	lasting  bool     // must not die with the process group: it holds a lock
}

// ErrNoGit says that there is no git to run.
var ErrNoGit = errors.New("git is not installed, or not on PATH")

var errInterrupted = errors.New("interrupted")

// patience is how long a remote may take for one answer, and attention how long
// git may work on what is here, if it asks nobody. A few files take seconds; a
// remote that hangs, or a pipe where git expects a file, must not hang a pipeline.
const (
	patience  = 10 * time.Minute
	attention = 2 * time.Minute
)

// maxOutput bounds what is read of one answer in bytes: more than a million names.
const maxOutput = 128 << 20

// ErrSilent says that a remote took too long.
var ErrSilent = errors.New("the remote did not answer in time, and was given up: look at the network, and run again")

var (
	errSlow    = errors.New("git found no answer within 2 minutes, and was given up: a file in .git may be damaged, or no file at all")
	errTooMany = fmt.Errorf("the repository holds too many files: their names take more than %d MiB", maxOutput>>20)
)

// An output is what git prints, up to most bytes.
type output struct {
	text []byte
	most int
	over bool
}

func (o *output) Write(p []byte) (int, error) {
	if o.over = o.over || len(o.text)+len(p) > o.most; o.over {
		return 0, errTooMany
	}
	o.text = append(o.text, p...)
	return len(p), nil
}

// A failure is a run of git that ended with an error.
type failure struct {
	command string // the first argument
	code    int    // exit code
	stderr  string
}

// Error is in our words; see wording.
func (f *failure) Error() string { return f.wording() }

// run runs git and returns what it printed.
func (r *Repo) run(ctx context.Context, c call) ([]byte, error) {
	limit, cause := r.attention, errSlow
	if c.network {
		limit, cause = r.patience, ErrSilent
	}
	if c.network || !c.identity && !c.lasting { // who signs a commit may be asked for a passphrase
		bounded, cancel := context.WithTimeoutCause(ctx, limit, cause)
		defer cancel()
		ctx = bounded
	}
	cmd := r.command(ctx, c)
	stdout, stderr := output{most: r.most}, output{most: r.most}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(c.stdin), &stdout, &stderr
	err := cmd.Run()
	if err == nil {
		return stdout.text, nil
	}
	if stdout.over {
		return nil, errTooMany
	}
	if context.Cause(ctx) == cause {
		return nil, cause
	}
	if ctx.Err() != nil {
		return nil, errInterrupted
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return nil, startError(err)
	}
	return stdout.text, &failure{command: c.args[0], code: exit.ExitCode(), stderr: string(stderr.text)}
}

// git is run with arguments only.
func (r *Repo) git(ctx context.Context, args ...string) ([]byte, error) {
	return r.run(ctx, call{args: args})
}

// command prepares a run of git.
func (r *Repo) command(ctx context.Context, c call) *exec.Cmd {
	var args []string
	for _, setting := range safe {
		args = append(args, "-c", setting)
	}
	for _, setting := range c.settings {
		args = append(args, "-c", setting)
	}
	cmd := exec.CommandContext(ctx, "git", append(args, c.args...)...)
	cmd.Dir = r.dir
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(cmd.Env, r.environ.plain...)
	cmd.Env = append(cmd.Env, r.environ.settings...)
	cmd.Env = append(cmd.Env, r.environ.entries()...)
	cmd.Env = append(cmd.Env, fixed...)
	if c.network {
		cmd.Env = append(cmd.Env, r.environ.network...)
	} else {
		cmd.Env = append(cmd.Env, noProtocol)
	}
	if c.identity {
		cmd.Env = append(cmd.Env, r.environ.identity...)
	}
	cmd.Env = append(cmd.Env, c.env...)
	if c.lasting {
		// A lock that its owner did not live to remove would be in the way of
		// every later run.
		ownGroup(cmd)
		cmd.Cancel = func() error { return nil }
	}
	return cmd
}

// startError words that git could not be started.
func startError(err error) error {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, exec.ErrDot) {
		return ErrNoGit
	}
	return fmt.Errorf("git could not be started: %w", err)
}

// exitCode returns the exit code of a failed run, or -1.
func exitCode(err error) int {
	var f *failure
	if errors.As(err, &f) {
		return f.code
	}
	return -1
}
