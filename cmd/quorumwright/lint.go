package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/report"
	"github.com/quorumwright/quorumwright/lint/rules"
	"github.com/spf13/cobra"
)

const lintDoc = `Judge whether the halves of a GitOps repository meet.

PATH is a file, a folder, or - for standard input; without one, everything
below the current folder is read. Kustomize roots are rendered in memory, plain
manifests and Helm values are read as they are, and values are paired with the
manifests that they belong to. Files named together are judged together.

With --since a change is not judged by what it says itself: configuration and
baseline hold as they are at REV, and what its comments suppress is shown.

Nothing is fetched, started or written. Exit code 0: nothing found; 1: findings
at or above --fail-on; 2: wrong usage; 3: something could not be read.`

const lintExample = `  quorumwright lint                                    # the current folder
  quorumwright lint redis.yaml values.yaml             # these two, together
  quorumwright lint deploy --values gateway.yaml       # manifests and their values
  quorumwright lint --output text --output sarif=lint.sarif
  quorumwright lint --select auth,sentinel --fail-on warning
  quorumwright lint --since origin/main                # a pull request`

// lintFlags are what lint is told.
type lintFlags struct {
	values       []string
	chartVersion string
	outputs      []string
	failOn       string
	selectIDs    []string
	ignoreIDs    []string
	profile      string
	exclude      []string
	maxFileSize  int64
	chart        chartLook
	baseline     baselineFlags
	suppressed   bool
	fix          fixFlags
	config       configFlags
	since        string
	then         *before      // the repository at since
	change       *lint.Change // since then; nil: everything is judged
}

func newLint(g *globals) *cobra.Command {
	var f lintFlags
	cmd := &cobra.Command{
		Use:     "lint [PATH…]",
		Short:   "Judge whether the halves of a GitOps repository meet",
		Long:    lintDoc,
		Example: lintExample,
		RunE:    func(cmd *cobra.Command, paths []string) error { return g.lint(cmd.Context(), f, paths) },
	}
	flags := cmd.Flags()
	flags.Var(many(&f.values), "values", "Helm values `FILE` of the gateway; may be repeated, a later file wins")
	flags.StringVar(&f.chartVersion, "chart-version", "", "`VERSION` of the gateway's chart, if the repository does not tell")
	flags.StringVar(&f.chart.path, "chart", "", "render the values with the gateway's chart at `PATH`, a folder or a .tgz, and judge the result too; needs helm")
	flags.Var(many(&f.exclude), "exclude", "leave out files that match the `GLOB`; may be repeated")
	flags.Int64Var(&f.maxFileSize, "max-file-size", 1<<20, "do not read files larger than this many `BYTES`")
	flags.StringVar(&f.since, "since", "", "judge only what the changes since `REV`, a branch, a tag or a commit, can affect")
	flags.StringVar(&f.baseline.file, "baseline", "", "`FILE` with findings to live with for now")
	flags.BoolVar(&f.baseline.write, "write-baseline", false, "write what is found now to the baseline file")
	flags.BoolVar(&f.fix.apply, "fix", false, "mend what can be mended safely, in place")
	flags.BoolVar(&f.fix.unsafe, "unsafe-fixes", false, "with --fix or --diff: also what may change how things work")
	flags.BoolVar(&f.fix.diff, "diff", false, "print the fixes as a unified diff and write nothing; exit code 1 if there are any")
	f.report(cmd)
	cmd.MarkFlagsMutuallyExclusive("fix", "diff")
	cmd.MarkFlagsMutuallyExclusive("since", "write-baseline")
	return cmd
}

