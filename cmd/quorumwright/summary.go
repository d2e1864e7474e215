package main

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/schema"
)

// An effect is what a change of spec and tree does to one environment.
type effect struct {
	environment string
	phrases     []string // "redis 7.2.4 → 7.2.5"
	restarts    []string // containers, in the order of their pods
	recreated   []string // "statefulset/redis"
	known       bool     // restarts and recreated were worked out
}

// What becomes of an environment that only one of two trees has.
const (
	added   = "new environment"
	removed = "removed environment"
)

// maxRendered bounds for how many environments the restarts are worked out:
// each is rendered twice.
const maxRendered = 40

// effects says what a change does to each environment that it touches. Either
// deployment may be nil, for no spec; touched are the environments whose files
// change, those of the base for all. What the spec says of an environment that
// is not generated counts for nothing yet.
func effects(old, next *schema.Deployment, oldTree, newTree fs.FS, generated, touched []string) ([]effect, error) {
	var list []effect
	for _, name := range environmentsOf(old, next) {
		e := effect{environment: name}
		had, has := hasOverlay(oldTree, name), hasOverlay(newTree, name)
		from, to := environmentOf(old, name), environmentOf(next, name)
		switch {
		case !slices.Contains(generated, name):
		case has && !had:
			e.phrases = []string{added}
		case had && !has:
			e.phrases = []string{removed}
		case has && from != nil && to != nil:
			var err error
			if e.phrases, err = specPhrases(from.Spec, to.Spec); err != nil {
				return nil, err
			}
			if old.Name != next.Name {
				e.phrases = append(e.phrases, phrase("metadata.name", old.Name, next.Name))
			}
		}
		if len(e.phrases) > 0 || slices.Contains(touched, name) {
			list = append(list, e)
		}
	}
	if len(list) > maxRendered {
		return list, nil
	}
	var names []string
	for _, e := range list {
		names = append(names, e.environment)
	}
	before, err := outcomes(oldTree, names)
	if err != nil {
		return nil, err
	}
	after, err := outcomes(newTree, names)
	if err != nil {
		return nil, err
	}
	kept := list[:0]
	for _, e := range list {
		from, was := before[e.environment]
		to, is := after[e.environment]
		if was && is && from.complete && to.complete {
			e.known = true
			e.restarts, e.recreated = restartsOf(environmentOf(old, e.environment), environmentOf(next, e.environment), from, to)
			if len(e.phrases) == 0 && from.same(to) {
				continue // files changed, but nothing that is deployed
			}
		}
		kept = append(kept, e)
	}
	return kept, nil
}

// hasOverlay tells whether a generated tree holds an environment.
func hasOverlay(tree fs.FS, name string) bool {
	_, err := fs.Stat(tree, "overlays/"+name)
	return err == nil
}

// restartsOf says what starts anew, and what has to be made anew, in an
// environment that both specs have. The pods of the gateway carry the version of
// the chart as a label, which is in no generated file.
func restartsOf(old, next *schema.Environment, from, to outcome) (containers, recreated []string) {
	containers, recreated = from.restarts(to)
	chart := old != nil && next != nil && old.Spec.Gateway.Chart != next.Spec.Gateway.Chart
	if chart && !slices.Contains(containers, "gateway") {
		containers = append(containers, "gateway")
	}
	return containers, recreated
}

func environmentsOf(deployments ...*schema.Deployment) []string {
	var names []string
	for _, d := range deployments {
		if d == nil {
			continue
		}
		for _, e := range d.Environments {
			if !slices.Contains(names, e.Name) {
				names = append(names, e.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

func environmentOf(d *schema.Deployment, name string) *schema.Environment {
	if d == nil {
		return nil
	}
	i := slices.IndexFunc(d.Environments, func(e schema.Environment) bool { return e.Name == name })
	if i < 0 {
		return nil
	}
	return &d.Environments[i]
}

// effectLines words effects, one line for environments with the same one: "redis 7.2.4
// → 7.2.5 in dev, prod; restarts: redis, sentinel".
func effectLines(list []effect) []string {
	var lines []string
	for i, e := range list {
		equal := func(o effect) bool { o.environment = e.environment; return reflect.DeepEqual(o, e) }
		if slices.ContainsFunc(list[:i], equal) {
			continue
		}
		var names []string
		for _, o := range list[i:] {
			if equal(o) {
				names = append(names, o.environment)
			}
		}
		lines = append(lines, e.line(names))
	}
	return lines
}

// maxNamed bounds how many environments one line names.
const maxNamed = 12

func (e effect) line(names []string) string {
	what := strings.Join(e.phrases, ", ")
	if what == "" {
		what = "generated anew"
	}
	in := strings.Join(names, ", ")
	if left := len(names) - maxNamed; left > 0 {
		in = fmt.Sprintf("%s and %d more", strings.Join(names[:maxNamed], ", "), left)
	}
	line := what + " in " + in
	if what == added || what == removed {
		if len(names) > 1 {
			what += "s"
		}
		line = what + " " + in
	}
	if e.known {
		switch {
		case len(e.restarts) > 0:
			line += "; restarts: " + strings.Join(e.restarts, ", ")
		case len(e.recreated) == 0:
			line += "; restarts nothing"
		}
		if len(e.recreated) > 0 {
			line += "; to be deleted and made anew: " + strings.Join(e.recreated, ", ")
		}
	}
	return line
}

// subject is the first line of a commit message in Conventional Commits form.
func subject(list []effect) string {
	var names, phrases []string
	for _, e := range list {
		names = append(names, e.environment)
	}
	for _, what := range []string{added, removed} {
		var of []string
		for _, e := range list {
			if slices.Contains(e.phrases, what) {
				of = append(of, e.environment)
			}
		}
		switch {
		case len(of) == 1:
			phrases = append(phrases, what+" "+of[0])
		case len(of) > 1:
			phrases = append(phrases, what+"s "+strings.Join(of, ", "))
		}
	}
	for _, e := range list {
		for _, p := range e.phrases {
			if p != added && p != removed && !slices.Contains(phrases, p) {
				phrases = append(phrases, p)
			}
		}
	}
	scope := ""
	switch {
	case len(names) > 3:
		scope = fmt.Sprintf("(%d environments)", len(names))
	case len(names) > 0:
		scope = "(" + strings.Join(names, ",") + ")"
	}
	what := "generate anew"
	for n := len(phrases); n > 0; n-- {
		what = strings.Join(phrases[:n], ", ")
		if left := len(phrases) - n; left > 0 {
			what += fmt.Sprintf(" and %d more", left)
		}
		if n == 1 || len([]rune("chore"+scope+": "+what)) <= maxSubject {
			break
		}
	}
	return "chore" + scope + ": " + what
}

// maxSubject is how long a first line is shown whole.
const maxSubject = 72
