package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/internal/helm"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A chartLook renders the values of a repository with a chart that the person
// has, and holds the catalogue against what comes out. The zero chartLook does
// nothing.
type chartLook struct {
	// path is the folder or the .tgz, "" without --chart.
	path  string
	chart *helm.Chart
	// run renders a release, until the command ends.
	run func(helm.Release) ([]byte, error)
	// told are the notes that were printed, failures what did not render.
	told     map[string]bool
	failures []string
}

// open reads the chart. Without helm it says how to get it.
func (l *chartLook) open(ctx context.Context) error {
	if l.path == "" {
		return nil
	}
	if _, err := exec.LookPath("helm"); err != nil {
		return failedf("--chart %s: helm is not on PATH, and it renders the chart; install Helm 3 (https://helm.sh/docs/intro/install), "+
			"or leave --chart out: the rules about the chart need no helm", l.path)
	}
	chart, err := helm.Open(l.path)
	if err != nil {
		return failedf("--chart %s", err)
	}
	l.chart, l.told = chart, map[string]bool{}
	l.run = func(r helm.Release) ([]byte, error) { return chart.Render(ctx, r) }
	return nil
}

func (l *chartLook) close() {
	if l.chart != nil {
		l.chart.Close()
	}
}

// version is that of the chart, "" without one.
func (l *chartLook) version() string {
	if l.chart == nil {
		return ""
	}
	return l.chart.Version
}

// look renders every gateway of a repository. It returns the findings without
// those that the chart refutes, and with those that only the rendered objects
// show. judge runs the rules.
func (l *chartLook) look(g *globals, r *repo.Repo, findings []*lint.Finding, judge func(*repo.Repo) []*lint.Finding) ([]*lint.Finding, error) {
	if l.chart == nil {
		return findings, nil
	}
	environments, problems := r.Environments, r.Problems
	l.failures = nil
	var rendered []*repo.Environment
	var refuted []lint.Place
	for _, env := range environments {
		all := lint.Configurations(r, env)
		if len(all) == 0 {
			continue
		}
		with := *env
		with.Objects = slices.Clone(env.Objects)
		with.Values = nil // what is rendered speaks for them
		for _, c := range all {
			objects, dead, err := l.render(g, r, c.Client)
			if err != nil {
				return nil, err
			}
			with.Objects = append(with.Objects, objects...)
			refuted = append(refuted, dead...)
		}
		rendered = append(rendered, &with)
	}
	if len(rendered) == 0 {
		l.note(g, "no values of a gateway were found: there is nothing to render with %s", l.path)
	}
	r.Environments, r.Problems = rendered, nil
	more := lint.RenderedFindings(judge(r), findings)
	r.Environments, r.Problems = environments, problems
	findings = slices.DeleteFunc(findings, func(f *lint.Finding) bool {
		return f.Rule.Family() == "chart" &&
			slices.ContainsFunc(refuted, func(p lint.Place) bool { return p.Span == f.Primary().Span })
	})
	findings = append(findings, more...)
	slices.SortStableFunc(findings, (*lint.Finding).Compare)
	return findings, nil
}

// render renders the values of one gateway and notes where the catalogue and
// the chart disagree. It returns the objects, and the keys that the chart reads
// although the catalogue calls them dead.
func (l *chartLook) render(g *globals, r *repo.Repo, client *lint.Client) ([]*repo.Object, []lint.Place, error) {
	where := client.Values.Value.Span().File
	if client.Values.Object != nil {
		where = client.Values.Object.ID()
	}
	text, err := l.template(client.Values)
	var failure *helm.Failure
	switch {
	case errors.As(err, &failure) && failure.Missing != "":
		return nil, nil, failedf("--chart %s: %s; run: helm dependency build %s", l.path, failure, l.path)
	case errors.As(err, &failure):
		// The template may say the text of a value.
		l.failures = append(l.failures, fmt.Sprintf("%s does not render with the values of %s: %s", l.path, where, r.MaskText(failure.Error())))
		return nil, nil, nil
	case err != nil:
		return nil, nil, failedf("--chart %s: %s", l.path, err)
	}
	objects := r.AddText("helm template "+cmp.Or(client.Values.Release, where), text)
	version, err := apim.ParseVersion(l.chart.Version)
	if err != nil {
		l.note(g, "%s has the version %s, which no chart of APIM has: it is rendered, but not held against the catalogue", l.path, l.chart.Version)
		return objects, nil, nil
	}
	chart := apim.Catalogue(version)
	asked, err := apim.ParseConstraint(client.Values.Chart.Version)
	if err == nil && client.Values.Chart.Version != "" && !asked.Allows(version) {
		l.note(g, "%s is chart %s, and %s asks for %s", l.path, l.chart.Version, where, client.Values.Chart.Version)
	}
	l.settings(g, r, client, chart, lint.RenderedConfiguration(client, objects))
	refuted, err := l.dead(g, client, chart, text)
	return objects, refuted, err
}

