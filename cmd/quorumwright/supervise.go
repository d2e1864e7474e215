package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/quorumwright/quorumwright/internal/supervisor"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/spf13/cobra"
)

// prepare does what comes before each command.
func (g *globals) prepare(cmd *cobra.Command) error {
	chart := cmd.Flags().Lookup("chart")
	switch cmd.Name() {
	case "affected", "commit", "diff", "prove":
		// A signal ends what they do as they say themselves.
	default:
		if chart == nil || chart.Value.String() == "" { // with one, helm runs
			g.dieOnSignal(cmd.Context())
		}
	}
	return g.superviseCommand(cmd.Name())
}

// dieOnSignal ends the program when it is told to: nothing that these commands
// do has to be undone, and each file is replaced as a whole.
func (g *globals) dieOnSignal(ctx context.Context) {
	if g.guard != nil {
		context.AfterFunc(ctx, func() { g.guard.Exit(exitInterrupted) })
	}
}

// superviseCommand hands a whole command to a child, if what it works on may be
// written by somebody else: trees of other revisions, a spec that is a program.
// The other commands find out on their way whether they need one.
func (g *globals) superviseCommand(name string) error {
	switch name {
	case "affected", "commit", "diff":
		return g.supervise()
	case "promote", "set":
		if spec, err := g.specFile(); err == nil {
			if info, err := os.Stat(spec); err == nil {
				return g.superviseSpec(spec, info.Size())
			}
		}
	}
	return nil
}

// superviseSpec is supervise, if a spec of so many bytes could take more than
// anybody has: a program, or text that is longer than a thousand environments.
func (g *globals) superviseSpec(name string, size int64) error {
	if strings.EqualFold(filepath.Ext(name), ".cue") || size > 256<<10 {
		return g.supervise()
	}
	return nil
}

// supervise does the work of this command in a child and returns its outcome as
// an error, never nil: this process is done then. In the child, and where there
// can be none, it is nil at once.
//
// A child costs 10 ms of processor time: nothing to 1,000 overlays, much to one.
func (g *globals) supervise() error {
	if !g.guard.IsParent() {
		return nil
	}
	code, err := g.guard.Run(g.started, g.in)
	return outcomeOf(code, err)
}

// maxDeaths bounds how many pieces of work may end a child until no other one is
// started.
const maxDeaths = 3

// superviseLint is supervise for commands that render and judge what strangers wrote,
// and print when all is done: what is too much for a child is a finding of the next
// one. stdin is what was read of standard input; nil if nothing was.
func (g *globals) superviseLint(stdin []byte) error {
	if !g.guard.IsParent() {
		return nil
	}
	var deaths []*supervisor.Death
	for {
		in := io.Reader(g.in)
		if stdin != nil {
			in = bytes.NewReader(stdin)
		}
		code, err := g.guard.Run(g.started, in, deaths...)
		var death *supervisor.Death
		if errors.As(err, &death) && len(deaths) == maxDeaths {
			return failedf("%s", tooManyDeaths(death, deaths))
		}
		if death == nil || death.Limit == supervisor.Killed || !repo.IsRender(death.Work) && !lint.IsJudging(death.Work) {
			return outcomeOf(code, err)
		}
		deaths = append(deaths, death)
	}
}

// tooManyDeaths says what ended the last child, and what ended those before it.
func tooManyDeaths(last *supervisor.Death, before []*supervisor.Death) string {
	text := last.Error() + "; before it, a limit was hit by"
	for i, d := range before {
		if i > 0 {
			text += ","
		}
		text += " " + d.Work
	}
	return text + ": leave them out with --exclude, or give the paths of other folders"
}

// outcomeOf is the outcome of a child.
func outcomeOf(code int, err error) error {
	var death *supervisor.Death
	if err != nil && !errors.As(err, &death) {
		return failedf("%s", reason(err))
	}
	return &exitError{code: max(code, failedCode(err)), err: err}
}

func failedCode(err error) int {
	if err != nil {
		return exitFailed
	}
	return exitClean
}

// openError is the error of a repository that was not read, or the outcome of
// the child that has read it.
func openError(err error) error {
	var exit *exitError
	if errors.As(err, &exit) {
		return exit
	}
	return &exitError{exitFailed, err}
}
