package main

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/quorumwright/quorumwright/internal/prove"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/spf13/cobra"
)

const proveDoc = `Say whether an environment really fails over.

The pods of the environment are started on this machine from the rendered
manifests, with real Redis and Sentinel processes: the very scripts, files,
probes and hooks. While a client that finds the master as the gateway does
writes all the time, the master is taken away. What happens is printed with
times, and judged: was another one promoted in time, did the gateway find it,
was anything lost, did the old master come back as a replica.

Nothing is installed, nothing reaches the network, nothing is left behind.

Exit code 0: it fails over; 1: it does not, with the cause; 2: wrong usage;
3: it could not be tried, for instance because redis-server is missing.`

const proveExample = `  quorumwright prove -e prod                      # the generated tree, lose the master
  quorumwright prove -e prod --kill all           # lose every pod at once
  quorumwright prove --manifests k8s              # any folder that lint can read
  quorumwright prove -e prod --report proof.md --report proof.json`

type proveFlags struct {
	env, tree, manifests, server, isolation string
	kill, values, reports                   []string
	maxFailover                             time.Duration
	rounds                                  int
	seed                                    uint64
	onePassword                             bool
}

func newProve(g *globals) *cobra.Command {
	var f proveFlags
	cmd := &cobra.Command{
		Use:     "prove",
		Short:   "Boot real Redis and Sentinel from the manifests, break them, and judge what happens",
		Long:    proveDoc,
		Example: proveExample,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return g.prove(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.env, "environment", "e", "", "the `ENV` to prove")
	flags.StringVar(&f.tree, "tree", "deploy", "the `DIR` that generate writes to")
	flags.StringVar(&f.manifests, "manifests", "", "prove what is in this `DIR` instead of the generated tree")
	flags.Var(many(&f.values), "values", "Helm values `FILE` of the gateway; may be repeated, a later file wins")
	f.kill = []string{"master"}
	flags.Var(list(&f.kill), "kill", "`WHAT` to break, one after the other: "+strings.Join(prove.FaultNames(), ", "))
	flags.DurationVar(&f.maxFailover, "max-failover", 0, "the `TIME` that a failover may take (default Sentinel's down-after plus 5s)")
	flags.Var(many(&f.reports), "report", "also write a report to `FILE`, by its ending .json or .md; may be repeated")
	flags.StringVar(&f.server, "redis-server", "", "the redis-server or valkey-server to run (`PATH`)")
	flags.StringVar(&f.isolation, "isolation", "auto", "`WHERE` pods run: namespaces, loopback or auto")
	flags.IntVar(&f.rounds, "rounds", 0, "then break something at random `N` times")
	flags.Uint64Var(&f.seed, "seed", 1, "what the random faults are drawn from")
	flags.BoolVar(&f.onePassword, "one-password", false, "take the passwords that are not in the repository for copies of one")
	for _, name := range prove.HelperNames() {
		cmd.AddCommand(&cobra.Command{
			Use: name, Hidden: true, Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error { return &exitError{code: prove.Helper(name)} },
		})
	}
	return cmd
}

func (g *globals) prove(ctx context.Context, f proveFlags) error {
	opts, err := f.options()
	if err != nil {
		return err
	}
	env, name, err := g.provenEnvironment(f)
	if err != nil {
		return err
	}
	plan, err := prove.NewPlan(env, name, f.onePassword)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	t := g.newTimeline()
	result, err := prove.Run(ctx, plan, opts, t.add)
	t.close()
	switch {
	case ctx.Err() != nil:
		return failedf("interrupted: everything that was started is gone")
	case err != nil:
		return &exitError{exitFailed, err}
	}
	t.verdict(result)
	for _, name := range f.reports {
		if err := writeReport(name, result); err != nil {
			return err
		}
	}
	if !result.Passed {
		return errFindings
	}
	return nil
}

// options checks what the flags say before anything is started.
func (f proveFlags) options() (prove.Options, error) {
	opts := prove.Options{MaxFailover: f.maxFailover, Server: f.server, Isolation: prove.Isolation(f.isolation), Rounds: f.rounds, Seed: f.seed}
	for _, name := range f.kill {
		fault, err := prove.ParseFault(name)
		if err != nil {
			return opts, usagef("--kill: %s", err)
		}
		opts.Faults = append(opts.Faults, fault)
	}
	switch opts.Isolation {
	case prove.Auto, prove.Namespaces, prove.Loopback:
	default:
		return opts, usagef("--isolation %s: use auto, namespaces or loopback", f.isolation)
	}
	if f.maxFailover < 0 {
		return opts, usagef("--max-failover %s: use a time such as 10s", f.maxFailover)
	}
	for _, name := range f.reports {
		if ext := path.Ext(name); ext != ".json" && ext != ".md" {
			return opts, usagef("--report %s: the name must end with .json or .md", name)
		}
	}
	return opts, nil
}

func writeReport(name string, r *prove.Result) error {
	var b bytes.Buffer
	write := r.WriteJSON
	if path.Ext(name) == ".md" {
		write = r.WriteMarkdown
	}
	if err := write(&b); err != nil {
		return failedf("%s: %s", name, reason(err))
	}
	put := func() error { return replaceFile(name, b.Bytes(), 0o644) }
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		put = func() error { return os.WriteFile(name, b.Bytes(), 0o644) } // a pipe, say
	}
	if err := put(); err != nil {
		return failedf("%s: %s", name, reason(err))
	}
	return nil
}

// provenEnvironment reads the one environment that is meant, and says what people call
// it.
func (g *globals) provenEnvironment(f proveFlags) (*repo.Environment, string, error) {
	dir := f.manifests
	if dir == "" {
		dir = f.tree
	}
	r, err := repo.Open(repo.DirFS("."), repo.Options{
		Paths: []string{dir}, Values: f.values, Supervise: func() error { return g.superviseLint(nil) },
	})
	if err != nil {
		return nil, "", openError(err)
	}
	var names []string
	var found *repo.Environment
	for _, e := range r.Environments {
		// Open names environments only where there are several.
		name := cmp.Or(e.Name, path.Base(e.Root))
		if abs, err := filepath.Abs(e.Root); err == nil && name == "." {
			name = filepath.Base(abs)
		}
		if f.env == "" || name == f.env {
			found = e
			names = append(names, name)
		}
	}
	switch {
	case len(names) == 1:
		return found, names[0], nil
	case len(names) > 1:
		return nil, "", usagef("%s has several environments: choose one with -e: %s", dir, strings.Join(names, ", "))
	case f.env == "" || len(r.Environments) == 0:
		if err := unread(r); err != nil {
			return nil, "", err
		}
		return nil, "", usagef("nothing to prove in %s", dir)
	}
	for _, e := range r.Environments {
		names = append(names, cmp.Or(e.Name, path.Base(e.Root)))
	}
	return nil, "", usagef("no environment %q in %s: it has %s", f.env, dir, strings.Join(names, ", "))
}
