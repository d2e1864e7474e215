package lint

import (
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/quorumwright/quorumwright/internal/secret"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// Options say how a repository is judged.
type Options struct {
	Rules []*Rule
	// Strict puts the strict profile in force.
	Strict bool
	// Problems are found outside of package repo, such as drift between a spec
	// and its generated tree. Like those of the repository they are reported by
	// the rule with their id.
	Problems []repo.Problem
	// Known are all rules there are, which suppressions may name. With none,
	// suppressions of unknown rules are not told.
	Known []*Rule
	// Today is when suppressions expire; the zero Time expires none.
	Today time.Time
	// Change, if not nil, limits the findings to what it can affect.
	Change *Change
	// Excerpts says that snippets of the places will be asked for.
	Excerpts bool
}

// Run judges a repository and returns its findings in order, one for each
// cause: what shows in several environments is told once, with their names.
// Every secret that the facts hold is made known to the repository's snippets.
func Run(r *repo.Repo, opts Options) []*Finding {
	envs, told, files := r.Environments, r.Problems, r.Files
	if opts.Change != nil {
		var ours, theirs map[string]bool
		envs, ours, theirs = opts.Change.scope(envs)
		told = slices.DeleteFunc(slices.Clone(told), func(p repo.Problem) bool { return !opts.Change.concerns(p, ours, theirs) })
		// What suppresses a finding of an environment that is not judged is in use.
		files = slices.DeleteFunc(slices.Clone(files), func(f string) bool { return theirs[f] })
	}
	perEnv := make([][]*Finding, len(envs))
	secrets := make([][]secret.Value, len(envs))
	each(len(envs), func(i int) {
		if s, ok := envs[i].Seen.(*seen); ok {
			perEnv[i], secrets[i] = s.unpack(envs[i], s.findings), s.secrets
			return
		}
		perEnv[i], secrets[i] = examine(envs[i], opts)
	})
	findings := problems(opts.Rules, slices.Concat(told, opts.Problems))
	for i := range perEnv {
		findings = append(findings, perEnv[i]...)
		for _, s := range secrets[i] {
			r.AddSecret(s)
		}
	}
	sortFindings(findings)
	findings = suppress(r, files, opts, merge(findings))
	sortFindings(findings)
	fitFixes(r, findings)
	return findings
}

// sortFindings sorts findings that are mostly sorted.
func sortFindings(findings []*Finding) {
	if !slices.IsSortedFunc(findings, (*Finding).Compare) {
		slices.SortStableFunc(findings, (*Finding).Compare)
	}
}

// each calls do for 0 to n-1 on all processors. One environment is judged here:
// to wake another processor for it would cost more than a tenth of that.
func each(n int, do func(i int)) {
	if n == 1 {
		do(0)
		return
	}
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// Look returns what Run with the same options makes of an environment by itself,
// for repo.Options. An environment that was looked at is not judged again.
func Look(opts Options) func(*repo.Environment) (seen any, shown []string) {
	p := newPacker(opts.Rules)
	return func(env *repo.Environment) (any, []string) {
		findings, secrets := examine(env, opts)
		sortFindings(findings)
		s := &seen{p, p.pack(env, findings), nil}
		for _, value := range secrets {
			s.secrets = append(s.secrets, secret.New(strings.Clone(value.Reveal()))) // not all of its file
		}
		if !opts.Excerpts {
			return s, nil
		}
		var shown []string
		for _, f := range findings {
			for _, at := range f.Places {
				if !slices.Contains(shown, at.File) {
					shown = append(shown, at.File)
				}
			}
		}
		return s, shown
	}
}

// seen is what is kept of an environment that was judged.
type seen struct {
	*packer
	findings string // packed
	secrets  []secret.Value
}

// judge runs the rules.
func judge(facts *Facts, opts Options) []*Finding {
	var findings []*Finding
	p := Pass{Facts: facts, Strict: opts.Strict, report: func(f *Finding) { findings = append(findings, f) }}
	for _, rule := range opts.Rules {
		if rule.Check != nil {
			p.Rule = rule
			rule.Check(&p)
		}
	}
	return findings
}

// problems turns what reading found into findings of the rules of that name.
func problems(rules []*Rule, all []repo.Problem) []*Finding {
	var findings []*Finding
	for _, p := range all {
		i := slices.IndexFunc(rules, func(r *Rule) bool { return r.ID == p.Rule })
		if i < 0 {
			continue
		}
		f := &Finding{Rule: rules[i], Severity: rules[i].Severity, Message: p.Message, Help: p.Help, Places: []Place{{Span: p.Span}}}
		if p.Instead != "" {
			f.Fixes = []Fix{{Title: "write " + p.Instead, Edits: []Edit{{Span: p.Span, New: p.Instead}}}}
		}
		for _, rel := range p.Related {
			f.Places = append(f.Places, Place{Span: rel.Span, Label: rel.Message})
		}
		findings = append(findings, f)
	}
	return findings
}

// merge joins findings that differ in nothing but the environment: the places
// besides the primary one may be others in each.
func merge(sorted []*Finding) []*Finding {
	type key struct{ rule, message, cause string }
	var out []*Finding
	here, causes := map[key]*Finding{}, map[key]*Finding{} // here: with this primary place
	for i, f := range sorted {
		if at, last := f.Primary(), sorted[max(i-1, 0)].Primary(); at.File != last.File || at.Line != last.Line || at.Column != last.Column {
			clear(here)
		}
		index := here
		if f.Cause != "" {
			index = causes
		}
		k := key{f.Rule.ID, f.Message, f.Cause}
		first := index[k]
		if first != nil && f.Cause != "" && first.Primary().Span != f.Primary().Span && slices.Equal(first.Environments, f.Environments) {
			out = append(out, f) // two places of one environment, which both want mending
			continue
		}
		if first != nil {
			for i, p := range f.Places {
				if i == 0 && p.Label == "" {
					p.Label = "and here"
				}
				if !slices.ContainsFunc(first.Places, func(q Place) bool { return q.Span == p.Span }) {
					first.Places = append(first.Places, p)
				}
			}
			first.Environments = append(first.Environments, f.Environments...)
			slices.Sort(first.Environments)
			first.Environments = slices.Compact(first.Environments)
			continue
		}
		index[k] = f
		out = append(out, f)
	}
	return out
}

// Secrets returns every secret value that the facts hold.
func (f *Facts) Secrets() []secret.Value {
	var all []secret.Value
	add := func(c Credential) {
		if c.Known && !c.Secret.IsEmpty() {
			all = append(all, c.Secret)
		}
	}
	for _, s := range f.Servers() {
		add(s.Password())
		add(s.MasterAuth())
		for _, d := range s.SentinelAll("auth-pass") {
			add(f.credential(d.Arg(2)))
		}
		add(s.SentinelPass())
	}
	for _, c := range f.Clients {
		add(c.Password)
		add(c.SentinelPassword)
	}
	for _, c := range f.Configs {
		if c.Kind != "Secret" {
			continue
		}
		for key := range c.All() {
			if s, ok := c.Secret(key); ok && !s.IsEmpty() {
				all = append(all, s)
			}
		}
	}
	return all
}