func (l *chartLook) template(v *repo.Values, without ...[]string) ([]byte, error) {
	values, err := v.Value.Encode(without...)
	if err != nil {
		return nil, errors.New("the values cannot be written as YAML")
	}
	return l.run(helm.Release{Name: v.Release, Namespace: v.Namespace, Values: values})
}

// maxSettings bounds the settings that are told one by one. A chart with more is
// none of Gravitee's.
const maxSettings = 10

// settings notes the settings that are rendered otherwise than the catalogue
// says.
func (l *chartLook) settings(g *globals, r *repo.Repo, client *lint.Client, chart *apim.Chart, conf repo.Value) {
	if !conf.Exists() {
		return // no gateway, or a configuration of the person's own
	}
	all := lint.Disagreements(r, client, chart, conf)
	// What the person writes stands before what he leaves to the chart.
	slices.SortStableFunc(all, func(a, b lint.Disagreement) int { return written(b) - written(a) })
	for i, d := range all {
		if i == maxSettings {
			l.note(g, "catalogue and chart disagree about %d further settings", len(all)-i)
			break
		}
		at := ""
		if d.Place.IsValid() {
			at = d.Place.Span.String() + ": "
		}
		l.note(g, "%scatalogue and chart disagree: %s should give %s = %s, and %s renders %s",
			at, d.Key, d.Setting, cmp.Or(d.Want, "a blank"), l.path, cmp.Or(d.Got, "nothing"))
	}
}

func written(d lint.Disagreement) int {
	if d.Place.IsValid() {
		return 1
	}
	return 0
}

// maxDead bounds the keys that are tried one by one.
const maxDead = 100

// dead renders the chart without the keys that the catalogue calls dead. If the
// result is another one, some of them are read.
func (l *chartLook) dead(g *globals, client *lint.Client, chart *apim.Chart, text []byte) ([]lint.Place, error) {
	values := lint.ChartValues{Root: client.Values.Value}
	var paths [][]string
	for _, j := range chart.Judge(values) {
		switch j.State {
		case apim.Dead, apim.Unknown, apim.OtherVersion, apim.Asleep:
			if !slices.ContainsFunc(j.At, func(e string) bool { return strings.HasPrefix(e, "[") }) {
				paths = append(paths, j.At)
			}
		}
	}
	same := func(without ...[]string) (bool, error) {
		other, err := l.template(client.Values, without...)
		var failure *helm.Failure
		if errors.As(err, &failure) {
			return false, nil // it is read: the chart needs it
		}
		return bytes.Equal(text, other), err
	}
	if len(paths) == 0 || len(paths) > maxDead {
		return nil, nil
	}
	if ok, err := same(paths...); ok || err != nil {
		return nil, err
	}
	if ok, err := same(); !ok || err != nil {
		l.note(g, "%s renders the same values differently each time: dead keys are not held against it", l.path)
		return nil, err
	}
	var refuted []lint.Place
	for _, p := range paths {
		ok, err := same(p)
		if err != nil {
			return nil, err
		}
		if !ok {
			at := lint.AtKey(client.Values.Object, values.Get(p...), "")
			refuted = append(refuted, at)
			l.note(g, "%s: catalogue and chart disagree: %s reads %s, which the catalogue calls dead; its finding is left out", at.Span, l.path, apim.JoinPath(p))
		}
	}
	return refuted, nil
}

// note tells something once.
func (l *chartLook) note(g *globals, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !l.told[text] {
		l.told[text] = true
		g.note("note: %s", text)
	}
}

// verdict is that of the findings, unless something did not render.
func (l *chartLook) verdict(err error) error {
	if len(l.failures) == 0 {
		return err
	}
	return failedf("%s", strings.Join(l.failures, "\n"))
}