// report adds the flags that say what is judged and how it is shown.
func (f *lintFlags) report(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.VarP(many(&f.outputs), "output", "o", "`FORMAT[=FILE]`: "+strings.Join(report.FormatNames(), ", ")+"; may be repeated")
	flags.StringVar(&f.failOn, "fail-on", "", "exit with 1 from this `SEVERITY` on: error (the default), warning or info")
	flags.Var(list(&f.selectIDs), "select", "only these rules, families or patterns (`IDS`), and what could not be read")
	flags.Var(list(&f.ignoreIDs), "ignore", "not these rules, families or patterns (`IDS`)")
	flags.StringVar(&f.profile, "profile", "", "default or strict (`PROFILE`): how severe findings are")
	f.config.add(cmd)
	flags.BoolVar(&f.suppressed, "show-suppressed", false, "show suppressed findings too")
}

// configure fills what the flags leave open from the configuration file.
func (f *lintFlags) configure(c *config) {
	f.profile = cmp.Or(f.profile, c.profile, "default")
	f.failOn = cmp.Or(f.failOn, c.failOn, "error")
	f.chartVersion = cmp.Or(f.chartVersion, c.chartVersion)
	if len(f.selectIDs) == 0 {
		// What the person selects on the command line is shown in any case.
		f.selectIDs, f.ignoreIDs = c.selectIDs, append(f.ignoreIDs, c.ignoreIDs...)
	}
	f.exclude = append(f.exclude, c.exclude...)
}

func (g *globals) lint(ctx context.Context, f lintFlags, paths []string) error {
	if err := f.fix.check(paths); err != nil {
		return err
	}
	if err := f.chart.open(ctx); err != nil {
		return err
	}
	defer f.chart.close()
	opts := repo.Options{Paths: paths, Values: f.values, MaxFileSize: f.maxFileSize}
	if slices.Contains(paths, "-") {
		b, err := io.ReadAll(io.LimitReader(g.in, maxStdin+1))
		if err != nil {
			return failedf("standard input: %s", reason(err))
		}
		if len(b) > maxStdin {
			return failedf("standard input is larger than %d MiB", maxStdin>>20)
		}
		opts.Stdin = b
	}
	if f.since != "" {
		var err error
		if f.then, f.change, err = g.changeSince(ctx, f.since); err != nil {
			return err
		}
		defer f.then.close()
	}
	return g.judge(f, repo.DirFS("."), opts, nil)
}

const maxStdin = 1 << 20

