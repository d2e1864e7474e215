package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"

	"github.com/quorumwright/quorumwright/internal/supervisor"
	"github.com/spf13/cobra"
)

// streams are where the program reads and writes: data on out, everything else
// on err.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// globals are the flags of every command.
type globals struct {
	streams
	guard   *supervisor.Guard // nil: everything runs in this process
	dir     string
	started string // the working directory before -C
	spec    string
	quiet   bool
	verbose bool
	color   string
	noCache bool
}

const rootDoc = `Redis with Sentinel and the Gravitee gateway, from one spec, proven to meet.

generate writes the kustomize tree of Redis and Sentinel and the Helm values of
the gateway, for each environment of a spec. lint reads any GitOps repository,
generated or written by hand, and says where its halves do not meet: passwords,
master names, image tags, hosts, ports, namespaces, quorum, values that do
nothing.`

const rootExample = `  quorumwright init                       # a commented spec to start from
  quorumwright generate                   # write deploy/ from quorumwright.yaml
  quorumwright lint                       # judge everything below the current folder
  quorumwright lint redis.yaml values.yaml
  quorumwright explain sentinel/no-replica`

// A subcommand is made when it is asked for: a run needs one, and the flags of all
// the others would cost every start.
type subcommand struct {
	name string
	make func(*globals) *cobra.Command
}

var subcommands = []subcommand{
	{"init", newInit},
	{"generate", newGenerate},
	{"build", newBuild},
	{"lint", newLint},
	{"check", newCheck},
	{"diff", newDiff},
	{"commit", newCommit},
	{"affected", newAffected},
	{"explain", newExplain},
	{"rules", newRules},
	{"schema", newSchema},
	{"import", newImport},
	{"set", newSet},
	{"promote", newPromote},
	{"prove", newProve},
	{"version", newVersion},
}

// newRoot returns the command tree for a command line: with the subcommand alone
// that the line begins with, else with all of them. A new one is made for each
// run: commands keep no state.
func newRoot(s streams, guard *supervisor.Guard, args ...string) *cobra.Command {
	g := &globals{streams: s, guard: guard}
	root := &cobra.Command{
		Use:           "quorumwright",
		Short:         "Redis with Sentinel and the Gravitee gateway, from one spec, proven to meet",
		Long:          rootDoc,
		Example:       rootExample,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			switch g.color {
			case "auto", "always", "never":
			default:
				return usagef("--color %s: use auto, always or never", g.color)
			}
			if g.dir == "" {
				return g.prepare(cmd)
			}
			var err error
			if g.started, err = os.Getwd(); err != nil {
				return failedf("the current folder: %s", reason(err))
			}
			if err := os.Chdir(g.dir); err != nil {
				return failedf("-C %s: %s", g.dir, reason(err))
			}
			return g.prepare(cmd)
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.CompletionOptions.HiddenDefaultCmd = false
	flags := root.PersistentFlags()
	flags.StringVarP(&g.dir, "directory", "C", "", "run as if started in `DIR`")
	flags.StringVarP(&g.spec, "file", "f", "", "the spec `FILE` (default quorumwright.yaml, .yml or .cue)")
	flags.BoolVarP(&g.quiet, "quiet", "q", false, "print errors and findings only")
	flags.BoolVarP(&g.verbose, "verbose", "v", false, "say what is being done")
	flags.BoolVar(&g.noCache, "no-cache", false, "neither use nor keep what earlier runs have worked out")
	flags.StringVar(&g.color, "color", "auto", "`WHEN` to use colours: auto, always or never")
	wanted := subcommands
	if len(args) > 0 {
		if i := slices.IndexFunc(subcommands, func(c subcommand) bool { return c.name == args[0] }); i >= 0 {
			wanted = subcommands[i : i+1]
			root.CompletionOptions.DisableDefaultCmd = true
		}
	}
	for _, c := range wanted {
		root.AddCommand(c.make(g))
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%s\nsee: %s --help", err, cmd.CommandPath())
	})
	return root
}

// run runs one command line in this process and returns the exit code.
func run(ctx context.Context, args []string, s streams) (code int) {
	return runGuarded(ctx, args, s, nil)
}

// runGuarded is run; what strangers may have written is worked on in a child, if
// guard can start one.
func runGuarded(ctx context.Context, args []string, s streams, guard *supervisor.Guard) (code int) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(s.err, "quorumwright: internal error (%T); please report what you ran\n", r)
			if os.Getenv("QUORUMWRIGHT_TRACE") != "" {
				s.err.Write(debug.Stack())
			}
			code = exitFailed
		}
	}()
	out := &output{Writer: s.out}
	s.out = out
	root := newRoot(s, guard, args...)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if out.err != nil {
		// Whatever the command made of it: what it had to say was not said.
		return tell(s.err, failedf("standard output: %s", reason(out.err)))
	}
	return tell(s.err, usageError(cmd, err))
}

// useColor tells whether output to w is coloured.
func (g *globals) useColor(w io.Writer) bool {
	switch g.color {
	case "always":
		return true
	case "never":
		return false
	}
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isTerminal(w)
}

func isTerminal(w io.Writer) bool {
	if o, ok := w.(*output); ok {
		w = o.Writer
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// note prints a line for the person, unless -q is given.
func (g *globals) note(format string, args ...any) {
	if !g.quiet {
		fmt.Fprintf(g.err, format+"\n", args...)
	}
}
