package lint

import (
	"cmp"
	"strings"

	"github.com/quorumwright/quorumwright/internal/secret"
	"github.com/quorumwright/quorumwright/internal/supervisor"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// An environment of more than that is a piece of work with limits of its own: to
// begin one costs as much as to judge a small file.
const (
	manyBytes   = 64 << 10
	manyObjects = 200
)

// judgingWork begins what supervision calls the judgement of an environment.
const judgingWork = "judging "

// IsJudging tells whether a piece of work, as supervision calls it, is the judgement
// of one environment: a Run that comes after its death does the rest, and reports it.
func IsJudging(work string) bool { return strings.HasPrefix(work, judgingWork) }

// examine collects the facts of an environment and judges them. It also returns the
// secrets that they hold.
func examine(env *repo.Environment, opts Options) ([]*Finding, []secret.Value) {
	if env.Bytes > manyBytes || len(env.Objects) > manyObjects {
		work := judgingWork + cmp.Or(env.Root, ".")
		if env.Name != "" {
			work += " (" + env.Name + ")"
		}
		if d := supervisor.Died(work); d != nil {
			return problems(opts.Rules, []repo.Problem{unjudged(env, d)}), nil
		}
		defer supervisor.Begin(work)()
	}
	facts := Collect(env)
	return judge(facts, opts), facts.Secrets()
}

// unjudged says why an environment was not judged.
func unjudged(env *repo.Environment, d *supervisor.Death) repo.Problem {
	p := repo.Problem{
		Rule:    "yaml/limits",
		Span:    repo.Span{File: env.Largest, Line: 1, Column: 1, EndLine: 1, EndColumn: 1, Approximate: true},
		Message: "the program broke down over this file and those beside it, and they were not judged",
		Help:    "leave the file out with --exclude, and please report what it holds",
	}
	switch spent := d.Spent(); {
	case d.Limit == supervisor.Total:
		p.Message = "what came before this file took " + spent + ", the limit for all environments together; it and those beside it were not judged"
		p.Help = "give the paths of fewer folders"
	case spent != "":
		p.Message = "judging this file and those beside it takes " + spent + ", the limit for one environment; they were not judged"
		p.Help = "split what is deployed together, or leave out with --exclude what is none of it"
	}
	return p
}