// judge opens a repository, runs the rules and prints the report. Problems are
// what was found elsewhere, such as drift.
func (g *globals) judge(f lintFlags, fsys fs.FS, opts repo.Options, problems []repo.Problem) error {
	c, err := f.config.load(fsys, opts.Dir, f.then)
	if err != nil {
		return err
	}
	f.configure(c)
	failOn, err := lint.ParseSeverity(f.failOn)
	if err != nil {
		return usagef("--fail-on: %s", err)
	}
	if f.profile != "default" && f.profile != "strict" {
		return usagef("--profile %s: use default or strict", f.profile)
	}
	outputs, err := report.ParseOutputs(f.outputs, os.Getenv)
	if err != nil {
		return usagef("%s", err)
	}
	for _, pattern := range f.exclude {
		if _, err := path.Match(pattern, ""); err != nil {
			return usagef("--exclude %q: this is no pattern; a bracket that is meant as such is written \\[", pattern)
		}
	}
	chosen, err := chooseRules(f.selectIDs, f.ignoreIDs)
	if err != nil {
		return err
	}
	opts.Supervise = func() error { return g.superviseLint(opts.Stdin) }
	today := time.Now()
	kept := g.keptReport(f, c, fsys, opts, problems, chosen, outputs, today)
	if kept.found {
		return kept.replay(g.out)
	}
	opts.Reads = kept.reads
	look := func() (*repo.Repo, []*lint.Finding, error) {
		opts.ChartVersion, opts.Exclude, opts.With = cmp.Or(f.chartVersion, f.chart.version()), f.exclude, c.with
		how := lint.Options{Rules: chosen, Known: rules.All(), Strict: f.profile == "strict", Problems: problems, Today: today, Change: f.change}
		how.Excerpts = slices.ContainsFunc(outputs, func(o report.Output) bool { return o.Format.Excerpts })
		if f.change == nil && f.chart.path == "" && !f.fix.apply && !f.fix.diff {
			opts.Look = lint.Look(how) // all that is asked of an environment
		}
		r, err := repo.Open(fsys, opts)
		if err != nil {
			return nil, nil, openError(err)
		}
		r.Problems = withoutMissing(r.Problems, problems)
		findings, err := f.chart.look(g, r, withoutEchoes(lint.Run(r, how), problems), func(r *repo.Repo) []*lint.Finding {
			how.Problems = nil
			return lint.Run(r, how)
		})
		if err != nil {
			return nil, nil, err
		}
		c.apply(findings, today)
		return r, findings, f.then.discloseSuppressed(findings, r.Bytes)
	}
	r, findings, err := look()
	if err != nil {
		return err
	}
	defer f.then.tell(g)
	if f.fix.diff {
		return g.fixDiff(r, findings, f.fix)
	}
	if f.fix.apply {
		if r, findings, err = g.fix(r, findings, f.fix, look); err != nil {
			return err
		}
	}
	stale := chosen
	if f.change != nil {
		stale = nil // an entry may match a finding of what was not judged
	}
	if findings, err = g.baseline(f.baseline, f.then, stale, findings); err != nil {
		return err
	}
	rep := &report.Report{
		Findings: findings, Rules: chosen, Source: r, Files: len(r.Files), Roots: r.Roots,
		Version: version(), Color: g.useColor(g.out), ShowSuppressed: f.suppressed,
	}
	if err := report.Write(kept.tee(g.out), rep, outputs); err != nil {
		return &exitError{exitFailed, err}
	}
	if g.verbose {
		fmt.Fprintf(g.err, "%d files read, %d kustomize roots rendered, %d rules\n", len(r.Files), r.Roots, len(chosen))
	}
	return kept.keep(f.chart.verdict(verdict(findings, failOn)))
}

// verdict turns findings into the exit code. A limit that was hit means that
// not everything was read.
func verdict(findings []*lint.Finding, failOn lint.Severity) error {
	code := exitClean
	for _, f := range findings {
		switch {
		case f.Suppressed != "":
		case f.Rule.ID == "yaml/limits":
			code = exitFailed
		case f.Severity >= failOn:
			code = max(code, exitFindings)
		}
	}
	if code == exitClean {
		return nil
	}
	return &exitError{code: code}
}

// chooseRules applies --select and --ignore. What could not be read is told unless
// it is ignored: nothing else would be told of it.
func chooseRules(selected, ignored []string) ([]*lint.Rule, error) {
	all := rules.All()
	for _, name := range slices.Concat(selected, ignored) {
		if !slices.ContainsFunc(all, func(r *lint.Rule) bool { return matches(r, name) }) {
			return nil, unknownRule(name)
		}
	}
	var chosen []*lint.Rule
	for _, r := range all {
		in := len(selected) == 0 || r.Unread || slices.ContainsFunc(selected, func(n string) bool { return matches(r, n) })
		out := slices.ContainsFunc(ignored, func(n string) bool { return matches(r, n) })
		if in && !out {
			chosen = append(chosen, r)
		}
	}
	return chosen, nil
}

// matches tells whether a rule is meant by its id, its family, or a pattern such
// as sentinel/quorum-*.
func matches(r *lint.Rule, name string) bool {
	ok, _ := path.Match(name, r.ID)
	return ok || r.Family() == name
}

func unknownRule(name string) error {
	var names []string
	for _, r := range rules.All() {
		names = append(names, r.ID, r.Family())
	}
	if near := lint.Nearest(name, names); near != "" {
		return usagef("unknown rule %q: did you mean %s?", name, near)
	}
	return usagef("unknown rule %q: quorumwright rules lists them", name)
}
