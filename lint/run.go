package lint

import (
	"runtime"
	"slices"
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
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), len(envs)) {
		wg.Go(func() {
			for i := range next {
				s, ok := envs[i].Seen.(*seen)
				if !ok {
					s = look(envs[i], opts)
				}
				perEnv[i], secrets[i] = s.findings, s.secrets
			}
		})
	}
	for i := range envs {
		next <- i
	}
	close(next)
	wg.Wait()
	findings := problems(opts.Rules, slices.Concat(told, opts.Problems))
	for i := range perEnv {
		findings = append(findings, perEnv[i]...)
		for _, s := range secrets[i] {
			r.AddSecret(s)
		}
	}
	slices.SortStableFunc(findings, (*Finding).Compare)
	findings = suppress(r, files, opts, merge(findings))
	slices.SortStableFunc(findings, (*Finding).Compare)
	fitFixes(r, findings)
	return findings
}

// Look returns what Run with the same options makes of an environment by itself,
// for repo.Options. An environment that was looked at is not judged again.
func Look(opts Options) func(*repo.Environment) any {
	return func(env *repo.Environment) any { return look(env, opts) }
}

// seen is what is kept of an environment that was judged.
type seen struct {
	findings []*Finding
	secrets  []secret.Value
}

func look(env *repo.Environment, opts Options) *seen {
	facts := Collect(env)
	return &seen{judge(facts, opts), facts.Secrets()}
}

func judge(facts *Facts, opts Options) []*Finding {
	var findings []*Finding
	for _, rule := range opts.Rules {
		if rule.Check == nil {
			continue
		}
		rule.Check(&Pass{Rule: rule, Facts: facts, Strict: opts.Strict, report: func(f *Finding) {
			findings = append(findings, f)
		}})
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
	var out []*Finding
	index := map[string]*Finding{}
	for _, f := range sorted {
		key := f.Rule.ID + "\x00" + f.Message + "\x00" + f.Primary().Span.String()
		if f.Cause != "" {
			key = f.Rule.ID + "\x00" + f.Message + "\x00\x00" + f.Cause
		}
		first := index[key]
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
		index[key] = f
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
	for _, s := range slices.Concat(f.Redis, f.Sentinels) {
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
